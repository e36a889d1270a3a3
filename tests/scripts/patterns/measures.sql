-- MEASURES: what is said of a match. With ALL ROWS PER MATCH a measure is computed for each row, from the rows up
-- to that one (RUNNING), or from the whole match (FINAL); with ONE ROW PER MATCH the last row speaks for all.

CREATE STREAM trips (taxi INT, stop VARCHAR, km INT, fare DECIMAL(6, 2), ts TIMESTAMP(3), WATERMARK FOR ts);

INSERT INTO trips VALUES
  (7, 'depot',   0,    NULL,    '2024-01-01 09:00:00'),
  (7, 'park',    4,   '8.00',   '2024-01-01 09:10:00'),
  (7, 'station', 6,  '11.50',   '2024-01-01 09:25:00'),
  (7, 'airport', 21, '30.00',   '2024-01-01 09:55:00'),
  (7, 'depot',   18,   NULL,    '2024-01-01 10:30:00');

-- A bare column is that of the last row so far; `RIDE.fare` of the last RIDE so far.
ASSERT ROWS
SELECT ts, here, ride, km FROM trips MATCH_RECOGNIZE (
  PARTITION BY taxi ORDER BY ts
  MEASURES stop AS here, RIDE.fare AS ride
  ALL ROWS PER MATCH
  PATTERN (OUT RIDE+ BACK)
  DEFINE OUT AS stop = 'depot', RIDE AS fare IS NOT NULL, BACK AS stop = 'depot')
VALUES
  ('2024-01-01 09:00:00', 'depot',   NULL,    0),
  ('2024-01-01 09:10:00', 'park',    '8.00',  4),
  ('2024-01-01 09:25:00', 'station', '11.50', 6),
  ('2024-01-01 09:55:00', 'airport', '30.00', 21),
  ('2024-01-01 10:30:00', 'depot',   '30.00', 18);

-- RUNNING is what is meant where nothing is written; FINAL looks at the whole match from every row.
ASSERT ROWS
SELECT driven, so_far, total, goal FROM trips MATCH_RECOGNIZE (
  PARTITION BY taxi ORDER BY ts
  MEASURES SUM(km) AS driven, RUNNING SUM(RIDE.fare) AS so_far, FINAL SUM(RIDE.fare) AS total,
    FINAL LAST(RIDE.stop) AS goal
  ALL ROWS PER MATCH
  PATTERN (OUT RIDE+ BACK)
  DEFINE OUT AS stop = 'depot', RIDE AS fare IS NOT NULL, BACK AS stop = 'depot')
VALUES
  (0,  NULL,    '49.50', 'airport'),
  (4,  '8.00',  '49.50', 'airport'),
  (10, '19.50', '49.50', 'airport'),
  (31, '49.50', '49.50', 'airport'),
  (49, '49.50', '49.50', 'airport');

-- Both in one expression: which share of the fares was there by then?
ASSERT ROWS
SELECT stop, share FROM trips MATCH_RECOGNIZE (
  PARTITION BY taxi ORDER BY ts
  MEASURES CAST(100 * SUM(RIDE.fare) / FINAL SUM(RIDE.fare) AS INT) AS share
  ALL ROWS PER MATCH
  PATTERN (RIDE+)
  DEFINE RIDE AS fare IS NOT NULL)
VALUES ('park', 16), ('station', 39), ('airport', 100);

-- One row per match: running and final are the same.
ASSERT ROWS
SELECT * FROM trips MATCH_RECOGNIZE (
  PARTITION BY taxi ORDER BY ts
  MEASURES SUM(RIDE.fare) AS running, FINAL SUM(RIDE.fare) AS final, FIRST(ts) AS since, ts AS until,
    EXTRACT(MINUTE FROM BACK.ts) AS minute
  PATTERN (OUT RIDE+ BACK)
  DEFINE OUT AS stop = 'depot', RIDE AS fare IS NOT NULL, BACK AS stop = 'depot')
VALUES (7, '49.50', '49.50', '2024-01-01 09:00:00', '2024-01-01 10:30:00', 30);

-- A variable that took no row has no last row: its measures are NULL.
ASSERT ROWS
SELECT * FROM trips MATCH_RECOGNIZE (
  PARTITION BY taxi ORDER BY ts
  MEASURES TOLL.fare AS toll, COALESCE(TOLL.stop, 'no toll') AS stop, COUNT(TOLL.*) AS tolls
  PATTERN (OUT TOLL? RIDE)
  DEFINE OUT AS stop = 'depot', TOLL AS stop = 'bridge', RIDE AS fare IS NOT NULL)
VALUES (7, NULL, 'no toll', 0);

-- error: FINAL sees the whole match, and while rows are tested there is none yet
--   DEFINE RIDE AS fare > FINAL AVG(RIDE.fare));
--                         ^^^^^^^^^^^^^^^^^^^^
-- hint: leave FINAL out: what a condition sees is always RUNNING
SELECT * FROM trips MATCH_RECOGNIZE (
  PARTITION BY taxi ORDER BY ts
  MEASURES COUNT(*) AS n
  PATTERN (OUT RIDE+)
  DEFINE RIDE AS fare > FINAL AVG(RIDE.fare));
