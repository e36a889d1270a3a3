-- Where a row stands in its partition. On a stream the event time decides first.

CREATE STREAM s (
  id INT, k VARCHAR, v INT, ts TIMESTAMP(3), WATERMARK FOR ts AS ts - INTERVAL '5' SECOND
);
INSERT INTO s VALUES
  (1, 'a', 3, '2026-01-01 00:00:01'),
  (2, 'b', 1, '2026-01-01 00:00:03'),
  (3, 'a', 2, '2026-01-01 00:00:02'),
  (4, 'a', 3, '2026-01-01 00:00:02'),
  (5, 'a', NULL, '2026-01-01 00:00:02'),
  (6, 'b', 1, '2026-01-01 00:00:03'),
  (7, 'a', 1, '2026-01-01 00:00:04');

ASSERT ROWS
SELECT id, ROW_NUMBER() OVER w, RANK() OVER w, DENSE_RANK() OVER w
FROM s WINDOW w AS (PARTITION BY k ORDER BY ts, id)
VALUES
  (1, 1, 1, 1),
  (3, 2, 2, 2),
  (4, 3, 3, 3),
  (5, 4, 4, 4),
  (2, 1, 1, 1),
  (6, 2, 2, 2),
  (7, 5, 5, 5);

-- Rows of one time and one value are equals.
ASSERT ROWS
SELECT id, RANK() OVER w, DENSE_RANK() OVER w, COUNT(*) OVER w
FROM s WINDOW w AS (PARTITION BY k ORDER BY ts, v DESC NULLS FIRST)
VALUES
  (1, 1, 1, 1),
  (5, 2, 2, 2),
  (4, 3, 3, 3),
  (3, 4, 4, 4),
  (2, 1, 1, 2),
  (6, 1, 1, 2),
  (7, 5, 5, 5);

ASSERT ROWS
SELECT id, RANK() OVER w, DENSE_RANK() OVER w
FROM s WINDOW w AS (ORDER BY ts)
VALUES
  (1, 1, 1),
  (3, 2, 2),
  (4, 2, 2),
  (5, 2, 2),
  (2, 5, 3),
  (6, 5, 3),
  (7, 7, 4);

-- Over finite data any order will do, and the number of rows is known.
ASSERT ROWS
SELECT n, ROW_NUMBER() OVER (ORDER BY n DESC), RANK() OVER w, DENSE_RANK() OVER w, PERCENT_RANK() OVER w, CUME_DIST() OVER w
FROM (VALUES (1), (3), (3), (4), (NULL)) AS t(n) WINDOW w AS (ORDER BY n)
VALUES
  (1, 4, 1, 1, 0.0, 0.2),
  (3, 2, 2, 2, 0.25, 0.6),
  (3, 3, 2, 2, 0.25, 0.6),
  (4, 1, 4, 3, 0.75, 0.8),
  (NULL, 5, 5, 4, 1.0, 1.0);

ASSERT ROWS
SELECT n, NTILE(1) OVER w, NTILE(2) OVER w, NTILE(3) OVER w, NTILE(7) OVER w
FROM (VALUES (1), (2), (3), (4), (5)) AS t(n) WINDOW w AS (ORDER BY n)
VALUES
  (1, 1, 1, 1, 1),
  (2, 1, 1, 1, 2),
  (3, 1, 1, 2, 3),
  (4, 1, 2, 2, 4),
  (5, 1, 2, 3, 5);

-- One row has rank 0 of 1.
ASSERT ROWS
SELECT PERCENT_RANK() OVER (ORDER BY n), CUME_DIST() OVER (ORDER BY n) FROM (VALUES (7)) AS t(n)
VALUES
  (0.0, 1.0);
