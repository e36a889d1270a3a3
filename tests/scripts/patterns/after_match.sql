-- AFTER MATCH says where the next match may start.

CREATE STREAM s (id INT, v VARCHAR, ts TIMESTAMP(3), WATERMARK FOR ts AS ts - INTERVAL '2' SECOND);

INSERT INTO s VALUES
  (1, 'a', '2024-01-01 00:00:01'), (2, 'b', '2024-01-01 00:00:02'), (3, 'a', '2024-01-01 00:00:03'),
  (4, 'b', '2024-01-01 00:00:04'), (5, 'a', '2024-01-01 00:00:05'), (6, 'c', '2024-01-01 00:00:06');

-- Behind the last row of the match: this is the default.
ASSERT ROWS
SELECT * FROM s MATCH_RECOGNIZE (
  ORDER BY ts MEASURES MATCH_NUMBER() AS m, FIRST(id) AS f, LAST(id) AS l
  AFTER MATCH SKIP PAST LAST ROW
  PATTERN (A B A) DEFINE A AS v = 'a', B AS v = 'b')
VALUES (1, 1, 3);

ASSERT ROWS
SELECT * FROM s MATCH_RECOGNIZE (
  ORDER BY ts MEASURES MATCH_NUMBER() AS m, FIRST(id) AS f, LAST(id) AS l
  PATTERN (A B A) DEFINE A AS v = 'a', B AS v = 'b')
VALUES (1, 1, 3);

-- At the row after the first one: matches overlap.
ASSERT ROWS
SELECT * FROM s MATCH_RECOGNIZE (
  ORDER BY ts MEASURES MATCH_NUMBER() AS m, FIRST(id) AS f, LAST(id) AS l
  AFTER MATCH SKIP TO NEXT ROW
  PATTERN (A B A) DEFINE A AS v = 'a', B AS v = 'b')
VALUES (1, 1, 3), (2, 3, 5);

-- At the first or last row of a variable; SKIP TO B is SKIP TO LAST B.
ASSERT ROWS
SELECT * FROM s MATCH_RECOGNIZE (
  ORDER BY ts MEASURES FIRST(id) AS f, LAST(id) AS l
  AFTER MATCH SKIP TO FIRST B
  PATTERN (X B A) DEFINE B AS v <> 'c', A AS v = 'a' OR v = 'c')
VALUES (1, 3), (3, 5), (4, 6);

ASSERT ROWS
SELECT * FROM s MATCH_RECOGNIZE (
  ORDER BY ts MEASURES FIRST(id) AS f, LAST(id) AS l
  AFTER MATCH SKIP TO LAST A
  PATTERN (B? A B A) DEFINE A AS v = 'a', B AS v = 'b')
VALUES (1, 3), (3, 5);

ASSERT ROWS
SELECT * FROM s MATCH_RECOGNIZE (
  ORDER BY ts MEASURES FIRST(id) AS f, LAST(id) AS l
  AFTER MATCH SKIP TO A
  PATTERN (B? A B A) DEFINE A AS v = 'a', B AS v = 'b')
VALUES (1, 3), (3, 5);

-- The variable may be a SUBSET.
ASSERT ROWS
SELECT * FROM s MATCH_RECOGNIZE (
  ORDER BY ts MEASURES FIRST(id) AS f, LAST(id) AS l
  AFTER MATCH SKIP TO FIRST REST
  PATTERN (A B A)
  SUBSET REST = (B)
  DEFINE A AS v = 'a', B AS v = 'b')
VALUES (1, 3), (3, 5);
