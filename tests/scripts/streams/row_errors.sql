-- A row that cannot be computed does not stop a query: it goes to errors.<query>, with its reason.

CREATE STREAM s (id INT, n INT, text VARCHAR, ts TIMESTAMP(3), WATERMARK FOR ts AS ts - INTERVAL '5' SECOND);
START shares AS SELECT id, 100 / n AS share FROM s;
START numbers AS SELECT id FROM s WHERE CAST(text AS INT) > 1;

INSERT INTO s VALUES
  (1, 2, '7', '2024-01-01 00:00:01'), (2, 0, '2', '2024-01-01 00:00:03'), (3, 5, 'x', '2024-01-01 00:00:02'),
  (4, NULL, '0', '2024-01-01 00:00:04'), (5, 0, NULL, '2024-01-01 00:00:05'),
  (6, 4, '9', NULL);

ASSERT ROWS
SELECT error, JSON_VALUE(row, '$.id'), weight FROM errors.shares
VALUES ('division by zero', '2', 1), ('division by zero', '5', 1);

ASSERT ROWS
SELECT error, JSON_VALUE(row, '$.id') FROM errors.numbers
VALUES ('cannot read ''x'' as INT', '3');

-- A row without an event time is an error of its stream.
ASSERT ROWS
SELECT error, JSON_VALUE(row, '$.id') FROM errors.s
VALUES ('the event time ts is NULL', '6');

-- The others go on.
ASSERT ROWS
SELECT id, 100 / n AS share FROM s
VALUES (1, 50), (3, 20), (4, NULL);

-- A value that is not needed is not computed: an earlier condition, CASE, AND and OR keep it away.
ASSERT ROWS
SELECT id, 100 / n FROM s WHERE n <> 0
VALUES (1, 50), (3, 20);

ASSERT ROWS
SELECT id FROM s WHERE n <> 0 AND 100 / n > 20
VALUES (1);

ASSERT ROWS
SELECT id FROM (SELECT id, n FROM s WHERE n > 0) WHERE 100 / n < 50
VALUES (3);

ASSERT ROWS
SELECT id, CASE WHEN n = 0 THEN -1 ELSE 100 / n END, COALESCE(n, 100 / n) FROM s WHERE n IS NULL OR n > 0
VALUES (1, 50, 2), (3, 20, 5), (4, NULL, NULL);

-- A column that nobody reads is not computed either.
ASSERT ROWS
SELECT id FROM (SELECT id, 100 / n AS share FROM s)
VALUES (1), (2), (3), (4), (5);

-- Errors inside aggregates: the row is missing in the sum, and said to be.
ASSERT ROWS
SELECT COUNT(*), SUM(100 / n) FROM s
VALUES (3, 70);

ASSERT ROWS
SELECT window_start, SUM(100 / n) FROM TUMBLE(TABLE s, DESCRIPTOR(ts), INTERVAL '10' SECOND) GROUP BY window_start
VALUES ('2024-01-01 00:00:00', 70);

-- An error of a result is taken back with it, when the next row mends it.
ASSERT ROWS
SELECT 100 / SUM(id - 1) FROM s
VALUES (10);
