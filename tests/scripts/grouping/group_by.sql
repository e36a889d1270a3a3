-- GROUP BY: one row per key; NULL is a key like any other.

CREATE STREAM sales (shop VARCHAR, item VARCHAR, price DECIMAL(8, 2), n INT);
INSERT INTO sales VALUES
  ('north', 'pen', 1.20, 3), ('north', 'ink', 4.50, 1), ('south', 'pen', 1.10, NULL),
  (NULL, 'pen', 2.00, 2), ('north', 'pen', 1.30, 7), (NULL, 'ink', NULL, 1);

ASSERT ROWS
SELECT shop, COUNT(*), COUNT(n), SUM(n), MIN(price), MAX(price) FROM sales GROUP BY shop
VALUES ('north', 3, 3, 11, 1.20, 4.50), ('south', 1, 0, NULL, 1.10, 1.10), (NULL, 2, 2, 3, 2.00, 2.00);

-- Keys may be expressions, positions in the select list, or names from it.
ASSERT ROWS
SELECT price > 1.25, COUNT(*) FROM sales GROUP BY price > 1.25
VALUES (TRUE, 3), (FALSE, 2), (NULL, 1);

ASSERT ROWS
SELECT item, shop, SUM(n) FROM sales GROUP BY 1, 2
VALUES ('pen', 'north', 10), ('ink', 'north', 1), ('pen', 'south', NULL), ('pen', NULL, 2), ('ink', NULL, 1);

ASSERT ROWS
SELECT CHAR_LENGTH(shop) AS letters, COUNT(*) FROM sales GROUP BY letters
VALUES (5, 4), (NULL, 2);

-- What is computed from keys and aggregates can be selected.
ASSERT ROWS
SELECT UPPER(item) || '!', SUM(n) * 2 + 1, SUM(price * n) FROM sales GROUP BY item
VALUES ('PEN!', 25, 16.70), ('INK!', 5, 4.50);

-- A key need not be selected.
ASSERT ROWS
SELECT SUM(n) FROM sales GROUP BY item
VALUES (12), (2);

ASSERT ROWS
SELECT item, COUNT(*) AS sold FROM sales GROUP BY item HAVING COUNT(*) > 2 AND SUM(n) IS NOT NULL
VALUES ('pen', 4);

ASSERT ROWS
SELECT item FROM sales GROUP BY item HAVING MAX(price) > 4
VALUES ('ink');

-- A condition on a key may stand in HAVING as well as in WHERE.
ASSERT ROWS
SELECT shop, COUNT(*) FROM sales GROUP BY shop HAVING shop = 'north'
VALUES ('north', 3);

-- error: n is neither grouped by nor inside an aggregate
-- SELECT item, n FROM sales GROUP BY item;
--              ^
-- hint: add n to GROUP BY, or say which of its values is meant: MAX(n), LAST_VALUE(n), …
SELECT item, n FROM sales GROUP BY item;

-- error: the aggregate COUNT cannot stand in WHERE
-- SELECT COUNT(*) FROM sales WHERE COUNT(*) > 1;
--                                  ^^^^^^^^
-- hint: conditions on aggregates go into HAVING
SELECT COUNT(*) FROM sales WHERE COUNT(*) > 1;

-- error: there is no select item 3: there are 1
-- SELECT item FROM sales GROUP BY 3;
--                                 ^
SELECT item FROM sales GROUP BY 3;

-- error: SUM does not take (VARCHAR)
-- SELECT SUM(item) FROM sales;
--        ^^^^^^^^^
-- hint: write sum(integer); sum(DECIMAL); sum(DOUBLE); sum(INTERVAL DAY TO SECOND)
SELECT SUM(item) FROM sales;

-- error: the aggregate MAX cannot stand inside another aggregate
-- SELECT SUM(MAX(n)) FROM sales;
--            ^^^^^^
-- hint: compute it in an inner query: FROM (SELECT …, COUNT(*) AS n FROM … GROUP BY …)
SELECT SUM(MAX(n)) FROM sales;

-- error: shop is neither grouped by nor inside an aggregate
-- SELECT * FROM sales GROUP BY item;
--        ^
-- hint: add shop to GROUP BY, or say which of its values is meant: MAX(shop), LAST_VALUE(shop), …
SELECT * FROM sales GROUP BY item;
