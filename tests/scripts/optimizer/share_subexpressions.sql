-- share_subexpressions: what a projection or filter computes twice is computed once.

CREATE STREAM s (a INT, b DOUBLE, text VARCHAR);
INSERT INTO s VALUES (1, 2, 'x'), (5, 0.5, 'yy'), (NULL, 3, NULL), (0, -1, '');

-- plan before share_subexpressions:
-- Project (UPPER(text) || '1') AS c, (UPPER(text) || '2') AS d
--   Scan s (inserts, 1 of 3 columns)
-- plan after share_subexpressions:
-- Project (UPPER(text) || '1') AS c, (UPPER(text) || '2') AS d, sharing UPPER(text)
--   Scan s (inserts, 1 of 3 columns)
ASSERT ROWS
SELECT UPPER(text) || '1' AS c, UPPER(text) || '2' AS d FROM s
VALUES ('X1', 'X2'), ('YY1', 'YY2'), (NULL, NULL), ('1', '2');

-- plan after share_subexpressions:
-- Project a
--   Scan s (inserts, 2 of 3 columns, where (CHAR_LENGTH(CAST(a AS VARCHAR)) = 1) AND (b > 0.0) AND (CHAR_LENGTH(CAST(a AS VARCHAR)) < 5))
ASSERT ROWS
SELECT a FROM (SELECT a, b FROM s) WHERE CHAR_LENGTH(CAST(a AS VARCHAR)) = 1 AND b > 0 AND CHAR_LENGTH(CAST(a AS VARCHAR)) < 5
VALUES (1), (5);

-- Where one place needs no value that fails, it must not fail for it.
-- plan after share_subexpressions:
-- Project CASE WHEN (a <> 0) THEN (10 / a) ELSE NULL END AS c, CASE WHEN (a <> 0) THEN ((10 / a) + 1) ELSE 0 END AS d, sharing (a <> 0), (10 / a)
--   Scan s (inserts, 1 of 3 columns)
ASSERT ROWS
SELECT CASE WHEN a <> 0 THEN 10 / a END AS c, CASE WHEN a <> 0 THEN 10 / a + 1 ELSE 0 END AS d FROM s
VALUES (10, 11), (2, 3), (NULL, 0), (NULL, 0);
