-- TUMBLE: windows of one length, one after the other. [start, end): a row at the end is in the next.

CREATE STREAM bids (item VARCHAR, price INT, ts TIMESTAMP(3), WATERMARK FOR ts AS ts - INTERVAL '5' SECOND);
INSERT INTO bids VALUES
  ('a', 10, '2024-01-01 00:00:01'), ('b', 20, '2024-01-01 00:00:09.999'), ('a', 30, '2024-01-01 00:00:10'),
  ('a', 5, '2024-01-01 00:00:07'), ('b', NULL, '2024-01-01 00:00:12'), ('a', 40, '2024-01-01 00:00:31');

-- The function adds three columns; window_time is the last instant of the window.
ASSERT ROWS
SELECT item, price, window_start, window_end, window_time FROM TUMBLE(TABLE bids, DESCRIPTOR(ts), INTERVAL '10' SECOND)
WHERE price >= 20
VALUES
  ('b', 20, '2024-01-01 00:00:00', '2024-01-01 00:00:10', '2024-01-01 00:00:09.999'),
  ('a', 30, '2024-01-01 00:00:10', '2024-01-01 00:00:20', '2024-01-01 00:00:19.999'),
  ('a', 40, '2024-01-01 00:00:30', '2024-01-01 00:00:40', '2024-01-01 00:00:39.999');

ASSERT ROWS
SELECT window_start, window_end, item, COUNT(*), SUM(price)
FROM TABLE(TUMBLE(TABLE bids, DESCRIPTOR(ts), INTERVAL '10' SECOND))
GROUP BY window_start, window_end, item
VALUES
  ('2024-01-01 00:00:00', '2024-01-01 00:00:10', 'a', 2, 15),
  ('2024-01-01 00:00:00', '2024-01-01 00:00:10', 'b', 1, 20),
  ('2024-01-01 00:00:10', '2024-01-01 00:00:20', 'a', 1, 30),
  ('2024-01-01 00:00:10', '2024-01-01 00:00:20', 'b', 1, NULL),
  ('2024-01-01 00:00:30', '2024-01-01 00:00:40', 'a', 1, 40);

-- One bound is enough: it names the window. A window without rows is not there.
ASSERT ROWS
SELECT window_end, MAX(price) FROM TUMBLE(TABLE bids, DESCRIPTOR(ts), INTERVAL '10' SECOND) GROUP BY window_end
VALUES ('2024-01-01 00:00:10', 20), ('2024-01-01 00:00:20', 30), ('2024-01-01 00:00:40', 40);

ASSERT ROWS
SELECT COUNT(*) FROM TUMBLE(TABLE bids, DESCRIPTOR(ts), INTERVAL '10' SECOND) GROUP BY window_start
VALUES (3), (2), (1);

-- Arguments may be named; the window may be under an alias.
ASSERT ROWS
SELECT w.window_start, COUNT(*)
FROM TUMBLE(DATA => TABLE bids, TIMECOL => DESCRIPTOR(ts), SIZE => INTERVAL '1' MINUTE) AS w GROUP BY w.window_start
VALUES ('2024-01-01 00:00:00', 6);

-- WHERE before the window, in it and after it.
ASSERT ROWS
SELECT window_start, SUM(price)
FROM TUMBLE(TABLE (SELECT * FROM bids WHERE item = 'a'), DESCRIPTOR(ts), INTERVAL '10' SECOND)
WHERE price > 5 GROUP BY window_start HAVING SUM(price) < 40
VALUES ('2024-01-01 00:00:00', 10), ('2024-01-01 00:00:10', 30);

ASSERT ROWS
SELECT * FROM (
  SELECT window_start, item, COUNT(*) AS n FROM TUMBLE(TABLE bids, DESCRIPTOR(ts), INTERVAL '10' SECOND)
  GROUP BY window_start, item)
WHERE item = 'a' AND n > 1
VALUES ('2024-01-01 00:00:00', 'a', 2);

ASSERT ROWS
SELECT DISTINCT window_start, item FROM TUMBLE(TABLE bids, DESCRIPTOR(ts), INTERVAL '1' MINUTE)
VALUES ('2024-01-01 00:00:00', 'a'), ('2024-01-01 00:00:00', 'b');

-- Said as changes, every row of a window changes what was said of it.
ASSERT ROWS
SELECT window_start, COUNT(*) FROM TUMBLE(TABLE bids, DESCRIPTOR(ts), INTERVAL '10' SECOND) GROUP BY window_start
EMIT STREAM
VALUES ('2024-01-01 00:00:00', 3), ('2024-01-01 00:00:10', 2), ('2024-01-01 00:00:30', 1);

-- Without a key that names the window, it is an ordinary group.
ASSERT ROWS
SELECT item, COUNT(*) FROM TUMBLE(TABLE bids, DESCRIPTOR(ts), INTERVAL '10' SECOND) GROUP BY item
VALUES ('a', 4), ('b', 2);

-- error: price is INT, and a window needs a TIMESTAMP
-- SELECT * FROM TUMBLE(TABLE bids, DESCRIPTOR(price), INTERVAL '10' SECOND);
--                                             ^^^^^
SELECT * FROM TUMBLE(TABLE bids, DESCRIPTOR(price), INTERVAL '10' SECOND);

-- error: the size of a window must be a constant interval of days or less
-- SELECT * FROM TUMBLE(TABLE bids, DESCRIPTOR(ts), INTERVAL '1' MONTH);
--                                                  ^^^^^^^^^^^^^^^^^^
-- hint: write INTERVAL '10' SECOND; a month has no fixed length
SELECT * FROM TUMBLE(TABLE bids, DESCRIPTOR(ts), INTERVAL '1' MONTH);

-- error: the size of a window must be more than nothing
-- SELECT * FROM TUMBLE(TABLE bids, DESCRIPTOR(ts), INTERVAL '0' SECOND);
--                                                  ^^^^^^^^^^^^^^^^^^^
SELECT * FROM TUMBLE(TABLE bids, DESCRIPTOR(ts), INTERVAL '0' SECOND);

-- error: TUMBLE needs its size
-- SELECT * FROM TUMBLE(TABLE bids, DESCRIPTOR(ts));
--               ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^
-- hint: write TUMBLE(TABLE s, DESCRIPTOR(ts), INTERVAL '10' SECOND [, offset])
SELECT * FROM TUMBLE(TABLE bids, DESCRIPTOR(ts));

-- error: there is no table function called tumbel
-- SELECT * FROM TUMBEL(TABLE bids, DESCRIPTOR(ts), INTERVAL '10' SECOND);
--               ^^^^^^
-- hint: did you mean tumble?
SELECT * FROM TUMBEL(TABLE bids, DESCRIPTOR(ts), INTERVAL '10' SECOND);

-- error: ts is not the event time
-- SELECT * FROM TUMBLE(TABLE (SELECT item, ts + INTERVAL '1' SECOND AS ts FROM bids), DESCRIPTOR(ts), INTERVAL '1' SECOND);
--                                                                                                ^^
-- hint: select the event-time column in the inner query, unchanged
SELECT * FROM TUMBLE(TABLE (SELECT item, ts + INTERVAL '1' SECOND AS ts FROM bids), DESCRIPTOR(ts), INTERVAL '1' SECOND);
