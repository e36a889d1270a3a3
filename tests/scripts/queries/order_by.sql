-- ORDER BY over finished data: by columns, names, positions and expressions. NULLs come last.

CREATE STREAM results (id INT, name VARCHAR, points DOUBLE);
INSERT INTO results VALUES (1, 'bo', 7.5), (2, 'al', NULL), (3, NULL, 3.25), (4, 'cy', 7.5), (5, 'al', -1);

ASSERT ROWS
SELECT id, points FROM results ORDER BY points, id
VALUES (5, -1), (3, 3.25), (1, 7.5), (4, 7.5), (2, NULL);

ASSERT ROWS
SELECT id, points FROM results ORDER BY points DESC, id DESC
VALUES (4, 7.5), (1, 7.5), (3, 3.25), (5, -1), (2, NULL);

ASSERT ROWS
SELECT name, id FROM results ORDER BY name NULLS FIRST, 2
VALUES (NULL, 3), ('al', 2), ('al', 5), ('bo', 1), ('cy', 4);

ASSERT ROWS
SELECT name, id FROM results ORDER BY name DESC NULLS FIRST, id
VALUES (NULL, 3), ('cy', 4), ('bo', 1), ('al', 2), ('al', 5);

-- What orders need not be selected.
ASSERT ROWS
SELECT name FROM results ORDER BY points * -1, id
VALUES ('bo'), ('cy'), (NULL), ('al'), ('al');

ASSERT ROWS
SELECT name, COUNT(*) AS n FROM results GROUP BY name ORDER BY n DESC, MAX(points) DESC
VALUES ('al', 2), ('bo', 1), ('cy', 1), (NULL, 1);

-- Ties keep their order of arrival.
ASSERT ROWS
SELECT id FROM results ORDER BY id > 3
VALUES (1), (2), (3), (4), (5);

ASSERT ROWS
SELECT id FROM results ORDER BY id LIMIT 2 OFFSET 1
VALUES (2), (3);

ASSERT ROWS
SELECT id FROM results ORDER BY id OFFSET 3
VALUES (4), (5);

ASSERT EMPTY
SELECT id FROM results ORDER BY id LIMIT 0;

ASSERT ROWS
SELECT id FROM (SELECT id FROM results ORDER BY points DESC, id LIMIT 2) ORDER BY id DESC
VALUES (4), (1);

ASSERT ROWS
SELECT name FROM results UNION SELECT 'zz' ORDER BY name DESC LIMIT 2
VALUES ('zz'), ('cy');

-- error: with DISTINCT, ORDER BY can only name what is selected
-- SELECT DISTINCT name FROM results ORDER BY id;
--                                            ^^
-- hint: add the expression to the select list
SELECT DISTINCT name FROM results ORDER BY id;

-- error: there is no column 2: there are 1
-- SELECT id FROM results ORDER BY 2;
--                                 ^
SELECT id FROM results ORDER BY 2;

-- error: LIMIT takes a number of rows, 0 or more
-- SELECT id FROM results ORDER BY id LIMIT -1;
--                                          ^^
SELECT id FROM results ORDER BY id LIMIT -1;
