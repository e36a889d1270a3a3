-- QUALIFY is a condition on window functions; WINDOW gives windows a name.

CREATE STREAM s (
  id INT, k VARCHAR, v INT, ts TIMESTAMP(3), WATERMARK FOR ts AS ts - INTERVAL '5' SECOND
);
INSERT INTO s VALUES
  (1, 'a', 3, '2026-01-01 00:00:01'), (2, 'b', 1, '2026-01-01 00:00:03'),
  (3, 'a', 2, '2026-01-01 00:00:02'), (4, 'a', 2, '2026-01-01 00:00:04'),
  (5, 'b', 7, '2026-01-01 00:00:05'), (6, 'a', 9, '2026-01-01 00:00:09');

-- The first row of each key.
ASSERT ROWS
SELECT id, k FROM s QUALIFY ROW_NUMBER() OVER (PARTITION BY k ORDER BY ts) = 1
VALUES (1, 'a'), (2, 'b');

-- Rows that change the value of their key; the function may stand in the select list.
ASSERT ROWS
SELECT id, LAG(v) OVER (PARTITION BY k ORDER BY ts) AS before FROM s QUALIFY v <> before
VALUES (3, 3), (5, 1), (6, 2);

-- A window can be made of another: its order or frame is added.
ASSERT ROWS
SELECT id, SUM(v) OVER (ordered ROWS 1 PRECEDING), SUM(v) OVER ordered, COUNT(*) OVER last_two
FROM s
WINDOW keyed AS (PARTITION BY k), ordered AS (keyed ORDER BY ts), last_two AS (ordered ROWS 1 PRECEDING)
VALUES (1, 3, 3, 1), (3, 5, 5, 2), (2, 1, 1, 1), (4, 4, 7, 2), (5, 8, 8, 2), (6, 11, 16, 2);

-- A condition on the key of the partitions goes below; one on rows does not.
-- plan:
-- Project id, $row_number AS n
--   Filter (v < 3)
--     Over ROW_NUMBER() by k in order of ts, said when complete
--       Scan s (inserts, where (k = 'a'))
ASSERT ROWS
SELECT id, n FROM (SELECT id, k, v, ROW_NUMBER() OVER (PARTITION BY k ORDER BY ts) AS n FROM s)
WHERE k = 'a' AND v < 3
VALUES (3, 2), (4, 3);
