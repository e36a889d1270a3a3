-- DEFINE and MEASURES: what cannot be read of a match.

CREATE STREAM ticks (
  symbol VARCHAR, price INT, volume INT, ts TIMESTAMP(3), WATERMARK FOR ts AS ts - INTERVAL '5' SECOND);

-- FINAL and RUNNING stand before FIRST, LAST and aggregates, and in DEFINE all is RUNNING.
-- error: FINAL sees the whole match, and while rows are tested there is none yet
--   DEFINE B AS B.price > FINAL LAST(A.price));
--                         ^^^^^^^^^^^^^^^^^^^
-- hint: leave FINAL out: what a condition sees is always RUNNING
SELECT * FROM ticks MATCH_RECOGNIZE (
  PARTITION BY symbol ORDER BY ts
  MEASURES A.price AS price
  PATTERN (A B)
  DEFINE B AS B.price > FINAL LAST(A.price));

-- error: FINAL sees the whole match, and while rows are tested there is none yet
--   DEFINE B AS PREV(FINAL LAST(A.price)) > 1);
--                    ^^^^^^^^^^^^^^^^^^^
-- hint: leave FINAL out: what a condition sees is always RUNNING
SELECT * FROM ticks MATCH_RECOGNIZE (
  PARTITION BY symbol ORDER BY ts
  MEASURES A.price AS price
  PATTERN (A B)
  DEFINE B AS PREV(FINAL LAST(A.price)) > 1);

-- error: FINAL sees the whole match, and while rows are tested there is none yet
--   DEFINE B AS B.price > FINAL AVG(A.price));
--                         ^^^^^^^^^^^^^^^^^^
-- hint: leave FINAL out: what a condition sees is always RUNNING
SELECT * FROM ticks MATCH_RECOGNIZE (
  PARTITION BY symbol ORDER BY ts
  MEASURES A.price AS price
  PATTERN (A B)
  DEFINE B AS B.price > FINAL AVG(A.price));

-- error: FINAL stands before FIRST, LAST and aggregates, not before PREV
--   MEASURES FINAL PREV(A.price) AS x
--            ^^^^^^^^^^^^^^^^^^^
-- hint: write PREV(FINAL LAST(…))
SELECT * FROM ticks MATCH_RECOGNIZE (
  PARTITION BY symbol ORDER BY ts
  MEASURES FINAL PREV(A.price) AS x
  PATTERN (A B));

-- error: FINAL stands before FIRST, LAST and aggregates, not before CLASSIFIER
--   MEASURES FINAL CLASSIFIER() AS x
--            ^^^^^^^^^^^^^^^^^^
-- hint: write FINAL LAST(classifier())
SELECT * FROM ticks MATCH_RECOGNIZE (
  PARTITION BY symbol ORDER BY ts
  MEASURES FINAL CLASSIFIER() AS x
  PATTERN (A B));

-- error: RUNNING stands before FIRST, LAST and aggregates, not before ABS
--   MEASURES RUNNING ABS(A.price) AS x
--            ^^^^^^^^^^^^^^^^^^^^
-- hint: write it before the FIRST, LAST or aggregate inside of ABS(…)
SELECT * FROM ticks MATCH_RECOGNIZE (
  PARTITION BY symbol ORDER BY ts
  MEASURES RUNNING ABS(A.price) AS x
  PATTERN (A B));

-- error: PREV steps from FIRST(…) or LAST(…)
--   MEASURES PREV(FINAL SUM(A.price)) AS x
--                 ^^^^^^^^^^^^^^^^^^
-- hint: write PREV(FINAL LAST(…))
SELECT * FROM ticks MATCH_RECOGNIZE (
  PARTITION BY symbol ORDER BY ts
  MEASURES PREV(FINAL SUM(A.price)) AS x
  PATTERN (A B));

-- error: FINAL cannot stand inside SUM
--   MEASURES SUM(FINAL LAST(A.price)) AS x
--                ^^^^^^^^^^^^^^^^^^^
-- hint: write FINAL SUM(…)
SELECT * FROM ticks MATCH_RECOGNIZE (
  PARTITION BY symbol ORDER BY ts
  MEASURES SUM(FINAL LAST(A.price)) AS x
  PATTERN (A B));

-- The logical step comes first, then the physical one, and no other.
-- error: PREV cannot stand inside FIRST
--   MEASURES FIRST(PREV(A.price)) AS x
--                  ^^^^^^^^^^^^^
-- hint: write PREV(FIRST(x, n), m): the step within the match comes first
SELECT * FROM ticks MATCH_RECOGNIZE (
  PARTITION BY symbol ORDER BY ts
  MEASURES FIRST(PREV(A.price)) AS x
  PATTERN (A B));

