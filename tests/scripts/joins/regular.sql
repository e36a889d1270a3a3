-- Regular join: equal keys and nothing about time. Both inputs are kept, and what changes on either
-- side changes the result: outer joins take a row without partner back when one comes.

CREATE STREAM a (k INT, x VARCHAR);
CREATE STREAM b (k INT, y INT);
INSERT INTO a VALUES (1, 'p'), (2, 'q'), (2, 'q'), (NULL, 'r');
INSERT INTO b VALUES (2, 10), (3, 30), (NULL, 40), (2, 20);
INSERT INTO a VALUES (3, 's'), (4, 't');
INSERT INTO b VALUES (1, 50), (5, 60);

-- plan:
-- Inner join on left.k = right.k
--   Scan a (inserts)
--   Scan b (inserts)
ASSERT ROWS
SELECT a.k, x, y FROM a JOIN b ON a.k = b.k
VALUES (1, 'p', 50), (2, 'q', 10), (2, 'q', 20), (2, 'q', 10), (2, 'q', 20), (3, 's', 30);

ASSERT ROWS
SELECT a.k, x, y FROM a LEFT JOIN b ON a.k = b.k
VALUES (1, 'p', 50), (2, 'q', 10), (2, 'q', 20), (2, 'q', 10), (2, 'q', 20), (3, 's', 30),
  (4, 't', NULL), (NULL, 'r', NULL);

ASSERT ROWS
SELECT a.x, b.k, y FROM a RIGHT JOIN b ON a.k = b.k
VALUES ('p', 1, 50), ('q', 2, 10), ('q', 2, 20), ('q', 2, 10), ('q', 2, 20), ('s', 3, 30),
  (NULL, 5, 60), (NULL, NULL, 40);

ASSERT ROWS
SELECT a.k, b.k, y FROM a FULL JOIN b ON a.k = b.k AND y > 15
VALUES (1, 1, 50), (2, 2, 20), (2, 2, 20), (3, 3, 30), (4, NULL, NULL), (NULL, NULL, NULL),
  (NULL, 2, 10), (NULL, 5, 60), (NULL, NULL, 40);

-- All pairs.
ASSERT ROWS
SELECT x, y FROM a CROSS JOIN b WHERE x > 'q' AND y < 25
VALUES ('r', 10), ('r', 20), ('s', 10), ('s', 20), ('t', 10), ('t', 20);

-- Inputs that change: counts and sums that go up as rows come, joined with each other and with rows.
ASSERT ROWS
SELECT a.k, a.n, b.total FROM
  (SELECT k, COUNT(*) AS n FROM a GROUP BY k) AS a
  LEFT JOIN (SELECT k, SUM(y) AS total FROM b GROUP BY k) AS b ON a.k = b.k
VALUES (1, 1, 50), (2, 2, 30), (3, 1, 30), (4, 1, NULL), (NULL, 1, NULL);

ASSERT ROWS
SELECT x, n FROM a JOIN (SELECT k, COUNT(*) AS n FROM b GROUP BY k) AS c ON a.k = c.k AND n > 1
VALUES ('q', 2), ('q', 2);

ASSERT ROWS
SELECT x FROM a ANTI JOIN (SELECT k, COUNT(*) AS n FROM b GROUP BY k) AS c ON a.k = c.k AND n = 1
VALUES ('q'), ('q'), ('r'), ('t');

ASSERT ROWS
SELECT k, n FROM (SELECT k, COUNT(*) AS n FROM a GROUP BY k) AS c SEMI JOIN b ON c.n = b.k
VALUES (1, 1), (2, 2), (3, 1), (4, 1), (NULL, 1);

-- Joined rows are counted in their turn, with what is taken back.
ASSERT ROWS
SELECT y IS NULL AS alone, COUNT(*) FROM a LEFT JOIN b ON a.k = b.k GROUP BY 1
VALUES (FALSE, 6), (TRUE, 2);
