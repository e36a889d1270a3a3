-- SELECT: columns, expressions, names and *.

CREATE STREAM payments (card INT, amount DECIMAL(10, 2), shop VARCHAR);
INSERT INTO payments VALUES (1, 9.99, 'books'), (2, 120.00, 'shoes'), (1, NULL, 'books');

ASSERT ROWS
SELECT * FROM payments
VALUES (1, 9.99, 'books'), (2, 120.00, 'shoes'), (1, NULL, 'books');

ASSERT ROWS
SELECT p.*, amount * 2 AS double_amount, 'eur' currency FROM payments AS p
VALUES (1, 9.99, 'books', 19.98, 'eur'), (2, 120.00, 'shoes', 240.00, 'eur'), (1, NULL, 'books', NULL, 'eur');

-- WHERE comes before the select list, so it cannot see what that names.
ASSERT ROWS
SELECT payments.card AS owner FROM payments WHERE shop = 'books' AND amount IS NOT NULL
VALUES (1);

-- A SELECT without FROM is one row.
ASSERT ROWS
SELECT 1 + 1 AS two
VALUES (2);

ASSERT ROWS
SELECT DISTINCT card, shop FROM payments
VALUES (1, 'books'), (2, 'shoes');

-- Words of the language may be names where that is clear.
ASSERT ROWS
SELECT value, count, first, date, "select" FROM (VALUES (1, 2, 3, 4, 5)) t(value, count, first, date, "select")
VALUES (1, 2, 3, 4, 5);

-- error: there is no column called crad
-- SELECT crad FROM payments;
--        ^^^^
-- hint: did you mean card?
SELECT crad FROM payments;

-- error: there is no column called q.card
-- SELECT q.card FROM payments p;
--        ^^^^^^
-- hint: the relations here are: p
SELECT q.card FROM payments p;

-- error: there is no stream or view called paiments
-- SELECT * FROM paiments;
--               ^^^^^^^^
-- hint: did you mean payments?
SELECT * FROM paiments;

-- error: * stands for the columns of FROM, and there is none
-- SELECT *;
--        ^
SELECT *;

-- error: there is no column called owner
-- SELECT card FROM payments WHERE owner = 1;
--                                 ^^^^^
-- hint: the columns here are: card, amount, shop
SELECT card FROM payments WHERE owner = 1;
