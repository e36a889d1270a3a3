-- LATE ROWS TO takes the late rows of whatever refuses them. ORDER BY, INTERSECT and EXCEPT refuse rows of
-- what is selected, the first rows of each time those of FROM.

CREATE STREAM s (id INT, k VARCHAR, ts TIMESTAMP(3), WATERMARK FOR ts AS ts - INTERVAL '2' SECOND);
CREATE STREAM t (id INT, k VARCHAR, ts TIMESTAMP(3), WATERMARK FOR ts AS ts - INTERVAL '2' SECOND);
CREATE STREAM unordered (id INT, twice INT);
CREATE STREAM uncounted (k VARCHAR, ts TIMESTAMP(3));
CREATE STREAM unranked (id INT, k VARCHAR);

CREATE STREAM ordered (id INT, twice INT);
CREATE STREAM common (k VARCHAR, ts TIMESTAMP(3));
CREATE STREAM firsts (ts TIMESTAMP(3), id INT);

INSERT INTO ordered SELECT id, id * 2 AS twice FROM s ORDER BY ts LATE ROWS TO unordered;

INSERT INTO common
SELECT k, ts FROM s INTERSECT SELECT k, ts FROM t EMIT AFTER WATERMARK LATE ROWS TO uncounted;

INSERT INTO firsts
SELECT ts, id FROM (SELECT ts, id, ROW_NUMBER() OVER (PARTITION BY ts ORDER BY id) AS n FROM s) WHERE n = 1
LATE ROWS TO unranked;

INSERT INTO s VALUES
  (1, 'a', '2026-01-01 00:00:01'), (2, 'b', '2026-01-01 00:00:09'), (3, 'c', '2026-01-01 00:00:05');
INSERT INTO t VALUES
  (4, 'b', '2026-01-01 00:00:09'), (5, 'd', '2026-01-01 00:00:06');

ASSERT ROWS
SELECT * FROM unordered
VALUES (3, 6);

ASSERT ROWS
SELECT * FROM uncounted
VALUES ('c', '2026-01-01 00:00:05'), ('d', '2026-01-01 00:00:06');

ASSERT ROWS
SELECT * FROM unranked
VALUES (3, 'c');
