-- Rows around a row, where several have one time: those of a stream stand as they came, those of a UNION or a
-- join, which come in no order of their own, by their values.

CREATE STREAM a (k INT, v INT, ts TIMESTAMP(0), WATERMARK FOR ts AS ts - INTERVAL '10' SECOND);
CREATE STREAM b (k INT, v INT, ts TIMESTAMP(0), WATERMARK FOR ts AS ts - INTERVAL '10' SECOND);

INSERT INTO a VALUES (1, 3, '2026-01-01 00:00:01'), (1, 2, '2026-01-01 00:00:02'), (1, 1, '2026-01-01 00:00:01');
INSERT INTO b VALUES (1, 9, '2026-01-01 00:00:03'), (1, 8, '2026-01-01 00:00:02'), (1, 7, '2026-01-01 00:00:01');
INSERT INTO a VALUES (1, 4, '2026-01-01 00:00:03'), (1, 5, '2026-01-01 00:00:02');

ASSERT ROWS
SELECT v, LAG(v) OVER (ORDER BY ts), ROW_NUMBER() OVER (ORDER BY ts) FROM a
VALUES (3, NULL, 1), (1, 3, 2), (2, 1, 3), (5, 2, 4), (4, 5, 5);

-- not on duckdb: ties are read there as they stand in memory
ASSERT ROWS
SELECT v, LAG(v) OVER (ORDER BY ts), SUM(v) OVER (ORDER BY ts ROWS 1 PRECEDING), ROW_NUMBER() OVER (ORDER BY ts)
FROM (SELECT * FROM b UNION ALL SELECT * FROM a)
VALUES
  (1, NULL, 1, 1), (3, 1, 4, 2), (7, 3, 10, 3),
  (2, 7, 9, 4), (5, 2, 7, 5), (8, 5, 13, 6),
  (4, 8, 12, 7), (9, 4, 13, 8);

-- not on duckdb: ties are read there as they stand in memory
ASSERT ROWS
SELECT x, y, LEAD(y) OVER (ORDER BY ts), ARRAY_AGG(y) OVER (ORDER BY ts ROWS 1 PRECEDING) FROM (
  SELECT a.ts, a.v AS x, b.v AS y FROM a JOIN b ON a.k = b.k AND b.ts = a.ts)
VALUES
  (1, 7, 7, ARRAY[7]), (3, 7, 8, ARRAY[7, 7]),
  (2, 8, 8, ARRAY[7, 8]), (5, 8, 9, ARRAY[8, 8]),
  (4, 9, NULL, ARRAY[8, 9]);

-- not on duckdb: ties are read there as they stand in memory
ASSERT ROWS
SELECT v, ROW_NUMBER() OVER (ORDER BY ts) AS n FROM (SELECT * FROM b UNION ALL SELECT * FROM a) QUALIFY n = 1
VALUES (1, 1);

-- Also where they are corrected.
-- not on duckdb: ties are read there as they stand in memory
ASSERT ROWS
SELECT v, ROW_NUMBER() OVER (ORDER BY ts) FROM (SELECT * FROM b UNION ALL SELECT * FROM a)
LATE ROWS CORRECT WITHIN INTERVAL '5' SECOND
VALUES (1, 1), (3, 2), (7, 3), (2, 4), (5, 5), (8, 6), (4, 7), (9, 8);
