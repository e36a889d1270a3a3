-- Rows of one event time stand in the order in which they came, if they came in one: those of a stream do.
-- Rows of a table, a join, a UNION or of groups are there in no order, and whoever asks would be told another one.
-- Of them the values decide.

CREATE STREAM a (k INT, v INT, ts TIMESTAMP(0), WATERMARK FOR ts AS ts - INTERVAL '20' SECOND);
CREATE STREAM b (k INT, v INT, ts TIMESTAMP(0), WATERMARK FOR ts AS ts - INTERVAL '20' SECOND);
CREATE TABLE t (id INT PRIMARY KEY, n INT, s VARCHAR);

INSERT INTO a VALUES
  (1, 5, '2026-01-01 00:00:05'), (2, 9, '2026-01-01 00:00:03'), (3, 7, '2026-01-01 00:00:05'), (2, 1, '2026-01-01 00:00:01');
INSERT INTO b VALUES (2, 8, '2026-01-01 00:00:03'), (3, 6, '2026-01-01 00:00:12'), (1, 3, '2026-01-01 00:00:11');
INSERT INTO a VALUES (4, 2, '2026-01-01 00:00:03'), (1, 4, '2026-01-01 00:00:12');
INSERT INTO t VALUES (3, 5, 'c'), (1, 5, 'a'), (2, 6, 'b');
UPDATE t SET s = 'z' WHERE id = 3;
UPDATE t SET n = 5 WHERE id = 2;

-- A stream: in the order of time, then as they came.
ASSERT ROWS
SELECT ARRAY_AGG(v), ARG_MAX(v, k), FIRST_VALUE(v), LAST_VALUE(v) FROM a
VALUES (ARRAY[1, 9, 2, 5, 7, 4], 2, 1, 4);

ASSERT ROWS
SELECT FIRST_VALUE(v), LAST_VALUE(v), STRING_AGG(CAST(v AS VARCHAR)) FROM TUMBLE(TABLE a, DESCRIPTOR(ts), INTERVAL '10' SECOND)
WHERE ts > '2026-01-01 00:00:01' AND ts < '2026-01-01 00:00:12'
GROUP BY window_start
VALUES (9, 7, '9,2,5,7');

-- A table: its rows are changed in place, and an update has no place in a list.
ASSERT ROWS
SELECT ARRAY_AGG(id), ARG_MIN(id, n), ARG_MAX(s, n), FIRST_VALUE(id), LAST_VALUE(s), STRING_AGG(s, ''), ANY_VALUE(s) FROM t
VALUES (ARRAY[1, 2, 3], 1, 'a', 1, 'z', 'abz', 'a');

-- not on duckdb: ties are read there as they stand in memory
ASSERT ROWS
SELECT ARRAY_AGG(s ORDER BY n), FIRST_VALUE(id ORDER BY n DESC), LAST_VALUE(id ORDER BY n DESC) FROM t
VALUES (ARRAY['a', 'b', 'z'], 1, 3);

-- not on duckdb: ties are read there as they stand in memory
ASSERT ROWS
SELECT id, s FROM t ORDER BY n LIMIT 1
VALUES (1, 'a');

-- not on duckdb: ties are read there as they stand in memory
ASSERT ROWS
SELECT id, ROW_NUMBER() OVER (ORDER BY n) AS place FROM t QUALIFY place <= 2
VALUES (1, 1), (2, 2);

CREATE MATERIALIZED VIEW per_n AS SELECT n, s, COUNT(*) AS many FROM t GROUP BY n, s;

ASSERT ROWS
SELECT ARRAY_AGG(s), FIRST_VALUE(s) FROM per_n
VALUES (ARRAY['a', 'b', 'z'], 'a');

-- A UNION: which of two streams says its row first is chance.
ASSERT ROWS
SELECT ARRAY_AGG(v), FIRST_VALUE(v), LAST_VALUE(v), ARG_MAX(v, k)
FROM (SELECT k, v FROM b UNION ALL SELECT k, v FROM a)
VALUES (ARRAY[1, 2, 8, 9, 5, 7, 3, 4, 6], 1, 6, 2);

CREATE VIEW both AS SELECT k, v, ts FROM b UNION ALL SELECT k, v, ts FROM a;

ASSERT ROWS
SELECT window_end, ARRAY_AGG(v), ARG_MIN(v, k) FROM TUMBLE(TABLE both, DESCRIPTOR(ts), INTERVAL '10' SECOND) GROUP BY window_end
VALUES
  ('2026-01-01 00:00:10', ARRAY[1, 2, 8, 9, 5, 7], 5),
  ('2026-01-01 00:00:20', ARRAY[3, 4, 6], 3);

-- Pairs of a join.
-- not on duckdb: ties are read there as they stand in memory
ASSERT ROWS
SELECT k, ARRAY_AGG(x), ARRAY_AGG(y), STRING_AGG(CAST(x AS VARCHAR), '' ORDER BY k) FROM (
  SELECT a.k, a.v AS x, b.v AS y FROM a JOIN b ON a.k = b.k AND b.ts BETWEEN a.ts - INTERVAL '1' SECOND AND a.ts + INTERVAL '10' SECOND)
GROUP BY k
VALUES (1, ARRAY[5, 4], ARRAY[3, 3], '54'), (2, ARRAY[1, 9], ARRAY[8, 8], '19'), (3, ARRAY[7], ARRAY[6], '7');

-- Groups, and windows over windows.
ASSERT ROWS
SELECT many, ARRAY_AGG(k), ARG_MAX(k, many) FROM (SELECT k, COUNT(*) AS many FROM a GROUP BY k) GROUP BY many
VALUES (1, ARRAY[3, 4], 3), (2, ARRAY[1, 2], 1);

CREATE VIEW tens AS
SELECT k, COUNT(*) AS n, window_time AS at
FROM TUMBLE(TABLE a, DESCRIPTOR(ts), INTERVAL '10' SECOND) GROUP BY k, window_start, window_end, window_time;

ASSERT ROWS
SELECT ARRAY_AGG(k), ARG_MAX(k, n), FIRST_VALUE(k), LAST_VALUE(k)
FROM TUMBLE(TABLE tens, DESCRIPTOR(at), INTERVAL '1' MINUTE) GROUP BY window_end
VALUES (ARRAY[1, 2, 3, 4, 1], 2, 1, 1);

-- Whoever wants another order writes it, or groups what is sorted.
ASSERT ROWS
SELECT ARRAY_AGG(s ORDER BY s DESC) FROM t
VALUES (ARRAY['z', 'b', 'a']);

-- With DISTINCT a value stands where the earliest row has it, whenever that came; without an order of arrival, by itself.
ASSERT ROWS
SELECT ARRAY_AGG(DISTINCT k), FIRST_VALUE(DISTINCT k), LAST_VALUE(DISTINCT k) FROM a
VALUES (ARRAY[2, 4, 1, 3], 2, 3);

ASSERT ROWS
SELECT window_start, STRING_AGG(DISTINCT CAST(k AS VARCHAR), '') FROM HOP(TABLE a, DESCRIPTOR(ts), INTERVAL '5' SECOND, INTERVAL '10' SECOND)
WHERE ts < '2026-01-01 00:00:10' GROUP BY window_start
VALUES ('2025-12-31 23:59:55', '24'), ('2026-01-01 00:00:00', '2413'), ('2026-01-01 00:00:05', '13');

ASSERT ROWS
SELECT ARRAY_AGG(DISTINCT k) FROM both
VALUES (ARRAY[1, 2, 3, 4]);
