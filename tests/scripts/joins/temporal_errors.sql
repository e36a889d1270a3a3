-- What a join by time refuses, and what to write instead.

CREATE STREAM s (k INT, v INT, ts TIMESTAMP(3), other TIMESTAMP(3), WATERMARK FOR ts AS ts - INTERVAL '5' SECOND);
CREATE STREAM untimed (k INT, ts TIMESTAMP(3));
CREATE TABLE t (k INT, j INT, w INT, ts TIMESTAMP(3), PRIMARY KEY (k, j), WATERMARK FOR ts);
CREATE TABLE current (k INT, w INT, ts TIMESTAMP(3), PRIMARY KEY (k));
CREATE TABLE bag (k INT, w INT);
CREATE VIEW recent AS SELECT * FROM current WHERE w > 1;

-- error: FOR SYSTEM_TIME AS OF asks for the row of each row of another relation
-- SELECT * FROM t FOR SYSTEM_TIME AS OF TIMESTAMP '2026-01-01 00:00:00';
--                                       ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^
-- hint: write FROM s JOIN t FOR SYSTEM_TIME AS OF s.ts ON …
SELECT * FROM t FOR SYSTEM_TIME AS OF TIMESTAMP '2026-01-01 00:00:00';

-- error: current keeps the current rows only, and here those of another time are asked for
-- SELECT v, w FROM s JOIN current FOR SYSTEM_TIME AS OF s.ts ON s.k = current.k;
--                                                       ^^^^
-- hint: declare it with WATERMARK FOR changed_at AS changed_at, or write FOR SYSTEM_TIME AS OF PROCTIME()
SELECT v, w FROM s JOIN current FOR SYSTEM_TIME AS OF s.ts ON s.k = current.k;

-- error: bag keeps the current rows only, and here those of another time are asked for
-- SELECT v, w FROM s JOIN bag FOR SYSTEM_TIME AS OF s.ts ON s.k = bag.k;
--                                                   ^^^^
-- hint: declare it with PRIMARY KEY (…), WATERMARK FOR changed_at AS changed_at, or write FOR SYSTEM_TIME AS OF PROCTIME()
SELECT v, w FROM s JOIN bag FOR SYSTEM_TIME AS OF s.ts ON s.k = bag.k;

-- error: bag has no key, by which its row could be found
-- SELECT v, w FROM s JOIN bag FOR SYSTEM_TIME AS OF PROCTIME() ON s.k = bag.k;
--                                                                 ^^^^^^^^^^^
-- hint: declare PRIMARY KEY (…)
SELECT v, w FROM s JOIN bag FOR SYSTEM_TIME AS OF PROCTIME() ON s.k = bag.k;

-- error: s is a stream, and FOR SYSTEM_TIME AS OF asks for the rows of a table
-- SELECT s.v FROM s JOIN s FOR SYSTEM_TIME AS OF s.ts AS r ON s.k = r.k;
--                        ^
-- hint: write ASOF JOIN s MATCH_CONDITION (…) for the last event before
SELECT s.v FROM s JOIN s FOR SYSTEM_TIME AS OF s.ts AS r ON s.k = r.k;

-- error: recent is a view, and FOR SYSTEM_TIME AS OF asks for the rows of a table
-- SELECT v, w FROM s JOIN recent FOR SYSTEM_TIME AS OF PROCTIME() ON s.k = recent.k;
--                         ^^^^^^
-- hint: name the table here, and put conditions on its rows into ON
SELECT v, w FROM s JOIN recent FOR SYSTEM_TIME AS OF PROCTIME() ON s.k = recent.k;

-- error: c is a query, and FOR SYSTEM_TIME AS OF asks for the rows of a table
-- WITH c AS (SELECT * FROM t) SELECT v, w FROM s JOIN c FOR SYSTEM_TIME AS OF s.ts ON s.k = c.k;
--                                                     ^
-- hint: name the table here, and put conditions on its rows into ON
WITH c AS (SELECT * FROM t) SELECT v, w FROM s JOIN c FOR SYSTEM_TIME AS OF s.ts ON s.k = c.k;

