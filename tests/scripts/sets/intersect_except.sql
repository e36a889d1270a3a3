-- INTERSECT keeps the rows that are in both queries, EXCEPT those of the first that are not in the second.
-- Rows are equal as in GROUP BY: NULL equals NULL. With ALL it counts how often.

CREATE STREAM a (k VARCHAR, v INT);
CREATE STREAM b (name VARCHAR, n BIGINT);
INSERT INTO a VALUES ('x', 1), ('x', 1), ('y', NULL);
INSERT INTO b VALUES ('x', 1), ('z', 9);
INSERT INTO a VALUES ('z', 2), ('x', 1), (NULL, NULL);
INSERT INTO b VALUES ('y', NULL), ('x', 1), (NULL, NULL), (NULL, NULL);
INSERT INTO a VALUES ('w', 7), ('z', 2), ('z', 9);

-- Names come from the first part, types from both.
ASSERT ROWS
SELECT k, v FROM a INTERSECT SELECT name, n FROM b
VALUES ('x', 1), ('y', NULL), (NULL, NULL), ('z', 9);

ASSERT ROWS
SELECT k, v FROM a INTERSECT ALL SELECT name, n FROM b
VALUES ('x', 1), ('x', 1), ('y', NULL), (NULL, NULL), ('z', 9);

ASSERT ROWS
SELECT k, v FROM a EXCEPT SELECT name, n FROM b
VALUES ('z', 2), ('w', 7);

ASSERT ROWS
SELECT k, v FROM a EXCEPT ALL SELECT name, n FROM b
VALUES ('x', 1), ('z', 2), ('z', 2), ('w', 7);

ASSERT ROWS
SELECT name, n FROM b EXCEPT ALL SELECT k, v FROM a
VALUES (NULL, NULL);

-- INTERSECT binds more tightly than UNION and EXCEPT, which go from left to right.
ASSERT ROWS
SELECT k FROM a EXCEPT SELECT 'x' EXCEPT SELECT name FROM b WHERE n = 9
VALUES ('y'), (NULL), ('w');

ASSERT ROWS
SELECT k FROM a EXCEPT (SELECT 'x' EXCEPT SELECT name FROM b)
VALUES ('x'), ('y'), ('z'), (NULL), ('w');

ASSERT ROWS
SELECT 'w' UNION SELECT k FROM a INTERSECT SELECT name FROM b WHERE n IS NOT NULL
VALUES ('w'), ('x'), ('z');

ASSERT ROWS
SELECT k FROM a INTERSECT SELECT name FROM b INTERSECT SELECT 'x'
VALUES ('x');

-- Over rows that change: customers whose total is also somebody's limit.
CREATE STREAM limits (total BIGINT);
INSERT INTO limits VALUES (3), (8);

ASSERT ROWS
SELECT SUM(v) FROM a GROUP BY k INTERSECT SELECT total FROM limits
VALUES (3);

ASSERT ROWS
SELECT SUM(v) FROM a GROUP BY k EXCEPT ALL SELECT total FROM limits
VALUES (NULL), (NULL), (13), (7);

ASSERT ROWS
SELECT COUNT(*) FROM a GROUP BY k UNION SELECT total FROM limits
VALUES (3), (1), (8);

-- What is counted of the rows that differ.
ASSERT ROWS
SELECT COUNT(*), SUM(v) FROM (SELECT k, v FROM a EXCEPT ALL SELECT name, n FROM b)
VALUES (4, 12);

-- A condition above goes into both parts.
-- plan:
-- Except, said as changes
--   Project k, CAST(v AS BIGINT) AS v
--     Scan a (inserts, where (CAST(v AS BIGINT) > 2))
--   Scan b (inserts, where (n > 2))
ASSERT ROWS
SELECT k, v FROM (SELECT k, v FROM a EXCEPT SELECT name, n FROM b) WHERE v > 2
VALUES ('w', 7);

-- error: the parts of INTERSECT differ: 1 columns here, 2 in the first
-- SELECT k, v FROM a INTERSECT SELECT name FROM b;
--                              ^^^^^^^^^^^^^^^^^^
SELECT k, v FROM a INTERSECT SELECT name FROM b;

-- error: column 1 of EXCEPT is VARCHAR before and BIGINT here
-- SELECT k FROM a EXCEPT SELECT n FROM b;
--                        ^^^^^^^^^^^^^^^
-- hint: write CAST(… AS VARCHAR)
SELECT k FROM a EXCEPT SELECT n FROM b;

-- error: EMIT AFTER WATERMARK needs the event time: these rows of EXCEPT are never complete
-- SELECT k FROM a EXCEPT SELECT name FROM b EMIT AFTER WATERMARK;
-- ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^
-- hint: select the event time in both parts, at the same place, or write EMIT STREAM
SELECT k FROM a EXCEPT SELECT name FROM b EMIT AFTER WATERMARK;
