-- ROW_NUMBER() … <= n: the first rows of each partition, kept up to date.

CREATE STREAM trips (id INT, driver VARCHAR, km INT, ts TIMESTAMP(3), WATERMARK FOR ts AS ts - INTERVAL '10' SECOND);
INSERT INTO trips VALUES
  (1, 'al', 10, '2026-01-01 00:00:01'), (2, 'bo', 7, '2026-01-01 00:00:03'), (3, 'al', 30, '2026-01-01 00:00:02'),
  (4, 'al', 20, '2026-01-01 00:00:09'), (5, NULL, 5, '2026-01-01 00:00:04'), (6, 'bo', 7, '2026-01-01 00:00:11'),
  (7, 'bo', 9, '2026-01-01 00:00:05'), (8, 'al', 30, '2026-01-01 00:00:14'), (9, NULL, NULL, '2026-01-01 00:00:30');

-- not on duckdb: it leaves ties open
-- plan:
-- Project driver, id, km
--   Top 2 by driver in order of km DESC, said as changes
--     Scan trips (inserts, 3 of 4 columns)
ASSERT ROWS
SELECT driver, id, km FROM (
  SELECT driver, id, km, ROW_NUMBER() OVER (PARTITION BY driver ORDER BY km DESC) AS n FROM trips)
WHERE n <= 2
VALUES ('al', 3, 30), ('al', 8, 30), ('bo', 7, 9), ('bo', 2, 7), (NULL, 5, 5), (NULL, 9, NULL);

-- The same with QUALIFY. Where the number is selected, a row whose number changes is said anew.
ASSERT ROWS
SELECT driver, id, ROW_NUMBER() OVER (PARTITION BY driver ORDER BY km DESC, id) AS n FROM trips QUALIFY n < 3
VALUES ('al', 3, 1), ('al', 8, 2), ('bo', 7, 1), ('bo', 2, 2), (NULL, 5, 1), (NULL, 9, 2);

-- From the second to the third, and only some drivers.
ASSERT ROWS
SELECT id FROM (SELECT *, ROW_NUMBER() OVER (PARTITION BY driver ORDER BY km) AS n FROM trips)
WHERE n BETWEEN 2 AND 3 AND driver IS NOT NULL
VALUES (4), (3), (6), (7);

-- RANK takes all equals, DENSE_RANK counts different values.
ASSERT ROWS
SELECT driver, id, r FROM (SELECT *, RANK() OVER (PARTITION BY driver ORDER BY km DESC) AS r FROM trips) WHERE 2 >= r
VALUES ('al', 3, 1), ('al', 8, 1), ('bo', 7, 1), ('bo', 2, 2), ('bo', 6, 2), (NULL, 5, 1), (NULL, 9, 2);

ASSERT ROWS
SELECT driver, id, r FROM (SELECT *, DENSE_RANK() OVER (PARTITION BY driver ORDER BY km DESC) AS r FROM trips) WHERE r = 2
VALUES ('al', 4, 2), ('bo', 2, 2), ('bo', 6, 2), (NULL, 9, 2);

-- Without partitions there is one.
ASSERT ROWS
SELECT id FROM trips QUALIFY ROW_NUMBER() OVER (ORDER BY km DESC, id DESC) <= 3
VALUES (8), (3), (4);

-- The last row of each driver: one row is kept of each.
-- plan:
-- Project driver, id
--   Top 1 by driver in order of ts DESC, said as changes
--     Scan trips (inserts, 3 of 4 columns)
ASSERT ROWS
SELECT driver, id FROM trips QUALIFY ROW_NUMBER() OVER (PARTITION BY driver ORDER BY ts DESC) = 1
VALUES ('al', 8), ('bo', 6), (NULL, 9);

-- The first one is sure when the watermark has passed it; so it is said once.
-- plan:
-- Project driver, id
--   Filter ($row_number = 1)
--     Over ROW_NUMBER() by driver in order of ts, said when complete
--       Scan trips (inserts, 3 of 4 columns)
ASSERT ROWS
SELECT driver, id FROM trips QUALIFY ROW_NUMBER() OVER (PARTITION BY driver ORDER BY ts) = 1
VALUES ('al', 1), ('bo', 2), (NULL, 5);

