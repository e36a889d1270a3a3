-- A row that cannot be computed is in error until a late row makes it right: then its error is taken back.

CREATE STREAM s (id INT, v INT, ts TIMESTAMP(3), WATERMARK FOR ts);

START shares AS
SELECT id, 100 / (SUM(v) OVER (ORDER BY ts ROWS 1 PRECEDING) - 5) AS share FROM s
LATE ROWS CORRECT WITHIN INTERVAL '10' SECOND;

INSERT INTO s VALUES (1, 5, '2026-01-01 00:00:05'), (2, 20, '2026-01-01 00:00:08');
INSERT INTO s VALUES (3, 10, '2026-01-01 00:00:02');
INSERT INTO s VALUES (4, 0, '2026-01-01 00:00:30');

ASSERT ROWS
SELECT id, 100 / (SUM(v) OVER (ORDER BY ts ROWS 1 PRECEDING) - 5) AS share FROM s
LATE ROWS CORRECT WITHIN INTERVAL '10' SECOND
VALUES (3, 20), (1, 10), (2, 5), (4, 6);

-- What is in error, by weight.
ASSERT ROWS
SELECT COALESCE(SUM(weight), 0) FROM errors.shares
VALUES (0);
