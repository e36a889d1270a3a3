-- A row pattern in a window: every row is said, with the match that is found in its frame. The frame
-- is the row and rows behind it.

CREATE STREAM ticks (
  symbol VARCHAR, id INT, price INT, ts TIMESTAMP(3), WATERMARK FOR ts AS ts - INTERVAL '3' SECOND);

INSERT INTO ticks VALUES
  ('x', 1, 9, '2024-01-01 00:00:01'), ('x', 2, 7, '2024-01-01 00:00:02'),
  ('y', 3, 4, '2024-01-01 00:00:03'), ('x', 4, 5, '2024-01-01 00:00:04'),
  ('x', 5, 8, '2024-01-01 00:00:05'), ('y', 6, 3, '2024-01-01 00:00:06'),
  ('x', 7, 9, '2024-01-01 00:00:07'), ('x', 8, 2, '2024-01-01 00:00:08'),
  ('y', 9, 6, '2024-01-01 00:00:09'), ('x', 10, 6, '2024-01-01 00:00:10');

-- The match of a row starts at the row. Rows that it leads past have none of their own: AFTER MATCH
-- SKIP PAST LAST ROW is the default. COUNT is 0 over no rows, measures and other functions are NULL.
ASSERT ROWS
SELECT id, low OVER w, COUNT(*) OVER w, MAX(price) OVER w
FROM ticks
WINDOW w AS (
  PARTITION BY symbol ORDER BY ts
  MEASURES LAST(DOWN.price) AS low
  ROWS BETWEEN CURRENT ROW AND UNBOUNDED FOLLOWING
  PATTERN (S DOWN+ UP+)
  DEFINE DOWN AS price < PREV(price), UP AS price > PREV(price))
VALUES
  (1, 5, 5, 9), (2, NULL, 0, NULL), (4, NULL, 0, NULL), (5, NULL, 0, NULL), (7, NULL, 0, NULL),
  (8, NULL, 0, NULL), (10, NULL, 0, NULL),
  (3, 3, 3, 6), (6, NULL, 0, NULL), (9, NULL, 0, NULL);

-- SKIP TO NEXT ROW: each row is asked for a match.
ASSERT ROWS
SELECT symbol, id, low OVER w AS low, COUNT(*) OVER w AS n
FROM ticks
WINDOW w AS (
  PARTITION BY symbol ORDER BY ts
  MEASURES LAST(DOWN.price) AS low
  ROWS BETWEEN CURRENT ROW AND UNBOUNDED FOLLOWING
  AFTER MATCH SKIP TO NEXT ROW
  PATTERN (S DOWN+ UP+)
  DEFINE DOWN AS price < PREV(price), UP AS price > PREV(price))
VALUES
  ('x', 1, 5, 5), ('x', 2, 5, 4), ('x', 4, NULL, 0), ('x', 5, NULL, 0), ('x', 7, 2, 3),
  ('x', 8, NULL, 0), ('x', 10, NULL, 0),
  ('y', 3, 3, 3), ('y', 6, NULL, 0), ('y', 9, NULL, 0);

-- The frame bounds how far a match goes: greedy takes what the frame has, and row 1 finds no
-- UP within 2 rows.
ASSERT ROWS
SELECT id, low OVER w, COUNT(*) OVER w
FROM ticks
WINDOW w AS (
  PARTITION BY symbol ORDER BY ts
  MEASURES LAST(DOWN.price) AS low
  ROWS BETWEEN CURRENT ROW AND 2 FOLLOWING
  AFTER MATCH SKIP TO NEXT ROW
  PATTERN (S DOWN+ UP+)
  DEFINE DOWN AS price < PREV(price), UP AS price > PREV(price))
VALUES
  (1, NULL, 0), (2, 5, 3), (4, NULL, 0), (5, NULL, 0), (7, 2, 3), (8, NULL, 0), (10, NULL, 0),
  (3, 3, 3), (6, NULL, 0), (9, NULL, 0);

-- A frame of one row is a test of that row.
ASSERT ROWS
SELECT id, yes OVER w
FROM ticks
WINDOW w AS (
  PARTITION BY symbol ORDER BY ts
  MEASURES 'high' AS yes
  ROWS BETWEEN CURRENT ROW AND CURRENT ROW
  PATTERN (A)
  DEFINE A AS price > 6)
VALUES
  (1, 'high'), (2, 'high'), (4, NULL), (5, 'high'), (7, 'high'), (8, NULL), (10, NULL),
  (3, NULL), (6, NULL), (9, NULL);

-- INITIAL is the default. SEEK takes the first match that starts in the frame, at the row or later.
ASSERT ROWS
SELECT id, started OVER w, COUNT(*) OVER w
FROM ticks
WINDOW w AS (
  PARTITION BY symbol ORDER BY ts
  MEASURES FIRST(id) AS started
  ROWS BETWEEN CURRENT ROW AND UNBOUNDED FOLLOWING
  AFTER MATCH SKIP TO NEXT ROW
  INITIAL
  PATTERN (A B)
  DEFINE A AS price >= 7, B AS price < 7)
