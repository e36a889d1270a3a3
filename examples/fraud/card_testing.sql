-- Card testing: whoever has stolen numbers tries each with a few small charges, and then takes all he can.
--
--     cep run examples/fraud/card_testing.sql

CREATE STREAM payments (
  ts     TIMESTAMP(0),
  card   INT,
  amount DECIMAL(10, 2),
  shop   VARCHAR,
  WATERMARK FOR ts AS ts - INTERVAL '1' MINUTE
) WITH (connector = 'file', path = '${payments:-examples/fraud/payments.csv}');

-- Three or more charges below 5 in a row, then, whatever comes between (`->`), one that is a hundred times what
-- they were on average. All in ten minutes: WITHIN also says how long a card has to be watched.
SELECT *
FROM payments MATCH_RECOGNIZE (
  PARTITION BY card
  ORDER BY ts
  MEASURES
    FIRST(SMALL.ts)            AS since,
    COUNT(SMALL.*)             AS small,
    COUNT(DISTINCT SMALL.shop) AS shops,
    SUM(SMALL.amount)          AS tested,
    LARGE.amount               AS taken,
    LARGE.shop                 AS shop
  PATTERN (SMALL{3,} -> LARGE) WITHIN INTERVAL '10' MINUTE
  DEFINE
    SMALL AS amount < 5,
    LARGE AS amount > 100 * AVG(SMALL.amount)
);

-- The same, and the cards that are being tested but were not used in time: their last chance is over.
SELECT card, status, at, small
FROM payments MATCH_RECOGNIZE (
  PARTITION BY card
  ORDER BY ts
  MEASURES MATCH_STATUS() AS status, MATCH_ROWTIME() AS at, COUNT(SMALL.*) AS small
  ONE ROW PER MATCH WITH TIMEOUT ROWS
  PATTERN (SMALL{3,} -> LARGE) WITHIN INTERVAL '10' MINUTE
  DEFINE
    SMALL AS amount < 5,
    LARGE AS amount > 100 * AVG(SMALL.amount)
)
WHERE small >= 3;
