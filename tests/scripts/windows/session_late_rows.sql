-- A row behind the watermark joins the sessions that are still open. What it joins decides: alone it is
-- late iff its own session, the row and the gap, would have ended.

CREATE STREAM s (k VARCHAR, id INT, ts TIMESTAMP(3), WATERMARK FOR ts AS ts - INTERVAL '2' SECOND);
START visits AS
SELECT k, window_start, window_end, COUNT(*) AS n
FROM SESSION(TABLE s PARTITION BY k, DESCRIPTOR(ts), INTERVAL '5' SECOND) GROUP BY k, window_start, window_end;

INSERT INTO s VALUES
  ('a', 1, '2024-01-01 00:00:01'),
  ('b', 2, '2024-01-01 00:00:09'),   -- the watermark comes to 7: a's session [1, 6) is complete
  ('a', 3, '2024-01-01 00:00:03'),   -- in time, for [3, 8) has not ended; but [1, 6) is not there to join
  ('b', 4, '2024-01-01 00:00:04.5'), -- behind, and joins b's session, which now begins earlier
  ('c', 5, '2024-01-01 00:00:02'),   -- late: [2, 7) has ended, and c has no session
  ('b', 6, '2024-01-01 00:00:20'),   -- the watermark comes to 18
  ('b', 7, '2024-01-01 00:00:16'),   -- joins [20, 25), which begins less than 5 s later
  ('b', 8, '2024-01-01 00:00:11.5'), -- joins it too, through the last row; alone it would be late
  ('b', 9, '2024-01-01 00:00:06.5'); -- late: it is 5 s before, and 9 and 4.5 are of a closed session

ASSERT ROWS
SELECT k, window_start, window_end, COUNT(*), SUM(id)
FROM SESSION(TABLE s PARTITION BY k, DESCRIPTOR(ts), INTERVAL '5' SECOND) GROUP BY k, window_start, window_end
VALUES
  ('a', '2024-01-01 00:00:01', '2024-01-01 00:00:06', 1, 1),
  ('a', '2024-01-01 00:00:03', '2024-01-01 00:00:08', 1, 3),
  ('b', '2024-01-01 00:00:04.5', '2024-01-01 00:00:14', 2, 6),
  ('b', '2024-01-01 00:00:11.5', '2024-01-01 00:00:25', 3, 21);

-- Late rows are kept with the session that they would have been alone.
ASSERT ROWS
SELECT event_time, watermark, JSON_VALUE(row, '$.window_end') FROM late.visits
VALUES
  ('2024-01-01 00:00:02', '2024-01-01 00:00:07', '2024-01-01 00:00:07'),
  ('2024-01-01 00:00:06.5', '2024-01-01 00:00:18', '2024-01-01 00:00:11.500000');

-- The rows of sessions are refused alike.
ASSERT ROWS
SELECT id, window_start, window_time FROM SESSION(TABLE s PARTITION BY k, DESCRIPTOR(ts), INTERVAL '5' SECOND)
VALUES
  (1, '2024-01-01 00:00:01', '2024-01-01 00:00:05.999'), (3, '2024-01-01 00:00:03', '2024-01-01 00:00:07.999'),
  (4, '2024-01-01 00:00:04.5', '2024-01-01 00:00:13.999'), (2, '2024-01-01 00:00:04.5', '2024-01-01 00:00:13.999'),
  (8, '2024-01-01 00:00:11.5', '2024-01-01 00:00:24.999'), (7, '2024-01-01 00:00:11.5', '2024-01-01 00:00:24.999'),
  (6, '2024-01-01 00:00:11.5', '2024-01-01 00:00:24.999');
