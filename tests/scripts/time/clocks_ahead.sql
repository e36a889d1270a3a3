-- MAX AHEAD: a row further ahead of the engine's clock goes to errors.<stream>, so that one wrong clock
-- cannot close every window. The clock of these scripts stands at 1970-01-01 00:00:00.

CREATE STREAM s (id INT, ended BOOLEAN, ts TIMESTAMP(3),
  WATERMARK FOR ts AS ts - INTERVAL '1' SECOND MARKED BY ended MAX AHEAD INTERVAL '1' MINUTE);

START per_ten AS
SELECT window_start, COUNT(*) AS n FROM TUMBLE(TABLE s, DESCRIPTOR(ts), INTERVAL '10' SECOND) GROUP BY window_start;

INSERT INTO s VALUES
  (1, FALSE, '1970-01-01 00:00:05'),
  (2, FALSE, '1980-01-01 00:00:00'),       -- ten years ahead
  (3, TRUE, '1970-01-01 00:01:00.001'),    -- a marker may be no further ahead either
  (4, FALSE, NULL),
  (5, FALSE, '1969-12-31 23:59:55'),       -- long ago, and late
  (6, FALSE, '1970-01-01 00:00:06'),       -- in time still
  (7, FALSE, '1970-01-01 00:01:00');       -- a minute, and no more

ASSERT ROWS
SELECT window_start, COUNT(*), MAX(id) FROM TUMBLE(TABLE s, DESCRIPTOR(ts), INTERVAL '10' SECOND) GROUP BY window_start
VALUES ('1970-01-01 00:00:00', 2, 6), ('1970-01-01 00:01:00', 1, 7);

ASSERT ROWS
SELECT error, JSON_VALUE(row, '$.id') FROM errors.s
VALUES
  ('ts is more than 1 min ahead of the clock', '2'),
  ('ts is more than 1 min ahead of the clock', '3'),
  ('the event time ts is NULL', '4');

ASSERT ROWS
SELECT event_time, watermark FROM late.per_ten
VALUES ('1969-12-31 23:59:55', '1970-01-01 00:00:04');
