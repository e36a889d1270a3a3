-- push_filters: a condition moves as far towards the source as it means the same, at last into it.

CREATE STREAM s (k VARCHAR, v INT, ts TIMESTAMP(3), WATERMARK FOR ts AS ts - INTERVAL '5' SECOND);
CREATE STREAM t (k VARCHAR, v INT, ts TIMESTAMP(3), WATERMARK FOR ts);
INSERT INTO s VALUES ('a', 1, '2024-01-01 00:00:01'), ('b', 2, '2024-01-01 00:00:12'), ('a', 3, '2024-01-01 00:00:30'), ('a', 4, '2024-01-01 00:00:02');
INSERT INTO t VALUES ('a', 10, '2024-01-01 00:00:01'), ('c', 20, '2024-01-01 00:00:02');

-- Through a projection, as what it computes; through UNION ALL, into every branch.
-- plan before push_filters:
-- Project k, w
--   Filter ((k = 'a') AND (w < 10))
--     Union all
--       Project k, (v * 2) AS w
--         Scan s (inserts)
--       Project k, v
--         Scan t (inserts)
-- plan after push_filters:
-- Project k, w
--   Union all
--     Project k, (v * 2) AS w
--       Scan s (inserts, where (k = 'a') AND ((v * 2) < 10))
--     Project k, v
--       Scan t (inserts, where (k = 'a') AND (v < 10))
ASSERT ROWS
SELECT k, w FROM (SELECT k, v * 2 AS w FROM s UNION ALL SELECT k, v FROM t) WHERE k = 'a' AND w < 10
VALUES ('a', 2), ('a', 6), ('a', 8);

-- Through a window, except for conditions on what the window adds; the row that moved the watermark
-- need not pass, and still counts.
-- plan after push_filters:
-- Project k, window_start, v
--   Filter (window_start < 2024-01-01 00:00:30)
--     Tumble 10 s on ts
--       Scan s (inserts, where (k = 'a'))
ASSERT ROWS
SELECT k, window_start, v FROM TUMBLE(TABLE s, DESCRIPTOR(ts), INTERVAL '10' SECOND)
WHERE k = 'a' AND window_start < '2024-01-01 00:00:30'
VALUES ('a', '2024-01-01 00:00:00', 1), ('a', '2024-01-01 00:00:00', 4);

-- Through an aggregation, if it reads keys only.
-- plan after push_filters:
-- Project k, $0 AS count
--   Filter ($0 > 1)
--     Aggregate COUNT(*) by k, said as changes
--       Project k
--         Scan s (inserts, where (k <> 'b'))
ASSERT ROWS
SELECT k, COUNT(*) FROM s GROUP BY k HAVING k <> 'b' AND COUNT(*) > 1
VALUES ('a', 3);

-- Not through LIMIT, and no condition without columns through an aggregation without keys.
-- plan after push_filters:
-- Project v
--   Filter (v > 1)
--     Limit 2
--       Project v
--         Scan s (inserts)
ASSERT ROWS
SELECT v FROM (SELECT v FROM s LIMIT 2) WHERE v > 1
VALUES (2);

-- Nothing that may fail passes a filter.
-- plan after push_filters:
-- Project v
--   Project v
--     Scan s (inserts, where (v > 1) AND ((10 / (v - 1)) < 6))
ASSERT ROWS
SELECT v FROM (SELECT v FROM s WHERE v > 1) WHERE 10 / (v - 1) < 6
VALUES (3), (4);

-- What is not the same each time is computed once: the condition stays above it.
-- not on duckdb: chance is another there
-- plan after push_filters:
-- Project v
--   Filter (r < 2.0)
--     Project v, RANDOM() AS r
--       Scan s (inserts)
ASSERT ROWS
SELECT v FROM (SELECT v, random() AS r FROM s) WHERE r < 2e0
VALUES (1), (2), (3), (4);
