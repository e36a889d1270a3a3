-- SLIDE under aggregates that can follow their windows: what one window holds follows from the one before it, so
-- each row is added once and taken away once. EXPLAIN says "in frames that slide".

CREATE STREAM readings (
  device VARCHAR, value INT, level DECIMAL(30, 2), rate DOUBLE, ok BOOLEAN, ts TIMESTAMP(3),
  WATERMARK FOR ts AS ts - INTERVAL '2' SECOND PER (device)
);
START trails AS
SELECT device, window_time, COUNT(*) AS n
FROM SLIDE(TABLE readings PARTITION BY (device), DESCRIPTOR(ts), INTERVAL '10' SECOND)
GROUP BY device, window_start, window_end, window_time;
START of_all AS
SELECT window_time, COUNT(*) AS n
FROM SLIDE(TABLE readings, DESCRIPTOR(ts), INTERVAL '10' SECOND) GROUP BY window_start, window_end, window_time;
INSERT INTO readings VALUES
  ('a', 1, 0.01, 1.5e0, TRUE, '2024-01-01 00:00:00'), ('b', 10, 1.00, 0e0, FALSE, '2024-01-01 00:00:00.500'),
  ('a', 7, 99999999999999999999.99, 2.5e0, TRUE, '2024-01-01 00:00:04'), ('a', NULL, NULL, NULL, NULL, '2024-01-01 00:00:04'),
  ('a', 3, 0.03, 1e300, FALSE, '2024-01-01 00:00:12.500'),
  -- Its own window is closed for device a, and so are those up to 10.500; the one at 12.500 has it.
  ('a', 5, 0.05, -1e300, TRUE, '2024-01-01 00:00:03'),
  -- For device b it is in time, and its window does not wait for the one before.
  ('b', 20, 2.00, 4e0, TRUE, '2024-01-01 00:00:03'),
  ('a', 2, NULL, 0.25e0, TRUE, '2024-01-01 00:00:14'), ('a', 4, 0.04, 0.5e0, NULL, '2024-01-01 00:00:22.500'),
  -- Too late for all windows but one that has no row.
  ('a', 6, 0.06, 3e0, TRUE, '2024-01-01 00:00:11');

-- plan before share_slices:
-- Project device, window_time, $0 AS count, $1 AS sum
--   Aggregate COUNT(*), SUM(value) by device, window_start, window_end, window_time per window (Slide 10 s on ts by device), said when complete
--     Project device, window_start, window_end, window_time, value
--       Slide 10 s on ts by device
--         Scan readings (inserts, 3 of 6 columns)
-- plan after share_slices:
-- Project device, window_time, $0 AS count, $1 AS sum
--   Aggregate COUNT(*), SUM(value) by device, window_start, window_end, window_time per window (Slide 10 s on ts by device), said when complete
--     Project device, window_start, window_end, window_time, value
--       Slide 10 s on ts by device, in frames that slide
--         Scan readings (inserts, 3 of 6 columns)
ASSERT ROWS
SELECT device, window_time, COUNT(*), SUM(value)
FROM SLIDE(TABLE readings PARTITION BY (device), DESCRIPTOR(ts), INTERVAL '10' SECOND)
GROUP BY device, window_start, window_end, window_time
VALUES
  ('a', '2024-01-01 00:00:00', 1, 1), ('b', '2024-01-01 00:00:00.500', 1, 10), ('b', '2024-01-01 00:00:03', 2, 30),
  ('a', '2024-01-01 00:00:04', 3, 8), ('a', '2024-01-01 00:00:12.500', 4, 15), ('a', '2024-01-01 00:00:14', 2, 5),
  ('a', '2024-01-01 00:00:22.500', 2, 6);

-- Every such aggregate has the late row in the windows that are open.
ASSERT ROWS
SELECT device, window_time, COUNT(*), COUNT(value), MIN(value), MAX(value), AVG(value)
FROM SLIDE(TABLE readings PARTITION BY (device), DESCRIPTOR(ts), INTERVAL '10' SECOND)
GROUP BY device, window_start, window_end, window_time
VALUES
  ('a', '2024-01-01 00:00:00', 1, 1, 1, 1, 1e0), ('b', '2024-01-01 00:00:00.500', 1, 1, 10, 10, 10e0),
  ('b', '2024-01-01 00:00:03', 2, 2, 10, 20, 15e0), ('a', '2024-01-01 00:00:04', 3, 2, 1, 7, 4e0),
  ('a', '2024-01-01 00:00:12.500', 4, 3, 3, 7, 5e0), ('a', '2024-01-01 00:00:14', 2, 2, 2, 3, 2.5e0),
  ('a', '2024-01-01 00:00:22.500', 2, 2, 2, 4, 3e0);

ASSERT ROWS
SELECT device, window_time, SUM(level), SUM(rate), MAX(rate), BOOL_AND(ok), COUNT(*) FILTER (WHERE ok)
FROM SLIDE(TABLE readings PARTITION BY (device), DESCRIPTOR(ts), INTERVAL '10' SECOND)
GROUP BY device, window_start, window_end, window_time
VALUES
  ('a', '2024-01-01 00:00:00', 0.01, 1.5e0, 1.5e0, TRUE, 1),
  ('b', '2024-01-01 00:00:00.500', 1.00, 0e0, 0e0, FALSE, 0),
  ('b', '2024-01-01 00:00:03', 3.00, 4e0, 4e0, FALSE, 1),
  ('a', '2024-01-01 00:00:04', 100000000000000000000.00, 4e0, 2.5e0, TRUE, 2),
  ('a', '2024-01-01 00:00:12.500', 100000000000000000000.07, 2.5e0, 1e300, FALSE, 2),
  ('a', '2024-01-01 00:00:14', 0.03, 1e300, 1e300, FALSE, 1),
  ('a', '2024-01-01 00:00:22.500', 0.04, 0.75e0, 0.5e0, TRUE, 1);

