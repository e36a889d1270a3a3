-- SET sketches = 'datasketches': approximate aggregates by Apache DataSketches, over rows that stay.

CREATE STREAM trades (symbol VARCHAR, price DOUBLE, buyer VARCHAR, ts TIMESTAMP(0),
  WATERMARK FOR ts AS ts - INTERVAL '5' SECOND);
INSERT INTO trades VALUES
  ('oil', 100001, 'ada', '2026-01-01 00:00:01'), ('oil', 100003, 'bob', '2026-01-01 00:00:03'),
  ('oil', 100002, 'ada', '2026-01-01 00:00:02'), ('tin', 7, 'cy', '2026-01-01 00:00:04'),
  ('oil', 100009, NULL, '2026-01-01 00:00:07'), ('tin', NULL, 'ada', '2026-01-01 00:00:11'),
  ('oil', -5, 'dan', '2026-01-01 00:00:12'), ('zinc', NULL, NULL, '2026-01-01 00:00:13'),
  ('tin', CAST('NaN' AS DOUBLE), 'bob', '2026-01-01 00:00:16');

-- Our own: 1 % of the value says little of prices that are close together.
ASSERT ROWS
SELECT symbol, ABS(APPROX_PERCENTILE(price, 0.5) - 100002) <= 1000 FROM trades WHERE symbol = 'oil' GROUP BY symbol
VALUES ('oil', TRUE);

-- error: sketches cannot be 'apache'
-- SET sketches = 'apache';
--                ^^^^^^^^
-- hint: write 'cep', or 'datasketches' for those of Apache DataSketches
SET sketches = 'apache';

SET sketches = 'datasketches';

-- KLL is exact for up to 200 values, then 1.3 % of the ranks off; NaN stands behind all other values.
ASSERT ROWS
SELECT symbol, APPROX_PERCENTILE(price, 0.5), APPROX_PERCENTILE(price, 1), APPROX_PERCENTILE(0) WITHIN GROUP (ORDER BY price),
  APPROX_PERCENTILE(0.25) WITHIN GROUP (ORDER BY price DESC), APPROX_PERCENTILE(DISTINCT price, 0.4), COUNT(*)
FROM trades GROUP BY symbol
VALUES ('oil', 100002, 100009, -5, 100003, 100001, 5), ('tin', 7, CAST('NaN' AS DOUBLE), 7, CAST('NaN' AS DOUBLE), 7, 3),
  ('zinc', NULL, NULL, NULL, NULL, NULL, 1);

-- A value that came before, but not first in time, is not seen twice.
ASSERT ROWS
SELECT APPROX_PERCENTILE(DISTINCT tens, 0.5), MEDIAN(DISTINCT tens), SUM(DISTINCT tens), FIRST_VALUE(DISTINCT tens) IGNORE NULLS
FROM (SELECT CAST(FLOOR(price / 10) AS DOUBLE) AS tens, ts FROM trades WHERE symbol = 'oil')
VALUES (-1, 4999.5, 9999, 10000);

-- HLL is the same in every order.
ASSERT ROWS
SELECT symbol, APPROX_COUNT_DISTINCT(buyer), APPROX_COUNT_DISTINCT(DISTINCT price), APPROX_COUNT_DISTINCT(ts) FILTER (WHERE price > 100001)
FROM trades GROUP BY symbol
VALUES ('oil', 3, 5, 3), ('tin', 3, 2, 1), ('zinc', 0, 0, 0);

-- Windows that overlap are put together from the sketches of their slices,
ASSERT ROWS
SELECT window_end, APPROX_COUNT_DISTINCT(buyer), APPROX_PERCENTILE(price, 0.5), APPROX_PERCENTILE(DISTINCT price, 0.5)
FROM HOP(TABLE trades, DESCRIPTOR(ts), INTERVAL '5' SECOND, INTERVAL '10' SECOND) WHERE symbol = 'oil' GROUP BY window_end
VALUES (TIMESTAMP '2026-01-01 00:00:05', 2, 100002, 100002), (TIMESTAMP '2026-01-01 00:00:10', 2, 100002, 100002),
  (TIMESTAMP '2026-01-01 00:00:15', 1, -5, -5), (TIMESTAMP '2026-01-01 00:00:20', 1, -5, -5);

-- also where there are many;
ASSERT ROWS
SELECT window_end, APPROX_COUNT_DISTINCT(buyer), APPROX_PERCENTILE(price, 0.5), APPROX_PERCENTILE(DISTINCT price, 0.5)
FROM HOP(TABLE trades, DESCRIPTOR(ts), INTERVAL '1' SECOND, INTERVAL '20' SECOND) WHERE symbol = 'oil'
GROUP BY window_end HAVING window_end BETWEEN TIMESTAMP '2026-01-01 00:00:08' AND TIMESTAMP '2026-01-01 00:00:10'
VALUES (TIMESTAMP '2026-01-01 00:00:08', 2, 100002, 100002), (TIMESTAMP '2026-01-01 00:00:09', 2, 100002, 100002),
  (TIMESTAMP '2026-01-01 00:00:10', 2, 100002, 100002);

ASSERT ROWS
SELECT window_end, APPROX_COUNT_DISTINCT(buyer), APPROX_PERCENTILE(price, 0.5)
FROM CUMULATE(TABLE trades, DESCRIPTOR(ts), INTERVAL '5' SECOND, INTERVAL '15' SECOND) WHERE symbol = 'oil' GROUP BY window_end, window_start
VALUES (TIMESTAMP '2026-01-01 00:00:05', 2, 100002), (TIMESTAMP '2026-01-01 00:00:10', 2, 100002),
  (TIMESTAMP '2026-01-01 00:00:15', 3, 100002);

