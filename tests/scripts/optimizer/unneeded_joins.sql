-- prune_columns, where a join only adds columns that nobody reads: a left join by the key of the right
-- side says every left row once, and so it is left out.

CREATE STREAM a (k INT, x INT);
CREATE STREAM b (k INT, y INT);
INSERT INTO a VALUES (1, 1), (2, 5), (3, 7);
INSERT INTO b VALUES (1, 2), (1, 3), (4, 9);

-- plan before prune_columns:
-- Project x
--   Left join on left.k = right.k
--     Scan a (inserts)
--     Project k, $0 AS most
--       Aggregate MAX(y) by k, said as changes
--         Scan b (inserts)
-- plan after prune_columns:
-- Project x
--   Scan a (inserts, 1 of 2 columns)
ASSERT ROWS
SELECT x FROM a LEFT JOIN (SELECT k, MAX(y) AS most FROM b GROUP BY k) AS c ON a.k = c.k
VALUES (1), (5), (7);

-- Not so where it says rows twice, or only some.
-- plan:
-- Left join on left.k = right.k
--   Scan a (inserts)
--   Scan b (inserts, 1 of 2 columns)
ASSERT ROWS
SELECT x FROM a LEFT JOIN b ON a.k = b.k
VALUES (1), (1), (5), (7);

-- plan:
-- Inner join on left.k = right.k
--   Scan a (inserts)
--   Distinct on k, said as changes
--     Scan b (inserts, 1 of 2 columns)
ASSERT ROWS
SELECT x FROM a JOIN (SELECT DISTINCT k FROM b) AS c ON a.k = c.k
VALUES (1);
