-- MATCH_RECOGNIZE finds rows that follow each other in a certain way. PATTERN says in which way, as a regular
-- expression whose letters are variables; DEFINE says what a row must be to be called by one of them.

CREATE STREAM logins (who VARCHAR, ok BOOLEAN, place VARCHAR, ts TIMESTAMP(3), WATERMARK FOR ts AS ts - INTERVAL '5' SECOND);

INSERT INTO logins VALUES
  ('ann', FALSE, 'Rome',  '2024-01-01 08:00:00'),
  ('bob', FALSE, 'Oslo',  '2024-01-01 08:00:10'),
  ('ann', FALSE, 'Rome',  '2024-01-01 08:00:21'),
  ('ann', FALSE, 'Kyiv',  '2024-01-01 08:00:20'),   -- a second late, and sorted in
  ('bob', TRUE,  'Oslo',  '2024-01-01 08:00:30'),
  ('ann', TRUE,  'Kyiv',  '2024-01-01 08:00:40'),
  ('bob', FALSE, 'Oslo',  '2024-01-01 08:00:50'),
  ('bob', FALSE, 'Oslo',  '2024-01-01 08:01:00'),
  ('bob', FALSE, 'Bonn',  '2024-01-01 08:01:10'),
  ('bob', FALSE, 'Bonn',  '2024-01-01 08:01:20'),
  ('bob', FALSE, 'Bonn',  '2024-01-01 08:01:30');

-- Three failures in a row. A match takes its rows, and the next one starts behind them.
ASSERT ROWS
SELECT * FROM logins MATCH_RECOGNIZE (
  PARTITION BY who ORDER BY ts
  MEASURES FIRST(F.ts) AS since, LAST(F.place) AS place
  PATTERN (F{3})
  DEFINE F AS NOT F.ok)
VALUES
  ('ann', '2024-01-01 08:00:00', 'Rome'),
  ('bob', '2024-01-01 08:00:50', 'Bonn');

-- Failures, at least three, and then it worked: was it guessed?
ASSERT ROWS
SELECT * FROM logins MATCH_RECOGNIZE (
  PARTITION BY who ORDER BY ts
  MEASURES COUNT(F.*) AS failures, S.place AS place, S.ts AS at
  PATTERN (F{3,} S)
  DEFINE F AS NOT F.ok, S AS S.ok)
VALUES ('ann', 3, 'Kyiv', '2024-01-01 08:00:40');

-- A variable that is not defined may be any row; without PARTITION BY all rows are one sequence.
ASSERT ROWS
SELECT * FROM logins MATCH_RECOGNIZE (
  ORDER BY ts
  MEASURES S.who AS who, S.ts AS at, X.who AS next
  PATTERN (S X)
  DEFINE S AS S.ok)
VALUES ('bob', '2024-01-01 08:00:30', 'ann');

-- What is matched is a table like any other: it can be filtered, grouped and joined with others of its kind.
ASSERT ROWS
SELECT who, COUNT(*) AS times, MAX(n) AS longest
FROM logins MATCH_RECOGNIZE (
  PARTITION BY who ORDER BY ts
  MEASURES COUNT(*) AS n
  PATTERN (F+)
  DEFINE F AS NOT F.ok) AS runs
WHERE n > 1
GROUP BY who
VALUES ('ann', 1, 3), ('bob', 1, 5);

-- Where nothing fits, nothing is said.
ASSERT EMPTY
SELECT * FROM logins MATCH_RECOGNIZE (
  PARTITION BY who ORDER BY ts
  MEASURES COUNT(*) AS n
  PATTERN (F{6})
  DEFINE F AS NOT F.ok);
