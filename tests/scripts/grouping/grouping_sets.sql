-- GROUPING SETS, ROLLUP and CUBE: totals of several kinds in one query, over one reading of the rows.

CREATE STREAM sales (region VARCHAR, shop VARCHAR, item VARCHAR, amount INT, ts TIMESTAMP(0),
  WATERMARK FOR ts AS ts - INTERVAL '3' SECOND);
INSERT INTO sales VALUES
  ('north', 'n1', 'tea', 10, '2026-01-01 00:00:01'), ('north', 'n2', 'tea', 5, '2026-01-01 00:00:04'),
  ('south', 's1', 'rum', 7, '2026-01-01 00:00:03'), ('north', 'n1', 'rum', 1, '2026-01-01 00:00:08'),
  (NULL, 'web', 'tea', 100, '2026-01-01 00:00:12'), ('north', 'n1', 'tea', 50, '2026-01-01 00:00:02'),
  ('south', 's1', 'tea', 20, '2026-01-01 00:00:15');

-- ROLLUP: by region and shop, by region, and in all. GROUPING tells a total from a NULL that is a value.
ASSERT ROWS
SELECT region, shop, SUM(amount), COUNT(*), GROUPING(region), GROUPING(region, shop)
FROM sales GROUP BY ROLLUP (region, shop)
VALUES ('north', 'n1', 61, 3, 0, 0), ('north', 'n2', 5, 1, 0, 0), ('south', 's1', 27, 2, 0, 0), (NULL, 'web', 100, 1, 0, 0),
  ('north', NULL, 66, 4, 0, 1), ('south', NULL, 27, 2, 0, 1), (NULL, NULL, 100, 1, 0, 1), (NULL, NULL, 193, 7, 1, 3);

-- ROLLUP and CUBE may stand among the sets of GROUPING SETS.
ASSERT ROWS
SELECT region, item, SUM(amount) FROM sales WHERE region IS NOT NULL GROUP BY GROUPING SETS (ROLLUP (region), (item), CUBE ((region, item)))
VALUES
  ('north', NULL, 66), ('south', NULL, 27), (NULL, NULL, 93),
  (NULL, 'tea', 85), (NULL, 'rum', 8),
  ('north', 'tea', 65), ('north', 'rum', 1), ('south', 'tea', 20), ('south', 'rum', 7), (NULL, NULL, 93);

-- CUBE: every selection of the keys.
ASSERT ROWS
SELECT region, item, MAX(amount), GROUPING(item) FROM sales WHERE region IS NOT NULL GROUP BY CUBE (region, item)
VALUES ('north', 'tea', 50, 0), ('north', 'rum', 1, 0), ('south', 'rum', 7, 0), ('south', 'tea', 20, 0),
  ('north', NULL, 50, 1), ('south', NULL, 20, 1), (NULL, 'tea', 50, 0), (NULL, 'rum', 7, 0), (NULL, NULL, 50, 1);

-- GROUPING SETS: these and no others; one that is written twice is said twice.
ASSERT ROWS
SELECT item, shop, COUNT(*) FROM sales WHERE shop LIKE '_1' GROUP BY GROUPING SETS ((item), (shop), (), ())
VALUES ('tea', NULL, 3), ('rum', NULL, 2), (NULL, 'n1', 3), (NULL, 's1', 2), (NULL, NULL, 5), (NULL, NULL, 5);

-- Beside plain keys the sets are multiplied; parentheses keep keys together; aliases and positions may be named.
ASSERT ROWS
SELECT item, region AS r, shop, SUM(amount) FROM sales WHERE amount < 20 GROUP BY 1, ROLLUP ((r, shop))
VALUES ('tea', 'north', 'n1', 10), ('tea', 'north', 'n2', 5), ('rum', 'south', 's1', 7), ('rum', 'north', 'n1', 1),
  ('tea', NULL, NULL, 15), ('rum', NULL, NULL, 8);

-- An aggregate sees its argument as it came, also where that is a key.
ASSERT ROWS
SELECT amount % 2, SUM(amount % 2), COUNT(DISTINCT shop) FROM sales GROUP BY ROLLUP (amount % 2)
VALUES (0, 0, 3), (1, 3, 3), (NULL, 3, 4);

