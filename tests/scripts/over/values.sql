-- LAG, LEAD, FIRST_VALUE, LAST_VALUE and NTH_VALUE say what another row has.

CREATE STREAM s (
  id INT, k VARCHAR, v INT, name VARCHAR, ts TIMESTAMP(3),
  WATERMARK FOR ts AS ts - INTERVAL '5' SECOND
);
INSERT INTO s VALUES
  (1, 'a', 1, 'one', '2026-01-01 00:00:01'),
  (2, 'b', 10, NULL, '2026-01-01 00:00:03'),
  (3, 'a', NULL, 'two', '2026-01-01 00:00:02'),
  (4, 'a', NULL, 'three', '2026-01-01 00:00:07'),
  (5, 'a', 5, NULL, '2026-01-01 00:00:08'),
  (6, 'b', 20, 'four', '2026-01-01 00:00:05'),
  (7, 'a', 8, 'five', '2026-01-01 00:00:11'),
  (8, 'b', NULL, NULL, '2026-01-01 00:00:30');

-- One row back, two rows back or -1, and one row ahead.
ASSERT ROWS
SELECT id, LAG(v) OVER w, LAG(v, 2, -1) OVER w, LEAD(name) OVER w, LEAD(v, 2, id) OVER w, LAG(v, 0) OVER w
FROM s WINDOW w AS (PARTITION BY k ORDER BY ts)
VALUES
  (1, NULL, -1, 'two', NULL, 1),
  (3, 1, -1, 'three', 5, NULL),
  (4, NULL, 1, NULL, 8, NULL),
  (2, NULL, -1, 'four', NULL, 10),
  (6, 10, -1, NULL, 6, 20),
  (5, NULL, NULL, 'five', 5, 5),
  (7, 5, NULL, NULL, 7, 8),
  (8, 20, 10, NULL, 8, NULL);

-- With IGNORE NULLS rows without a value are passed over.
ASSERT ROWS
SELECT id, LAG(v) IGNORE NULLS OVER w, LAG(v, 2) IGNORE NULLS OVER w, LEAD(v) IGNORE NULLS OVER w,
  LAG(name) RESPECT NULLS OVER w
FROM s WINDOW w AS (PARTITION BY k ORDER BY ts)
VALUES
  (1, NULL, NULL, 5, NULL),
  (3, 1, NULL, 5, 'one'),
  (2, NULL, NULL, 20, NULL),
  (4, 1, NULL, 5, 'two'),
  (5, 1, NULL, 8, 'three'),
  (6, 10, NULL, NULL, NULL),
  (7, 5, 1, NULL, NULL),
  (8, 20, 10, NULL, 'four');

-- The step from one row to the next, inside an expression.
ASSERT ROWS
SELECT id, v - LAG(v) IGNORE NULLS OVER (PARTITION BY k ORDER BY ts) AS step,
  CASE WHEN LAG(id) OVER (PARTITION BY k ORDER BY ts) IS NULL THEN 'first' ELSE name END AS what
FROM s
VALUES
  (1, NULL, 'first'),
  (3, NULL, 'two'),
  (2, NULL, 'first'),
  (6, 10, 'four'),
  (4, NULL, 'three'),
  (5, 4, NULL),
  (7, 3, 'five'),
  (8, NULL, NULL);

-- Into the frame: all rows so far, as there is an ORDER BY and no frame.
ASSERT ROWS
SELECT id, FIRST_VALUE(v) OVER w, LAST_VALUE(v) OVER w, NTH_VALUE(v, 2) OVER w,
  FIRST_VALUE(name) IGNORE NULLS OVER w, LAST_VALUE(v) IGNORE NULLS OVER w, NTH_VALUE(v, 2) IGNORE NULLS OVER w
FROM s WINDOW w AS (PARTITION BY k ORDER BY ts)
VALUES
  (1, 1, 1, NULL, 'one', 1, NULL),
  (3, 1, NULL, NULL, 'one', 1, NULL),
  (2, 10, 10, NULL, NULL, 10, NULL),
  (6, 10, 20, 20, 'four', 20, 20),
  (4, 1, NULL, NULL, 'one', 1, NULL),
  (5, 1, 5, NULL, 'one', 5, 5),
  (7, 1, 8, NULL, 'one', 8, 5),
  (8, 10, NULL, 20, 'four', 20, 20);

-- Into frames that slide, behind the row and ahead of it.
ASSERT ROWS
SELECT id,
  FIRST_VALUE(v) OVER (w ROWS 1 PRECEDING), NTH_VALUE(id, 2) OVER (w ROWS 2 PRECEDING),
  FIRST_VALUE(v) IGNORE NULLS OVER (w ROWS BETWEEN 2 PRECEDING AND 1 FOLLOWING),
  LAST_VALUE(v) IGNORE NULLS OVER (w ROWS BETWEEN 1 PRECEDING AND CURRENT ROW),
  LAST_VALUE(name) OVER (w RANGE BETWEEN CURRENT ROW AND INTERVAL '5' SECOND FOLLOWING)
FROM s WINDOW w AS (PARTITION BY k ORDER BY ts)
VALUES
  (1, 1, NULL, 1, 1, 'two'),
  (3, 1, 3, 1, 1, 'three'),
  (2, 10, NULL, 10, 10, 'four'),
  (4, NULL, 3, 1, NULL, 'five'),
  (5, NULL, 4, 5, 5, 'five'),
  (6, 10, 6, 10, 20, 'four'),
  (7, 5, 5, 5, 8, 'five'),
  (8, 20, 6, 10, 20, NULL);
