-- Over data that ends, a window may have any order, or none, and reach to the end.

CREATE VIEW t AS SELECT * FROM (VALUES
  (1, 'a', 5, 1.5e0), (2, 'a', 3, NULL), (3, 'b', 5, 2.5e0), (4, NULL, NULL, -1e0), (5, 'a', NULL, 4e0),
  (6, 'b', 1, 0e0), (7, NULL, 3, 8e0)) AS t(id, k, v, d);

-- Without ORDER BY the frame is the whole partition.
ASSERT ROWS
SELECT id, SUM(v) OVER (PARTITION BY k), COUNT(*) OVER (), MAX(d) OVER (PARTITION BY k)
FROM t
VALUES
  (1, 8, 7, 4.0),
  (2, 8, 7, 4.0),
  (3, 6, 7, 2.5),
  (4, 3, 7, 8.0),
  (5, 8, 7, 4.0),
  (6, 6, 7, 2.5),
  (7, 3, 7, 8.0);

-- NULLs come last, downwards too, unless it is written otherwise.
ASSERT ROWS
SELECT id, ROW_NUMBER() OVER (ORDER BY v, id), ROW_NUMBER() OVER (ORDER BY v DESC, id),
  ROW_NUMBER() OVER (ORDER BY v NULLS FIRST, id), ROW_NUMBER() OVER (ORDER BY k DESC NULLS FIRST, v, id DESC)
FROM t
VALUES
  (7, 3, 4, 5, 1),
  (4, 6, 6, 1, 2),
  (6, 1, 5, 3, 3),
  (3, 5, 2, 7, 4),
  (2, 2, 3, 4, 5),
  (1, 4, 1, 6, 6),
  (5, 7, 7, 2, 7);

-- Distances of numbers; there is none from a NULL to a number, and all NULLs are equal.
ASSERT ROWS
SELECT id,
  SUM(id) OVER (ORDER BY v RANGE BETWEEN 2 PRECEDING AND CURRENT ROW),
  SUM(id) OVER (ORDER BY v DESC RANGE BETWEEN 2 PRECEDING AND CURRENT ROW),
  COUNT(*) OVER (ORDER BY v NULLS FIRST RANGE BETWEEN 1 FOLLOWING AND 2 FOLLOWING),
  COUNT(*) OVER (ORDER BY v RANGE BETWEEN UNBOUNDED PRECEDING AND 2 FOLLOWING),
  COUNT(*) OVER (ORDER BY v RANGE BETWEEN 0 PRECEDING AND UNBOUNDED FOLLOWING)
FROM t
VALUES
  (4, 9, 9, 2, 7, 2),
  (5, 9, 9, 2, 7, 2),
  (6, 6, 15, 2, 3, 7),
  (2, 15, 13, 2, 5, 6),
  (7, 15, 13, 2, 5, 6),
  (1, 13, 4, 0, 5, 4),
  (3, 13, 4, 0, 5, 4);

-- not on duckdb: the distance is of another type there
ASSERT ROWS
SELECT id, COUNT(*) OVER (ORDER BY d RANGE BETWEEN 1.5 PRECEDING AND 1.5 FOLLOWING),
  COUNT(*) OVER (ORDER BY d DESC RANGE 3 PRECEDING),
  COUNT(*) OVER (ORDER BY v RANGE BETWEEN 0.5 PRECEDING AND 2.5 FOLLOWING)
FROM t
VALUES
  (6, 3, 3, 3),
  (7, 1, 1, 4),
  (2, 1, 1, 4),
  (3, 3, 2, 2),
  (1, 3, 3, 2),
  (5, 2, 1, 2),
  (4, 2, 3, 2);

-- To the end of the partition.
ASSERT ROWS
SELECT id, SUM(id) OVER (PARTITION BY k ORDER BY id ROWS BETWEEN CURRENT ROW AND UNBOUNDED FOLLOWING),
  SUM(id) OVER (PARTITION BY k ORDER BY v RANGE BETWEEN CURRENT ROW AND UNBOUNDED FOLLOWING),
  LAST_VALUE(id) OVER (PARTITION BY k ORDER BY id ROWS BETWEEN UNBOUNDED PRECEDING AND UNBOUNDED FOLLOWING)
FROM t
VALUES
  (6, 6, 9, 6),
  (2, 7, 8, 5),
  (7, 7, 11, 7),
  (1, 8, 6, 5),
  (3, 9, 3, 6),
  (4, 11, 4, 7),
  (5, 5, 5, 5);

-- Partitions by an expression; several windows in one SELECT; the order of the result is its own.
ASSERT ROWS
SELECT id, COUNT(*) OVER (PARTITION BY id % 2), COUNT(*) OVER (PARTITION BY v IS NULL, k),
  id * 100 / SUM(id) OVER () AS part
FROM t WHERE id < 7 ORDER BY COUNT(*) OVER (PARTITION BY k) DESC, id
VALUES
  (1, 3, 2, 4),
  (2, 3, 2, 9),
  (5, 3, 1, 23),
  (3, 3, 2, 14),
  (6, 3, 2, 28),
  (4, 3, 1, 19);

-- Over groups: of each group, and of all of them.
ASSERT ROWS
SELECT k, SUM(v) AS total, SUM(SUM(v)) OVER (ORDER BY k) AS running, RANK() OVER (ORDER BY COUNT(*) DESC, k) AS place
FROM t GROUP BY k HAVING COUNT(*) > 1
VALUES
  ('a', 8, 8, 1),
  ('b', 6, 14, 2),
  (NULL, 3, 17, 3);

-- An empty relation has no rows, and no windows.
ASSERT EMPTY SELECT SUM(v) OVER (ORDER BY id) FROM t WHERE FALSE;
