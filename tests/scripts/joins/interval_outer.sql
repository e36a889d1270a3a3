-- Outer interval joins: a row without a partner is said once, when the watermark has closed its
-- interval, with NULLs for the other side. Nothing is taken back.

CREATE STREAM orders (id INT, total INT, ts TIMESTAMP(3), WATERMARK FOR ts AS ts - INTERVAL '5' SECOND);
CREATE STREAM payments (order_id INT, amount INT, ts TIMESTAMP(3), WATERMARK FOR ts AS ts - INTERVAL '5' SECOND);
INSERT INTO orders VALUES
  (1, 10, '2024-01-01 00:00:00'), (2, 20, '2024-01-01 00:00:10'), (3, 30, '2024-01-01 00:00:20'),
  (NULL, 5, '2024-01-01 00:00:21');
INSERT INTO payments VALUES
  (1, 10, '2024-01-01 00:00:05'), (2, 7, '2024-01-01 00:00:12'), (2, 13, '2024-01-01 00:00:13'),
  (3, 1, '2024-01-01 00:01:20.001'), (9, 5, '2024-01-01 00:01:21'), (NULL, 2, '2024-01-01 00:01:22');

-- Order 3 was paid too late, and the one without a number matches nothing.
ASSERT ROWS
SELECT o.id, o.total, p.order_id, p.amount FROM orders o LEFT JOIN payments p
ON o.id = p.order_id AND p.ts BETWEEN o.ts AND o.ts + INTERVAL '1' MINUTE
VALUES (1, 10, 1, 10), (2, 20, 2, 7), (2, 20, 2, 13), (3, 30, NULL, NULL), (NULL, 5, NULL, NULL);

ASSERT ROWS
SELECT o.id, p.order_id, p.amount FROM orders o RIGHT OUTER JOIN payments p
ON o.id = p.order_id AND p.ts BETWEEN o.ts AND o.ts + INTERVAL '1' MINUTE
VALUES (1, 1, 10), (2, 2, 7), (2, 2, 13), (NULL, 3, 1), (NULL, 9, 5), (NULL, NULL, 2);

ASSERT ROWS
SELECT o.id, o.total, p.order_id, p.amount FROM orders o FULL JOIN payments p
ON o.id = p.order_id AND p.ts BETWEEN o.ts AND o.ts + INTERVAL '1' MINUTE
VALUES (1, 10, 1, 10), (2, 20, 2, 7), (2, 20, 2, 13), (3, 30, NULL, NULL), (NULL, 5, NULL, NULL),
  (NULL, NULL, 3, 1), (NULL, NULL, 9, 5), (NULL, NULL, NULL, 2);

-- So it is where only the condition beside the interval is not true,
ASSERT ROWS
SELECT o.id, p.amount FROM orders o LEFT JOIN payments p
ON o.id = p.order_id AND p.ts BETWEEN o.ts AND o.ts + INTERVAL '1' MINUTE AND p.amount >= o.total
VALUES (1, 10), (2, NULL), (3, NULL), (NULL, NULL);

-- where it says something of the left row alone,
ASSERT ROWS
SELECT o.id, p.amount FROM orders o LEFT JOIN payments p
ON o.id = p.order_id AND p.ts BETWEEN o.ts AND o.ts + INTERVAL '1' MINUTE AND o.total > 10
VALUES (1, NULL), (2, 7), (2, 13), (3, NULL), (NULL, NULL);

-- and where the interval is empty.
ASSERT ROWS
SELECT o.id, p.amount FROM orders o LEFT JOIN payments p
ON o.id = p.order_id AND p.ts BETWEEN o.ts + INTERVAL '2' SECOND AND o.ts + INTERVAL '1' SECOND
VALUES (1, NULL), (2, NULL), (3, NULL), (NULL, NULL);

-- WHERE comes after the join: what was not paid within the minute.
ASSERT ROWS
SELECT o.id FROM orders o LEFT JOIN payments p
ON o.id = p.order_id AND p.ts BETWEEN o.ts AND o.ts + INTERVAL '1' MINUTE
WHERE p.order_id IS NULL
VALUES (3), (NULL);

-- With one end alone, rows of one side wait until the other input ends.
ASSERT ROWS
SELECT o.id, p.amount FROM orders o LEFT JOIN payments p ON o.id = p.order_id AND p.ts > o.ts + INTERVAL '10' SECOND
VALUES (1, NULL), (2, NULL), (3, 1), (NULL, NULL);
