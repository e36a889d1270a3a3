-- What is said of some event times bounds others: of several streams, of windows and of subqueries.

CREATE STREAM a (k INT, x INT, ts TIMESTAMP(3), WATERMARK FOR ts AS ts - INTERVAL '5' SECOND);
CREATE STREAM b (k INT, y INT, ts TIMESTAMP(3), WATERMARK FOR ts AS ts - INTERVAL '5' SECOND);
CREATE STREAM c (k INT, z INT, ts TIMESTAMP(3), WATERMARK FOR ts AS ts - INTERVAL '5' SECOND);
INSERT INTO a VALUES (1, 10, '2024-01-01 00:00:00'), (2, 20, '2024-01-01 00:00:10'), (1, 30, '2024-01-01 00:00:50');
INSERT INTO b VALUES (1, 1, '2024-01-01 00:00:05'), (2, 2, '2024-01-01 00:00:15'), (2, 3, '2024-01-01 00:00:31');
INSERT INTO c VALUES (2, 100, '2024-01-01 00:00:05'), (1, 200, '2024-01-01 00:00:08'), (2, 300, '2024-01-01 00:00:29');
INSERT INTO a VALUES (3, 40, '2024-01-01 00:01:00');
INSERT INTO b VALUES (3, 4, '2024-01-01 00:01:05');
INSERT INTO c VALUES (3, 400, '2024-01-01 00:01:07');

-- c comes after b, but not long after a: and so not long after b.
-- plan:
-- Inner join on left.k = right.k AND right.ts BETWEEN left.ts AND left.ts + 20 s AND (right.ts <= (left.ts + 20 s))
--   Inner join on left.k = right.k AND right.ts BETWEEN left.ts AND left.ts + 10 s
--     Scan a (inserts)
--     Scan b (inserts)
--   Scan c (inserts)
ASSERT ROWS
SELECT x, y, z FROM a
JOIN b ON a.k = b.k AND b.ts BETWEEN a.ts AND a.ts + INTERVAL '10' SECOND
JOIN c ON a.k = c.k AND c.ts BETWEEN b.ts AND a.ts + INTERVAL '20' SECOND
VALUES (10, 1, 200), (20, 2, 300), (40, 4, 400);

-- It does not matter which ON says it,
-- plan:
-- Inner join on left.k = right.k AND right.ts BETWEEN left.ts AND left.ts + 20 s AND (right.ts <= (left.ts + 20 s))
--   Inner join on left.k = right.k AND right.ts BETWEEN left.ts AND left.ts + 10 s
--     Scan a (inserts)
--     Scan b (inserts)
--   Scan c (inserts)
ASSERT ROWS
SELECT x, y, z FROM a JOIN b ON a.k = b.k
JOIN c ON a.k = c.k AND c.ts BETWEEN b.ts AND a.ts + INTERVAL '20' SECOND AND b.ts BETWEEN a.ts AND a.ts + INTERVAL '10' SECOND
VALUES (10, 1, 200), (20, 2, 300), (40, 4, 400);

-- nor where the joins stand: the interval of a and c is that of a and b and that of b and c.
-- plan:
-- Project x, y, z
--   Inner join on left.k = right.k AND left.k = right.k AND right.ts BETWEEN left.ts AND left.ts + 10 s AND (left.ts >= right.ts) AND (left.ts <= (right.ts + 20 s))
--     Inner join on right.ts BETWEEN left.ts AND left.ts + 30 s
--       Scan a (inserts)
--       Scan c (inserts)
--     Scan b (inserts)
ASSERT ROWS
SELECT x, y, z FROM a, c, b
WHERE a.k = b.k AND b.k = c.k AND b.ts BETWEEN a.ts AND a.ts + INTERVAL '10' SECOND
AND c.ts BETWEEN b.ts AND b.ts + INTERVAL '20' SECOND
VALUES (10, 1, 200), (20, 2, 300), (40, 4, 400);

-- One end in ON, the other in WHERE.
-- plan:
-- Inner join on left.k = right.k AND right.ts BETWEEN left.ts AND left.ts + 10 s
--   Scan a (inserts)
--   Scan b (inserts)
ASSERT ROWS
SELECT x, y FROM a JOIN b ON a.k = b.k AND b.ts >= a.ts WHERE b.ts <= a.ts + INTERVAL '10' SECOND
VALUES (10, 1), (20, 2), (40, 4);

