-- Queries in FROM, WITH queries, and VALUES: each is a relation like any other.

CREATE STREAM s (k VARCHAR, v INT);
INSERT INTO s VALUES ('a', 1), ('b', 2), ('a', 3);

ASSERT ROWS
SELECT t.k, t.w + 1 FROM (SELECT k, v * 10 AS w FROM s WHERE v > 1) t
VALUES ('b', 21), ('a', 31);

ASSERT ROWS
SELECT x, y FROM (SELECT k, v FROM s) AS t (x, y) WHERE y < 3
VALUES ('a', 1), ('b', 2);

ASSERT ROWS
WITH big AS (SELECT k, v FROM s WHERE v >= 2),
     named (name, twice) AS (SELECT k, v * 2 FROM big)
SELECT name, twice FROM named
VALUES ('b', 4), ('a', 6);

-- A WITH query hides a stream of the same name.
ASSERT ROWS
WITH s AS (SELECT k FROM s WHERE v = 2)
SELECT k FROM s
VALUES ('b');

ASSERT ROWS
SELECT a + b FROM (VALUES (1, 2), (3, NULL)) t(a, b)
VALUES (3), (NULL);

ASSERT ROWS
SELECT column1, column2 FROM (VALUES (1, 'x'))
VALUES (1, 'x');

ASSERT ROWS
VALUES (1, 'a'), (2.5, NULL)
VALUES (1, 'a'), (2.5, NULL);

-- error: the rows of VALUES differ: this one has 1 values, the first 2
-- VALUES (1, 2), (3);
--                 ^
VALUES (1, 2), (3);

-- error: 2 names are given for one column
-- SELECT a FROM (VALUES (1)) t(a, b);
--                            ^^^^^^^
SELECT a FROM (VALUES (1)) t(a, b);

-- error: there is no column called nothing
-- WITH t AS (SELECT nothing FROM s) SELECT * FROM t;
--                   ^^^^^^^
-- hint: the columns here are: k, v
WITH t AS (SELECT nothing FROM s) SELECT * FROM t;
