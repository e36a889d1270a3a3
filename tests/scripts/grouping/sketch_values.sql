-- Sketches as values of BYTES: hourly ones are kept, and put together for a day.

CREATE STREAM visits (visitor VARCHAR, id BIGINT, ms DOUBLE, ts TIMESTAMP(0), WATERMARK FOR ts AS ts - INTERVAL '5' SECOND);
INSERT INTO visits VALUES
  ('ada', 1, 20, '2026-01-01 00:00:01'), ('bob', 2, 40, '2026-01-01 00:10:00'), ('ada', 1, 30, '2026-01-01 00:59:00'),
  ('cy', 3, 5, '2026-01-01 01:00:04'), (NULL, NULL, 90, '2026-01-01 01:30:00'), ('ada', 1, NULL, '2026-01-01 02:00:00'),
  ('dan', 4, CAST('NaN' AS DOUBLE), '2026-01-01 02:00:01'), (NULL, NULL, NULL, '2026-01-01 04:00:00');

CREATE VIEW hours AS
SELECT window_time AS hour, HLL_SKETCH_AGG(visitor) AS visitors, HLL_SKETCH_AGG(id) AS ids, KLL_SKETCH_AGG_DOUBLE(ms) AS ms
FROM TUMBLE(TABLE visits, DESCRIPTOR(ts), INTERVAL '1' HOUR) GROUP BY window_start, window_end, window_time;

-- A group without values has an empty sketch.
ASSERT ROWS
SELECT hour, HLL_SKETCH_ESTIMATE(visitors), HLL_SKETCH_ESTIMATE(ids), KLL_SKETCH_GET_QUANTILE_DOUBLE(ms, 0.5) FROM hours
VALUES (TIMESTAMP '2026-01-01 00:59:59', 2, 2, 30), (TIMESTAMP '2026-01-01 01:59:59', 1, 1, 5),
  (TIMESTAMP '2026-01-01 02:59:59', 2, 2, NULL), (TIMESTAMP '2026-01-01 04:59:59', 0, 0, NULL);

ASSERT ROWS
SELECT HLL_SKETCH_ESTIMATE(HLL_UNION_AGG(visitors)), HLL_SKETCH_ESTIMATE(HLL_UNION_AGG(ids)),
  KLL_SKETCH_GET_QUANTILE_DOUBLE(KLL_MERGE_AGG_DOUBLE(ms), 0.2), KLL_SKETCH_GET_QUANTILE_DOUBLE(KLL_MERGE_AGG_DOUBLE(ms), 1)
FROM TUMBLE(TABLE hours, DESCRIPTOR(hour), INTERVAL '1' DAY) GROUP BY window_start, window_end
VALUES (4, 4, 5, 90);

-- The bytes of equal values are equal, whatever their order: here of 1, and of '' and 'x', as other systems write them.
ASSERT ROWS
SELECT HLL_SKETCH_AGG(n), HLL_SKETCH_AGG(n) = HLL_SKETCH_AGG(m), HLL_SKETCH_AGG(s) = HLL_SKETCH_AGG('x')
FROM (VALUES (1, 1, ''), (1, 1, 'x')) AS t(n, m, s)
VALUES (X'0201070C030801082BF2FB06', TRUE, TRUE);

-- Over windows that overlap, and rows in an order.
ASSERT ROWS
SELECT window_end, HLL_SKETCH_ESTIMATE(HLL_SKETCH_AGG(visitor)), KLL_SKETCH_GET_QUANTILE_DOUBLE(KLL_SKETCH_AGG_DOUBLE(ms), 0.5)
FROM HOP(TABLE visits, DESCRIPTOR(ts), INTERVAL '1' HOUR, INTERVAL '2' HOUR) GROUP BY window_end, window_start
VALUES (TIMESTAMP '2026-01-01 01:00:00', 2, 30), (TIMESTAMP '2026-01-01 02:00:00', 3, 30), (TIMESTAMP '2026-01-01 03:00:00', 3, 5),
  (TIMESTAMP '2026-01-01 04:00:00', 2, NULL), (TIMESTAMP '2026-01-01 05:00:00', 0, NULL), (TIMESTAMP '2026-01-01 06:00:00', 0, NULL);

ASSERT ROWS
SELECT hour, HLL_SKETCH_ESTIMATE(HLL_UNION_AGG(visitors) OVER (ORDER BY hour)) FROM hours
VALUES (TIMESTAMP '2026-01-01 00:59:59', 2), (TIMESTAMP '2026-01-01 01:59:59', 3), (TIMESTAMP '2026-01-01 02:59:59', 4),
  (TIMESTAMP '2026-01-01 04:59:59', 4);

-- What is no sketch is an error of its row, or its group.
-- error: these bytes are no HLL sketch of DataSketches
SELECT HLL_SKETCH_ESTIMATE(X'00FF');

-- error: the rank 1.5 does not lie between 0 and 1
SELECT KLL_SKETCH_GET_QUANTILE_DOUBLE(KLL_SKETCH_AGG_DOUBLE(n), 1.5) FROM (VALUES (1), (2)) AS t(n);

-- error: there are bytes that are no KLL sketch of DataSketches
SELECT KLL_MERGE_AGG_DOUBLE(b) FROM (VALUES (X'00FF')) AS t(b);

-- error: HLL_SKETCH_AGG does not take (DOUBLE)
SELECT hll_sketch_agg(ms) FROM visits;

-- Rows that may be taken back are refused.
-- error: HLL_SKETCH_AGG keeps a sketch of DataSketches, which takes no row back, and rows of its input may be taken back
SELECT HLL_SKETCH_AGG(n) FROM (SELECT visitor, COUNT(*) AS n FROM visits GROUP BY visitor);
