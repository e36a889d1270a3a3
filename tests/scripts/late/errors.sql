-- LATE ROWS ERROR: a late row is an error of the query, whatever part of it refuses the row.

CREATE STREAM s (id INT, k VARCHAR, ts TIMESTAMP(3), WATERMARK FOR ts AS ts - INTERVAL '2' SECOND);
CREATE STREAM t (id INT, k VARCHAR, ts TIMESTAMP(3), WATERMARK FOR ts AS ts - INTERVAL '2' SECOND);

START near AS
SELECT s.id FROM s JOIN t ON s.k = t.k AND t.ts BETWEEN s.ts AND s.ts + INTERVAL '9' SECOND LATE ROWS ERROR;

START beside AS
SELECT s.id FROM s ASOF JOIN t MATCH_CONDITION (s.ts >= t.ts) ON s.k = t.k LATE ROWS ERROR;

START ordered AS SELECT id FROM s ORDER BY ts LATE ROWS ERROR;

START only_s AS SELECT k, ts FROM s EXCEPT SELECT k, ts FROM t EMIT AFTER WATERMARK LATE ROWS ERROR;

START least AS
SELECT id FROM (SELECT id, ROW_NUMBER() OVER (PARTITION BY ts ORDER BY id) AS n FROM s) WHERE n = 1 LATE ROWS ERROR;

START running AS SELECT COUNT(*) OVER (ORDER BY ts) FROM s LATE ROWS ERROR;

INSERT INTO s VALUES
  (1, 'a', '2026-01-01 00:00:01'), (2, 'b', '2026-01-01 00:00:09'), (3, 'c', '2026-01-01 00:00:05');
INSERT INTO t VALUES
  (4, 'b', '2026-01-01 00:00:09'), (5, 'd', '2026-01-01 00:00:06');

ASSERT ROWS
SELECT 'near', error, JSON_VALUE(row, '$.k') FROM errors.near
UNION ALL SELECT 'beside', error, JSON_VALUE(row, '$.k') FROM errors.beside
UNION ALL SELECT 'ordered', error, JSON_VALUE(row, '$.id') FROM errors.ordered
UNION ALL SELECT 'only_s', error, JSON_VALUE(row, '$.k') FROM errors.only_s
UNION ALL SELECT 'least', error, JSON_VALUE(row, '$.id') FROM errors.least
UNION ALL SELECT 'running', error, NULL FROM errors.running
VALUES
  ('near', 'the row is late: the watermark had passed it when it came', 'c'),
  ('near', 'the row is late: the watermark had passed it when it came', 'd'),
  ('beside', 'the row is late: the watermark had passed it when it came', 'c'),
  ('beside', 'the row is late: the watermark had passed it when it came', 'd'),
  ('ordered', 'the row is late: the watermark had passed it when it came', '3'),
  ('only_s', 'the row is late: the watermark had passed it when it came', 'c'),
  ('only_s', 'the row is late: the watermark had passed it when it came', 'd'),
  ('least', 'the row is late: the watermark had passed it when it came', '3'),
  ('running', 'the row is late: the watermark had passed it when it came', NULL);
