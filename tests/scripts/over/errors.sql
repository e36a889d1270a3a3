-- What OVER refuses, and what to write instead.

CREATE STREAM s (k VARCHAR, v INT, ts TIMESTAMP(3), WATERMARK FOR ts AS ts - INTERVAL '5' SECOND);
CREATE STREAM untimed (k VARCHAR, v INT);

-- error: SUM over a whole partition waits for the end of the stream
-- SELECT SUM(v) OVER (PARTITION BY k) FROM s;
--        ^^^^^^^^^^^^^^^^^^^^^^^^^^^^
-- hint: ORDER BY the event time first: rows are said as the watermark passes them
SELECT SUM(v) OVER (PARTITION BY k) FROM s;

-- error: the ORDER BY of a window over an unbounded stream must begin with its event time, ascending
-- SELECT SUM(v) OVER (PARTITION BY k ORDER BY v) FROM s;
--        ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^
-- hint: ORDER BY ts; what else decides may stand behind it
SELECT SUM(v) OVER (PARTITION BY k ORDER BY v) FROM s;

-- error: the ORDER BY of a window over an unbounded stream must begin with its event time, ascending
-- SELECT SUM(v) OVER (ORDER BY ts DESC) FROM s;
--        ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^
-- hint: ORDER BY ts; what else decides may stand behind it
SELECT SUM(v) OVER (ORDER BY ts DESC) FROM s;

-- error: a frame up to UNBOUNDED FOLLOWING waits for the end of the stream
-- SELECT SUM(v) OVER (ORDER BY ts ROWS BETWEEN CURRENT ROW AND UNBOUNDED FOLLOWING) FROM s;
--        ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^
-- hint: let it end at CURRENT ROW, or at a distance: INTERVAL '10' SECOND FOLLOWING
SELECT SUM(v) OVER (ORDER BY ts ROWS BETWEEN CURRENT ROW AND UNBOUNDED FOLLOWING) FROM s;

-- error: NTILE needs all rows of the partition, and the stream does not end
-- SELECT NTILE(4) OVER (ORDER BY ts) FROM s;
--        ^^^^^^^^^^^^^^^^^^^^^^^^^^^
-- hint: ask over finished data, or over the rows of a window of time
SELECT NTILE(4) OVER (ORDER BY ts) FROM s;

-- error: OVER an unbounded stream needs event time, and this has none
-- SELECT ROW_NUMBER() OVER (ORDER BY v) FROM untimed;
--        ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^
-- hint: declare it with WATERMARK FOR ts AS ts - INTERVAL '5' SECOND
SELECT ROW_NUMBER() OVER (ORDER BY v) FROM untimed;

-- error: not supported yet: OVER rows that may be taken back, on a stream
-- SELECT k, ROW_NUMBER() OVER (ORDER BY COUNT(*) DESC) FROM s GROUP BY k;
--           ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^
-- hint: group by a window, whose rows are final: FROM TUMBLE(…) GROUP BY window_start, window_end; or ask over finished data
SELECT k, ROW_NUMBER() OVER (ORDER BY COUNT(*) DESC) FROM s GROUP BY k;

-- error: EMIT STREAM says changes, and the rows of OVER are said once, when they are complete
-- SELECT SUM(v) OVER (ORDER BY ts) FROM s EMIT STREAM;
--        ^^^^^^^^^^^^^^^^^^^^^^^^^
-- hint: leave EMIT STREAM out
SELECT SUM(v) OVER (ORDER BY ts) FROM s EMIT STREAM;

-- error: ROW_NUMBER is a function of a window
-- SELECT ROW_NUMBER() FROM s;
--        ^^^^^^^^^^^^
-- hint: write ROW_NUMBER() OVER (…)
SELECT ROW_NUMBER() FROM s;

-- error: RANK depends on the order of the rows, and the window has none
-- SELECT RANK() OVER () FROM s;
--                    ^^
-- hint: write ORDER BY in OVER (…)
SELECT RANK() OVER () FROM s;

-- error: ROW_NUMBER looks at all rows of the partition, so a frame has no effect on it
-- SELECT ROW_NUMBER() OVER (ORDER BY ts ROWS 1 PRECEDING) FROM s;
--                                       ^^^^^^^^^^^^^^^^
-- hint: leave the frame out
SELECT ROW_NUMBER() OVER (ORDER BY ts ROWS 1 PRECEDING) FROM s;

