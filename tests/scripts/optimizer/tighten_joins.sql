-- tighten_joins: where a filter lets no row pass whose one side is missing, an outer join need not
-- say such rows: LEFT becomes INNER, and FULL becomes LEFT, RIGHT or INNER.

CREATE STREAM a (k INT, x INT);
CREATE STREAM b (k INT, y INT);
INSERT INTO a VALUES (1, 1), (2, 5), (3, 7);
INSERT INTO b VALUES (1, 2), (2, 3), (4, 9);

-- plan before tighten_joins:
-- Project x, y
--   Filter (y > 2)
--     Left join on left.k = right.k
--       Scan a (inserts)
--       Scan b (inserts)
-- plan after tighten_joins:
-- Project x, y
--   Filter (y > 2)
--     Inner join on left.k = right.k
--       Scan a (inserts)
--       Scan b (inserts)
ASSERT ROWS
SELECT x, y FROM a LEFT JOIN b ON a.k = b.k WHERE y > 2
VALUES (5, 3);

-- plan:
-- Left join on left.k = right.k
--   Scan a (inserts, where (x > 1))
--   Scan b (inserts)
ASSERT ROWS
SELECT x, y FROM a FULL JOIN b ON a.k = b.k WHERE x > 1
VALUES (5, 3), (7, NULL);

-- plan:
-- Right join on left.k = right.k
--   Scan a (inserts)
--   Scan b (inserts, where (y IS NOT NULL))
ASSERT ROWS
SELECT x, y FROM a FULL JOIN b ON a.k = b.k WHERE y IS NOT NULL
VALUES (1, 2), (5, 3), (NULL, 9);

-- plan:
-- Inner join on left.k = right.k AND (x > y)
--   Scan a (inserts)
--   Scan b (inserts)
ASSERT ROWS
SELECT x, y FROM a FULL JOIN b ON a.k = b.k WHERE x > y
VALUES (5, 3);

-- A condition that NULL may satisfy changes nothing.
-- plan:
-- Filter ((y > 2) OR (y IS NULL))
--   Left join on left.k = right.k
--     Scan a (inserts)
--     Scan b (inserts)
ASSERT ROWS
SELECT x, y FROM a LEFT JOIN b ON a.k = b.k WHERE y > 2 OR y IS NULL
VALUES (5, 3), (7, NULL);