-- error: there is no stream, view or sink called nothing
-- SELECT v, w FROM s JOIN nothing FOR SYSTEM_TIME AS OF s.ts ON s.k = nothing.k;
--                         ^^^^^^^
-- hint: there are: bag, current, recent, s, t, untimed
SELECT v, w FROM s JOIN nothing FOR SYSTEM_TIME AS OF s.ts ON s.k = nothing.k;

-- error: FOR SYSTEM_TIME AS OF finds a row by the whole key of t: j is not given
-- SELECT v, w FROM s JOIN t FOR SYSTEM_TIME AS OF s.ts ON s.k = t.k;
--                                                         ^^^^^^^^^
-- hint: write … AND t.j = …
SELECT v, w FROM s JOIN t FOR SYSTEM_TIME AS OF s.ts ON s.k = t.k;

-- error: FOR SYSTEM_TIME AS OF finds a row by the whole key of t: j is not given
-- SELECT v, w FROM s JOIN t FOR SYSTEM_TIME AS OF s.ts ON s.k = t.k AND t.j > 1;
--                                                         ^^^^^^^^^^^^^^^^^^^^^
-- hint: write … AND t.j = …
SELECT v, w FROM s JOIN t FOR SYSTEM_TIME AS OF s.ts ON s.k = t.k AND t.j > 1;

-- error: AS OF asks for the event time of the left rows, which says when they can be answered
-- SELECT v, w FROM s JOIN t FOR SYSTEM_TIME AS OF s.other ON s.k = t.k AND t.j = s.v;
--                                                 ^^^^^^^
-- hint: write FOR SYSTEM_TIME AS OF s.ts
SELECT v, w FROM s JOIN t FOR SYSTEM_TIME AS OF s.other ON s.k = t.k AND t.j = s.v;

-- error: there is no column called t.ts
-- SELECT v, w FROM s JOIN t FOR SYSTEM_TIME AS OF t.ts ON s.k = t.k AND t.j = s.v;
--                                                 ^^^^
-- hint: the relations here are: s
SELECT v, w FROM s JOIN t FOR SYSTEM_TIME AS OF t.ts ON s.k = t.k AND t.j = s.v;

-- error: AS OF asks for the event time of the left rows, which says when they can be answered
-- SELECT w FROM untimed u JOIN t FOR SYSTEM_TIME AS OF u.ts ON u.k = t.k AND t.j = u.k;
--                                                      ^^^^
-- hint: declare it with WATERMARK FOR ts AS ts - INTERVAL '5' SECOND
SELECT w FROM untimed u JOIN t FOR SYSTEM_TIME AS OF u.ts ON u.k = t.k AND t.j = u.k;

-- error: FOR SYSTEM_TIME AS OF finds the right row of each left row: it is INNER or LEFT
-- SELECT v, w FROM s RIGHT JOIN t FOR SYSTEM_TIME AS OF s.ts ON s.k = t.k AND t.j = s.v;
--                  ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^
-- hint: write JOIN or LEFT JOIN, with the rows that are to be kept on the left
SELECT v, w FROM s RIGHT JOIN t FOR SYSTEM_TIME AS OF s.ts ON s.k = t.k AND t.j = s.v;

-- error: MATCH_CONDITION compares a column of the left with one of the right input
-- SELECT a.v FROM s a ASOF JOIN s b MATCH_CONDITION (a.ts = b.ts) ON a.k = b.k;
--                                                    ^^^^^^^^^^^
-- hint: write MATCH_CONDITION (a.ts >= b.ts), with >=, >, <= or <
SELECT a.v FROM s a ASOF JOIN s b MATCH_CONDITION (a.ts = b.ts) ON a.k = b.k;

-- error: MATCH_CONDITION compares a column of the left with one of the right input
-- SELECT a.v FROM s a ASOF JOIN s b MATCH_CONDITION (a.ts >= a.other) ON a.k = b.k;
--                                                    ^^^^^^^^^^^^^^^
-- hint: write MATCH_CONDITION (a.ts >= b.ts), with >=, >, <= or <
SELECT a.v FROM s a ASOF JOIN s b MATCH_CONDITION (a.ts >= a.other) ON a.k = b.k;

