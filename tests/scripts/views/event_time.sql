-- A view whose rows have an event time keeps it, with the watermark and what was known of each row
-- when it came: windows over the view are those over its query.

CREATE STREAM clicks (
  page VARCHAR,
  ms   INT,
  ts   TIMESTAMP(0),
  WATERMARK FOR ts AS ts - INTERVAL '5' SECOND
);

CREATE MATERIALIZED VIEW slow AS SELECT page, ms, ts FROM clicks WHERE ms > 100;

CREATE MATERIALIZED VIEW minutes AS
SELECT page, window_start, window_end, COUNT(*) AS n
FROM TUMBLE(TABLE clicks, DESCRIPTOR(ts), INTERVAL '10' SECOND)
GROUP BY page, window_start, window_end;

CREATE MATERIALIZED VIEW corrected AS
SELECT window_start, COUNT(*) AS n
FROM TUMBLE(TABLE clicks, DESCRIPTOR(ts), INTERVAL '10' SECOND)
GROUP BY window_start, window_end
EMIT AFTER WATERMARK LATE ROWS CORRECT WITHIN INTERVAL '1' MINUTE;

INSERT INTO clicks VALUES
  ('a', 120, '2026-01-01 00:00:01'),
  ('a', 80, '2026-01-01 00:00:03'),
  ('b', 300, '2026-01-01 00:00:02'),
  ('a', 150, '2026-01-01 00:00:11'),
  ('b', 200, '2026-01-01 00:00:18'),
  ('a', 500, '2026-01-01 00:00:04'),
  ('b', 90, '2026-01-01 00:00:12'),
  ('a', 101, '2026-01-01 00:00:31');

-- 00:00:04 came when the watermark was 00:00:13: its window was complete.
ASSERT ROWS
SELECT window_start, COUNT(*) AS n, MAX(ms) AS worst
FROM TUMBLE(TABLE slow, DESCRIPTOR(ts), INTERVAL '10' SECOND)
GROUP BY window_start, window_end
VALUES
  (TIMESTAMP '2026-01-01 00:00:00', 2, 300),
  (TIMESTAMP '2026-01-01 00:00:10', 2, 200),
  (TIMESTAMP '2026-01-01 00:00:30', 1, 101);

ASSERT ROWS
SELECT COUNT(*) AS n FROM slow
VALUES (6);

ASSERT ROWS
SELECT page, n FROM minutes WHERE window_start = TIMESTAMP '2026-01-01 00:00:00'
VALUES ('a', 2), ('b', 1);

-- A row of windows is complete when it comes, and so are the windows of windows.
ASSERT ROWS
SELECT window_start, window_end, SUM(n) AS n, COUNT(*) AS pages
FROM minutes
GROUP BY window_start, window_end
EMIT AFTER WATERMARK
VALUES
  (TIMESTAMP '2026-01-01 00:00:00', TIMESTAMP '2026-01-01 00:00:10', 3, 2),
  (TIMESTAMP '2026-01-01 00:00:10', TIMESTAMP '2026-01-01 00:00:20', 3, 2),
  (TIMESTAMP '2026-01-01 00:00:30', TIMESTAMP '2026-01-01 00:00:40', 1, 1);

-- not on duckdb: its view has no late rows
ASSERT ROWS
SELECT * FROM corrected
VALUES
  (TIMESTAMP '2026-01-01 00:00:00', 4),
  (TIMESTAMP '2026-01-01 00:00:10', 3),
  (TIMESTAMP '2026-01-01 00:00:30', 1);
