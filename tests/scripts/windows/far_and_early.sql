-- Windows before 1970, at the ends of the calendar, and with offsets to either side.

CREATE STREAM readings (v INT, ts TIMESTAMP(3), WATERMARK FOR ts AS ts - INTERVAL '1' HOUR);
INSERT INTO readings VALUES
  (1, '1969-12-31 23:59:59.999'), (2, '1970-01-01 00:00:00'), (4, '1969-12-31 23:44:59.999'), (8, '1969-12-31 23:45:00');

ASSERT ROWS
SELECT window_start, window_end, SUM(v)
FROM HOP(TABLE readings, DESCRIPTOR(ts), INTERVAL '10' MINUTE, INTERVAL '25' MINUTE, INTERVAL -'5' MINUTE)
GROUP BY window_start, window_end
VALUES
  ('1969-12-31 23:25:00', '1969-12-31 23:50:00', 12), ('1969-12-31 23:35:00', '1970-01-01 00:00:00', 13),
  ('1969-12-31 23:45:00', '1970-01-01 00:10:00', 11), ('1969-12-31 23:55:00', '1970-01-01 00:20:00', 3);

ASSERT ROWS
SELECT window_start, window_end, SUM(v)
FROM CUMULATE(TABLE readings, DESCRIPTOR(ts), INTERVAL '15' MINUTE, INTERVAL '30' MINUTE) GROUP BY window_start, window_end
VALUES
  ('1969-12-31 23:30:00', '1969-12-31 23:45:00', 4), ('1969-12-31 23:30:00', '1970-01-01 00:00:00', 13),
  ('1970-01-01 00:00:00', '1970-01-01 00:15:00', 2), ('1970-01-01 00:00:00', '1970-01-01 00:30:00', 2);

ASSERT ROWS
SELECT window_start, window_end, SUM(v) FROM SESSION(TABLE readings, DESCRIPTOR(ts), INTERVAL '14' MINUTE)
GROUP BY window_start, window_end
VALUES
  ('1969-12-31 23:44:59.999', '1969-12-31 23:59:00', 12), ('1969-12-31 23:59:59.999', '1970-01-01 00:14:00', 3);

ASSERT ROWS
SELECT window_time, SUM(v) FROM SLIDE(TABLE readings, DESCRIPTOR(ts), INTERVAL '15' MINUTE) GROUP BY window_time
VALUES
  ('1969-12-31 23:44:59.999', 4), ('1969-12-31 23:45:00', 12), ('1969-12-31 23:59:59.999', 9), ('1970-01-01 00:00:00', 3);

-- A row with a window outside the years 1 to 9999 is in error, and the others go on.
CREATE STREAM far (v INT, ts TIMESTAMP(3), WATERMARK FOR ts);
START hops AS
SELECT window_start, SUM(v) AS n FROM HOP(TABLE far, DESCRIPTOR(ts), INTERVAL '1' DAY, INTERVAL '2' DAY)
GROUP BY window_start, window_end;
START sessions AS
SELECT window_start, SUM(v) AS n FROM SESSION(TABLE far, DESCRIPTOR(ts), INTERVAL '2' DAY) GROUP BY window_start, window_end;
START rows_of_sessions AS SELECT v, window_start FROM SESSION(TABLE far, DESCRIPTOR(ts), INTERVAL '2' DAY);
START slides AS
SELECT window_time, SUM(v) AS n FROM SLIDE(TABLE far, DESCRIPTOR(ts), INTERVAL '2' DAY) GROUP BY window_start, window_end, window_time;
INSERT INTO far VALUES
  (1, '0001-01-01 12:00:00'), (2, '0001-01-03 12:00:00'), (4, '9999-12-29 12:00:00'), (8, '9999-12-31 12:00:00');

ASSERT ROWS SELECT JSON_VALUE(row, '$.v'), error FROM errors.hops
VALUES ('1', 'the window is outside the years 1 to 9999'), ('8', 'the window is outside the years 1 to 9999');
ASSERT ROWS SELECT JSON_VALUE(row, '$.v'), error FROM errors.sessions VALUES ('8', 'the window is outside the years 1 to 9999');
ASSERT ROWS SELECT JSON_VALUE(row, '$.v'), error FROM errors.rows_of_sessions VALUES ('8', 'the window is outside the years 1 to 9999');
ASSERT ROWS SELECT JSON_VALUE(row, '$.v'), error FROM errors.slides VALUES ('1', 'the window is outside the years 1 to 9999');

ASSERT ROWS
SELECT window_start, SUM(v) FROM HOP(TABLE far, DESCRIPTOR(ts), INTERVAL '1' DAY, INTERVAL '2' DAY) GROUP BY window_start
VALUES ('0001-01-02 00:00:00', 2), ('0001-01-03 00:00:00', 2), ('9999-12-28 00:00:00', 4), ('9999-12-29 00:00:00', 4);
