-- Where the event time is among the columns, a row of a set operation is complete when both watermarks
-- have passed it. Over windows that is when it is said.

CREATE STREAM logins (person VARCHAR, ts TIMESTAMP(3), WATERMARK FOR ts AS ts - INTERVAL '5' SECOND);
CREATE STREAM orders (buyer VARCHAR, at TIMESTAMP(3), WATERMARK FOR at AS at - INTERVAL '5' SECOND);
INSERT INTO logins VALUES ('al', '2026-01-01 00:00:01'), ('bo', '2026-01-01 00:00:03');
INSERT INTO orders VALUES ('al', '2026-01-01 00:00:02');
INSERT INTO logins VALUES ('al', '2026-01-01 00:00:04'), ('cy', '2026-01-01 00:00:12');
INSERT INTO orders VALUES ('cy', '2026-01-01 00:00:15'), ('bo', '2026-01-01 00:00:11');
INSERT INTO logins VALUES ('bo', '2026-01-01 00:00:21');
INSERT INTO orders VALUES ('bo', '2026-01-01 00:00:21');

-- Who logged in within ten seconds and ordered nothing.
-- plan:
-- Except, said when complete
--   Project window_start, person
--     Distinct on window_start, window_end, person per window (Tumble 10 s on ts), said when complete
--       Project window_start, window_end, person
--         Tumble 10 s on ts
--           Scan logins (inserts)
--   Project window_start, buyer
--     Distinct on window_start, window_end, buyer per window (Tumble 10 s on at), said when complete
--       Project window_start, window_end, buyer
--         Tumble 10 s on at
--           Scan orders (inserts)
ASSERT ROWS
SELECT window_start, person FROM TUMBLE(TABLE logins, DESCRIPTOR(ts), INTERVAL '10' SECOND) GROUP BY window_start, window_end, person
EXCEPT
SELECT window_start, buyer FROM TUMBLE(TABLE orders, DESCRIPTOR(at), INTERVAL '10' SECOND) GROUP BY window_start, window_end, buyer
VALUES ('2026-01-01 00:00:00', 'bo');

-- Rows of windows are rows of the windows' ends, also without GROUP BY.
ASSERT ROWS
SELECT window_start, window_end, person FROM TUMBLE(TABLE logins, DESCRIPTOR(ts), INTERVAL '10' SECOND)
INTERSECT
SELECT window_start, window_end, buyer FROM TUMBLE(TABLE orders, DESCRIPTOR(at), INTERVAL '10' SECOND)
VALUES ('2026-01-01 00:00:00', '2026-01-01 00:00:10', 'al'), ('2026-01-01 00:00:10', '2026-01-01 00:00:20', 'cy'),
       ('2026-01-01 00:00:20', '2026-01-01 00:00:30', 'bo');

ASSERT ROWS
SELECT person, ts FROM logins INTERSECT ALL SELECT buyer, at FROM orders EMIT AFTER WATERMARK
VALUES ('bo', '2026-01-01 00:00:21');

ASSERT ROWS
SELECT person, ts FROM logins WHERE person <> 'al' EXCEPT SELECT buyer, at FROM orders EMIT AFTER WATERMARK
VALUES ('bo', '2026-01-01 00:00:03'), ('cy', '2026-01-01 00:00:12');

-- What is said when complete has an event time, and can be cut into windows.
ASSERT ROWS
SELECT window_start, COUNT(*)
FROM TUMBLE(TABLE (SELECT person, ts FROM logins EXCEPT SELECT buyer, at FROM orders), DESCRIPTOR(ts), INTERVAL '20' SECOND)
GROUP BY window_start EMIT AFTER WATERMARK
VALUES ('2026-01-01 00:00:00', 4);

-- Without it they are said as changes.
ASSERT ROWS
SELECT person, ts FROM logins EXCEPT SELECT buyer, at FROM orders
VALUES ('al', '2026-01-01 00:00:01'), ('bo', '2026-01-01 00:00:03'), ('al', '2026-01-01 00:00:04'), ('cy', '2026-01-01 00:00:12');

ASSERT ROWS
SELECT person, MIN(ts) FROM logins GROUP BY person EXCEPT SELECT buyer, MIN(at) FROM orders GROUP BY buyer EMIT STREAM
VALUES ('al', '2026-01-01 00:00:01'), ('bo', '2026-01-01 00:00:03'), ('cy', '2026-01-01 00:00:12');

-- A late row: what is said as changes takes it, what is said when complete does not.
INSERT INTO logins VALUES ('dy', '2026-01-01 00:00:05');

ASSERT ROWS
SELECT person, ts FROM logins WHERE person > 'c' EXCEPT SELECT buyer, at FROM orders
VALUES ('cy', '2026-01-01 00:00:12'), ('dy', '2026-01-01 00:00:05');

-- not on duckdb: it knows no late rows
ASSERT ROWS
SELECT person, ts FROM logins WHERE person > 'c' EXCEPT SELECT buyer, at FROM orders EMIT AFTER WATERMARK
VALUES ('cy', '2026-01-01 00:00:12');
