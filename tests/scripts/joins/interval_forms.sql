-- An interval is recognized in whatever form it is written, as long as it is the distance of two
-- event times: with <, <=, >, >=, = and BETWEEN, either way round, with sums and differences.

CREATE STREAM a (k INT, ts TIMESTAMP(3), WATERMARK FOR ts);
CREATE STREAM b (k INT, ts TIMESTAMP(0), sent TIMESTAMP(0), WATERMARK FOR ts);
INSERT INTO a VALUES (1, '2024-01-01 00:00:10'), (2, '2024-01-01 00:00:20');
INSERT INTO b VALUES
  (1, '2024-01-01 00:00:10', '2024-01-01 00:00:10'), (2, '2024-01-01 00:00:15', '2024-01-01 00:00:10'),
  (3, '2024-01-01 00:00:26', '2024-01-01 00:00:20');

-- plan:
-- Inner join on ts BETWEEN ts - 5 s AND ts + 10 s
--   Scan a (inserts)
--   Scan b (inserts, 2 of 3 columns)
ASSERT ROWS
SELECT a.k, b.k FROM a JOIN b ON b.ts BETWEEN a.ts - INTERVAL '5' SECOND AND a.ts + INTERVAL '10' SECOND
VALUES (1, 1), (1, 2), (2, 2), (2, 3);

-- plan:
-- Inner join on ts BETWEEN ts - 5 s AND ts + 10 s
--   Scan a (inserts)
--   Scan b (inserts, 2 of 3 columns)
ASSERT ROWS
SELECT a.k, b.k FROM a JOIN b ON a.ts <= b.ts + INTERVAL '5' SECOND AND b.ts - INTERVAL '10' SECOND <= a.ts
VALUES (1, 1), (1, 2), (2, 2), (2, 3);

-- plan:
-- Inner join on ts BETWEEN ts - 5 s AND ts + 10 s
--   Scan a (inserts)
--   Scan b (inserts, 2 of 3 columns)
ASSERT ROWS
SELECT a.k, b.k FROM a JOIN b ON b.ts - a.ts BETWEEN -INTERVAL '5' SECOND AND INTERVAL '10' SECOND
VALUES (1, 1), (1, 2), (2, 2), (2, 3);

-- Constants on both sides, added up; and the sign may be turned.
-- plan:
-- Inner join on ts BETWEEN ts - 5 s AND ts + 10 s
--   Scan a (inserts)
--   Scan b (inserts, 2 of 3 columns)
ASSERT ROWS
SELECT a.k, b.k FROM a JOIN b
ON a.ts - INTERVAL '1' MINUTE <= b.ts - INTERVAL '55' SECOND AND INTERVAL '20' SECOND - INTERVAL '10' SECOND >= -(a.ts - b.ts)
VALUES (1, 1), (1, 2), (2, 2), (2, 3);

-- Strict ends are an instant nearer.
-- plan:
-- Inner join on ts BETWEEN ts - 4.999999 s AND ts + 5.999999 s
--   Scan a (inserts)
--   Scan b (inserts, 2 of 3 columns)
ASSERT ROWS
SELECT a.k, b.k FROM a JOIN b ON a.ts < b.ts + 5 * INTERVAL '1' SECOND AND b.ts < a.ts + INTERVAL '6' SECOND
VALUES (1, 1), (1, 2);

-- Equal times are an interval of no length, and a key as well.
-- plan:
-- Inner join on ts = $key0 AND ts BETWEEN ts AND ts
--   Scan a (inserts)
--   Project k, ts, CAST(ts AS TIMESTAMP(3)) AS $key0
--     Scan b (inserts, 2 of 3 columns)
ASSERT ROWS
SELECT a.k, b.k FROM a JOIN b ON a.ts = b.ts
VALUES (1, 1);

-- A stricter bound makes a looser one superfluous.
-- plan:
-- Inner join on ts BETWEEN ts AND ts + 1 s
--   Scan a (inserts)
--   Scan b (inserts, 2 of 3 columns)
ASSERT ROWS
SELECT a.k, b.k FROM a JOIN b ON b.ts >= a.ts AND b.ts >= a.ts - INTERVAL '1' HOUR AND b.ts <= a.ts + INTERVAL '1' SECOND
VALUES (1, 1);

-- One end alone bounds what is kept of one side.
-- plan:
-- Inner join on ts >= ts
--   Scan a (inserts)
--   Scan b (inserts, 2 of 3 columns)
ASSERT ROWS
SELECT a.k, b.k FROM a JOIN b ON a.ts <= b.ts
VALUES (1, 1), (1, 2), (1, 3), (2, 3);

-- Another time than the event time bounds nothing, nor does a distance of two columns of one side.
-- plan:
-- Inner join on k = k AND (CAST(sent AS TIMESTAMP(3)) <= (ts + 0:00:10)) AND ((ts - sent) < 0:00:06)
--   Scan a (inserts)
--   Scan b (inserts)
ASSERT ROWS
SELECT a.k, b.k FROM a JOIN b ON a.k = b.k AND b.sent <= a.ts + INTERVAL '10' SECOND AND b.ts - b.sent < INTERVAL '6' SECOND
VALUES (1, 1), (2, 2);
