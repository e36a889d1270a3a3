-- What row patterns alone have, written somewhere else: where it belongs is said.

CREATE STREAM ticks (
  symbol VARCHAR, price INT, volume INT, ts TIMESTAMP(3), WATERMARK FOR ts AS ts - INTERVAL '5' SECOND);

-- error: CLASSIFIER has a meaning in MEASURES and DEFINE of a row pattern only
-- SELECT CLASSIFIER() FROM ticks;
--        ^^^^^^^^^^
-- hint: write it in MEASURES of MATCH_RECOGNIZE (…), CLASSIFIER() AS label, and select label
SELECT CLASSIFIER() FROM ticks;

-- error: MATCH_NUMBER has a meaning in MEASURES and DEFINE of a row pattern only
-- SELECT price FROM ticks WHERE MATCH_NUMBER() = 1;
--                               ^^^^^^^^^^^^
-- hint: write it in MEASURES of MATCH_RECOGNIZE (…), MATCH_NUMBER() AS number, and select number
SELECT price FROM ticks WHERE MATCH_NUMBER() = 1;

-- error: MATCH_STATUS has a meaning in MEASURES of a row pattern only
-- SELECT MATCH_STATUS() FROM ticks;
--        ^^^^^^^^^^^^
-- hint: write it in MEASURES of MATCH_RECOGNIZE (…), MATCH_STATUS() AS status, and select status
SELECT MATCH_STATUS() FROM ticks;

-- error: MATCH_ROWTIME has a meaning in MEASURES of a row pattern only
-- SELECT MATCH_ROWTIME() FROM ticks;
--        ^^^^^^^^^^^^^
-- hint: write it in MEASURES of MATCH_RECOGNIZE (…), MATCH_ROWTIME() AS at, and select at
SELECT MATCH_ROWTIME() FROM ticks;

-- error: PREV has a meaning in MEASURES and DEFINE of a row pattern only
-- SELECT price - PREV(price) FROM ticks;
--                ^^^^
-- hint: elsewhere it is LAG(x) OVER (ORDER BY …)
SELECT price - PREV(price) FROM ticks;

-- error: NEXT has a meaning in MEASURES and DEFINE of a row pattern only
-- SELECT NEXT(price) OVER (ORDER BY ts) FROM ticks;
--        ^^^^
-- hint: elsewhere it is LEAD(x) OVER (ORDER BY …)
SELECT NEXT(price) OVER (ORDER BY ts) FROM ticks;

-- error: FIRST has a meaning in MEASURES and DEFINE of a row pattern only
-- SELECT symbol, FIRST(price) FROM ticks GROUP BY symbol;
--                ^^^^^
-- hint: elsewhere it is FIRST_VALUE(x), of a group or OVER (…)
SELECT symbol, FIRST(price) FROM ticks GROUP BY symbol;

-- error: LAST has a meaning in MEASURES and DEFINE of a row pattern only
-- SELECT LAST(price) OVER (ORDER BY ts) FROM ticks;
--        ^^^^
-- hint: elsewhere it is LAST_VALUE(x), of a group or OVER (…)
SELECT LAST(price) OVER (ORDER BY ts) FROM ticks;

-- error: PERMUTE has a meaning in PATTERN (…) of a row pattern only
-- SELECT PERMUTE(price, volume) FROM ticks;
--        ^^^^^^^
-- hint: write PATTERN (PERMUTE(A, B)) in MATCH_RECOGNIZE (…)
SELECT PERMUTE(price, volume) FROM ticks;

-- error: FINAL has a meaning in MEASURES of a row pattern only
-- SELECT symbol, FINAL SUM(price) FROM ticks GROUP BY symbol;
--                ^^^^^^^^^^^^^^^^
-- hint: leave FINAL out
SELECT symbol, FINAL SUM(price) FROM ticks GROUP BY symbol;

-- error: RUNNING has a meaning in MEASURES and DEFINE of a row pattern only
-- SELECT RUNNING SUM(price) OVER (ORDER BY ts) FROM ticks;
--        ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^
-- hint: leave RUNNING out
SELECT RUNNING SUM(price) OVER (ORDER BY ts) FROM ticks;

