-- Subqueries as values: in the select list, in comparisons, in CASE.

CREATE STREAM sales (id INT, shop VARCHAR, amount INT);
CREATE STREAM shops (shop VARCHAR, city VARCHAR);
INSERT INTO sales VALUES (1, 'n', 10), (2, 's', 30);
INSERT INTO shops VALUES ('n', 'Kiel'), ('s', 'Ulm');
INSERT INTO sales VALUES (3, 'n', 50), (4, 'w', 20), (5, NULL, 5);
INSERT INTO shops VALUES ('e', NULL);

-- One value for all rows.
ASSERT ROWS
SELECT id FROM sales WHERE amount > (SELECT AVG(amount) FROM sales)
VALUES (2), (3);

ASSERT ROWS
SELECT id, amount - (SELECT MIN(amount) FROM sales) AS above FROM sales
VALUES (1, 5), (2, 25), (3, 45), (4, 15), (5, 0);

ASSERT ROWS
SELECT (SELECT COUNT(*) FROM sales), (SELECT COUNT(*) FROM shops WHERE city = 'Bonn'), (SELECT city FROM shops WHERE city = 'Bonn')
VALUES (5, 0, NULL);

-- One for each row: how the query inside is related to the one around is lifted into a join.
-- plan:
-- Project id, SINGLE($rows, city) AS city
--   Left join on left.shop = right.shop
--     Scan sales (inserts, 2 of 3 columns)
--     Aggregate COUNT(*), FIRST_VALUE(city) by shop, said as changes
--       Project city, shop
--         Scan shops (inserts)
ASSERT ROWS
SELECT id, (SELECT city FROM shops WHERE shops.shop = sales.shop) AS city FROM sales
VALUES (1, 'Kiel'), (2, 'Ulm'), (3, 'Kiel'), (4, NULL), (5, NULL);

ASSERT ROWS
SELECT shop, (SELECT SUM(amount) FROM sales s WHERE s.shop = shops.shop) AS total FROM shops
VALUES ('n', 60), ('s', 30), ('e', NULL);

-- What is counted of nothing is 0.
ASSERT ROWS
SELECT shop, (SELECT COUNT(*) + 1 FROM sales s WHERE s.shop = shops.shop AND amount > 20) AS n FROM shops
VALUES ('n', 2), ('s', 2), ('e', 1);

ASSERT ROWS
SELECT id FROM sales o WHERE amount = (SELECT MAX(amount) FROM sales x WHERE x.shop = o.shop)
VALUES (2), (3), (4);

ASSERT ROWS
SELECT shop FROM shops WHERE 0 = (SELECT COUNT(*) FROM sales s WHERE s.shop = shops.shop)
VALUES ('e');

-- With LIMIT each has first rows of its own.
ASSERT ROWS
SELECT shop, (SELECT id FROM sales s WHERE s.shop = shops.shop ORDER BY amount DESC, id LIMIT 1) AS best FROM shops
VALUES ('n', 3), ('s', 2), ('e', NULL);

-- Conditions as values: TRUE, FALSE, or NULL where that is not known.
ASSERT ROWS
SELECT id, EXISTS (SELECT * FROM shops WHERE shops.shop = sales.shop) FROM sales
VALUES (1, TRUE), (2, TRUE), (3, TRUE), (4, FALSE), (5, FALSE);

ASSERT ROWS
SELECT id, shop IN (SELECT shop FROM shops) AS known, shop NOT IN (SELECT shop FROM shops WHERE city = 'Bonn') FROM sales
VALUES (1, TRUE, TRUE), (2, TRUE, TRUE), (3, TRUE, TRUE), (4, FALSE, TRUE), (5, NULL, TRUE);

ASSERT ROWS
SELECT shop, city IN (SELECT city FROM shops WHERE shop <> 's') FROM shops
VALUES ('n', TRUE), ('s', NULL), ('e', NULL);

ASSERT ROWS
SELECT id FROM sales WHERE amount < 10 OR shop IN (SELECT shop FROM shops WHERE city = 'Ulm')
VALUES (2), (5);

ASSERT ROWS
SELECT id, CASE WHEN EXISTS (SELECT * FROM sales x WHERE x.amount > sales.amount) THEN 'no' ELSE 'best' END AS best FROM sales
VALUES (1, 'no'), (2, 'no'), (3, 'best'), (4, 'no'), (5, 'no');

-- With groups, in and around the query.
ASSERT ROWS
SELECT shop, SUM(amount) AS total, (SELECT city FROM shops WHERE shops.shop = sales.shop) AS city
FROM sales GROUP BY shop HAVING SUM(amount) >= (SELECT AVG(amount) FROM sales)
VALUES ('n', 60, 'Kiel'), ('s', 30, 'Ulm');

-- Several rows are an error of the row that asks for one.
CREATE STREAM twice (shop VARCHAR, n INT);
START asking AS SELECT id, (SELECT n FROM twice WHERE twice.shop = sales.shop) AS n FROM sales;
INSERT INTO twice VALUES ('n', 1), ('s', 2), ('n', 3);

-- not on duckdb: it asks for what is not needed
ASSERT ROWS
SELECT id, CASE WHEN shop = 's' THEN (SELECT n FROM twice WHERE twice.shop = sales.shop) END AS n FROM sales
VALUES (1, NULL), (2, 2), (3, NULL), (4, NULL), (5, NULL);

INSERT INTO sales VALUES (6, 'n', 1), (7, 's', 1);

ASSERT ROWS
SELECT DISTINCT error FROM errors.asking
VALUES ('a subquery that stands for a value gave several rows');

-- error: a query that stands for a value has one column, and this has 2
-- SELECT (SELECT * FROM shops) FROM sales;
--        ^^^^^^^^^^^^^^^^^^^^^
SELECT (SELECT * FROM shops) FROM sales;

-- error: there is no column called nothing
-- SELECT (SELECT nothing FROM shops) FROM sales;
--                ^^^^^^^
-- hint: the columns here are: shop, city
SELECT (SELECT nothing FROM shops) FROM sales;
