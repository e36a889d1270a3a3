-- What a table refuses, and what to write instead.

CREATE STREAM s (k INT, v INT, ts TIMESTAMP(3), WATERMARK FOR ts);
CREATE TABLE t (k INT PRIMARY KEY, v INT);
CREATE TABLE versions (k INT, v INT, ts TIMESTAMP(3), PRIMARY KEY (k), WATERMARK FOR ts);
CREATE VIEW w AS SELECT k FROM t;

-- error: there is no column called kk
-- CREATE TABLE u (k INT, v INT, PRIMARY KEY (kk));
--                                            ^^
-- hint: did you mean k?
CREATE TABLE u (k INT, v INT, PRIMARY KEY (kk));

-- error: k stands in the key twice
-- CREATE TABLE u (k INT, v INT, PRIMARY KEY (k, k));
--                                               ^
CREATE TABLE u (k INT, v INT, PRIMARY KEY (k, k));

-- error: a table has one PRIMARY KEY
-- CREATE TABLE u (k INT PRIMARY KEY, v INT PRIMARY KEY);
--                                    ^^^^^^^^^^^^^^^^^
-- hint: write PRIMARY KEY (a, b) once
CREATE TABLE u (k INT PRIMARY KEY, v INT PRIMARY KEY);

-- error: a table has one PRIMARY KEY
-- CREATE TABLE u (k INT PRIMARY KEY, v INT, PRIMARY KEY (v));
--                                                        ^
-- hint: write PRIMARY KEY (a, b) once
CREATE TABLE u (k INT PRIMARY KEY, v INT, PRIMARY KEY (v));

-- error: k is computed, and a key is what a row comes with
-- CREATE TABLE u (k AS v + 1, v INT, PRIMARY KEY (k));
--                                                 ^
-- hint: declare the columns that it is computed from as the key
CREATE TABLE u (k AS v + 1, v INT, PRIMARY KEY (k));

-- error: a WATERMARK makes a table of versions, and without a key there are none
-- CREATE TABLE u (v INT, ts TIMESTAMP(3), WATERMARK FOR ts);
--                                         ^^^^^^^^^^^^^^^^
-- hint: declare PRIMARY KEY (…), or CREATE STREAM for events
CREATE TABLE u (v INT, ts TIMESTAMP(3), WATERMARK FOR ts);

-- error: PROCTIME() tells when an event came, and the rows of a table are no events
-- CREATE TABLE u (k INT PRIMARY KEY, ts AS PROCTIME());
--                                    ^^^^^^^^^^^^^^^^
-- hint: leave it out; FOR SYSTEM_TIME AS OF PROCTIME() joins what is known now
CREATE TABLE u (k INT PRIMARY KEY, ts AS PROCTIME());

-- error: the table u has no columns
-- CREATE TABLE u;
--              ^
-- hint: write CREATE TABLE u (id BIGINT, ts TIMESTAMP(3), …)
CREATE TABLE u;

-- error: a stream takes events, and these rows may take others back
-- CREATE STREAM u (k INT) WITH (connector = 'file', path = 'changes.csv', changelog = 'true');
-- ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^
-- hint: write CREATE TABLE u (…, PRIMARY KEY (…)) WITH (…)
CREATE STREAM u (k INT) WITH (connector = 'file', path = 'changes.csv', changelog = 'true');

-- error: op says what a row does, and is no column of the table
-- CREATE TABLE u (k INT PRIMARY KEY, op VARCHAR) WITH (connector = 'file', path = 'c.csv', changelog = 'true');
--                                    ^^^^^^^^^^
-- hint: leave it out
CREATE TABLE u (k INT PRIMARY KEY, op VARCHAR) WITH (connector = 'file', path = 'c.csv', changelog = 'true');

-- error: t exists already, as a table
-- CREATE TABLE t (k INT);
--              ^
-- hint: write CREATE OR REPLACE, CREATE … IF NOT EXISTS, or DROP TABLE t first
CREATE TABLE t (k INT);

-- error: t is a table, not a stream
-- DROP STREAM t;
--             ^
-- hint: write DROP TABLE t
DROP STREAM t;

-- error: t takes 2 columns, and the rows have 1
-- INSERT INTO t VALUES (1);
--               ^^^^^^^^^^
-- hint: give values for k, v, or name the columns: INSERT INTO t (k, …) VALUES …
INSERT INTO t VALUES (1);

-- error: s is a stream, and UPDATE changes the rows of a table
-- UPDATE s SET v = 1;
--        ^
-- hint: CREATE TABLE declares rows that can be changed
UPDATE s SET v = 1;

-- error: s is a stream, and DELETE changes the rows of a table
-- DELETE FROM s WHERE v = 1;
--             ^
-- hint: CREATE TABLE declares rows that can be changed
DELETE FROM s WHERE v = 1;

-- error: w is a view, and DELETE changes the rows of a table
-- DELETE FROM w;
--             ^
-- hint: CREATE TABLE declares rows that can be changed
DELETE FROM w;

-- error: t has no column x that can be set
-- UPDATE t SET x = 1;
--              ^
-- hint: its columns are k, v
UPDATE t SET x = 1;

-- error: v is set twice
-- UPDATE t SET v = 1, v = 2;
--                     ^
UPDATE t SET v = 1, v = 2;

-- error: there is no column called w
-- UPDATE t SET v = w + 1;
--                  ^
-- hint: the columns here are: k, v
UPDATE t SET v = w + 1;

-- error: a condition must be BOOLEAN, and this is INT
-- UPDATE t SET v = 1 WHERE v;
--                          ^
-- hint: compare it with something, such as … = 1 or … IS NOT NULL
UPDATE t SET v = 1 WHERE v;

-- error: versions is versioned: an update says from when on its rows are so
-- UPDATE versions SET v = 1;
--        ^^^^^^^^
-- hint: SET …, ts = TIMESTAMP '2026-01-31 12:30:00'
UPDATE versions SET v = 1;

-- error: there is no column called kk
-- DELETE FROM t WHERE kk = 1;
--                     ^^
-- hint: did you mean k?
DELETE FROM t WHERE kk = 1;

-- error: s is a stream: it takes events, and this query takes rows back
-- INSERT INTO s SELECT k, v, ts FROM versions;
-- ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^
-- hint: write into a table instead (CREATE TABLE …), or make the rows final: EMIT AFTER WATERMARK, with groups by a window and joins within an interval
INSERT INTO s SELECT k, v, ts FROM versions;

-- What an UPDATE would make of rows is looked at before any of them changes.
CREATE TABLE kept (k INT PRIMARY KEY, v INT NOT NULL);
INSERT INTO kept VALUES (1, 10), (2, 20);

-- error: k would be NULL, and it is part of the key
-- UPDATE kept SET k = NULLIF(k, 2);
-- ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^
-- hint: leave such rows alone: … WHERE … IS NOT NULL
UPDATE kept SET k = NULLIF(k, 2);

-- error: v would be NULL, and it is declared NOT NULL
UPDATE kept SET v = NULL;

-- error: several rows of kept would have one key
-- UPDATE kept SET k = 2 WHERE k = 1;
-- ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^
-- hint: give each of them another k
UPDATE kept SET k = 2 WHERE k = 1;

-- error: v: 'many' is not an INT
UPDATE kept SET v = CASE WHEN k = 1 THEN '1' ELSE 'many' END;

ASSERT ROWS
SELECT * FROM kept
VALUES (1, 10), (2, 20);

-- Keys may be exchanged.
UPDATE kept SET k = 3 - k;

ASSERT ROWS
SELECT * FROM kept
VALUES (2, 10), (1, 20);
