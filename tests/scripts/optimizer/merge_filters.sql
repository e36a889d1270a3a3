-- merge_filters: two filters that follow each other become one, unless the first may fail.

CREATE STREAM s (a INT, b INT, ts TIMESTAMP(3), WATERMARK FOR ts AS ts - INTERVAL '1' MINUTE);
INSERT INTO s VALUES
  (1, 2, '2024-01-01 00:00:01'), (5, 0, '2024-01-01 00:00:12'), (9, 3, '2024-01-01 00:00:13'),
  (NULL, 4, '2024-01-01 00:00:14'), (2, 7, '2024-01-01 00:00:25');

-- plan before merge_filters:
-- Project a
--   Project a, b, window_start
--     Filter ((b > 0) AND (window_start < 2024-01-01 00:00:20))
--       Filter (window_start >= 2024-01-01 00:00:10)
--         Tumble 10 s on ts
--           Scan s (inserts)
-- plan after merge_filters:
-- Project a
--   Project a, b, window_start
--     Filter ((window_start >= 2024-01-01 00:00:10) AND (b > 0) AND (window_start < 2024-01-01 00:00:20))
--       Tumble 10 s on ts
--         Scan s (inserts)
ASSERT ROWS
SELECT a FROM (
  SELECT a, b, window_start FROM TUMBLE(TABLE s, DESCRIPTOR(ts), INTERVAL '10' SECOND)
  WHERE window_start >= '2024-01-01 00:00:10')
WHERE b > 0 AND window_start < '2024-01-01 00:00:20'
VALUES (9), (NULL);

-- Together they go further: the condition on b into the source.
-- plan:
-- Project a
--   Filter (window_start >= 2024-01-01 00:00:10)
--     Tumble 10 s on ts
--       Scan s (inserts, where (b > 3))
ASSERT ROWS
SELECT a FROM (
  SELECT a, b, window_start FROM TUMBLE(TABLE s, DESCRIPTOR(ts), INTERVAL '10' SECOND)
  WHERE window_start >= '2024-01-01 00:00:10')
WHERE b > 3
VALUES (NULL), (2);

-- A row for which the first one fails is an error, whatever the second one says: as one condition
-- they would forgive it. So they stay two.
START big AS SELECT a FROM (SELECT * FROM s WHERE 10 / b > 1) WHERE a < 5;
INSERT INTO s VALUES (7, 0, '2024-01-01 00:00:26'), (4, 4, '2024-01-01 00:00:27');

ASSERT ROWS
SELECT error FROM errors.big
VALUES ('division by zero');

-- plan after merge_filters:
-- Project a
--   Project a, b, ts
--     Filter (a < 5)
--       Scan s (inserts, where ((10 / b) > 1))
-- plan:
-- Project a
--   Filter (a < 5)
--     Scan s (inserts, 2 of 3 columns, where ((10 / b) > 1))
ASSERT ROWS
SELECT a FROM (SELECT * FROM s WHERE 10 / b > 1) WHERE a < 5
VALUES (1), (4);
