-- Orders that are not paid within the hour: two streams, merged by their event times.
--
--     cep run examples/orders/unpaid.sql

CREATE STREAM orders (
  placed TIMESTAMP(0),
  id     INT,
  item   VARCHAR,
  total  DECIMAL(10, 2),
  WATERMARK FOR placed
) WITH (connector = 'file', path = '${orders:-examples/orders/orders.csv}');

CREATE STREAM payments (
  paid   TIMESTAMP(0),
  id     INT,
  amount DECIMAL(10, 2),
  WATERMARK FOR paid AS paid - INTERVAL '1' MINUTE
) WITH (connector = 'file', path = '${payments:-examples/orders/payments.csv}');

-- `!PAID` says that none comes. That is known when the hour is over: MATCH_ROWTIME() is that moment, and the
-- watermark alone brings it about, also when nobody orders or pays any more.
CREATE VIEW unpaid AS
SELECT *
FROM (orders, payments) MATCH_RECOGNIZE (
  PARTITION BY id
  ORDER BY rowtime
  MEASURES
    PLACED.item     AS item,
    PLACED.total    AS total,
    PLACED.rowtime  AS placed,
    MATCH_ROWTIME() AS overdue
  PATTERN (PLACED -> !PAID) WITHIN INTERVAL '1' HOUR
  DEFINE
    PLACED AS orders.total > 0,                      -- a row of orders
    PAID   AS payments.amount >= PLACED.total        -- a row of payments, of the whole sum
);

SELECT * FROM unpaid;

-- Matches have an event time too: how much is overdue from each hour on?
SELECT window_start AS hour, COUNT(*) AS orders, SUM(total) AS total
FROM TUMBLE(TABLE unpaid, DESCRIPTOR(overdue), INTERVAL '1' HOUR)
GROUP BY window_start, window_end;
