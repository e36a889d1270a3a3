-- !B says that no B comes. Between two steps: no row between them is a B.

CREATE STREAM orders (id INT, what VARCHAR, ts TIMESTAMP(3), WATERMARK FOR ts AS ts - INTERVAL '5' SECOND);

INSERT INTO orders VALUES
  (1, 'order',  '2024-01-01 10:00:00'),
  (2, 'order',  '2024-01-01 10:05:00'),
  (1, 'pay',    '2024-01-01 10:30:00'),
  (3, 'order',  '2024-01-01 10:31:00'),
  (2, 'ship',   '2024-01-01 10:40:00'),
  (1, 'ship',   '2024-01-01 10:50:00'),
  (3, 'cancel', '2024-01-01 11:10:00'),
  (4, 'order',  '2024-01-01 11:20:00'),
  (2, 'pay',    '2024-01-01 11:30:00'),
  (5, 'order',  '2024-01-01 12:00:00'),
  (5, 'pay',    '2024-01-01 13:00:00');

-- Shipped without being paid.
ASSERT ROWS
SELECT * FROM orders MATCH_RECOGNIZE (
  PARTITION BY id ORDER BY ts
  MEASURES SHIP.ts AS at
  PATTERN (PLACED -> !PAID -> SHIP)
  DEFINE PLACED AS what = 'order', PAID AS what = 'pay', SHIP AS what = 'ship')
VALUES (2, '2024-01-01 10:40:00');

-- Several absences.
ASSERT ROWS
SELECT * FROM orders MATCH_RECOGNIZE (
  ORDER BY ts
  MEASURES PLACED.id AS id, SHIP.ts AS at
  AFTER MATCH SKIP TO NEXT ROW
  PATTERN (PLACED -> !PAID -> !CANCEL -> SHIP)
  DEFINE PLACED AS what = 'order', PAID AS what = 'pay' AND id = PLACED.id,
    CANCEL AS what = 'cancel' AND id = PLACED.id, SHIP AS what = 'ship' AND id = PLACED.id)
VALUES (2, '2024-01-01 10:40:00');

-- A row that ends the wait does so before it is tested as the absent one.
ASSERT ROWS
SELECT * FROM orders MATCH_RECOGNIZE (
  PARTITION BY id ORDER BY ts
  MEASURES ANYTHING.what AS what
  PATTERN (PLACED -> !OTHER -> ANYTHING)
  DEFINE PLACED AS what = 'order')
VALUES (1, 'pay'), (2, 'ship'), (3, 'cancel'), (5, 'pay');

-- At the end of a pattern, with WITHIN: no B until then. It is said when the watermark has come so far; a row at the
-- deadline itself (order 5) is too late to count.
ASSERT ROWS
SELECT * FROM orders MATCH_RECOGNIZE (
  PARTITION BY id ORDER BY ts
  MEASURES PLACED.ts AS placed, MATCH_ROWTIME() AS overdue
  PATTERN (PLACED -> !PAID) WITHIN INTERVAL '1' HOUR
  DEFINE PLACED AS what = 'order', PAID AS what = 'pay')
VALUES
  (2, '2024-01-01 10:05:00', '2024-01-01 11:05:00'),
  (3, '2024-01-01 10:31:00', '2024-01-01 11:31:00'),
  (4, '2024-01-01 11:20:00', '2024-01-01 12:20:00'),
  (5, '2024-01-01 12:00:00', '2024-01-01 13:00:00');

-- With a bound of its own, and other steps before: placed and shipped, and for half an hour then not paid.
ASSERT ROWS
SELECT * FROM orders MATCH_RECOGNIZE (
  PARTITION BY id ORDER BY ts
  MEASURES SHIP.ts AS shipped, MATCH_ROWTIME() AS overdue
  PATTERN (PLACED -> SHIP -> !PAID WITHIN INTERVAL '30' MINUTE)
  DEFINE PLACED AS what = 'order', PAID AS what = 'pay', SHIP AS what = 'ship')
VALUES
  (1, '2024-01-01 10:50:00', '2024-01-01 11:20:00'),
  (2, '2024-01-01 10:40:00', '2024-01-01 11:10:00');

-- Either it is paid, or it is overdue: the first alternative is preferred, and decides as soon as it is there.
ASSERT ROWS
SELECT * FROM orders MATCH_RECOGNIZE (
  PARTITION BY id ORDER BY ts
  MEASURES COALESCE(PAID.what, 'overdue') AS what, MATCH_ROWTIME() AS at
  PATTERN (PLACED -> PAID | PLACED -> !ANY_PAY) WITHIN INTERVAL '1' HOUR
  DEFINE PLACED AS what = 'order', PAID AS what = 'pay', ANY_PAY AS what = 'pay')
VALUES
  (1, 'pay',     '2024-01-01 10:30:00'),
  (2, 'overdue', '2024-01-01 11:05:00'),
  (3, 'overdue', '2024-01-01 11:31:00'),
  (4, 'overdue', '2024-01-01 12:20:00'),
  (5, 'overdue', '2024-01-01 13:00:00');

-- Absence is read in no measure: there is no row.
-- error: paid is only ever absent, so no row of a match is one
--   MEASURES PAID.ts AS at
--            ^^^^
-- hint: only the condition of paid itself can read it
SELECT * FROM orders MATCH_RECOGNIZE (
  PARTITION BY id ORDER BY ts
  MEASURES PAID.ts AS at
  PATTERN (PLACED -> !PAID) WITHIN INTERVAL '1' HOUR
  DEFINE PLACED AS what = 'order', PAID AS what = 'pay');

-- Something must say until when.
-- error: that something does not come is known when a time has passed, and none is given
--   PATTERN (PLACED -> !PAID)
--            ^^^^^^^^^^^^^^^
-- hint: write A -> !B WITHIN INTERVAL '5' MINUTE, or WITHIN … after PATTERN (…)
SELECT * FROM orders MATCH_RECOGNIZE (
  PARTITION BY id ORDER BY ts
  MEASURES PLACED.ts AS at
  PATTERN (PLACED -> !PAID)
  DEFINE PLACED AS what = 'order', PAID AS what = 'pay');
