-- What a row pattern in a window cannot be is refused, and what to write instead is said.

CREATE STREAM s (k VARCHAR, v INT, ts TIMESTAMP(3), WATERMARK FOR ts AS ts - INTERVAL '5' SECOND);
CREATE STREAM untimed (k VARCHAR, v INT);

-- error: a row pattern in a window is looked for in a frame, and this has none
-- SELECT COUNT(*) OVER (ORDER BY ts PATTERN (A)) FROM s;
--                                            ^
-- hint: write ROWS BETWEEN CURRENT ROW AND UNBOUNDED FOLLOWING, or AND 10 FOLLOWING, before PATTERN
SELECT COUNT(*) OVER (ORDER BY ts PATTERN (A)) FROM s;

-- error: the frame of a row pattern is counted in rows
-- SELECT COUNT(*) OVER (ORDER BY ts RANGE BETWEEN CURRENT ROW AND INTERVAL '1' HOUR FOLLOWING PATTERN (A)) FROM s;
--                                   ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^
-- hint: write ROWS BETWEEN CURRENT ROW AND UNBOUNDED FOLLOWING, or AND 10 FOLLOWING; WITHIN after PATTERN (…) limits the time of a match
SELECT COUNT(*) OVER (ORDER BY ts RANGE BETWEEN CURRENT ROW AND INTERVAL '1' HOUR FOLLOWING PATTERN (A)) FROM s;

-- error: the frame of a row pattern goes from the row itself to rows behind it
-- SELECT COUNT(*) OVER (ORDER BY ts ROWS BETWEEN 1 PRECEDING AND 5 FOLLOWING PATTERN (A)) FROM s;
--                                   ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^
-- hint: write ROWS BETWEEN CURRENT ROW AND UNBOUNDED FOLLOWING, or AND 10 FOLLOWING
SELECT COUNT(*) OVER (ORDER BY ts ROWS BETWEEN 1 PRECEDING AND 5 FOLLOWING PATTERN (A)) FROM s;

-- error: the frame of a row pattern goes from the row itself to rows behind it
-- SELECT COUNT(*) OVER (ORDER BY ts ROWS CURRENT ROW PATTERN (A)) FROM s;
--                                   ^^^^^^^^^^^^^^^^
-- hint: write ROWS BETWEEN CURRENT ROW AND UNBOUNDED FOLLOWING, or AND 10 FOLLOWING
SELECT COUNT(*) OVER (ORDER BY ts ROWS CURRENT ROW PATTERN (A)) FROM s;

-- error: ^ is the first row of a partition, and in a window a match is looked for in the frame of each row
-- SELECT COUNT(*) OVER (ORDER BY ts ROWS BETWEEN CURRENT ROW AND UNBOUNDED FOLLOWING PATTERN (^ A)) FROM s;
--                                                                                             ^
-- hint: leave it out: a match begins at the row itself, unless SEEK is written
SELECT COUNT(*) OVER (ORDER BY ts ROWS BETWEEN CURRENT ROW AND UNBOUNDED FOLLOWING PATTERN (^ A)) FROM s;

-- error: $ is the last row of a partition, and in a window a match is looked for in the frame of each row
-- SELECT COUNT(*) OVER (ORDER BY ts ROWS BETWEEN CURRENT ROW AND UNBOUNDED FOLLOWING PATTERN (A $)) FROM s;
--                                                                                               ^
-- hint: leave it out
SELECT COUNT(*) OVER (ORDER BY ts ROWS BETWEEN CURRENT ROW AND UNBOUNDED FOLLOWING PATTERN (A $)) FROM s;

-- error: in a window each row has one match, and NO SKIP asks for all there are
--   AFTER MATCH NO SKIP PATTERN (A)) FROM s;
--   ^^^^^^^^^^^^^^^^^^^
-- hint: write AFTER MATCH SKIP TO NEXT ROW, so that every row may have one, or MATCH_RECOGNIZE (…) for all of them
SELECT COUNT(*) OVER (ORDER BY ts ROWS BETWEEN CURRENT ROW AND UNBOUNDED FOLLOWING
  AFTER MATCH NO SKIP PATTERN (A)) FROM s;

-- error: in a window matches have no numbers: each is the match of a row
-- SELECT n OVER (ORDER BY ts MEASURES MATCH_NUMBER() AS n ROWS BETWEEN CURRENT ROW AND UNBOUNDED FOLLOWING PATTERN (A)) FROM s;
--                                     ^^^^^^^^^^^^^^
-- hint: number the rows, ROW_NUMBER() OVER (…), or write MATCH_RECOGNIZE (…)
SELECT n OVER (ORDER BY ts MEASURES MATCH_NUMBER() AS n ROWS BETWEEN CURRENT ROW AND UNBOUNDED FOLLOWING PATTERN (A)) FROM s;

