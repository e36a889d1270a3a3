-- SESSION: rows of a key that follow each other in less than the gap. A session ends a gap after its last row.

CREATE STREAM clicks (who VARCHAR, page INT, ts TIMESTAMP(3), WATERMARK FOR ts AS ts - INTERVAL '10' SECOND);
INSERT INTO clicks VALUES
  ('ann', 1, '2024-01-01 00:00:01'), ('bob', 2, '2024-01-01 00:00:02'), ('ann', 3, '2024-01-01 00:00:05'),
  ('ann', 4, '2024-01-01 00:00:13'), ('ann', 5, '2024-01-01 00:00:09'), ('bob', 6, '2024-01-01 00:00:07'),
  ('bob', NULL, '2024-01-01 00:00:11.999'), (NULL, 8, '2024-01-01 00:00:12'), ('ann', 9, '2024-01-01 00:01:00'),
  (NULL, 10, '2024-01-01 00:00:53');

-- Rows said with their session: bob's row just five seconds after the last one begins a new session.
ASSERT ROWS
SELECT who, page, window_start, window_end, window_time
FROM SESSION(TABLE clicks PARTITION BY (who), DESCRIPTOR(ts), INTERVAL '5' SECOND)
WHERE page < 8 OR page IS NULL
VALUES
  ('ann', 1, '2024-01-01 00:00:01', '2024-01-01 00:00:18', '2024-01-01 00:00:17.999'),
  ('ann', 3, '2024-01-01 00:00:01', '2024-01-01 00:00:18', '2024-01-01 00:00:17.999'),
  ('ann', 4, '2024-01-01 00:00:01', '2024-01-01 00:00:18', '2024-01-01 00:00:17.999'),
  ('ann', 5, '2024-01-01 00:00:01', '2024-01-01 00:00:18', '2024-01-01 00:00:17.999'),
  ('bob', 2, '2024-01-01 00:00:02', '2024-01-01 00:00:07', '2024-01-01 00:00:06.999'),
  ('bob', 6, '2024-01-01 00:00:07', '2024-01-01 00:00:16.999', '2024-01-01 00:00:16.998'),
  ('bob', NULL, '2024-01-01 00:00:07', '2024-01-01 00:00:16.999', '2024-01-01 00:00:16.998');

-- The row at 00:09 came late, between two sessions of ann's that it made one. NULL is a key like others.
ASSERT ROWS
SELECT who, window_start, window_end, COUNT(*), SUM(page)
FROM TABLE(SESSION(TABLE clicks PARTITION BY (who), DESCRIPTOR(ts), INTERVAL '5' SECOND))
GROUP BY who, window_start, window_end
VALUES
  ('ann', '2024-01-01 00:00:01', '2024-01-01 00:00:18', 4, 13),
  ('bob', '2024-01-01 00:00:02', '2024-01-01 00:00:07', 1, 2),
  ('bob', '2024-01-01 00:00:07', '2024-01-01 00:00:16.999', 2, 6),
  (NULL, '2024-01-01 00:00:12', '2024-01-01 00:00:17', 1, 8),
  (NULL, '2024-01-01 00:00:53', '2024-01-01 00:00:58', 1, 10),
  ('ann', '2024-01-01 00:01:00', '2024-01-01 00:01:05', 1, 9);

-- Without PARTITION BY there is one session at a time for all rows.
ASSERT ROWS
SELECT window_start, window_end, COUNT(*), COUNT(DISTINCT who)
FROM SESSION(TABLE clicks, DESCRIPTOR(ts), INTERVAL '5' SECOND) GROUP BY window_start, window_end
VALUES
  ('2024-01-01 00:00:01', '2024-01-01 00:00:18', 8, 2), ('2024-01-01 00:00:53', '2024-01-01 00:00:58', 1, 0),
  ('2024-01-01 00:01:00', '2024-01-01 00:01:05', 1, 1);

-- Every aggregate, also where sessions grow together; first and last are by time.
ASSERT ROWS
SELECT window_end, FIRST_VALUE(page), LAST_VALUE(page), ARRAY_AGG(page), MIN(page), AVG(page), COUNT(DISTINCT page > 4),
       COUNT(*) FILTER (WHERE page > 3)
