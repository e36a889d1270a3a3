-- Aggregates that depend on the order of rows: by event time and then arrival, or as ORDER BY inside says.

CREATE STREAM steps (who INT, step VARCHAR, score INT, note VARCHAR, ts TIMESTAMP(0),
  WATERMARK FOR ts AS ts - INTERVAL '10' SECOND);
INSERT INTO steps VALUES
  (1, 'cart', 5, NULL, '2026-01-01 00:00:03'), (1, 'home', 2, 'x', '2026-01-01 00:00:01'),
  (2, 'home', NULL, 'b', '2026-01-01 00:00:02'), (1, 'pay', 2, 'a', '2026-01-01 00:00:07'),
  (2, 'help', 9, NULL, '2026-01-01 00:00:05'), (2, 'bye', 1, 'a', '2026-01-01 00:00:09'),
  (3, 'home', NULL, NULL, '2026-01-01 00:00:04');

ASSERT ROWS
SELECT who, ARRAY_AGG(step), STRING_AGG(step, ' > '), FIRST_VALUE(step), LAST_VALUE(step) FROM steps GROUP BY who
VALUES (1, ARRAY['home', 'cart', 'pay'], 'home > cart > pay', 'home', 'pay'),
  (2, ARRAY['home', 'help', 'bye'], 'home > help > bye', 'home', 'bye'), (3, ARRAY['home'], 'home', 'home', 'home');

-- NULLs stand last, also descending, unless NULLS FIRST is written.
ASSERT ROWS
SELECT who, ARRAY_AGG(step ORDER BY score, step), ARRAY_AGG(step ORDER BY score DESC NULLS FIRST, step DESC)
FROM steps GROUP BY who
VALUES (1, ARRAY['home', 'pay', 'cart'], ARRAY['cart', 'pay', 'home']),
  (2, ARRAY['bye', 'help', 'home'], ARRAY['home', 'help', 'bye']), (3, ARRAY['home'], ARRAY['home']);

-- Several columns of text, expressions, and the standard's way for LISTAGG.
ASSERT ROWS
SELECT STRING_AGG(step, '' ORDER BY note DESC, step), STRING_AGG(step ORDER BY -who, CHAR_LENGTH(step), step),
  LISTAGG(step, '-') WITHIN GROUP (ORDER BY note, step)
FROM steps WHERE who < 3
VALUES ('homehomebyepaycarthelp', 'bye,help,home,pay,cart,home', 'bye-pay-home-home-cart-help');

ASSERT ROWS
SELECT who, FIRST_VALUE(step ORDER BY score DESC), LAST_VALUE(step ORDER BY score DESC NULLS FIRST, step),
  FIRST_VALUE(step ORDER BY note, step) FILTER (WHERE step <> 'bye')
FROM steps GROUP BY who
VALUES (1, 'cart', 'pay', 'pay'), (2, 'help', 'bye', 'home'), (3, 'home', 'home', 'home');

-- Equal keys stay in the order of time and arrival, in both directions.
-- not on duckdb: it may give any of several that are equal
ASSERT ROWS
SELECT ARRAY_AGG(step ORDER BY score), ARRAY_AGG(step ORDER BY score DESC), FIRST_VALUE(step ORDER BY score), LAST_VALUE(step ORDER BY score DESC)
FROM steps WHERE who = 1
VALUES (ARRAY['home', 'pay', 'cart'], ARRAY['cart', 'home', 'pay'], 'home', 'pay');

ASSERT ROWS
SELECT ARRAY_AGG(DISTINCT step ORDER BY step DESC), STRING_AGG(DISTINCT step, '+' ORDER BY step) FROM steps
VALUES (ARRAY['pay', 'home', 'help', 'cart', 'bye'], 'bye+cart+help+home+pay');

-- FIRST_VALUE and LAST_VALUE take the row as it is, with its NULL; IGNORE NULLS looks for another.
ASSERT ROWS
SELECT who, FIRST_VALUE(score), FIRST_VALUE(score) IGNORE NULLS, LAST_VALUE(note), LAST_VALUE(note) RESPECT NULLS,
  LAST_VALUE(note ORDER BY step) IGNORE NULLS, ANY_VALUE(score)
