-- EXISTS, IN and their negations in WHERE and HAVING: rows that have, or have no, partner elsewhere.

CREATE STREAM orders (id INT NOT NULL, customer INT, item VARCHAR, amount INT);
CREATE STREAM payments (order_id INT NOT NULL, paid INT);
CREATE STREAM blocked (customer INT);
INSERT INTO orders VALUES (1, 10, 'a', 50), (2, 10, 'b', 20), (3, 20, 'a', 70);
INSERT INTO payments VALUES (1, 50), (3, 30);
INSERT INTO blocked VALUES (30);
INSERT INTO orders VALUES (4, NULL, 'c', 10), (5, 30, 'b', 5), (6, 20, NULL, 1);
INSERT INTO payments VALUES (3, 40), (6, NULL);

-- plan:
-- Semi join on id = order_id
--   Scan orders (inserts, 1 of 4 columns)
--   Distinct on order_id, said as changes
--     Scan payments (inserts, 1 of 2 columns)
ASSERT ROWS
SELECT id FROM orders o WHERE EXISTS (SELECT 1 FROM payments p WHERE p.order_id = o.id)
VALUES (1), (3), (6);

ASSERT ROWS
SELECT id FROM orders o WHERE NOT EXISTS (SELECT * FROM payments WHERE order_id = o.id)
VALUES (2), (4), (5);

-- Other conditions are asked of pairs; what concerns one side alone is asked there.
ASSERT ROWS
SELECT id FROM orders WHERE EXISTS (SELECT * FROM payments WHERE order_id = id AND paid < amount AND paid > 30)
VALUES (3);

ASSERT ROWS
SELECT id FROM orders o WHERE amount > 5 AND EXISTS (SELECT * FROM orders x WHERE x.amount > o.amount AND x.item = o.item)
VALUES (1);

ASSERT ROWS
SELECT id FROM orders o WHERE NOT EXISTS (SELECT * FROM orders x WHERE x.amount > o.amount)
VALUES (3);

-- Without a condition it is about having any row.
ASSERT ROWS
SELECT id FROM orders WHERE item = 'a' AND EXISTS (SELECT * FROM payments WHERE paid = 40)
VALUES (1), (3);

ASSERT EMPTY
SELECT id FROM orders WHERE NOT EXISTS (SELECT * FROM payments WHERE paid = 40);

ASSERT ROWS
SELECT id FROM orders WHERE id IN (SELECT order_id FROM payments)
VALUES (1), (3), (6);

ASSERT ROWS
SELECT id FROM orders WHERE id NOT IN (SELECT order_id FROM payments)
VALUES (2), (4), (5);

-- A customer that is NULL may be any: neither in nor not in.
ASSERT ROWS
SELECT id FROM orders WHERE customer NOT IN (SELECT customer FROM blocked)
VALUES (1), (2), (3), (6);

-- So may a NULL in the subquery: then nobody is surely not in it.
ASSERT ROWS
SELECT id FROM orders WHERE amount NOT IN (SELECT paid FROM payments WHERE paid > 40)
VALUES (2), (3), (4), (5), (6);

ASSERT EMPTY
SELECT id FROM orders WHERE amount NOT IN (SELECT paid FROM payments);

-- Unless there is no row at all.
ASSERT ROWS
SELECT id FROM orders WHERE customer NOT IN (SELECT paid FROM payments WHERE paid > 1000)
VALUES (1), (2), (3), (4), (5), (6);

-- The rows with the NULL may depend on the row around.
ASSERT ROWS
SELECT id FROM orders o WHERE amount NOT IN (SELECT paid FROM payments WHERE order_id = o.id)
VALUES (2), (3), (4), (5);

ASSERT ROWS
SELECT id FROM orders WHERE (id, amount) IN (SELECT order_id, paid FROM payments)
VALUES (1);

ASSERT ROWS
SELECT id FROM orders WHERE (id, amount) NOT IN (SELECT order_id, paid FROM payments)
VALUES (2), (3), (4), (5);

ASSERT ROWS
SELECT id, (id, amount) IN (SELECT order_id, paid FROM payments) FROM orders
VALUES (1, TRUE), (2, FALSE), (3, FALSE), (4, FALSE), (5, FALSE), (6, NULL);

-- Over groups.
ASSERT ROWS
SELECT customer, SUM(amount) FROM orders GROUP BY customer HAVING customer IN (SELECT customer FROM blocked)
VALUES (30, 5);

ASSERT ROWS
SELECT customer, SUM(amount) FROM orders o GROUP BY customer
HAVING NOT EXISTS (SELECT * FROM orders x JOIN payments p ON x.id = p.order_id WHERE x.customer = o.customer)
VALUES (NULL, 10), (30, 5);

-- A subquery may aggregate and group: each customer has groups of its own.
ASSERT ROWS
SELECT id FROM orders o WHERE id IN (SELECT MAX(x.id) FROM orders x WHERE x.customer = o.customer GROUP BY x.customer)
VALUES (2), (5), (6);

