-- Quantifiers: * + ? {n} {n,} {n,m} {,m}. They are greedy: one more if possible. With ? behind they are reluctant:
-- one more only if needed.

CREATE STREAM s (id INT, v VARCHAR, ts TIMESTAMP(3), WATERMARK FOR ts AS ts - INTERVAL '2' SECOND);

INSERT INTO s VALUES
  (1, 'b', '2024-01-01 00:00:01'), (2, 'a', '2024-01-01 00:00:02'), (3, 'a', '2024-01-01 00:00:03'),
  (4, 'a', '2024-01-01 00:00:04'), (5, 'a', '2024-01-01 00:00:05'), (6, 'a', '2024-01-01 00:00:06'),
  (7, 'b', '2024-01-01 00:00:07'), (8, 'a', '2024-01-01 00:00:08'), (9, 'b', '2024-01-01 00:00:09');

-- Once or more.
ASSERT ROWS
SELECT * FROM s MATCH_RECOGNIZE (
  ORDER BY ts MEASURES ARRAY_AGG(id) AS ids
  PATTERN (B A+) DEFINE A AS v = 'a', B AS v = 'b')
VALUES (ARRAY[1, 2, 3, 4, 5, 6]), (ARRAY[7, 8]);

-- None or more.
ASSERT ROWS
SELECT * FROM s MATCH_RECOGNIZE (
  ORDER BY ts MEASURES ARRAY_AGG(id) AS ids
  PATTERN (B A* B) DEFINE A AS v = 'a', B AS v = 'b')
VALUES (ARRAY[1, 2, 3, 4, 5, 6, 7]);

-- One or none.
ASSERT ROWS
SELECT * FROM s MATCH_RECOGNIZE (
  ORDER BY ts MEASURES ARRAY_AGG(id) AS ids
  PATTERN (B A?) DEFINE A AS v = 'a', B AS v = 'b')
VALUES (ARRAY[1, 2]), (ARRAY[7, 8]), (ARRAY[9]);

-- So many.
ASSERT ROWS
SELECT * FROM s MATCH_RECOGNIZE (
  ORDER BY ts MEASURES ARRAY_AGG(id) AS ids
  PATTERN (A{2}) DEFINE A AS v = 'a')
VALUES (ARRAY[2, 3]), (ARRAY[4, 5]);

-- So many or more.
ASSERT ROWS
SELECT * FROM s MATCH_RECOGNIZE (
  ORDER BY ts MEASURES ARRAY_AGG(id) AS ids
  PATTERN (A{2,}) DEFINE A AS v = 'a')
VALUES (ARRAY[2, 3, 4, 5, 6]);

-- From so many to so many.
ASSERT ROWS
SELECT * FROM s MATCH_RECOGNIZE (
  ORDER BY ts MEASURES ARRAY_AGG(id) AS ids
  PATTERN (A{2,3}) DEFINE A AS v = 'a')
VALUES (ARRAY[2, 3, 4]), (ARRAY[5, 6]);

-- Up to so many; that is none, too.
ASSERT ROWS
SELECT * FROM s MATCH_RECOGNIZE (
  ORDER BY ts MEASURES ARRAY_AGG(id) AS ids
  PATTERN (B A{,2}) DEFINE A AS v = 'a', B AS v = 'b')
VALUES (ARRAY[1, 2, 3]), (ARRAY[7, 8]), (ARRAY[9]);

-- Reluctant: as few as will do.
ASSERT ROWS
SELECT * FROM s MATCH_RECOGNIZE (
  ORDER BY ts MEASURES ARRAY_AGG(id) AS ids
  PATTERN (B A+?) DEFINE A AS v = 'a', B AS v = 'b')
VALUES (ARRAY[1, 2]), (ARRAY[7, 8]);

ASSERT ROWS
SELECT * FROM s MATCH_RECOGNIZE (
  ORDER BY ts MEASURES ARRAY_AGG(id) AS ids
  PATTERN (B A*? B) DEFINE A AS v = 'a', B AS v = 'b')
VALUES (ARRAY[1, 2, 3, 4, 5, 6, 7]);

ASSERT ROWS
SELECT * FROM s MATCH_RECOGNIZE (
  ORDER BY ts MEASURES ARRAY_AGG(id) AS ids
  PATTERN (B A*?) DEFINE A AS v = 'a', B AS v = 'b')
