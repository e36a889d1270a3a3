-- What does not come is said without a row coming: the watermark alone decides, here by an end marker of the stream.

CREATE STREAM orders (id INT, what VARCHAR, ts TIMESTAMP(0), WATERMARK FOR ts MARKED BY what = 'nothing before');
CREATE STREAM overdue (id INT, at TIMESTAMP(0), WATERMARK FOR at);

INSERT INTO overdue
SELECT id, at FROM orders MATCH_RECOGNIZE (
  PARTITION BY id ORDER BY ts
  MEASURES MATCH_ROWTIME() AS at
  PATTERN (PLACED -> !PAID) WITHIN INTERVAL '1' HOUR
  DEFINE PLACED AS what = 'order', PAID AS what = 'pay');

INSERT INTO orders VALUES
  (1, 'order', '2024-01-01 10:00:00'), (2, 'order', '2024-01-01 10:10:00'),
  (NULL, 'nothing before', '2024-01-01 11:05:00'),
  (1, 'pay', '2024-01-01 11:06:00'),   -- too late: 11:00 had come, and it was said
  (2, 'pay', '2024-01-01 11:07:00');   -- in time

ASSERT ROWS
SELECT * FROM overdue
VALUES (1, '2024-01-01 11:00:00');

-- The matches themselves carry the watermark on: nothing can be said any more before the oldest match that is begun.
ASSERT ROWS
SELECT window_start, COUNT(*) FROM TUMBLE(TABLE overdue, DESCRIPTOR(at), INTERVAL '1' HOUR) GROUP BY window_start
VALUES ('2024-01-01 11:00:00', 1);
