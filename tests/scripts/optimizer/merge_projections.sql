-- merge_projections: two projections become one, unless something would be computed twice.

CREATE STREAM s (a INT, b INT);
INSERT INTO s VALUES (1, 2), (5, 0), (NULL, 3);

-- plan before merge_projections:
-- Project (c + 1) AS e, d
--   Project (a * 2) AS c, b AS d
--     Scan s (inserts)
-- plan after merge_projections:
-- Project ((a * 2) + 1) AS e, b AS d
--   Scan s (inserts)
ASSERT ROWS
SELECT c + 1 AS e, d FROM (SELECT a * 2 AS c, b AS d FROM s)
VALUES (3, 2), (11, 0), (NULL, 3);

-- plan after merge_projections:
-- Project (c + 1) AS e, (c * c) AS f
--   Project (a * 2) AS c
--     Scan s (inserts)
ASSERT ROWS
SELECT c + 1 AS e, c * c AS f FROM (SELECT a * 2 AS c FROM s)
VALUES (3, 4), (11, 100), (NULL, NULL);

-- A projection that changes nothing, not even a name, goes.
-- plan after merge_projections:
-- Scan s (inserts)
ASSERT ROWS
SELECT a, b FROM s
VALUES (1, 2), (5, 0), (NULL, 3);
