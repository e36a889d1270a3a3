-- RANGE frames hold the rows whose event time lies within a distance of the row's own; rows of the
-- same time are peers, and in it too.

CREATE STREAM s (
  id INT, k VARCHAR, v INT, d DOUBLE, ts TIMESTAMP(3),
  WATERMARK FOR ts AS ts - INTERVAL '5' SECOND
);
INSERT INTO s VALUES
  (1, 'a', 1, 1.5, '2026-01-01 00:00:01'),
  (2, 'b', 10, 0.25, '2026-01-01 00:00:03'),
  (3, 'a', 2, NULL, '2026-01-01 00:00:02'),
  (4, 'a', 4, -2.0, '2026-01-01 00:00:07'),
  (5, 'a', NULL, 8.0, '2026-01-01 00:00:07'),
  (6, 'b', 20, 1.0, '2026-01-01 00:00:05'),
  (7, 'a', 8, 0.5, '2026-01-01 00:00:11'),
  (8, 'b', 40, 2.0, '2026-01-01 00:00:30'),
  (9, NULL, 5, 3.0, '2026-01-01 00:00:26'),
  (10, NULL, 6, 4.0, '2026-01-01 00:00:31');

-- What came in the last five seconds, the row itself included.
ASSERT ROWS
SELECT id, SUM(v) OVER w, COUNT(v) OVER w, COUNT(*) OVER w, AVG(v) OVER w, MIN(v) OVER w, MAX(v) OVER w
FROM s
WINDOW w AS (PARTITION BY k ORDER BY ts RANGE BETWEEN INTERVAL '5' SECOND PRECEDING AND CURRENT ROW)
VALUES
  (1, 1, 1, 1, 1.0, 1, 1),
  (3, 3, 2, 2, 1.5, 1, 2),
  (2, 10, 1, 1, 10.0, 10, 10),
  (6, 30, 2, 2, 15.0, 10, 20),
  (4, 6, 2, 3, 3.0, 2, 4),
  (5, 6, 2, 3, 3.0, 2, 4),
  (7, 12, 2, 3, 6.0, 4, 8),
  (9, 5, 1, 1, 5.0, 5, 5),
  (8, 40, 1, 1, 40.0, 40, 40),
  (10, 11, 2, 2, 5.5, 5, 6);

-- The short form says the same.
ASSERT ROWS
SELECT id, SUM(d) OVER (PARTITION BY k ORDER BY ts RANGE INTERVAL '5' SECOND PRECEDING) FROM s
VALUES (1, 1.5), (3, 1.5), (2, 0.25), (6, 1.25), (4, 6.0), (5, 6.0), (7, 6.5), (9, 3.0), (8, 2.0),
  (10, 7.0);

-- Without PARTITION BY all rows are one partition.
ASSERT ROWS
SELECT id, COUNT(*) OVER (ORDER BY ts RANGE INTERVAL '2' SECOND PRECEDING) FROM s
VALUES (1, 1), (3, 2), (2, 3), (6, 2), (4, 3), (5, 3), (7, 1), (9, 1), (8, 1), (10, 2);

-- Before the row only, and after it only: both may hold nothing.
ASSERT ROWS
SELECT id,
  SUM(v) OVER (PARTITION BY k ORDER BY ts
    RANGE BETWEEN INTERVAL '5' SECOND PRECEDING AND INTERVAL '1' SECOND PRECEDING),
  COUNT(*) OVER (PARTITION BY k ORDER BY ts
    RANGE BETWEEN INTERVAL '1' SECOND FOLLOWING AND INTERVAL '5' SECOND FOLLOWING),
  MAX(v) OVER (PARTITION BY k ORDER BY ts
    RANGE BETWEEN CURRENT ROW AND INTERVAL '4' SECOND FOLLOWING)
FROM s
VALUES (1, NULL, 1, 2), (3, 1, 2, 2), (2, NULL, 1, 20), (6, 10, 0, 20), (4, 2, 1, 8), (5, 2, 1, 8),
  (7, 4, 0, 8), (9, NULL, 1, 5), (8, NULL, 0, 40), (10, 5, 0, 6);

-- With ORDER BY and no frame it is all rows up to the row and its peers.
ASSERT ROWS
SELECT id, SUM(v) OVER (PARTITION BY k ORDER BY ts), COUNT(*) OVER (ORDER BY ts),
  SUM(v) OVER (PARTITION BY k ORDER BY ts RANGE UNBOUNDED PRECEDING)
FROM s
VALUES (1, 1, 1, 1), (3, 3, 2, 3), (2, 10, 3, 10), (6, 30, 4, 30), (4, 7, 6, 7), (5, 7, 6, 7),
  (7, 15, 7, 15), (9, 5, 8, 5), (8, 70, 9, 70), (10, 11, 10, 11);

-- CURRENT ROW to CURRENT ROW is the row and its peers.
ASSERT ROWS
SELECT id, COUNT(*) OVER (ORDER BY ts RANGE BETWEEN CURRENT ROW AND CURRENT ROW),
  COUNT(*) OVER (ORDER BY ts RANGE CURRENT ROW)
FROM s WHERE k = 'a'
VALUES (1, 1, 1), (3, 1, 1), (4, 2, 2), (5, 2, 2), (7, 1, 1);
