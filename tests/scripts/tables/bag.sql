-- A table without a key is a bag: equal rows are there as often as they were inserted.

CREATE TABLE basket (item VARCHAR, price INT);
INSERT INTO basket VALUES ('egg', 2), ('egg', 2), ('tea', 5), (NULL, 1), ('egg', 3);

ASSERT ROWS
SELECT item, COUNT(*) AS n, SUM(price) AS price FROM basket GROUP BY item
VALUES ('egg', 3, 7), ('tea', 1, 5), (NULL, 1, 1);

DELETE FROM basket WHERE price = 2;
UPDATE basket SET price = price * 10 WHERE item IS NOT NULL;

ASSERT ROWS
SELECT * FROM basket
VALUES ('tea', 50), ('egg', 30), (NULL, 1);

INSERT INTO basket VALUES ('tea', 50), ('tea', 50);

ASSERT ROWS
SELECT item, price, COUNT(*) AS n FROM basket GROUP BY item, price HAVING COUNT(*) > 1
VALUES ('tea', 50, 3);

ASSERT ROWS
SELECT DISTINCT item FROM basket
VALUES ('tea'), ('egg'), (NULL);