VALUES
  (1, NULL, 0), (2, 2, 2), (4, NULL, 0), (5, NULL, 0), (7, 7, 2), (8, NULL, 0), (10, NULL, 0),
  (3, NULL, 0), (6, NULL, 0), (9, NULL, 0);

ASSERT ROWS
SELECT id, started OVER w, COUNT(*) OVER w
FROM ticks
WINDOW w AS (
  PARTITION BY symbol ORDER BY ts
  MEASURES FIRST(id) AS started
  ROWS BETWEEN CURRENT ROW AND UNBOUNDED FOLLOWING
  AFTER MATCH SKIP TO NEXT ROW
  SEEK
  PATTERN (A B)
  DEFINE A AS price >= 7, B AS price < 7)
VALUES
  (1, 2, 2), (2, 2, 2), (4, 7, 2), (5, 7, 2), (7, 7, 2), (8, NULL, 0), (10, NULL, 0),
  (3, NULL, 0), (6, NULL, 0), (9, NULL, 0);

ASSERT ROWS
SELECT id, started OVER w, COUNT(*) OVER w
FROM ticks
WINDOW w AS (
  PARTITION BY symbol ORDER BY ts
  MEASURES FIRST(id) AS started
  ROWS BETWEEN CURRENT ROW AND 2 FOLLOWING
  AFTER MATCH SKIP TO NEXT ROW
  SEEK
  PATTERN (A B)
  DEFINE A AS price >= 7, B AS price < 7)
VALUES
  (1, 2, 2), (2, 2, 2), (4, NULL, 0), (5, 7, 2), (7, 7, 2), (8, NULL, 0), (10, NULL, 0),
  (3, NULL, 0), (6, NULL, 0), (9, NULL, 0);

-- Past the last row of a match that SEEK has found, rows on the way to it included.
ASSERT ROWS
SELECT id, started OVER w
FROM ticks
WINDOW w AS (
  PARTITION BY symbol ORDER BY ts
  MEASURES FIRST(id) AS started
  ROWS BETWEEN CURRENT ROW AND UNBOUNDED FOLLOWING
  SEEK
  PATTERN (A B)
  DEFINE A AS price >= 7, B AS price < 7)
VALUES
  (1, 2), (2, NULL), (4, NULL), (5, 7), (7, NULL), (8, NULL), (10, NULL),
  (3, NULL), (6, NULL), (9, NULL);

-- To a variable: rows before it have no match of their own.
ASSERT ROWS
SELECT id, started OVER w, last OVER w
FROM ticks
WINDOW w AS (
  PARTITION BY symbol ORDER BY ts
  MEASURES FIRST(id) AS started, LAST(id) AS last
  ROWS BETWEEN CURRENT ROW AND UNBOUNDED FOLLOWING
  AFTER MATCH SKIP TO FIRST UP
  PATTERN (S DOWN+ UP+)
  DEFINE DOWN AS price < PREV(price), UP AS price > PREV(price))
VALUES
  (1, 1, 7), (2, NULL, NULL), (4, NULL, NULL), (5, NULL, NULL), (7, 7, 10), (8, NULL, NULL),
  (10, NULL, NULL), (3, 3, 9), (6, NULL, NULL), (9, NULL, NULL);

-- PREV and NEXT may leave the frame, not the partition.
ASSERT ROWS
SELECT id, before OVER w, after OVER w
FROM ticks
WINDOW w AS (
  PARTITION BY symbol ORDER BY ts
  MEASURES PREV(FIRST(id)) AS before, NEXT(LAST(id)) AS after
  ROWS BETWEEN CURRENT ROW AND 1 FOLLOWING
  PATTERN (A B?)
  DEFINE A AS price < PREV(price), B AS price < NEXT(price))
VALUES
  (1, NULL, NULL), (2, 1, 5), (4, NULL, NULL), (5, NULL, NULL), (7, NULL, NULL), (8, 7, 10),
  (10, NULL, NULL), (3, NULL, NULL), (6, 3, 9), (9, NULL, NULL);

-- An empty match is a match: measures are over no rows.
ASSERT ROWS
SELECT id, yes OVER w, n OVER w, COUNT(*) OVER w
FROM ticks
WINDOW w AS (
  PARTITION BY symbol ORDER BY ts
  MEASURES 'matched' AS yes, COUNT(A.*) AS n
  ROWS BETWEEN CURRENT ROW AND UNBOUNDED FOLLOWING
  PATTERN (A*)
  DEFINE A AS price > 7)
VALUES
  (1, 'matched', 1, 1), (2, 'matched', 0, 0), (4, 'matched', 0, 0), (5, 'matched', 2, 2),
  (7, NULL, NULL, 0), (8, 'matched', 0, 0), (10, 'matched', 0, 0),
  (3, 'matched', 0, 0), (6, 'matched', 0, 0), (9, 'matched', 0, 0);