-- error: in a window matches have no numbers: each is the match of a row
--   PATTERN (A) DEFINE A AS v > MATCH_NUMBER()) FROM s;
--                               ^^^^^^^^^^^^^^
-- hint: number the rows, ROW_NUMBER() OVER (…), or write MATCH_RECOGNIZE (…)
SELECT COUNT(*) OVER (ORDER BY ts ROWS BETWEEN CURRENT ROW AND UNBOUNDED FOLLOWING
  PATTERN (A) DEFINE A AS v > MATCH_NUMBER()) FROM s;

-- error: ROW_NUMBER is of all rows of a partition, and this window is the rows of a match
-- SELECT ROW_NUMBER() OVER w FROM s
--        ^^^^^^^^^^^^^^^^^^^
-- hint: write it over a window without PATTERN: ROW_NUMBER() OVER (…)
SELECT ROW_NUMBER() OVER w FROM s
WINDOW w AS (ORDER BY ts ROWS BETWEEN CURRENT ROW AND UNBOUNDED FOLLOWING PATTERN (A));

-- error: LAG is of all rows of a partition, and this window is the rows of a match
-- SELECT LAG(v) OVER w FROM s
--        ^^^^^^^^^^^^^
-- hint: write it over a window without PATTERN: LAG(value [, rows [, default]]) OVER (…)
SELECT LAG(v) OVER w FROM s
WINDOW w AS (ORDER BY ts ROWS BETWEEN CURRENT ROW AND UNBOUNDED FOLLOWING PATTERN (A));

-- error: there is no measure called totl in this window
-- SELECT totl OVER w FROM s
--        ^^^^
-- hint: did you mean total?
SELECT totl OVER w FROM s
WINDOW w AS (ORDER BY ts MEASURES SUM(v) AS total ROWS BETWEEN CURRENT ROW AND UNBOUNDED FOLLOWING PATTERN (A));

-- error: there is no measure called total in this window
-- SELECT total OVER w FROM s
--        ^^^^^
-- hint: write MEASURES … AS total
SELECT total OVER w FROM s
WINDOW w AS (ORDER BY ts ROWS BETWEEN CURRENT ROW AND UNBOUNDED FOLLOWING PATTERN (A));

-- error: there are no MEASURES in this window, and so no total
-- SELECT total OVER w FROM s WINDOW w AS (ORDER BY ts);
--        ^^^^^
-- hint: a row pattern has them: MEASURES … ROWS BETWEEN … PATTERN (…) DEFINE …; a function is written with parentheses: TOTAL(…) OVER …
SELECT total OVER w FROM s WINDOW w AS (ORDER BY ts);

-- error: total OVER … cannot stand in WHERE
-- SELECT v FROM s WHERE total OVER w > 1
--                       ^^^^^^^^^^^^
-- hint: conditions on measures go into QUALIFY
SELECT v FROM s WHERE total OVER w > 1
WINDOW w AS (ORDER BY ts MEASURES SUM(v) AS total ROWS BETWEEN CURRENT ROW AND UNBOUNDED FOLLOWING PATTERN (A));

-- error: the window w has a row pattern, so no other can be made of it
-- SELECT COUNT(*) OVER (w PATTERN (A)) FROM s
--                       ^
-- hint: write OVER w, or leave the pattern of w out
SELECT COUNT(*) OVER (w PATTERN (A)) FROM s
WINDOW w AS (ORDER BY ts ROWS BETWEEN CURRENT ROW AND UNBOUNDED FOLLOWING PATTERN (B));

-- error: a window function inside another one
-- SELECT SUM(SUM(v) OVER w) OVER w FROM s
--        ^^^^^^^^^^^^^^^^^^^^^^^^^
-- hint: put the inner one into a query of its own: FROM (SELECT …)
SELECT SUM(SUM(v) OVER w) OVER w FROM s
WINDOW w AS (ORDER BY ts ROWS BETWEEN CURRENT ROW AND UNBOUNDED FOLLOWING PATTERN (A));

-- error: a window function cannot stand in DEFINE of a row pattern
-- WINDOW w AS (ORDER BY ts ROWS BETWEEN CURRENT ROW AND UNBOUNDED FOLLOWING PATTERN (A) DEFINE A AS SUM(v) OVER w > 1);
--                                                                                                   ^^^^^^^^^^^^^
-- hint: compute it before: FROM (SELECT …, … OVER (…) AS x FROM s) MATCH_RECOGNIZE
SELECT COUNT(*) OVER w FROM s
WINDOW w AS (ORDER BY ts ROWS BETWEEN CURRENT ROW AND UNBOUNDED FOLLOWING PATTERN (A) DEFINE A AS SUM(v) OVER w > 1);

