-- ORDER BY … LIMIT over a stream: the first rows are kept up to date. A row that is pushed out is taken back.

CREATE STREAM bids (id INT, item VARCHAR, price INT, ts TIMESTAMP(3), WATERMARK FOR ts AS ts - INTERVAL '5' SECOND);
INSERT INTO bids VALUES
  (1, 'vase', 10, '2026-01-01 00:00:01'), (2, 'lamp', 30, '2026-01-01 00:00:02'),
  (3, 'vase', 30, '2026-01-01 00:00:03'), (4, 'rug', NULL, '2026-01-01 00:00:04'),
  (5, 'lamp', 20, '2026-01-01 00:00:02'), (6, 'rug', 30, '2026-01-01 00:00:06'),
  (7, 'vase', 40, '2026-01-01 00:00:12'), (8, 'lamp', 5, '2026-01-01 00:00:08'),
  (9, 'rug', 1, '2026-01-01 00:00:01');

-- Ties go by event time, then arrival.
-- not on duckdb: it leaves ties open
-- plan:
-- Top 3 in order of price DESC, said as changes
--   Scan bids (inserts, 3 of 4 columns)
ASSERT ROWS
SELECT id, item, price FROM bids ORDER BY price DESC LIMIT 3
VALUES (7, 'vase', 40), (2, 'lamp', 30), (3, 'vase', 30);

ASSERT ROWS
SELECT id FROM bids ORDER BY price LIMIT 2 OFFSET 1
VALUES (8), (1);

-- NULLs come last, unless they are to come first.
ASSERT ROWS
SELECT id FROM bids ORDER BY price NULLS FIRST, id LIMIT 1
VALUES (4);

ASSERT ROWS
SELECT id FROM bids ORDER BY item DESC, ts DESC LIMIT 4
VALUES (7), (3), (1), (6);

ASSERT ROWS
SELECT item FROM bids WHERE item <> 'rug' ORDER BY price + id DESC LIMIT 2
VALUES ('vase'), ('vase');

ASSERT EMPTY
SELECT id FROM bids ORDER BY price LIMIT 0;

ASSERT ROWS
SELECT id FROM bids ORDER BY price LIMIT 100 OFFSET 7
VALUES (7), (4);

-- Over rows that change, ties go by the values of the other columns: how many bids and how much.
-- not on duckdb: it leaves ties open
ASSERT ROWS
SELECT item, COUNT(*) AS n, MAX(price) FROM bids GROUP BY item ORDER BY n DESC LIMIT 2
VALUES ('lamp', 3, 30), ('rug', 3, 30);

ASSERT ROWS
SELECT item, MAX(price) - MIN(price) AS spread FROM bids GROUP BY item HAVING COUNT(price) > 1 ORDER BY spread LIMIT 1
VALUES ('lamp', 25);

-- It may stand in FROM, and what is computed of it follows.
ASSERT ROWS
SELECT COUNT(*), SUM(price) FROM (SELECT price FROM bids ORDER BY price DESC LIMIT 3)
VALUES (3, 100);

ASSERT ROWS
SELECT item FROM bids UNION SELECT 'sofa' ORDER BY item DESC LIMIT 2
VALUES ('vase'), ('sofa');

-- ORDER BY without LIMIT has to begin with the event time: rows are said in this order as the watermark passes.
-- A row that comes behind it is late: the last one here, which the queries above have taken.
-- not on duckdb: it knows no late rows
-- plan:
-- Sort by ts, price DESC, said when complete
--   Project ts, price, id
--     Scan bids (inserts, 3 of 4 columns)
ASSERT ROWS
SELECT ts, price, id FROM bids ORDER BY ts, price DESC
VALUES ('2026-01-01 00:00:01', 10, 1), ('2026-01-01 00:00:02', 30, 2), ('2026-01-01 00:00:02', 20, 5),
       ('2026-01-01 00:00:03', 30, 3), ('2026-01-01 00:00:04', NULL, 4), ('2026-01-01 00:00:06', 30, 6),
       ('2026-01-01 00:00:08', 5, 8), ('2026-01-01 00:00:12', 40, 7);

-- not on duckdb: it knows no late rows
ASSERT ROWS
SELECT id FROM bids ORDER BY ts, price OFFSET 5
VALUES (6), (8), (7);

ASSERT ROWS
SELECT window_end, SUM(price) FROM TUMBLE(TABLE bids, DESCRIPTOR(ts), INTERVAL '5' SECOND) GROUP BY window_start, window_end ORDER BY window_end, 2
VALUES ('2026-01-01 00:00:05', 90), ('2026-01-01 00:00:10', 35), ('2026-01-01 00:00:15', 40);

-- error: the ORDER BY of an unbounded stream must begin with its event time, ascending
-- SELECT id, ts FROM bids ORDER BY price;
--                                  ^^^^^
-- hint: ORDER BY ts; with LIMIT n the first n rows of any order are kept up to date
SELECT id, ts FROM bids ORDER BY price;

-- error: ORDER BY of rows that never are complete
-- SELECT item, COUNT(*) FROM bids GROUP BY item ORDER BY item;
--                                                        ^^^^
-- hint: add LIMIT n: the first n rows are kept up to date
SELECT item, COUNT(*) FROM bids GROUP BY item ORDER BY item;

-- error: not supported yet: LIMIT over rows that may be retracted
-- SELECT item, COUNT(*) FROM bids GROUP BY item LIMIT 3;
--                                                     ^
-- hint: write ORDER BY … LIMIT: which rows are the first must not depend on when they were said
SELECT item, COUNT(*) FROM bids GROUP BY item LIMIT 3;

-- error: EMIT AFTER WATERMARK needs rows that are said once, and the first ones of an unbounded stream change
-- SELECT id FROM bids ORDER BY price LIMIT 2 EMIT AFTER WATERMARK;
--                              ^^^^^
-- hint: leave EMIT AFTER WATERMARK out: what is first now is then said, and taken back later
SELECT id FROM bids ORDER BY price LIMIT 2 EMIT AFTER WATERMARK;
