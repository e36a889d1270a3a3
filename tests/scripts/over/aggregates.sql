-- Every aggregate can have a window, with FILTER and DISTINCT.

CREATE STREAM s (
  id INT, k VARCHAR, v INT, d DOUBLE, x DECIMAL(38, 2), f BOOLEAN, name VARCHAR, ts TIMESTAMP(3),
  WATERMARK FOR ts AS ts - INTERVAL '5' SECOND
);
INSERT INTO s VALUES
  (1, 'a', 1, 1.5, 100000000000000000000000000000000000.25, true, 'x', '2026-01-01 00:00:01'),
  (2, 'b', 10, 0.25, 1.00, false, NULL, '2026-01-01 00:00:03'),
  (3, 'a', 2, NULL, -100000000000000000000000000000000000.25, NULL, 'y', '2026-01-01 00:00:02'),
  (4, 'a', 2, -2.0, 0.01, false, 'x', '2026-01-01 00:00:07'),
  (5, 'a', NULL, 8.0, NULL, true, 'a', '2026-01-01 00:00:08'),
  (6, 'b', 20, 1.0, 2.00, true, 'z', '2026-01-01 00:00:05'),
  (7, 'a', 8, 0.5, 3.00, true, 'b', '2026-01-01 00:00:11');

ASSERT ROWS
SELECT id, SUM(x) OVER w, MIN(x) OVER w, BOOL_AND(f) OVER w, BOOL_OR(f) OVER w, COUNT_IF(f) OVER w,
  SUM(v) FILTER (WHERE f) OVER w, COUNT(*) FILTER (WHERE name > 'w') OVER w, MAX(name) OVER w
FROM s WINDOW w AS (PARTITION BY k ORDER BY ts ROWS 2 PRECEDING)
VALUES
  (1, 100000000000000000000000000000000000.25, 100000000000000000000000000000000000.25, TRUE, TRUE, 1, 1, 1, 'x'),
  (3, 0.00, -100000000000000000000000000000000000.25, TRUE, TRUE, 1, 1, 2, 'y'),
  (2, 1.00, 1.00, FALSE, FALSE, 0, NULL, 0, NULL),
  (6, 3.00, 1.00, FALSE, TRUE, 1, 20, 1, 'z'),
  (4, 0.01, -100000000000000000000000000000000000.25, FALSE, TRUE, 1, 1, 3, 'y'),
  (5, -100000000000000000000000000000000000.24, -100000000000000000000000000000000000.25, FALSE, TRUE, 1, NULL, 2, 'y'),
  (7, 3.01, 0.01, FALSE, TRUE, 2, 8, 1, 'x');

ASSERT ROWS
SELECT id, MEDIAN(v) OVER w, COUNT(DISTINCT v) OVER w, SUM(DISTINCT v) OVER w, VAR_POP(d) OVER w
FROM s WINDOW w AS (PARTITION BY k ORDER BY ts RANGE INTERVAL '5' SECOND PRECEDING)
VALUES
  (1, 1.0, 1, 1, 0.0),
  (3, 1.5, 2, 3, 0.0),
  (2, 10.0, 1, 10, 0.0),
  (6, 15.0, 2, 30, 0.140625),
  (4, 2.0, 1, 2, 0.0),
  (5, 2.0, 1, 2, 25.0),
  (7, 5.0, 2, 10, 18.055555555555554);

-- The same, from the beginning of the partition.
ASSERT ROWS
SELECT id, MEDIAN(v) OVER w, COUNT(DISTINCT v) OVER w, SUM(x) OVER w, MIN(name) OVER w, MAX(d) OVER w,
  STDDEV_SAMP(v) OVER w
FROM s WINDOW w AS (PARTITION BY k ORDER BY ts)
VALUES
  (1, 1.0, 1, 100000000000000000000000000000000000.25, 'x', 1.5, NULL),
  (3, 1.5, 2, 0.00, 'x', 1.5, 0.7071067811865476),
  (2, 10.0, 1, 1.00, NULL, 0.25, NULL),
  (6, 15.0, 2, 3.00, 'z', 1.0, 7.0710678118654755),
  (4, 2.0, 2, 0.01, 'x', 1.5, 0.5773502691896257),
  (5, 2.0, 2, 0.01, 'a', 8.0, 0.5773502691896257),
  (7, 2.0, 3, 3.01, 'a', 8.0, 3.2015621187164243);

-- Lists have the rows in the order of the window, or in another one.
ASSERT ROWS
SELECT id, ARRAY_AGG(v) OVER w, STRING_AGG(name, '+') OVER w, ARRAY_AGG(name ORDER BY v DESC, name) OVER w
FROM s WINDOW w AS (PARTITION BY k ORDER BY ts ROWS 2 PRECEDING)
VALUES
  (1, ARRAY[1], 'x', ARRAY['x']),
  (3, ARRAY[1, 2], 'x+y', ARRAY['y', 'x']),
  (2, ARRAY[10], NULL, ARRAY[NULL]),
  (6, ARRAY[10, 20], 'z', ARRAY['z', NULL]),
  (4, ARRAY[1, 2, 2], 'x+y+x', ARRAY['x', 'y', 'x']),
  (5, ARRAY[2, 2, NULL], 'y+x+a', ARRAY['x', 'y', 'a']),
  (7, ARRAY[2, NULL, 8], 'x+a+b', ARRAY['b', 'x', 'a']);

-- NaN and the infinities leave a sum again; so does what is much greater than the rest.
-- not on duckdb: what is much greater stays there
ASSERT ROWS
SELECT id, SUM(d) OVER w, AVG(d) OVER w, MAX(d) OVER w
FROM (VALUES (1, 1e0), (2, CAST('NaN' AS DOUBLE)), (3, 2e0), (4, CAST('Infinity' AS DOUBLE)), (5, 1e300),
  (6, 3e0), (7, -1e300), (8, 4e0), (9, 5e0), (10, 1.5e308), (11, 1.5e308), (12, 1e0), (13, 2e0)) AS t(id, d)
WINDOW w AS (ORDER BY id ROWS 1 PRECEDING)
VALUES
  (1, 1.0, 1.0, 1.0),
  (2, CAST('NaN' AS DOUBLE), CAST('NaN' AS DOUBLE), CAST('NaN' AS DOUBLE)),
  (3, CAST('NaN' AS DOUBLE), CAST('NaN' AS DOUBLE), CAST('NaN' AS DOUBLE)),
  (4, CAST('Infinity' AS DOUBLE), CAST('Infinity' AS DOUBLE), CAST('Infinity' AS DOUBLE)),
  (5, CAST('Infinity' AS DOUBLE), CAST('Infinity' AS DOUBLE), CAST('Infinity' AS DOUBLE)),
  (6, 1e300, 5e299, 1e300),
  (7, -1e300, -5e299, 3.0),
  (8, -1e300, -5e299, 4.0),
  (9, 9.0, 4.5, 5.0),
  (10, 1.5e308, 7.5e307, 1.5e308),
  (11, CAST('Infinity' AS DOUBLE), CAST('Infinity' AS DOUBLE), 1.5e308),
  (12, 1.5e308, 7.5e307, 1.5e308),
  (13, 3.0, 1.5, 2.0);
