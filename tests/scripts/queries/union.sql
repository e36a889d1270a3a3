-- UNION ALL puts relations together; UNION keeps one of equal rows.

CREATE STREAM a (k VARCHAR, v INT, ts TIMESTAMP(3), WATERMARK FOR ts AS ts - INTERVAL '2' SECOND);
CREATE STREAM b (name VARCHAR, n BIGINT, at TIMESTAMP(3), WATERMARK FOR at AS at - INTERVAL '3' SECOND);
INSERT INTO a VALUES ('x', 1, '2024-01-01 00:00:01');
INSERT INTO b VALUES ('x', 1, '2024-01-01 00:00:02'), ('y', 5000000000, '2024-01-01 00:00:04');
INSERT INTO a VALUES ('z', NULL, '2024-01-01 00:00:03'), ('x', 1, '2024-01-01 00:00:02');
INSERT INTO b VALUES ('q', 7, '2024-01-01 00:00:12'), ('x', 1, '2024-01-01 00:00:10');
INSERT INTO a VALUES ('z', 4, '2024-01-01 00:00:15');

-- Names come from the first part, types from both.
ASSERT ROWS
SELECT k, v FROM a UNION ALL SELECT name, n FROM b
VALUES ('x', 1), ('x', 1), ('y', 5000000000), ('z', NULL), ('x', 1), ('q', 7), ('x', 1), ('z', 4);

ASSERT ROWS
SELECT k, v FROM a UNION SELECT name, n FROM b
VALUES ('x', 1), ('y', 5000000000), ('z', NULL), ('q', 7), ('z', 4);

ASSERT ROWS
SELECT 1 UNION ALL SELECT 2 UNION SELECT 1 UNION ALL SELECT 1
VALUES (1), (2), (1);

-- Both streams have an event time; a window is complete when both have passed its end.
ASSERT ROWS
SELECT window_start, k, SUM(v)
FROM TUMBLE(TABLE (SELECT k, v, ts FROM a UNION ALL SELECT name, n, at FROM b), DESCRIPTOR(ts), INTERVAL '10' SECOND)
GROUP BY window_start, k
VALUES ('2024-01-01 00:00:00', 'x', 3), ('2024-01-01 00:00:00', 'y', 5000000000),
       ('2024-01-01 00:00:00', 'z', NULL), ('2024-01-01 00:00:10', 'q', 7),
       ('2024-01-01 00:00:10', 'x', 1), ('2024-01-01 00:00:10', 'z', 4);

-- error: the parts of UNION differ: 1 columns here, 2 in the first
-- SELECT k, v FROM a UNION ALL SELECT name FROM b;
--                              ^^^^^^^^^^^^^^^^^^
SELECT k, v FROM a UNION ALL SELECT name FROM b;

-- error: column 1 of UNION is VARCHAR before and BIGINT here
-- SELECT k FROM a UNION ALL SELECT n FROM b;
--                           ^^^^^^^^^^^^^^^
-- hint: write CAST(… AS VARCHAR)
SELECT k FROM a UNION ALL SELECT n FROM b;