-- The total of nothing is there, as without GROUP BY.
ASSERT ROWS
SELECT region, COUNT(*), SUM(amount) FROM sales WHERE amount > 1000 GROUP BY ROLLUP (region)
VALUES (NULL, 0, NULL);

ASSERT ROWS
SELECT region, COUNT(*) FROM sales GROUP BY ROLLUP (region) HAVING GROUPING(region) = 1 OR region = 'south'
VALUES ('south', 2), (NULL, 7);

ASSERT EMPTY
SELECT region, COUNT(*) FROM sales GROUP BY ROLLUP (region) HAVING region = 'east';

-- In windows: a window that is in every set is complete with the watermark. A late row counts once.
ASSERT ROWS
SELECT window_start, region, SUM(amount)
FROM TUMBLE(TABLE sales, DESCRIPTOR(ts), INTERVAL '5' SECOND)
GROUP BY window_start, window_end, ROLLUP (region)
VALUES (TIMESTAMP '2026-01-01 00:00:00', 'north', 15), (TIMESTAMP '2026-01-01 00:00:00', 'south', 7), (TIMESTAMP '2026-01-01 00:00:00', NULL, 22),
  (TIMESTAMP '2026-01-01 00:00:05', 'north', 1), (TIMESTAMP '2026-01-01 00:00:05', NULL, 1),
  (TIMESTAMP '2026-01-01 00:00:10', NULL, 100), (TIMESTAMP '2026-01-01 00:00:10', NULL, 100),
  (TIMESTAMP '2026-01-01 00:00:15', 'south', 20), (TIMESTAMP '2026-01-01 00:00:15', NULL, 20);

-- A total over all windows is never complete, so it is said as changes; the late row is in it.
ASSERT ROWS
SELECT window_start, SUM(amount)
FROM TUMBLE(TABLE sales, DESCRIPTOR(ts), INTERVAL '10' SECOND)
GROUP BY ROLLUP (window_start)
VALUES (TIMESTAMP '2026-01-01 00:00:00', 73), (TIMESTAMP '2026-01-01 00:00:10', 120), (NULL, 193);

ASSERT ROWS
SELECT window_start, item, SUM(amount)
FROM HOP(TABLE sales, DESCRIPTOR(ts), INTERVAL '5' SECOND, INTERVAL '10' SECOND)
WHERE item = 'rum'
GROUP BY GROUPING SETS ((window_start, item), (window_start))
VALUES (TIMESTAMP '2025-12-31 23:59:55', 'rum', 7), (TIMESTAMP '2026-01-01 00:00:00', 'rum', 8), (TIMESTAMP '2026-01-01 00:00:05', 'rum', 1),
  (TIMESTAMP '2025-12-31 23:59:55', NULL, 7), (TIMESTAMP '2026-01-01 00:00:00', NULL, 8), (TIMESTAMP '2026-01-01 00:00:05', NULL, 1);

-- Over rows that change: how many shops have sold for how much.
ASSERT ROWS
SELECT total, big, COUNT(*) FROM (SELECT shop, SUM(amount) AS total, SUM(amount) > 20 AS big FROM sales GROUP BY shop)
GROUP BY ROLLUP (big, total)
VALUES (61, TRUE, 1), (27, TRUE, 1), (100, TRUE, 1), (5, FALSE, 1), (NULL, TRUE, 3), (NULL, FALSE, 1), (NULL, NULL, 4);

-- plan:
-- Project region, $0 AS count
--   Aggregate COUNT(*) by $set, region, said as changes
--     Expand to grouping sets (region), ()
--       Scan sales (inserts, 1 of 5 columns)
ASSERT ROWS
SELECT region, COUNT(*) FROM sales GROUP BY ROLLUP (region)
VALUES ('north', 4), ('south', 2), (NULL, 1), (NULL, 7);

-- error: GROUPING takes what is grouped by, and shop is not
SELECT GROUPING(shop) FROM sales GROUP BY region;

-- error: GROUPING cannot stand in WHERE
SELECT region FROM sales WHERE GROUPING(region) = 1 GROUP BY region;

-- error: shop is neither grouped by nor inside an aggregate
SELECT shop FROM sales GROUP BY ROLLUP (region);
