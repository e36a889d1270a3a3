-- MATCH_ROWTIME() is the event time of a match: that of its last row, or the deadline. By it matches can be put into
-- windows, or be matched again.

CREATE STREAM pumps (pump INT, state VARCHAR, ts TIMESTAMP(0), WATERMARK FOR ts AS ts - INTERVAL '10' SECOND);

INSERT INTO pumps VALUES
  (1, 'on',  '2024-01-01 00:00:10'), (2, 'on',  '2024-01-01 00:00:15'), (1, 'off', '2024-01-01 00:00:20'),
  (1, 'on',  '2024-01-01 00:00:45'), (2, 'off', '2024-01-01 00:00:40'), (1, 'off', '2024-01-01 00:00:50'),
  (2, 'on',  '2024-01-01 00:00:58'), (2, 'off', '2024-01-01 00:01:02'), (1, 'on',  '2024-01-01 00:01:10'),
  (1, 'off', '2024-01-01 00:01:30'), (3, 'on',  '2024-01-01 00:02:00'), (3, 'off', '2024-01-01 00:02:10');

-- A view of all runs, with the time at which each was over.
CREATE VIEW runs AS
SELECT * FROM pumps MATCH_RECOGNIZE (
  PARTITION BY pump ORDER BY ts
  MEASURES RUN_ON.ts AS started, MATCH_ROWTIME() AS at
  PATTERN (RUN_ON RUN_OFF)
  DEFINE RUN_ON AS state = 'on', RUN_OFF AS state = 'off');

ASSERT ROWS
SELECT * FROM runs
VALUES
  (1, '2024-01-01 00:00:10', '2024-01-01 00:00:20'), (2, '2024-01-01 00:00:15', '2024-01-01 00:00:40'),
  (1, '2024-01-01 00:00:45', '2024-01-01 00:00:50'), (2, '2024-01-01 00:00:58', '2024-01-01 00:01:02'),
  (1, '2024-01-01 00:01:10', '2024-01-01 00:01:30'), (3, '2024-01-01 00:02:00', '2024-01-01 00:02:10');

-- Windows over matches.
ASSERT ROWS
SELECT window_start, COUNT(*) AS runs, MAX(at - started) AS longest
FROM TUMBLE(TABLE runs, DESCRIPTOR(at), INTERVAL '1' MINUTE)
GROUP BY window_start, window_end
VALUES
  ('2024-01-01 00:00:00', 3, INTERVAL '25' SECOND),
  ('2024-01-01 00:01:00', 2, INTERVAL '20' SECOND),
  ('2024-01-01 00:02:00', 1, INTERVAL '10' SECOND);

-- Patterns over matches: two runs of one pump, the second shorter.
ASSERT ROWS
SELECT * FROM runs MATCH_RECOGNIZE (
  PARTITION BY pump ORDER BY at
  MEASURES A.started AS first, B.started AS second, MATCH_ROWTIME() AS done
  PATTERN (A B)
  DEFINE B AS B.at - B.started < A.at - A.started)
VALUES
  (1, '2024-01-01 00:00:10', '2024-01-01 00:00:45', '2024-01-01 00:00:50'),
  (2, '2024-01-01 00:00:15', '2024-01-01 00:00:58', '2024-01-01 00:01:02');

-- With all rows the event time is still that of the rows.
ASSERT ROWS
SELECT window_start, COUNT(*) AS rows, MAX(n) AS n
FROM TUMBLE(TABLE (
    SELECT ts, n FROM pumps MATCH_RECOGNIZE (
      PARTITION BY pump ORDER BY ts MEASURES MATCH_NUMBER() AS n ALL ROWS PER MATCH
      PATTERN (RUN_ON RUN_OFF) DEFINE RUN_ON AS state = 'on', RUN_OFF AS state = 'off')),
  DESCRIPTOR(ts), INTERVAL '1' MINUTE)
GROUP BY window_start, window_end
VALUES ('2024-01-01 00:00:00', 7, 2), ('2024-01-01 00:01:00', 3, 3), ('2024-01-01 00:02:00', 2, 1);

-- Without it a match has no event time.
-- error: started is not the event time
--   DESCRIPTOR(started), INTERVAL '1' MINUTE);
--              ^^^^^^^
-- hint: write MATCH_ROWTIME() AS at in MEASURES: it is the event time of a match
SELECT * FROM TUMBLE(TABLE (
    SELECT * FROM pumps MATCH_RECOGNIZE (
      PARTITION BY pump ORDER BY ts MEASURES RUN_ON.ts AS started PATTERN (RUN_ON RUN_OFF))),
  DESCRIPTOR(started), INTERVAL '1' MINUTE);

-- Another time of the match is a plain column, and no event time.
-- error: started is not the event time
-- FROM TUMBLE(TABLE runs, DESCRIPTOR(started), INTERVAL '1' MINUTE)
--                                    ^^^^^^^
-- hint: the event time here is at
SELECT window_start, COUNT(*) AS runs
FROM TUMBLE(TABLE runs, DESCRIPTOR(started), INTERVAL '1' MINUTE)
GROUP BY window_start, window_end;
