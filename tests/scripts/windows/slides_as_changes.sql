-- SLIDE said as changes, and corrected: a row joins the windows of the times after it, and makes one of its
-- own time; where a row is taken back, the window of its time goes with the last row that made it.

CREATE STREAM s (k VARCHAR, v INT, ts TIMESTAMP(3), WATERMARK FOR ts AS ts - INTERVAL '2' SECOND);
START sums AS
SELECT k, window_end, SUM(v) AS total
FROM SLIDE(TABLE s PARTITION BY k, DESCRIPTOR(ts), INTERVAL '5' SECOND) GROUP BY k, window_end
LATE ROWS CORRECT WITHIN INTERVAL '6' SECOND;

INSERT INTO s VALUES
  ('a', 1, '2024-01-01 00:00:01'),
  ('a', 2, '2024-01-01 00:00:05'),
  ('b', 4, '2024-01-01 00:00:03'),
  ('a', 8, '2024-01-01 00:00:04'),       -- between them: in the window of 5, and makes one
  ('a', 16, '2024-01-01 00:00:10'),      -- the watermark comes to 8
  ('a', 32, '2024-01-01 00:00:05'),      -- the window of 5 is over, and can be corrected
  ('b', 64, '2024-01-01 00:00:02'),      -- so are those of 2 and 3
  ('b', 128, '2024-01-01 00:00:12'),     -- the watermark comes to 10
  ('b', 256, '2024-01-01 00:00:04'),     -- makes a window that is over
  ('a', 512, '2024-01-01 00:00:03.5'),   -- late for its own, in time for those of 4 and 5
  ('a', NULL, '2024-01-01 00:00:10');

ASSERT ROWS
SELECT k, window_start, window_end, COUNT(*), SUM(v), FIRST_VALUE(v)
FROM SLIDE(TABLE s PARTITION BY k, DESCRIPTOR(ts), INTERVAL '5' SECOND) GROUP BY k, window_start, window_end
LATE ROWS CORRECT WITHIN INTERVAL '6' SECOND
VALUES
  ('a', '2023-12-31 23:59:56.001', '2024-01-01 00:00:01.001', 1, 1, 1),
  ('a', '2023-12-31 23:59:59.001', '2024-01-01 00:00:04.001', 3, 521, 1),
  ('a', '2024-01-01 00:00:00.001', '2024-01-01 00:00:05.001', 5, 555, 1),
  ('a', '2024-01-01 00:00:05.001', '2024-01-01 00:00:10.001', 2, 16, 16),
  ('b', '2023-12-31 23:59:57.001', '2024-01-01 00:00:02.001', 1, 64, 64),
  ('b', '2023-12-31 23:59:58.001', '2024-01-01 00:00:03.001', 2, 68, 64),
  ('b', '2023-12-31 23:59:59.001', '2024-01-01 00:00:04.001', 3, 324, 64),
  ('b', '2024-01-01 00:00:07.001', '2024-01-01 00:00:12.001', 1, 128, 128);

ASSERT ROWS
SELECT event_time, watermark FROM late.sums
VALUES ('2024-01-01 00:00:03.5', '2024-01-01 00:00:10');

-- Said as rows come, nothing is kept after the watermark has passed.
ASSERT ROWS
SELECT k, window_time, COUNT(*), SUM(v), LAST_VALUE(v)
FROM SLIDE(TABLE s PARTITION BY k, DESCRIPTOR(ts), INTERVAL '5' SECOND) GROUP BY k, window_time
EMIT STREAM
VALUES
  ('a', '2024-01-01 00:00:01', 1, 1, 1),
  ('a', '2024-01-01 00:00:04', 2, 9, 8),
  ('a', '2024-01-01 00:00:05', 3, 11, 2),
  ('a', '2024-01-01 00:00:10', 2, 16, NULL),
  ('b', '2024-01-01 00:00:03', 1, 4, 4),
  ('b', '2024-01-01 00:00:12', 1, 128, 128);

ASSERT ROWS
SELECT window_time, COUNT(DISTINCT k), MIN(v)
FROM SLIDE(TABLE s, DESCRIPTOR(ts), INTERVAL '3' SECOND) WHERE v < 100 GROUP BY window_time
EMIT STREAM AFTER DELAY INTERVAL '1' SECOND LATE ROWS CORRECT WITHIN INTERVAL '1' MINUTE
VALUES
  ('2024-01-01 00:00:01', 1, 1), ('2024-01-01 00:00:02', 2, 1), ('2024-01-01 00:00:03', 2, 1), ('2024-01-01 00:00:03.5', 2, 1),
  ('2024-01-01 00:00:04', 2, 4), ('2024-01-01 00:00:05', 2, 2), ('2024-01-01 00:00:10', 1, 16), ('2024-01-01 00:00:12', 1, 16);

-- Over what windows say as changes, or correct: a count that changes is taken back and comes anew, and a
-- window that is empty after all takes its trailing window with it.
ASSERT ROWS
SELECT k, window_time, COUNT(*), SUM(n)
FROM SLIDE(TABLE (
    SELECT k, window_time AS ended, COUNT(*) AS n FROM TUMBLE(TABLE s, DESCRIPTOR(ts), INTERVAL '2' SECOND)
    GROUP BY k, window_start, window_end, window_time HAVING COUNT(*) < 3) PARTITION BY k, DESCRIPTOR(ended), INTERVAL '5' SECOND)
GROUP BY k, window_time
EMIT STREAM
VALUES
  ('a', '2024-01-01 00:00:01.999', 1, 1), ('a', '2024-01-01 00:00:05.999', 2, 3), ('a', '2024-01-01 00:00:11.999', 1, 2),
  ('b', '2024-01-01 00:00:03.999', 1, 1), ('b', '2024-01-01 00:00:13.999', 1, 1);

ASSERT ROWS
SELECT k, window_time, COUNT(*), SUM(n)
FROM SLIDE(TABLE (
    SELECT k, window_time AS ended, COUNT(*) AS n FROM TUMBLE(TABLE s, DESCRIPTOR(ts), INTERVAL '2' SECOND)
    GROUP BY k, window_start, window_end, window_time HAVING COUNT(*) < 3) PARTITION BY k, DESCRIPTOR(ended), INTERVAL '5' SECOND)
GROUP BY k, window_time
LATE ROWS CORRECT WITHIN INTERVAL '6' SECOND
VALUES
  ('a', '2024-01-01 00:00:01.999', 1, 1), ('a', '2024-01-01 00:00:11.999', 1, 2),
  ('b', '2024-01-01 00:00:03.999', 1, 2), ('b', '2024-01-01 00:00:05.999', 2, 3), ('b', '2024-01-01 00:00:13.999', 1, 1);
