-- fold_constants: what depends on no row is computed once, when the query is planned.

CREATE STREAM s (a INT, b BOOLEAN);
INSERT INTO s VALUES (1, TRUE), (7, FALSE), (NULL, NULL);

-- plan before fold_constants:
-- Project (a + (2 + 3)) AS c, (UPPER('x') || 'y') AS d
--   Filter ((1 < 2) AND (a < (10 * 10)))
--     Scan s (inserts)
-- plan after fold_constants:
-- Project (a + 5) AS c, 'Xy' AS d
--   Filter (a < 100)
--     Scan s (inserts)
ASSERT ROWS
SELECT a + (2 + 3) AS c, UPPER('x') || 'y' AS d FROM s WHERE 1 < 2 AND a < 10 * 10
VALUES (6, 'Xy'), (12, 'Xy');

-- TRUE settles an OR, and FALSE an AND, whatever stands beside it.
-- plan after fold_constants:
-- Project a
--   Scan s (inserts)
ASSERT ROWS
SELECT a FROM s WHERE b OR 1 = 1
VALUES (1), (7), (NULL);

-- plan after fold_constants:
-- Project a
--   Filter FALSE
--     Scan s (inserts)
ASSERT EMPTY
SELECT a FROM s WHERE b AND FALSE;

-- What fails stays: it is an error of the rows that need it, and here none does.
-- plan after fold_constants:
-- Project CASE WHEN (a > 100) THEN (1 / 0) ELSE a END AS column1
--   Filter b
--     Scan s (inserts)
ASSERT ROWS
SELECT CASE WHEN a > 100 THEN 1 / 0 ELSE a END FROM s WHERE b
VALUES (1);
