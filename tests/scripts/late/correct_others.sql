-- INTERSECT, EXCEPT and the first rows of a time are said when the watermark has passed it. With CORRECT
-- WITHIN a row that comes later takes back what it changes.

CREATE STREAM s (id INT, k VARCHAR, ts TIMESTAMP(3), WATERMARK FOR ts);
CREATE STREAM t (id INT, k VARCHAR, ts TIMESTAMP(3), WATERMARK FOR ts);

START only_s AS
SELECT k, ts FROM s EXCEPT SELECT k, ts FROM t EMIT AFTER WATERMARK LATE ROWS CORRECT WITHIN INTERVAL '5' SECOND;

INSERT INTO s VALUES
  (7, 'a', '2026-01-01 00:00:01'), (2, 'b', '2026-01-01 00:00:02'), (5, 'c', '2026-01-01 00:00:03'),
  (9, 'z', '2026-01-01 00:00:07');
INSERT INTO t VALUES
  (1, 'z', '2026-01-01 00:00:07'),   -- a, b and c are in s alone, and that is said
  (3, 'b', '2026-01-01 00:00:02'),   -- b is taken back
  (4, 'a', '2026-01-01 00:00:01');   -- too late by a second
INSERT INTO s VALUES
  (1, 'd', '2026-01-01 00:00:03'),   -- d was not there
  (0, 'c', '2026-01-01 00:00:01');   -- too late

ASSERT ROWS
SELECT k, ts FROM s EXCEPT SELECT k, ts FROM t EMIT AFTER WATERMARK LATE ROWS CORRECT WITHIN INTERVAL '5' SECOND
VALUES
  ('a', '2026-01-01 00:00:01'), ('c', '2026-01-01 00:00:03'), ('d', '2026-01-01 00:00:03');

ASSERT ROWS
SELECT event_time, JSON_VALUE(row, '$.k') FROM late.only_s
VALUES ('2026-01-01 00:00:01', 'a'), ('2026-01-01 00:00:01', 'c');

ASSERT ROWS
SELECT k, ts FROM s INTERSECT ALL SELECT k, ts FROM t EMIT AFTER WATERMARK LATE ROWS CORRECT WITHIN INTERVAL '5' SECOND
VALUES ('b', '2026-01-01 00:00:02'), ('z', '2026-01-01 00:00:07');

ASSERT ROWS
SELECT ts, id, n FROM (SELECT ts, id, ROW_NUMBER() OVER (PARTITION BY ts ORDER BY id) AS n FROM s) WHERE n = 1
LATE ROWS CORRECT WITHIN INTERVAL '5' SECOND
VALUES
  ('2026-01-01 00:00:01', 7, 1), ('2026-01-01 00:00:02', 2, 1), ('2026-01-01 00:00:03', 1, 1),
  ('2026-01-01 00:00:07', 9, 1);

-- The first rows of windows wait for what corrects the windows, and are said once.
ASSERT ROWS
SELECT window_end, k, n FROM (
  SELECT window_end, k, n, ROW_NUMBER() OVER (PARTITION BY window_end ORDER BY n DESC, k) AS place
  FROM (SELECT window_end, k, COUNT(*) AS n FROM TUMBLE(TABLE s, DESCRIPTOR(ts), INTERVAL '4' SECOND) GROUP BY window_end, k))
WHERE place = 1
LATE ROWS CORRECT WITHIN INTERVAL '5' SECOND
VALUES ('2026-01-01 00:00:04', 'c', 2), ('2026-01-01 00:00:08', 'z', 1);

-- error: rows that have been said in their order cannot be put into another one
-- LATE ROWS CORRECT WITHIN INTERVAL '5' SECOND;
-- ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^
-- hint: leave ORDER BY out, and order what has been corrected; or write LATE ROWS TO s
SELECT id FROM s ORDER BY ts
LATE ROWS CORRECT WITHIN INTERVAL '5' SECOND;
