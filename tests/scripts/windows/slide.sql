-- SLIDE: for every time t of a key a window with the rows in (t - size, t]. It ends with its row, so what
-- it says is said of the moment of that row: how much was it in the last ten seconds?

CREATE STREAM payments (card INT, amount INT, ts TIMESTAMP(3), WATERMARK FOR ts AS ts - INTERVAL '5' SECOND);
INSERT INTO payments VALUES
  (7, 10, '2024-01-01 00:00:01'), (8, 20, '2024-01-01 00:00:03'), (7, 30, '2024-01-01 00:00:08'),
  (7, 5, '2024-01-01 00:00:04'), (7, 1, '2024-01-01 00:00:11'), (7, 2, '2024-01-01 00:00:11'),
  (8, NULL, '2024-01-01 00:00:12'), (7, 40, '2024-01-01 00:00:31');

-- window_time is t. The row at 00:01 is ten seconds before the ones at 00:11, and not in their window.
-- Rows of the same time have one window.
ASSERT ROWS
SELECT card, window_time, COUNT(*), SUM(amount), MAX(amount)
FROM TABLE(SLIDE(TABLE payments PARTITION BY (card), DESCRIPTOR(ts), INTERVAL '10' SECOND))
GROUP BY card, window_start, window_end, window_time
VALUES
  (7, '2024-01-01 00:00:01', 1, 10, 10), (8, '2024-01-01 00:00:03', 1, 20, 20), (7, '2024-01-01 00:00:04', 2, 15, 10),
  (7, '2024-01-01 00:00:08', 3, 45, 30), (7, '2024-01-01 00:00:11', 4, 38, 30), (8, '2024-01-01 00:00:12', 2, 20, 20),
  (7, '2024-01-01 00:00:31', 1, 40, 40);

-- [window_start, window_end) are the same rows, by the least step of the time column.
ASSERT ROWS
SELECT window_start, window_end, SUM(amount)
FROM SLIDE(TABLE payments, DESCRIPTOR(ts), INTERVAL '5' SECOND) GROUP BY window_start, window_end
VALUES
  ('2023-12-31 23:59:56.001', '2024-01-01 00:00:01.001', 10), ('2023-12-31 23:59:58.001', '2024-01-01 00:00:03.001', 30),
  ('2023-12-31 23:59:59.001', '2024-01-01 00:00:04.001', 35), ('2024-01-01 00:00:03.001', '2024-01-01 00:00:08.001', 35),
  ('2024-01-01 00:00:06.001', '2024-01-01 00:00:11.001', 33), ('2024-01-01 00:00:07.001', '2024-01-01 00:00:12.001', 33),
  ('2024-01-01 00:00:26.001', '2024-01-01 00:00:31.001', 40);

-- WHERE and HAVING see what is in the windows; a filter on the key is the same before and after.
ASSERT ROWS
SELECT card, window_time, COUNT(*), ARRAY_AGG(amount)
FROM SLIDE(DATA => TABLE payments PARTITION BY card, TIMECOL => DESCRIPTOR(ts), SIZE => INTERVAL '10' SECOND)
WHERE amount < 30 AND card = 7 GROUP BY card, window_time HAVING COUNT(*) > 1
VALUES
  (7, '2024-01-01 00:00:04', 2, ARRAY[10, 5]), (7, '2024-01-01 00:00:08', 2, ARRAY[10, 5]),
  (7, '2024-01-01 00:00:11', 3, ARRAY[5, 1, 2]);

-- A window has an event time, so others can be cut of it: the most in ten seconds of every minute.
ASSERT ROWS
SELECT card, window_start, MAX(total)
FROM TUMBLE(TABLE (
    SELECT card, window_time AS at, SUM(amount) AS total
    FROM SLIDE(TABLE payments PARTITION BY (card), DESCRIPTOR(ts), INTERVAL '10' SECOND)
    GROUP BY card, window_start, window_end, window_time), DESCRIPTOR(at), INTERVAL '1' MINUTE)
