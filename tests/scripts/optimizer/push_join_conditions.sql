-- push_join_conditions: what ON says of one input alone is asked before that is joined, unless rows
-- of it are kept without a partner: for them it would mean something else.

CREATE STREAM a (k INT, x INT);
CREATE STREAM b (k INT, y INT);
INSERT INTO a VALUES (1, 1), (2, 5), (3, 7);
INSERT INTO b VALUES (1, 2), (2, 3), (3, 9), (4, 9);

-- plan before push_join_conditions:
-- Project x, y
--   Inner join on left.k = right.k AND (x > 1) AND (y < 9)
--     Scan a (inserts)
--     Scan b (inserts)
-- plan after push_join_conditions:
-- Project x, y
--   Inner join on left.k = right.k
--     Filter (x > 1)
--       Scan a (inserts)
--     Filter (y < 9)
--       Scan b (inserts)
ASSERT ROWS
SELECT x, y FROM a JOIN b ON a.k = b.k AND x > 1 AND y < 9
VALUES (5, 3);

-- What is said of a key is said of the key that equals it.
-- plan after push_join_conditions:
-- Project x, y
--   Inner join on left.k = right.k
--     Filter (k > 1)
--       Scan a (inserts)
--     Filter (k > 1)
--       Scan b (inserts)
ASSERT ROWS
SELECT x, y FROM a JOIN b ON a.k = b.k AND a.k > 1
VALUES (5, 3), (7, 9);

-- plan after push_join_conditions:
-- Project x, y
--   Left join on left.k = right.k AND (x > 1)
--     Scan a (inserts)
--     Filter (y < 9)
--       Scan b (inserts)
ASSERT ROWS
SELECT x, y FROM a LEFT JOIN b ON a.k = b.k AND x > 1 AND y < 9
VALUES (1, NULL), (5, 3), (7, NULL);

-- plan after push_join_conditions:
-- Project x, y
--   Full join on left.k = right.k AND (x > 1) AND (y < 9)
--     Scan a (inserts)
--     Scan b (inserts)
ASSERT ROWS
SELECT x, y FROM a FULL JOIN b ON a.k = b.k AND x > 1 AND y < 9
VALUES (1, NULL), (5, 3), (7, NULL), (NULL, 2), (NULL, 9), (NULL, 9);

-- plan after push_join_conditions:
-- Project x
--   Anti join on left.k = right.k AND (x > 1)
--     Scan a (inserts)
--     Filter (y < 9)
--       Scan b (inserts)
ASSERT ROWS
SELECT x FROM a ANTI JOIN b ON a.k = b.k AND x > 1 AND y < 9
VALUES (1), (7);

-- plan after push_join_conditions:
-- Project x
--   Semi join on left.k = right.k
--     Filter (x > 1)
--       Scan a (inserts)
--     Filter (y < 9)
--       Scan b (inserts)
ASSERT ROWS
SELECT x FROM a SEMI JOIN b ON a.k = b.k AND x > 1 AND y < 9
VALUES (5);

-- What can fail stays: it would be an error of rows that have no partner.
-- plan after push_join_conditions:
-- Project x, y
--   Inner join on left.k = right.k AND ((10 / (y - 9)) < 0)
--     Project k, x
--       Scan a (inserts, where (k < 3))
--     Scan b (inserts)
ASSERT ROWS
SELECT x, y FROM (SELECT * FROM a WHERE k < 3) AS a JOIN b ON a.k = b.k AND 10 / (y - 9) < 0
VALUES (1, 2), (5, 3);
