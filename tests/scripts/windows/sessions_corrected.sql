-- LATE ROWS CORRECT WITHIN: sessions are kept for a while after they were said. A late row may extend one
-- that was said, or make one of two; then they are taken back, and what has become of them is said.

CREATE STREAM s (k VARCHAR, v INT, ts TIMESTAMP(3), WATERMARK FOR ts AS ts - INTERVAL '2' SECOND);
START visits AS
SELECT k, window_start, window_end, COUNT(*) AS n
FROM SESSION(TABLE s PARTITION BY k, DESCRIPTOR(ts), INTERVAL '5' SECOND) GROUP BY k, window_start, window_end
LATE ROWS CORRECT WITHIN INTERVAL '10' SECOND;

INSERT INTO s VALUES
  ('a', 1, '2024-01-01 00:00:01'),
  ('a', 2, '2024-01-01 00:00:09'),
  ('b', 4, '2024-01-01 00:00:16'),       -- the watermark comes to 14: a's sessions [1, 6) and [9, 14) are said
  ('a', 8, '2024-01-01 00:00:05'),       -- and they are one: [1, 14)
  ('a', 16, '2024-01-01 00:00:12'),      -- which goes on to 17 and is open again
  ('c', 32, '2024-01-01 00:00:07'),      -- c's session has ended, and is said at once
  ('b', 64, '2024-01-01 00:00:20'),      -- the watermark comes to 18: [1, 17) is said
  ('c', 128, '2024-01-01 00:00:11.9'),   -- c's session is extended once more
  ('b', 256, '2024-01-01 00:00:29'),     -- the watermark comes to 27: a's sessions are final
  ('a', 512, '2024-01-01 00:00:11'),     -- too late: [11, 16) could be corrected until 26, and [1, 17) until 27
  ('a', 1024, '2024-01-01 00:00:13');    -- in time, for [13, 18) is kept until 28: a session of its own

ASSERT ROWS
SELECT k, window_start, window_end, COUNT(*), SUM(v), LAST_VALUE(v)
FROM SESSION(TABLE s PARTITION BY k, DESCRIPTOR(ts), INTERVAL '5' SECOND) GROUP BY k, window_start, window_end
LATE ROWS CORRECT WITHIN INTERVAL '10' SECOND
VALUES
  ('a', '2024-01-01 00:00:01', '2024-01-01 00:00:17', 4, 27, 16),
  ('a', '2024-01-01 00:00:13', '2024-01-01 00:00:18', 1, 1024, 1024),
  ('b', '2024-01-01 00:00:16', '2024-01-01 00:00:25', 2, 68, 64),
  ('b', '2024-01-01 00:00:29', '2024-01-01 00:00:34', 1, 256, 256),
  ('c', '2024-01-01 00:00:07', '2024-01-01 00:00:16.9', 2, 160, 128);

ASSERT ROWS
SELECT event_time, watermark FROM late.visits
VALUES ('2024-01-01 00:00:11', '2024-01-01 00:00:27');

-- The rows of sessions are taken back and said anew in the same way.
ASSERT ROWS
SELECT v, window_start, window_end, window_time FROM SESSION(TABLE s PARTITION BY k, DESCRIPTOR(ts), INTERVAL '5' SECOND)
WHERE k <> 'a'
LATE ROWS CORRECT WITHIN INTERVAL '10' SECOND
VALUES
  (4, '2024-01-01 00:00:16', '2024-01-01 00:00:25', '2024-01-01 00:00:24.999'),
  (64, '2024-01-01 00:00:16', '2024-01-01 00:00:25', '2024-01-01 00:00:24.999'),
  (256, '2024-01-01 00:00:29', '2024-01-01 00:00:34', '2024-01-01 00:00:33.999'),
  (32, '2024-01-01 00:00:07', '2024-01-01 00:00:16.9', '2024-01-01 00:00:16.899'),
  (128, '2024-01-01 00:00:07', '2024-01-01 00:00:16.9', '2024-01-01 00:00:16.899');

-- A filter on the windows, or other keys, and the sessions are aggregated from their rows.
ASSERT ROWS
SELECT window_start, v > 50, COUNT(*), SUM(v)
FROM SESSION(TABLE s PARTITION BY k, DESCRIPTOR(ts), INTERVAL '5' SECOND)
WHERE window_end - window_start > INTERVAL '5' SECOND
GROUP BY k, window_start, v > 50
LATE ROWS CORRECT WITHIN INTERVAL '10' SECOND
VALUES
  ('2024-01-01 00:00:01', FALSE, 4, 27),
  ('2024-01-01 00:00:07', FALSE, 1, 32), ('2024-01-01 00:00:07', TRUE, 1, 128),
  ('2024-01-01 00:00:16', FALSE, 1, 4), ('2024-01-01 00:00:16', TRUE, 1, 64);

-- Windows of sessions wait for the corrections.
ASSERT ROWS
SELECT window_start, COUNT(*), SUM(n)
FROM TUMBLE(TABLE (
    SELECT k, window_time AS ended, COUNT(*) AS n
    FROM SESSION(TABLE s PARTITION BY k, DESCRIPTOR(ts), INTERVAL '5' SECOND)
    GROUP BY k, window_start, window_end, window_time), DESCRIPTOR(ended), INTERVAL '20' SECOND)
GROUP BY window_start
LATE ROWS CORRECT WITHIN INTERVAL '10' SECOND
VALUES ('2024-01-01 00:00:00', 3, 7), ('2024-01-01 00:00:20', 2, 3);

-- Sessions of windows that are corrected grow, shrink and fall apart with these.
ASSERT ROWS
SELECT k, window_start, window_end, SUM(n), MAX(total)
FROM SESSION(TABLE (
    SELECT k, window_time AS ended, COUNT(*) AS n, SUM(v) AS total
    FROM TUMBLE(TABLE s, DESCRIPTOR(ts), INTERVAL '2' SECOND)
    GROUP BY k, window_start, window_end, window_time HAVING SUM(v) < 100) PARTITION BY k, DESCRIPTOR(ended), INTERVAL '5' SECOND)
GROUP BY k, window_start, window_end
LATE ROWS CORRECT WITHIN INTERVAL '10' SECOND
VALUES
  ('a', '2024-01-01 00:00:01.999', '2024-01-01 00:00:18.999', 4, 16),
  ('b', '2024-01-01 00:00:17.999', '2024-01-01 00:00:26.999', 2, 64),
  ('c', '2024-01-01 00:00:07.999', '2024-01-01 00:00:12.999', 1, 32);

-- As changes, and corrected.
ASSERT ROWS
SELECT k, window_end, COUNT(*) FROM SESSION(TABLE s PARTITION BY k, DESCRIPTOR(ts), INTERVAL '5' SECOND) GROUP BY k, window_end
EMIT STREAM LATE ROWS CORRECT WITHIN INTERVAL '10' SECOND
VALUES
  ('a', '2024-01-01 00:00:17', 4), ('a', '2024-01-01 00:00:18', 1), ('b', '2024-01-01 00:00:25', 2),
  ('b', '2024-01-01 00:00:34', 1), ('c', '2024-01-01 00:00:16.9', 2);
