-- Day-wide windows over TIMESTAMP_LTZ are cut in the session's zone, through daylight saving.

SET time_zone = 'Europe/Berlin';

CREATE STREAM calls (id INT, at TIMESTAMP_LTZ(3), WATERMARK FOR at AS at - INTERVAL '1' MINUTE);
INSERT INTO calls VALUES
  (1, TIMESTAMP_LTZ '2024-03-30 23:30:00'), (2, TIMESTAMP_LTZ '2024-03-31 01:59:59'),
  (3, TIMESTAMP_LTZ '2024-03-31 03:00:00'), (4, TIMESTAMP_LTZ '2024-03-31T22:30:00Z');

-- The day on which the clocks go forward has 23 hours.
ASSERT ROWS
SELECT window_start, window_end, COUNT(*) FROM TUMBLE(TABLE calls, DESCRIPTOR(at), INTERVAL '1' DAY)
GROUP BY window_start, window_end
VALUES
  (TIMESTAMP_LTZ '2024-03-30 00:00:00', TIMESTAMP_LTZ '2024-03-31 00:00:00', 1),
  (TIMESTAMP_LTZ '2024-03-31 00:00:00', TIMESTAMP_LTZ '2024-04-01 00:00:00', 2),
  (TIMESTAMP_LTZ '2024-04-01 00:00:00', TIMESTAMP_LTZ '2024-04-02 00:00:00', 1);
