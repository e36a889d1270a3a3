-- LATE ROWS CORRECT WITHIN: rows are joined for a while after they would have been refused. What had been
-- said of a row without a partner is taken back when a late one comes.

CREATE STREAM orders (id INT, item VARCHAR, ts TIMESTAMP(3), WATERMARK FOR ts);
CREATE STREAM payments (id INT, amount INT, ts TIMESTAMP(3), WATERMARK FOR ts);

START unpaid AS
SELECT o.id, p.amount
FROM orders o LEFT JOIN payments p ON o.id = p.id AND p.ts BETWEEN o.ts AND o.ts + INTERVAL '5' SECOND
LATE ROWS CORRECT WITHIN INTERVAL '10' SECOND;

INSERT INTO orders VALUES
  (1, 'pen', '2026-01-01 00:00:01'), (2, 'ink', '2026-01-01 00:00:02'), (3, 'cup', '2026-01-01 00:00:03'),
  (9, 'end', '2026-01-01 00:00:40');
INSERT INTO payments VALUES
  (1, 10, '2026-01-01 00:00:02'),
  (8, 80, '2026-01-01 00:00:14'),   -- 2 and 3 have no payment, and that is said
  (2, 20, '2026-01-01 00:00:04'),   -- 10 behind: taken back, and said anew
  (3, 30, '2026-01-01 00:00:03'),   -- 11 behind: too late
  (8, 81, '2026-01-01 00:00:30');
INSERT INTO orders VALUES (8, 'box', '2026-01-01 00:00:28');   -- 12 behind: too late

ASSERT ROWS
SELECT o.id, p.amount
FROM orders o LEFT JOIN payments p ON o.id = p.id AND p.ts BETWEEN o.ts AND o.ts + INTERVAL '5' SECOND
LATE ROWS CORRECT WITHIN INTERVAL '10' SECOND
VALUES (1, 10), (2, 20), (3, NULL), (9, NULL);

ASSERT ROWS
SELECT event_time, watermark FROM late.unpaid
VALUES
  ('2026-01-01 00:00:03', '2026-01-01 00:00:14'),
  ('2026-01-01 00:00:28', '2026-01-01 00:00:40');

-- Either side may be late, and either may be without a partner.
ASSERT ROWS
SELECT o.id, p.id, p.amount
FROM orders o FULL JOIN payments p ON o.id = p.id AND p.ts BETWEEN o.ts AND o.ts + INTERVAL '5' SECOND
LATE ROWS CORRECT WITHIN INTERVAL '20' SECOND
VALUES (1, 1, 10), (2, 2, 20), (3, 3, 30), (8, 8, 81), (NULL, 8, 80), (9, NULL, NULL);

-- The result of an inner join only grows: nothing is ever taken back, and a stream takes it.
CREATE STREAM paid (id INT, amount INT);
INSERT INTO paid
SELECT o.id, p.amount
FROM orders o JOIN payments p ON o.id = p.id AND p.ts BETWEEN o.ts AND o.ts + INTERVAL '5' SECOND
LATE ROWS CORRECT WITHIN INTERVAL '10' SECOND;

-- In the same window: a window is kept for so long after its end, so that of 8 is gone at 40.
ASSERT ROWS
SELECT o.id, p.amount
FROM TUMBLE(TABLE orders, DESCRIPTOR(ts), INTERVAL '5' SECOND) o
LEFT JOIN TUMBLE(TABLE payments, DESCRIPTOR(ts), INTERVAL '5' SECOND) p
ON o.id = p.id AND o.window_start = p.window_start AND o.window_end = p.window_end
LATE ROWS CORRECT WITHIN INTERVAL '10' SECOND
VALUES (1, 10), (2, 20), (3, 30), (9, NULL);

-- A row is put beside the one before it once.
-- error: a row is put beside the last one before it once, and not again when a late one comes
-- LATE ROWS CORRECT WITHIN INTERVAL '10' SECOND;
-- ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^
-- hint: write LATE ROWS TO s, or let the stream wait longer: WATERMARK FOR ts AS ts - INTERVAL '1' MINUTE
SELECT o.id FROM orders o ASOF JOIN payments p MATCH_CONDITION (o.ts >= p.ts) ON o.id = p.id
LATE ROWS CORRECT WITHIN INTERVAL '10' SECOND;
