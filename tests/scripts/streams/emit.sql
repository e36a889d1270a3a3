-- EMIT says when: rows when they are complete, or changes as they happen. The answer is the same.

CREATE STREAM s (k VARCHAR, v INT, ts TIMESTAMP(3), WATERMARK FOR ts AS ts - INTERVAL '2' SECOND);
INSERT INTO s VALUES
  ('a', 1, '2024-01-01 00:00:01'), ('b', 2, '2024-01-01 00:00:04'), ('a', 3, '2024-01-01 00:00:02'),
  ('a', 4, '2024-01-01 00:00:07'), ('b', 5, '2024-01-01 00:00:06'), ('a', 6, '2024-01-01 00:00:11');

ASSERT ROWS
SELECT k, window_start, SUM(v) FROM TUMBLE(TABLE s, DESCRIPTOR(ts), INTERVAL '5' SECOND) GROUP BY k, window_start
EMIT AFTER WATERMARK
VALUES ('a', '2024-01-01 00:00:00', 4), ('b', '2024-01-01 00:00:00', 2), ('a', '2024-01-01 00:00:05', 4),
       ('b', '2024-01-01 00:00:05', 5), ('a', '2024-01-01 00:00:10', 6);

ASSERT ROWS
SELECT k, window_start, SUM(v) FROM TUMBLE(TABLE s, DESCRIPTOR(ts), INTERVAL '5' SECOND) GROUP BY k, window_start
EMIT STREAM
VALUES ('a', '2024-01-01 00:00:00', 4), ('b', '2024-01-01 00:00:00', 2), ('a', '2024-01-01 00:00:05', 4),
       ('b', '2024-01-01 00:00:05', 5), ('a', '2024-01-01 00:00:10', 6);

ASSERT ROWS
SELECT k, SUM(v) FROM s GROUP BY k EMIT STREAM
VALUES ('a', 14), ('b', 7);

ASSERT ROWS
SELECT k, v FROM s WHERE v > 4 EMIT AFTER WATERMARK
VALUES ('b', 5), ('a', 6);

-- error: EMIT AFTER WATERMARK needs a window: these groups are never complete
-- SELECT k, SUM(v) FROM s GROUP BY k EMIT AFTER WATERMARK;
-- ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^
-- hint: group by window_start, window_end of TUMBLE(…), or write EMIT STREAM
SELECT k, SUM(v) FROM s GROUP BY k EMIT AFTER WATERMARK;

-- error: EMIT belongs to the end of the outermost query
-- SELECT * FROM (SELECT k FROM s EMIT STREAM);
--                                ^^^^
SELECT * FROM (SELECT k FROM s EMIT STREAM);

-- error: no part of this query refuses late rows
-- SELECT k FROM s LATE ROWS ERROR;
--                 ^^^^^^^^^^^^^^^
-- hint: a GROUP BY of windows does: FROM TUMBLE(…) GROUP BY window_start, window_end
SELECT k FROM s LATE ROWS ERROR;
