-- Windows begin at offset + k × size for every whole number k, also before 1970.

CREATE STREAM readings (v INT, ts TIMESTAMP(3), WATERMARK FOR ts AS ts - INTERVAL '1' HOUR);
INSERT INTO readings VALUES
  (1, '1969-12-31 23:59:59.999'), (2, '1970-01-01 00:00:00'), (4, '1969-12-31 23:44:59.999'),
  (8, '1969-12-31 23:45:00'), (16, '1970-01-01 00:14:59'), (32, '1970-01-01 00:15:00');

ASSERT ROWS
SELECT window_start, window_end, SUM(v) FROM TUMBLE(TABLE readings, DESCRIPTOR(ts), INTERVAL '30' MINUTE)
GROUP BY window_start, window_end
VALUES
  ('1969-12-31 23:30:00', '1970-01-01 00:00:00', 13),
  ('1970-01-01 00:00:00', '1970-01-01 00:30:00', 50);

ASSERT ROWS
SELECT window_start, SUM(v) FROM TUMBLE(TABLE readings, DESCRIPTOR(ts), INTERVAL '30' MINUTE, INTERVAL '15' MINUTE)
GROUP BY window_start
VALUES ('1969-12-31 23:15:00', 4), ('1969-12-31 23:45:00', 27), ('1970-01-01 00:15:00', 32);

-- An offset may be negative, or greater than the window.
ASSERT ROWS
SELECT window_start, SUM(v) FROM TUMBLE(TABLE readings, DESCRIPTOR(ts), INTERVAL '30' MINUTE, INTERVAL -'15' MINUTE)
GROUP BY window_start
VALUES ('1969-12-31 23:15:00', 4), ('1969-12-31 23:45:00', 27), ('1970-01-01 00:15:00', 32);

ASSERT ROWS
SELECT window_start, SUM(v) FROM TUMBLE(TABLE readings, DESCRIPTOR(ts), INTERVAL '1' DAY, INTERVAL '30' HOUR)
GROUP BY window_start
VALUES ('1969-12-31 06:00:00', 63);
