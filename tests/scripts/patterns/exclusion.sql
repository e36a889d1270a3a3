-- {- … -} leaves rows out of ALL ROWS PER MATCH. They are rows of the match as all others: they are counted,
-- navigated over, and skipped.

CREATE STREAM rides (id INT, place VARCHAR, ts TIMESTAMP(3), WATERMARK FOR ts);

INSERT INTO rides VALUES
  (1, 'home', '2024-01-01 00:00:01'), (2, 'road', '2024-01-01 00:00:02'), (3, 'toll', '2024-01-01 00:00:03'),
  (4, 'road', '2024-01-01 00:00:04'), (5, 'work', '2024-01-01 00:00:05'), (6, 'home', '2024-01-01 00:00:06'),
  (7, 'work', '2024-01-01 00:00:07');

ASSERT ROWS
SELECT id, place, n, before FROM rides MATCH_RECOGNIZE (
  ORDER BY ts MEASURES COUNT(*) AS n, LAST(place, 1) AS before
  ALL ROWS PER MATCH
  PATTERN (H {- R* -} W) DEFINE H AS place = 'home', R AS place IN ('road', 'toll'), W AS place = 'work')
VALUES (1, 'home', 1, NULL), (5, 'work', 5, 'road'), (6, 'home', 1, NULL), (7, 'work', 2, 'home');

-- Parts of what is excluded cannot be taken in again: the outermost counts.
ASSERT ROWS
SELECT id FROM rides MATCH_RECOGNIZE (
  ORDER BY ts MEASURES COUNT(*) AS n
  ALL ROWS PER MATCH
  PATTERN (H {- R {- T -} R -} W) DEFINE H AS place = 'home', R AS place = 'road', T AS place = 'toll', W AS place = 'work')
VALUES (1), (5);

-- A variable may be excluded in one place and said in another.
ASSERT ROWS
SELECT id FROM rides MATCH_RECOGNIZE (
  ORDER BY ts MEASURES COUNT(*) AS n
  ALL ROWS PER MATCH
  PATTERN ({- R -} T R) DEFINE R AS place = 'road', T AS place = 'toll')
VALUES (3), (4);

-- One row per match sees no difference.
ASSERT ROWS
SELECT * FROM rides MATCH_RECOGNIZE (
  ORDER BY ts MEASURES COUNT(*) AS n, COUNT(R.*) AS hidden
  PATTERN (H {- R* -} W) DEFINE H AS place = 'home', R AS place IN ('road', 'toll'), W AS place = 'work')
VALUES (5, 3), (2, 0);

-- A match of which everything is excluded says nothing, and takes its number.
ASSERT ROWS
SELECT id, m FROM rides MATCH_RECOGNIZE (
  ORDER BY ts MEASURES MATCH_NUMBER() AS m
  ALL ROWS PER MATCH
  PATTERN ({- H -} | T) DEFINE H AS place = 'home', T AS place = 'toll')
VALUES (3, 2);
