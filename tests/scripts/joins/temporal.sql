-- FOR SYSTEM_TIME AS OF: each event with the row that a table had for it at the time of the event,
-- whatever the order in which versions and events come.

CREATE STREAM orders (
  id INT, currency VARCHAR, amount INT, ts TIMESTAMP(0),
  WATERMARK FOR ts AS ts - INTERVAL '5' MINUTE
);
CREATE TABLE rates (
  currency VARCHAR, rate INT, since TIMESTAMP(0),
  PRIMARY KEY (currency), WATERMARK FOR since AS since - INTERVAL '5' MINUTE
);

INSERT INTO rates VALUES ('EUR', 114, '2026-01-01 09:00:00'), ('GBP', 130, '2026-01-01 09:00:00');
INSERT INTO orders VALUES
  (1, 'EUR', 10, '2026-01-01 09:02:00'),
  (2, 'EUR', 10, '2026-01-01 09:04:00'),
  (3, 'GBP', 10, '2026-01-01 08:59:59'),
  (4, 'USD', 10, '2026-01-01 09:04:00'),
  (5, NULL, 10, '2026-01-01 09:04:00');
-- A version holds from its own time on, also where it comes after what it is asked by.
INSERT INTO rates VALUES
  ('EUR', 116, '2026-01-01 09:04:00'),
  ('EUR', 115, '2026-01-01 09:03:00'),
  ('EUR', 117, '2026-01-01 09:04:00');

ASSERT ROWS
SELECT id, amount * rate AS price, since
FROM orders JOIN rates FOR SYSTEM_TIME AS OF orders.ts ON orders.currency = rates.currency
VALUES (1, 1140, '2026-01-01 09:00:00'), (2, 1170, '2026-01-01 09:04:00');

-- LEFT keeps the events for which there is no row.
ASSERT ROWS
SELECT o.id, r.currency, r.rate
FROM orders AS o LEFT JOIN rates FOR SYSTEM_TIME AS OF o.ts AS r ON o.currency = r.currency
VALUES (1, 'EUR', 114), (2, 'EUR', 117), (3, NULL, NULL), (4, NULL, NULL), (5, NULL, NULL);

-- Other conditions are asked of the row that was valid then; no other row takes its place.
ASSERT ROWS
SELECT o.id, r.rate
FROM orders AS o LEFT JOIN rates FOR SYSTEM_TIME AS OF o.ts AS r
  ON o.currency = r.currency AND r.rate < 115 AND o.amount > 5
VALUES (1, 114), (2, NULL), (3, NULL), (4, NULL), (5, NULL);

ASSERT ROWS
SELECT o.id, r.rate
FROM orders AS o JOIN rates FOR SYSTEM_TIME AS OF o.ts AS r ON o.currency = r.currency
WHERE r.rate > 114 AND o.id < 9
VALUES (2, 117);

-- A deletion holds from its time on too: here, the latest that the table has seen.
INSERT INTO rates VALUES ('CHF', 90, '2026-01-01 09:06:00');
DELETE FROM rates WHERE currency = 'EUR';
INSERT INTO orders VALUES
  (6, 'EUR', 1, '2026-01-01 09:05:59'),
  (7, 'EUR', 1, '2026-01-01 09:06:00'),
  (8, 'CHF', 1, '2026-01-01 09:06:00');
INSERT INTO rates VALUES ('EUR', 118, '2026-01-01 09:07:00');
INSERT INTO orders VALUES (9, 'EUR', 1, '2026-01-01 09:07:01');

ASSERT ROWS
SELECT id, rate
FROM orders JOIN rates FOR SYSTEM_TIME AS OF orders.ts ON rates.currency = orders.currency
VALUES (1, 114), (2, 117), (6, 117), (8, 90), (9, 118);

-- What comes too late is refused: an order before the watermark of the orders, a version before that
-- of the table.
INSERT INTO orders VALUES (10, 'GBP', 1, '2026-01-01 09:20:00'), (11, 'GBP', 1, '2026-01-01 09:14:59');
INSERT INTO rates VALUES ('GBP', 131, '2026-01-01 09:30:00'), ('GBP', 132, '2026-01-01 09:20:00');

ASSERT ROWS
SELECT id, rate
FROM orders JOIN rates FOR SYSTEM_TIME AS OF orders.ts USING (currency)
WHERE id >= 9
VALUES (9, 118), (10, 130);

-- The event time goes on, so windows over the join close.
ASSERT ROWS
SELECT window_start, SUM(amount * rate) AS total
FROM TUMBLE(
  TABLE (SELECT o.ts, o.amount, r.rate
   FROM orders AS o JOIN rates FOR SYSTEM_TIME AS OF o.ts AS r ON o.currency = r.currency),
  DESCRIPTOR(ts), INTERVAL '5' MINUTE)
GROUP BY window_start, window_end
VALUES ('2026-01-01 09:00:00', 2310), ('2026-01-01 09:05:00', 325), ('2026-01-01 09:20:00', 130);

-- Joins can be chained: the time of the events is there for the next one.
CREATE TABLE fees (
  currency VARCHAR, fee INT, since TIMESTAMP(3),
  PRIMARY KEY (currency), WATERMARK FOR since AS since - INTERVAL '5' MINUTE
);
INSERT INTO fees VALUES ('EUR', 2, '2026-01-01 00:00:00'), ('EUR', 3, '2026-01-01 09:05:00');

ASSERT ROWS
SELECT id, rate, fee
FROM orders AS o
  JOIN rates FOR SYSTEM_TIME AS OF o.ts AS r ON o.currency = r.currency
  LEFT JOIN fees FOR SYSTEM_TIME AS OF o.ts AS f ON f.currency = r.currency
WHERE id < 9
VALUES (1, 114, 2), (2, 117, 2), (6, 117, 3), (8, 90, NULL);

-- plan:
-- Project id, rate
--   Left temporal join on left.currency = right.currency AND (rate > 100), as of ts
--     Scan orders (inserts, 3 of 4 columns, where (id > 3))
--     Scan rates (inserts, versions)
EXPLAIN SELECT id, rate
FROM orders LEFT JOIN rates FOR SYSTEM_TIME AS OF orders.ts
  ON orders.currency = rates.currency AND rate > 100
WHERE id > 3;
