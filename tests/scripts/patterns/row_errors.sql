-- A condition that cannot be computed for a row: the row is not what is asked for, goes to errors.<query>, and the
-- others go on.

CREATE STREAM s (id INT, n INT, text VARCHAR, ts TIMESTAMP(3), WATERMARK FOR ts AS ts - INTERVAL '2' SECOND);

START shares AS
SELECT * FROM s MATCH_RECOGNIZE (
  ORDER BY ts MEASURES COUNT(*) AS rows, LAST(id) AS l
  PATTERN (A+) DEFINE A AS 100 / n > 5);

START growing AS
SELECT * FROM s MATCH_RECOGNIZE (
  ORDER BY ts MEASURES ARRAY_AGG(id) AS ids
  PATTERN (A B+) DEFINE B AS 100 / B.n < 100 / A.n);

START measured AS
SELECT * FROM s MATCH_RECOGNIZE (
  ORDER BY ts MEASURES FIRST(id) AS f, CAST(LAST(text) AS INT) AS number
  PATTERN (A A));

INSERT INTO s VALUES
  (1, 2,  '7', '2024-01-01 00:00:01'), (2, 4, 'x', '2024-01-01 00:00:02'), (3, 0, '1', '2024-01-01 00:00:03'),
  (4, 10, '2', '2024-01-01 00:00:04'), (5, 20, '3', '2024-01-01 00:00:05'), (6, 25, '4', '2024-01-01 00:00:06'),
  (7, 1,  '5', '2024-01-01 00:00:20');

ASSERT ROWS
SELECT * FROM s MATCH_RECOGNIZE (
  ORDER BY ts MEASURES COUNT(*) AS rows, LAST(id) AS l
  PATTERN (A+) DEFINE A AS 100 / n > 5)
VALUES (2, 2), (1, 4), (1, 7);

ASSERT ROWS
SELECT error, JSON_VALUE(row, '$.id'), weight FROM errors.shares
VALUES ('division by zero', '3', 1);

ASSERT ROWS
SELECT * FROM s MATCH_RECOGNIZE (
  ORDER BY ts MEASURES ARRAY_AGG(id) AS ids
  PATTERN (A B+) DEFINE B AS 100 / B.n < 100 / A.n)
VALUES (ARRAY[1, 2]), (ARRAY[4, 5, 6]);

ASSERT ROWS
SELECT error, JSON_VALUE(row, '$.id') FROM errors.growing
VALUES ('division by zero', '3'), ('division by zero', '4');   -- 4 was compared with 3

-- A measure that cannot be computed costs its match.
ASSERT ROWS
SELECT * FROM s MATCH_RECOGNIZE (
  ORDER BY ts MEASURES FIRST(id) AS f, CAST(LAST(text) AS INT) AS number
  PATTERN (A A))
VALUES (3, 2), (5, 4);

ASSERT ROWS
SELECT error, JSON_VALUE(row, '$.f') FROM errors.measured
VALUES ('cannot read ''x'' as INT', '1');

-- What is not needed is not computed.
ASSERT ROWS
SELECT * FROM s MATCH_RECOGNIZE (
  ORDER BY ts MEASURES COUNT(*) AS rows, LAST(id) AS l
  PATTERN (A+) DEFINE A AS n <> 0 AND 100 / n > 5)
VALUES (2, 2), (1, 4), (1, 7);

-- Asked once, a query raises.
-- error: division by zero
SELECT * FROM (VALUES (1), (0)) AS t (n) MATCH_RECOGNIZE (
  ORDER BY n MEASURES COUNT(*) AS rows
  PATTERN (A+) DEFINE A AS 100 / n > 5);
