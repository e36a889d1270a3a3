-- LIMIT without ORDER BY takes the first rows to arrive, and then the query ends.

CREATE STREAM s (id INT, v INT);
INSERT INTO s VALUES (1, 10), (2, 20), (3, 30), (4, 40), (5, 50);

ASSERT ROWS
SELECT id FROM s LIMIT 2
VALUES (1), (2);

ASSERT ROWS
SELECT id FROM s OFFSET 3
VALUES (4), (5);

ASSERT ROWS
SELECT id FROM s WHERE v > 15 LIMIT 2 OFFSET 1
VALUES (3), (4);

ASSERT EMPTY
SELECT id FROM s LIMIT 0;

ASSERT ROWS
SELECT COUNT(*), SUM(v) FROM (SELECT v FROM s LIMIT 3)
VALUES (3, 60);

-- What was computed of the first rows is complete when the last of them has come.
ASSERT ROWS
SELECT v / 20, COUNT(*) FROM (SELECT v FROM s LIMIT 3) GROUP BY v / 20
VALUES (0, 1), (1, 2);

ASSERT ROWS
SELECT id FROM (SELECT id FROM s LIMIT 1) UNION ALL SELECT v FROM s
VALUES (1), (10), (20), (30), (40), (50);
