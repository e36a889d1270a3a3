-- CUMULATE: windows that begin together and grow by a step, until the greatest has its size.

CREATE STREAM sales (shop VARCHAR, amount INT, ts TIMESTAMP(3), WATERMARK FOR ts AS ts - INTERVAL '10' MINUTE);
INSERT INTO sales VALUES
  ('a', 10, '2024-01-01 00:10:00'), ('b', 20, '2024-01-01 01:00:00'), ('a', 30, '2024-01-01 00:59:59.999'),
  ('a', 5, '2024-01-01 02:30:00'), ('b', 7, '2024-01-01 03:00:00'), ('a', 1, '2023-12-31 23:50:00'),
  ('a', 2, '2024-01-01 02:55:00');

-- The step comes before the size.
ASSERT ROWS
SELECT window_start, window_end, COUNT(*), SUM(amount)
FROM TABLE(CUMULATE(TABLE sales, DESCRIPTOR(ts), INTERVAL '1' HOUR, INTERVAL '3' HOUR))
GROUP BY window_start, window_end
VALUES
  ('2024-01-01 00:00:00', '2024-01-01 01:00:00', 2, 40),
  ('2024-01-01 00:00:00', '2024-01-01 02:00:00', 3, 60),
  ('2024-01-01 00:00:00', '2024-01-01 03:00:00', 5, 67),
  ('2024-01-01 03:00:00', '2024-01-01 04:00:00', 1, 7),
  ('2024-01-01 03:00:00', '2024-01-01 05:00:00', 1, 7),
  ('2024-01-01 03:00:00', '2024-01-01 06:00:00', 1, 7);

-- A row is said once for each window that it lies in.
ASSERT ROWS
SELECT shop, amount, window_end, window_time
FROM CUMULATE(TABLE sales, DESCRIPTOR(ts), INTERVAL '1' HOUR, INTERVAL '2' HOUR) WHERE amount IN (10, 20)
VALUES
  ('a', 10, '2024-01-01 01:00:00', '2024-01-01 00:59:59.999'), ('a', 10, '2024-01-01 02:00:00', '2024-01-01 01:59:59.999'),
  ('b', 20, '2024-01-01 02:00:00', '2024-01-01 01:59:59.999');

-- With keys, named arguments and an offset. A shop without sales in a step is still in the greater window.
ASSERT ROWS
SELECT shop, window_start, window_end, SUM(amount)
FROM CUMULATE(DATA => TABLE sales, TIMECOL => DESCRIPTOR(ts), STEP => INTERVAL '2' HOUR, SIZE => INTERVAL '4' HOUR,
              OFFSET => INTERVAL '1' HOUR)
GROUP BY shop, window_start, window_end
VALUES
  ('a', '2023-12-31 21:00:00', '2024-01-01 01:00:00', 40),
  ('a', '2024-01-01 01:00:00', '2024-01-01 03:00:00', 7),
  ('b', '2024-01-01 01:00:00', '2024-01-01 03:00:00', 20),
  ('a', '2024-01-01 01:00:00', '2024-01-01 05:00:00', 7),
  ('b', '2024-01-01 01:00:00', '2024-01-01 05:00:00', 27);

ASSERT ROWS
SELECT window_end, COUNT(*) FROM CUMULATE(TABLE sales, DESCRIPTOR(ts), INTERVAL '1' HOUR, INTERVAL '2' HOUR)
GROUP BY window_end
EMIT STREAM
VALUES
  ('2024-01-01 01:00:00', 2), ('2024-01-01 02:00:00', 3), ('2024-01-01 03:00:00', 2), ('2024-01-01 04:00:00', 3);

-- plan:
-- Project window_end, $0 AS n
--   Aggregate COUNT(*) by window_end, window_start per window (Cumulate 3 h by 1 h on ts), said when complete
--     Project window_end, window_start
--       Cumulate 3 h by 1 h on ts, in slices of 1 h
--         Scan sales (inserts, 1 of 3 columns)
EXPLAIN SELECT window_end, COUNT(*) AS n FROM CUMULATE(TABLE sales, DESCRIPTOR(ts), INTERVAL '1' HOUR, INTERVAL '3' HOUR) GROUP BY window_end;

-- error: the size of CUMULATE is so many steps, and here a part of one is left
-- SELECT * FROM CUMULATE(TABLE sales, DESCRIPTOR(ts), INTERVAL '2' HOUR, INTERVAL '3' HOUR);
--                                                                        ^^^^^^^^^^^^^^^^^
SELECT * FROM CUMULATE(TABLE sales, DESCRIPTOR(ts), INTERVAL '2' HOUR, INTERVAL '3' HOUR);

-- error: several windows of CUMULATE have the same start
-- SELECT COUNT(*) FROM CUMULATE(TABLE sales, DESCRIPTOR(ts), INTERVAL '1' HOUR, INTERVAL '3' HOUR) GROUP BY window_start;
-- ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^
-- hint: group by window_end too
SELECT COUNT(*) FROM CUMULATE(TABLE sales, DESCRIPTOR(ts), INTERVAL '1' HOUR, INTERVAL '3' HOUR) GROUP BY window_start;
