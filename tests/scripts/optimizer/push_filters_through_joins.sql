-- push_filters, through joins: a condition on rows that are in the result of a join only if they are
-- in its input goes there; one that relates both inputs becomes part of an inner join.

CREATE STREAM a (k INT, x INT);
CREATE STREAM b (k INT, y INT);
INSERT INTO a VALUES (1, 1), (2, 5), (3, 7);
INSERT INTO b VALUES (1, 2), (2, 3), (3, 9), (4, 9);

-- plan before push_filters:
-- Project x, y
--   Filter ((x > 1) AND (y < 9))
--     Inner join on left.k = right.k
--       Scan a (inserts)
--       Scan b (inserts)
-- plan after push_filters:
-- Project x, y
--   Inner join on left.k = right.k
--     Scan a (inserts, where (x > 1))
--     Scan b (inserts, where (y < 9))
ASSERT ROWS
SELECT x, y FROM a JOIN b ON a.k = b.k WHERE x > 1 AND y < 9
VALUES (5, 3);

-- Of an outer join only what is said of the side that is always there goes down,
-- plan:
-- Filter COALESCE((y < 9), TRUE)
--   Left join on left.k = right.k
--     Scan a (inserts, where (x > 1))
--     Scan b (inserts)
ASSERT ROWS
SELECT x, y FROM a LEFT JOIN b ON a.k = b.k WHERE x > 1 AND COALESCE(y < 9, TRUE)
VALUES (5, 3);

-- plan:
-- Right join on left.k = right.k
--   Scan a (inserts)
--   Scan b (inserts, where COALESCE((y < 9), TRUE))
ASSERT ROWS
SELECT x, y FROM a RIGHT JOIN b ON a.k = b.k WHERE COALESCE(y < 9, TRUE)
VALUES (1, 2), (5, 3);

-- plan:
-- Anti join on left.k = right.k
--   Scan a (inserts, where (x > 1))
--   Scan b (inserts, where (y > 100))
ASSERT ROWS
SELECT x FROM a ANTI JOIN (SELECT * FROM b WHERE y > 100) AS b ON a.k = b.k WHERE x > 1
VALUES (5), (7);

-- What is said of a key is said of the key that equals it: a partner has the same.
-- plan:
-- Left join on left.k = right.k
--   Scan a (inserts, where (k > 2))
--   Scan b (inserts, where (k > 2))
ASSERT ROWS
SELECT x, y FROM a LEFT JOIN b ON a.k = b.k WHERE a.k > 2
VALUES (7, 9);

-- A condition above a view of all pairs makes a join of it.
CREATE VIEW pairs AS SELECT a.k AS one, b.k AS other, x, y FROM a, b;

-- plan:
-- Inner join on left.k = right.k AND (x < y)
--   Scan a (inserts)
--   Scan b (inserts)
ASSERT ROWS
SELECT x, y FROM pairs WHERE one = other AND x < y
VALUES (1, 2), (7, 9);

-- What can fail stays above: a row must not be in error for which the join has no partner.
-- plan:
-- Filter ((10 / (y - 9)) < 0)
--   Inner join on left.k = right.k
--     Scan a (inserts, where (k < 3))
--     Scan b (inserts, where (k < 3))
ASSERT ROWS
SELECT x, y FROM a JOIN b ON a.k = b.k AND a.k < 3 WHERE 10 / (y - 9) < 0
VALUES (1, 2), (5, 3);
