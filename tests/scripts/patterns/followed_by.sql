-- A -> B: A followed by B, whatever comes between. The first later row that satisfies B is taken and not
-- reconsidered. A ->> B: followed by any B; a later one may be taken if the first leads nowhere.

CREATE STREAM shop (who INT, what VARCHAR, item INT, ts TIMESTAMP(3), WATERMARK FOR ts AS ts - INTERVAL '2' SECOND);

INSERT INTO shop VALUES
  (1, 'look', 10,  '2024-01-01 10:00:00'),
  (1, 'hint', 10,  '2024-01-01 10:01:00'),
  (1, 'look', 11,  '2024-01-01 10:02:00'),
  (1, 'buy',  11,  '2024-01-01 10:03:00'),
  (1, 'buy',  10,  '2024-01-01 10:04:00'),
  (1, 'hint', 10,  '2024-01-01 10:05:00'),
  (1, 'look', 12,  '2024-01-01 10:06:00'),
  (1, 'look', 13,  '2024-01-01 10:07:00'),
  (1, 'buy',  12,  '2024-01-01 10:17:00');

ASSERT ROWS
SELECT * FROM shop MATCH_RECOGNIZE (
  PARTITION BY who ORDER BY ts
  MEASURES LOOK.item AS item, BUY.item AS bought, BUY.ts - LOOK.ts AS after
  PATTERN (LOOK -> BUY)
  DEFINE LOOK AS what = 'look', BUY AS what = 'buy')
VALUES
  (1, 10, 11, INTERVAL '3' MINUTE), (1, 12, 12, INTERVAL '11' MINUTE);

-- The condition may read what was taken before: the same item.
ASSERT ROWS
SELECT * FROM shop MATCH_RECOGNIZE (
  PARTITION BY who ORDER BY ts
  MEASURES LOOK.item AS item, BUY.ts AS at
  AFTER MATCH SKIP TO NEXT ROW
  PATTERN (LOOK -> BUY)
  DEFINE LOOK AS what = 'look', BUY AS what = 'buy' AND item = LOOK.item)
VALUES (1, 10, '2024-01-01 10:04:00'), (1, 11, '2024-01-01 10:03:00'), (1, 12, '2024-01-01 10:17:00');

-- Rows that an arrow passes over have no label: they are not counted, and not said. PREV sees them.
ASSERT ROWS
SELECT what, item, n, before, label FROM shop MATCH_RECOGNIZE (
  PARTITION BY who ORDER BY ts
  MEASURES COUNT(*) AS n, PREV(item) AS before, CLASSIFIER() AS label
  ALL ROWS PER MATCH
  PATTERN (LOOK -> BUY)
  DEFINE LOOK AS what = 'look', BUY AS what = 'buy' AND item = LOOK.item)
VALUES ('look', 10, 1, NULL, 'look'), ('buy', 10, 2, 11, 'buy'), ('look', 12, 1, 10, 'look'), ('buy', 12, 2, 13, 'buy');

-- They lie inside the match: neither unmatched, nor starts of matches.
ASSERT ROWS
SELECT item, what, m FROM shop MATCH_RECOGNIZE (
  PARTITION BY who ORDER BY ts
  MEASURES MATCH_NUMBER() AS m
  ALL ROWS PER MATCH WITH UNMATCHED ROWS
  PATTERN (LOOK -> BUY)
  DEFINE LOOK AS what = 'look', BUY AS what = 'buy' AND item = LOOK.item)
VALUES (10, 'look', 1), (10, 'buy', 1), (10, 'hint', NULL), (12, 'look', 2), (12, 'buy', 2);

-- Only the gap is relaxed: the BUYs are next to each other. Arrows bind less than what stands side by side.
ASSERT ROWS
SELECT * FROM shop MATCH_RECOGNIZE (
  PARTITION BY who ORDER BY ts
  MEASURES COUNT(BUY.*) AS n
  PATTERN (LOOK -> BUY+)
  DEFINE LOOK AS what = 'look', BUY AS what = 'buy')
VALUES (1, 2), (1, 1);

-- -> takes the first BUY, and no HINT comes right after that one; ->> goes on to the next.
ASSERT EMPTY
SELECT * FROM shop MATCH_RECOGNIZE (
  PARTITION BY who ORDER BY ts
  MEASURES BUY.item AS item
  PATTERN (LOOK -> BUY HINT)
  DEFINE LOOK AS what = 'look', BUY AS what = 'buy', HINT AS what = 'hint');

ASSERT ROWS
SELECT * FROM shop MATCH_RECOGNIZE (
  PARTITION BY who ORDER BY ts
  MEASURES FIRST(LOOK.item) AS look, BUY.item AS item
  PATTERN (LOOK ->> BUY HINT)
  DEFINE LOOK AS what = 'look', BUY AS what = 'buy', HINT AS what = 'hint')
VALUES (1, 10, 10);

-- WITHIN on an arrow: from the last row on its left to the first on its right. With it or not, the whole can be bounded.
ASSERT ROWS
SELECT * FROM shop MATCH_RECOGNIZE (
  PARTITION BY who ORDER BY ts
  MEASURES FIRST(LOOK.item) AS look, LAST(BUY.item) AS item
  PATTERN (LOOK -> BUY WITHIN INTERVAL '2' MINUTE) WITHIN INTERVAL '1' HOUR
  DEFINE LOOK AS what = 'look', BUY AS what = 'buy')
VALUES (1, 11, 11);

ASSERT ROWS
SELECT * FROM shop MATCH_RECOGNIZE (
  PARTITION BY who ORDER BY ts
  MEASURES FIRST(LOOK.item) AS look, BUY.item AS item, HINT.ts AS hint
  PATTERN (LOOK -> BUY WITHIN INTERVAL '5' MINUTE -> HINT)
  DEFINE LOOK AS what = 'look', BUY AS what = 'buy', HINT AS what = 'hint')
VALUES (1, 10, 11, '2024-01-01 10:05:00');

-- Arrows stand between patterns of any kind.
ASSERT ROWS
SELECT * FROM shop MATCH_RECOGNIZE (
  PARTITION BY who ORDER BY ts
  MEASURES COUNT(*) AS n, LAST(BUY.item) AS item
  PATTERN ((LOOK | HINT) -> (BUY BUY -> HINT | BUY))
  DEFINE LOOK AS what = 'look', BUY AS what = 'buy', HINT AS what = 'hint')
VALUES (1, 4, 10), (1, 2, 12);