FROM steps GROUP BY who
VALUES (1, 2, 2, 'a', 'a', 'a', 2), (2, NULL, 9, 'a', 'a', 'b', 9), (3, NULL, NULL, NULL, NULL, NULL, NULL);

ASSERT ROWS
SELECT ARRAY_AGG(note) IGNORE NULLS, ARRAY_AGG(note), ARG_MIN(step, score), MAX_BY(step, score) FROM steps WHERE who < 3
VALUES (ARRAY['x', 'b', 'a', 'a'], ARRAY['x', 'b', NULL, NULL, 'a', 'a'], 'bye', 'help');

-- Over rows that change.
ASSERT ROWS
SELECT ARRAY_AGG(who ORDER BY total DESC), STRING_AGG(best, ',' ORDER BY best, who), FIRST_VALUE(who ORDER BY total, who),
  LAST_VALUE(total ORDER BY best) IGNORE NULLS
FROM (SELECT who, SUM(score) AS total, MAX(step) AS best FROM steps GROUP BY who)
VALUES (ARRAY[2, 1, 3], 'home,home,pay', 1, 9);

-- In a window.
ASSERT ROWS
SELECT window_start, STRING_AGG(step, ' ' ORDER BY step), LAST_VALUE(step ORDER BY who, ts)
FROM TUMBLE(TABLE steps, DESCRIPTOR(ts), INTERVAL '5' SECOND) GROUP BY window_start
VALUES (TIMESTAMP '2026-01-01 00:00:00', 'cart home home home', 'home'), (TIMESTAMP '2026-01-01 00:00:05', 'bye help pay', 'bye');

-- plan:
-- Project $0 AS array_agg
--   Aggregate ARRAY_AGG(step ORDER BY score DESC, note NULLS FIRST), said as changes
--     Scan steps (inserts, 3 of 5 columns)
ASSERT ROWS
SELECT ARRAY_AGG(step ORDER BY score DESC, note NULLS FIRST) FROM steps
VALUES (ARRAY['help', 'cart', 'pay', 'home', 'bye', 'home', 'home']);

-- error: SUM is the same in every order, so it takes no ORDER BY
SELECT SUM(score ORDER BY ts) FROM steps;

-- error: with DISTINCT, ORDER BY inside ARRAY_AGG can only name its arguments
SELECT ARRAY_AGG(DISTINCT step ORDER BY score) FROM steps;

-- error: SUM leaves NULLs out anyway
SELECT SUM(score) IGNORE NULLS FROM steps;

-- In windows that overlap, which are put together from slices.
ASSERT ROWS
SELECT window_end, ARRAY_AGG(step ORDER BY step DESC), FIRST_VALUE(step ORDER BY score DESC, step), LAST_VALUE(score ORDER BY step) IGNORE NULLS,
  MEDIAN(score), COVAR_POP(score, who), STRING_AGG(DISTINCT step, ' ' ORDER BY step)
FROM HOP(TABLE steps, DESCRIPTOR(ts), INTERVAL '3' SECOND, INTERVAL '6' SECOND) WHERE who < 3 GROUP BY window_end
VALUES (TIMESTAMP '2026-01-01 00:00:03', ARRAY['home', 'home'], 'home', 2, 2, 0, 'home'),
  (TIMESTAMP '2026-01-01 00:00:06', ARRAY['home', 'home', 'help', 'cart'], 'help', 2, 5, 11 / 9e0, 'cart help home'),
  (TIMESTAMP '2026-01-01 00:00:09', ARRAY['pay', 'help', 'cart'], 'help', 2, 5, 11 / 9e0, 'cart help pay'),
  (TIMESTAMP '2026-01-01 00:00:12', ARRAY['pay', 'bye'], 'pay', 2, 1.5, -0.25, 'bye pay'),
  (TIMESTAMP '2026-01-01 00:00:15', ARRAY['bye'], 'bye', 1, 1, 0, 'bye');
