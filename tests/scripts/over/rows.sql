-- ROWS frames count rows: rows of one time are in the order in which they came.

CREATE STREAM s (
  id INT, k VARCHAR, v INT, x DECIMAL(8, 2), ts TIMESTAMP(3),
  WATERMARK FOR ts AS ts - INTERVAL '5' SECOND
);
INSERT INTO s VALUES
  (1, 'a', 1, 1.50, '2026-01-01 00:00:01'),
  (2, 'b', 10, 0.25, '2026-01-01 00:00:03'),
  (3, 'a', 2, NULL, '2026-01-01 00:00:02'),
  (4, 'a', 4, 2.00, '2026-01-01 00:00:07'),
  (5, 'a', NULL, 8.01, '2026-01-01 00:00:08'),
  (6, 'b', 20, 1.00, '2026-01-01 00:00:05'),
  (7, 'a', 8, 0.50, '2026-01-01 00:00:11'),
  (8, 'b', 40, 2.00, '2026-01-01 00:00:30'),
  (9, NULL, 5, 3.00, '2026-01-01 00:00:26'),
  (10, NULL, 6, 4.00, '2026-01-01 00:00:31');

-- A window of three rows, by count.
ASSERT ROWS
SELECT id, SUM(v) OVER w, COUNT(*) OVER w, AVG(v) OVER w, MIN(x) OVER w, MAX(x) OVER w, SUM(x) OVER w
FROM s WINDOW w AS (PARTITION BY k ORDER BY ts ROWS 2 PRECEDING)
VALUES
  (1, 1, 1, 1.0, 1.50, 1.50, 1.50),
  (3, 3, 2, 1.5, 1.50, 1.50, 1.50),
  (2, 10, 1, 10.0, 0.25, 0.25, 0.25),
  (6, 30, 2, 15.0, 0.25, 1.00, 1.25),
  (4, 7, 3, 2.3333333333333335, 1.50, 2.00, 3.50),
  (5, 6, 3, 3.0, 2.00, 8.01, 10.01),
  (7, 12, 3, 6.0, 0.50, 8.01, 10.51),
  (9, 5, 1, 5.0, 3.00, 3.00, 3.00),
  (8, 70, 3, 23.333333333333332, 0.25, 2.00, 3.25),
  (10, 11, 2, 5.5, 3.00, 4.00, 7.00);

-- Rows that have not come yet: a row is said when they have, or when the stream ends.
ASSERT ROWS
SELECT id, SUM(v) OVER (PARTITION BY k ORDER BY ts ROWS BETWEEN 1 PRECEDING AND 1 FOLLOWING),
  COUNT(*) OVER (PARTITION BY k ORDER BY ts ROWS BETWEEN CURRENT ROW AND 2 FOLLOWING)
FROM s
VALUES
  (1, 3, 3),
  (3, 7, 3),
  (4, 6, 3),
  (2, 30, 3),
  (6, 70, 2),
  (5, 12, 2),
  (7, 8, 1),
  (9, 11, 2),
  (8, 60, 1),
  (10, 11, 1);

-- Before the row only, after it only, and nothing at all.
ASSERT ROWS
SELECT id, SUM(v) OVER (PARTITION BY k ORDER BY ts ROWS BETWEEN 3 PRECEDING AND 2 PRECEDING),
  MAX(v) OVER (PARTITION BY k ORDER BY ts ROWS BETWEEN 2 FOLLOWING AND 3 FOLLOWING),
  COUNT(*) OVER (ORDER BY ts ROWS BETWEEN 1 PRECEDING AND 2 PRECEDING)
FROM s
VALUES
  (1, NULL, 4, 0),
  (3, NULL, 8, 0),
  (2, NULL, 40, 0),
  (6, NULL, NULL, 0),
  (4, 1, 8, 0),
  (5, 3, NULL, 0),
  (7, 6, NULL, 0),
  (9, NULL, NULL, 0),
  (8, 10, NULL, 0),
  (10, NULL, NULL, 0);

-- All rows so far, and the row alone.
ASSERT ROWS
SELECT id, SUM(v) OVER (ORDER BY ts ROWS UNBOUNDED PRECEDING), SUM(v) OVER (ORDER BY ts ROWS CURRENT ROW),
  COUNT(v) OVER (PARTITION BY k ORDER BY ts ROWS BETWEEN UNBOUNDED PRECEDING AND 1 PRECEDING)
FROM s
VALUES
  (1, 1, 1, 0),
  (3, 3, 2, 1),
  (2, 13, 10, 0),
  (6, 33, 20, 1),
  (4, 37, 4, 2),
  (5, 37, NULL, 3),
  (7, 45, 8, 3),
  (9, 50, 5, 0),
  (8, 90, 40, 2),
  (10, 96, 6, 1);
