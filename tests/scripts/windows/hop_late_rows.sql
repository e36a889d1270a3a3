-- A row lies in several windows of a HOP, and each of them takes or refuses it for itself: a row can be
-- late for the first ones and in time for the last ones.

CREATE STREAM s (id INT, ts TIMESTAMP(3), WATERMARK FOR ts AS ts - INTERVAL '2' SECOND);
START hops AS
SELECT window_start, window_end, COUNT(*) AS n, MIN(id) AS least
FROM HOP(TABLE s, DESCRIPTOR(ts), INTERVAL '5' SECOND, INTERVAL '10' SECOND) GROUP BY window_start, window_end;

INSERT INTO s VALUES
  (9, '2024-01-01 00:00:01'),
  (8, '2024-01-01 00:00:08'),
  (7, '2024-01-01 00:00:12'),   -- the watermark comes to 10: [0, 10) is complete
  (1, '2024-01-01 00:00:09'),   -- late for [0, 10), in time for [5, 15)
  (2, '2024-01-01 00:00:04'),   -- late for both
  (6, '2024-01-01 00:00:17'),   -- the watermark comes to 15: [5, 15) is complete
  (3, '2024-01-01 00:00:13'),   -- late for [5, 15), in time for [10, 20)
  (4, '2024-01-01 00:00:15');   -- behind no end

ASSERT ROWS
SELECT window_start, window_end, COUNT(*), MIN(id)
FROM HOP(TABLE s, DESCRIPTOR(ts), INTERVAL '5' SECOND, INTERVAL '10' SECOND) GROUP BY window_start, window_end
VALUES
  ('2023-12-31 23:59:55', '2024-01-01 00:00:05', 1, 9),
  ('2024-01-01 00:00:00', '2024-01-01 00:00:10', 2, 8),
  ('2024-01-01 00:00:05', '2024-01-01 00:00:15', 3, 1),
  ('2024-01-01 00:00:10', '2024-01-01 00:00:20', 4, 3),
  ('2024-01-01 00:00:15', '2024-01-01 00:00:25', 2, 4);

-- It is counted as late once for each window that refuses it, and kept with that window's bounds.
ASSERT ROWS
SELECT event_time, watermark, JSON_VALUE(row, '$.window_start'), JSON_VALUE(row, '$.window_end') FROM late.hops
VALUES
  ('2024-01-01 00:00:09', '2024-01-01 00:00:10', '2024-01-01 00:00:00', '2024-01-01 00:00:10'),
  ('2024-01-01 00:00:04', '2024-01-01 00:00:10', '2023-12-31 23:59:55', '2024-01-01 00:00:05'),
  ('2024-01-01 00:00:04', '2024-01-01 00:00:10', '2024-01-01 00:00:00', '2024-01-01 00:00:10'),
  ('2024-01-01 00:00:13', '2024-01-01 00:00:15', '2024-01-01 00:00:05', '2024-01-01 00:00:15');

-- The same said as changes, where nothing is shared among the windows.
ASSERT ROWS
SELECT window_start, window_end, COUNT(*), MIN(id)
FROM HOP(TABLE s, DESCRIPTOR(ts), INTERVAL '5' SECOND, INTERVAL '10' SECOND) GROUP BY window_start, window_end
EMIT STREAM
VALUES
  ('2023-12-31 23:59:55', '2024-01-01 00:00:05', 1, 9),
  ('2024-01-01 00:00:00', '2024-01-01 00:00:10', 2, 8),
  ('2024-01-01 00:00:05', '2024-01-01 00:00:15', 3, 1),
  ('2024-01-01 00:00:10', '2024-01-01 00:00:20', 4, 3),
  ('2024-01-01 00:00:15', '2024-01-01 00:00:25', 2, 4);

-- Without an aggregate no row is late.
ASSERT ROWS
SELECT id, window_start FROM HOP(TABLE s, DESCRIPTOR(ts), INTERVAL '5' SECOND, INTERVAL '10' SECOND) WHERE id IN (2, 3)
VALUES
  (2, '2023-12-31 23:59:55'), (2, '2024-01-01 00:00:00'), (3, '2024-01-01 00:00:05'), (3, '2024-01-01 00:00:10');

-- Windows that are corrected take what is not later than the bound, each for itself.
ASSERT ROWS
SELECT window_start, window_end, COUNT(*), MIN(id)
FROM HOP(TABLE s, DESCRIPTOR(ts), INTERVAL '5' SECOND, INTERVAL '10' SECOND) GROUP BY window_start, window_end
LATE ROWS CORRECT WITHIN INTERVAL '3' SECOND
VALUES
  ('2023-12-31 23:59:55', '2024-01-01 00:00:05', 1, 9),
  ('2024-01-01 00:00:00', '2024-01-01 00:00:10', 4, 1),
  ('2024-01-01 00:00:05', '2024-01-01 00:00:15', 4, 1),
  ('2024-01-01 00:00:10', '2024-01-01 00:00:20', 4, 3),
  ('2024-01-01 00:00:15', '2024-01-01 00:00:25', 2, 4);
