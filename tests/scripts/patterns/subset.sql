-- SUBSET gives several variables one name, for MEASURES, DEFINE and AFTER MATCH.

CREATE STREAM ticks (symbol VARCHAR, price INT, ts TIMESTAMP(3), WATERMARK FOR ts AS ts - INTERVAL '2' SECOND);

INSERT INTO ticks VALUES
  ('x', 30, '2024-01-01 00:00:01'), ('x', 20, '2024-01-01 00:00:02'), ('x', 10, '2024-01-01 00:00:03'),
  ('x', 15, '2024-01-01 00:00:04'), ('x', 25, '2024-01-01 00:00:05'), ('x', 24, '2024-01-01 00:00:06');

ASSERT ROWS
SELECT * FROM ticks MATCH_RECOGNIZE (
  PARTITION BY symbol ORDER BY ts
  MEASURES COUNT(MOVING.*) AS moves, AVG(MOVING.price) AS mean, FIRST(MOVING.price) AS first, LAST(MOVING.price) AS last,
    CLASSIFIER(EDGE) AS edge, SUM(EDGE.price) AS edges
  PATTERN (START DOWN+ UP+)
  SUBSET MOVING = (DOWN, UP), EDGE = (START, UP)
  DEFINE DOWN AS price < PREV(price), UP AS price > PREV(price))
VALUES ('x', 4, 17.5, 20, 25, 'up', 70);

-- In DEFINE: as dear as the mean of all that moved so far.
ASSERT ROWS
SELECT * FROM ticks MATCH_RECOGNIZE (
  PARTITION BY symbol ORDER BY ts
  MEASURES ARRAY_AGG(CLASSIFIER()) AS labels
  PATTERN (START DOWN+ UP+ BACK)
  SUBSET MOVING = (DOWN, UP)
  DEFINE DOWN AS price < PREV(price), UP AS price > PREV(price), BACK AS price >= AVG(MOVING.price))
VALUES ('x', ARRAY['start', 'down', 'down', 'up', 'up', 'back']);

-- Running, in every row: a SUBSET has no row yet where none of its variables has.
ASSERT ROWS
SELECT price, label, moved, n FROM ticks MATCH_RECOGNIZE (
  PARTITION BY symbol ORDER BY ts
  MEASURES CLASSIFIER(MOVING) AS label, MOVING.price AS moved, COUNT(MOVING.*) AS n
  ALL ROWS PER MATCH
  PATTERN (START DOWN+ UP+)
  SUBSET MOVING = (DOWN, UP)
  DEFINE DOWN AS price < PREV(price), UP AS price > PREV(price))
VALUES (30, NULL, NULL, 0), (20, 'down', 20, 1), (10, 'down', 10, 2), (15, 'up', 15, 3), (25, 'up', 25, 4);