-- Rows that are kept without a partner do not depend on it, but those of the other side do.
-- plan:
-- Left join on left.k = right.k AND right.ts BETWEEN left.ts AND left.ts + 10 s AND (right.ts >= left.ts) AND (right.ts <= (left.ts + 20 s))
--   Scan a (inserts)
--   Inner join on left.k = right.k AND right.ts BETWEEN left.ts - 10 s AND left.ts + 20 s
--     Scan b (inserts)
--     Scan c (inserts)
ASSERT ROWS
SELECT x, y, z FROM a LEFT JOIN (b JOIN c ON b.k = c.k)
ON a.k = b.k AND b.ts BETWEEN a.ts AND a.ts + INTERVAL '10' SECOND AND c.ts BETWEEN a.ts AND a.ts + INTERVAL '20' SECOND
VALUES (10, 1, 200), (20, 2, 300), (30, NULL, NULL), (40, 4, 400);

-- The events in a window of another stream.
-- plan:
-- Inner join on left.k = right.k AND right.ts > left.ts - 20 s AND right.ts < left.ts + 20 s AND (right.ts >= window_start) AND (right.ts < window_end)
--   Tumble 20 s on ts
--     Scan a (inserts)
--   Scan b (inserts)
ASSERT ROWS
SELECT x, y FROM TUMBLE(TABLE a, DESCRIPTOR(ts), INTERVAL '20' SECOND) AS a
JOIN b ON a.k = b.k AND b.ts >= window_start AND b.ts < window_end
VALUES (10, 1), (20, 2), (40, 4);

-- Windows that begin together.
-- plan:
-- Inner join on left.window_start = right.window_start AND left.k = right.k AND right.ts > left.ts - 20 s AND right.ts < left.ts + 20 s
--   Tumble 20 s on ts
--     Scan a (inserts)
--   Tumble 20 s on ts
--     Scan b (inserts)
ASSERT ROWS
SELECT x, y FROM TUMBLE(TABLE a, DESCRIPTOR(ts), INTERVAL '20' SECOND) AS a
JOIN TUMBLE(TABLE b, DESCRIPTOR(ts), INTERVAL '20' SECOND) AS b ON a.window_start = b.window_start AND a.k = b.k
VALUES (10, 1), (20, 2), (40, 4);

-- EXISTS and NOT EXISTS are interval joins too: what they say is final, and nothing is kept for ever.
-- plan:
-- Semi join on left.k = right.k AND right.ts BETWEEN left.ts AND left.ts + 10 s
--   Scan a (inserts)
--   Scan b (inserts, 2 of 3 columns)
ASSERT ROWS
SELECT x FROM a WHERE EXISTS (SELECT * FROM b WHERE a.k = b.k AND b.ts BETWEEN a.ts AND a.ts + INTERVAL '10' SECOND)
VALUES (10), (20), (40);

-- plan:
-- Anti join on left.k = right.k AND right.ts BETWEEN left.ts AND left.ts + 10 s
--   Scan a (inserts)
--   Scan b (inserts, 2 of 3 columns)
ASSERT ROWS
SELECT x FROM a
WHERE NOT EXISTS (SELECT * FROM b WHERE a.k = b.k AND b.ts BETWEEN a.ts AND a.ts + INTERVAL '10' SECOND)
EMIT AFTER WATERMARK
VALUES (30);

-- plan:
-- Anti join on right.ts BETWEEN left.ts AND left.ts + 10 s AND (k IS NULL)
--   Anti join on right.ts BETWEEN left.ts AND left.ts + 10 s
--     Anti join on left.k = right.k AND right.ts BETWEEN left.ts AND left.ts + 10 s
--       Scan a (inserts)
--       Scan b (inserts, 2 of 3 columns, where (k IS NOT NULL))
--     Project ts
--       Scan b (inserts, 2 of 3 columns, where (k IS NOT NULL) AND (k IS NULL))
--   Project ts
--     Scan b (inserts, 2 of 3 columns, where (k IS NOT NULL))
ASSERT ROWS
SELECT x FROM a WHERE k NOT IN (SELECT k FROM b WHERE b.ts BETWEEN a.ts AND a.ts + INTERVAL '10' SECOND AND k IS NOT NULL)
VALUES (30);

-- What is known of the times within one row goes on through queries.
-- plan:
-- Inner join on left.k = right.k AND ts BETWEEN last AND last + 20 s AND (ts <= (first + 20 s))
--   Project k, x, ts AS first, ts AS last
--     Inner join on left.k = right.k AND right.ts BETWEEN left.ts AND left.ts + 10 s
--       Scan a (inserts)
--       Scan b (inserts, 2 of 3 columns)
--   Scan c (inserts)
ASSERT ROWS
SELECT x, z FROM (SELECT a.k, x, a.ts AS first, b.ts AS last FROM a JOIN b
  ON a.k = b.k AND b.ts BETWEEN a.ts AND a.ts + INTERVAL '10' SECOND) AS ab
JOIN c ON ab.k = c.k AND c.ts BETWEEN last AND first + INTERVAL '20' SECOND
VALUES (10, 200), (20, 300), (40, 400);
