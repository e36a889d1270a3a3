-- Several joins: from left to right, in parentheses, behind commas; and of a stream with itself.

CREATE STREAM a (id INT, ts TIMESTAMP(3), WATERMARK FOR ts AS ts - INTERVAL '5' SECOND);
CREATE STREAM b (id INT, a INT, ts TIMESTAMP(3), WATERMARK FOR ts AS ts - INTERVAL '5' SECOND);
CREATE STREAM c (id INT, b INT, ts TIMESTAMP(3), WATERMARK FOR ts AS ts - INTERVAL '5' SECOND);
INSERT INTO a VALUES (1, '2024-01-01 00:00:00'), (2, '2024-01-01 00:00:04'), (3, '2024-01-01 00:00:30');
INSERT INTO b VALUES (11, 1, '2024-01-01 00:00:05'), (12, 1, '2024-01-01 00:00:02'), (13, 3, '2024-01-01 00:00:31');
INSERT INTO c VALUES (21, 11, '2024-01-01 00:00:09'), (22, 12, '2024-01-01 00:00:14'), (23, 13, '2024-01-01 00:00:32');

-- Both times of the first join are event times of what it says: the second may go by either.
-- plan:
-- Inner join on left.id = b AND right.ts BETWEEN left.ts AND left.ts + 10 s
--   Inner join on left.id = a AND right.ts BETWEEN left.ts AND left.ts + 10 s
--     Scan a (inserts)
--     Scan b (inserts)
--   Scan c (inserts)
ASSERT ROWS
SELECT a.id, b.id, c.id FROM a
JOIN b ON a.id = b.a AND b.ts BETWEEN a.ts AND a.ts + INTERVAL '10' SECOND
JOIN c ON b.id = c.b AND c.ts BETWEEN a.ts AND a.ts + INTERVAL '10' SECOND
VALUES (1, 11, 21), (3, 13, 23);

ASSERT ROWS
SELECT a.id, b.id, c.id FROM a
JOIN b ON a.id = b.a AND b.ts BETWEEN a.ts AND a.ts + INTERVAL '10' SECOND
LEFT JOIN c ON b.id = c.b AND c.ts BETWEEN b.ts AND b.ts + INTERVAL '4' SECOND
VALUES (1, 11, 21), (1, 12, NULL), (3, 13, 23);

ASSERT ROWS
SELECT a.id, b.id, c.id FROM a
LEFT JOIN (b JOIN c ON b.id = c.b AND c.ts BETWEEN b.ts AND b.ts + INTERVAL '4' SECOND)
ON a.id = b.a AND b.ts BETWEEN a.ts AND a.ts + INTERVAL '10' SECOND
VALUES (1, 11, 21), (2, NULL, NULL), (3, 13, 23);

-- Behind commas: WHERE says which belong together.
-- plan:
-- Inner join on left.id = b AND right.ts BETWEEN left.ts AND left.ts + 10 s
--   Inner join on left.id = a AND right.ts BETWEEN left.ts AND left.ts + 10 s
--     Scan a (inserts, where (id <> 2))
--     Scan b (inserts, where (a <> 2))
--   Scan c (inserts)
ASSERT ROWS
SELECT a.id, b.id, c.id FROM a, b, c
WHERE a.id = b.a AND b.id = c.b AND a.id <> 2
AND b.ts BETWEEN a.ts AND a.ts + INTERVAL '10' SECOND AND c.ts BETWEEN b.ts AND b.ts + INTERVAL '10' SECOND
VALUES (1, 11, 21), (3, 13, 23);

ASSERT ROWS
SELECT a.id, b.id FROM a, b JOIN c ON b.id = c.b WHERE a.id = b.a AND c.id > 21
VALUES (1, 12), (3, 13);

-- Without times all of it is kept.
ASSERT ROWS
SELECT a.id, b.id, c.id FROM a LEFT JOIN b ON a.id = b.a LEFT JOIN c ON b.id = c.b AND c.id <> 22
VALUES (1, 11, 21), (1, 12, NULL), (2, NULL, NULL), (3, 13, 23);

-- A view, a query and a WITH query are joined as streams are.
CREATE VIEW pairs AS SELECT a.id AS one, b.id AS other FROM a JOIN b ON a.id = b.a;

ASSERT ROWS
WITH few AS (SELECT id, b FROM c WHERE id < 23)
SELECT one, other, few.id FROM pairs JOIN few ON other = few.b
VALUES (1, 11, 21), (1, 12, 22);

ASSERT ROWS
SELECT x.one, y.other FROM pairs x JOIN pairs y ON x.one = y.one AND x.other < y.other
VALUES (1, 12);
