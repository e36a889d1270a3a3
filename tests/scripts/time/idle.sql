-- IDLE AFTER: who is silent for so long, by the engine's clock, is not waited for. Between the rows the
-- clock goes on, as the comments say.

CREATE STREAM s (k VARCHAR, ts TIMESTAMP(3), WATERMARK FOR ts PER k IDLE AFTER INTERVAL '5' SECOND);
CREATE STREAM t (k VARCHAR, ts TIMESTAMP(3), WATERMARK FOR ts);
START per_ten AS
SELECT window_start, COUNT(*) AS n FROM TUMBLE(TABLE s, DESCRIPTOR(ts), INTERVAL '10' SECOND) GROUP BY window_start;

START both AS
SELECT window_start, COUNT(*) AS n
FROM TUMBLE(TABLE (SELECT * FROM s UNION ALL SELECT * FROM t), DESCRIPTOR(ts), INTERVAL '10' SECOND) GROUP BY window_start;

-- clock: 1970-01-01 00:00:04
INSERT INTO t VALUES ('x', '2024-01-01 00:00:05'), ('x', '2024-01-01 00:00:12');

-- s has not had a row for five seconds since the query was started: nothing waits for it, and [0, 10) is said.
-- clock: 1970-01-01 00:00:05
INSERT INTO t VALUES ('x', '2024-01-01 00:00:14');

-- It joins where the others are: at 14. For a query that reads s alone nothing is late.
INSERT INTO s VALUES ('a', '2024-01-01 00:00:08'), ('b', '2024-01-01 00:00:12'), ('a', '2024-01-01 00:00:11');

ASSERT ROWS
SELECT window_start, COUNT(*)
FROM TUMBLE(TABLE (SELECT * FROM s UNION ALL SELECT * FROM t), DESCRIPTOR(ts), INTERVAL '10' SECOND) GROUP BY window_start
VALUES ('2024-01-01 00:00:00', 1), ('2024-01-01 00:00:10', 4);

ASSERT ROWS
SELECT event_time, watermark FROM late.both
VALUES ('2024-01-01 00:00:08', '2024-01-01 00:00:14');

ASSERT EMPTY
SELECT * FROM late.per_ten;

-- a goes on, b falls silent and holds a back until it has left; then [10, 20) is said.
-- clock: 1970-01-01 00:00:09
INSERT INTO s VALUES ('a', '2024-01-01 00:00:21');

-- clock: 1970-01-01 00:00:10
INSERT INTO s VALUES ('a', '2024-01-01 00:00:25');

-- b joins again, at 25, and what it kept is late.
INSERT INTO s VALUES ('b', '2024-01-01 00:00:19'), ('b', '2024-01-01 00:00:26');

ASSERT ROWS
SELECT event_time, watermark FROM late.per_ten
VALUES ('2024-01-01 00:00:19', '2024-01-01 00:00:25');

-- Now all are silent. Five seconds later the time of s goes on with the clock, from 26: at 19 it is at 30.
-- clock: 1970-01-01 00:00:19
INSERT INTO s VALUES ('c', '2024-01-01 00:00:29'), ('c', '2024-01-01 00:00:35');

ASSERT ROWS
SELECT window_start, COUNT(*) FROM TUMBLE(TABLE s, DESCRIPTOR(ts), INTERVAL '10' SECOND) GROUP BY window_start
VALUES
  ('2024-01-01 00:00:00', 1), ('2024-01-01 00:00:10', 2), ('2024-01-01 00:00:20', 3), ('2024-01-01 00:00:30', 1);

ASSERT ROWS
SELECT event_time, watermark FROM late.per_ten
VALUES ('2024-01-01 00:00:19', '2024-01-01 00:00:25'), ('2024-01-01 00:00:29', '2024-01-01 00:00:30');
