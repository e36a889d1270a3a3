-- The event times of both sides survive an interval join. A query names the one it goes on by: the
-- watermark holds for both, and lags by the interval.

CREATE STREAM orders (id INT, ts TIMESTAMP(3), WATERMARK FOR ts AS ts - INTERVAL '5' SECOND);
CREATE STREAM payments (order_id INT, amount INT, paid TIMESTAMP(3), WATERMARK FOR paid AS paid - INTERVAL '5' SECOND);
INSERT INTO orders VALUES
  (1, '2024-01-01 00:00:08'), (2, '2024-01-01 00:00:09'), (3, '2024-01-01 00:00:17'), (4, '2024-01-01 00:00:26');
INSERT INTO payments VALUES
  (1, 5, '2024-01-01 00:00:12'), (2, 7, '2024-01-01 00:00:09'), (3, 9, '2024-01-01 00:00:21'),
  (2, 1, '2024-01-01 00:00:18'), (9, 1, '2024-01-01 00:00:18');

-- By the time of the order,
-- plan:
-- Project window_start, $0 AS total
--   Aggregate SUM(amount) by window_start, window_end per window (Tumble 10 s on ts), said when complete
--     Project window_start, window_end, amount
--       Tumble 10 s on ts
--         Inner join on id = order_id AND paid BETWEEN ts AND ts + 10 s
--           Scan orders (inserts)
--           Scan payments (inserts)
ASSERT ROWS
SELECT window_start, SUM(amount) AS total FROM TUMBLE(TABLE (
  SELECT o.id, o.ts, p.paid, p.amount FROM orders o JOIN payments p
  ON o.id = p.order_id AND p.paid BETWEEN o.ts AND o.ts + INTERVAL '10' SECOND
), DESCRIPTOR(ts), INTERVAL '10' SECOND) GROUP BY window_start, window_end
VALUES ('2024-01-01 00:00:00', 13), ('2024-01-01 00:00:10', 9);

-- or by that of the payment.
-- plan:
-- Project window_start, $0 AS total
--   Aggregate SUM(amount) by window_start, window_end per window (Tumble 10 s on paid), said when complete
--     Project window_start, window_end, amount
--       Tumble 10 s on paid
--         Go on by paid
--           Project paid, amount
--             Inner join on id = order_id AND paid BETWEEN ts AND ts + 10 s
--               Scan orders (inserts)
--               Scan payments (inserts)
ASSERT ROWS
SELECT window_start, SUM(amount) AS total FROM TUMBLE(TABLE (
  SELECT o.id, o.ts, p.paid, p.amount FROM orders o JOIN payments p
  ON o.id = p.order_id AND p.paid BETWEEN o.ts AND o.ts + INTERVAL '10' SECOND
), DESCRIPTOR(paid), INTERVAL '10' SECOND) GROUP BY window_start, window_end
VALUES ('2024-01-01 00:00:00', 7), ('2024-01-01 00:00:10', 6), ('2024-01-01 00:00:20', 9);

-- Of an outer join the time of the side that is always there remains.
ASSERT ROWS
SELECT window_start, COUNT(*) AS orders, COUNT(amount) AS payments FROM TUMBLE(TABLE (
  SELECT o.id, o.ts, p.paid, p.amount FROM orders o LEFT JOIN payments p
  ON o.id = p.order_id AND p.paid BETWEEN o.ts AND o.ts + INTERVAL '5' SECOND
), DESCRIPTOR(ts), INTERVAL '10' SECOND) GROUP BY window_start, window_end
VALUES ('2024-01-01 00:00:00', 2, 2), ('2024-01-01 00:00:10', 1, 1), ('2024-01-01 00:00:20', 1, 0);

CREATE VIEW paid AS SELECT o.id, o.ts, p.paid FROM orders o LEFT JOIN payments p
ON o.id = p.order_id AND p.paid BETWEEN o.ts AND o.ts + INTERVAL '5' SECOND;

-- error: paid is not the event time
-- SELECT window_start FROM TUMBLE(TABLE paid, DESCRIPTOR(paid), INTERVAL '10' SECOND);
--                                                        ^^^^
-- hint: the event time here is ts
SELECT window_start FROM TUMBLE(TABLE paid, DESCRIPTOR(paid), INTERVAL '10' SECOND);

-- OVER goes by either as well.
ASSERT ROWS
SELECT id, amount, SUM(amount) OVER (ORDER BY paid ROWS UNBOUNDED PRECEDING) AS total FROM (
  SELECT o.id, o.ts, p.paid, p.amount FROM orders o JOIN payments p
  ON o.id = p.order_id AND p.paid BETWEEN o.ts AND o.ts + INTERVAL '10' SECOND)
VALUES (2, 7, 7), (1, 5, 12), (2, 1, 13), (3, 9, 22);

-- ORDER BY as well: rows are said in this order as the watermark passes, also where it is not selected.
ASSERT ROWS
SELECT o.id, p.amount FROM orders o JOIN payments p
ON o.id = p.order_id AND p.paid BETWEEN o.ts AND o.ts + INTERVAL '10' SECOND ORDER BY o.ts, p.amount
VALUES (1, 5), (2, 1), (2, 7), (3, 9);

ASSERT ROWS
SELECT o.id, p.amount FROM orders o JOIN payments p
ON o.id = p.order_id AND p.paid BETWEEN o.ts AND o.ts + INTERVAL '10' SECOND ORDER BY p.paid
VALUES (2, 7), (1, 5), (2, 1), (3, 9);

-- error: the ORDER BY of an unbounded stream must begin with its event time, ascending
-- SELECT id FROM orders ORDER BY ts DESC;
--                                ^^^^^^^
-- hint: ORDER BY ts; with LIMIT n the first n rows of any order are kept up to date
SELECT id FROM orders ORDER BY ts DESC;

-- A row pattern: payments in the order of their time, with what the order was.
ASSERT ROWS
SELECT * FROM (
  SELECT o.id, o.ts, p.paid, p.amount FROM orders o JOIN payments p
  ON o.id = p.order_id AND p.paid BETWEEN o.ts AND o.ts + INTERVAL '10' SECOND)
MATCH_RECOGNIZE (ORDER BY paid MEASURES A.id AS one, B.id AS other PATTERN (A B) DEFINE B AS B.amount > A.amount)
VALUES (2, 3);

-- A time may go by two names, and is the event time by either.
ASSERT ROWS
SELECT o.id, p.amount FROM (SELECT id, ts, ts AS placed FROM orders) o LEFT JOIN payments p
ON o.id = p.order_id AND p.paid BETWEEN o.placed AND o.placed + INTERVAL '5' SECOND
EMIT AFTER WATERMARK
VALUES (1, 5), (2, 7), (3, 9), (4, NULL);

ASSERT ROWS
SELECT window_start, COUNT(*) AS orders FROM TUMBLE(
  TABLE (SELECT id, ts, ts AS placed FROM orders), DESCRIPTOR(placed), INTERVAL '10' SECOND)
GROUP BY window_start, window_end
VALUES ('2024-01-01 00:00:00', 2), ('2024-01-01 00:00:10', 1), ('2024-01-01 00:00:20', 1);
