-- V-shapes: prices that fall at least twice, and then rise to where they began, or above.
--
--     cep run examples/prices/v_shapes.sql

CREATE STREAM ticks (
  ts     TIMESTAMP(0),
  symbol VARCHAR,
  price  DECIMAL(10, 2),
  volume INT,
  WATERMARK FOR ts AS ts - INTERVAL '5' SECOND
) WITH (connector = 'file', path = '${ticks:-examples/prices/ticks.csv}');

-- One row for each V. SKIP TO RECOVERED: the end of one may be the beginning of the next.
SELECT symbol, began, bottom, high, low, recovered, CAST(ROUND(100 * (high - low) / high, 2) AS DOUBLE) AS percent
FROM ticks MATCH_RECOGNIZE (
  PARTITION BY symbol
  ORDER BY ts
  MEASURES
    TOP.ts           AS began,
    LAST(DOWN.ts)    AS bottom,
    TOP.price        AS high,
    LAST(DOWN.price) AS low,
    RECOVERED.price  AS recovered
  AFTER MATCH SKIP TO RECOVERED
  PATTERN (TOP DOWN{2,} UP*? RECOVERED) WITHIN INTERVAL '10' MINUTE
  DEFINE
    DOWN      AS price < PREV(price),
    UP        AS price > PREV(price),
    RECOVERED AS price > PREV(price) AND price >= TOP.price
);

-- Every tick of those that are deeper than 0.7 percent, and what it was in its V: FINAL looks at the whole match
-- from each of its rows, RUNNING (which need not be written) only at the rows so far.
SELECT symbol, ts, number, part, price, fallen
FROM ticks MATCH_RECOGNIZE (
  PARTITION BY symbol
  ORDER BY ts
  MEASURES
    MATCH_NUMBER()                                                     AS number,
    CLASSIFIER()                                                       AS part,
    CAST(100 * (TOP.price - FINAL MIN(price)) / TOP.price AS DOUBLE)   AS depth,
    TOP.price - RUNNING MIN(price)                                     AS fallen
  ALL ROWS PER MATCH
  AFTER MATCH SKIP TO RECOVERED
  PATTERN (TOP DOWN{2,} UP*? RECOVERED) WITHIN INTERVAL '10' MINUTE
  DEFINE
    DOWN      AS price < PREV(price),
    UP        AS price > PREV(price),
    RECOVERED AS price > PREV(price) AND price >= TOP.price
)
WHERE depth > 0.7;
