-- Departures per airport and hour: how many, how late on average, how many of them over 30 minutes.
--
--     cep run examples/flights/delays.sql
--     cep run examples/flights/delays.sql --set flights=/data/flights.csv.zip --set lateness=366
--
-- The first line reads the sample beside this script (from the root of the repository; --set flights
-- names it from anywhere else), the second the whole year 2013.

-- A stream is declared once: its columns, which of them is the event time, and where it comes from.
-- Columns of the file that nobody asks for need not be named. `time_hour` is the hour, in UTC, in
-- which a flight was to leave; `dep_delay` says by how many minutes it left later, or earlier.
--
-- A row is written when its plane has left, so a flight that is 3 hours late stands 3 hours too far
-- down. The WATERMARK says how long to wait for such rows: an hour is complete, and its result said,
-- when a row of one day later has been seen.
CREATE STREAM flights (
  origin    VARCHAR,
  dep_delay INT,
  time_hour TIMESTAMP(0),
  WATERMARK FOR time_hour AS time_hour - INTERVAL '${lateness:-1}' DAY
) WITH (
  connector = 'file',
  path      = '${flights:-examples/flights/data/flights.csv}',
  null      = 'NA'                      -- how this file writes a missing value
);

-- TUMBLE cuts time into hours and adds window_start and window_end to every row. A cancelled flight
-- has no delay; it is not a departure.
SELECT
  origin,
  window_start                                                          AS hour,
  COUNT(*)                                                              AS departures,
  ROUND(AVG(dep_delay), 1)                                              AS mean_delay,
  ROUND(100 * AVG(CASE WHEN dep_delay > 30 THEN 1 ELSE 0 END), 1)       AS percent_over_30
FROM TABLE(TUMBLE(TABLE flights, DESCRIPTOR(time_hour), INTERVAL '1' HOUR))
WHERE dep_delay IS NOT NULL
GROUP BY origin, window_start, window_end;
