-- LATE ROWS CORRECT WITHIN: a window that was said is kept for a while, and what comes for it meanwhile
-- takes back what was said and says it anew.

CREATE STREAM s (k VARCHAR, v INT, ts TIMESTAMP(3), WATERMARK FOR ts AS ts - INTERVAL '2' SECOND);

START per_ten AS
SELECT window_start, COUNT(*) AS n FROM TUMBLE(TABLE s, DESCRIPTOR(ts), INTERVAL '10' SECOND) GROUP BY window_start
LATE ROWS CORRECT WITHIN INTERVAL '5' SECOND;

INSERT INTO s VALUES
  ('a', 1, '2024-01-01 00:00:05'),
  ('a', 2, '2024-01-01 00:00:12'),       -- the watermark comes to 10: [0, 10) is said
  ('a', 4, '2024-01-01 00:00:09'),       -- and corrected
  ('b', 8, '2024-01-01 00:00:01'),       -- a group that was not there yet
  ('a', 16, '2024-01-01 00:00:16.999'),  -- the watermark comes to 14.999
  ('b', 32, '2024-01-01 00:00:02'),      -- in time for a correction
  ('a', 64, '2024-01-01 00:00:17'),      -- the watermark comes to 15: [0, 10) is final
  ('a', 128, '2024-01-01 00:00:09');     -- too late

ASSERT ROWS
SELECT window_start, k, COUNT(*), SUM(v) FROM TUMBLE(TABLE s, DESCRIPTOR(ts), INTERVAL '10' SECOND) GROUP BY window_start, k
LATE ROWS CORRECT WITHIN INTERVAL '5' SECOND
VALUES
  ('2024-01-01 00:00:00', 'a', 2, 5),
  ('2024-01-01 00:00:00', 'b', 2, 40),
  ('2024-01-01 00:00:10', 'a', 3, 82);

ASSERT ROWS
SELECT event_time, watermark FROM late.per_ten
VALUES ('2024-01-01 00:00:09', '2024-01-01 00:00:15');

-- Windows of the results wait for their corrections: the watermark there is 5 seconds behind.
ASSERT ROWS
SELECT window_start, SUM(n), MAX(n)
FROM TUMBLE(TABLE (
    SELECT window_time AS ended, k, COUNT(*) AS n
    FROM TUMBLE(TABLE s, DESCRIPTOR(ts), INTERVAL '10' SECOND) GROUP BY window_start, window_end, window_time, k),
  DESCRIPTOR(ended), INTERVAL '20' SECOND)
GROUP BY window_start
LATE ROWS CORRECT WITHIN INTERVAL '5' SECOND
VALUES ('2024-01-01 00:00:00', 7, 3);

-- What is said as changes is corrected anyway; the windows are only kept longer.
ASSERT ROWS
SELECT window_start, MAX(v) FROM TUMBLE(TABLE s, DESCRIPTOR(ts), INTERVAL '10' SECOND) GROUP BY window_start
EMIT STREAM LATE ROWS CORRECT WITHIN INTERVAL '1' MINUTE
VALUES ('2024-01-01 00:00:00', 128), ('2024-01-01 00:00:10', 64);

-- DISTINCT only ever adds rows.
ASSERT ROWS
SELECT DISTINCT window_start, window_end, k FROM TUMBLE(TABLE s, DESCRIPTOR(ts), INTERVAL '10' SECOND)
LATE ROWS CORRECT WITHIN INTERVAL '5' SECOND
VALUES
  ('2024-01-01 00:00:00', '2024-01-01 00:00:10', 'a'),
  ('2024-01-01 00:00:00', '2024-01-01 00:00:10', 'b'),
  ('2024-01-01 00:00:10', '2024-01-01 00:00:20', 'a');

ASSERT ROWS
SELECT window_start, SUM(v) AS total FROM HOP(TABLE s, DESCRIPTOR(ts), INTERVAL '5' SECOND, INTERVAL '10' SECOND)
GROUP BY window_start HAVING SUM(v) > 16
LATE ROWS CORRECT WITHIN INTERVAL '5' SECOND
VALUES ('2024-01-01 00:00:00', 45), ('2024-01-01 00:00:05', 135), ('2024-01-01 00:00:10', 82), ('2024-01-01 00:00:15', 80);

-- error: no part of this query refuses late rows
-- LATE ROWS CORRECT WITHIN INTERVAL '5' SECOND;
-- ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^
-- hint: a GROUP BY of windows does: FROM TUMBLE(…) GROUP BY window_start, window_end
SELECT k, COUNT(*) FROM s GROUP BY k
LATE ROWS CORRECT WITHIN INTERVAL '5' SECOND;

-- error: CORRECT WITHIN takes a length of time, more than nothing
-- LATE ROWS CORRECT WITHIN INTERVAL '0' SECOND;
--                          ^^^^^^^^^^^^^^^^^^^
-- hint: write CORRECT WITHIN INTERVAL '10' SECOND
SELECT window_start, COUNT(*) FROM TUMBLE(TABLE s, DESCRIPTOR(ts), INTERVAL '10' SECOND) GROUP BY window_start
LATE ROWS CORRECT WITHIN INTERVAL '0' SECOND;