-- With EMIT STREAM at once, and taken back when an earlier one comes.
ASSERT ROWS
SELECT driver, id FROM trips QUALIFY ROW_NUMBER() OVER (PARTITION BY driver ORDER BY ts) = 1 EMIT STREAM
VALUES ('al', 1), ('bo', 2), (NULL, 5);

-- Over groups, which change: the drivers with the most kilometres.
ASSERT ROWS
SELECT driver, total FROM (
  SELECT driver, total, ROW_NUMBER() OVER (ORDER BY total DESC) AS n
  FROM (SELECT driver, SUM(km) AS total FROM trips GROUP BY driver))
WHERE n <= 2
VALUES ('al', 90), ('bo', 23);

-- And what is computed of them.
ASSERT ROWS
SELECT SUM(km), COUNT(*) FROM (SELECT km FROM trips QUALIFY ROW_NUMBER() OVER (PARTITION BY driver ORDER BY km DESC) <= 2)
VALUES (81, 6);

-- The first rows of a window are said when it is complete.
-- not on duckdb: it leaves ties open
-- plan:
-- Top 1 by window_start in order of n DESC, said when complete
--   Project window_start, driver, $0 AS n
--     Aggregate COUNT(*) by window_start, driver, window_end per window (Tumble 10 s on ts), said when complete
--       Project window_start, driver, window_end
--         Tumble 10 s on ts
--           Scan trips (inserts, 2 of 4 columns)
ASSERT ROWS
SELECT window_start, driver, n FROM (
  SELECT window_start, driver, COUNT(*) AS n FROM TUMBLE(TABLE trips, DESCRIPTOR(ts), INTERVAL '10' SECOND) GROUP BY window_start, driver)
QUALIFY ROW_NUMBER() OVER (PARTITION BY window_start ORDER BY n DESC) = 1
VALUES ('2026-01-01 00:00:00', 'al', 3), ('2026-01-01 00:00:10', 'al', 1), ('2026-01-01 00:00:30', NULL, 1);

ASSERT ROWS
SELECT ts, id, RANK() OVER (PARTITION BY ts ORDER BY km) AS r FROM trips QUALIFY r <= 1 AND driver = 'bo'
VALUES ('2026-01-01 00:00:03', 2, 1), ('2026-01-01 00:00:05', 7, 1), ('2026-01-01 00:00:11', 6, 1);

-- The rows may be numbered in a view, and the condition stand where it is read.
CREATE VIEW numbered AS SELECT id, driver, ROW_NUMBER() OVER (PARTITION BY driver ORDER BY ts) AS n FROM trips;

ASSERT ROWS
SELECT id FROM numbered WHERE n = 2
VALUES (3), (7), (9);

ASSERT ROWS
SELECT id FROM numbered WHERE n = 2 EMIT STREAM
VALUES (3), (7), (9);

-- error: the ORDER BY of a window over an unbounded stream must begin with its event time, ascending
-- SELECT id, ROW_NUMBER() OVER (PARTITION BY driver ORDER BY km DESC) AS n FROM trips;
--            ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^
-- hint: ORDER BY ts; what else decides may stand behind it
SELECT id, ROW_NUMBER() OVER (PARTITION BY driver ORDER BY km DESC) AS n FROM trips;

-- A late row: what is said at once takes it; what is said when complete, at a time of which it was, does not.
INSERT INTO trips VALUES (10, 'bo', 100, '2026-01-01 00:00:03');

ASSERT ROWS
SELECT id FROM trips QUALIFY ROW_NUMBER() OVER (ORDER BY km DESC) = 1
VALUES (10);

-- not on duckdb: it knows no late rows
ASSERT ROWS
SELECT id FROM trips QUALIFY RANK() OVER (PARTITION BY ts ORDER BY km DESC) = 1 AND driver = 'bo'
VALUES (2), (7), (6);
