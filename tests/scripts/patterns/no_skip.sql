-- AFTER MATCH NO SKIP: every way to match, from every start, in the order of preference. There must be a bound.

CREATE STREAM moves (id INT, v VARCHAR, ts TIMESTAMP(3), WATERMARK FOR ts AS ts - INTERVAL '2' SECOND);

INSERT INTO moves VALUES
  (1, 'a', '2024-01-01 00:00:01'), (2, 'a', '2024-01-01 00:00:02'), (3, 'b', '2024-01-01 00:00:03'),
  (4, 'b', '2024-01-01 00:00:04'), (5, 'a', '2024-01-01 00:00:30');

ASSERT ROWS
SELECT * FROM moves MATCH_RECOGNIZE (
  ORDER BY ts MEASURES MATCH_NUMBER() AS m, ARRAY_AGG(id) AS ids
  AFTER MATCH NO SKIP
  PATTERN (A+ B+) WITHIN INTERVAL '10' SECOND
  DEFINE A AS v = 'a', B AS v = 'b')
VALUES (1, ARRAY[1, 2, 3, 4]), (2, ARRAY[1, 2, 3]), (3, ARRAY[2, 3, 4]), (4, ARRAY[2, 3]);

-- ->> gives every later B, -> the first one.
ASSERT ROWS
SELECT * FROM moves MATCH_RECOGNIZE (
  ORDER BY ts MEASURES A.id AS a, B.id AS b
  AFTER MATCH NO SKIP
  PATTERN (A ->> B) WITHIN INTERVAL '10' SECOND
  DEFINE A AS v = 'a', B AS v = 'b')
VALUES (1, 3), (1, 4), (2, 3), (2, 4);

ASSERT ROWS
SELECT * FROM moves MATCH_RECOGNIZE (
  ORDER BY ts MEASURES A.id AS a, B.id AS b
  AFTER MATCH NO SKIP
  PATTERN (A -> B) WITHIN INTERVAL '10' SECOND
  DEFINE A AS v = 'a', B AS v = 'b')
VALUES (1, 3), (2, 3);

-- Ways that label the same rows alike are one match.
ASSERT ROWS
SELECT * FROM moves MATCH_RECOGNIZE (
  ORDER BY ts MEASURES ARRAY_AGG(id) AS ids, ARRAY_AGG(CLASSIFIER()) AS labels
  AFTER MATCH NO SKIP
  PATTERN ((A | A | X){2}) WITHIN INTERVAL '2' SECOND
  DEFINE A AS v = 'a', X AS v = 'a')
VALUES
  (ARRAY[1, 2], ARRAY['a', 'a']), (ARRAY[1, 2], ARRAY['a', 'x']), (ARRAY[1, 2], ARRAY['x', 'a']), (ARRAY[1, 2], ARRAY['x', 'x']);

-- A pattern of bounded length needs no WITHIN.
ASSERT ROWS
SELECT * FROM moves MATCH_RECOGNIZE (
  ORDER BY ts MEASURES ARRAY_AGG(id) AS ids
  AFTER MATCH NO SKIP
  PATTERN (A{1,2} B?)
  DEFINE A AS v = 'a', B AS v = 'b')
VALUES (ARRAY[1, 2, 3]), (ARRAY[1, 2]), (ARRAY[1]), (ARRAY[2, 3]), (ARRAY[2]), (ARRAY[5]);
