-- Delay cascades: aircraft that left late, and then each time later still.
--
--     cep run examples/flights/cascades.sql
--     cep run examples/flights/cascades.sql --set flights=/data/flights.csv.zip --set lateness=366

-- `scheduled` is computed from two columns of the file, and is the event time: the matches of a pattern
-- are rows in that order, whatever the order in the file. A row may come a day late.
CREATE STREAM flights (
  tailnum   VARCHAR,
  origin    VARCHAR,
  dest      VARCHAR,
  dep_delay INT,
  minute    INT,
  time_hour TIMESTAMP(0),
  scheduled AS time_hour + minute * INTERVAL '1' MINUTE,
  WATERMARK FOR scheduled AS scheduled - INTERVAL '${lateness:-1}' DAY
) WITH (
  connector = 'file',
  path      = '${flights:-examples/flights/data/flights.csv}',
  null      = 'NA'
);

-- PARTITION BY: each aircraft has a sequence of its own. PATTERN: a departure of half an hour late or more,
-- then two or more that each are later than the one before. DEFINE says what each is; PREV is the departure
-- before. Where a cascade ends is seen when the next departure is not later, or when a day has passed.
SELECT *
FROM (SELECT * FROM flights WHERE tailnum IS NOT NULL) MATCH_RECOGNIZE (
  PARTITION BY tailnum
  ORDER BY scheduled
  MEASURES
    FIRST(scheduled)                        AS since,
    COUNT(*)                                AS departures,
    FIRST(dep_delay)                        AS first_delay,
    LAST(dep_delay)                         AS last_delay,
    STRING_AGG(origin || '-' || dest, ', ') AS legs
  PATTERN (LATE LATER{2,}) WITHIN INTERVAL '1' DAY
  DEFINE
    LATE  AS dep_delay >= 30,
    LATER AS dep_delay > PREV(dep_delay)
);
