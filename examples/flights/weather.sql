-- Flights with the weather as of their departure, and with their planes.
--
--     cep run examples/flights/weather.sql
--
-- `weather` is a versioned table: an hourly reading of an airport holds until the next one. Its
-- WATERMARK says how long a reading may come late; a flight is answered when both it and the weather
-- of its hour are complete. `planes` is a table without versions: each flight is put beside its plane
-- as that is known now.

CREATE STREAM flights (
  carrier   VARCHAR,
  flight    INT,
  tailnum   VARCHAR,
  origin    VARCHAR,
  minute    INT,
  dep_delay INT,
  time_hour TIMESTAMP(0),
  departs   AS time_hour + minute * INTERVAL '1' MINUTE,
  WATERMARK FOR departs AS departs - INTERVAL '${lateness:-1}' DAY
) WITH (connector = 'file', path = '${flights:-examples/flights/data/flights.csv}', null = 'NA');

CREATE TABLE weather (
  origin     VARCHAR,
  wind_speed DOUBLE,
  precip     DOUBLE,
  visib      DOUBLE,
  time_hour  TIMESTAMP(0),
  PRIMARY KEY (origin),
  WATERMARK FOR time_hour AS time_hour - INTERVAL '${season:-31}' DAY
) WITH (connector = 'file', path = '${weather:-examples/flights/data/weather.csv}', null = 'NA');

CREATE TABLE planes (
  tailnum VARCHAR,
  model   VARCHAR,
  seats   INT,
  PRIMARY KEY (tailnum)
) WITH (connector = 'file', path = '${planes:-examples/flights/data/planes.csv}', null = 'NA');

CREATE VIEW departures AS
SELECT f.origin, f.carrier, f.flight, f.departs, f.dep_delay, w.wind_speed, w.precip, w.visib,
  p.model, p.seats
FROM flights AS f
  LEFT JOIN weather FOR SYSTEM_TIME AS OF f.departs AS w ON f.origin = w.origin
  LEFT JOIN planes FOR SYSTEM_TIME AS OF PROCTIME() AS p ON f.tailnum = p.tailnum;

-- How much later do flights leave in the wind, and in bad sight?
SELECT
  CASE WHEN visib < 3 THEN 'bad' ELSE 'good' END      AS sight,
  CAST(FLOOR(wind_speed / 10) * 10 AS INT)            AS wind_from_mph,
  COUNT(*)                                            AS flights,
  COUNT(*) FILTER (WHERE dep_delay IS NULL)           AS cancelled,
  ROUND(AVG(dep_delay), 1)                            AS mean_delay,
  SUM(seats)                                          AS seats
FROM departures
WHERE wind_speed IS NOT NULL
GROUP BY CASE WHEN visib < 3 THEN 'bad' ELSE 'good' END, CAST(FLOOR(wind_speed / 10) * 10 AS INT)
ORDER BY sight, wind_from_mph;

-- The worst delays, with what the weather was like and how many were to fly.
SELECT departs, origin, carrier, flight, dep_delay, wind_speed, precip, model, seats
FROM departures
WHERE dep_delay IS NOT NULL
ORDER BY dep_delay DESC, departs
LIMIT 5;
