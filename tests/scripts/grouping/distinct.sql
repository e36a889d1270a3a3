-- DISTINCT: rows once each, and aggregates over different values.

CREATE STREAM s (k VARCHAR, v INT, w DOUBLE);
INSERT INTO s VALUES ('a', 1, 0.5), ('a', 1, 0.5), ('b', NULL, 0.5), ('b', NULL, 0.5), ('a', 2, NULL), (NULL, 2, -0e0), (NULL, 2, 0e0);

ASSERT ROWS
SELECT DISTINCT k, v FROM s
VALUES ('a', 1), ('b', NULL), ('a', 2), (NULL, 2);

ASSERT ROWS
SELECT DISTINCT v + 1 FROM s
VALUES (2), (NULL), (3);

-- 0 and -0 are the same number.
ASSERT ROWS
SELECT DISTINCT w FROM s
VALUES (0.5), (NULL), (0);

ASSERT ROWS
SELECT k, COUNT(DISTINCT v), SUM(DISTINCT v), COUNT(DISTINCT w) FROM s GROUP BY k
VALUES ('a', 2, 3, 1), ('b', 0, NULL, 1), (NULL, 1, 2, 1);

ASSERT ROWS
SELECT COUNT(DISTINCT k) FILTER (WHERE v = 2), COUNT(DISTINCT v) FROM s
VALUES (1, 2);

ASSERT ROWS
SELECT COUNT(*) FROM (SELECT DISTINCT k FROM s)
VALUES (3);

-- error: COUNT(DISTINCT *) has no meaning
-- SELECT COUNT(DISTINCT *) FROM s;
--        ^^^^^^^^^^^^^^^^^
-- hint: name the columns
SELECT COUNT(DISTINCT *) FROM s;
