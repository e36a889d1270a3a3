-- HOP: windows of one size that begin every slide. A row lies in several, or in none.

CREATE STREAM bids (item VARCHAR, price INT, ts TIMESTAMP(3), WATERMARK FOR ts AS ts - INTERVAL '5' SECOND);
INSERT INTO bids VALUES
  ('a', 10, '2024-01-01 00:00:01'), ('b', 20, '2024-01-01 00:00:09.999'), ('a', 30, '2024-01-01 00:00:10'),
  ('a', 5, '2024-01-01 00:00:07'), ('b', NULL, '2024-01-01 00:00:12'), ('a', 40, '2024-01-01 00:00:31');

-- The slide comes before the size. Each row is said once for every window that it lies in.
ASSERT ROWS
SELECT item, price, window_start, window_end, window_time
FROM HOP(TABLE bids, DESCRIPTOR(ts), INTERVAL '5' SECOND, INTERVAL '10' SECOND)
WHERE price >= 20 AND price < 40
VALUES
  ('b', 20, '2024-01-01 00:00:00', '2024-01-01 00:00:10', '2024-01-01 00:00:09.999'),
  ('b', 20, '2024-01-01 00:00:05', '2024-01-01 00:00:15', '2024-01-01 00:00:14.999'),
  ('a', 30, '2024-01-01 00:00:05', '2024-01-01 00:00:15', '2024-01-01 00:00:14.999'),
  ('a', 30, '2024-01-01 00:00:10', '2024-01-01 00:00:20', '2024-01-01 00:00:19.999');

ASSERT ROWS
SELECT window_start, window_end, item, COUNT(*), SUM(price), MAX(price)
FROM TABLE(HOP(TABLE bids, DESCRIPTOR(ts), INTERVAL '5' SECOND, INTERVAL '10' SECOND))
GROUP BY window_start, window_end, item
VALUES
  ('2023-12-31 23:59:55', '2024-01-01 00:00:05', 'a', 1, 10, 10),
  ('2024-01-01 00:00:00', '2024-01-01 00:00:10', 'a', 2, 15, 10),
  ('2024-01-01 00:00:00', '2024-01-01 00:00:10', 'b', 1, 20, 20),
  ('2024-01-01 00:00:05', '2024-01-01 00:00:15', 'b', 2, 20, 20),
  ('2024-01-01 00:00:05', '2024-01-01 00:00:15', 'a', 2, 35, 30),
  ('2024-01-01 00:00:10', '2024-01-01 00:00:20', 'a', 1, 30, 30),
  ('2024-01-01 00:00:10', '2024-01-01 00:00:20', 'b', 1, NULL, NULL),
  ('2024-01-01 00:00:25', '2024-01-01 00:00:35', 'a', 1, 40, 40),
  ('2024-01-01 00:00:30', '2024-01-01 00:00:40', 'a', 1, 40, 40);

-- The size need not be a multiple of the slide: 00:06 + [0, 10) and 00:03 + [0, 10) have 00:10.
ASSERT ROWS
SELECT window_start, window_end, COUNT(*), SUM(price)
FROM HOP(TABLE bids, DESCRIPTOR(ts), INTERVAL '3' SECOND, INTERVAL '10' SECOND)
WHERE item = 'a' GROUP BY window_start, window_end
VALUES
  ('2023-12-31 23:59:54', '2024-01-01 00:00:04', 1, 10),
  ('2023-12-31 23:59:57', '2024-01-01 00:00:07', 1, 10),
  ('2024-01-01 00:00:00', '2024-01-01 00:00:10', 2, 15),
  ('2024-01-01 00:00:03', '2024-01-01 00:00:13', 2, 35),
  ('2024-01-01 00:00:06', '2024-01-01 00:00:16', 2, 35),
  ('2024-01-01 00:00:09', '2024-01-01 00:00:19', 1, 30),
  ('2024-01-01 00:00:24', '2024-01-01 00:00:34', 1, 40),
  ('2024-01-01 00:00:27', '2024-01-01 00:00:37', 1, 40),
  ('2024-01-01 00:00:30', '2024-01-01 00:00:40', 1, 40);

