-- An interval is recognized in whatever form it is written, as long as it is the distance of two
-- event times: with <, <=, >, >=, = and BETWEEN, either way round, with sums and differences.

CREATE STREAM a (k INT, ts TIMESTAMP(3), WATERMARK FOR ts);
CREATE STREAM b (k INT, ts TIMESTAMP(0), sent TIMESTAMP(0), WATERMARK FOR ts);
INSERT INTO a VALUES (1, '2024-01-01 00:00:10'), (2, '2024-01-01 00:00:20');
INSERT INTO b VALUES
  (1, '2024-01-01 00:00:10', '2024-01-01 00:00:10'), (2, '2024-01-01 00:00:15', '2024-01-01 00:00:10'),
  (3, '2024-01-01 00:00:26', '2024-01-01 00:00:20');

-- plan:
-- Inner join on right.ts BETWEEN left.ts - 5 s AND left.ts + 10 s
--   Scan a (inserts)
--   Scan b (inserts, 2 of 3 columns)
ASSERT ROWS
SELECT a.k, b.k FROM a JOIN b ON b.ts BETWEEN a.ts - INTERVAL '5' SECOND AND a.ts + INTERVAL '10' SECOND
VALUES (1, 1), (1, 2), (2, 2), (2, 3);

-- plan:
-- Inner join on right.ts BETWEEN left.ts - 5 s AND left.ts + 10 s
--   Scan a (inserts)
--   Scan b (inserts, 2 of 3 columns)
ASSERT ROWS
SELECT a.k, b.k FROM a JOIN b ON a.ts <= b.ts + INTERVAL '5' SECOND AND b.ts - INTERVAL '10' SECOND <= a.ts
VALUES (1, 1), (1, 2), (2, 2), (2, 3);

-- plan:
-- Inner join on right.ts BETWEEN left.ts - 5 s AND left.ts + 10 s
--   Scan a (inserts)
--   Scan b (inserts, 2 of 3 columns)
ASSERT ROWS
SELECT a.k, b.k FROM a JOIN b ON b.ts - a.ts BETWEEN -INTERVAL '5' SECOND AND INTERVAL '10' SECOND
VALUES (1, 1), (1, 2), (2, 2), (2, 3);

-- Constants on both sides, added up; and the sign may be turned.
-- plan:
-- Inner join on right.ts BETWEEN left.ts - 5 s AND left.ts + 10 s
--   Scan a (inserts)
--   Scan b (inserts, 2 of 3 columns)
ASSERT ROWS
SELECT a.k, b.k FROM a JOIN b
ON a.ts - INTERVAL '1' MINUTE <= b.ts - INTERVAL '55' SECOND AND INTERVAL '20' SECOND - INTERVAL '10' SECOND >= -(a.ts - b.ts)
VALUES (1, 1), (1, 2), (2, 2), (2, 3);

-- Strict ends are an instant nearer.
-- plan:
-- Inner join on right.ts > left.ts - 5 s AND right.ts < left.ts + 6 s
--   Scan a (inserts)
--   Scan b (inserts, 2 of 3 columns)
ASSERT ROWS
SELECT a.k, b.k FROM a JOIN b ON a.ts < b.ts + 5 * INTERVAL '1' SECOND AND b.ts < a.ts + INTERVAL '6' SECOND
VALUES (1, 1), (1, 2);

-- Equal times are an interval of no length, and a key as well.
-- plan:
-- Inner join on left.ts = $key0 AND right.ts BETWEEN left.ts AND left.ts
--   Scan a (inserts)
--   Project k, ts, CAST(ts AS TIMESTAMP(3)) AS $key0
--     Scan b (inserts, 2 of 3 columns)
ASSERT ROWS
SELECT a.k, b.k FROM a JOIN b ON a.ts = b.ts
VALUES (1, 1);

-- A stricter bound makes a looser one superfluous.
-- plan:
-- Inner join on right.ts BETWEEN left.ts AND left.ts + 1 s
--   Scan a (inserts)
--   Scan b (inserts, 2 of 3 columns)
ASSERT ROWS
SELECT a.k, b.k FROM a JOIN b ON b.ts >= a.ts AND b.ts >= a.ts - INTERVAL '1' HOUR AND b.ts <= a.ts + INTERVAL '1' SECOND
VALUES (1, 1);

-- One end alone bounds what is kept of one side.
-- plan:
-- Inner join on right.ts >= left.ts
--   Scan a (inserts)
--   Scan b (inserts, 2 of 3 columns)
ASSERT ROWS
SELECT a.k, b.k FROM a JOIN b ON a.ts <= b.ts
VALUES (1, 1), (1, 2), (1, 3), (2, 3);