-- error: a row pattern on a stream goes by event time: ORDER BY begins with that, ascending
-- SELECT COUNT(*) OVER (ORDER BY v ROWS BETWEEN CURRENT ROW AND UNBOUNDED FOLLOWING PATTERN (A)) FROM s;
--        ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^
-- hint: write ORDER BY ts
SELECT COUNT(*) OVER (ORDER BY v ROWS BETWEEN CURRENT ROW AND UNBOUNDED FOLLOWING PATTERN (A)) FROM s;

-- error: a row pattern on a stream goes by event time: ORDER BY begins with that, ascending
-- SELECT COUNT(*) OVER (ORDER BY ts DESC ROWS BETWEEN CURRENT ROW AND UNBOUNDED FOLLOWING PATTERN (A)) FROM s;
--        ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^
-- hint: write ORDER BY ts
SELECT COUNT(*) OVER (ORDER BY ts DESC ROWS BETWEEN CURRENT ROW AND UNBOUNDED FOLLOWING PATTERN (A)) FROM s;

-- error: a row pattern on a stream goes by event time: ORDER BY begins with that, ascending
-- SELECT COUNT(*) OVER (ROWS BETWEEN CURRENT ROW AND UNBOUNDED FOLLOWING PATTERN (A)) FROM s;
--        ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^
-- hint: write ORDER BY ts
SELECT COUNT(*) OVER (ROWS BETWEEN CURRENT ROW AND UNBOUNDED FOLLOWING PATTERN (A)) FROM s;

-- error: a row pattern on a stream goes by event time: ORDER BY begins with that, ascending
-- SELECT COUNT(*) OVER (ORDER BY v ROWS BETWEEN CURRENT ROW AND UNBOUNDED FOLLOWING PATTERN (A)) FROM untimed;
--        ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^
-- hint: declare it: CREATE STREAM … (…, WATERMARK FOR ts AS ts - INTERVAL '5' SECOND)
SELECT COUNT(*) OVER (ORDER BY v ROWS BETWEEN CURRENT ROW AND UNBOUNDED FOLLOWING PATTERN (A)) FROM untimed;

-- error: EMIT STREAM says changes, and the rows of OVER are said once, when they are complete
-- SELECT COUNT(*) OVER (ORDER BY ts ROWS BETWEEN CURRENT ROW AND UNBOUNDED FOLLOWING PATTERN (A)) FROM s EMIT STREAM;
--        ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^
-- hint: leave EMIT STREAM out
SELECT COUNT(*) OVER (ORDER BY ts ROWS BETWEEN CURRENT ROW AND UNBOUNDED FOLLOWING PATTERN (A)) FROM s EMIT STREAM;

-- error: a row pattern is matched against rows that stay, and these may be taken back again
-- SELECT COUNT(*) OVER (ORDER BY k ROWS BETWEEN CURRENT ROW AND UNBOUNDED FOLLOWING PATTERN (A))
--        ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^
-- hint: group the inner query by a window, TUMBLE(…) for one, and leave EMIT STREAM out: its rows are then said once, when they are final
SELECT COUNT(*) OVER (ORDER BY k ROWS BETWEEN CURRENT ROW AND UNBOUNDED FOLLOWING PATTERN (A))
FROM (SELECT k, SUM(v) AS total FROM s GROUP BY k);

-- error: a row pattern is not matched again when a late row comes
-- LATE ROWS CORRECT WITHIN INTERVAL '1' MINUTE;
-- ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^
-- hint: write LATE ROWS TO s, or let the stream wait longer: WATERMARK FOR ts AS ts - INTERVAL '1' MINUTE
SELECT COUNT(*) OVER (ORDER BY ts ROWS BETWEEN CURRENT ROW AND UNBOUNDED FOLLOWING PATTERN (A)) FROM s
LATE ROWS CORRECT WITHIN INTERVAL '1' MINUTE;

-- error: ONE ROW PER MATCH has no place in a window: each row says one
-- SELECT COUNT(*) OVER (ORDER BY ts ROWS BETWEEN CURRENT ROW AND UNBOUNDED FOLLOWING ONE ROW PER MATCH PATTERN (A)) FROM s;
--                                                                                    ^^^
SELECT COUNT(*) OVER (ORDER BY ts ROWS BETWEEN CURRENT ROW AND UNBOUNDED FOLLOWING ONE ROW PER MATCH PATTERN (A)) FROM s;