-- error: CLASSIFIER has a meaning in MEASURES and DEFINE of a row pattern only
-- SELECT CLASSIFIER() OVER w FROM ticks
--        ^^^^^^^^^^
-- hint: write it in MEASURES of MATCH_RECOGNIZE (…), CLASSIFIER() AS label, and select label
SELECT CLASSIFIER() OVER w FROM ticks
WINDOW w AS (ORDER BY ts ROWS BETWEEN CURRENT ROW AND UNBOUNDED FOLLOWING PATTERN (A B));

-- A match says its measures; what else is asked of it must be one of them.
-- error: MATCH_NUMBER has a meaning in MEASURES and DEFINE of a row pattern only
-- SELECT started, MATCH_NUMBER() AS number FROM ticks MATCH_RECOGNIZE (
--                 ^^^^^^^^^^^^
-- hint: write it in MEASURES of MATCH_RECOGNIZE (…), MATCH_NUMBER() AS number, and select number
SELECT started, MATCH_NUMBER() AS number FROM ticks MATCH_RECOGNIZE (
  PARTITION BY symbol ORDER BY ts
  MEASURES FIRST(ts) AS started
  PATTERN (A B));

-- Nor do they order or part the rows, as there are no matches yet.
-- error: CLASSIFIER has a meaning in MEASURES and DEFINE of a row pattern only
--   PARTITION BY CLASSIFIER() ORDER BY ts
--                ^^^^^^^^^^
-- hint: write it in MEASURES of MATCH_RECOGNIZE (…), CLASSIFIER() AS label, and select label
SELECT * FROM ticks MATCH_RECOGNIZE (
  PARTITION BY CLASSIFIER() ORDER BY ts
  MEASURES FIRST(ts) AS started
  PATTERN (A B));

-- In the right place, but not in the right form.
-- error: there is no column called match_number
--   MEASURES MATCH_NUMBER AS number
--            ^^^^^^^^^^^^
-- hint: the function is written with parentheses: MATCH_NUMBER()
SELECT * FROM ticks MATCH_RECOGNIZE (
  PARTITION BY symbol ORDER BY ts
  MEASURES MATCH_NUMBER AS number
  PATTERN (A B));

-- error: FINAL has a meaning in MEASURES of a row pattern only
--   MEASURES FINAL (price) AS price
--            ^^^^^
-- hint: write it before FIRST, LAST or an aggregate: FINAL LAST(a.x)
SELECT * FROM ticks MATCH_RECOGNIZE (
  PARTITION BY symbol ORDER BY ts
  MEASURES FINAL (price) AS price
  PATTERN (A B));

-- error: PREV cannot stand inside SUM
--   MEASURES SUM(price - PREV(price)) AS risen
--                        ^^^^^^^^^^^
-- hint: compute it before: FROM (SELECT …, LAG(x) OVER (…) AS y FROM s) MATCH_RECOGNIZE (…), and SUM of that
SELECT * FROM ticks MATCH_RECOGNIZE (
  PARTITION BY symbol ORDER BY ts
  MEASURES SUM(price - PREV(price)) AS risen
  PATTERN (A B));

-- error: ticks is what the pattern is matched against, no variable of it
--   MEASURES COUNT(ticks.*) AS n
--                  ^^^^^
-- hint: write COUNT(*) for the rows of all variables
SELECT * FROM ticks MATCH_RECOGNIZE (
  PARTITION BY symbol ORDER BY ts
  MEASURES COUNT(ticks.*) AS n
  PATTERN (A B));

-- error: later is what the pattern is matched against, no variable of it
--   MEASURES COUNT(later.*) AS n
--                  ^^^^^
-- hint: write COUNT(later.x), x being a column that is never NULL
SELECT * FROM (ticks, ticks AS later) MATCH_RECOGNIZE (
  PARTITION BY symbol ORDER BY rowtime
  MEASURES COUNT(later.*) AS n
  PATTERN (A B));

-- Behind the parentheses a match is its columns; its variables are of the pattern.
-- error: there is no column called a.price
-- SELECT A.price FROM ticks MATCH_RECOGNIZE (
--        ^^^^^^^
-- hint: a is a variable of the row pattern: write MEASURES a.price AS a_price, and select a_price
SELECT A.price FROM ticks MATCH_RECOGNIZE (
  PARTITION BY symbol ORDER BY ts
  MEASURES FIRST(ts) AS started
  PATTERN (A B));

-- error: there is no column called u.price
-- WHERE U.price > 1;
--       ^^^^^^^
-- hint: u is a variable of the row pattern: write MEASURES u.price AS u_price, and select u_price
SELECT started FROM ticks MATCH_RECOGNIZE (
  PARTITION BY symbol ORDER BY ts
  MEASURES FIRST(ts) AS started
  PATTERN (A B)
  SUBSET U = (A, B)) AS m
WHERE U.price > 1;

-- error: there is no column called price
-- SELECT started, price FROM ticks MATCH_RECOGNIZE (
--                 ^^^^^
-- hint: the columns here are: symbol, started; MEASURES of the row pattern can name others
SELECT started, price FROM ticks MATCH_RECOGNIZE (
  PARTITION BY symbol ORDER BY ts
  MEASURES FIRST(ts) AS started
  PATTERN (A B));

-- error: there is no column called ticks.started
-- SELECT ticks.started FROM ticks MATCH_RECOGNIZE (
--        ^^^^^^^^^^^^^
-- hint: no relation here has a name: write started
SELECT ticks.started FROM ticks MATCH_RECOGNIZE (
  PARTITION BY symbol ORDER BY ts
  MEASURES FIRST(ts) AS started
  PATTERN (A B));

-- MATCH_RECOGNIZE belongs to what stands right before it.
-- error: MATCH_RECOGNIZE stands behind one table or query
-- SELECT * FROM ticks JOIN ticks AS u ON ticks.symbol = u.symbol MATCH_RECOGNIZE (
--                                                                ^^^^^^^^^^^^^^^
-- hint: what is joined or filtered before is a query: FROM (SELECT …) MATCH_RECOGNIZE
SELECT * FROM ticks JOIN ticks AS u ON ticks.symbol = u.symbol MATCH_RECOGNIZE (
  ORDER BY ts
  MEASURES FIRST(ts) AS started
  PATTERN (A B));

-- SKIP, and what it skips to.
-- error: row is no variable of the pattern
--   AFTER MATCH SKIP TO LAST ROW
--   ^^^^^^^^^^^^^^^^^^^^^^^^^^^^
-- hint: write AFTER MATCH SKIP PAST LAST ROW
SELECT * FROM ticks MATCH_RECOGNIZE (
  ORDER BY ts
  MEASURES FIRST(ts) AS started
  AFTER MATCH SKIP TO LAST ROW
  PATTERN (A B));

-- error: next is no variable of the pattern
--   AFTER MATCH SKIP TO NEXT
--   ^^^^^^^^^^^^^^^^^^^^^^^^
-- hint: write AFTER MATCH SKIP TO NEXT ROW
SELECT * FROM ticks MATCH_RECOGNIZE (
  ORDER BY ts
  MEASURES FIRST(ts) AS started
  AFTER MATCH SKIP TO NEXT
  PATTERN (A B));

-- Lengths of time without their quotes, or without INTERVAL.
-- error: unexpected number 5 behind INTERVAL
--   PATTERN (A B) WITHIN INTERVAL 5 MINUTE);
--                                 ^
-- hint: its length stands in quotes: INTERVAL '5' MINUTE
SELECT * FROM ticks MATCH_RECOGNIZE (
  ORDER BY ts
  MEASURES FIRST(ts) AS started
  PATTERN (A B) WITHIN INTERVAL 5 MINUTE);

-- error: unexpected MINUTE
--   PATTERN (A B) WITHIN '5' MINUTE);
--                            ^^^^^^
-- hint: an interval is written INTERVAL '5' MINUTE
SELECT * FROM ticks MATCH_RECOGNIZE (
  ORDER BY ts
  MEASURES FIRST(ts) AS started
  PATTERN (A B) WITHIN '5' MINUTE);

-- Both at once are too much.
-- error: unexpected WITH, expected AFTER, INITIAL, PATTERN or SEEK
--   ALL ROWS PER MATCH SHOW EMPTY MATCHES WITH UNMATCHED ROWS
--                                         ^^^^
-- hint: write ONE ROW PER MATCH [WITH TIMEOUT ROWS], or ALL ROWS PER MATCH [SHOW EMPTY MATCHES | OMIT EMPTY MATCHES | WITH UNMATCHED ROWS]
SELECT * FROM ticks MATCH_RECOGNIZE (
  ORDER BY ts
  MEASURES FIRST(price) AS first
  ALL ROWS PER MATCH SHOW EMPTY MATCHES WITH UNMATCHED ROWS
  PATTERN (A*));
