-- ONE ROW PER MATCH says the partition's columns and the measures. ALL ROWS PER MATCH says each row of the match:
-- the columns of PARTITION BY and ORDER BY, the measures, then the rest.

CREATE STREAM jobs (machine INT, state VARCHAR, load INT, ts TIMESTAMP(3), WATERMARK FOR ts);

INSERT INTO jobs VALUES
  (1, 'idle', 0,  '2024-01-01 00:00:00'),
  (1, 'busy', 40, '2024-01-01 00:00:01'),
  (1, 'busy', 70, '2024-01-01 00:00:02'),
  (1, 'idle', 5,  '2024-01-01 00:00:03'),
  (1, 'fail', 0,  '2024-01-01 00:00:04'),
  (1, 'busy', 90, '2024-01-01 00:00:05');

ASSERT ROWS
SELECT * FROM jobs MATCH_RECOGNIZE (
  PARTITION BY machine ORDER BY ts
  MEASURES COUNT(*) AS n, MAX(load) AS peak
  ONE ROW PER MATCH
  PATTERN (B+)
  DEFINE B AS state = 'busy')
VALUES (1, 2, 70), (1, 1, 90);

ASSERT ROWS
SELECT * FROM jobs MATCH_RECOGNIZE (
  PARTITION BY machine ORDER BY ts
  MEASURES COUNT(*) AS n, MAX(load) AS peak
  ALL ROWS PER MATCH
  PATTERN (B+)
  DEFINE B AS state = 'busy')
VALUES
  (1, '2024-01-01 00:00:01', 1, 40, 'busy', 40),
  (1, '2024-01-01 00:00:02', 2, 70, 'busy', 70),
  (1, '2024-01-01 00:00:05', 1, 90, 'busy', 90);

-- `B*` matches nothing too: an empty match is a match, takes a number, and is said at the row that it starts at.
ASSERT ROWS
SELECT * FROM jobs MATCH_RECOGNIZE (
  PARTITION BY machine ORDER BY ts
  MEASURES MATCH_NUMBER() AS m, COUNT(*) AS n, MAX(load) AS peak
  PATTERN (B*)
  DEFINE B AS state = 'busy')
VALUES (1, 1, 0, NULL), (1, 2, 2, 70), (1, 3, 0, NULL), (1, 4, 0, NULL), (1, 5, 1, 90);

-- SHOW EMPTY MATCHES is what ALL ROWS PER MATCH does.
ASSERT ROWS
SELECT m, n, state FROM jobs MATCH_RECOGNIZE (
  PARTITION BY machine ORDER BY ts
  MEASURES MATCH_NUMBER() AS m, COUNT(*) AS n
  ALL ROWS PER MATCH SHOW EMPTY MATCHES
  PATTERN (B*)
  DEFINE B AS state = 'busy')
VALUES (1, 0, 'idle'), (2, 1, 'busy'), (2, 2, 'busy'), (3, 0, 'idle'), (4, 0, 'fail'), (5, 1, 'busy');

ASSERT ROWS
SELECT m, n, state FROM jobs MATCH_RECOGNIZE (
  PARTITION BY machine ORDER BY ts
  MEASURES MATCH_NUMBER() AS m, COUNT(*) AS n
  ALL ROWS PER MATCH OMIT EMPTY MATCHES
  PATTERN (B*)
  DEFINE B AS state = 'busy')
VALUES (2, 1, 'busy'), (2, 2, 'busy'), (5, 1, 'busy');

-- WITH UNMATCHED ROWS says every row: those that no match covers have no measures.
ASSERT ROWS
SELECT ts, m, state FROM jobs MATCH_RECOGNIZE (
  PARTITION BY machine ORDER BY ts
  MEASURES MATCH_NUMBER() AS m
  ALL ROWS PER MATCH WITH UNMATCHED ROWS
  PATTERN (B+ I)
  DEFINE B AS state = 'busy', I AS state = 'idle')
VALUES
  ('2024-01-01 00:00:00', NULL, 'idle'),
  ('2024-01-01 00:00:01', 1,    'busy'),
  ('2024-01-01 00:00:02', 1,    'busy'),
  ('2024-01-01 00:00:03', 1,    'idle'),
  ('2024-01-01 00:00:04', NULL, 'fail'),
  ('2024-01-01 00:00:05', NULL, 'busy');

-- An empty match covers no row, but says the one it starts at: that is not unmatched.
ASSERT ROWS
SELECT m, n, state FROM jobs MATCH_RECOGNIZE (
  PARTITION BY machine ORDER BY ts
  MEASURES MATCH_NUMBER() AS m, COUNT(*) AS n
  ALL ROWS PER MATCH WITH UNMATCHED ROWS
  PATTERN (B*)
  DEFINE B AS state = 'busy')
VALUES (1, 0, 'idle'), (2, 1, 'busy'), (2, 2, 'busy'), (3, 0, 'idle'), (4, 0, 'fail'), (5, 1, 'busy');

-- Under SKIP TO NEXT ROW a row may be in several matches; one that an earlier match has is not unmatched.
ASSERT ROWS
SELECT m, n, load FROM jobs MATCH_RECOGNIZE (
  PARTITION BY machine ORDER BY ts
  MEASURES MATCH_NUMBER() AS m, COUNT(*) AS n
  ALL ROWS PER MATCH WITH UNMATCHED ROWS
  AFTER MATCH SKIP TO NEXT ROW
  PATTERN (B B? I)
  DEFINE B AS state = 'busy', I AS state = 'idle')
VALUES (NULL, NULL, 0), (1, 1, 40), (1, 2, 70), (1, 3, 5), (2, 1, 70), (2, 2, 5), (NULL, NULL, 0), (NULL, NULL, 90);
