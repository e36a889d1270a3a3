-- What is asked of the match of a row: its MEASURES by their names, and functions over its rows.

CREATE STREAM s (
  k VARCHAR, id INT, v INT, name VARCHAR, ts TIMESTAMP(3),
  WATERMARK FOR ts AS ts - INTERVAL '3' SECOND);

INSERT INTO s VALUES
  ('a', 1, 5, 'p', '2024-01-01 00:00:01'), ('a', 2, NULL, 'q', '2024-01-01 00:00:02'),
  ('a', 3, 7, 'r', '2024-01-01 00:00:03'), ('a', 4, 0, 's', '2024-01-01 00:00:04'),
  ('b', 5, 2, 't', '2024-01-01 00:00:05'), ('a', 6, 7, 'u', '2024-01-01 00:00:06');

-- Aggregates are over the rows of the match; over none, COUNT is 0 and the others are NULL.
ASSERT ROWS
SELECT id,
  COUNT(*) OVER w, COUNT(v) OVER w, SUM(v) OVER w, AVG(v) OVER w, MIN(name) OVER w,
  COUNT(DISTINCT v) OVER w, SUM(v) FILTER (WHERE id > 1) OVER w,
  ARRAY_AGG(id ORDER BY v DESC) OVER w, STRING_AGG(name, '+') OVER w
FROM s
WINDOW w AS (
  PARTITION BY k ORDER BY ts
  ROWS BETWEEN CURRENT ROW AND UNBOUNDED FOLLOWING
  PATTERN (A+)
  DEFINE A AS v <> 0 OR v IS NULL)
VALUES
  (1, 3, 2, 12, 6.0, 'p', 2, 7, ARRAY[3, 1, 2], 'p+q+r'),
  (2, 0, 0, NULL, NULL, NULL, 0, NULL, NULL, NULL),
  (3, 0, 0, NULL, NULL, NULL, 0, NULL, NULL, NULL),
  (4, 0, 0, NULL, NULL, NULL, 0, NULL, NULL, NULL),
  (5, 1, 1, 2, 2.0, 't', 1, 2, ARRAY[5], 't'),
  (6, 1, 1, 7, 7.0, 'u', 1, 7, ARRAY[6], 'u');

-- Functions of places in the frame.
ASSERT ROWS
SELECT id,
  FIRST_VALUE(v) OVER w, LAST_VALUE(v) OVER w, NTH_VALUE(v, 2) OVER w, NTH_VALUE(name, 3) OVER w,
  NTH_VALUE(v, 2) IGNORE NULLS OVER w, FIRST_VALUE(v) IGNORE NULLS OVER w,
  LAST_VALUE(id * 10) OVER w
FROM s
WINDOW w AS (
  PARTITION BY k ORDER BY ts
  ROWS BETWEEN CURRENT ROW AND UNBOUNDED FOLLOWING
  AFTER MATCH SKIP TO NEXT ROW
  PATTERN (A+)
  DEFINE A AS v <> 0 OR v IS NULL)
VALUES
  (1, 5, 7, NULL, 'r', 7, 5, 30),
  (2, NULL, 7, 7, NULL, NULL, 7, 30),
  (3, 7, 7, NULL, NULL, NULL, 7, 30),
  (4, NULL, NULL, NULL, NULL, NULL, NULL, NULL),
  (5, 2, 2, NULL, NULL, NULL, 2, 50),
  (6, 7, 7, NULL, NULL, NULL, 7, 60);

-- Measures see the whole match, so RUNNING and FINAL are the same. They may stand in expressions, in
-- QUALIFY, and have the name of the measure where no other is given.
ASSERT ROWS
SELECT id, many OVER w + 1 AS more, label OVER w, UPPER(first OVER w) AS first
FROM s
WINDOW w AS (
  PARTITION BY k ORDER BY ts
  MEASURES RUNNING COUNT(U.*) AS many, CLASSIFIER() AS label, FIRST(name) AS first,
    FINAL LAST(B.id) AS last, MATCH_ROWTIME() AS at
  ROWS BETWEEN CURRENT ROW AND UNBOUNDED FOLLOWING
  AFTER MATCH SKIP TO NEXT ROW
  PATTERN (A B+)
  SUBSET U = (A, B)
  DEFINE B AS v > 0 OR v IS NULL)
QUALIFY last OVER w = 3 AND at OVER w = TIMESTAMP '2024-01-01 00:00:03'
VALUES (1, 4, 'b', 'P'), (2, 3, 'b', 'Q');

-- A window may be written in place, and be based on one that has no frame.
ASSERT ROWS
SELECT id, n OVER (w MEASURES COUNT(*) AS n ROWS BETWEEN CURRENT ROW AND 1 FOLLOWING PATTERN (A B)
  DEFINE B AS B.v > A.v) AS n
FROM s
WINDOW w AS (PARTITION BY k ORDER BY ts)
VALUES (1, NULL), (2, NULL), (3, NULL), (4, 2), (5, NULL), (6, NULL);

-- Several windows in one query: two patterns, and one without.
ASSERT ROWS
SELECT id, COUNT(*) OVER up AS up, COUNT(*) OVER same AS same, ROW_NUMBER() OVER w AS place,
  LAST_VALUE(name) OVER up AS last
FROM s
WINDOW
  w AS (PARTITION BY k ORDER BY ts),
  up AS (w ROWS BETWEEN CURRENT ROW AND 1 FOLLOWING PATTERN (A B) DEFINE B AS B.v > A.v),
  same AS (ORDER BY ts ROWS BETWEEN CURRENT ROW AND UNBOUNDED FOLLOWING
    AFTER MATCH SKIP TO NEXT ROW SEEK PATTERN (A B) DEFINE B AS B.k <> A.k)
VALUES
  (1, 0, 2, 1, NULL), (2, 0, 2, 2, NULL), (3, 0, 2, 3, NULL), (4, 2, 2, 4, 'u'), (5, 0, 2, 1, NULL),
  (6, 0, 0, 5, NULL);

-- Over a GROUP BY a window sees its groups.
ASSERT ROWS
SELECT window_end, n, COUNT(*) OVER w AS falling
FROM (
  SELECT window_end, window_time, COUNT(*) AS n
  FROM TUMBLE(TABLE s, DESCRIPTOR(ts), INTERVAL '2' SECOND)
  GROUP BY window_start, window_end, window_time)
WINDOW w AS (
  ORDER BY window_time
  ROWS BETWEEN CURRENT ROW AND UNBOUNDED FOLLOWING
  PATTERN (A B+)
  DEFINE B AS n <= PREV(n))
VALUES
  ('2024-01-01 00:00:02', 1, 0), ('2024-01-01 00:00:04', 2, 3), ('2024-01-01 00:00:06', 2, 0),
  ('2024-01-01 00:00:08', 1, 0);

ASSERT ROWS
SELECT k, COUNT(*) AS n, SUM(SUM(v)) OVER w AS total
FROM (VALUES ('a', 1), ('a', 2), ('b', 5), ('c', 1), ('c', 9)) AS t (k, v)
GROUP BY k
WINDOW w AS (ORDER BY k ROWS BETWEEN CURRENT ROW AND UNBOUNDED FOLLOWING PATTERN (A B) DEFINE B AS k = 'b')
VALUES ('a', 2, 8), ('b', 1, NULL), ('c', 2, NULL);
