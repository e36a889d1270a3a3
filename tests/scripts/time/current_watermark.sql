-- CURRENT_WATERMARK(ts): how far the stream's time had come when the row came. NULL before there is any.

CREATE STREAM s (id INT, k VARCHAR, ts TIMESTAMP(3), WATERMARK FOR ts);
INSERT INTO s VALUES
  (1, 'a', '2024-01-01 00:00:01'),
  (2, 'b', '2024-01-01 00:00:05'),
  (3, 'a', '2024-01-01 00:00:04.999'),    -- a row that is late moves no watermark
  (4, 'b', '2024-01-01 00:00:05'),
  (5, 'a', '1969-12-31 23:59:59'),
  (6, 'b', '2024-01-01 00:00:09');

ASSERT ROWS
SELECT id, CURRENT_WATERMARK(ts) FROM s
VALUES
  (1, NULL), (2, '2024-01-01 00:00:01'), (3, '2024-01-01 00:00:05'),
  (4, '2024-01-01 00:00:05'), (5, '2024-01-01 00:00:05'), (6, '2024-01-01 00:00:05');

-- A filter before it changes no watermark, and neither does a projection, as long as ts is there.
ASSERT ROWS
SELECT number, CURRENT_WATERMARK(at) AS mark FROM (SELECT ts AS at, id AS number FROM s WHERE k = 'a') WHERE number > 1
VALUES (3, '2024-01-01 00:00:05'), (5, '2024-01-01 00:00:05');

-- Rows that are behind, routed by hand; a comparison with NULL does not hold.
ASSERT ROWS
SELECT id FROM s WHERE ts < CURRENT_WATERMARK(ts)
VALUES (3), (5);

ASSERT ROWS
SELECT id, CASE WHEN ts < CURRENT_WATERMARK(ts) THEN CURRENT_WATERMARK(ts) - ts END AS behind
FROM s WHERE ts < CURRENT_WATERMARK(ts) - INTERVAL '1' SECOND OR k = 'b'
VALUES (2, NULL), (4, NULL), (5, INTERVAL '19723 00:00:06' DAY TO SECOND), (6, NULL);

ASSERT ROWS
SELECT k, COUNT(*), MAX(CURRENT_WATERMARK(ts)) FROM s GROUP BY k EMIT STREAM
VALUES ('a', 3, '2024-01-01 00:00:05'), ('b', 3, '2024-01-01 00:00:05');

-- Every window of a row sees the same.
ASSERT ROWS
SELECT id, window_end, CURRENT_WATERMARK(ts) FROM HOP(TABLE s, DESCRIPTOR(ts), INTERVAL '5' SECOND, INTERVAL '10' SECOND)
WHERE ts >= CURRENT_WATERMARK(ts)
VALUES
  (2, '2024-01-01 00:00:10', '2024-01-01 00:00:01'), (2, '2024-01-01 00:00:15', '2024-01-01 00:00:01'),
  (4, '2024-01-01 00:00:10', '2024-01-01 00:00:05'), (4, '2024-01-01 00:00:15', '2024-01-01 00:00:05'),
  (6, '2024-01-01 00:00:10', '2024-01-01 00:00:05'), (6, '2024-01-01 00:00:15', '2024-01-01 00:00:05');

-- With a delay rows may come in another order, and those in time stay in time.
CREATE STREAM loose (id INT, ts TIMESTAMP(3), WATERMARK FOR ts AS ts - INTERVAL '2' SECOND);
INSERT INTO loose VALUES
  (1, '2024-01-01 00:00:01'), (2, '2024-01-01 00:00:03'), (3, '2024-01-01 00:00:02'),
  (4, '2024-01-01 00:00:08'), (5, '2024-01-01 00:00:05.999'), (6, '2024-01-01 00:00:06');

ASSERT ROWS
SELECT id FROM loose WHERE ts >= CURRENT_WATERMARK(ts) OR CURRENT_WATERMARK(ts) IS NULL
VALUES (1), (2), (3), (4), (6);

