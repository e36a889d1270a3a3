-- INSERT INTO a stream SELECT …: a continuous query whose rows are events again.

CREATE STREAM raw (k VARCHAR, v INT, ts TIMESTAMP(3), WATERMARK FOR ts AS ts - INTERVAL '5' SECOND);
CREATE STREAM clean (key VARCHAR, value BIGINT, at TIMESTAMP(3), WATERMARK FOR at AS at - INTERVAL '5' SECOND);
CREATE STREAM minutes (minute TIMESTAMP(3), total BIGINT, WATERMARK FOR minute);

INSERT INTO clean SELECT UPPER(k), v * 10, ts FROM raw WHERE v IS NOT NULL;
INSERT INTO minutes SELECT window_start, SUM(value) FROM TUMBLE(TABLE clean, DESCRIPTOR(at), INTERVAL '1' MINUTE)
  GROUP BY window_start;

INSERT INTO raw VALUES ('a', 1, '2024-01-01 00:00:10'), ('b', NULL, '2024-01-01 00:00:20'), ('b', 3, '2024-01-01 00:00:50');
INSERT INTO raw VALUES ('a', 5, '2024-01-01 00:01:10'), ('a', 7, '2024-01-01 00:02:30');

ASSERT ROWS
SELECT key, value FROM clean
VALUES ('A', 10), ('B', 30), ('A', 50), ('A', 70);

ASSERT ROWS
SELECT minute, total FROM minutes
VALUES ('2024-01-01 00:00:00', 40), ('2024-01-01 00:01:00', 50), ('2024-01-01 00:02:00', 70);

-- error: clean takes 3 columns, and the query has 2
-- INSERT INTO clean SELECT k, v FROM raw;
-- ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^
-- hint: select key, value, at
INSERT INTO clean SELECT k, v FROM raw;

-- error: minutes is a stream: it takes events, and this query takes rows back
-- INSERT INTO minutes SELECT MAX(ts), SUM(v) FROM raw GROUP BY k;
-- ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^
-- hint: write into a table instead (CREATE TABLE …), or make the rows final: EMIT AFTER WATERMARK, with groups by a window and joins within an interval
INSERT INTO minutes SELECT MAX(ts), SUM(v) FROM raw GROUP BY k;
