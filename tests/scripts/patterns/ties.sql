-- Rows of a stream that are equal in the order stand as they came. Rows of a UNION or a join came in
-- no order that means anything, since nobody knows which input spoke first: there their values decide.
CREATE STREAM a (k INT, v INT, ts TIMESTAMP(0), WATERMARK FOR ts AS ts - INTERVAL '10' SECOND);
CREATE STREAM b (k INT, v INT, ts TIMESTAMP(0), WATERMARK FOR ts AS ts - INTERVAL '10' SECOND);

INSERT INTO a VALUES
  (1, 3, '2026-01-01 00:00:01'), (1, 2, '2026-01-01 00:00:02'), (1, 1, '2026-01-01 00:00:01');
INSERT INTO b VALUES
  (1, 9, '2026-01-01 00:00:03'), (1, 8, '2026-01-01 00:00:02'), (1, 7, '2026-01-01 00:00:01');
INSERT INTO a VALUES (1, 4, '2026-01-01 00:00:03'), (1, 5, '2026-01-01 00:00:02');

ASSERT ROWS
SELECT x, y FROM a MATCH_RECOGNIZE (ORDER BY ts MEASURES A.v AS x, B.v AS y PATTERN (A B))
VALUES (3, 1), (2, 5);

CREATE VIEW u AS SELECT * FROM b UNION ALL SELECT * FROM a;

ASSERT ROWS
SELECT x, y FROM u MATCH_RECOGNIZE (ORDER BY ts MEASURES A.v AS x, B.v AS y PATTERN (A B))
VALUES (1, 3), (7, 2), (5, 8), (4, 9);

-- Further columns of ORDER BY decide before that.
ASSERT ROWS
SELECT x, y FROM (SELECT * FROM b UNION ALL SELECT * FROM a) MATCH_RECOGNIZE (
  ORDER BY ts, v DESC MEASURES A.v AS x, B.v AS y PATTERN (A B))
VALUES (7, 3), (1, 8), (5, 2), (9, 4);

-- With all rows per match the columns stay where they are.
ASSERT ROWS
SELECT * FROM u MATCH_RECOGNIZE (
  PARTITION BY k ORDER BY ts MEASURES COUNT(*) AS n ALL ROWS PER MATCH PATTERN (A B) DEFINE A AS v = 1)
VALUES (1, TIMESTAMP '2026-01-01 00:00:01', 1, 1), (1, TIMESTAMP '2026-01-01 00:00:01', 2, 3);

ASSERT ROWS
SELECT v, n OVER w FROM u
WINDOW w AS (ORDER BY ts MEASURES LAST(B.v) AS n ROWS BETWEEN CURRENT ROW AND 1 FOLLOWING
  AFTER MATCH SKIP TO NEXT ROW PATTERN (A B))
VALUES (1, 3), (3, 7), (7, 2), (2, 5), (5, 8), (8, 4), (4, 9), (9, NULL);

ASSERT ROWS
SELECT x, y FROM (SELECT a.v, b.v AS w, a.ts FROM a JOIN b ON a.k = b.k AND a.ts = b.ts)
MATCH_RECOGNIZE (ORDER BY ts MEASURES A.v AS x, B.v AS y PATTERN (A B))
VALUES (1, 3), (2, 5);
