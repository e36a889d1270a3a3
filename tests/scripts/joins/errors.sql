-- What a join refuses, and what to write instead.

CREATE STREAM a (k INT, x INT, ts TIMESTAMP(3), WATERMARK FOR ts);
CREATE STREAM b (k VARCHAR, y INT, ts TIMESTAMP(3), WATERMARK FOR ts);

-- error: two relations here are called a
-- SELECT * FROM a JOIN a ON TRUE;
--                      ^
-- hint: give them names of their own: a AS a JOIN a AS b
SELECT * FROM a JOIN a ON TRUE;

-- error: ts is ambiguous: 2 columns are called so
-- SELECT ts FROM a CROSS JOIN b;
--        ^^
-- hint: write a.ts or b.ts
SELECT ts FROM a CROSS JOIN b;

-- error: unexpected OUTER, expected ',', '(', WHERE, GROUP BY, the end of the statement, …
-- SELECT x FROM a OUTER JOIN b ON x = y;
--                 ^^^^^
SELECT x FROM a OUTER JOIN b ON x = y;

-- error: there is no column called z
-- SELECT x FROM a JOIN b USING (z);
--                               ^
-- hint: the columns here are: k, x, ts
SELECT x FROM a JOIN b USING (z);

-- error: NATURAL JOIN compares columns of one name, and there is none
-- SELECT x FROM (SELECT x FROM a) NATURAL JOIN (SELECT y FROM b);
--               ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^
-- hint: write … JOIN … ON a.x = b.y, or CROSS JOIN for all pairs
SELECT x FROM (SELECT x FROM a) NATURAL JOIN (SELECT y FROM b);

-- error: a condition must be BOOLEAN, and this is INT
-- SELECT x FROM a JOIN b ON x;
--                           ^
-- hint: compare it with something, such as … = 1 or … IS NOT NULL
SELECT x FROM a JOIN b ON x;

-- The right side of a semi or anti join is not in the result.
-- error: there is no column called y
-- SELECT x, y FROM a SEMI JOIN b ON x = y;
--           ^
-- hint: the columns here are: k, x, ts
SELECT x, y FROM a SEMI JOIN b ON x = y;

-- On streams a row without a partner is sure only where the times are bounded.
-- error: a left join says rows without a partner, and here one may always come
-- SELECT x, y FROM a LEFT JOIN b ON x = y EMIT AFTER WATERMARK;
--                                         ^^^^^^^^^^^^^^^^^^^^
-- hint: bound how far apart partners are: … AND b.ts BETWEEN a.ts - INTERVAL '1' MINUTE AND a.ts; or write EMIT STREAM
SELECT x, y FROM a LEFT JOIN b ON x = y EMIT AFTER WATERMARK;

