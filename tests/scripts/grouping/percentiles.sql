-- MEDIAN, PERCENTILE_CONT, PERCENTILE_DISC and MODE look at all values of a group in their order.

CREATE STREAM calls (line VARCHAR, seconds INT, agent VARCHAR, ts TIMESTAMP(0),
  WATERMARK FOR ts AS ts - INTERVAL '5' SECOND);
INSERT INTO calls VALUES
  ('a', 10, 'mo', '2026-01-01 00:00:01'), ('a', 40, 'li', '2026-01-01 00:00:02'),
  ('b', 7, 'mo', '2026-01-01 00:00:02'), ('a', 20, 'li', '2026-01-01 00:00:04'),
  ('a', NULL, 'mo', '2026-01-01 00:00:03'), ('b', 9, NULL, '2026-01-01 00:00:06'),
  ('a', 20, 'mo', '2026-01-01 00:00:11'), ('b', 900, 'li', '2026-01-01 00:00:12'),
  ('c', NULL, NULL, '2026-01-01 00:00:13');

-- The value in the middle, or half way between the two in the middle.
ASSERT ROWS
SELECT line, MEDIAN(seconds) FROM calls GROUP BY line
VALUES ('a', 20), ('b', 9), ('c', NULL);

-- PERCENTILE_CONT goes between two values, PERCENTILE_DISC says one that is there.
ASSERT ROWS
SELECT line,
  PERCENTILE_CONT(0.25) WITHIN GROUP (ORDER BY seconds),
  PERCENTILE_DISC(0.25) WITHIN GROUP (ORDER BY seconds),
  PERCENTILE_CONT(0.9) WITHIN GROUP (ORDER BY seconds),
  PERCENTILE_DISC(0.9) WITHIN GROUP (ORDER BY seconds)
FROM calls GROUP BY line
VALUES ('a', 17.5, 10, 34, 40), ('b', 8, 7, 721.8, 900), ('c', NULL, NULL, NULL, NULL);

-- DESC counts from the other end.
ASSERT ROWS
SELECT PERCENTILE_CONT(0.9) WITHIN GROUP (ORDER BY seconds DESC),
  PERCENTILE_DISC(0.5) WITHIN GROUP (ORDER BY agent DESC),
  PERCENTILE_DISC(0.5) WITHIN GROUP (ORDER BY agent),
  PERCENTILE_DISC(0) WITHIN GROUP (ORDER BY agent), PERCENTILE_DISC(1) WITHIN GROUP (ORDER BY agent)
FROM calls
VALUES (8.2, 'mo', 'mo', 'li', 'mo');

-- The shorter way to write it.
ASSERT ROWS
SELECT PERCENTILE_CONT(seconds, 0.5), PERCENTILE_DISC(seconds, 0.5) FROM calls
VALUES (20, 20);

-- 0.1 of 30 rows are three, whatever 0.1 is as a DOUBLE.
ASSERT ROWS
SELECT PERCENTILE_DISC(n, 0.1) FROM (VALUES (1), (2), (3), (4), (5), (6), (7), (8), (9), (10),
  (11), (12), (13), (14), (15), (16), (17), (18), (19), (20),
  (21), (22), (23), (24), (25), (26), (27), (28), (29), (30)) AS v (n)
VALUES (3);

-- The value that is there most often; of several, the first in the order.
ASSERT ROWS
SELECT MODE(agent), MODE(seconds), MODE() WITHIN GROUP (ORDER BY agent DESC),
  MODE(line) FILTER (WHERE seconds < 10), MODE(DISTINCT agent)
FROM calls
VALUES ('mo', 20, 'mo', 'b', 'li');

ASSERT ROWS
SELECT MEDIAN(seconds) FILTER (WHERE agent = 'li'), MEDIAN(DISTINCT seconds) FROM calls
VALUES (40, 15);

-- In a window.
ASSERT ROWS
SELECT window_start, MEDIAN(seconds), PERCENTILE_DISC(seconds, 0.5), COUNT_IF(seconds > 10)
FROM TUMBLE(TABLE calls, DESCRIPTOR(ts), INTERVAL '10' SECOND)
GROUP BY window_start
VALUES (TIMESTAMP '2026-01-01 00:00:00', 10, 10, 2), (TIMESTAMP '2026-01-01 00:00:10', 460, 20, 2);

-- Over values that change: the counts of calls by line.
ASSERT ROWS
SELECT MEDIAN(n), MODE(n), PERCENTILE_DISC(n, 1) FROM (SELECT line, COUNT(seconds) AS n FROM calls GROUP BY line)
VALUES (3, 0, 4);

-- error: the fraction 2 does not lie between 0 and 1
SELECT PERCENTILE_CONT(2) WITHIN GROUP (ORDER BY seconds) FROM calls;

-- error: the fraction is the same for all rows, so it must be a constant
SELECT PERCENTILE_CONT(seconds) WITHIN GROUP (ORDER BY seconds) FROM calls;

-- error: PERCENTILE_CONT orders what it is over
-- SELECT PERCENTILE_CONT(0.5) FROM calls;
--        ^^^^^^^^^^^^^^^^^^^^
-- hint: write PERCENTILE_CONT(fraction) WITHIN GROUP (ORDER BY …)
SELECT PERCENTILE_CONT(0.5) FROM calls;

-- error: MEDIAN is the same in every order, so it takes no ORDER BY
SELECT MEDIAN(seconds) WITHIN GROUP (ORDER BY seconds) FROM calls;
