-- Conditions that fail: for a pair, whose rows are then no partners; or for a row whose key cannot be
-- computed, which has none. Both are in error, and counted.

CREATE STREAM a (k INT, x INT);
CREATE STREAM b (k INT, y INT);
START pairs AS SELECT x, y FROM a LEFT JOIN b ON a.k = b.k AND x / y > 1;
START rows AS SELECT x, y FROM a JOIN b ON 10 / a.k = b.k;
INSERT INTO a VALUES (1, 10), (2, 20), (0, 30);
INSERT INTO b VALUES (1, 2), (2, 0), (10, 4), (10, 5);

ASSERT ROWS
SELECT error, row FROM errors.pairs
VALUES ('division by zero', '{"x": 20, "y": 0}');

ASSERT ROWS
SELECT error, row FROM errors.rows
VALUES ('division by zero', '{"k": 0, "x": 30}');

-- A condition is asked only of rows with equal keys: the 0 of b fails for nobody here.
ASSERT ROWS
SELECT x, y FROM (SELECT * FROM a WHERE k <> 2) AS a JOIN b ON a.k = b.k AND x / y > 1
VALUES (10, 2);

-- And WHERE only of what the join has: no row of b with y = 0 has a partner.
ASSERT ROWS
SELECT x, y FROM (SELECT * FROM a WHERE k <> 2) AS a JOIN b ON a.k = b.k WHERE x / y > 1
VALUES (10, 2);
