-- PER: one watermark per producer. A row is late only if it is behind its own producer's watermark, and
-- a window closes when the slowest producer has passed it.

CREATE STREAM readings (device VARCHAR, v INT, ts TIMESTAMP(3),
  WATERMARK FOR ts AS ts - INTERVAL '2' SECOND PER device);

START per_ten AS
SELECT window_start, COUNT(*) AS n FROM TUMBLE(TABLE readings, DESCRIPTOR(ts), INTERVAL '10' SECOND) GROUP BY window_start;

INSERT INTO readings VALUES
  ('a', 1, '2024-01-01 00:00:01'),
  ('b', 2, '2024-01-01 00:00:00'),     -- b joins at the watermark of the stream, 23:59:59
  ('a', 3, '2024-01-01 00:00:25'),     -- a is at 23; b still stands at 23:59:59
  ('b', 4, '2024-01-01 00:00:03'),     -- far behind a, and in time
  ('a', 5, '2024-01-01 00:00:08'),     -- behind a's own watermark, and its window is over for a
  ('b', 6, '2024-01-01 00:00:13'),     -- b is at 11: [0, 10) is complete
  ('c', 7, '2024-01-01 00:00:05'),     -- c joins at 11, and is late
  ('c', 8, '2024-01-01 00:00:14'),
  (NULL, 9, '2024-01-01 00:00:16');    -- NULL is a producer too

ASSERT ROWS
SELECT window_start, COUNT(*), SUM(v)
FROM TUMBLE(TABLE readings, DESCRIPTOR(ts), INTERVAL '10' SECOND) GROUP BY window_start
VALUES
  ('2024-01-01 00:00:00', 3, 7),
  ('2024-01-01 00:00:10', 3, 23),
  ('2024-01-01 00:00:20', 1, 3);

ASSERT ROWS
SELECT event_time, watermark FROM late.per_ten
VALUES
  ('2024-01-01 00:00:08', '2024-01-01 00:00:23'),
  ('2024-01-01 00:00:05', '2024-01-01 00:00:11');

-- A filter changes no watermark, although neither the producer nor the time is selected: what is late
-- is late whoever asks.
ASSERT ROWS
SELECT COUNT(*) FROM TUMBLE(TABLE (SELECT v, ts FROM readings WHERE v >= 4), DESCRIPTOR(ts), INTERVAL '10' SECOND)
GROUP BY window_start, window_end
VALUES (1), (3);

-- Several columns are one producer together; a column may be computed, and may be any type.
CREATE STREAM hops (site VARCHAR, rack INT, v INT, ts TIMESTAMP(3), room AS site || '/' || CAST(rack AS VARCHAR),
  WATERMARK FOR ts PER (room, rack));
INSERT INTO hops VALUES
  ('x', 1, 1, '1969-12-31 23:59:58'), ('x', 2, 2, '1969-12-31 23:59:58'), ('x', 1, 3, '1970-01-01 00:00:07'),
  ('x', 2, 4, '1969-12-31 23:59:59'), ('x', 1, 5, '1970-01-01 00:00:06'), ('x', 2, 6, '1970-01-01 00:00:07');

ASSERT ROWS
SELECT window_start, MAX(room), SUM(v) FROM TUMBLE(TABLE hops, DESCRIPTOR(ts), INTERVAL '1' SECOND) GROUP BY window_start
VALUES
  ('1969-12-31 23:59:58', 'x/2', 3),
  ('1969-12-31 23:59:59', 'x/2', 4),
  ('1970-01-01 00:00:07', 'x/2', 9);

-- error: there is no column called devcie
--   WATERMARK FOR ts PER devcie);
--                        ^^^^^^
-- hint: did you mean device?
CREATE STREAM wrong (device VARCHAR, ts TIMESTAMP(3),
  WATERMARK FOR ts PER devcie);

-- error: ts is the event time, and PER names what tells producers apart
--   WATERMARK FOR ts PER (device, ts));
--                                 ^^
-- hint: write PER device_id, or leave PER out
CREATE STREAM wrong (device VARCHAR, ts TIMESTAMP(3),
  WATERMARK FOR ts PER (device, ts));

-- error: IDLE AFTER takes a length of time, more than nothing
--   WATERMARK FOR ts IDLE AFTER INTERVAL '0' SECOND);
--                               ^^^^^^^^^^^^^^^^^^^
-- hint: write IDLE AFTER INTERVAL '10' SECOND
CREATE STREAM wrong (device VARCHAR, ts TIMESTAMP(3),
  WATERMARK FOR ts IDLE AFTER INTERVAL '0' SECOND);