-- error: LAST cannot stand inside FIRST
--   MEASURES FIRST(LAST(A.price)) AS x
--                  ^^^^^^^^^^^^^
-- hint: FIRST reads columns and CLASSIFIER() of one row
SELECT * FROM ticks MATCH_RECOGNIZE (
  PARTITION BY symbol ORDER BY ts
  MEASURES FIRST(LAST(A.price)) AS x
  PATTERN (A B));

-- error: NEXT cannot stand inside PREV
--   MEASURES PREV(NEXT(A.price)) AS x
--                 ^^^^^^^^^^^^^
-- hint: write NEXT(FIRST(x, n), m): the step within the match comes first
SELECT * FROM ticks MATCH_RECOGNIZE (
  PARTITION BY symbol ORDER BY ts
  MEASURES PREV(NEXT(A.price)) AS x
  PATTERN (A B));

-- error: FIRST cannot stand inside PREV
--   MEASURES PREV(FIRST(A.price) + 1) AS x
--                 ^^^^^^^^^^^^^^
-- hint: PREV steps from FIRST(…) or LAST(…) alone: compute outside of it
SELECT * FROM ticks MATCH_RECOGNIZE (
  PARTITION BY symbol ORDER BY ts
  MEASURES PREV(FIRST(A.price) + 1) AS x
  PATTERN (A B));

-- error: SUM cannot stand inside PREV
--   MEASURES PREV(SUM(A.price)) AS x
--                 ^^^^^^^^^^^^
-- hint: PREV steps from a row, and SUM is of many
SELECT * FROM ticks MATCH_RECOGNIZE (
  PARTITION BY symbol ORDER BY ts
  MEASURES PREV(SUM(A.price)) AS x
  PATTERN (A B));

-- error: FIRST steps 0 to 2,147,483,647 rows, not -1
--   MEASURES FIRST(A.price, -1) AS x
--                           ^^
-- hint: LAST steps the other way
SELECT * FROM ticks MATCH_RECOGNIZE (
  PARTITION BY symbol ORDER BY ts
  MEASURES FIRST(A.price, -1) AS x
  PATTERN (A B));

-- error: how many rows PREV steps is a whole number, known beforehand
--   MEASURES PREV(A.price, NULL) AS x
--                          ^^^^
-- hint: write a number or a parameter: PREV(a.x, 2)
SELECT * FROM ticks MATCH_RECOGNIZE (
  PARTITION BY symbol ORDER BY ts
  MEASURES PREV(A.price, NULL) AS x
  PATTERN (A B));

-- error: how many rows LAST steps is a whole number, known beforehand
--   MEASURES LAST(A.price, A.price) AS x
--                          ^^^^^^^
-- hint: write a number or a parameter: LAST(a.x, 2)
SELECT * FROM ticks MATCH_RECOGNIZE (
  PARTITION BY symbol ORDER BY ts
  MEASURES LAST(A.price, A.price) AS x
  PATTERN (A B));

-- error: how many rows LAST steps is a whole number, known beforehand
--   MEASURES LAST(A.price, 1.5) AS x
--                          ^^^
-- hint: write a number or a parameter: LAST(a.x, 2)
SELECT * FROM ticks MATCH_RECOGNIZE (
  PARTITION BY symbol ORDER BY ts
  MEASURES LAST(A.price, 1.5) AS x
  PATTERN (A B));

-- error: FIRST takes what is read, and how many rows it steps
--   MEASURES FIRST(A.price, 1, 2) AS x
--            ^^^^^^^^^^^^^^^^^^^^
-- hint: write FIRST(a.x) or FIRST(a.x, 2)
SELECT * FROM ticks MATCH_RECOGNIZE (
  PARTITION BY symbol ORDER BY ts
  MEASURES FIRST(A.price, 1, 2) AS x
  PATTERN (A B));

-- error: LAST is no aggregate, so it takes no DISTINCT
--   MEASURES LAST(DISTINCT A.price) AS x
--            ^^^^^^^^^^^^^^^^^^^^^^
-- hint: leave DISTINCT out
SELECT * FROM ticks MATCH_RECOGNIZE (
  PARTITION BY symbol ORDER BY ts
  MEASURES LAST(DISTINCT A.price) AS x
  PATTERN (A B));

-- error: FIRST reads a row, and this is the same for every row
--   MEASURES FIRST(1) AS x
--                  ^
-- hint: name a column: FIRST(a.x)
SELECT * FROM ticks MATCH_RECOGNIZE (
  PARTITION BY symbol ORDER BY ts
  MEASURES FIRST(1) AS x
  PATTERN (A B));

-- error: NEXT reads a value of a row, and * is none
--   MEASURES NEXT(A.*) AS x
--                 ^^^
-- hint: name a column
SELECT * FROM ticks MATCH_RECOGNIZE (
  PARTITION BY symbol ORDER BY ts
  MEASURES NEXT(A.*) AS x
  PATTERN (A B));