-- error: upper is no function of a window
-- SELECT UPPER(k) OVER (ORDER BY ts) FROM s;
--        ^^^^^
-- hint: aggregates are, and ROW_NUMBER, LAG, RANK, …
SELECT UPPER(k) OVER (ORDER BY ts) FROM s;

-- error: there is no function of a window called row_nmuber
-- SELECT row_nmuber() OVER (ORDER BY ts) FROM s;
--        ^^^^^^^^^^
-- hint: did you mean row_number?
SELECT row_nmuber() OVER (ORDER BY ts) FROM s;

-- error: ROW_NUMBER … OVER cannot stand in WHERE
-- SELECT k FROM s WHERE ROW_NUMBER() OVER (ORDER BY ts) = 1;
--                       ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^
-- hint: conditions on window functions go into QUALIFY
SELECT k FROM s WHERE ROW_NUMBER() OVER (ORDER BY ts) = 1;

-- error: QUALIFY is a condition on window functions, and there is none here
-- SELECT k FROM s QUALIFY v > 1;
--                         ^^^^^
-- hint: conditions on rows go into WHERE, those on groups into HAVING
SELECT k FROM s QUALIFY v > 1;

-- error: a window function inside another one
-- SELECT SUM(LAG(v) OVER (ORDER BY ts)) OVER (ORDER BY ts) FROM s;
--        ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^
-- hint: put the inner one into a query of its own: FROM (SELECT …)
SELECT SUM(LAG(v) OVER (ORDER BY ts)) OVER (ORDER BY ts) FROM s;

-- error: there is no window called w
-- SELECT SUM(v) OVER w FROM s;
--                    ^
-- hint: declare it behind FROM, WHERE, GROUP BY and HAVING: WINDOW w AS (…)
SELECT SUM(v) OVER w FROM s;

-- error: there is no window called windw
-- SELECT SUM(v) OVER windw FROM s WINDOW window_a AS (ORDER BY ts), windows AS (ORDER BY ts);
--                    ^^^^^
-- hint: did you mean windows?
SELECT SUM(v) OVER windw FROM s WINDOW window_a AS (ORDER BY ts), windows AS (ORDER BY ts);

-- error: the window w says what the partitions are
-- SELECT SUM(v) OVER (w PARTITION BY k) FROM s WINDOW w AS (ORDER BY ts);
--                                    ^
-- hint: leave PARTITION BY out, or write the window without w
SELECT SUM(v) OVER (w PARTITION BY k) FROM s WINDOW w AS (ORDER BY ts);

-- error: the window w has an order
-- SELECT SUM(v) OVER (w ORDER BY v) FROM s WINDOW w AS (ORDER BY ts);
--                                ^
-- hint: leave ORDER BY out, or write the window without w
SELECT SUM(v) OVER (w ORDER BY v) FROM s WINDOW w AS (ORDER BY ts);

-- error: the window w has a frame, so no other can be made of it
-- SELECT SUM(v) OVER (w ROWS 1 PRECEDING) FROM s WINDOW w AS (ORDER BY ts ROWS 2 PRECEDING);
--                     ^
-- hint: write OVER w, or leave the frame of w out
SELECT SUM(v) OVER (w ROWS 1 PRECEDING) FROM s WINDOW w AS (ORDER BY ts ROWS 2 PRECEDING);

-- error: there are two windows called w
-- SELECT v FROM s WINDOW w AS (ORDER BY ts), w AS (ORDER BY ts);
--                                            ^
SELECT v FROM s WINDOW w AS (ORDER BY ts), w AS (ORDER BY ts);

-- error: ROWS counts rows: 0 or more of them
-- SELECT SUM(v) OVER (ORDER BY ts ROWS INTERVAL '5' SECOND PRECEDING) FROM s;
--                                      ^^^^^^^^^^^^^^^^^^^
-- hint: write RANGE for a length of time
SELECT SUM(v) OVER (ORDER BY ts ROWS INTERVAL '5' SECOND PRECEDING) FROM s;

