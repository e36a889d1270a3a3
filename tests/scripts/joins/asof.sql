-- ASOF JOIN: each row with the one of another stream that is nearest in time, of its key.

CREATE STREAM trades (
  id INT, symbol VARCHAR, ts TIMESTAMP(3), WATERMARK FOR ts AS ts - INTERVAL '5' SECOND
);
CREATE STREAM quotes (
  symbol VARCHAR, bid INT, at TIMESTAMP(3), WATERMARK FOR at AS at - INTERVAL '5' SECOND
);

INSERT INTO quotes VALUES
  ('a', 10, '2026-01-01 00:00:01'), ('b', 20, '2026-01-01 00:00:02'),
  ('a', 12, '2026-01-01 00:00:04'), ('a', 11, '2026-01-01 00:00:03'),
  (NULL, 99, '2026-01-01 00:00:01');
INSERT INTO trades VALUES
  (1, 'a', '2026-01-01 00:00:02'), (2, 'a', '2026-01-01 00:00:04'), (3, 'b', '2026-01-01 00:00:01'),
  (4, 'c', '2026-01-01 00:00:04'), (5, NULL, '2026-01-01 00:00:04'), (6, 'a', '2026-01-01 00:00:03.500');
INSERT INTO quotes VALUES ('b', 21, '2026-01-01 00:00:07'), ('a', 13, '2026-01-01 00:00:08');

-- The last quote until the trade,
ASSERT ROWS
SELECT t.id, q.bid, q.at
FROM trades t ASOF JOIN quotes q MATCH_CONDITION (t.ts >= q.at) ON t.symbol = q.symbol
VALUES (1, 10, '2026-01-01 00:00:01'), (2, 12, '2026-01-01 00:00:04'), (6, 11, '2026-01-01 00:00:03');

-- or before it,
ASSERT ROWS
SELECT t.id, q.bid
FROM trades t ASOF LEFT JOIN quotes q MATCH_CONDITION (t.ts > q.at) ON t.symbol = q.symbol
VALUES (1, 10), (2, 11), (3, NULL), (4, NULL), (5, NULL), (6, 11);

-- the first one from the trade on,
ASSERT ROWS
SELECT t.id, q.bid
FROM trades t LEFT ASOF JOIN quotes q MATCH_CONDITION (t.ts <= q.at) ON t.symbol = q.symbol
VALUES (1, 11), (2, 12), (3, 20), (4, NULL), (5, NULL), (6, 12);

-- or after it.
ASSERT ROWS
SELECT t.id, q.bid
FROM trades t ASOF JOIN quotes q MATCH_CONDITION (q.at > t.ts) ON t.symbol = q.symbol
VALUES (1, 11), (2, 13), (3, 20), (6, 12);

-- Without ON any row of the other stream will do.
ASSERT ROWS
SELECT t.id, q.bid
FROM trades t ASOF JOIN quotes q MATCH_CONDITION (t.ts >= q.at)
WHERE id <= 2
VALUES (1, 20), (2, 12);

-- Conditions on the quotes go into FROM.
ASSERT ROWS
SELECT t.id, q.bid
FROM trades t ASOF JOIN (SELECT symbol, bid, at FROM quotes WHERE bid <> 12) q
  MATCH_CONDITION (t.ts >= q.at) ON t.symbol = q.symbol
VALUES (1, 10), (2, 11), (6, 11);

-- Of quotes at one time the last that came is meant where the time is looked for backwards, and the
-- first one forwards.
INSERT INTO quotes VALUES ('d', 30, '2026-01-01 00:00:09'), ('d', 31, '2026-01-01 00:00:09');
INSERT INTO trades VALUES (7, 'd', '2026-01-01 00:00:09');

-- not on duckdb: it leaves open which of them it takes
ASSERT ROWS
SELECT t.id, q.bid
FROM trades t ASOF JOIN quotes q MATCH_CONDITION (t.ts >= q.at) ON t.symbol = q.symbol
WHERE t.symbol = 'd'
VALUES (7, 31);

-- not on duckdb: it leaves open which of them it takes
ASSERT ROWS
SELECT t.id, q.bid
FROM trades t ASOF JOIN quotes q MATCH_CONDITION (t.ts <= q.at) ON t.symbol = q.symbol
WHERE t.symbol = 'd'
VALUES (7, 30);

-- The event time goes on.
ASSERT ROWS
SELECT window_end, COUNT(bid) AS priced, COUNT(*) AS trades
FROM TUMBLE(
  TABLE (SELECT t.ts, q.bid
   FROM trades t ASOF LEFT JOIN quotes q MATCH_CONDITION (t.ts <= q.at) ON t.symbol = q.symbol),
  DESCRIPTOR(ts), INTERVAL '3' SECOND)
GROUP BY window_start, window_end
VALUES ('2026-01-01 00:00:03', 2, 2), ('2026-01-01 00:00:06', 2, 4), ('2026-01-01 00:00:12', 1, 1);

-- What comes too late is refused.
INSERT INTO trades VALUES (8, 'a', '2026-01-01 00:01:00'), (9, 'a', '2026-01-01 00:00:54');
INSERT INTO quotes VALUES ('a', 14, '2026-01-01 00:01:10'), ('a', 15, '2026-01-01 00:00:30');

ASSERT ROWS
SELECT t.id, q.bid
FROM trades t ASOF JOIN quotes q MATCH_CONDITION (t.ts >= q.at) ON t.symbol = q.symbol
WHERE id > 7
VALUES (8, 13);

ASSERT ROWS
SELECT t.id, q.bid
FROM trades t ASOF JOIN quotes q MATCH_CONDITION (t.ts < q.at) ON t.symbol = q.symbol
WHERE id > 6
VALUES (8, 14);

-- Finite data may be compared by any number or date, whatever the order of its rows.
ASSERT ROWS
SELECT a.n, b.name
FROM (VALUES (5), (1), (7), (NULL)) a(n)
  ASOF LEFT JOIN (VALUES (0, 'none'), (7, 'many'), (3, 'some'), (NULL, 'unknown')) b(least, name)
  MATCH_CONDITION (a.n >= b.least)
VALUES (5, 'some'), (1, 'none'), (7, 'many'), (NULL, NULL);

ASSERT ROWS
SELECT a.day, b.rate
FROM (VALUES (DATE '2026-01-05'), (DATE '2026-02-01')) a(day)
  ASOF JOIN (VALUES (DATE '2026-01-31', 2.5e0), (DATE '2026-01-04', 1.5e0)) b(day, rate)
  MATCH_CONDITION (b.day > a.day)
VALUES ('2026-01-05', 2.5e0);
