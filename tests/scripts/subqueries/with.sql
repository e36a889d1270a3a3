-- WITH queries stand wherever a query does, see those written before them, and may be named several times.

CREATE STREAM trips (id INT, driver VARCHAR, km INT);
INSERT INTO trips VALUES (1, 'al', 10), (2, 'bo', 40), (3, 'al', 50), (4, 'cy', 5), (5, 'bo', 20);

-- Named twice, it is computed once.
ASSERT ROWS
WITH totals AS (SELECT driver, SUM(km) AS km FROM trips GROUP BY driver)
SELECT driver, km FROM totals WHERE km = (SELECT MAX(km) FROM totals)
VALUES ('al', 60), ('bo', 60);

ASSERT ROWS
WITH far AS (SELECT id, driver FROM trips WHERE km >= 20)
SELECT a.id, b.id FROM far AS a JOIN far AS b ON a.driver = b.driver AND a.id < b.id
VALUES (2, 5);

-- In a subquery; it hides a stream of the same name there, and only there.
ASSERT ROWS
SELECT driver FROM trips WHERE id IN (WITH trips AS (SELECT id FROM trips WHERE km < 15) SELECT id FROM trips)
VALUES ('al'), ('cy');

ASSERT ROWS
SELECT id FROM trips t WHERE km > (WITH mine AS (SELECT km FROM trips) SELECT MIN(km) FROM mine) AND driver <> 'bo'
VALUES (1), (3);

-- In the parts of a set operation, and below ORDER BY … LIMIT.
ASSERT ROWS
WITH long_ones AS (SELECT driver FROM trips WHERE km > 30)
(SELECT driver FROM long_ones EXCEPT SELECT 'al') UNION ALL (WITH short_ones AS (SELECT driver FROM trips WHERE km < 8) SELECT driver FROM short_ones)
VALUES ('bo'), ('cy');

ASSERT ROWS
WITH best AS (SELECT driver, km FROM trips ORDER BY km DESC, id LIMIT 3)
SELECT driver, COUNT(*) FROM best GROUP BY driver
VALUES ('al', 1), ('bo', 2);

-- A WITH query sees nothing of the query around a subquery.
-- error: there is no column called t.driver
-- SELECT id FROM trips t WHERE EXISTS (WITH w AS (SELECT 1 FROM trips WHERE driver = t.driver) SELECT * FROM w);
--                                                                                    ^^^^^^^^
-- hint: the relations here are: trips
SELECT id FROM trips t WHERE EXISTS (WITH w AS (SELECT 1 FROM trips WHERE driver = t.driver) SELECT * FROM w);

-- error: there are two WITH queries called w
-- WITH w AS (SELECT 1), w AS (SELECT 2) SELECT * FROM w;
--                       ^
WITH w AS (SELECT 1), w AS (SELECT 2) SELECT * FROM w;