-- error: the bound of a frame is the same for all rows, so it must be a constant
-- SELECT SUM(v) OVER (ORDER BY ts ROWS v PRECEDING) FROM s;
--                                      ^
SELECT SUM(v) OVER (ORDER BY ts ROWS v PRECEDING) FROM s;

-- error: TIMESTAMP(3) is measured in lengths of time, and this is INT
-- SELECT SUM(v) OVER (ORDER BY ts RANGE 5 PRECEDING) FROM s;
--                                       ^
-- hint: write INTERVAL '10' SECOND, or ROWS for a number of rows
SELECT SUM(v) OVER (ORDER BY ts RANGE 5 PRECEDING) FROM s;

-- error: TIME(0) is measured in lengths of time, and this is INTERVAL YEAR TO MONTH
-- SELECT SUM(v) OVER (ORDER BY x RANGE INTERVAL '1' MONTH PRECEDING) FROM (VALUES (TIME '10:00:00', 1)) AS t(x, v);
--                                      ^^^^^^^^^^^^^^^^^^
-- hint: write INTERVAL '10' SECOND, or ROWS for a number of rows
SELECT SUM(v) OVER (ORDER BY x RANGE INTERVAL '1' MONTH PRECEDING) FROM (VALUES (TIME '10:00:00', 1)) AS t(x, v);

-- error: the distance of a frame is 0 or more
-- SELECT SUM(v) OVER (ORDER BY ts RANGE INTERVAL -'1' MONTH PRECEDING) FROM s;
--                                       ^^^^^^^^^^^^^^^^^^^
-- hint: write PRECEDING for what comes before, FOLLOWING for what comes after
SELECT SUM(v) OVER (ORDER BY ts RANGE INTERVAL -'1' MONTH PRECEDING) FROM s;

-- error: a distance of RANGE needs one key to ORDER BY, and there are 2
-- SELECT SUM(v) OVER (ORDER BY ts, v RANGE INTERVAL '1' SECOND PRECEDING) FROM s;
--                                          ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^
-- hint: ORDER BY the one column that the distance is of, or write ROWS
SELECT SUM(v) OVER (ORDER BY ts, v RANGE INTERVAL '1' SECOND PRECEDING) FROM s;

-- error: the distance of a frame is 0 or more
-- SELECT SUM(v) OVER (ORDER BY ts RANGE INTERVAL -'1' SECOND PRECEDING) FROM s;
--                                       ^^^^^^^^^^^^^^^^^^^^
-- hint: write PRECEDING for what comes before, FOLLOWING for what comes after
SELECT SUM(v) OVER (ORDER BY ts RANGE INTERVAL -'1' SECOND PRECEDING) FROM s;

-- error: there is no distance between values of VARCHAR
-- SELECT SUM(v) OVER (ORDER BY k RANGE 1 PRECEDING) FROM (VALUES ('a', 1)) AS t(k, v);
--                              ^
-- hint: ORDER BY a time or a number, or write ROWS for a number of rows
SELECT SUM(v) OVER (ORDER BY k RANGE 1 PRECEDING) FROM (VALUES ('a', 1)) AS t(k, v);

-- error: INT is measured in numbers, and this is VARCHAR
-- SELECT SUM(v) OVER (ORDER BY v RANGE 'x' PRECEDING) FROM (VALUES ('a', 1)) AS t(k, v);
--                                      ^^^
SELECT SUM(v) OVER (ORDER BY v RANGE 'x' PRECEDING) FROM (VALUES ('a', 1)) AS t(k, v);

-- error: RANGE measures distances of at most 18 digits
-- SELECT SUM(v) OVER (ORDER BY x RANGE 1 PRECEDING) FROM (VALUES (CAST(1 AS DECIMAL(30, 2)), 1)) AS t(x, v);
--                              ^
-- hint: CAST the key to DECIMAL(18, …) or DOUBLE
SELECT SUM(v) OVER (ORDER BY x RANGE 1 PRECEDING) FROM (VALUES (CAST(1 AS DECIMAL(30, 2)), 1)) AS t(x, v);