-- One variable for each navigation and aggregate.
-- error: SUM reads one row at a time, and this names rows of a and of b
--   MEASURES SUM(A.price + B.price) AS x
--                          ^^^^^^^
-- hint: name one variable inside SUM, or write it for each: SUM(…) and SUM(…)
SELECT * FROM ticks MATCH_RECOGNIZE (
  PARTITION BY symbol ORDER BY ts
  MEASURES SUM(A.price + B.price) AS x
  PATTERN (A B));

-- error: FIRST reads one row at a time, and this names rows of a and of any variable
--   MEASURES FIRST(A.price + price) AS x
--                            ^^^^^
-- hint: name one variable inside FIRST, or write it for each: FIRST(…) and FIRST(…)
SELECT * FROM ticks MATCH_RECOGNIZE (
  PARTITION BY symbol ORDER BY ts
  MEASURES FIRST(A.price + price) AS x
  PATTERN (A B));

-- error: SUM reads one row at a time, and this names rows of a and of b
--   MEASURES SUM(A.price) FILTER (WHERE B.price > 0) AS x
--                                       ^^^^^^^
-- hint: name one variable inside SUM, or write it for each: SUM(…) and SUM(…)
SELECT * FROM ticks MATCH_RECOGNIZE (
  PARTITION BY symbol ORDER BY ts
  MEASURES SUM(A.price) FILTER (WHERE B.price > 0) AS x
  PATTERN (A B));

-- error: COUNT reads one row at a time, and this names rows of a and of b
--   MEASURES COUNT(DISTINCT CLASSIFIER(A) || B.symbol) AS x
--                                            ^^^^^^^^
-- hint: name one variable inside COUNT, or write it for each: COUNT(…) and COUNT(…)
SELECT * FROM ticks MATCH_RECOGNIZE (
  PARTITION BY symbol ORDER BY ts
  MEASURES COUNT(DISTINCT CLASSIFIER(A) || B.symbol) AS x
  PATTERN (A B));

-- Aggregates are not nested.
-- error: COUNT cannot stand inside SUM
--   MEASURES SUM(COUNT(*)) AS x
--                ^^^^^^^^
-- hint: SUM reads columns and CLASSIFIER() of one row
SELECT * FROM ticks MATCH_RECOGNIZE (
  PARTITION BY symbol ORDER BY ts
  MEASURES SUM(COUNT(*)) AS x
  PATTERN (A B));

-- error: FIRST cannot stand inside SUM
--   MEASURES SUM(FIRST(A.price)) AS x
--                ^^^^^^^^^^^^^^
-- hint: SUM reads columns and CLASSIFIER() of one row
SELECT * FROM ticks MATCH_RECOGNIZE (
  PARTITION BY symbol ORDER BY ts
  MEASURES SUM(FIRST(A.price)) AS x
  PATTERN (A B));

-- error: SUM(*) has no meaning
--   MEASURES SUM(A.*) AS x
--            ^^^^^^^^
-- hint: only COUNT takes *
SELECT * FROM ticks MATCH_RECOGNIZE (
  PARTITION BY symbol ORDER BY ts
  MEASURES SUM(A.*) AS x
  PATTERN (A B));

-- A variable is not a column, and a column has one of its names.
-- error: a is a variable of the pattern, and stands for rows
--   MEASURES A AS x
--            ^
-- hint: name one of their columns, a.symbol; COUNT(a.*) counts them
SELECT * FROM ticks MATCH_RECOGNIZE (
  PARTITION BY symbol ORDER BY ts
  MEASURES A AS x
  PATTERN (A B));

-- error: a is a variable of the pattern, and stands for rows
--   MEASURES COUNT(A) AS x
--                  ^
-- hint: name one of their columns, a.symbol; COUNT(a.*) counts them
SELECT * FROM ticks MATCH_RECOGNIZE (
  PARTITION BY symbol ORDER BY ts
  MEASURES COUNT(A) AS x
  PATTERN (A B));

-- error: there is no column called prize
--   MEASURES A.prize AS x
--            ^^^^^^^
-- hint: did you mean price?
SELECT * FROM ticks MATCH_RECOGNIZE (
  PARTITION BY symbol ORDER BY ts
  MEASURES A.prize AS x
  PATTERN (A B));

-- error: c is no variable of the pattern
--   MEASURES COUNT(C.*) AS x
--                  ^
-- hint: its variables are a, b
SELECT * FROM ticks MATCH_RECOGNIZE (
  PARTITION BY symbol ORDER BY ts
  MEASURES COUNT(C.*) AS x
  PATTERN (A B));