ASSERT ROWS
SELECT id FROM (SELECT id, ts FROM loose UNION ALL SELECT id, ts FROM s WHERE id > 2) WHERE ts < CURRENT_WATERMARK(ts)
VALUES (5), (3), (5);

-- With PER it is the watermark of the row's own producer; a time of whole seconds is behind a watermark
-- if it is before the next whole second.
CREATE STREAM vans (van VARCHAR, ts TIMESTAMP(0), WATERMARK FOR ts AS ts - INTERVAL '0.5' SECOND PER van);
INSERT INTO vans VALUES
  ('x', '2024-01-01 00:00:10'), ('y', '2024-01-01 00:00:20'), ('x', '2024-01-01 00:00:11'), ('y', '2024-01-01 00:00:20');

ASSERT ROWS
SELECT van, ts, CURRENT_WATERMARK(ts) FROM vans WHERE ts > CURRENT_WATERMARK(ts)
VALUES ('y', '2024-01-01 00:00:20', '2024-01-01 00:00:10'), ('x', '2024-01-01 00:00:11', '2024-01-01 00:00:10');

-- Rows that are computed of several have no watermark of their own: it is read before.
ASSERT ROWS
SELECT window_start, MAX(mark) FROM TUMBLE(
    TABLE (SELECT ts, CURRENT_WATERMARK(ts) AS mark FROM s), DESCRIPTOR(ts), INTERVAL '5' SECOND)
GROUP BY window_start
VALUES ('2024-01-01 00:00:00', NULL), ('2024-01-01 00:00:05', '2024-01-01 00:00:05');

-- error: these rows are computed of several, and no watermark is that of one of them
-- SELECT CURRENT_WATERMARK(t) FROM (SELECT window_time AS t FROM TUMBLE(TABLE s, DESCRIPTOR(ts), INTERVAL '5' SECOND) GROUP BY window_time);
--        ^^^^^^^^^^^^^^^^^^^^
-- hint: select CURRENT_WATERMARK(…) AS mark in the inner query, and go on with mark
SELECT CURRENT_WATERMARK(t) FROM (SELECT window_time AS t FROM TUMBLE(TABLE s, DESCRIPTOR(ts), INTERVAL '5' SECOND) GROUP BY window_time);

-- error: k is not the event time
-- SELECT CURRENT_WATERMARK(k) FROM s;
--                          ^
-- hint: the event time here is ts
SELECT CURRENT_WATERMARK(k) FROM s;

-- error: CURRENT_WATERMARK takes a column, and this is computed
-- SELECT id FROM s WHERE CURRENT_WATERMARK(ts + INTERVAL '1' SECOND) > ts;
--                                          ^^^^^^^^^^^^^^^^^^^^^^^^
-- hint: write CURRENT_WATERMARK(ts), where ts is the event time
SELECT id FROM s WHERE CURRENT_WATERMARK(ts + INTERVAL '1' SECOND) > ts;

-- error: ts is not the event time
-- SELECT CURRENT_WATERMARK(ts) FROM (SELECT id, ts + INTERVAL '1' SECOND AS ts FROM s);
--                          ^^
-- hint: select the event-time column in the inner query, unchanged
SELECT CURRENT_WATERMARK(ts) FROM (SELECT id, ts + INTERVAL '1' SECOND AS ts FROM s);

-- error: each row of a group has a watermark of its own
-- SELECT k, COUNT(*) FROM s GROUP BY k HAVING MAX(ts) > CURRENT_WATERMARK(ts);
--                                             ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^
-- hint: say which is meant: MAX(CURRENT_WATERMARK(ts)), MIN(CURRENT_WATERMARK(ts)), …
SELECT k, COUNT(*) FROM s GROUP BY k HAVING MAX(ts) > CURRENT_WATERMARK(ts);