-- error: a frame from FOLLOWING to CURRENT ROW has no rows
-- SELECT SUM(v) OVER (ORDER BY ts ROWS 1 FOLLOWING) FROM s;
--                                 ^^^^^^^^^^^^^^^^
-- hint: write the bound that comes first in the order first, and both with BETWEEN
SELECT SUM(v) OVER (ORDER BY ts ROWS 1 FOLLOWING) FROM s;

-- error: a frame from UNBOUNDED FOLLOWING to CURRENT ROW has no rows
-- SELECT SUM(v) OVER (ORDER BY ts ROWS BETWEEN UNBOUNDED FOLLOWING AND CURRENT ROW) FROM s;
--                                 ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^
-- hint: write the bound that comes first in the order first, and both with BETWEEN
SELECT SUM(v) OVER (ORDER BY ts ROWS BETWEEN UNBOUNDED FOLLOWING AND CURRENT ROW) FROM s;

-- error: ORDER BY of a window takes no position: this is the same number for every row
-- SELECT SUM(v) OVER (ORDER BY 1) FROM s;
--                              ^
-- hint: write the expression itself
SELECT SUM(v) OVER (ORDER BY 1) FROM s;

-- error: the number is the same for all rows, so it must be a constant whole number
-- SELECT LAG(v, k) OVER (ORDER BY ts) FROM s;
--               ^
SELECT LAG(v, k) OVER (ORDER BY ts) FROM s;

-- error: LAG goes 0 rows or more
-- SELECT LAG(v, -1) OVER (ORDER BY ts) FROM s;
--               ^^
SELECT LAG(v, -1) OVER (ORDER BY ts) FROM s;

-- error: LAG takes 1 to 3 arguments
-- SELECT LAG() OVER (ORDER BY ts) FROM s;
--        ^^^^^^^^^^^^^^^^^^^^^^^^
-- hint: write LAG(value [, rows [, default]]) OVER (…)
SELECT LAG() OVER (ORDER BY ts) FROM s;

-- error: cannot read 'x' as INT
-- SELECT LAG(v, 1, 'x') OVER (ORDER BY ts) FROM s;
--                  ^^^
SELECT LAG(v, 1, 'x') OVER (ORDER BY ts) FROM s;

-- error: rows are counted from 1
-- SELECT NTH_VALUE(v, 0) OVER (ORDER BY ts) FROM s;
--                     ^
SELECT NTH_VALUE(v, 0) OVER (ORDER BY ts) FROM s;

-- error: RANK takes no IGNORE NULLS
-- SELECT RANK() IGNORE NULLS OVER (ORDER BY ts) FROM s;
--        ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^
SELECT RANK() IGNORE NULLS OVER (ORDER BY ts) FROM s;

-- error: LAG takes no DISTINCT
-- SELECT LAG(DISTINCT v) OVER (ORDER BY ts) FROM s;
--        ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^
SELECT LAG(DISTINCT v) OVER (ORDER BY ts) FROM s;

-- error: RANGE cannot measure in the starts of windows
-- SELECT SUM(total) OVER (ORDER BY window_start RANGE INTERVAL '1' HOUR PRECEDING)
--        ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^
-- hint: ORDER BY window_end, which is the event time of their rows
SELECT SUM(total) OVER (ORDER BY window_start RANGE INTERVAL '1' HOUR PRECEDING)
FROM (SELECT window_start, SUM(v) AS total FROM TUMBLE(TABLE s, DESCRIPTOR(ts), INTERVAL '1' MINUTE)
  GROUP BY window_start, window_end);

-- error: a frame of GROUPS is not there
-- SELECT SUM(v) OVER (ORDER BY ts GROUPS 1 PRECEDING) FROM s;
--                                 ^^^^^^
-- hint: a frame is ROWS or RANGE
SELECT SUM(v) OVER (ORDER BY ts GROUPS 1 PRECEDING) FROM s;

-- error: a frame has all its rows: nothing is excluded
-- SELECT SUM(v) OVER (ORDER BY ts ROWS 1 PRECEDING EXCLUDE CURRENT ROW) FROM s;
--                                                  ^^^^^^^
-- hint: take the row's own value off: SUM(x) OVER (…) - x
SELECT SUM(v) OVER (ORDER BY ts ROWS 1 PRECEDING EXCLUDE CURRENT ROW) FROM s;
