-- prune_columns: what nobody reads is not computed, and not even read.

CREATE STREAM s (k VARCHAR, v INT, w DOUBLE, note VARCHAR, ts TIMESTAMP(3), WATERMARK FOR ts AS ts - INTERVAL '5' SECOND);
INSERT INTO s VALUES ('a', 1, 0.5, 'x', '2024-01-01 00:00:01'), ('b', 2, 1.5, NULL, '2024-01-01 00:00:12'), ('a', 3, NULL, 'y', '2024-01-01 00:00:11');

-- plan before prune_columns:
-- Project k
--   Scan s (inserts, where (note IS NOT NULL))
-- plan after prune_columns:
-- Project k
--   Scan s (inserts, 2 of 5 columns, where (note IS NOT NULL))
ASSERT ROWS
SELECT k FROM (SELECT k, v / 0 AS wrong, note FROM s) WHERE note IS NOT NULL
VALUES ('a'), ('a');

-- Aggregates that nobody reads are not kept; the keys make the groups and stay.
-- plan after prune_columns:
-- Project $0 AS n
--   Aggregate COUNT(*) by k, said as changes
--     Project k
--       Scan s (inserts, 1 of 5 columns)
ASSERT ROWS
SELECT n FROM (SELECT k, COUNT(*) AS n, SUM(w) AS total, MAX(note) AS last FROM s GROUP BY k)
VALUES (2), (1);

-- plan after prune_columns:
-- Project window_end, $0 AS sum
--   Aggregate SUM(v) by window_end, window_start per window (Tumble 10 s on ts), said when complete
--     Project window_end, window_start, v
--       Tumble 10 s on ts
--         Scan s (inserts, 2 of 5 columns)
ASSERT ROWS
SELECT window_end, SUM(v) FROM TUMBLE(TABLE s, DESCRIPTOR(ts), INTERVAL '10' SECOND) GROUP BY window_end
VALUES ('2024-01-01 00:00:10', 1), ('2024-01-01 00:00:20', 5);

-- plan after prune_columns:
-- Project $0 AS count
--   Aggregate COUNT(*), said as changes
--     Project no columns
--       Union all
--         Project no columns
--           Scan s (inserts, 0 of 5 columns)
--         Project no columns
--           Scan s (inserts, 0 of 5 columns)
ASSERT ROWS
SELECT COUNT(*) FROM (SELECT k, v FROM s UNION ALL SELECT note, v FROM s)
VALUES (6);
