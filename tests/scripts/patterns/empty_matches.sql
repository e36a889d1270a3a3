-- A pattern that can do with no row matches nothing: an empty match. It has a number, its measures are NULL, and the
-- next match may start at the row after the one it starts at.

CREATE STREAM s (id INT, v VARCHAR, ts TIMESTAMP(3), WATERMARK FOR ts);

INSERT INTO s VALUES
  (1, 'b', '2024-01-01 00:00:01'), (2, 'a', '2024-01-01 00:00:02'), (3, 'a', '2024-01-01 00:00:03'), (4, 'b', '2024-01-01 00:00:04');

ASSERT ROWS
SELECT * FROM s MATCH_RECOGNIZE (
  ORDER BY ts MEASURES MATCH_NUMBER() AS m, COUNT(*) AS n, SUM(id) AS total, FIRST(id) AS f, CLASSIFIER() AS label, MATCH_ROWTIME() AS at
  PATTERN (A*) DEFINE A AS v = 'a')
VALUES
  (1, 0, NULL, NULL, NULL, '2024-01-01 00:00:01'),
  (2, 2, 5,    2,    'a',  '2024-01-01 00:00:03'),
  (3, 0, NULL, NULL, NULL, '2024-01-01 00:00:04');

-- () is nothing; as an alternative it is what is left over.
ASSERT ROWS
SELECT * FROM s MATCH_RECOGNIZE (
  ORDER BY ts MEASURES MATCH_NUMBER() AS m, COUNT(*) AS n
  PATTERN (()) )
VALUES (1, 0), (2, 0), (3, 0), (4, 0);

ASSERT ROWS
SELECT * FROM s MATCH_RECOGNIZE (
  ORDER BY ts MEASURES MATCH_NUMBER() AS m, FIRST(id) AS f
  PATTERN (A A | ()) DEFINE A AS v = 'a')
VALUES (1, NULL), (2, 2), (3, NULL);

-- Reluctant to the end: it prefers to take nothing.
ASSERT ROWS
SELECT * FROM s MATCH_RECOGNIZE (
  ORDER BY ts MEASURES MATCH_NUMBER() AS m, COUNT(*) AS n
  PATTERN (A*?) DEFINE A AS v = 'a')
VALUES (1, 0), (2, 0), (3, 0), (4, 0);

-- Loops over nothing end.
ASSERT ROWS
SELECT * FROM s MATCH_RECOGNIZE (
  ORDER BY ts MEASURES MATCH_NUMBER() AS m, COUNT(*) AS n
  PATTERN (()* (){5,} (^*) (B ()*)*) DEFINE B AS v = 'b')
VALUES (1, 1), (2, 0), (3, 0), (4, 1);

-- A group that may be empty can be so as often as a count demands.
ASSERT ROWS
SELECT * FROM s MATCH_RECOGNIZE (
  ORDER BY ts MEASURES FIRST(id) AS f, COUNT(*) AS n
  PATTERN ((A?){4} B) DEFINE A AS v = 'a', B AS v = 'b')
VALUES (1, 1), (2, 3);
