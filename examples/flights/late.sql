-- Rows that come too late are counted and kept.
--
--     cep run examples/flights/late.sql
--     cep run examples/flights/late.sql --set lateness=6
--
-- The same flights as in delays.sql, but here an hour is complete when a row of 2 hours later has been
-- seen (--set lateness=6: of 6 hours later). Rows stand in the order in which planes left, so a flight
-- that leaves 5 hours after its time comes when the result of its hour has been said: it is late for
-- the query as well.
CREATE STREAM flights (
  origin    VARCHAR,
  dep_delay INT,
  time_hour TIMESTAMP(0),
  WATERMARK FOR time_hour AS time_hour - INTERVAL '${lateness:-2}' HOUR
) WITH (
  connector = 'file',
  path      = '${flights:-examples/flights/data/flights.csv}',
  null      = 'NA'
);

-- A query that is started has a name, under which its late rows and its errors can be read. This one
-- writes into a sink; `blackhole` forgets what it is given, so that only the late rows are shown here.
CREATE SINK hourly WITH (connector = 'blackhole') AS
SELECT
  origin,
  window_start    AS hour,
  COUNT(*)        AS departures,
  MAX(dep_delay)  AS longest_delay
FROM TABLE(TUMBLE(TABLE flights, DESCRIPTOR(time_hour), INTERVAL '1' HOUR))
WHERE dep_delay IS NOT NULL
GROUP BY origin, window_start, window_end;

-- The late rows: their time, the watermark that had passed the end of their hour, and what they were.
-- Their number is exact for ever; of the rows themselves the first 10,000 are kept.
SELECT
  event_time                             AS hour,
  watermark,
  JSON_VALUE("row", '$.origin')          AS origin,
  JSON_VALUE("row", '$.dep_delay')       AS dep_delay
FROM late.hourly
ORDER BY watermark, event_time
LIMIT 10;

-- Late rows, day by day. On the 8th a snow storm closed the airports.
SELECT window_start AS day, COUNT(*) AS late_rows
FROM TABLE(TUMBLE(TABLE late.hourly, DESCRIPTOR(event_time), INTERVAL '1' DAY))
GROUP BY window_start, window_end
ORDER BY day;
