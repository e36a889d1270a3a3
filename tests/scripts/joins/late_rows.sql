-- Late rows: an interval join refuses a row whose time is before the watermark that stood when it
-- came; a window join one whose window had ended; a regular join takes every row.

CREATE STREAM a (k INT, x INT, ts TIMESTAMP(3), WATERMARK FOR ts AS ts - INTERVAL '1' SECOND);
CREATE STREAM b (k INT, y INT, ts TIMESTAMP(3), WATERMARK FOR ts AS ts - INTERVAL '1' SECOND);
START near AS SELECT x, y FROM a LEFT JOIN b ON a.k = b.k AND b.ts BETWEEN a.ts - INTERVAL '1' MINUTE AND a.ts;
INSERT INTO a VALUES (1, 10, '2024-01-01 00:00:05'), (1, 20, '2024-01-01 00:00:13'), (1, 30, '2024-01-01 00:00:11'),
  (1, 40, '2024-01-01 00:00:12'), (1, 50, '2024-01-01 00:00:09');
INSERT INTO b VALUES (1, 1, '2024-01-01 00:00:04'), (1, 2, '2024-01-01 00:00:12'), (1, 3, '2024-01-01 00:00:10'),
  (1, 4, '2024-01-01 00:00:11');

-- The watermark of a is 00:00:12 after the second row: the third is late, and the last.
ASSERT ROWS
SELECT x, y FROM a LEFT JOIN b ON a.k = b.k AND b.ts BETWEEN a.ts - INTERVAL '1' MINUTE AND a.ts
VALUES (10, 1), (20, 1), (20, 2), (20, 4), (40, 1), (40, 2), (40, 4);

-- They are counted, and can be read.
ASSERT ROWS
SELECT watermark, row FROM late.near
VALUES ('2024-01-01 00:00:12', '{"k": 1, "x": 30, "ts": "2024-01-01 00:00:11"}'),
  ('2024-01-01 00:00:12', '{"k": 1, "x": 50, "ts": "2024-01-01 00:00:09"}'),
  ('2024-01-01 00:00:11', '{"k": 1, "y": 3, "ts": "2024-01-01 00:00:10"}');

-- The window from 0 to 10 had ended when x = 50 came; that from 10 to 20 takes the others.
ASSERT ROWS
SELECT x, y FROM TUMBLE(TABLE a, DESCRIPTOR(ts), INTERVAL '10' SECOND) AS a
LEFT JOIN TUMBLE(TABLE b, DESCRIPTOR(ts), INTERVAL '10' SECOND) AS b
ON a.k = b.k AND a.window_start = b.window_start AND a.window_end = b.window_end
VALUES (10, 1), (20, 2), (20, 3), (20, 4), (30, 2), (30, 3), (30, 4), (40, 2), (40, 3), (40, 4);

ASSERT ROWS
SELECT x, COUNT(y) FROM a LEFT JOIN b ON a.k = b.k GROUP BY x
VALUES (10, 4), (20, 4), (30, 4), (40, 4), (50, 4);
