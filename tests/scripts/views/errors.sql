-- What materialized views refuse.

CREATE STREAM s (k INT, v INT, ts TIMESTAMP(0), WATERMARK FOR ts);
CREATE TABLE t (k INT PRIMARY KEY, v INT);
CREATE MATERIALIZED VIEW m AS SELECT k, SUM(v) AS total FROM s GROUP BY k;
CREATE MATERIALIZED VIEW n AS SELECT COUNT(*) AS n FROM m;

-- error: two columns of the view are called k
-- CREATE MATERIALIZED VIEW x AS SELECT k, v AS k FROM s;
--                               ^^^^^^^^^^^^^^^^^^^^^^^
-- hint: name them apart: … AS k_2
CREATE MATERIALIZED VIEW x AS SELECT k, v AS k FROM s;

-- error: 3 names are given for 2 columns
CREATE MATERIALIZED VIEW x (a, b, c) AS SELECT k, v FROM s;

-- error: m exists already, as a materialized view
-- CREATE MATERIALIZED VIEW m AS SELECT k FROM s;
--                          ^
-- hint: write CREATE OR REPLACE, CREATE … IF NOT EXISTS, or DROP MATERIALIZED VIEW m first
CREATE MATERIALIZED VIEW m AS SELECT k FROM s;

-- error: m is a materialized view, not a view
-- DROP VIEW m;
--           ^
-- hint: write DROP MATERIALIZED VIEW m
DROP VIEW m;

-- error: m is being used by n
-- DROP MATERIALIZED VIEW m;
--                        ^
-- hint: DROP MATERIALIZED VIEW n first
DROP MATERIALIZED VIEW m;

-- error: m is being used by n
CREATE OR REPLACE MATERIALIZED VIEW m AS SELECT k FROM s;

-- error: s is being used by m
DROP STREAM s;

-- error: m is a materialized view, which is kept as long as it is there
-- STOP m;
--      ^
-- hint: DROP MATERIALIZED VIEW m
STOP m;

-- error: m is a view, and rows cannot be inserted into it
INSERT INTO m VALUES (1, 2);

-- error: there is no materialized view called mm
-- SUBSCRIBE TO mm;
--              ^^
-- hint: did you mean m?
SUBSCRIBE TO mm;

-- error: s is a stream, and has no changes
-- SUBSCRIBE s;
--           ^
-- hint: the materialized views are m, n
SUBSCRIBE s;

-- error: m has no event time, and so no progress to tell of
-- SUBSCRIBE m WITH (SNAPSHOT, PROGRESS);
-- ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^
-- hint: leave PROGRESS out
SUBSCRIBE m WITH (SNAPSHOT, PROGRESS);

-- What the query of a view names is not dropped before it.
CREATE VIEW few AS SELECT k FROM m;
CREATE VIEW fewer AS SELECT k FROM few WHERE k > 1;

-- error: few is read by the view fewer
-- DROP VIEW few;
--           ^^^
-- hint: DROP VIEW fewer first
DROP VIEW few;

DROP VIEW fewer;
DROP VIEW few;
