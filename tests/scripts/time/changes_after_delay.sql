-- EMIT STREAM AFTER DELAY: the net of the changes is said so long after the first of them, by the
-- engine's clock, so that no row changes more often. What cancels out meanwhile is never said.

CREATE STREAM s (k VARCHAR, v INT, ts TIMESTAMP(3), WATERMARK FOR ts);
INSERT INTO s VALUES
  ('a', 1, '2024-01-01 00:00:01'), ('b', 2, '2024-01-01 00:00:02'), ('a', 3, '2024-01-01 00:00:03'),
  ('a', -4, '2024-01-01 00:00:04'), ('c', NULL, '2024-01-01 00:00:05');

ASSERT ROWS
SELECT k, SUM(v), COUNT(*) FROM s GROUP BY k
EMIT STREAM AFTER DELAY INTERVAL '1' SECOND
VALUES ('a', 0, 3), ('b', 2, 1), ('c', NULL, 1);

ASSERT ROWS
SELECT window_start, MAX(v) FROM TUMBLE(TABLE s, DESCRIPTOR(ts), INTERVAL '2' SECOND) GROUP BY window_start
EMIT STREAM AFTER DELAY INTERVAL '1' SECOND
VALUES ('2024-01-01 00:00:00', 1), ('2024-01-01 00:00:02', 3), ('2024-01-01 00:00:04', -4);

-- Rows that are never taken back change only once, and need not wait.
ASSERT ROWS
SELECT k FROM s WHERE v > 1
EMIT STREAM AFTER DELAY INTERVAL '1' SECOND
VALUES ('b'), ('a');

-- plan:
-- Delay changes by 1 s
--   Project k, $0 AS n
--     Aggregate COUNT(*) by k, said as changes
--       Scan s (inserts, 1 of 3 columns)
ASSERT ROWS
SELECT k, COUNT(*) AS n FROM s GROUP BY k
EMIT STREAM AFTER DELAY INTERVAL '1' SECOND
VALUES ('a', 3), ('b', 1), ('c', 1);

-- error: AFTER DELAY takes a length of time, more than nothing
-- SELECT k, COUNT(*) FROM s GROUP BY k EMIT STREAM AFTER DELAY INTERVAL '0' SECOND;
--                                                              ^^^^^^^^^^^^^^^^^^^
-- hint: write AFTER DELAY INTERVAL '10' SECOND
SELECT k, COUNT(*) FROM s GROUP BY k EMIT STREAM AFTER DELAY INTERVAL '0' SECOND;
