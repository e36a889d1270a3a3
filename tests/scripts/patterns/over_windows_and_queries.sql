-- A row pattern reads any query that only inserts: a filter, a view, windows and what is aggregated in them.

CREATE STREAM sales (shop VARCHAR, amount INT, ts TIMESTAMP(3), WATERMARK FOR ts AS ts - INTERVAL '5' SECOND);

INSERT INTO sales VALUES
  ('a', 5, '2024-01-01 00:00:05'), ('a', 6, '2024-01-01 00:00:50'), ('b', 9, '2024-01-01 00:00:51'),
  ('a', 4, '2024-01-01 00:01:05'), ('b', 9, '2024-01-01 00:01:10'), ('a', 3, '2024-01-01 00:01:30'),
  ('a', 2, '2024-01-01 00:02:40'), ('b', 3, '2024-01-01 00:02:41'), ('a', 9, '2024-01-01 00:03:10'),
  ('b', 1, '2024-01-01 00:03:20'), ('a', 9, '2024-01-01 00:04:30');

CREATE VIEW per_minute AS
SELECT shop, window_time AS at, SUM(amount) AS total
FROM TUMBLE(TABLE sales, DESCRIPTOR(ts), INTERVAL '1' MINUTE)
GROUP BY shop, window_start, window_end, window_time;

-- Minutes in which less was sold than in the one before, two or more times.
ASSERT ROWS
SELECT * FROM per_minute MATCH_RECOGNIZE (
  PARTITION BY shop ORDER BY at
  MEASURES FIRST(total) AS sold, LAST(LESS.total) AS least, COUNT(LESS.*) AS minutes
  PATTERN (A LESS{2,})
  DEFINE LESS AS total < PREV(total))
VALUES ('a', 11, 2, 2), ('b', 9, 1, 2);

-- A condition on rows belongs below the pattern, in a query; one on matches above it.
ASSERT ROWS
SELECT shop, total FROM (SELECT * FROM sales WHERE amount > 3) MATCH_RECOGNIZE (
  PARTITION BY shop ORDER BY ts
  MEASURES SUM(amount) AS total, COUNT(*) AS n
  PATTERN (A B))
WHERE total > 10
VALUES ('a', 11), ('b', 18), ('a', 13);

-- In a WITH query, and joined into the rest of a statement.
ASSERT ROWS
WITH pairs AS (
  SELECT * FROM sales MATCH_RECOGNIZE (
    PARTITION BY shop ORDER BY ts
    MEASURES FIRST(amount) AS one, LAST(amount) AS two
    PATTERN (A B)))
SELECT shop, one FROM pairs WHERE one = two
UNION ALL
SELECT shop, two FROM pairs WHERE one > two
VALUES ('b', 9), ('a', 3), ('b', 1);

-- Over finite data, with any order.
ASSERT ROWS
SELECT * FROM (VALUES ('a', 3), ('b', 1), ('c', 2), ('d', 5)) AS t (name, n) MATCH_RECOGNIZE (
  ORDER BY n DESC
  MEASURES STRING_AGG(name, '') AS names
  PATTERN (A B $))
VALUES ('cb');

-- What takes rows back cannot be matched.
CREATE VIEW totals AS SELECT shop, COUNT(*) AS n, MAX(ts) AS ts FROM sales GROUP BY shop;

-- error: a row pattern is matched against rows that stay, and these may be taken back again
-- SELECT * FROM totals MATCH_RECOGNIZE (
--               ^^^^^^
-- hint: group the inner query by a window, TUMBLE(…) for one, and leave EMIT STREAM out: its rows are then said once, when they are final
SELECT * FROM totals MATCH_RECOGNIZE (
  PARTITION BY shop ORDER BY ts
  MEASURES COUNT(*) AS m
  PATTERN (A B));
