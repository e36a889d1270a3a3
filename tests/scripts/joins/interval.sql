-- Interval join: partners have equal keys and are near in time. Rows are kept until the watermarks
-- have passed all their partners.

CREATE STREAM orders (id INT, total INT, ts TIMESTAMP(3), WATERMARK FOR ts AS ts - INTERVAL '5' SECOND);
CREATE STREAM payments (order_id INT, amount INT, ts TIMESTAMP(3), WATERMARK FOR ts AS ts - INTERVAL '5' SECOND);
INSERT INTO orders VALUES
  (1, 10, '2024-01-01 00:00:00'), (2, 20, '2024-01-01 00:00:10'), (3, 30, '2024-01-01 00:00:20');
INSERT INTO payments VALUES
  (1, 10, '2024-01-01 00:00:05'), (2, 7, '2024-01-01 00:00:12'), (2, 13, '2024-01-01 00:01:10'),
  (2, 1, '2024-01-01 00:01:10.001'), (9, 5, '2024-01-01 00:01:10.001'), (NULL, 2, '2024-01-01 00:01:11');
INSERT INTO orders VALUES (NULL, 40, '2024-01-01 00:01:10'), (4, 50, '2024-01-01 00:01:12');

-- Both ends of BETWEEN belong to it: the third payment comes just in time.
-- plan:
-- Inner join on id = order_id AND right.ts BETWEEN left.ts AND left.ts + 1 min
--   Scan orders (inserts)
--   Scan payments (inserts)
ASSERT ROWS
SELECT o.id, o.total, p.amount FROM orders o JOIN payments p
ON o.id = p.order_id AND p.ts BETWEEN o.ts AND o.ts + INTERVAL '1' MINUTE
VALUES (1, 10, 10), (2, 20, 7), (2, 20, 13);

-- Beside the interval any condition may stand.
ASSERT ROWS
SELECT o.id, p.amount FROM orders o JOIN payments p
ON o.id = p.order_id AND p.ts BETWEEN o.ts AND o.ts + INTERVAL '1' MINUTE AND p.amount < o.total / 2
VALUES (2, 7);

-- Other than equal keys, or none at all.
ASSERT ROWS
SELECT o.id, p.order_id, p.amount FROM orders o JOIN payments p
ON o.id < p.order_id AND p.ts BETWEEN o.ts - INTERVAL '5' SECOND AND o.ts + INTERVAL '5' SECOND
VALUES (4, 9, 5);

ASSERT ROWS
SELECT o.id, p.order_id FROM orders o JOIN payments p
ON p.ts BETWEEN o.ts - INTERVAL '1' SECOND AND o.ts + INTERVAL '2' SECOND
VALUES (2, 2), (NULL, 2), (NULL, 2), (NULL, 9), (NULL, NULL), (4, NULL);

-- The condition may stand in WHERE, and the inputs behind commas.
-- plan:
-- Inner join on id = order_id AND right.ts BETWEEN left.ts AND left.ts + 1 min
--   Scan orders (inserts, where (total > 10))
--   Scan payments (inserts)
ASSERT ROWS
SELECT o.id, p.amount FROM orders o, payments p
WHERE o.id = p.order_id AND o.total > 10 AND p.ts BETWEEN o.ts AND o.ts + INTERVAL '1' MINUTE
VALUES (2, 7), (2, 13);

-- A stream may be joined with itself.
ASSERT ROWS
SELECT a.amount, b.amount FROM payments a JOIN payments b
ON a.order_id = b.order_id AND b.ts > a.ts AND b.ts < a.ts + INTERVAL '58.5' SECOND
VALUES (7, 13), (7, 1), (13, 1);
