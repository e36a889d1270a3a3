-- Aggregates over the rows of a match, or of one variable of it. In DEFINE they hold the row under test already, and
-- forget it if it is taken back.

CREATE STREAM charges (card INT, amount DECIMAL(8, 2), shop VARCHAR, ts TIMESTAMP(3), WATERMARK FOR ts AS ts - INTERVAL '5' SECOND);

INSERT INTO charges VALUES
  (1, '2.00', 'a',  '2024-01-01 00:00:01'), (1, '1.00',   'b',  '2024-01-01 00:00:02'),
  (1, NULL,   'b',  '2024-01-01 00:00:03'), (1, '3.00',   NULL, '2024-01-01 00:00:04'),
  (1, '90.00', 'c', '2024-01-01 00:00:05'), (2, '100.00', 'a',  '2024-01-01 00:00:06'),
  (2, '1.00', 'a',  '2024-01-01 00:00:07'), (1, '2.00',   'd',  '2024-01-01 00:00:08'), (1, '99.00', 'd',  '2024-01-01 00:00:09');

-- COUNT(*) counts the rows of the match, COUNT(S.*) those of S, COUNT(S.amount) those of S with an amount,
-- COUNT(amount) those of any variable with one. 
ASSERT ROWS
SELECT * FROM charges MATCH_RECOGNIZE (
  PARTITION BY card ORDER BY ts
  MEASURES COUNT(*) AS "all", COUNT(S.*) AS small, COUNT(S.amount) AS amounts, COUNT(amount) AS any_amounts,
    COUNT(DISTINCT S.shop) AS shops, COUNT(shop) AS any_shops
  PATTERN (S+ L)
  DEFINE S AS amount IS NULL OR amount < 5, L AS amount > 50)
VALUES (1, 5, 4, 3, 4, 2, 4), (1, 2, 1, 1, 2, 1, 2);

ASSERT ROWS
SELECT * FROM charges MATCH_RECOGNIZE (
  PARTITION BY card ORDER BY ts
  MEASURES SUM(S.amount) AS total, AVG(S.amount) AS mean, MIN(amount) AS least, MAX(amount) AS most,
    STRING_AGG(S.shop, '') AS shops, ARRAY_AGG(CAST(amount AS INT)) AS amounts,
    COUNT(*) FILTER (WHERE shop = 'b') AS at_b, ARG_MAX(S.shop, S.amount) AS dearest, MEDIAN(S.amount) AS median
  PATTERN (S{2,} L)
  DEFINE S AS amount IS NULL OR amount < 5, L AS amount > 50)
VALUES (1, '6.00', 2.0, '1.00', '90.00', 'abb', ARRAY[2, 1, NULL, 3, 90], 2, 'a', 2.0);

-- In DEFINE: as long as the sum stays below 5. The row under test is in the sum.
ASSERT ROWS
SELECT * FROM charges MATCH_RECOGNIZE (
  PARTITION BY card ORDER BY ts
  MEASURES COUNT(*) AS n, SUM(amount) AS total
  PATTERN (S+)
  DEFINE S AS SUM(S.amount) < 5)
VALUES (1, 3, '3.00'), (1, 1, '3.00'), (1, 1, '2.00'), (2, 1, '1.00');

-- Far more than the mean of those before.
ASSERT ROWS
SELECT * FROM charges MATCH_RECOGNIZE (
  PARTITION BY card ORDER BY ts
  MEASURES L.amount AS amount, AVG(S.amount) AS mean
  PATTERN (S+ L)
  DEFINE L AS L.amount > 10 * AVG(S.amount))
VALUES (1, '90.00', 2.0), (1, '99.00', 2.0);

-- Aggregates of conditions, distinct values, several variables.
ASSERT ROWS
SELECT * FROM charges MATCH_RECOGNIZE (
  PARTITION BY card ORDER BY ts
  MEASURES ARRAY_AGG(shop) AS shops
  PATTERN (A+)
  DEFINE A AS COUNT(DISTINCT shop) <= 2)
VALUES (1, ARRAY['a', 'b', 'b', NULL]), (1, ARRAY['c', 'd', 'd']), (2, ARRAY['a', 'a']);

ASSERT ROWS
SELECT * FROM charges MATCH_RECOGNIZE (
  PARTITION BY card ORDER BY ts
  MEASURES COUNT(A.*) AS a, COUNT(B.*) AS b
  PATTERN (A+ B+)
  DEFINE B AS SUM(B.amount) > SUM(A.amount))
VALUES (1, 6, 1);
