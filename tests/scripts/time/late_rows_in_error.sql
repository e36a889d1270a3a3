-- LATE ROWS ERROR: a row that comes too late is an error of the query.

CREATE STREAM s (v INT, ts TIMESTAMP(3), WATERMARK FOR ts AS ts - INTERVAL '2' SECOND);

START strict AS
SELECT window_start, SUM(v) AS total FROM TUMBLE(TABLE s, DESCRIPTOR(ts), INTERVAL '10' SECOND) GROUP BY window_start
LATE ROWS ERROR;

INSERT INTO s VALUES
  (1, '2024-01-01 00:00:05'), (2, '2024-01-01 00:00:12'), (4, '2024-01-01 00:00:09'), (8, '2024-01-01 00:00:11');

ASSERT ROWS
SELECT error, JSON_VALUE(row, '$.v') FROM errors.strict
VALUES ('the row is late: the watermark had passed it when it came', '4');

ASSERT EMPTY
SELECT * FROM late.strict;
