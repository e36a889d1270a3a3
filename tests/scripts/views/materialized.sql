-- A materialized view is a query that is kept up to date: its rows are there at any moment, and
-- whatever reads it begins with them and then follows what becomes of them.

CREATE STREAM sales (shop VARCHAR, item INT, price DECIMAL(8, 2));

CREATE MATERIALIZED VIEW turnover AS
SELECT shop, COUNT(*) AS n, SUM(price) AS total FROM sales GROUP BY shop;

ASSERT EMPTY SELECT * FROM turnover;

INSERT INTO sales VALUES ('a', 1, 10), ('b', 2, 20), ('a', 3, 5);

ASSERT ROWS
SELECT * FROM turnover
VALUES ('a', 2, 15), ('b', 1, 20);

INSERT INTO sales VALUES ('b', 1, 7), ('c', 1, 1), (NULL, 4, 3), (NULL, 5, NULL);

ASSERT ROWS
SELECT * FROM turnover
VALUES ('a', 2, 15), ('b', 2, 27), ('c', 1, 1), (NULL, 2, 3);

-- The row of a key is looked up.
ASSERT ROWS
SELECT total FROM turnover WHERE shop = 'b'
VALUES (27);

ASSERT EMPTY SELECT total FROM turnover WHERE 'x' = shop;

ASSERT EMPTY SELECT total FROM turnover WHERE shop = NULL;

ASSERT ROWS
SELECT n FROM turnover WHERE shop = 'a' AND total > 10
VALUES (2);

-- Its rows are filtered, aggregated and joined like those of a table.
ASSERT ROWS
SELECT COUNT(*) AS shops, MAX(total) AS most FROM turnover
VALUES (4, 27);

ASSERT ROWS
SELECT n, COUNT(*) AS shops FROM turnover GROUP BY n HAVING COUNT(*) > 1
VALUES (2, 3);

-- A view over a view, over a stream and a view, and a plain view over a materialized one.
CREATE MATERIALIZED VIEW summary (shops, most) AS
SELECT COUNT(*), MAX(total) FROM turnover;

ASSERT ROWS
SELECT * FROM summary
VALUES (4, 27);

CREATE VIEW small AS SELECT shop FROM turnover WHERE total < 16;

ASSERT ROWS
SELECT * FROM small
VALUES ('a'), ('c'), (NULL);

CREATE MATERIALIZED VIEW large AS SELECT shop, total FROM turnover WHERE shop NOT IN ('c');

INSERT INTO sales VALUES ('c', 9, 100), ('a', 9, NULL);

ASSERT ROWS
SELECT shops, most, (most > 50) AS rich FROM summary
VALUES (4, 101, TRUE);

ASSERT ROWS
SELECT * FROM large
VALUES ('a', 15), ('b', 27);

ASSERT ROWS
SELECT shop FROM turnover WHERE total > 20
UNION ALL
SELECT CAST(shops AS VARCHAR) FROM summary
VALUES ('b'), ('c'), ('4');

-- What is not kept by a key is kept as a bag: a row may be there twice.
CREATE MATERIALIZED VIEW counts AS SELECT n FROM turnover;

ASSERT ROWS
SELECT * FROM counts
VALUES (3), (2), (2), (2);

ASSERT ROWS
SELECT n, COUNT(*) AS shops FROM counts GROUP BY n
VALUES (3, 1), (2, 3);

CREATE MATERIALIZED VIEW items AS SELECT DISTINCT item FROM sales;

ASSERT ROWS
SELECT MIN(item) AS least, COUNT(*) AS n FROM items
VALUES (1, 6);

DROP VIEW small;
DROP MATERIALIZED VIEW IF EXISTS counts;
DROP MATERIALIZED VIEW IF EXISTS counts;

CREATE MATERIALIZED VIEW IF NOT EXISTS items AS SELECT 1 AS item;
CREATE OR REPLACE MATERIALIZED VIEW items AS SELECT item, COUNT(*) AS n FROM sales GROUP BY item;

ASSERT ROWS
SELECT item FROM items WHERE n > 1
VALUES (1), (9);
