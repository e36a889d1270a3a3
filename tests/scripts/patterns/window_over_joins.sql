-- A join has the event times of both its sides; a window goes by the one that it is ordered by.

CREATE STREAM orders (id INT, amount INT, ts TIMESTAMP(3), WATERMARK FOR ts AS ts - INTERVAL '1' SECOND);
CREATE STREAM payments (id INT, at TIMESTAMP(3), WATERMARK FOR at AS at - INTERVAL '1' SECOND);

INSERT INTO orders VALUES
  (1, 10, '2024-01-01 00:00:01'), (2, 20, '2024-01-01 00:00:02'), (3, 30, '2024-01-01 00:00:03'),
  (4, 5, '2024-01-01 00:00:04');
INSERT INTO payments VALUES
  (2, '2024-01-01 00:00:03'), (1, '2024-01-01 00:00:05'), (4, '2024-01-01 00:00:06'),
  (3, '2024-01-01 00:00:07');

-- By the time of payment the orders are 2, 1, 4, 3; by that of the order 1, 2, 3, 4.
ASSERT ROWS
SELECT o.id, COUNT(*) OVER w AS falling, LAST_VALUE(o.id) OVER w AS last
FROM orders AS o JOIN payments AS p
  ON o.id = p.id AND p.at BETWEEN o.ts AND o.ts + INTERVAL '5' SECOND
WINDOW w AS (
  ORDER BY at ROWS BETWEEN CURRENT ROW AND 3 FOLLOWING
  PATTERN (A B+) DEFINE B AS amount < PREV(amount))
VALUES (2, 3, 4), (1, 0, NULL), (4, 0, NULL), (3, 0, NULL);

ASSERT ROWS
SELECT o.id, COUNT(*) OVER w AS rising, LAST_VALUE(o.id) OVER w AS last
FROM orders AS o JOIN payments AS p
  ON o.id = p.id AND p.at BETWEEN o.ts AND o.ts + INTERVAL '5' SECOND
WINDOW w AS (
  ORDER BY ts ROWS BETWEEN CURRENT ROW AND 3 FOLLOWING
  PATTERN (A B+) DEFINE B AS amount > PREV(amount))
VALUES (1, 3, 3), (2, 0, NULL), (3, 0, NULL), (4, 0, NULL);
