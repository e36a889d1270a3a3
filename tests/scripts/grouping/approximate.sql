-- Aggregates that keep little and are a little off: the same answer in every order, and rows can be taken back.

CREATE STREAM hits (page VARCHAR, visitor VARCHAR, ms DOUBLE, ts TIMESTAMP(0),
  WATERMARK FOR ts AS ts - INTERVAL '5' SECOND);
INSERT INTO hits VALUES
  ('home', 'ada', 20, '2026-01-01 00:00:01'), ('home', 'bob', 40, '2026-01-01 00:00:03'),
  ('home', 'ada', 30, '2026-01-01 00:00:02'), ('help', 'cy', 5, '2026-01-01 00:00:04'),
  ('home', NULL, 90, '2026-01-01 00:00:07'), ('help', 'ada', NULL, '2026-01-01 00:00:11'),
  ('home', 'dan', -10, '2026-01-01 00:00:12'), ('none', NULL, NULL, '2026-01-01 00:00:13');

-- A few values are counted exactly.
ASSERT ROWS
SELECT page, APPROX_COUNT_DISTINCT(visitor), APPROX_COUNT_DISTINCT(ms), APPROX_COUNT_DISTINCT(ts) FILTER (WHERE ms > 25)
FROM hits GROUP BY page
VALUES ('home', 3, 5, 3), ('help', 2, 1, 0), ('none', 0, 0, 0);

-- A percentile is at most 1 % off a value that stands there.
ASSERT ROWS
SELECT page, ABS(APPROX_PERCENTILE(ms, 0.5) - 30) <= 0.3, ABS(APPROX_PERCENTILE(ms, 1) - 90) <= 0.9,
  ABS(APPROX_PERCENTILE(0) WITHIN GROUP (ORDER BY ms) + 10) <= 0.1, ABS(APPROX_PERCENTILE(0.25) WITHIN GROUP (ORDER BY ms DESC) - 40) <= 0.4
FROM hits WHERE page <> 'help' GROUP BY page
VALUES ('home', TRUE, TRUE, TRUE, TRUE), ('none', NULL, NULL, NULL, NULL);

-- In windows that overlap.
ASSERT ROWS
SELECT window_end, APPROX_COUNT_DISTINCT(visitor), ROUND(APPROX_PERCENTILE(ms, 0.5) / 10) * 10
FROM HOP(TABLE hits, DESCRIPTOR(ts), INTERVAL '5' SECOND, INTERVAL '10' SECOND) WHERE page = 'home' GROUP BY window_end
VALUES (TIMESTAMP '2026-01-01 00:00:05', 2, 30), (TIMESTAMP '2026-01-01 00:00:10', 2, 30),
  (TIMESTAMP '2026-01-01 00:00:15', 1, -10), (TIMESTAMP '2026-01-01 00:00:20', 1, -10);

-- Over rows that change.
ASSERT ROWS
SELECT APPROX_COUNT_DISTINCT(n), ROUND(APPROX_PERCENTILE(slowest, 1)) BETWEEN 89 AND 91
FROM (SELECT page, COUNT(visitor) AS n, MAX(ms) AS slowest FROM hits GROUP BY page)
VALUES (3, TRUE);

-- error: the fraction 1.5 does not lie between 0 and 1
SELECT APPROX_PERCENTILE(ms, 1.5) FROM hits;
