-- LATE ROWS CORRECT WITHIN under OVER: the rows of the partition that a late row changes are taken back and
-- said anew.

CREATE STREAM s (id INT, k VARCHAR, v INT, ts TIMESTAMP(3), WATERMARK FOR ts);

START totals AS
SELECT id, SUM(v) OVER (PARTITION BY k ORDER BY ts) AS total FROM s
LATE ROWS CORRECT WITHIN INTERVAL '10' SECOND;

INSERT INTO s VALUES
  (1, 'a', 1, '2026-01-01 00:00:01'), (2, 'b', 2, '2026-01-01 00:00:02'), (3, 'a', 4, '2026-01-01 00:00:06'),
  (4, 'a', 8, '2026-01-01 00:00:12');   -- 1, 2 and 3 are said
INSERT INTO s VALUES
  (5, 'a', 16, '2026-01-01 00:00:03'),  -- 9 behind: 3 is taken back
  (6, 'a', 32, '2026-01-01 00:00:01'),  -- 11 behind: too late
  (7, 'b', 64, '2026-01-01 00:00:20'),
  (8, 'b', 128, '2026-01-01 00:00:10'), -- 10 behind
  (9, 'c', 256, '2026-01-01 00:00:40'),
  (10, 'a', 512, '2026-01-01 00:00:35');

ASSERT ROWS
SELECT id, SUM(v) OVER (PARTITION BY k ORDER BY ts) AS total FROM s
LATE ROWS CORRECT WITHIN INTERVAL '10' SECOND
VALUES (1, 1), (5, 17), (3, 21), (4, 29), (10, 541), (2, 2), (8, 130), (7, 194), (9, 256);

ASSERT ROWS
SELECT JSON_VALUE(row, '$.v') FROM late.totals
VALUES ('32');

-- All frames and functions: also such as look ahead, and what is numbered.
ASSERT ROWS
SELECT id,
  ROW_NUMBER() OVER w, LAG(id) OVER w, LEAD(id) OVER w,
  COUNT(*) OVER (w RANGE BETWEEN INTERVAL '5' SECOND PRECEDING AND INTERVAL '5' SECOND FOLLOWING),
  MEDIAN(v) OVER (w ROWS 1 PRECEDING)
FROM s WINDOW w AS (PARTITION BY k ORDER BY ts)
LATE ROWS CORRECT WITHIN INTERVAL '10' SECOND
VALUES
  (1, 1, NULL, 5, 3, 1), (5, 2, 1, 3, 3, 8.5), (3, 3, 5, 4, 3, 10), (4, 4, 3, 10, 1, 6), (10, 5, 4, NULL, 1, 260),
  (2, 1, NULL, 8, 1, 2), (8, 2, 2, 7, 1, 65), (7, 3, 8, NULL, 1, 96),
  (9, 1, NULL, NULL, 1, 256);

-- OVER what windows say waits for what corrects the windows.
ASSERT ROWS
SELECT window_end, n, SUM(n) OVER (ORDER BY window_end) AS sofar
FROM (SELECT window_end, COUNT(*) AS n FROM TUMBLE(TABLE s, DESCRIPTOR(ts), INTERVAL '10' SECOND) GROUP BY window_end)
LATE ROWS CORRECT WITHIN INTERVAL '10' SECOND
VALUES
  ('2026-01-01 00:00:10', 5, 5), ('2026-01-01 00:00:20', 2, 7), ('2026-01-01 00:00:30', 1, 8),
  ('2026-01-01 00:00:40', 1, 9), ('2026-01-01 00:00:50', 1, 10);