-- error: MATCH_CONDITION compares columns, and this is computed
-- SELECT a.v FROM s a ASOF JOIN s b MATCH_CONDITION (a.ts >= b.ts - INTERVAL '1' SECOND) ON a.k = b.k;
--                                                            ^^^^^^^^^^^^^^^^^^^^^^^^^^
-- hint: compute it in the inner query: FROM (SELECT …, x AS ts FROM …) a ASOF JOIN …
SELECT a.v FROM s a ASOF JOIN s b MATCH_CONDITION (a.ts >= b.ts - INTERVAL '1' SECOND) ON a.k = b.k;

-- error: MATCH_CONDITION cannot compare TIMESTAMP(3) with INT
-- SELECT a.v FROM s a ASOF JOIN s b MATCH_CONDITION (a.ts >= b.k) ON a.k = b.k;
--                                                    ^^^^^^^^^^^
-- hint: compare two timestamps, dates or numbers of one type
SELECT a.v FROM s a ASOF JOIN s b MATCH_CONDITION (a.ts >= b.k) ON a.k = b.k;

-- error: other is not the event time, and this input has no end: no row of it is ever the last one
-- SELECT a.v FROM s a ASOF JOIN s b MATCH_CONDITION (a.ts >= b.other) ON a.k = b.k;
--                               ^^^
-- hint: declare it with WATERMARK FOR other AS other - INTERVAL '5' SECOND
SELECT a.v FROM s a ASOF JOIN s b MATCH_CONDITION (a.ts >= b.other) ON a.k = b.k;

-- error: ts is not the event time, and this input has no end: no row of it is ever the last one
-- SELECT a.v FROM s a ASOF JOIN untimed b MATCH_CONDITION (a.ts >= b.ts) ON a.k = b.k;
--                               ^^^^^^^^^
-- hint: declare it with WATERMARK FOR ts AS ts - INTERVAL '5' SECOND
SELECT a.v FROM s a ASOF JOIN untimed b MATCH_CONDITION (a.ts >= b.ts) ON a.k = b.k;

-- error: the ON of an ASOF JOIN says which columns are equal, and nothing else
-- SELECT a.v FROM s a ASOF JOIN s b MATCH_CONDITION (a.ts >= b.ts) ON a.k = b.k AND b.v > 1;
--                                                                     ^^^^^^^^^^^^^^^^^^^^^
-- hint: conditions on the right rows go into FROM (SELECT … WHERE …), others into WHERE
SELECT a.v FROM s a ASOF JOIN s b MATCH_CONDITION (a.ts >= b.ts) ON a.k = b.k AND b.v > 1;

-- error: an ASOF JOIN takes events, and these rows may be taken back
-- SELECT a.v FROM s a ASOF JOIN t b MATCH_CONDITION (a.ts >= b.ts) ON a.k = b.k;
--                               ^^^
-- hint: write JOIN … FOR SYSTEM_TIME AS OF … for the versions of a table
SELECT a.v FROM s a ASOF JOIN t b MATCH_CONDITION (a.ts >= b.ts) ON a.k = b.k;

-- error: two relations here are called s
-- SELECT s.v FROM s ASOF JOIN s MATCH_CONDITION (s.ts >= s.ts);
--                             ^
-- hint: give them names of their own: s AS a JOIN s AS b
SELECT s.v FROM s ASOF JOIN s MATCH_CONDITION (s.ts >= s.ts);

-- A row that is taken back would be taken back with what its partner is by then.
-- error: what is so when a row comes is not known any more when it is taken back, and these rows may be
-- SELECT bag.k, c.w FROM bag JOIN current FOR SYSTEM_TIME AS OF PROCTIME() AS c ON bag.k = c.k;
--                        ^^^
-- hint: write a plain JOIN, which is corrected when either side changes
SELECT bag.k, c.w FROM bag JOIN current FOR SYSTEM_TIME AS OF PROCTIME() AS c ON bag.k = c.k;
