-- EMIT STREAM: a session is said as its rows come. When it grows, or two grow together, what was said of
-- it is taken back. The answer is the same as of complete sessions.

CREATE STREAM s (k VARCHAR, v INT, ts TIMESTAMP(3), WATERMARK FOR ts AS ts - INTERVAL '8' SECOND);
START visits AS
SELECT k, window_start, window_end, COUNT(*) AS n
FROM SESSION(TABLE s PARTITION BY k, DESCRIPTOR(ts), INTERVAL '5' SECOND) GROUP BY k, window_start, window_end EMIT STREAM;

INSERT INTO s VALUES
  ('a', 1, '2024-01-01 00:00:02'),
  ('a', 2, '2024-01-01 00:00:08'),       -- a session of its own
  ('a', 4, '2024-01-01 00:00:05'),       -- comes between, and there is one session
  ('b', 8, '2024-01-01 00:00:09'),
  ('b', 16, '2024-01-01 00:00:06'),      -- b's session begins earlier
  ('a', 32, '2024-01-01 00:00:14.5'),    -- the watermark comes to 6.5
  ('a', NULL, '2024-01-01 00:00:12.999'),-- a's two sessions are one
  ('b', 64, '2024-01-01 00:00:30'),      -- the watermark comes to 22
  ('b', 128, '2024-01-01 00:00:10'),     -- late
  ('a', 256, '2024-01-01 00:00:18');     -- a's session has ended by now, and this one has not

ASSERT ROWS
SELECT k, window_start, window_end, COUNT(*), SUM(v), FIRST_VALUE(v), MAX(v) FILTER (WHERE v < 10)
FROM SESSION(TABLE s PARTITION BY k, DESCRIPTOR(ts), INTERVAL '5' SECOND) GROUP BY k, window_start, window_end
EMIT STREAM
VALUES
  ('a', '2024-01-01 00:00:02', '2024-01-01 00:00:19.5', 5, 39, 1, 4),
  ('a', '2024-01-01 00:00:18', '2024-01-01 00:00:23', 1, 256, 256, NULL),
  ('b', '2024-01-01 00:00:06', '2024-01-01 00:00:14', 2, 24, 16, 8),
  ('b', '2024-01-01 00:00:30', '2024-01-01 00:00:35', 1, 64, 64, NULL);

ASSERT ROWS
SELECT event_time, watermark, JSON_VALUE(row, '$.window_end') FROM late.visits
VALUES ('2024-01-01 00:00:10', '2024-01-01 00:00:22', '2024-01-01 00:00:15');

-- A change that is not seen is not said: the greatest value stays.
ASSERT ROWS
SELECT k, MAX(v) FROM SESSION(TABLE s PARTITION BY k, DESCRIPTOR(ts), INTERVAL '5' SECOND) WHERE v < 50
GROUP BY k, window_start, window_end HAVING COUNT(*) > 1
EMIT STREAM
VALUES ('a', 32), ('b', 16);

-- The rows of sessions, with the bounds that these have.
ASSERT ROWS
SELECT v, window_start, window_end FROM SESSION(TABLE s PARTITION BY k, DESCRIPTOR(ts), INTERVAL '5' SECOND)
WHERE k = 'b'
EMIT STREAM
VALUES
  (8, '2024-01-01 00:00:06', '2024-01-01 00:00:14'), (16, '2024-01-01 00:00:06', '2024-01-01 00:00:14'),
  (64, '2024-01-01 00:00:30', '2024-01-01 00:00:35');

ASSERT ROWS
SELECT COUNT(*), SUM(v), STRING_AGG(k, '') FROM SESSION(TABLE s, DESCRIPTOR(ts), INTERVAL '1' SECOND)
GROUP BY window_time
EMIT STREAM AFTER DELAY INTERVAL '1' SECOND
VALUES (1, 1, 'a'), (1, 4, 'a'), (1, 16, 'b'), (1, 2, 'a'), (1, 8, 'b'), (1, NULL, 'a'), (1, 32, 'a'), (1, 64, 'b');

-- An error of a session is taken back with it: the first row of a fails no more when the second comes.
ASSERT ROWS
SELECT k, SUM(v) / (COUNT(*) - 1) FROM SESSION(TABLE s PARTITION BY k, DESCRIPTOR(ts), INTERVAL '5' SECOND)
WHERE ts < TIMESTAMP '2024-01-01 00:00:14.6' AND v < 50 GROUP BY k, window_start, window_end
EMIT STREAM
VALUES ('a', 13), ('b', 24);

-- Sessions of what windows say as changes: counts per second, which grow, make sessions that grow.
ASSERT ROWS
SELECT k, window_start, window_end, COUNT(*), SUM(n), MAX(n)
FROM SESSION(TABLE (
    SELECT k, window_time AS ended, COUNT(*) AS n FROM TUMBLE(TABLE s, DESCRIPTOR(ts), INTERVAL '3' SECOND)
    GROUP BY k, window_start, window_end, window_time) PARTITION BY k, DESCRIPTOR(ended), INTERVAL '4' SECOND)
GROUP BY k, window_start, window_end
EMIT STREAM
VALUES
  ('a', '2024-01-01 00:00:02.999', '2024-01-01 00:00:12.999', 3, 3, 1),
  ('a', '2024-01-01 00:00:14.999', '2024-01-01 00:00:18.999', 1, 2, 2),
  ('b', '2024-01-01 00:00:08.999', '2024-01-01 00:00:15.999', 2, 2, 1),
  ('b', '2024-01-01 00:00:32.999', '2024-01-01 00:00:36.999', 1, 1, 1);

-- plan:
-- Project k, $0 AS n
--   Aggregate COUNT(*) by k, window_start, window_end per window (Session 5 s on ts by k), said as changes
--     Project k, window_start, window_end
--       Session 5 s on ts by k, in single rows
--         Scan s (inserts, 2 of 3 columns)
ASSERT ROWS
SELECT k, COUNT(*) AS n FROM SESSION(TABLE s PARTITION BY k, DESCRIPTOR(ts), INTERVAL '5' SECOND) GROUP BY k, window_start
EMIT STREAM
VALUES ('a', 5), ('a', 1), ('b', 2), ('b', 1);
