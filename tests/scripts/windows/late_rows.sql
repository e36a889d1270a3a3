-- A row is late for a window that the watermark had passed when it came. The watermark runs 5 s behind
-- the greatest time so far, and lateness is decided row by row, whatever comes in one batch.

CREATE STREAM s (id INT, ts TIMESTAMP(3), WATERMARK FOR ts AS ts - INTERVAL '5' SECOND);
START per_ten AS
SELECT window_start, COUNT(*) AS n FROM TUMBLE(TABLE s, DESCRIPTOR(ts), INTERVAL '10' SECOND) GROUP BY window_start;

INSERT INTO s VALUES
  (1, '2024-01-01 00:00:08'),
  (2, '2024-01-01 00:00:14.999'),   -- the watermark comes to 9.999: the first window is open
  (3, '2024-01-01 00:00:01'),       -- behind the watermark, but its window is not
  (4, '2024-01-01 00:00:15'),       -- the watermark comes to 10: [0, 10) is complete
  (5, '2024-01-01 00:00:09.999'),   -- late
  (6, '2024-01-01 00:00:10'),       -- not late
  (7, '2024-01-01 00:00:40'),       -- the watermark comes to 35: [10, 20) and [20, 30) are complete
  (8, '2024-01-01 00:00:29'),       -- late
  (9, '2024-01-01 00:00:30');       -- behind the watermark, but its window is not

ASSERT ROWS
SELECT window_start, COUNT(*), MIN(id), MAX(id)
FROM TUMBLE(TABLE s, DESCRIPTOR(ts), INTERVAL '10' SECOND) GROUP BY window_start
VALUES
  ('2024-01-01 00:00:00', 2, 1, 3),
  ('2024-01-01 00:00:10', 3, 2, 6),
  ('2024-01-01 00:00:30', 1, 9, 9),
  ('2024-01-01 00:00:40', 1, 7, 7);

-- Rows that come too late are counted and kept, each with the watermark that it was behind.
ASSERT ROWS
SELECT event_time, watermark, JSON_VALUE(row, '$.window_start') FROM late.per_ten
VALUES
  ('2024-01-01 00:00:09.999', '2024-01-01 00:00:10', '2024-01-01 00:00:00'),
  ('2024-01-01 00:00:29', '2024-01-01 00:00:35', '2024-01-01 00:00:20');

-- The larger the window, the fewer are late for it.
ASSERT ROWS
SELECT COUNT(*) FROM TUMBLE(TABLE s, DESCRIPTOR(ts), INTERVAL '1' MINUTE) GROUP BY window_start
VALUES (9);

-- What has no window takes every row.
ASSERT ROWS
SELECT COUNT(*) FROM s
VALUES (9);

ASSERT ROWS
SELECT id FROM TUMBLE(TABLE s, DESCRIPTOR(ts), INTERVAL '10' SECOND) WHERE ts < '2024-01-01 00:00:10'
VALUES (1), (3), (5);

-- Windows that are said as changes close as well.
ASSERT ROWS
SELECT window_start, COUNT(*) FROM TUMBLE(TABLE s, DESCRIPTOR(ts), INTERVAL '10' SECOND) GROUP BY window_start
EMIT STREAM
VALUES ('2024-01-01 00:00:00', 2), ('2024-01-01 00:00:10', 3), ('2024-01-01 00:00:30', 1), ('2024-01-01 00:00:40', 1);

-- A filter does not change the watermark: the row that moved it need not pass.
ASSERT ROWS
SELECT window_start, COUNT(*) FROM TUMBLE(TABLE (SELECT * FROM s WHERE id IN (1, 5, 8, 9)), DESCRIPTOR(ts), INTERVAL '10' SECOND)
GROUP BY window_start
VALUES ('2024-01-01 00:00:00', 1), ('2024-01-01 00:00:30', 1);

-- With no delay at all every row behind another one is behind the watermark.
CREATE STREAM strict (id INT, ts TIMESTAMP(3), WATERMARK FOR ts);
INSERT INTO strict VALUES (1, '2024-01-01 00:00:01'), (2, '2024-01-01 00:00:02'), (3, '2024-01-01 00:00:01'), (4, '2024-01-01 00:00:03'), (5, '2024-01-01 00:00:02');

ASSERT ROWS
SELECT window_start, COUNT(*), MAX(id) FROM TUMBLE(TABLE strict, DESCRIPTOR(ts), INTERVAL '1' SECOND) GROUP BY window_start
VALUES ('2024-01-01 00:00:01', 1, 1), ('2024-01-01 00:00:02', 1, 2), ('2024-01-01 00:00:03', 1, 4);
