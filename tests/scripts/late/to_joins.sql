-- LATE ROWS TO takes the late rows of either side of a join. They have the columns of their own side,
-- by name; a column that only the other side has is NULL.

CREATE STREAM orders (id INT, item VARCHAR, ts TIMESTAMP(3), WATERMARK FOR ts AS ts - INTERVAL '2' SECOND);
CREATE STREAM payments (id INT, amount INT, ts TIMESTAMP(3), WATERMARK FOR ts AS ts - INTERVAL '2' SECOND);

CREATE STREAM paid (id INT);
CREATE STREAM missed (id INT, item VARCHAR, amount INT, ts TIMESTAMP(3));
CREATE STREAM missed_in_windows (id INT, window_end TIMESTAMP(3));
CREATE STREAM missed_nearest (id INT, amount INT);

-- Near in time. Columns that the join itself does not read are there too.
INSERT INTO paid
SELECT o.id FROM orders o JOIN payments p ON o.id = p.id AND p.ts BETWEEN o.ts AND o.ts + INTERVAL '10' SECOND
LATE ROWS TO missed;

-- In the same window: refused are the rows whose window has ended, with its bounds.
INSERT INTO paid
SELECT o.id
FROM TUMBLE(TABLE orders, DESCRIPTOR(ts), INTERVAL '5' SECOND) o
JOIN TUMBLE(TABLE payments, DESCRIPTOR(ts), INTERVAL '5' SECOND) p
ON o.id = p.id AND o.window_start = p.window_start AND o.window_end = p.window_end
LATE ROWS TO missed_in_windows;

-- Nearest in time.
INSERT INTO paid
SELECT o.id FROM orders o ASOF JOIN payments p MATCH_CONDITION (o.ts >= p.ts) ON o.id = p.id
LATE ROWS TO missed_nearest;

INSERT INTO orders VALUES
  (1, 'pen', '2026-01-01 00:00:01'),
  (2, 'ink', '2026-01-01 00:00:10'),
  (3, 'cup', '2026-01-01 00:00:07'),   -- behind 8
  (4, 'bag', '2026-01-01 00:00:30'),
  (5, 'box', '2026-01-01 00:00:24');   -- behind 28
INSERT INTO payments VALUES
  (1, 100, '2026-01-01 00:00:05'),
  (2, 200, '2026-01-01 00:00:12'),
  (1, 300, '2026-01-01 00:00:09');     -- behind 10

ASSERT ROWS
SELECT id, item, amount, ts FROM missed
VALUES
  (3, 'cup', NULL, '2026-01-01 00:00:07'),
  (5, 'box', NULL, '2026-01-01 00:00:24'),
  (1, NULL, 300, '2026-01-01 00:00:09');

ASSERT ROWS
SELECT * FROM missed_in_windows
VALUES (5, '2026-01-01 00:00:25'), (1, '2026-01-01 00:00:10');

ASSERT ROWS
SELECT * FROM missed_nearest
VALUES (3, NULL), (5, NULL), (1, 300);
