-- What a row pattern cannot be matched against.

CREATE STREAM ticks (
  symbol VARCHAR, price INT, volume INT, ts TIMESTAMP(3), WATERMARK FOR ts AS ts - INTERVAL '5' SECOND);
CREATE STREAM readings (price INT);

-- A stream is matched in the order of its event time.
-- error: a row pattern on a stream goes by event time: ORDER BY begins with that, ascending
-- SELECT * FROM ticks MATCH_RECOGNIZE (
--               ^^^^^^^^^^^^^^^^^^^^^^^
-- hint: write ORDER BY ts
SELECT * FROM ticks MATCH_RECOGNIZE (
  PARTITION BY symbol
  MEASURES A.price AS price
  PATTERN (A B));

-- error: a row pattern on a stream goes by event time: ORDER BY begins with that, ascending
--   PARTITION BY symbol ORDER BY price
--                                ^^^^^
-- hint: write ORDER BY ts; further columns decide between rows of the same time
SELECT * FROM ticks MATCH_RECOGNIZE (
  PARTITION BY symbol ORDER BY price
  MEASURES A.price AS price
  PATTERN (A B));

-- error: a row pattern on a stream goes by event time: ORDER BY begins with that, ascending
--   PARTITION BY symbol ORDER BY ts DESC
--                                ^^^^^^^
-- hint: write ORDER BY ts; further columns decide between rows of the same time
SELECT * FROM ticks MATCH_RECOGNIZE (
  PARTITION BY symbol ORDER BY ts DESC
  MEASURES A.price AS price
  PATTERN (A B));

-- error: a row pattern on a stream goes by event time: ORDER BY begins with that, ascending
--   PARTITION BY symbol ORDER BY price
--                                ^^^^^
-- hint: select the event-time column in the inner query, unchanged
SELECT * FROM (SELECT symbol, price FROM ticks) MATCH_RECOGNIZE (
  PARTITION BY symbol ORDER BY price
  MEASURES A.price AS price
  PATTERN (A B));

-- error: a row pattern on a stream goes by event time: ORDER BY begins with that, ascending
--   ORDER BY price
--            ^^^^^
-- hint: declare it: CREATE STREAM … (…, WATERMARK FOR ts AS ts - INTERVAL '5' SECOND)
SELECT * FROM readings MATCH_RECOGNIZE (
  ORDER BY price
  MEASURES A.price AS price
  PATTERN (A B));

-- Rows that may be taken back cannot be matched.
-- error: a row pattern is matched against rows that stay, and these may be taken back again
-- SELECT * FROM (SELECT symbol, COUNT(*) AS price FROM ticks GROUP BY symbol) MATCH_RECOGNIZE (
--               ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^
-- hint: group the inner query by a window, TUMBLE(…) for one, and leave EMIT STREAM out: its rows are then said once, when they are final
SELECT * FROM (SELECT symbol, COUNT(*) AS price FROM ticks GROUP BY symbol) MATCH_RECOGNIZE (
  PARTITION BY symbol ORDER BY price
  MEASURES A.price AS price
  PATTERN (A B));

-- error: SLIDE has a window for every time of a row, and is there to be aggregated
-- SELECT * FROM SLIDE(TABLE ticks, DESCRIPTOR(ts), INTERVAL '1' HOUR) MATCH_RECOGNIZE (
--               ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^
-- hint: add GROUP BY window_start, window_end
SELECT * FROM SLIDE(TABLE ticks, DESCRIPTOR(ts), INTERVAL '1' HOUR) MATCH_RECOGNIZE (
  ORDER BY ts
  MEASURES A.price AS price
  PATTERN (A B));

-- error: a row pattern is matched against rows that stay, and these may be taken back again
-- SELECT * FROM (SELECT * FROM ticks ORDER BY price LIMIT 5) MATCH_RECOGNIZE (
--               ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^
-- hint: leave ORDER BY … LIMIT out of the inner query: the first rows change as others come
SELECT * FROM (SELECT * FROM ticks ORDER BY price LIMIT 5) MATCH_RECOGNIZE (
  ORDER BY ts
  MEASURES A.price AS price
  PATTERN (A B));

-- error: a row pattern is matched against rows that stay, and these may be taken back again
-- SELECT * FROM (
--               ^
-- hint: bound the join in time, AND b.ts BETWEEN a.ts - INTERVAL '1' HOUR AND a.ts for one: its rows are then said once, when they are final
SELECT * FROM (
    SELECT a.price, a.ts FROM ticks AS a LEFT JOIN ticks AS b ON a.symbol = b.symbol AND a.price < b.price
  ) MATCH_RECOGNIZE (
  ORDER BY ts
  MEASURES A.price AS price
  PATTERN (A B));

-- An event time may be lost on the way.
-- error: a row pattern on a stream goes by event time: ORDER BY begins with that, ascending
--   PARTITION BY symbol ORDER BY ts
--                                ^^
-- hint: DISTINCT, GROUP BY and joins lose the event time, unless they are by window or within an interval of time
SELECT * FROM (SELECT DISTINCT symbol, ts FROM ticks) MATCH_RECOGNIZE (
  PARTITION BY symbol ORDER BY ts
  MEASURES A.ts AS since
  PATTERN (A B));

-- error: a row pattern on a stream goes by event time: ORDER BY begins with that, ascending
-- SELECT COUNT(*) OVER (ORDER BY ts ROWS BETWEEN CURRENT ROW AND UNBOUNDED FOLLOWING PATTERN (A B)) AS n
--        ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^
-- hint: DISTINCT, GROUP BY and joins lose the event time, unless they are by window or within an interval of time
SELECT COUNT(*) OVER (ORDER BY ts ROWS BETWEEN CURRENT ROW AND UNBOUNDED FOLLOWING PATTERN (A B)) AS n
FROM (SELECT a.price, a.ts FROM ticks AS a JOIN ticks AS b ON a.symbol = b.symbol AND a.price < b.price);

-- WITHIN and MATCH_ROWTIME() need a time, also over data that ends.
-- error: WITHIN goes by time, and these rows are not in the order of one
--   PATTERN (A B) WITHIN INTERVAL '5' MINUTE);
--                        ^^^^^^^^^^^^^^^^^^^
-- hint: let ORDER BY begin with an ascending TIMESTAMP
SELECT * FROM (VALUES (1, 10), (2, 20)) AS v (id, price) MATCH_RECOGNIZE (
  ORDER BY id
  MEASURES A.price AS price
  PATTERN (A B) WITHIN INTERVAL '5' MINUTE);

-- error: WITHIN goes by time, and these rows are not in the order of one
--   PATTERN (A -> B WITHIN INTERVAL '5' MINUTE));
--                          ^^^^^^^^^^^^^^^^^^^
-- hint: let ORDER BY begin with an ascending TIMESTAMP
SELECT * FROM (VALUES (1, 10), (2, 20)) AS v (id, price) MATCH_RECOGNIZE (
  ORDER BY id
  MEASURES A.price AS price
  PATTERN (A -> B WITHIN INTERVAL '5' MINUTE));

-- error: MATCH_ROWTIME() is a time, and these rows are not in the order of one
--   MEASURES MATCH_ROWTIME() AS at
--            ^^^^^^^^^^^^^^^
-- hint: let ORDER BY begin with an ascending TIMESTAMP
SELECT * FROM (VALUES (1, 10), (2, 20)) AS v (id, price) MATCH_RECOGNIZE (
  ORDER BY id
  MEASURES MATCH_ROWTIME() AS at
  PATTERN (A B));

-- error: WITHIN takes a length of time that is the same for all rows
--   PATTERN (A B) WITHIN volume);
--                        ^^^^^^
-- hint: write WITHIN INTERVAL '5' MINUTE; what depends on rows belongs in DEFINE: B AS B.ts < A.ts + A.patience
SELECT * FROM ticks MATCH_RECOGNIZE (
  PARTITION BY symbol ORDER BY ts
  MEASURES A.price AS price
  PATTERN (A B) WITHIN volume);

-- A number in ORDER BY is no position.
-- error: ORDER BY of a row pattern takes no position: this is the same number for every row
--   ORDER BY 1
--            ^
-- hint: name the column
SELECT * FROM (VALUES (1, 10), (2, 20)) AS v (id, price) MATCH_RECOGNIZE (
  ORDER BY 1
  MEASURES A.price AS price
  PATTERN (A B));

-- A table changes.
CREATE TABLE prices (symbol VARCHAR, price INT, ts TIMESTAMP(3), PRIMARY KEY (symbol));

-- error: a row pattern is matched against rows that stay, and these may be taken back again
-- SELECT * FROM prices MATCH_RECOGNIZE (
--               ^^^^^^
-- hint: ask once, SELECT without START, for what prices holds at the moment, or match a STREAM of its changes
START rises AS
SELECT * FROM prices MATCH_RECOGNIZE (
  ORDER BY ts
  MEASURES A.price AS price
  PATTERN (A B));

-- error: a row pattern is matched against rows that stay, and these may be taken back again
-- SELECT COUNT(*) OVER (ORDER BY ts ROWS BETWEEN CURRENT ROW AND UNBOUNDED FOLLOWING PATTERN (A B)) AS n FROM prices;
--        ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^
-- hint: ask once, SELECT without START, for what prices holds at the moment, or match a STREAM of its changes
START rises AS
SELECT COUNT(*) OVER (ORDER BY ts ROWS BETWEEN CURRENT ROW AND UNBOUNDED FOLLOWING PATTERN (A B)) AS n FROM prices;

-- A key must have an order.
-- error: ARRAY<INT> cannot stand in PARTITION BY
--   PARTITION BY prices ORDER BY ts
--                ^^^^^^
-- hint: name a part of it that can be compared
SELECT * FROM (SELECT ARRAY[price] AS prices, ts, price FROM ticks) MATCH_RECOGNIZE (
  PARTITION BY prices ORDER BY ts
  MEASURES A.price AS price
  PATTERN (A B));

-- Matches are not corrected.
-- error: a row pattern is not matched again when a late row comes
-- LATE ROWS CORRECT WITHIN INTERVAL '1' MINUTE;
-- ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^
-- hint: write LATE ROWS TO s, or let the stream wait longer: WATERMARK FOR ts AS ts - INTERVAL '1' MINUTE
SELECT * FROM ticks MATCH_RECOGNIZE (
  PARTITION BY symbol ORDER BY ts
  MEASURES A.price AS price
  PATTERN (A B))
LATE ROWS CORRECT WITHIN INTERVAL '1' MINUTE;

-- What is kept is bounded by the pattern and WITHIN.
-- error: state_ttl bounds what GROUP BY, DISTINCT and joins keep, and there is none of them here
-- WITH (state_ttl = INTERVAL '1' HOUR);
--       ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^
-- hint: what a row pattern keeps is bounded by WITHIN after PATTERN (…)
SELECT * FROM ticks MATCH_RECOGNIZE (
  PARTITION BY symbol ORDER BY ts
  MEASURES A.price AS price
  PATTERN (A B+))
WITH (state_ttl = INTERVAL '1' HOUR);

-- error: state_ttl bounds what GROUP BY, DISTINCT and joins keep, and there is none of them here
-- SELECT symbol FROM ticks WITH (state_ttl = INTERVAL '1' HOUR);
--                                ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^
-- hint: leave it out
SELECT symbol FROM ticks WITH (state_ttl = INTERVAL '1' HOUR);
