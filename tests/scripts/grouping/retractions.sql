-- Aggregates over aggregates: when an inner row changes, it is taken back and said anew.

CREATE STREAM orders (customer INT, product VARCHAR, amount INT, weight DOUBLE);
INSERT INTO orders VALUES
  (1, 'x', 10, 0.1), (2, 'x', 10, 0.2), (1, 'y', 5, 0.3), (3, 'y', 7, 1e15), (2, 'z', 1, 0.7),
  (3, 'y', 8, -1e15), (1, 'x', -10, 0.25), (4, 'z', NULL, NULL), (2, 'x', 30, 0.125);

ASSERT ROWS
SELECT customer, SUM(amount) AS total FROM orders GROUP BY customer
VALUES (1, 5), (2, 41), (3, 15), (4, NULL);

-- How many customers have which total.
ASSERT ROWS
SELECT total, COUNT(*) FROM (SELECT customer, SUM(amount) AS total FROM orders GROUP BY customer) GROUP BY total
VALUES (5, 1), (41, 1), (15, 1), (NULL, 1);

ASSERT ROWS
SELECT MIN(total), MAX(total), SUM(total), AVG(total), COUNT(total)
FROM (SELECT customer, SUM(amount) AS total FROM orders GROUP BY customer)
VALUES (5, 41, 61, 61 / 3e0, 3);

-- MIN and MAX go back to the next best value.
ASSERT ROWS
SELECT MAX(n), MIN(n), COUNT(DISTINCT n) FROM (SELECT product, COUNT(*) AS n FROM orders GROUP BY product)
VALUES (4, 2, 3);

-- A condition on what changes: a group leaves the result when it no longer holds.
ASSERT ROWS
SELECT customer, SUM(amount) FROM orders GROUP BY customer HAVING SUM(amount) BETWEEN 5 AND 20
VALUES (1, 5), (3, 15);

ASSERT ROWS
SELECT DISTINCT total > 10 FROM (SELECT customer, SUM(amount) AS total FROM orders GROUP BY customer)
VALUES (TRUE), (FALSE), (NULL);

-- Sums of DOUBLE lose nothing when a great number comes and goes.
ASSERT ROWS
SELECT SUM(w) FROM (SELECT customer, SUM(weight) AS w FROM orders GROUP BY customer)
VALUES (1.675);

ASSERT ROWS
SELECT best, COUNT(*) FROM (
  SELECT product, MAX(total) AS best FROM (
    SELECT customer, product, SUM(amount) AS total FROM orders GROUP BY customer, product)
  GROUP BY product)
GROUP BY best
VALUES (40, 1), (15, 1), (1, 1);