ASSERT ROWS
SELECT id FROM orders o WHERE EXISTS (SELECT x.item FROM orders x WHERE x.customer = o.customer GROUP BY x.item HAVING SUM(x.amount) > 60)
VALUES (3), (6);

-- An aggregate without groups has one row for each row around, also where there is nothing.
ASSERT ROWS
SELECT id FROM orders o WHERE amount IN (SELECT MAX(paid) FROM payments WHERE order_id = o.id)
VALUES (1);

ASSERT ROWS
SELECT id FROM orders o WHERE amount NOT IN (SELECT MAX(paid) FROM payments WHERE order_id = o.id)
VALUES (3);

ASSERT ROWS
SELECT id FROM orders o WHERE 0 IN (SELECT COUNT(*) FROM payments WHERE order_id = o.id)
VALUES (2), (4), (5);

ASSERT ROWS
SELECT id, 1 IN (SELECT COUNT(*) FROM payments WHERE order_id = o.id) FROM orders o
VALUES (1, TRUE), (2, FALSE), (3, FALSE), (4, FALSE), (5, FALSE), (6, TRUE);

ASSERT ROWS
SELECT id FROM orders o
WHERE (id, amount) IN (SELECT MAX(order_id), MAX(paid) FROM payments WHERE order_id = o.id)
VALUES (1);

ASSERT ROWS
SELECT id FROM orders o
WHERE (id, amount) NOT IN (SELECT MAX(order_id), MAX(paid) FROM payments WHERE order_id = o.id)
VALUES (3);

-- What relates an aggregate need not be equality, and it may compute with what is around it.
ASSERT ROWS
SELECT id FROM orders o WHERE id - 1 = (SELECT MAX(id) FROM orders x WHERE x.amount > o.amount)
VALUES (4), (5), (6);

ASSERT ROWS
SELECT id FROM orders o WHERE 120 <= (SELECT SUM(o.amount + x.amount) FROM orders x WHERE x.amount < o.amount AND x.item = o.item)
VALUES (3);

ASSERT ROWS
SELECT id FROM orders o WHERE 100 IN (SELECT paid + o.amount FROM payments)
VALUES (1), (3);

-- A set operation is one for each row around.
ASSERT ROWS
SELECT id FROM orders o WHERE EXISTS (
  SELECT 1 FROM payments WHERE order_id = o.id UNION ALL SELECT 1 FROM blocked b WHERE b.customer = o.customer)
VALUES (1), (3), (5), (6);

ASSERT ROWS
SELECT id FROM orders o WHERE amount IN (
  SELECT paid FROM payments WHERE order_id = o.id EXCEPT SELECT amount FROM orders x WHERE x.id > o.id)
VALUES (1);

ASSERT ROWS
SELECT id, (SELECT COUNT(*) FROM (
  SELECT item FROM orders x WHERE x.customer = o.customer
  INTERSECT SELECT item FROM orders x WHERE x.amount < o.amount) AS both) AS many FROM orders o
VALUES (1, 1), (2, 1), (3, 2), (4, 0), (5, 0), (6, 0);

-- How many rows there are does not matter to EXISTS, and so LIMIT says nothing, unless it is 0.
ASSERT ROWS
SELECT id FROM orders o
WHERE EXISTS (SELECT 1 FROM payments WHERE order_id = o.id GROUP BY order_id HAVING COUNT(*) > 1 LIMIT 1)
VALUES (3);

ASSERT EMPTY
SELECT id FROM orders WHERE EXISTS (SELECT 1 FROM payments LIMIT 0);

-- A query inside a query inside a query.
ASSERT ROWS
SELECT customer FROM blocked b WHERE EXISTS (
  SELECT * FROM orders o WHERE o.customer = b.customer AND o.id NOT IN (SELECT order_id FROM payments))
VALUES (30);

ASSERT ROWS
SELECT id FROM orders WHERE id IN (SELECT order_id FROM payments UNION SELECT 2)
VALUES (1), (2), (3), (6);

-- error: a subquery cannot stand in GROUP BY
-- SELECT COUNT(*) FROM orders GROUP BY id IN (SELECT order_id FROM payments);
--                                      ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^
-- hint: compute it in the select list of an inner query: FROM (SELECT …, (SELECT …) AS x FROM …)
SELECT COUNT(*) FROM orders GROUP BY id IN (SELECT order_id FROM payments);

-- error: one value is looked for, and the query has 2 columns
-- SELECT id FROM orders WHERE id IN (SELECT * FROM payments);
--                             ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^
SELECT id FROM orders WHERE id IN (SELECT * FROM payments);

-- error: this subquery cannot be made a join: a column of the query around is read below “Union all”
-- SELECT id FROM orders o WHERE 2 IN (SELECT COUNT(*) FROM payments WHERE order_id = o.id UNION ALL SELECT customer FROM blocked);
--                               ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^
-- hint: join the relations yourself: FROM a JOIN b ON …, with GROUP BY the columns of a where the subquery aggregates
SELECT id FROM orders o WHERE 2 IN (SELECT COUNT(*) FROM payments WHERE order_id = o.id UNION ALL SELECT customer FROM blocked);