-- Where the slide is greater than the size, some rows are in no window.
ASSERT ROWS
SELECT window_start, window_end, COUNT(*)
FROM HOP(TABLE bids, DESCRIPTOR(ts), INTERVAL '10' SECOND, INTERVAL '5' SECOND)
GROUP BY window_start, window_end
VALUES
  ('2024-01-01 00:00:00', '2024-01-01 00:00:05', 1), ('2024-01-01 00:00:10', '2024-01-01 00:00:15', 2),
  ('2024-01-01 00:00:30', '2024-01-01 00:00:35', 1);

ASSERT ROWS
SELECT price FROM HOP(TABLE bids, DESCRIPTOR(ts), INTERVAL '10' SECOND, INTERVAL '5' SECOND)
VALUES (10), (30), (NULL), (40);

-- Arguments may be named. An offset moves the windows, by less or more than a slide, to either side.
ASSERT ROWS
SELECT window_start, COUNT(*)
FROM HOP(DATA => TABLE bids, TIMECOL => DESCRIPTOR(ts), SLIDE => INTERVAL '10' SECOND, SIZE => INTERVAL '20' SECOND,
         OFFSET => INTERVAL -'11' SECOND)
GROUP BY window_start
VALUES
  ('2023-12-31 23:59:49', 2), ('2023-12-31 23:59:59', 5), ('2024-01-01 00:00:09', 3),
  ('2024-01-01 00:00:19', 1), ('2024-01-01 00:00:29', 1);

-- Every aggregate is put together from the slices of a window.
ASSERT ROWS
SELECT window_end, COUNT(DISTINCT price), MIN(price), AVG(price), FIRST_VALUE(price), LAST_VALUE(price),
       ARRAY_AGG(item), COUNT(*) FILTER (WHERE price > 8)
FROM HOP(TABLE bids, DESCRIPTOR(ts), INTERVAL '10' SECOND, INTERVAL '20' SECOND) GROUP BY window_end
VALUES
  ('2024-01-01 00:00:10', 3, 5, 11.666666666666666e0, 10, 20, ARRAY['a', 'a', 'b'], 2),
  ('2024-01-01 00:00:20', 4, 5, 16.25e0, 10, NULL, ARRAY['a', 'a', 'b', 'a', 'b'], 3),
  ('2024-01-01 00:00:30', 1, 30, 30e0, 30, NULL, ARRAY['a', 'b'], 1),
  ('2024-01-01 00:00:40', 1, 40, 40e0, 40, 40, ARRAY['a'], 1),
  ('2024-01-01 00:00:50', 1, 40, 40e0, 40, 40, ARRAY['a'], 1);

ASSERT ROWS
SELECT DISTINCT window_start, window_end, item
FROM HOP(TABLE bids, DESCRIPTOR(ts), INTERVAL '20' SECOND, INTERVAL '40' SECOND)
VALUES
  ('2023-12-31 23:59:40', '2024-01-01 00:00:20', 'a'), ('2023-12-31 23:59:40', '2024-01-01 00:00:20', 'b'),
  ('2024-01-01 00:00:00', '2024-01-01 00:00:40', 'a'), ('2024-01-01 00:00:00', '2024-01-01 00:00:40', 'b'),
  ('2024-01-01 00:00:20', '2024-01-01 00:01:00', 'a');

-- The last instant of the window is a key like the bounds. HAVING sees whole windows.
ASSERT ROWS
SELECT window_time, SUM(price) FROM HOP(TABLE bids, DESCRIPTOR(ts), INTERVAL '10' SECOND, INTERVAL '20' SECOND)
GROUP BY window_time HAVING COUNT(*) > 2
VALUES ('2024-01-01 00:00:09.999', 35), ('2024-01-01 00:00:19.999', 65);