FROM SESSION(DATA => TABLE clicks PARTITION BY who, TIMECOL => DESCRIPTOR(ts), GAP => INTERVAL '5' SECOND)
WHERE who = 'ann' GROUP BY who, window_end
VALUES
  ('2024-01-01 00:00:18', 1, 4, ARRAY[1, 3, 5, 4], 1, 3.25e0, 2, 2),
  ('2024-01-01 00:01:05', 9, 9, ARRAY[9], 9, 9e0, 1, 1);

-- A filter on a key is the same before and after; any other one is different: WHERE in the query sees
-- rows with their sessions, in the inner query the sessions of the rows that are left.
ASSERT ROWS
SELECT who, window_start, window_end, COUNT(*)
FROM SESSION(TABLE clicks PARTITION BY (who), DESCRIPTOR(ts), INTERVAL '5' SECOND)
WHERE page <> 5 AND who = 'ann' GROUP BY who, window_start, window_end
VALUES
  ('ann', '2024-01-01 00:00:01', '2024-01-01 00:00:18', 3), ('ann', '2024-01-01 00:01:00', '2024-01-01 00:01:05', 1);

ASSERT ROWS
SELECT who, window_start, window_end, COUNT(*)
FROM SESSION(TABLE (SELECT * FROM clicks WHERE page <> 5) PARTITION BY (who), DESCRIPTOR(ts), INTERVAL '5' SECOND)
WHERE who = 'ann' GROUP BY who, window_start, window_end
VALUES
  ('ann', '2024-01-01 00:00:01', '2024-01-01 00:00:10', 2), ('ann', '2024-01-01 00:00:13', '2024-01-01 00:00:18', 1),
  ('ann', '2024-01-01 00:01:00', '2024-01-01 00:01:05', 1);

-- Grouped by more than the keys, sessions are those of the keys.
ASSERT ROWS
SELECT who, page > 3, window_start, COUNT(*)
FROM SESSION(TABLE clicks PARTITION BY (who), DESCRIPTOR(ts), INTERVAL '5' SECOND)
WHERE who = 'ann' GROUP BY who, page > 3, window_start, window_end
VALUES
  ('ann', FALSE, '2024-01-01 00:00:01', 2), ('ann', TRUE, '2024-01-01 00:00:01', 2), ('ann', TRUE, '2024-01-01 00:01:00', 1);

-- Said as changes, a session is said when it is complete: until then anything may join it.
ASSERT ROWS
SELECT who, window_start, COUNT(*)
FROM SESSION(TABLE clicks PARTITION BY (who), DESCRIPTOR(ts), INTERVAL '8' SECOND) GROUP BY who, window_start, window_end
EMIT STREAM
VALUES
  ('ann', '2024-01-01 00:00:01', 4), ('bob', '2024-01-01 00:00:02', 3), (NULL, '2024-01-01 00:00:12', 1),
  (NULL, '2024-01-01 00:00:53', 1), ('ann', '2024-01-01 00:01:00', 1);

-- A session has an event time for the windows cut of it: window_time.
ASSERT ROWS
SELECT window_start, MAX(pages)
FROM TUMBLE(TABLE (
    SELECT who, window_time AS left_at, COUNT(*) AS pages
    FROM SESSION(TABLE clicks PARTITION BY (who), DESCRIPTOR(ts), INTERVAL '5' SECOND)
    GROUP BY who, window_start, window_end, window_time),
  DESCRIPTOR(left_at), INTERVAL '1' MINUTE)
GROUP BY window_start
VALUES ('2024-01-01 00:00:00', 4), ('2024-01-01 00:01:00', 1);

-- Sessions of windows: which minutes with clicks follow each other?
ASSERT ROWS
SELECT window_start, window_end, SUM(n)
FROM SESSION(TABLE (
    SELECT window_time AS minute_end, COUNT(*) AS n FROM TUMBLE(TABLE clicks, DESCRIPTOR(ts), INTERVAL '10' SECOND)
    GROUP BY window_start, window_end, window_time),
  DESCRIPTOR(minute_end), INTERVAL '15' SECOND)