-- Values in order, and how many different ones there are, follow the windows too.
ASSERT ROWS
SELECT device, window_time, MEDIAN(value), COUNT(DISTINCT value), PERCENTILE_DISC(0.9) WITHIN GROUP (ORDER BY value)
FROM SLIDE(TABLE readings PARTITION BY (device), DESCRIPTOR(ts), INTERVAL '10' SECOND)
GROUP BY device, window_start, window_end, window_time
VALUES
  ('a', '2024-01-01 00:00:00', 1e0, 1, 1), ('b', '2024-01-01 00:00:00.500', 10e0, 1, 10),
  ('b', '2024-01-01 00:00:03', 15e0, 2, 20), ('a', '2024-01-01 00:00:04', 4e0, 2, 7),
  ('a', '2024-01-01 00:00:12.500', 5e0, 3, 7), ('a', '2024-01-01 00:00:14', 2.5e0, 2, 3),
  ('a', '2024-01-01 00:00:22.500', 3e0, 2, 4);

-- The same windows, with an aggregate that needs all their rows, are put together row by row.
ASSERT ROWS
SELECT device, window_time, COUNT(*), SUM(value), ARRAY_AGG(value)
FROM SLIDE(TABLE readings PARTITION BY (device), DESCRIPTOR(ts), INTERVAL '10' SECOND)
GROUP BY device, window_start, window_end, window_time
VALUES
  ('a', '2024-01-01 00:00:00', 1, 1, ARRAY[1]), ('b', '2024-01-01 00:00:00.500', 1, 10, ARRAY[10]),
  ('b', '2024-01-01 00:00:03', 2, 30, ARRAY[10, 20]), ('a', '2024-01-01 00:00:04', 3, 8, ARRAY[1, 7, NULL]),
  ('a', '2024-01-01 00:00:12.500', 4, 15, ARRAY[5, 7, NULL, 3]), ('a', '2024-01-01 00:00:14', 2, 5, ARRAY[3, 2]),
  ('a', '2024-01-01 00:00:22.500', 2, 6, ARRAY[2, 4]);

-- Without a partition all rows have the same windows, and each is late by its own watermark.
ASSERT ROWS
SELECT window_time, COUNT(*), SUM(value) FROM SLIDE(TABLE readings, DESCRIPTOR(ts), INTERVAL '10' SECOND)
GROUP BY window_start, window_end, window_time
VALUES
  ('2024-01-01 00:00:00', 1, 1), ('2024-01-01 00:00:00.500', 2, 11), ('2024-01-01 00:00:03', 3, 31),
  ('2024-01-01 00:00:04', 5, 38), ('2024-01-01 00:00:12.500', 5, 35), ('2024-01-01 00:00:14', 2, 5),
  ('2024-01-01 00:00:22.500', 2, 6);

ASSERT ROWS
SELECT window_time, COUNT(*), SUM(value), ARRAY_AGG(value)
FROM SLIDE(TABLE readings, DESCRIPTOR(ts), INTERVAL '10' SECOND)
GROUP BY window_start, window_end, window_time
VALUES
  ('2024-01-01 00:00:00', 1, 1, ARRAY[1]), ('2024-01-01 00:00:00.500', 2, 11, ARRAY[1, 10]),
  ('2024-01-01 00:00:03', 3, 31, ARRAY[1, 10, 20]), ('2024-01-01 00:00:04', 5, 38, ARRAY[1, 10, 20, 7, NULL]),
  ('2024-01-01 00:00:12.500', 5, 35, ARRAY[5, 20, 7, NULL, 3]), ('2024-01-01 00:00:14', 2, 5, ARRAY[3, 2]),
  ('2024-01-01 00:00:22.500', 2, 6, ARRAY[2, 4]);

-- Without an aggregate: which windows there are.
ASSERT ROWS
SELECT device, window_start, window_end
FROM SLIDE(TABLE readings PARTITION BY (device), DESCRIPTOR(ts), INTERVAL '10' SECOND)
GROUP BY device, window_start, window_end
VALUES
  ('a', '2023-12-31 23:59:50.001', '2024-01-01 00:00:00.001'),
  ('b', '2023-12-31 23:59:50.501', '2024-01-01 00:00:00.501'),
  ('b', '2023-12-31 23:59:53.001', '2024-01-01 00:00:03.001'),
  ('a', '2023-12-31 23:59:54.001', '2024-01-01 00:00:04.001'),
  ('a', '2024-01-01 00:00:02.501', '2024-01-01 00:00:12.501'),
  ('a', '2024-01-01 00:00:04.001', '2024-01-01 00:00:14.001'),
  ('a', '2024-01-01 00:00:12.501', '2024-01-01 00:00:22.501');

ASSERT ROWS SELECT event_time, watermark FROM late.trails
VALUES ('2024-01-01 00:00:03', '2024-01-01 00:00:10.500'), ('2024-01-01 00:00:11', '2024-01-01 00:00:20.500');
ASSERT ROWS SELECT event_time, watermark FROM late.of_all
VALUES ('2024-01-01 00:00:03', '2024-01-01 00:00:10.500'), ('2024-01-01 00:00:11', '2024-01-01 00:00:20.500');
