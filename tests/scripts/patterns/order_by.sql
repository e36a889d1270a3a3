-- ORDER BY: on a stream it begins with the event time, and rows are put in that order before they are matched.
-- Rows of one time are ordered by the keys after it, then by arrival.

CREATE STREAM steps (id INT, lane INT, ts TIMESTAMP(3), WATERMARK FOR ts AS ts - INTERVAL '5' SECOND);

INSERT INTO steps VALUES
  (1, 2,    '2024-01-01 00:00:03'),
  (2, 1,    '2024-01-01 00:00:01'),
  (3, 9,    '2024-01-01 00:00:03'),
  (4, NULL, '2024-01-01 00:00:03'),
  (5, 2,    '2024-01-01 00:00:03'),
  (6, 5,    '2024-01-01 00:00:09'),
  (7, 5,    '2024-01-01 00:00:05');

-- By time; 1, 3, 4 and 5 as they came.
ASSERT ROWS
SELECT * FROM steps MATCH_RECOGNIZE (
  ORDER BY ts MEASURES ARRAY_AGG(id) AS ids PATTERN (A+))
VALUES (ARRAY[2, 1, 3, 4, 5, 7, 6]);

ASSERT ROWS
SELECT * FROM steps MATCH_RECOGNIZE (
  ORDER BY ts, lane MEASURES ARRAY_AGG(id) AS ids PATTERN (A+))
VALUES (ARRAY[2, 1, 5, 3, 4, 7, 6]);

ASSERT ROWS
SELECT * FROM steps MATCH_RECOGNIZE (
  ORDER BY ts, lane DESC NULLS FIRST, id DESC MEASURES ARRAY_AGG(id) AS ids PATTERN (A+))
VALUES (ARRAY[2, 4, 3, 5, 1, 7, 6]);

-- A key may be an expression.
ASSERT ROWS
SELECT * FROM steps MATCH_RECOGNIZE (
  ORDER BY ts, lane % 2 DESC, id MEASURES ARRAY_AGG(id) AS ids PATTERN (A+))
VALUES (ARRAY[2, 3, 1, 5, 4, 7, 6]);

-- Over data that ends, any order will do, descending too.
ASSERT ROWS
SELECT * FROM (VALUES (1, 'c'), (2, 'a'), (3, 'b'), (4, 'a')) AS t (id, name) MATCH_RECOGNIZE (
  ORDER BY name DESC MEASURES ARRAY_AGG(id) AS ids PATTERN (A+))
VALUES (ARRAY[1, 3, 2, 4]);

ASSERT ROWS
SELECT * FROM (VALUES (1, 30), (1, 10), (2, 10), (1, 20), (2, 5)) AS t (k, price) MATCH_RECOGNIZE (
  PARTITION BY k ORDER BY price
  MEASURES FIRST(price) AS low, COUNT(*) AS n
  PATTERN (A STEP*)
  DEFINE STEP AS STEP.price - PREV(STEP.price) = 10)
VALUES (1, 10, 3), (2, 5, 1), (2, 10, 1);

-- Without ORDER BY rows are matched as they come.
ASSERT ROWS
SELECT * FROM (VALUES (1), (3), (2), (4)) AS t (n) MATCH_RECOGNIZE (
  MEASURES ARRAY_AGG(n) AS ns PATTERN (A UP*) DEFINE UP AS UP.n > PREV(UP.n))
VALUES (ARRAY[1, 3]), (ARRAY[2, 4]);

-- On a stream the watermark brings the order; there must be a time to go by.
-- error: a row pattern on a stream goes by event time: ORDER BY begins with that, ascending
--   ORDER BY lane, ts MEASURES ARRAY_AGG(id) AS ids PATTERN (A+));
--            ^^^^
-- hint: write ORDER BY ts; further columns decide between rows of the same time
SELECT * FROM steps MATCH_RECOGNIZE (
  ORDER BY lane, ts MEASURES ARRAY_AGG(id) AS ids PATTERN (A+));
