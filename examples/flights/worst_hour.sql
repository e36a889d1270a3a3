-- The worst hour so far: a result that is corrected while the flights come in.
--
--     cep run examples/flights/worst_hour.sql
--     cep run examples/flights/worst_hour.sql --set flights=/data/flights.csv.zip --set lateness=366
--
-- Rows are handed on in batches, and what changes within one batch is said once. Small batches let us
-- look more closely; without this line the sample is read at one go.
SET batch_rows = ${batch_rows:-100};

-- delays.sql explains the stream.
CREATE STREAM flights (
  dep_delay INT,
  time_hour TIMESTAMP(0),
  WATERMARK FOR time_hour AS time_hour - INTERVAL '${lateness:-1}' DAY
) WITH (
  connector = 'file',
  path      = '${flights:-examples/flights/data/flights.csv}',
  null      = 'NA'
);

-- A view is a query with a name. Nothing runs until somebody reads it.
CREATE VIEW hourly AS
SELECT
  window_start                                AS hour,
  COUNT(*) FILTER (WHERE dep_delay > 30)      AS delayed
FROM TABLE(TUMBLE(TABLE flights, DESCRIPTOR(time_hour), INTERVAL '1' HOUR))
GROUP BY window_start, window_end;

-- EMIT STREAM says what is known now and takes it back when it is no longer true: a row with op `-`
-- withdraws one that was said before, a row with op `+` is new. EMIT AFTER WATERMARK, which is what a
-- window does by itself, would say an hour once, when it is complete.
SELECT ARG_MAX(hour, delayed) AS worst_hour, MAX(delayed) AS delayed
FROM hourly
HAVING MAX(delayed) > 0                -- nothing is said before the first flight is late
EMIT STREAM;

-- In the end: the hours in which most flights left over 30 minutes late.
SELECT hour, delayed
FROM hourly
ORDER BY delayed DESC, hour
LIMIT 5;
