-- SEMI JOIN: the left rows that have a partner, each once. ANTI JOIN: those that have none.

CREATE STREAM orders (id INT, total INT, ts TIMESTAMP(3), WATERMARK FOR ts AS ts - INTERVAL '5' SECOND);
CREATE STREAM payments (order_id INT, amount INT, ts TIMESTAMP(3), WATERMARK FOR ts AS ts - INTERVAL '5' SECOND);
INSERT INTO orders VALUES
  (1, 10, '2024-01-01 00:00:00'), (2, 20, '2024-01-01 00:00:10'), (2, 20, '2024-01-01 00:00:10'),
  (3, 30, '2024-01-01 00:00:20'), (NULL, 5, '2024-01-01 00:00:21');
INSERT INTO payments VALUES
  (1, 10, '2024-01-01 00:00:05'), (2, 7, '2024-01-01 00:00:12'), (2, 13, '2024-01-01 00:00:13'),
  (3, 1, '2024-01-01 00:01:20.001'), (NULL, 2, '2024-01-01 00:01:22');

ASSERT ROWS
SELECT * FROM orders o SEMI JOIN payments p
ON o.id = p.order_id AND p.ts BETWEEN o.ts AND o.ts + INTERVAL '1' MINUTE
VALUES (1, 10, '2024-01-01 00:00:00'), (2, 20, '2024-01-01 00:00:10'), (2, 20, '2024-01-01 00:00:10');

ASSERT ROWS
SELECT id, total FROM orders o ANTI JOIN payments p
ON o.id = p.order_id AND p.ts BETWEEN o.ts AND o.ts + INTERVAL '1' MINUTE
VALUES (3, 30), (NULL, 5);

-- With a condition on pairs.
ASSERT ROWS
SELECT id FROM orders o SEMI JOIN payments p
ON o.id = p.order_id AND p.ts BETWEEN o.ts AND o.ts + INTERVAL '1' MINUTE AND p.amount = o.total
VALUES (1);

ASSERT ROWS
SELECT id FROM orders o ANTI JOIN payments p
ON o.id = p.order_id AND p.ts BETWEEN o.ts AND o.ts + INTERVAL '1' MINUTE AND p.amount = o.total
VALUES (2), (2), (3), (NULL);

-- Without a bound on the times: whoever has no partner yet is said, and taken back when one comes.
ASSERT ROWS
SELECT id FROM orders SEMI JOIN payments ON id = order_id
VALUES (1), (2), (2), (3);

ASSERT ROWS
SELECT id FROM orders ANTI JOIN payments ON id = order_id
VALUES (NULL);

ASSERT ROWS
SELECT id FROM orders ANTI JOIN payments ON id = order_id AND amount > 5
VALUES (3), (NULL);

-- Of windows, too.
ASSERT ROWS
SELECT o.id, o.window_start FROM TUMBLE(TABLE orders, DESCRIPTOR(ts), INTERVAL '10' SECOND) o
ANTI JOIN TUMBLE(TABLE payments, DESCRIPTOR(ts), INTERVAL '10' SECOND) p
ON o.id = p.order_id AND o.window_start = p.window_start AND o.window_end = p.window_end
VALUES (3, '2024-01-01 00:00:20'), (NULL, '2024-01-01 00:00:20');