-- Functions of the match.
-- error: CLASSIFIER takes the name of a variable or nothing
--   MEASURES CLASSIFIER(A.price) AS x
--            ^^^^^^^^^^^^^^^^^^^
-- hint: write CLASSIFIER(), or CLASSIFIER(a) for the last row of a variable or SUBSET
SELECT * FROM ticks MATCH_RECOGNIZE (
  PARTITION BY symbol ORDER BY ts
  MEASURES CLASSIFIER(A.price) AS x
  PATTERN (A B));

-- error: c is no variable of the pattern
--   MEASURES CLASSIFIER(C) AS x
--                       ^
-- hint: its variables are a, b
SELECT * FROM ticks MATCH_RECOGNIZE (
  PARTITION BY symbol ORDER BY ts
  MEASURES CLASSIFIER(C) AS x
  PATTERN (A B));

-- error: MATCH_NUMBER() takes nothing
--   MEASURES MATCH_NUMBER(1) AS x
--            ^^^^^^^^^^^^^^^
-- hint: write MATCH_NUMBER()
SELECT * FROM ticks MATCH_RECOGNIZE (
  PARTITION BY symbol ORDER BY ts
  MEASURES MATCH_NUMBER(1) AS x
  PATTERN (A B));

-- error: MATCH_NUMBER() is the same in all rows of a match
--   MEASURES SUM(MATCH_NUMBER()) AS x
--                ^^^^^^^^^^^^^^
-- hint: write it outside of SUM(…)
SELECT * FROM ticks MATCH_RECOGNIZE (
  PARTITION BY symbol ORDER BY ts
  MEASURES SUM(MATCH_NUMBER()) AS x
  PATTERN (A B));

-- error: MATCH_ROWTIME() is known when a match is complete, not while rows are tested
--   DEFINE B AS MATCH_ROWTIME() > ts);
--               ^^^^^^^^^^^^^^^
-- hint: write it in MEASURES
SELECT * FROM ticks MATCH_RECOGNIZE (
  PARTITION BY symbol ORDER BY ts
  MEASURES A.price AS price
  PATTERN (A B)
  DEFINE B AS MATCH_ROWTIME() > ts);

-- error: MATCH_STATUS() is known when a match is complete, not while rows are tested
--   DEFINE B AS MATCH_STATUS() = 'complete');
--               ^^^^^^^^^^^^^^
-- hint: write it in MEASURES
SELECT * FROM ticks MATCH_RECOGNIZE (
  PARTITION BY symbol ORDER BY ts
  MEASURES A.price AS price
  PATTERN (A B)
  DEFINE B AS MATCH_STATUS() = 'complete');

-- What must be done before.
-- error: a subquery cannot stand in DEFINE of a row pattern
--   DEFINE B AS B.price > (SELECT MAX(price) FROM ticks));
--                         ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^
-- hint: join what it reads to the rows before: FROM (SELECT …) MATCH_RECOGNIZE (…)
SELECT * FROM ticks MATCH_RECOGNIZE (
  PARTITION BY symbol ORDER BY ts
  MEASURES A.price AS price
  PATTERN (A B)
  DEFINE B AS B.price > (SELECT MAX(price) FROM ticks));

-- error: a subquery cannot stand in DEFINE of a row pattern
--   DEFINE B AS EXISTS (SELECT 1 FROM ticks));
--               ^^^^^^^^^^^^^^^^^^^^^^^^^^^^
-- hint: join what it reads to the rows before: FROM (SELECT …) MATCH_RECOGNIZE (…)
SELECT * FROM ticks MATCH_RECOGNIZE (
  PARTITION BY symbol ORDER BY ts
  MEASURES A.price AS price
  PATTERN (A B)
  DEFINE B AS EXISTS (SELECT 1 FROM ticks));

-- error: a window function cannot stand in MEASURES of a row pattern
--   MEASURES SUM(A.price) OVER (ORDER BY ts) AS x
--            ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^
-- hint: compute it before: FROM (SELECT …, … OVER (…) AS x FROM s) MATCH_RECOGNIZE
SELECT * FROM ticks MATCH_RECOGNIZE (
  PARTITION BY symbol ORDER BY ts
  MEASURES SUM(A.price) OVER (ORDER BY ts) AS x
  PATTERN (A B));

-- error: CURRENT_WATERMARK cannot stand in MEASURES of a row pattern
--   MEASURES CURRENT_WATERMARK(ts) AS x
--            ^^^^^^^^^^^^^^^^^^^^^
-- hint: compute it before: FROM (SELECT …, CURRENT_WATERMARK(ts) AS mark FROM s)
SELECT * FROM ticks MATCH_RECOGNIZE (
  PARTITION BY symbol ORDER BY ts
  MEASURES CURRENT_WATERMARK(ts) AS x
  PATTERN (A B));
