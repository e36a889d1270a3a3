-- Windows on streams: over windows of time, under them, and one over another.

CREATE STREAM s (
  id INT, k VARCHAR, v INT, ts TIMESTAMP(3), WATERMARK FOR ts AS ts - INTERVAL '5' SECOND
);
INSERT INTO s VALUES
  (1, 'a', 1, '2026-01-01 00:00:01'), (2, 'b', 2, '2026-01-01 00:00:09'), (3, 'a', 3, '2026-01-01 00:00:08'),
  (4, 'a', 4, '2026-01-01 00:00:13'), (5, 'b', 5, '2026-01-01 00:00:22'), (6, 'a', 6, '2026-01-01 00:00:18'),
  (7, 'a', 7, '2026-01-01 00:00:31'), (8, 'b', 8, '2026-01-01 00:00:45');

-- Over the rows of windows: the end of a window orders them as time does.
ASSERT ROWS
SELECT k, window_end, SUM(v) AS total, SUM(v) - LAG(SUM(v)) OVER (PARTITION BY k ORDER BY window_end) AS step,
  AVG(SUM(v)) OVER (PARTITION BY k ORDER BY window_end RANGE INTERVAL '10' SECOND PRECEDING) AS smooth
FROM TUMBLE(TABLE s, DESCRIPTOR(ts), INTERVAL '10' SECOND)
GROUP BY k, window_start, window_end
VALUES
  ('a', '2026-01-01 00:00:10', 4, NULL, 4.0),
  ('b', '2026-01-01 00:00:10', 2, NULL, 2.0),
  ('a', '2026-01-01 00:00:20', 10, 6, 7.0),
  ('b', '2026-01-01 00:00:30', 5, 3, 5.0),
  ('a', '2026-01-01 00:00:40', 7, -3, 7.0),
  ('b', '2026-01-01 00:00:50', 8, 3, 8.0);

-- The best key of each window.
ASSERT ROWS
SELECT window_start, k, SUM(v) FROM TUMBLE(TABLE s, DESCRIPTOR(ts), INTERVAL '10' SECOND)
GROUP BY k, window_start, window_end
QUALIFY ROW_NUMBER() OVER (PARTITION BY window_start ORDER BY window_end, SUM(v) DESC) = 1
VALUES
  ('2026-01-01 00:00:00', 'a', 4),
  ('2026-01-01 00:00:10', 'a', 10),
  ('2026-01-01 00:00:20', 'b', 5),
  ('2026-01-01 00:00:30', 'a', 7),
  ('2026-01-01 00:00:40', 'b', 8);

-- Windows of time over rows that have been said.
ASSERT ROWS
SELECT window_start, SUM(step)
FROM TUMBLE(TABLE (SELECT v - LAG(v) OVER (PARTITION BY k ORDER BY ts) AS step, ts FROM s), DESCRIPTOR(ts), INTERVAL '20' SECOND)
GROUP BY window_start, window_end
VALUES
  ('2026-01-01 00:00:00', 5),
  ('2026-01-01 00:00:20', 4),
  ('2026-01-01 00:00:40', 3);

-- One window over another, with other partitions.
ASSERT ROWS
SELECT id, n, SUM(n) OVER (ORDER BY ts ROWS 2 PRECEDING)
FROM (SELECT id, ts, ROW_NUMBER() OVER (PARTITION BY k ORDER BY ts) AS n FROM s)
VALUES
  (1, 1, 1),
  (3, 2, 3),
  (2, 1, 4),
  (4, 3, 6),
  (6, 4, 8),
  (5, 2, 9),
  (7, 5, 11),
  (8, 3, 10);

-- Two windows in one SELECT.
ASSERT ROWS
SELECT id, COUNT(*) OVER (PARTITION BY k ORDER BY ts), COUNT(*) OVER (ORDER BY ts RANGE INTERVAL '10' SECOND PRECEDING)
FROM s
VALUES
  (1, 1, 1),
  (3, 2, 2),
  (2, 1, 3),
  (4, 3, 3),
  (6, 4, 4),
  (5, 2, 3),
  (7, 5, 2),
  (8, 3, 1);