-- sessions that grow together merge theirs;
ASSERT ROWS
SELECT symbol, window_start, APPROX_COUNT_DISTINCT(buyer), APPROX_PERCENTILE(price, 0.5)
FROM SESSION(TABLE trades PARTITION BY symbol, DESCRIPTOR(ts), INTERVAL '3' SECOND) WHERE symbol <> 'zinc' GROUP BY symbol, window_start, window_end
VALUES ('oil', TIMESTAMP '2026-01-01 00:00:01', 2, 100002), ('oil', TIMESTAMP '2026-01-01 00:00:07', 0, 100009),
  ('oil', TIMESTAMP '2026-01-01 00:00:12', 1, -5), ('tin', TIMESTAMP '2026-01-01 00:00:04', 1, 7),
  ('tin', TIMESTAMP '2026-01-01 00:00:11', 1, NULL), ('tin', TIMESTAMP '2026-01-01 00:00:16', 1, CAST('NaN' AS DOUBLE));

-- windows that slide, and frames with a first row, are made from their rows;
ASSERT ROWS
SELECT symbol, window_end, APPROX_COUNT_DISTINCT(buyer), APPROX_PERCENTILE(price, 1)
FROM SLIDE(TABLE trades PARTITION BY symbol, DESCRIPTOR(ts), INTERVAL '6' SECOND) WHERE symbol = 'oil' GROUP BY symbol, window_start, window_end
VALUES ('oil', TIMESTAMP '2026-01-01 00:00:02', 1, 100001), ('oil', TIMESTAMP '2026-01-01 00:00:03', 1, 100002),
  ('oil', TIMESTAMP '2026-01-01 00:00:04', 2, 100003), ('oil', TIMESTAMP '2026-01-01 00:00:08', 2, 100009),
  ('oil', TIMESTAMP '2026-01-01 00:00:13', 1, 100009);

ASSERT ROWS
SELECT ts, APPROX_PERCENTILE(price, 0.5) OVER (ORDER BY ts), APPROX_COUNT_DISTINCT(buyer) OVER (ORDER BY ts),
  APPROX_PERCENTILE(price, 0.5) OVER (ORDER BY ts ROWS BETWEEN 1 PRECEDING AND CURRENT ROW)
FROM trades WHERE symbol = 'oil'
VALUES (TIMESTAMP '2026-01-01 00:00:01', 100001, 1, 100001), (TIMESTAMP '2026-01-01 00:00:02', 100001, 1, 100001),
  (TIMESTAMP '2026-01-01 00:00:03', 100002, 2, 100002), (TIMESTAMP '2026-01-01 00:00:07', 100002, 2, 100003),
  (TIMESTAMP '2026-01-01 00:00:12', 100002, 3, -5);

-- Changes say what was said before: a sketch remembers its rows, whatever its coins fell.
ASSERT ROWS
SELECT symbol, APPROX_COUNT_DISTINCT(buyer), APPROX_PERCENTILE(price, 0.5) FROM trades WHERE symbol <> 'zinc' GROUP BY symbol EMIT STREAM
VALUES ('oil', 3, 100002), ('tin', 3, 7);

ASSERT ROWS
SELECT window_end, APPROX_COUNT_DISTINCT(buyer), APPROX_PERCENTILE(price, 0.5)
FROM HOP(TABLE trades, DESCRIPTOR(ts), INTERVAL '5' SECOND, INTERVAL '10' SECOND) WHERE symbol = 'oil' GROUP BY window_end
LATE ROWS CORRECT WITHIN INTERVAL '10' SECOND
VALUES (TIMESTAMP '2026-01-01 00:00:05', 2, 100002), (TIMESTAMP '2026-01-01 00:00:10', 2, 100002),
  (TIMESTAMP '2026-01-01 00:00:15', 1, -5), (TIMESTAMP '2026-01-01 00:00:20', 1, -5);

-- In row patterns too.
ASSERT ROWS
SELECT * FROM trades MATCH_RECOGNIZE (ORDER BY ts
  MEASURES APPROX_COUNT_DISTINCT(A.buyer) AS buyers, APPROX_PERCENTILE(A.price, 0.5) AS middle
  PATTERN (A A A B) DEFINE A AS A.symbol = 'oil', B AS B.symbol = 'tin')
VALUES (2, 100002);

-- Rows that may be taken back are refused, with their place.
-- error: APPROX_PERCENTILE keeps a sketch of DataSketches, which takes no row back, and rows of its input may be taken back
-- SELECT APPROX_PERCENTILE(n, 0.5) FROM (SELECT symbol, COUNT(*) AS n FROM trades GROUP BY symbol);
--        ^^^^^^^^^^^^^^^^^^^^^^^^^
-- hint: write SET sketches = 'cep' before: those take rows back; or aggregate rows that are said once, when they are final
SELECT APPROX_PERCENTILE(n, 0.5) FROM (SELECT symbol, COUNT(*) AS n FROM trades GROUP BY symbol);

-- error: APPROX_COUNT_DISTINCT keeps a sketch of DataSketches, which takes no row back, and rows of its input may be taken back
SELECT window_end, APPROX_COUNT_DISTINCT(n)
FROM TUMBLE(TABLE (SELECT window_time AS at, symbol, COUNT(*) AS n
  FROM TUMBLE(TABLE trades, DESCRIPTOR(ts), INTERVAL '1' SECOND) GROUP BY window_start, window_end, window_time, symbol), DESCRIPTOR(at), INTERVAL '5' SECOND)
GROUP BY window_end LATE ROWS CORRECT WITHIN INTERVAL '10' SECOND;

SET sketches = 'cep';
ASSERT ROWS
SELECT APPROX_COUNT_DISTINCT(n) FROM (SELECT symbol, COUNT(*) AS n FROM trades GROUP BY symbol)
VALUES (3);
