-- PARTITION BY: each value has a sequence of its own, and NULL is a value. No match reaches over two of them.

CREATE STREAM beats (sensor INT, room VARCHAR, level INT, ts TIMESTAMP(3), WATERMARK FOR ts AS ts - INTERVAL '5' SECOND);

INSERT INTO beats VALUES
  (1,    'a',  10, '2024-01-01 00:00:00'), (2,    'a',  30, '2024-01-01 00:00:00'),
  (NULL, 'a',  50, '2024-01-01 00:00:01'), (1,    'b',  11, '2024-01-01 00:00:02'),
  (2,    'a',  20, '2024-01-01 00:00:03'), (NULL, NULL, 51, '2024-01-01 00:00:04'),
  (1,    'a',  12, '2024-01-01 00:00:05'), (NULL, 'a',  52, '2024-01-01 00:00:06'),
  (2,    'a',  25, '2024-01-01 00:00:07'), (NULL, NULL, 49, '2024-01-01 00:00:08');

ASSERT ROWS
SELECT * FROM beats MATCH_RECOGNIZE (
  PARTITION BY sensor ORDER BY ts
  MEASURES FIRST(level) AS low, LAST(level) AS high
  PATTERN (A UP+)
  DEFINE UP AS UP.level > PREV(UP.level))
VALUES (1, 10, 12), (2, 20, 25), (NULL, 50, 52);

-- By several columns.
ASSERT ROWS
SELECT * FROM beats MATCH_RECOGNIZE (
  PARTITION BY sensor, room ORDER BY ts
  MEASURES FIRST(level) AS low, LAST(level) AS high
  PATTERN (A UP+)
  DEFINE UP AS UP.level > PREV(UP.level))
VALUES (1, 'a', 10, 12), (2, 'a', 20, 25), (NULL, 'a', 50, 52);

-- Without it there is one sequence.
ASSERT ROWS
SELECT * FROM beats MATCH_RECOGNIZE (
  ORDER BY ts
  MEASURES ARRAY_AGG(level) AS levels
  PATTERN (A UP+)
  DEFINE UP AS UP.level > PREV(UP.level))
VALUES (ARRAY[10, 30, 50]), (ARRAY[11, 20, 51]), (ARRAY[12, 52]), (ARRAY[25, 49]);

-- A column is qualified by what FROM calls the table before the pattern, and by the pattern's alias after it.
ASSERT ROWS
SELECT m.sensor, m.n FROM beats MATCH_RECOGNIZE (
  PARTITION BY sensor ORDER BY ts
  MEASURES COUNT(*) AS n
  PATTERN (A+)) AS m
WHERE m.sensor IS NOT NULL
VALUES (1, 3), (2, 3);

-- A condition on the partition's columns is tested before rows are kept.
-- plan:
-- Match (a+) by sensor ordered by ts, one row per match, skip past last row
--   Scan beats (inserts, 2 of 4 columns, where (sensor > 1))
ASSERT ROWS
SELECT * FROM beats MATCH_RECOGNIZE (
  PARTITION BY sensor ORDER BY ts
  MEASURES COUNT(*) AS n
  PATTERN (A+))
WHERE sensor > 1
VALUES (2, 3);