-- An expression over a bound has its value for each window.
ASSERT ROWS
SELECT window_start, window_end, MAX(ts - window_start), COUNT(*) FILTER (WHERE ts >= window_end - INTERVAL '5' SECOND)
FROM HOP(TABLE bids, DESCRIPTOR(ts), INTERVAL '10' SECOND, INTERVAL '20' SECOND)
WHERE window_start >= '2024-01-01 00:00:00'
GROUP BY window_start, window_end
VALUES
  ('2024-01-01 00:00:00', '2024-01-01 00:00:20', INTERVAL '12' SECOND, 0),
  ('2024-01-01 00:00:10', '2024-01-01 00:00:30', INTERVAL '2' SECOND, 0),
  ('2024-01-01 00:00:20', '2024-01-01 00:00:40', INTERVAL '11' SECOND, 0),
  ('2024-01-01 00:00:30', '2024-01-01 00:00:50', INTERVAL '1' SECOND, 0);

-- Said as changes, a row changes what was said of each of its windows.
ASSERT ROWS
SELECT window_start, COUNT(*) FROM HOP(TABLE bids, DESCRIPTOR(ts), INTERVAL '10' SECOND, INTERVAL '20' SECOND)
GROUP BY window_start
EMIT STREAM
VALUES
  ('2023-12-31 23:59:50', 3), ('2024-01-01 00:00:00', 5), ('2024-01-01 00:00:10', 2),
  ('2024-01-01 00:00:20', 1), ('2024-01-01 00:00:30', 1);

-- An aggregate adds each row to one slice, as wide as the greatest common divisor of slide and size.
-- plan:
-- Project window_start, $0 AS n
--   Aggregate COUNT(*) by window_start, window_end per window (Hop 10 s every 4 s on ts), said when complete
--     Project window_start, window_end
--       Hop 10 s every 4 s on ts, in slices of 2 s
--         Scan bids (inserts, 2 of 3 columns, where (price > 5))
EXPLAIN SELECT window_start, COUNT(*) AS n FROM HOP(TABLE bids, DESCRIPTOR(ts), INTERVAL '4' SECOND, INTERVAL '10' SECOND)
WHERE price > 5 GROUP BY window_start;

-- error: HOP needs its size
-- SELECT * FROM HOP(TABLE bids, DESCRIPTOR(ts), INTERVAL '10' SECOND);
--               ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^
-- hint: write HOP(TABLE s, DESCRIPTOR(ts), INTERVAL '2' SECOND, INTERVAL '10' SECOND [, offset]), the slide before the size
SELECT * FROM HOP(TABLE bids, DESCRIPTOR(ts), INTERVAL '10' SECOND);

-- error: the slide must be more than nothing
-- SELECT * FROM HOP(TABLE bids, DESCRIPTOR(ts), INTERVAL -'2' SECOND, INTERVAL '10' SECOND);
--                                               ^^^^^^^^^^^^^^^^^^^^
SELECT * FROM HOP(TABLE bids, DESCRIPTOR(ts), INTERVAL -'2' SECOND, INTERVAL '10' SECOND);

-- error: the slide must be a constant interval of days or less
-- SELECT * FROM HOP(TABLE bids, DESCRIPTOR(ts), INTERVAL '1' MONTH, INTERVAL '10' DAY);
--                                               ^^^^^^^^^^^^^^^^^^
-- hint: write INTERVAL '10' SECOND; a month has no fixed length
SELECT * FROM HOP(TABLE bids, DESCRIPTOR(ts), INTERVAL '1' MONTH, INTERVAL '10' DAY);

-- error: HOP takes no PARTITION BY
-- SELECT * FROM HOP(TABLE bids PARTITION BY item, DESCRIPTOR(ts), INTERVAL '2' SECOND, INTERVAL '10' SECOND);
--                   ^^^^^^^^^^^^^^^^^^^^^^^^^^^^
-- hint: put the key into GROUP BY
SELECT * FROM HOP(TABLE bids PARTITION BY item, DESCRIPTOR(ts), INTERVAL '2' SECOND, INTERVAL '10' SECOND);
