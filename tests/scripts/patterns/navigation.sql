-- FIRST and LAST go through the rows of the match, PREV and NEXT through the rows of the partition.

CREATE STREAM ticks (price INT, size INT, ts TIMESTAMP(3), WATERMARK FOR ts AS ts - INTERVAL '2' SECOND);

INSERT INTO ticks VALUES
  (9,  1, '2024-01-01 00:00:01'),
  (5,  2, '2024-01-01 00:00:02'),
  (4,  3, '2024-01-01 00:00:03'),
  (3,  4, '2024-01-01 00:00:04'),
  (7,  5, '2024-01-01 00:00:05'),
  (8,  6, '2024-01-01 00:00:06'),
  (2,  7, '2024-01-01 00:00:07');

-- With an offset: the second, the last but one. Out of range is NULL.
ASSERT ROWS
SELECT * FROM ticks MATCH_RECOGNIZE (
  ORDER BY ts
  MEASURES FIRST(D.price) AS d1, FIRST(D.price, 1) AS d2, FIRST(D.price, 9) AS d10,
    LAST(U.price) AS u1, LAST(U.price, 1) AS u2, LAST(D.price + D.size) AS sum
  PATTERN (D{3} U{2})
  DEFINE D AS price < PREV(price), U AS price > PREV(price))
VALUES (5, 4, NULL, 8, 7, 7);

-- PREV and NEXT leave the match, but not the partition.
ASSERT ROWS
SELECT * FROM ticks MATCH_RECOGNIZE (
  ORDER BY ts
  MEASURES PREV(FIRST(D.price)) AS before, PREV(FIRST(D.price), 2) AS two_before, NEXT(LAST(U.price)) AS after,
    NEXT(LAST(U.price), 2) AS two_after
  PATTERN (D{3} U{2})
  DEFINE D AS price < PREV(price), U AS price > PREV(price))
VALUES (9, NULL, 2, NULL);

-- Nested: first the logical step, then the physical one.
ASSERT ROWS
SELECT * FROM ticks MATCH_RECOGNIZE (
  ORDER BY ts
  MEASURES PREV(LAST(D.price, 1), 1) AS a, NEXT(FIRST(D.price, 1), 2) AS b, PREV(FIRST(D.price * D.size, 2), 3) AS c
  PATTERN (D{3} U{2})
  DEFINE D AS price < PREV(price), U AS price > PREV(price))
VALUES (5, 7, 9);

-- Running and final, in every row of the match.
ASSERT ROWS
SELECT price, f, l, p, x, goal FROM ticks MATCH_RECOGNIZE (
  ORDER BY ts
  MEASURES FIRST(price) AS f, LAST(price, 1) AS l, PREV(price) AS p, NEXT(price) AS x, FINAL LAST(price) AS goal
  ALL ROWS PER MATCH
  PATTERN (D{3} U{2})
  DEFINE D AS price < PREV(price), U AS price > PREV(price))
VALUES (5, 5, NULL, 9, 4, 8), (4, 5, 5, 5, 3, 8), (3, 5, 4, 4, 7, 8), (7, 5, 3, 3, 8, 8), (8, 5, 7, 7, 2, 8);

-- In DEFINE: the row under test already counts, so LAST(A.price) is its own price and LAST(A.price, 1) the one before.
ASSERT ROWS
SELECT * FROM ticks MATCH_RECOGNIZE (
  ORDER BY ts
  MEASURES ARRAY_AGG(price) AS prices
  PATTERN (START A+)
  DEFINE A AS LAST(A.price) < START.price AND (LAST(A.price, 1) IS NULL OR A.price < LAST(A.price, 1)))
VALUES (ARRAY[9, 5, 4, 3]), (ARRAY[8, 2]);

-- NEXT in DEFINE waits for the next row: a peak is known when the price has come down again.
ASSERT ROWS
SELECT * FROM ticks MATCH_RECOGNIZE (
  ORDER BY ts
  MEASURES PEAK.price AS peak
  PATTERN (PEAK)
  DEFINE PEAK AS PEAK.price > COALESCE(PREV(PEAK.price), 0) AND PEAK.price > NEXT(PEAK.price))
VALUES (9), (8);

-- The last price of A from B's condition; the first of all rows; two steps back from the row under test.
ASSERT ROWS
SELECT * FROM ticks MATCH_RECOGNIZE (
  ORDER BY ts
  MEASURES ARRAY_AGG(price) AS prices
  PATTERN (A+ B)
  DEFINE A AS A.price <= FIRST(price), B AS B.price > LAST(A.price) AND B.price < PREV(B.price, 4))
VALUES (ARRAY[9, 5, 4, 3, 7]);

-- error: LAG is a function of a window
--   DEFINE D AS price < LAG(price));
--                       ^^^^^^^^^^
-- hint: in a row pattern it is PREV(x, n)
SELECT * FROM ticks MATCH_RECOGNIZE (
  ORDER BY ts
  MEASURES COUNT(*) AS n
  PATTERN (D{3})
  DEFINE D AS price < LAG(price));
