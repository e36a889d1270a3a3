-- Window join: two window functions joined on window_start, window_end and keys. Rows are kept until
-- the watermarks close their window; rows without a partner are said then.

CREATE STREAM clicks (page VARCHAR, n INT, ts TIMESTAMP(3), WATERMARK FOR ts AS ts - INTERVAL '5' SECOND);
CREATE STREAM sales (page VARCHAR, price INT, ts TIMESTAMP(3), WATERMARK FOR ts AS ts - INTERVAL '5' SECOND);
INSERT INTO clicks VALUES
  ('a', 1, '2024-01-01 00:00:01'), ('b', 2, '2024-01-01 00:00:09.999'), ('a', 3, '2024-01-01 00:00:11'),
  ('a', 4, '2024-01-01 00:00:08');
INSERT INTO sales VALUES
  ('a', 10, '2024-01-01 00:00:05'), ('b', 20, '2024-01-01 00:00:10'), ('a', 30, '2024-01-01 00:00:19'),
  (NULL, 40, '2024-01-01 00:00:21');
INSERT INTO clicks VALUES ('c', 5, '2024-01-01 00:00:31');

-- plan:
-- Project page, n, price, window_start
--   Inner join on left.page = right.page AND left.window_start = right.window_start AND left.window_end = right.window_end AND in the same window
--     Tumble 10 s on ts
--       Scan clicks (inserts)
--     Tumble 10 s on ts
--       Scan sales (inserts)
ASSERT ROWS
SELECT c.page, c.n, s.price, c.window_start
FROM TUMBLE(TABLE clicks, DESCRIPTOR(ts), INTERVAL '10' SECOND) AS c
JOIN TUMBLE(TABLE sales, DESCRIPTOR(ts), INTERVAL '10' SECOND) AS s
ON c.page = s.page AND c.window_start = s.window_start AND c.window_end = s.window_end
VALUES ('a', 1, 10, '2024-01-01 00:00:00'), ('a', 4, 10, '2024-01-01 00:00:00'), ('a', 3, 30, '2024-01-01 00:00:10');

-- Windows alone: all pairs of one window.
ASSERT ROWS
SELECT c.n, s.price FROM TUMBLE(TABLE clicks, DESCRIPTOR(ts), INTERVAL '10' SECOND) AS c
JOIN TUMBLE(TABLE sales, DESCRIPTOR(ts), INTERVAL '10' SECOND) AS s USING (window_start, window_end)
VALUES (1, 10), (2, 10), (4, 10), (3, 20), (3, 30);

ASSERT ROWS
SELECT page, n, price, window_start FROM TUMBLE(TABLE clicks, DESCRIPTOR(ts), INTERVAL '10' SECOND) AS c
LEFT JOIN TUMBLE(TABLE sales, DESCRIPTOR(ts), INTERVAL '10' SECOND) AS s USING (window_start, window_end, page)
VALUES ('a', 1, 10, '2024-01-01 00:00:00'), ('a', 4, 10, '2024-01-01 00:00:00'), ('a', 3, 30, '2024-01-01 00:00:10'),
  ('b', 2, NULL, '2024-01-01 00:00:00'), ('c', 5, NULL, '2024-01-01 00:00:30');

ASSERT ROWS
SELECT c.page, s.page, price FROM TUMBLE(TABLE clicks, DESCRIPTOR(ts), INTERVAL '10' SECOND) AS c
FULL JOIN TUMBLE(TABLE sales, DESCRIPTOR(ts), INTERVAL '10' SECOND) AS s
ON c.window_start = s.window_start AND c.window_end = s.window_end AND c.page = s.page AND n < price - 6
VALUES ('a', 'a', 10), ('a', 'a', 30), ('a', NULL, NULL), ('b', NULL, NULL), ('c', NULL, NULL),
  (NULL, 'b', 20), (NULL, NULL, 40);

-- Windows that overlap: a pair once for every window that has both.
ASSERT ROWS
SELECT c.n, s.price, c.window_start FROM HOP(TABLE clicks, DESCRIPTOR(ts), INTERVAL '5' SECOND, INTERVAL '10' SECOND) AS c
JOIN HOP(TABLE sales, DESCRIPTOR(ts), INTERVAL '5' SECOND, INTERVAL '10' SECOND) AS s
ON c.page = s.page AND c.window_start = s.window_start AND c.window_end = s.window_end
VALUES (1, 10, '2024-01-01 00:00:00'), (4, 10, '2024-01-01 00:00:00'), (4, 10, '2024-01-01 00:00:05'),
  (3, 10, '2024-01-01 00:00:05'), (2, 20, '2024-01-01 00:00:05'), (3, 30, '2024-01-01 00:00:10');

-- What two windows count, side by side; and grouped again by the window of the join.
ASSERT ROWS
SELECT c.page, c.clicks, s.total FROM
  (SELECT page, window_start, window_end, COUNT(*) AS clicks
   FROM TUMBLE(TABLE clicks, DESCRIPTOR(ts), INTERVAL '10' SECOND) GROUP BY page, window_start, window_end) AS c
JOIN
  (SELECT page, window_start, window_end, SUM(price) AS total
   FROM TUMBLE(TABLE sales, DESCRIPTOR(ts), INTERVAL '10' SECOND) GROUP BY page, window_start, window_end) AS s
ON c.page = s.page AND c.window_start = s.window_start AND c.window_end = s.window_end
VALUES ('a', 2, 10), ('a', 1, 30);

-- plan:
-- Project window_start, $0 AS count, $1 AS sum
--   Aggregate COUNT(*), SUM(price) by window_start, window_end per window (Tumble 10 s on ts), said when complete
--     Inner join on left.page = right.page AND left.window_start = right.window_start AND left.window_end = right.window_end AND in the same window
--       Tumble 10 s on ts
--         Scan clicks (inserts, 2 of 3 columns)
--       Tumble 10 s on ts
--         Scan sales (inserts)
ASSERT ROWS
SELECT c.window_start, COUNT(*), SUM(price) FROM TUMBLE(TABLE clicks, DESCRIPTOR(ts), INTERVAL '10' SECOND) AS c
JOIN TUMBLE(TABLE sales, DESCRIPTOR(ts), INTERVAL '10' SECOND) AS s
ON c.page = s.page AND c.window_start = s.window_start AND c.window_end = s.window_end
GROUP BY c.window_start
VALUES ('2024-01-01 00:00:00', 2, 20), ('2024-01-01 00:00:10', 1, 30);