GROUP BY card, window_start
VALUES (7, '2024-01-01 00:00:00', 45), (8, '2024-01-01 00:00:00', 20);

ASSERT ROWS
SELECT card, window_time, COUNT(*)
FROM SLIDE(TABLE payments PARTITION BY (card), DESCRIPTOR(ts), INTERVAL '3' SECOND)
WHERE card = 8 GROUP BY card, window_time
EMIT STREAM
VALUES (8, '2024-01-01 00:00:03', 1), (8, '2024-01-01 00:00:12', 1);

-- A row that comes too late for its own window makes none, and the later ones that are open have it.
CREATE STREAM s (id INT, ts TIMESTAMP(3), WATERMARK FOR ts AS ts - INTERVAL '2' SECOND);
START trails AS
SELECT window_time, COUNT(*) AS n FROM SLIDE(TABLE s, DESCRIPTOR(ts), INTERVAL '10' SECOND) GROUP BY window_time;
INSERT INTO s VALUES
  (1, '2024-01-01 00:00:01'), (2, '2024-01-01 00:00:09'), (4, '2024-01-01 00:00:03'), (8, '2024-01-01 00:00:08'),
  (16, '2024-01-01 00:00:12.999'), (32, '2024-01-01 00:00:02');

ASSERT ROWS
SELECT window_time, SUM(id) FROM SLIDE(TABLE s, DESCRIPTOR(ts), INTERVAL '10' SECOND) GROUP BY window_time
VALUES
  ('2024-01-01 00:00:01', 1), ('2024-01-01 00:00:08', 13), ('2024-01-01 00:00:09', 15), ('2024-01-01 00:00:12.999', 30);

ASSERT ROWS
SELECT event_time, watermark FROM late.trails
VALUES ('2024-01-01 00:00:03', '2024-01-01 00:00:07'), ('2024-01-01 00:00:02', '2024-01-01 00:00:10.999');

-- error: SLIDE has a window for every time of a row, and is there to be aggregated
-- SELECT * FROM SLIDE(TABLE payments PARTITION BY (card), DESCRIPTOR(ts), INTERVAL '10' SECOND);
--               ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^
-- hint: add GROUP BY window_start, window_end
SELECT * FROM SLIDE(TABLE payments PARTITION BY (card), DESCRIPTOR(ts), INTERVAL '10' SECOND);

-- error: SLIDE has a window for every time of a row, and is there to be aggregated
-- SELECT card, COUNT(*) FROM SLIDE(TABLE payments, DESCRIPTOR(ts), INTERVAL '10' SECOND) GROUP BY card;
--                            ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^
-- hint: add GROUP BY window_start, window_end
SELECT card, COUNT(*) FROM SLIDE(TABLE payments, DESCRIPTOR(ts), INTERVAL '10' SECOND) GROUP BY card;

-- error: card is not grouped by, and each of its values has windows of its own
-- SELECT SUM(amount) FROM SLIDE(TABLE payments PARTITION BY card, DESCRIPTOR(ts), INTERVAL '10' SECOND) GROUP BY window_time;
-- ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^
-- hint: add card to GROUP BY
SELECT SUM(amount) FROM SLIDE(TABLE payments PARTITION BY card, DESCRIPTOR(ts), INTERVAL '10' SECOND) GROUP BY window_time;

-- error: SLIDE has no parameter offset
-- SELECT * FROM SLIDE(TABLE payments, DESCRIPTOR(ts), SIZE => INTERVAL '10' SECOND, OFFSET => INTERVAL '1' SECOND);
--                                                                                   ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^
-- hint: write SLIDE(TABLE s PARTITION BY (k), DESCRIPTOR(ts), INTERVAL '1' HOUR)
SELECT * FROM SLIDE(TABLE payments, DESCRIPTOR(ts), SIZE => INTERVAL '10' SECOND, OFFSET => INTERVAL '1' SECOND);