-- NOT turns a comparison; a number of times the distance is the distance.
-- plan:
-- Inner join on right.ts BETWEEN left.ts AND left.ts + 10 s
--   Scan a (inserts)
--   Scan b (inserts, 2 of 3 columns)
ASSERT ROWS
SELECT a.k, b.k FROM a JOIN b ON NOT b.ts < a.ts AND 2 * (b.ts - a.ts) <= INTERVAL '21' SECOND - INTERVAL '1' SECOND
VALUES (1, 1), (1, 2), (2, 3);

-- Of an OR the widest counts; what all of its parts say is said once.
-- plan:
-- Inner join on left.k = right.k AND right.ts BETWEEN left.ts - 10 s AND left.ts + 5 s AND ((CAST(right.ts AS TIMESTAMP(3)) >= left.ts) OR ((CAST(right.ts AS TIMESTAMP(3)) <= (left.ts - 5 s)) AND (CAST(right.ts AS TIMESTAMP(3)) >= (left.ts - 10 s))))
--   Scan a (inserts)
--   Scan b (inserts, 2 of 3 columns)
ASSERT ROWS
SELECT a.k, b.k FROM a JOIN b
ON (a.k = b.k AND b.ts >= a.ts AND b.ts <= a.ts + INTERVAL '5' SECOND)
OR (a.k = b.k AND b.ts <= a.ts - INTERVAL '5' SECOND AND b.ts >= a.ts - INTERVAL '10' SECOND AND b.ts <= a.ts + INTERVAL '5' SECOND)
VALUES (1, 1), (2, 2);

-- What is not a distance exactly bounds it all the same: months, whole units, the same day.
-- plan:
-- Inner join on right.ts BETWEEN left.ts AND left.ts + 747 h AND (CAST(right.ts AS TIMESTAMP(3)) <= (left.ts + 1 month))
--   Scan a (inserts)
--   Scan b (inserts, 2 of 3 columns)
-- not on duckdb: it has no TIMESTAMP(3) + month
ASSERT ROWS
SELECT a.k, b.k FROM a JOIN b ON b.ts >= a.ts AND b.ts <= a.ts + INTERVAL '1' MONTH
VALUES (1, 1), (1, 2), (1, 3), (2, 3);

-- plan:
-- Inner join on right.ts > left.ts - 1 s AND right.ts < left.ts + 6 s AND (TIMESTAMPDIFF('second', left.ts, right.ts) >= 0) AND (TIMESTAMPDIFF('second', left.ts, right.ts) <= 5)
--   Scan a (inserts)
--   Scan b (inserts, 2 of 3 columns)
ASSERT ROWS
SELECT a.k, b.k FROM a JOIN b ON TIMESTAMPDIFF(SECOND, a.ts, b.ts) BETWEEN 0 AND 5
VALUES (1, 1), (1, 2);

-- plan:
-- Inner join on left.$key0 = right.$key0 AND right.ts > left.ts - 1 min AND right.ts < left.ts + 1 min
--   Project k, ts, FLOOR TO('minute', ts) AS $key0
--     Scan a (inserts)
--   Project k, ts, CAST(FLOOR TO('minute', ts) AS TIMESTAMP(3)) AS $key0
--     Scan b (inserts, 2 of 3 columns, where (k > 1))
ASSERT ROWS
SELECT a.k, b.k FROM a JOIN b ON FLOOR(a.ts TO MINUTE) = FLOOR(b.ts TO MINUTE) AND b.k > 1
VALUES (1, 2), (1, 3), (2, 2), (2, 3);

-- Another time than the event time bounds nothing alone, but together with what its distance is.
-- plan:
-- Inner join on left.k = right.k AND (CAST(sent AS TIMESTAMP(3)) <= (ts + 10 s))
--   Scan a (inserts)
--   Scan b (inserts, 2 of 3 columns)
ASSERT ROWS
SELECT a.k, b.k FROM a JOIN b ON a.k = b.k AND b.sent <= a.ts + INTERVAL '10' SECOND
VALUES (1, 1), (2, 2);

-- plan:
-- Inner join on left.k = right.k AND right.ts < left.ts + 16 s AND (CAST(sent AS TIMESTAMP(3)) <= (left.ts + 10 s)) AND ((right.ts - sent) < 6 s)
--   Scan a (inserts)
--   Scan b (inserts)
ASSERT ROWS
SELECT a.k, b.k FROM a JOIN b ON a.k = b.k AND b.sent <= a.ts + INTERVAL '10' SECOND AND b.ts - b.sent < INTERVAL '6' SECOND
VALUES (1, 1), (2, 2);
