-- PATTERN: one after the other, |, (…), PERMUTE, ^ and $. The left alternative comes first; what is preferred and
-- can be is matched, not what is longest.

CREATE STREAM s (id INT, v VARCHAR, ts TIMESTAMP(3), WATERMARK FOR ts AS ts - INTERVAL '2' SECOND);
CREATE VIEW finite AS SELECT * FROM (VALUES (1, 'b'), (2, 'a'), (3, 'a'), (4, 'b'), (5, 'c')) AS t (id, v);

INSERT INTO s VALUES
  (1, 'a', '2024-01-01 00:00:01'), (2, 'b', '2024-01-01 00:00:02'), (3, 'c', '2024-01-01 00:00:03'),
  (4, 'b', '2024-01-01 00:00:04'), (5, 'a', '2024-01-01 00:00:05'), (6, 'c', '2024-01-01 00:00:06'),
  (7, 'c', '2024-01-01 00:00:07'), (8, 'a', '2024-01-01 00:00:08'), (9, 'b', '2024-01-01 00:00:09');

-- One after the other.
ASSERT ROWS
SELECT * FROM s MATCH_RECOGNIZE (
  ORDER BY ts MEASURES ARRAY_AGG(id) AS ids, ARRAY_AGG(CLASSIFIER()) AS labels
  PATTERN (A B) DEFINE A AS v = 'a', B AS v = 'b')
VALUES (ARRAY[1, 2], ARRAY['a', 'b']), (ARRAY[8, 9], ARRAY['a', 'b']);

-- Either: the left one first. Once A alone has matched, A B is not tried any more.
ASSERT ROWS
SELECT * FROM s MATCH_RECOGNIZE (
  ORDER BY ts MEASURES ARRAY_AGG(id) AS ids
  PATTERN (A | A B | C C) DEFINE A AS v = 'a', B AS v = 'b', C AS v = 'c')
VALUES (ARRAY[1]), (ARRAY[5]), (ARRAY[6, 7]), (ARRAY[8]);

ASSERT ROWS
SELECT * FROM s MATCH_RECOGNIZE (
  ORDER BY ts MEASURES ARRAY_AGG(id) AS ids
  PATTERN (A B | A | C C) DEFINE A AS v = 'a', B AS v = 'b', C AS v = 'c')
VALUES (ARRAY[1, 2]), (ARRAY[5]), (ARRAY[6, 7]), (ARRAY[8, 9]);

-- What comes after decides whether a choice can stand: here the second alternative is needed.
ASSERT ROWS
SELECT * FROM s MATCH_RECOGNIZE (
  ORDER BY ts MEASURES ARRAY_AGG(id) AS ids
  PATTERN ((A | A B) C) DEFINE A AS v = 'a', B AS v = 'b', C AS v = 'c')
VALUES (ARRAY[1, 2, 3]), (ARRAY[5, 6]);

-- A row may satisfy several variables: the first one that leads to a match names it.
ASSERT ROWS
SELECT * FROM s MATCH_RECOGNIZE (
  ORDER BY ts MEASURES ARRAY_AGG(CLASSIFIER()) AS labels
  PATTERN ((VOWEL | ANY_ROW) B) DEFINE VOWEL AS v = 'a', B AS v = 'b')
VALUES (ARRAY['vowel', 'b']), (ARRAY['any_row', 'b']), (ARRAY['vowel', 'b']);

-- PERMUTE: each once, in any order; the order written is preferred, then lexicographically.
ASSERT ROWS
SELECT * FROM s MATCH_RECOGNIZE (
  ORDER BY ts MEASURES ARRAY_AGG(id) AS ids, ARRAY_AGG(CLASSIFIER()) AS labels
  PATTERN (PERMUTE(A, B, C)) DEFINE A AS v = 'a', B AS v = 'b', C AS v = 'c')
VALUES
  (ARRAY[1, 2, 3], ARRAY['a', 'b', 'c']), (ARRAY[4, 5, 6], ARRAY['b', 'a', 'c']), (ARRAY[7, 8, 9], ARRAY['c', 'a', 'b']);

ASSERT ROWS
SELECT * FROM s MATCH_RECOGNIZE (
  ORDER BY ts MEASURES ARRAY_AGG(CLASSIFIER()) AS labels
  PATTERN (PERMUTE(X, B)) DEFINE X AS v IN ('a', 'b'), B AS v = 'b')
VALUES (ARRAY['x', 'b']), (ARRAY['b', 'x']), (ARRAY['x', 'b']);

-- Its parts may be patterns.
ASSERT ROWS
SELECT * FROM s MATCH_RECOGNIZE (
  ORDER BY ts MEASURES ARRAY_AGG(id) AS ids
  PATTERN (PERMUTE(A B?, C+)) DEFINE A AS v = 'a', B AS v = 'b', C AS v = 'c')
VALUES (ARRAY[1, 2, 3]), (ARRAY[5, 6, 7]);

-- ^ is the beginning of the partition and $ its end; on an unbounded stream the end never comes.
ASSERT ROWS
SELECT * FROM s MATCH_RECOGNIZE (
  ORDER BY ts MEASURES ARRAY_AGG(id) AS ids
  PATTERN (^ A B | C) DEFINE A AS v = 'a', B AS v = 'b', C AS v = 'c')
VALUES (ARRAY[1, 2]), (ARRAY[3]), (ARRAY[6]), (ARRAY[7]);

ASSERT EMPTY
SELECT * FROM s MATCH_RECOGNIZE (
  ORDER BY ts MEASURES ARRAY_AGG(id) AS ids
  PATTERN (^ B) DEFINE B AS v = 'b');

ASSERT ROWS
SELECT * FROM finite MATCH_RECOGNIZE (
  ORDER BY id MEASURES ARRAY_AGG(id) AS ids
  PATTERN (B C $) DEFINE B AS v = 'b', C AS v = 'c')
VALUES (ARRAY[4, 5]);

ASSERT EMPTY
SELECT * FROM finite MATCH_RECOGNIZE (
  ORDER BY id MEASURES ARRAY_AGG(id) AS ids
  PATTERN (B A $) DEFINE A AS v = 'a', B AS v = 'b');

-- error: $ is the end of the input, and this stream has none
--   PATTERN (A $) DEFINE A AS v = 'a');
--              ^
-- hint: leave $ out; with WITHIN a match is said when its time has passed
SELECT * FROM s MATCH_RECOGNIZE (
  ORDER BY ts MEASURES ARRAY_AGG(id) AS ids
  PATTERN (A $) DEFINE A AS v = 'a');
