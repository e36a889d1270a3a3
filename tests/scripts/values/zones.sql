-- TIMESTAMP_LTZ: the session's zone decides how an instant is read and shown.

SET time_zone = 'Europe/Berlin';

CREATE STREAM calls (id INT, at TIMESTAMP_LTZ(3), WATERMARK FOR at AS at - INTERVAL '1' MINUTE);
INSERT INTO calls VALUES
  (1, TIMESTAMP_LTZ '2024-03-30 23:30:00'), (2, TIMESTAMP_LTZ '2024-03-31 01:59:59'),
  (3, TIMESTAMP_LTZ '2024-03-31 03:00:00'), (4, TIMESTAMP_LTZ '2024-03-31T01:30:00Z');

-- At 02:00 the clocks go forward, so that 01:59:59 and 03:00:00 are one second apart.
ASSERT ROWS
SELECT id, EXTRACT(HOUR FROM at), at >= TIMESTAMP_LTZ '2024-03-31 03:00:00' FROM calls
VALUES (1, 23, FALSE), (2, 1, FALSE), (3, 3, TRUE), (4, 3, TRUE);

ASSERT ROWS
SELECT a.at - TIMESTAMP_LTZ '2024-03-31 01:59:59' FROM calls a WHERE id = 3
VALUES (INTERVAL '1' SECOND);

ASSERT ROWS
SELECT id, CAST(at AS DATE) FROM calls
VALUES (1, '2024-03-30'), (2, '2024-03-31'), (3, '2024-03-31'), (4, '2024-03-31');

ASSERT ROWS
SELECT window_start, COUNT(*) FROM TUMBLE(TABLE calls, DESCRIPTOR(at), INTERVAL '1' HOUR) GROUP BY window_start
VALUES (TIMESTAMP_LTZ '2024-03-30 23:00:00', 1), (TIMESTAMP_LTZ '2024-03-31 01:00:00', 1), (TIMESTAMP_LTZ '2024-03-31 03:00:00', 2);

-- Day-wide windows are cut in the session's zone: the day of the change has 23 hours.
ASSERT ROWS
SELECT window_start, window_end, COUNT(*) FROM TUMBLE(TABLE calls, DESCRIPTOR(at), INTERVAL '1' DAY) GROUP BY window_start, window_end
VALUES (TIMESTAMP_LTZ '2024-03-30 00:00:00', TIMESTAMP_LTZ '2024-03-31 00:00:00', 1),
       (TIMESTAMP_LTZ '2024-03-31 00:00:00', TIMESTAMP_LTZ '2024-04-01 00:00:00', 3);
