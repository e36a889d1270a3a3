-- Windows whose lengths have more digits than the time column: their bounds have as many.

CREATE STREAM s (k VARCHAR, v INT, ts TIMESTAMP(0), WATERMARK FOR ts AS ts - INTERVAL '2' SECOND);
INSERT INTO s VALUES
  ('a', 1, '2026-01-01 00:00:03'), ('a', 2, '2026-01-01 00:00:05'), ('b', 4, '2026-01-01 00:00:04'),
  ('b', 8, '2026-01-01 00:00:06'), ('a', 16, '2026-01-01 00:00:06'), ('a', 32, '2026-01-01 00:00:03');   -- the last one is late

ASSERT ROWS
SELECT window_start, window_end, window_time, SUM(v) FROM TUMBLE(TABLE s, DESCRIPTOR(ts), INTERVAL '1.5' SECOND)
GROUP BY window_start, window_end, window_time
VALUES
  ('2026-01-01 00:00:03.0', '2026-01-01 00:00:04.5', '2026-01-01 00:00:04.4', 37),
  ('2026-01-01 00:00:04.5', '2026-01-01 00:00:06.0', '2026-01-01 00:00:05.9', 2),
  ('2026-01-01 00:00:06.0', '2026-01-01 00:00:07.5', '2026-01-01 00:00:07.4', 24);

ASSERT ROWS
SELECT window_start, window_end, window_time, SUM(v) FROM TUMBLE(TABLE s, DESCRIPTOR(ts), INTERVAL '2' SECOND, INTERVAL '0.25' SECOND)
GROUP BY window_start, window_end, window_time
VALUES
  ('2026-01-01 00:00:02.25', '2026-01-01 00:00:04.25', '2026-01-01 00:00:04.24', 37),
  ('2026-01-01 00:00:04.25', '2026-01-01 00:00:06.25', '2026-01-01 00:00:06.24', 26);

ASSERT ROWS
SELECT window_start, window_end, window_time, SUM(v) FROM HOP(TABLE s, DESCRIPTOR(ts), INTERVAL '0.5' SECOND, INTERVAL '1' SECOND)
WHERE k = 'b' GROUP BY window_start, window_end, window_time
VALUES
  ('2026-01-01 00:00:03.5', '2026-01-01 00:00:04.5', '2026-01-01 00:00:04.4', 4),
  ('2026-01-01 00:00:04.0', '2026-01-01 00:00:05.0', '2026-01-01 00:00:04.9', 4),
  ('2026-01-01 00:00:05.5', '2026-01-01 00:00:06.5', '2026-01-01 00:00:06.4', 8),
  ('2026-01-01 00:00:06.0', '2026-01-01 00:00:07.0', '2026-01-01 00:00:06.9', 8);

ASSERT ROWS
SELECT window_start, window_end, window_time, SUM(v) FROM CUMULATE(TABLE s, DESCRIPTOR(ts), INTERVAL '0.5' SECOND, INTERVAL '1.5' SECOND)
WHERE v = 2 GROUP BY window_start, window_end, window_time
VALUES
  ('2026-01-01 00:00:04.5', '2026-01-01 00:00:05.5', '2026-01-01 00:00:05.4', 2),
  ('2026-01-01 00:00:04.5', '2026-01-01 00:00:06.0', '2026-01-01 00:00:05.9', 2);

ASSERT ROWS
SELECT k, window_start, window_end, window_time, SUM(v) FROM SESSION(TABLE s PARTITION BY (k), DESCRIPTOR(ts), INTERVAL '1.5' SECOND)
GROUP BY k, window_start, window_end, window_time
VALUES
  ('a', '2026-01-01 00:00:03', '2026-01-01 00:00:04.5', '2026-01-01 00:00:04.4', 33),
  ('b', '2026-01-01 00:00:04', '2026-01-01 00:00:05.5', '2026-01-01 00:00:05.4', 4),
  ('a', '2026-01-01 00:00:05', '2026-01-01 00:00:07.5', '2026-01-01 00:00:07.4', 18),
  ('b', '2026-01-01 00:00:06', '2026-01-01 00:00:07.5', '2026-01-01 00:00:07.4', 8);

-- A window that slides begins and ends beside a time of the column.
ASSERT ROWS
SELECT k, window_start, window_end, SUM(v) FROM SLIDE(TABLE s PARTITION BY (k), DESCRIPTOR(ts), INTERVAL '1.5' SECOND)
WHERE v > 1 AND v < 32 GROUP BY k, window_start, window_end
VALUES
  ('a', '2026-01-01 00:00:04', '2026-01-01 00:00:06', 2), ('b', '2026-01-01 00:00:03', '2026-01-01 00:00:05', 4),
  ('b', '2026-01-01 00:00:05', '2026-01-01 00:00:07', 8), ('a', '2026-01-01 00:00:05', '2026-01-01 00:00:07', 18);

-- Windows over such windows.
CREATE VIEW short AS
SELECT window_time AS at, SUM(v) AS v FROM TUMBLE(TABLE s, DESCRIPTOR(ts), INTERVAL '1.5' SECOND) GROUP BY window_start, window_end, window_time;

ASSERT ROWS
SELECT window_start, COUNT(*), SUM(v) FROM TUMBLE(TABLE short, DESCRIPTOR(at), INTERVAL '3' SECOND) GROUP BY window_start
VALUES ('2026-01-01 00:00:03', 2, 39), ('2026-01-01 00:00:06', 1, 24);
