-- MARKED BY: a row that says "I will send nothing with a time before mine". It is not data, and what
-- comes after it and breaks the promise is late.

CREATE STREAM log (kind VARCHAR, v INT, ts TIMESTAMP(3),
  WATERMARK FOR ts AS ts - INTERVAL '1' HOUR MARKED BY kind = 'done');

START per_ten AS
SELECT window_start, COUNT(*) AS n FROM TUMBLE(TABLE log, DESCRIPTOR(ts), INTERVAL '10' SECOND) GROUP BY window_start;

INSERT INTO log VALUES
  ('row', 1, '2024-01-01 00:00:01'),
  ('row', 2, '2024-01-01 00:00:12'),
  ('done', NULL, '2024-01-01 00:00:10'),   -- [0, 10) is complete, an hour before the delay says so
  ('row', 4, '2024-01-01 00:00:09'),       -- breaks the promise
  ('row', 8, '2024-01-01 00:00:10'),       -- keeps it
  ('done', NULL, '2024-01-01 00:00:05'),   -- promises less than was promised
  (NULL, 16, '2024-01-01 00:00:11'),       -- a condition that is NULL does not hold
  ('row', 32, '2024-01-01 00:00:19');

ASSERT ROWS
SELECT window_start, COUNT(*), SUM(v) FROM TUMBLE(TABLE log, DESCRIPTOR(ts), INTERVAL '10' SECOND) GROUP BY window_start
VALUES ('2024-01-01 00:00:00', 1, 1), ('2024-01-01 00:00:10', 4, 58);

ASSERT ROWS
SELECT event_time, watermark FROM late.per_ten
VALUES ('2024-01-01 00:00:09', '2024-01-01 00:00:10');

-- Markers are no data for any query.
ASSERT ROWS
SELECT COUNT(*), COUNT(DISTINCT kind) FROM log
VALUES (6, 1);

ASSERT EMPTY
SELECT * FROM log WHERE kind = 'done';

-- With PER each producer promises for itself.
CREATE STREAM jobs (worker INT, v INT, ended BOOLEAN, ts TIMESTAMP(3),
  WATERMARK FOR ts AS ts - INTERVAL '1' SECOND MARKED BY ended PER worker);

START per_minute AS
SELECT window_start, COUNT(*) AS n FROM TUMBLE(TABLE jobs, DESCRIPTOR(ts), INTERVAL '1' MINUTE) GROUP BY window_start;

INSERT INTO jobs VALUES
  (1, 1, FALSE, '2024-01-01 00:00:10'),
  (2, 2, FALSE, '2024-01-01 00:00:20'),
  (1, 0, TRUE, '2024-01-01 00:05:00'),     -- 1 promises five minutes, 2 nothing
  (1, 4, FALSE, '2024-01-01 00:00:30'),    -- late
  (2, 8, FALSE, '2024-01-01 00:00:30'),    -- in time
  (2, 16, FALSE, '2024-01-01 00:01:05'),   -- the first minute is complete
  -- A marker on the last day of the calendar is for good: the producer takes part no more.
  (2, 0, TRUE, '9999-12-31 00:00:00'),
  (1, 32, FALSE, '2024-01-01 00:06:02'),
  (2, 64, FALSE, '2024-01-01 00:01:30'),   -- joins anew, at 00:06:01, and is late
  (2, 128, FALSE, '2024-01-01 00:06:40');

ASSERT ROWS
SELECT window_start, COUNT(*), SUM(v) FROM TUMBLE(TABLE jobs, DESCRIPTOR(ts), INTERVAL '1' MINUTE) GROUP BY window_start
VALUES ('2024-01-01 00:00:00', 3, 11), ('2024-01-01 00:01:00', 1, 16), ('2024-01-01 00:06:00', 2, 160);

ASSERT ROWS
SELECT event_time, watermark FROM late.per_minute
VALUES
  ('2024-01-01 00:00:30', '2024-01-01 00:05:00'),
  ('2024-01-01 00:01:30', '2024-01-01 00:06:01');

-- error: MARKED BY must say the same of a row whenever it is asked
--   WATERMARK FOR ts MARKED BY RANDOM() < 0.5);
--                              ^^^^^^^^^^^^^^
-- hint: read columns of the row only, not the clock or chance
CREATE STREAM wrong (ts TIMESTAMP(3),
  WATERMARK FOR ts MARKED BY RANDOM() < 0.5);
