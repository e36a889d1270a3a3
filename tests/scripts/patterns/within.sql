-- WITHIN: every row of a match comes less than so long after its first row. It is part of the pattern: a shorter way
-- that fits is taken, and what has run out of time is given up, which bounds what is kept.

CREATE STREAM doors (id INT, v VARCHAR, ts TIMESTAMP(3), WATERMARK FOR ts AS ts - INTERVAL '1' SECOND);

INSERT INTO doors VALUES
  (1, 'open',  '2024-01-01 00:00:00'),
  (2, 'move',  '2024-01-01 00:00:20'),
  (3, 'shut',  '2024-01-01 00:01:00'),   -- a minute after the first: too late, if only just
  (4, 'open',  '2024-01-01 00:02:00'),
  (5, 'move',  '2024-01-01 00:02:30'),
  (6, 'shut',  '2024-01-01 00:02:59.999'),
  (7, 'open',  '2024-01-01 00:04:00'),
  (8, 'move',  '2024-01-01 00:04:10'),
  (9, 'move',  '2024-01-01 00:05:30');

ASSERT ROWS
SELECT * FROM doors MATCH_RECOGNIZE (
  ORDER BY ts MEASURES FIRST(id) AS f, LAST(id) AS l
  PATTERN (OPENED MOVED* SHUT) WITHIN INTERVAL '1' MINUTE
  DEFINE OPENED AS v = 'open', MOVED AS v = 'move', SHUT AS v = 'shut')
VALUES (4, 6);

ASSERT ROWS
SELECT * FROM doors MATCH_RECOGNIZE (
  ORDER BY ts MEASURES FIRST(id) AS f, LAST(id) AS l
  PATTERN (OPENED MOVED* SHUT) WITHIN INTERVAL '00:01:00.001' HOUR TO SECOND
  DEFINE OPENED AS v = 'open', MOVED AS v = 'move', SHUT AS v = 'shut')
VALUES (1, 3), (4, 6);

-- A greedy loop stops where the time is up, and what was taken stands: 9 is too late.
ASSERT ROWS
SELECT * FROM doors MATCH_RECOGNIZE (
  ORDER BY ts MEASURES FIRST(id) AS f, LAST(id) AS l, COUNT(MOVED.*) AS n
  PATTERN (OPENED MOVED+) WITHIN INTERVAL '1' MINUTE
  DEFINE OPENED AS v = 'open', MOVED AS v = 'move')
VALUES (1, 2, 1), (4, 5, 1), (7, 8, 1);

-- It takes part in backtracking: with less time, another way to match.
ASSERT ROWS
SELECT * FROM doors MATCH_RECOGNIZE (
  ORDER BY ts MEASURES FIRST(id) AS f, LAST(id) AS l
  PATTERN (OPENED (MOVED SHUT | MOVED)) WITHIN INTERVAL '1' MINUTE
  DEFINE OPENED AS v = 'open', MOVED AS v = 'move', SHUT AS v = 'shut')
VALUES (1, 2), (4, 6), (7, 8);

-- Without an end of its own, a match is decided when its time is up.
ASSERT ROWS
SELECT * FROM doors MATCH_RECOGNIZE (
  ORDER BY ts MEASURES COUNT(*) AS n
  PATTERN (X+) WITHIN INTERVAL '1' DAY)
VALUES (9);

-- error: WITHIN goes by time, and these rows are not in the order of one
-- SELECT * FROM (VALUES (1), (2)) AS t (n) MATCH_RECOGNIZE (ORDER BY n MEASURES n AS m PATTERN (A) WITHIN INTERVAL '1' DAY);
--                                                                                                         ^^^^^^^^^^^^^^^^
-- hint: let ORDER BY begin with an ascending TIMESTAMP
SELECT * FROM (VALUES (1), (2)) AS t (n) MATCH_RECOGNIZE (ORDER BY n MEASURES n AS m PATTERN (A) WITHIN INTERVAL '1' DAY);