VALUES (ARRAY[1]), (ARRAY[7]), (ARRAY[9]);

ASSERT ROWS
SELECT * FROM s MATCH_RECOGNIZE (
  ORDER BY ts MEASURES ARRAY_AGG(id) AS ids
  PATTERN (B A??) DEFINE A AS v = 'a', B AS v = 'b')
VALUES (ARRAY[1]), (ARRAY[7]), (ARRAY[9]);

ASSERT ROWS
SELECT * FROM s MATCH_RECOGNIZE (
  ORDER BY ts MEASURES ARRAY_AGG(id) AS ids
  PATTERN (A{2,3}?) DEFINE A AS v = 'a')
VALUES (ARRAY[2, 3]), (ARRAY[4, 5]);

ASSERT ROWS
SELECT * FROM s MATCH_RECOGNIZE (
  ORDER BY ts MEASURES ARRAY_AGG(id) AS ids
  PATTERN (A{2,}? B) DEFINE A AS v = 'a', B AS v = 'b')
VALUES (ARRAY[2, 3, 4, 5, 6, 7]);

-- Quantified groups.
ASSERT ROWS
SELECT * FROM s MATCH_RECOGNIZE (
  ORDER BY ts MEASURES ARRAY_AGG(id) AS ids
  PATTERN ((A A)+) DEFINE A AS v = 'a')
VALUES (ARRAY[2, 3, 4, 5]);

ASSERT ROWS
SELECT * FROM s MATCH_RECOGNIZE (
  ORDER BY ts MEASURES ARRAY_AGG(id) AS ids
  PATTERN ((A A | B)+) DEFINE A AS v = 'a', B AS v = 'b')
VALUES (ARRAY[1, 2, 3, 4, 5]), (ARRAY[7]), (ARRAY[9]);

ASSERT ROWS
SELECT * FROM s MATCH_RECOGNIZE (
  ORDER BY ts MEASURES ARRAY_AGG(id) AS ids
  PATTERN ((B A+){2} B) DEFINE A AS v = 'a', B AS v = 'b')
VALUES (ARRAY[1, 2, 3, 4, 5, 6, 7, 8, 9]);

-- Greedy ones give back what the rest needs; reluctant ones take what it needs.
ASSERT ROWS
SELECT * FROM s MATCH_RECOGNIZE (
  ORDER BY ts MEASURES ARRAY_AGG(id) AS ids
  PATTERN (A+ A B) DEFINE A AS v = 'a', B AS v = 'b')
VALUES (ARRAY[2, 3, 4, 5, 6, 7]);

ASSERT ROWS
SELECT * FROM s MATCH_RECOGNIZE (
  ORDER BY ts MEASURES ARRAY_AGG(id) AS ids
  PATTERN (A+? A A) DEFINE A AS v = 'a')
VALUES (ARRAY[2, 3, 4]);

-- A quantifier in a quantifier, and iterations that take nothing, end.
ASSERT ROWS
SELECT * FROM s MATCH_RECOGNIZE (
  ORDER BY ts MEASURES ARRAY_AGG(id) AS ids
  PATTERN (((A+)+ B)+) DEFINE A AS v = 'a', B AS v = 'b')
VALUES (ARRAY[2, 3, 4, 5, 6, 7, 8, 9]);

ASSERT ROWS
SELECT * FROM s MATCH_RECOGNIZE (
  ORDER BY ts MEASURES ARRAY_AGG(id) AS ids
  PATTERN ((A* B*)* B) DEFINE A AS v = 'a', B AS v = 'b')
VALUES (ARRAY[1, 2, 3, 4, 5, 6, 7, 8, 9]);

-- error: what is repeated at most 0 times takes no row, and says nothing
--   PATTERN (B A{0}) DEFINE A AS v = 'a', B AS v = 'b');
--              ^^^^
-- hint: leave it out; () is the pattern that takes no row
SELECT * FROM s MATCH_RECOGNIZE (
  ORDER BY ts MEASURES ARRAY_AGG(id) AS ids
  PATTERN (B A{0}) DEFINE A AS v = 'a', B AS v = 'b');
