-- A window's result has an event time, window_time, so windows can be cut of it again.

CREATE STREAM requests (host VARCHAR, ms INT, ts TIMESTAMP(3), WATERMARK FOR ts AS ts - INTERVAL '10' SECOND);
INSERT INTO requests VALUES
  ('a', 10, '2024-01-01 00:00:05'), ('b', 30, '2024-01-01 00:00:50'), ('a', 20, '2024-01-01 00:01:05'),
  ('a', 50, '2024-01-01 00:00:59'), ('b', 70, '2024-01-01 00:04:30'), ('a', 1, '2024-01-01 00:05:00'),
  ('b', 2, '2024-01-01 00:04:55'), ('a', 3, '2024-01-01 00:21:00');

-- The worst minute of every five, by the number of requests.
ASSERT ROWS
SELECT window_start, MAX(n), SUM(total)
FROM TUMBLE(TABLE (
    SELECT window_time AS minute_end, COUNT(*) AS n, SUM(ms) AS total
    FROM TUMBLE(TABLE requests, DESCRIPTOR(ts), INTERVAL '1' MINUTE)
    GROUP BY window_start, window_end, window_time),
  DESCRIPTOR(minute_end), INTERVAL '5' MINUTE)
GROUP BY window_start
VALUES ('2024-01-01 00:00:00', 3, 182), ('2024-01-01 00:05:00', 1, 1), ('2024-01-01 00:20:00', 1, 3);

-- The bounds of the inner window stay with its rows: grouped by them again, it is the same window.
ASSERT ROWS
SELECT window_start, MAX(per_host)
FROM (SELECT window_start, window_end, host, SUM(ms) AS per_host
      FROM TUMBLE(TABLE requests, DESCRIPTOR(ts), INTERVAL '5' MINUTE)
      GROUP BY window_start, window_end, host)
GROUP BY window_start, window_end
VALUES ('2024-01-01 00:00:00', 102), ('2024-01-01 00:05:00', 1), ('2024-01-01 00:20:00', 3);

-- Without the window among the keys the results of windows are counted for ever.
ASSERT ROWS
SELECT host, COUNT(*), MAX(total)
FROM (SELECT window_start, host, SUM(ms) AS total FROM TUMBLE(TABLE requests, DESCRIPTOR(ts), INTERVAL '1' MINUTE)
      GROUP BY window_start, host)
GROUP BY host
VALUES ('a', 4, 60), ('b', 2, 72);

-- error: window_start is not the event time
--   DESCRIPTOR(window_start), INTERVAL '5' MINUTE);
--              ^^^^^^^^^^^^
-- hint: select the event-time column in the inner query, unchanged
SELECT * FROM TUMBLE(TABLE (SELECT window_start, COUNT(*) AS n FROM TUMBLE(TABLE requests, DESCRIPTOR(ts), INTERVAL '1' MINUTE) GROUP BY window_start),
  DESCRIPTOR(window_start), INTERVAL '5' MINUTE);
