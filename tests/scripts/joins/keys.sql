-- Keys: any number of them, of any type and computed; NULL is equal to nothing, but where it is said.

CREATE STREAM a (k INT, j VARCHAR, d DOUBLE, x INT);
CREATE STREAM b (k BIGINT, j VARCHAR, d DECIMAL(6, 2), y INT);
INSERT INTO a VALUES (1, 'p', 1.5, 10), (2, NULL, -0.0, 20), (NULL, 'p', NULL, 30), (NULL, NULL, 2, 40);
INSERT INTO b VALUES (1, 'p', 1.50, 1), (2, NULL, 0, 2), (NULL, 'p', NULL, 3), (NULL, NULL, 7, 4), (1, 'q', 2, 5);

ASSERT ROWS
SELECT x, y FROM a JOIN b ON a.k = b.k
VALUES (10, 1), (10, 5), (20, 2);

ASSERT ROWS
SELECT x, y FROM a JOIN b ON a.k = b.k AND b.j = a.j
VALUES (10, 1);

ASSERT ROWS
SELECT x, y FROM a JOIN b ON a.k IS NOT DISTINCT FROM b.k AND a.j = b.j
VALUES (10, 1), (30, 3);

ASSERT ROWS
SELECT x, y FROM a JOIN b ON a.k IS NOT DISTINCT FROM b.k AND b.j IS NOT DISTINCT FROM a.j
VALUES (10, 1), (20, 2), (30, 3), (40, 4);

-- Types that differ meet in their common type; 0.0 and -0.0 are equal.
ASSERT ROWS
SELECT x, y FROM a JOIN b ON a.d = b.d
VALUES (10, 1), (20, 2), (40, 5);

-- Computed keys, each of one side.
-- plan:
-- Inner join on $key0 = k
--   Project x, CAST(CAST((x / 10) AS DOUBLE) AS BIGINT) AS $key0
--     Scan a (inserts, 1 of 4 columns)
--   Scan b (inserts, 2 of 4 columns)
ASSERT ROWS
SELECT x, y FROM a JOIN b ON CAST(CAST(x / 10 AS DOUBLE) AS BIGINT) = b.k
VALUES (10, 1), (10, 5), (20, 2);

ASSERT ROWS
SELECT x, y FROM a JOIN b ON UPPER(a.j) || '!' = UPPER(b.j) || '!'
VALUES (10, 1), (10, 3), (30, 1), (30, 3);

-- What compares columns of both with each other otherwise is a condition on pairs.
ASSERT ROWS
SELECT x, y FROM a JOIN b ON a.k + b.k = 3
VALUES (10, 2), (20, 1), (20, 5);

-- USING: columns of one name that are equal, and one column of each two. It comes first.
ASSERT ROWS
SELECT * FROM (SELECT x, k FROM a) AS a JOIN (SELECT y, k FROM b) AS b USING (k)
VALUES (1, 10, 1), (1, 10, 5), (2, 20, 2);

ASSERT ROWS
SELECT k, j, x, y FROM a JOIN b USING (k, j)
VALUES (1, 'p', 10, 1);

-- It is the column of the side that is kept; of a FULL join, of the side that is there.
ASSERT ROWS
SELECT k, a.k, b.k, y FROM a RIGHT JOIN b USING (k, j)
VALUES (1, 1, 1, 1), (2, NULL, 2, 2), (NULL, NULL, NULL, 3), (NULL, NULL, NULL, 4), (1, NULL, 1, 5);

ASSERT ROWS
SELECT k, j, a.k, b.j, x, y FROM a FULL JOIN b USING (k, j) WHERE k IS NOT NULL
VALUES (1, 'p', 1, 'p', 10, 1), (2, NULL, 2, NULL, 20, NULL), (2, NULL, NULL, NULL, NULL, 2), (1, 'q', NULL, 'q', NULL, 5);

-- NATURAL: all columns that both have.
ASSERT ROWS
SELECT * FROM (SELECT j, x FROM a) AS a NATURAL JOIN (SELECT y, j FROM b) AS b
VALUES ('p', 10, 1), ('p', 10, 3), ('p', 30, 1), ('p', 30, 3);

ASSERT ROWS
SELECT j, x, y FROM (SELECT j, x FROM a) AS a NATURAL LEFT JOIN (SELECT y, j FROM b WHERE y > 1) AS b
VALUES ('p', 10, 3), ('p', 30, 3), (NULL, 20, NULL), (NULL, 40, NULL);

-- Grouped by the merged column.
ASSERT ROWS
SELECT j, COUNT(*) FROM a JOIN b USING (j) GROUP BY j
VALUES ('p', 4);
