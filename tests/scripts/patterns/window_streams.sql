-- Row patterns in windows on streams.

CREATE STREAM s (id INT, k VARCHAR, v INT, ts TIMESTAMP(3), WATERMARK FOR ts AS ts - INTERVAL '2' SECOND);
CREATE STREAM behind (id INT, ts TIMESTAMP(3));
CREATE STREAM said (id INT, n BIGINT);

START failing AS
SELECT id, COUNT(*) OVER w AS n FROM s
WINDOW w AS (
  PARTITION BY k ORDER BY ts
  ROWS BETWEEN CURRENT ROW AND UNBOUNDED FOLLOWING
  AFTER MATCH SKIP TO B
  PATTERN (A B? C) DEFINE A AS v = 1, B AS v = 2, C AS v = 3);

INSERT INTO said
SELECT id, COUNT(*) OVER w AS n FROM s
WINDOW w AS (
  PARTITION BY k ORDER BY ts
  ROWS BETWEEN CURRENT ROW AND UNBOUNDED FOLLOWING
  PATTERN (A B+) WITHIN INTERVAL '5' SECOND DEFINE A AS v = 1, B AS v >= 2)
LATE ROWS TO behind;

INSERT INTO s VALUES
  (1, 'a', 1, '2024-01-01 00:00:01'), (3, 'a', 3, '2024-01-01 00:00:03'),
  (2, 'a', 2, '2024-01-01 00:00:02'), (4, 'b', 1, '2024-01-01 00:00:04'),
  (5, 'b', 3, '2024-01-01 00:00:05'), (6, 'a', 1, '2024-01-01 00:00:06'),
  (7, 'b', 1, '2024-01-01 00:00:07');

INSERT INTO s VALUES
  (8, 'a', 2, '2024-01-01 00:00:12'), (9, 'a', 7, '2024-01-01 00:00:04'),
  (10, 'b', 0, '2024-01-01 00:00:30');

-- Every row is said that is not late.
ASSERT ROWS SELECT * FROM said WHERE id < 10
VALUES (1, 3), (2, 0), (3, 0), (4, 2), (5, 0), (6, 0), (7, 0), (8, 0);

ASSERT ROWS SELECT * FROM behind VALUES (9, '2024-01-01 00:00:04');

-- A row whose match leads nowhere is in error and not said; the others are.
ASSERT ROWS
SELECT error, JSON_VALUE(row, '$.id') FROM errors.failing
VALUES ('AFTER MATCH SKIP leads to b, but the match has no such row', '4');

-- As in MATCH_RECOGNIZE, what is ours works in the frame: WITHIN, arrows and absence.
ASSERT ROWS
SELECT id, next OVER w, at OVER w
FROM s
WINDOW w AS (
  PARTITION BY k ORDER BY ts
  MEASURES C.id AS next, MATCH_ROWTIME() AS at
  ROWS BETWEEN CURRENT ROW AND 2 FOLLOWING
  AFTER MATCH SKIP TO NEXT ROW
  PATTERN (A -> C) DEFINE A AS v = 1, C AS v = 3)
VALUES
  (1, 3, '2024-01-01 00:00:03'), (2, NULL, NULL), (3, NULL, NULL), (6, NULL, NULL),
  (8, NULL, NULL), (4, 5, '2024-01-01 00:00:05'), (5, NULL, NULL), (7, NULL, NULL),
  (10, NULL, NULL);

ASSERT ROWS
SELECT id, quiet OVER w
FROM s
WINDOW w AS (
  PARTITION BY k ORDER BY ts
  MEASURES MATCH_ROWTIME() AS quiet
  ROWS BETWEEN CURRENT ROW AND UNBOUNDED FOLLOWING
  AFTER MATCH SKIP TO NEXT ROW
  PATTERN (A -> !B WITHIN INTERVAL '4' SECOND) DEFINE A AS v = 1, B AS v = 2)
VALUES
  (1, NULL), (2, NULL), (3, NULL), (6, '2024-01-01 00:00:10'), (8, NULL),
  (4, '2024-01-01 00:00:08'), (5, NULL), (7, '2024-01-01 00:00:11'), (10, NULL);

-- Rows go on in event time: windows over them close when no more of their rows can be said.
ASSERT ROWS
WITH matched AS (
  SELECT id, ts, COUNT(*) OVER w AS pairs
  FROM s
  WINDOW w AS (
    PARTITION BY k ORDER BY ts
    ROWS BETWEEN CURRENT ROW AND 3 FOLLOWING
    PATTERN (A X* C) DEFINE A AS v = 1, C AS v = 3))
SELECT window_end, COUNT(*) AS n, SUM(pairs) AS pairs
FROM TUMBLE(TABLE matched, DESCRIPTOR(ts), INTERVAL '5' SECOND)
GROUP BY window_start, window_end
VALUES ('2024-01-01 00:00:05', 4, 5), ('2024-01-01 00:00:10', 3, 0), ('2024-01-01 00:00:15', 1, 0),
  ('2024-01-01 00:00:35', 1, 0);

-- Filters on whole partitions go below, others do not; columns that nothing reads are left out.
-- plan:
-- Project id, $count AS n
--   Filter (id > 1)
--     Match (a b) by k ordered by ts, every row with the first match from it on, up to 5 rows following, skip past last row
--       Scan s (inserts, where (k = 'a'))
EXPLAIN SELECT id, COUNT(*) OVER w AS n FROM s
WINDOW w AS (
  PARTITION BY k ORDER BY ts
  ROWS BETWEEN CURRENT ROW AND 5 FOLLOWING
  SEEK PATTERN (A B) DEFINE B AS v > 1)
QUALIFY k = 'a' AND id > 1;