GROUP BY window_start, window_end
VALUES ('2024-01-01 00:00:09.999', '2024-01-01 00:00:34.999', 8), ('2024-01-01 00:00:59.999', '2024-01-01 00:01:24.999', 2);

-- Rows are aggregated as they come: sessions are kept, not rows. Only conditions on the keys go below.
-- plan:
-- Project who, $0 AS n
--   Aggregate COUNT(*) by who, window_start, window_end per window (Session 5 s on ts by who), said when complete
--     Project who, window_start, window_end
--       Session 5 s on ts by who, in single rows
--         Scan clicks (inserts, 2 of 3 columns, where (who = 'ann'))
EXPLAIN SELECT who, COUNT(*) AS n FROM SESSION(TABLE clicks PARTITION BY (who), DESCRIPTOR(ts), INTERVAL '5' SECOND)
WHERE who = 'ann' GROUP BY who, window_start;

-- plan:
-- Project who, $0 AS n
--   Aggregate COUNT(*) by who, window_start, window_end per window (Session 5 s on ts by who), said when complete
--     Project who, window_start, window_end
--       Filter (page > 3)
--         Session 5 s on ts by who
--           Scan clicks (inserts)
EXPLAIN SELECT who, COUNT(*) AS n FROM SESSION(TABLE clicks PARTITION BY (who), DESCRIPTOR(ts), INTERVAL '5' SECOND)
WHERE page > 3 GROUP BY who, window_start;

-- error: who is not grouped by, and each of its values has windows of its own
-- SELECT COUNT(*) FROM SESSION(TABLE clicks PARTITION BY who, DESCRIPTOR(ts), INTERVAL '5' SECOND) GROUP BY window_start;
-- ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^
-- hint: add who to GROUP BY
SELECT COUNT(*) FROM SESSION(TABLE clicks PARTITION BY who, DESCRIPTOR(ts), INTERVAL '5' SECOND) GROUP BY window_start;

-- error: SESSION is partitioned by columns
-- SELECT * FROM SESSION(TABLE clicks PARTITION BY (page + 1), DESCRIPTOR(ts), INTERVAL '5' SECOND);
--                                                  ^^^^^^^^
-- hint: compute the key in an inner query: TABLE (SELECT …, … AS k FROM s)
SELECT * FROM SESSION(TABLE clicks PARTITION BY (page + 1), DESCRIPTOR(ts), INTERVAL '5' SECOND);

-- error: the gap must be more than nothing
-- SELECT * FROM SESSION(TABLE clicks PARTITION BY who, DESCRIPTOR(ts), INTERVAL '0' SECOND);
--                                                                      ^^^^^^^^^^^^^^^^^^^
SELECT * FROM SESSION(TABLE clicks PARTITION BY who, DESCRIPTOR(ts), INTERVAL '0' SECOND);

-- error: SESSION takes no ORDER BY
-- SELECT * FROM SESSION(TABLE clicks ORDER BY ts, DESCRIPTOR(ts), INTERVAL '5' SECOND);
--                       ^^^^^^^^^^^^^^^^^^^^^^^^
-- hint: rows are in the order of their time
SELECT * FROM SESSION(TABLE clicks ORDER BY ts, DESCRIPTOR(ts), INTERVAL '5' SECOND);

-- error: ts is not the event time
-- SELECT * FROM TUMBLE(TABLE (SELECT * FROM SESSION(TABLE clicks PARTITION BY who, DESCRIPTOR(ts), INTERVAL '5' SECOND)), DESCRIPTOR(ts), INTERVAL '5' SECOND);
--                                                                                                                                    ^^
-- hint: the event time here is window_time
SELECT * FROM TUMBLE(TABLE (SELECT * FROM SESSION(TABLE clicks PARTITION BY who, DESCRIPTOR(ts), INTERVAL '5' SECOND)), DESCRIPTOR(ts), INTERVAL '5' SECOND);
