-- PATTERN and WITHIN: what means nothing.

CREATE STREAM ticks (
  symbol VARCHAR, price INT, volume INT, ts TIMESTAMP(3), WATERMARK FOR ts AS ts - INTERVAL '5' SECOND);

-- Quantifiers.
-- error: at least 3 times is more than at most 2
--   PATTERN (A{3,2}));
--            ^^^^^^
-- hint: write {2,3}
SELECT * FROM ticks MATCH_RECOGNIZE (
  PARTITION BY symbol ORDER BY ts
  MEASURES A.price AS price
  PATTERN (A{3,2}));

-- error: what is repeated at most 0 times takes no row, and says nothing
--   PATTERN (A B{0}));
--              ^^^^
-- hint: leave it out; () is the pattern that takes no row
SELECT * FROM ticks MATCH_RECOGNIZE (
  PARTITION BY symbol ORDER BY ts
  MEASURES A.price AS price
  PATTERN (A B{0}));

-- error: what is repeated at most 0 times takes no row, and says nothing
--   PATTERN (A B{,0}));
--              ^^^^^
-- hint: leave it out; () is the pattern that takes no row
SELECT * FROM ticks MATCH_RECOGNIZE (
  PARTITION BY symbol ORDER BY ts
  MEASURES A.price AS price
  PATTERN (A B{,0}));

-- error: a quantifier counts to 1,000,000 at most
--   PATTERN (A{1000001}));
--            ^^^^^^^^^^
-- hint: write + or * where any number will do
SELECT * FROM ticks MATCH_RECOGNIZE (
  PARTITION BY symbol ORDER BY ts
  MEASURES A.price AS price
  PATTERN (A{1000001}));

-- The end of what has no end.
-- error: $ is the end of the input, and this stream has none
--   PATTERN (A B $));
--                ^
-- hint: leave $ out; with WITHIN a match is said when its time has passed
SELECT * FROM ticks MATCH_RECOGNIZE (
  PARTITION BY symbol ORDER BY ts
  MEASURES A.price AS price
  PATTERN (A B $));

-- WITHIN is a constant length of time.
-- error: a month has no fixed length, so WITHIN cannot be reckoned in months
--   PATTERN (A B) WITHIN INTERVAL '1' MONTH);
--                        ^^^^^^^^^^^^^^^^^^
-- hint: write it in days: WITHIN INTERVAL '30' DAY
SELECT * FROM ticks MATCH_RECOGNIZE (
  PARTITION BY symbol ORDER BY ts
  MEASURES A.price AS price
  PATTERN (A B) WITHIN INTERVAL '1' MONTH);

-- error: WITHIN takes a length of time, more than nothing
--   PATTERN (A B) WITHIN INTERVAL '0' SECOND);
--                        ^^^^^^^^^^^^^^^^^^^
-- hint: write WITHIN INTERVAL '5' MINUTE
SELECT * FROM ticks MATCH_RECOGNIZE (
  PARTITION BY symbol ORDER BY ts
  MEASURES A.price AS price
  PATTERN (A B) WITHIN INTERVAL '0' SECOND);

-- error: WITHIN takes a length of time, more than nothing
--   PATTERN (A B) WITHIN 5);
--                        ^
-- hint: write WITHIN INTERVAL '5' MINUTE
SELECT * FROM ticks MATCH_RECOGNIZE (
  PARTITION BY symbol ORDER BY ts
  MEASURES A.price AS price
  PATTERN (A B) WITHIN 5);

-- error: a month has no fixed length, so WITHIN cannot be reckoned in months
--   PATTERN (A -> B WITHIN INTERVAL '1' YEAR));
--                          ^^^^^^^^^^^^^^^^^
-- hint: write it in days: WITHIN INTERVAL '30' DAY
SELECT * FROM ticks MATCH_RECOGNIZE (
  PARTITION BY symbol ORDER BY ts
  MEASURES A.price AS price
  PATTERN (A -> B WITHIN INTERVAL '1' YEAR));

-- Both sides of an arrow take a row.
-- error: what stands beside an arrow must take at least one row
--   PATTERN (A* -> B));
--            ^^
-- hint: write + for *, or an alternative without the arrow: (A -> B+ | A)
SELECT * FROM ticks MATCH_RECOGNIZE (
  PARTITION BY symbol ORDER BY ts
  MEASURES A.price AS price
  PATTERN (A* -> B));

-- error: what stands beside an arrow must take at least one row
--   PATTERN (A -> B?));
--                 ^^
-- hint: write + for *, or an alternative without the arrow: (A -> B+ | A)
SELECT * FROM ticks MATCH_RECOGNIZE (
  PARTITION BY symbol ORDER BY ts
  MEASURES A.price AS price
  PATTERN (A -> B?));

-- error: what stands beside an arrow must take at least one row
--   PATTERN (A -> (B | ())));
--                  ^^^^^^
-- hint: write + for *, or an alternative without the arrow: (A -> B+ | A)
SELECT * FROM ticks MATCH_RECOGNIZE (
  PARTITION BY symbol ORDER BY ts
  MEASURES A.price AS price
  PATTERN (A -> (B | ())));

-- What is absent.
-- error: that something does not come is known when a time has passed, and none is given
--   PATTERN (A -> !B));
--            ^^^^^^^
-- hint: write A -> !B WITHIN INTERVAL '5' MINUTE, or WITHIN … after PATTERN (…)
SELECT * FROM ticks MATCH_RECOGNIZE (
  PARTITION BY symbol ORDER BY ts
  MEASURES A.price AS price
  PATTERN (A -> !B));

-- error: the gap with !b does not end here, so it has no WITHIN yet
--   PATTERN (A -> !B WITHIN INTERVAL '5' MINUTE -> C));
--                           ^^^^^^^^^^^^^^^^^^^
-- hint: write WITHIN after the last arrow of the gap: A -> !b -> C WITHIN …
SELECT * FROM ticks MATCH_RECOGNIZE (
  PARTITION BY symbol ORDER BY ts
  MEASURES A.price AS price
  PATTERN (A -> !B WITHIN INTERVAL '5' MINUTE -> C));

-- error: the gap with !b does not end here, so it has no WITHIN yet
--   PATTERN (A -> !B WITHIN INTERVAL '5' MINUTE -> !C WITHIN INTERVAL '5' MINUTE));
--                           ^^^^^^^^^^^^^^^^^^^
-- hint: write WITHIN after the last arrow of the gap: A -> !b -> C WITHIN …
SELECT * FROM ticks MATCH_RECOGNIZE (
  PARTITION BY symbol ORDER BY ts
  MEASURES A.price AS price
  PATTERN (A -> !B WITHIN INTERVAL '5' MINUTE -> !C WITHIN INTERVAL '5' MINUTE));

-- error: ->> says that a later row may be taken, and of what is absent none is
--   PATTERN (A ->> !B -> C));
--                  ^^
-- hint: write -> !b; the arrow behind it says how its row is taken
SELECT * FROM ticks MATCH_RECOGNIZE (
  PARTITION BY symbol ORDER BY ts
  MEASURES A.price AS price
  PATTERN (A ->> !B -> C));

-- error: a wait for no b can only end the whole pattern, and be no part to repeat
--   PATTERN ((A -> !B) C) WITHIN INTERVAL '5' MINUTE);
--             ^^^^^^^
-- hint: if a row ends the wait, write it behind another arrow: A -> !b -> C
SELECT * FROM ticks MATCH_RECOGNIZE (
  PARTITION BY symbol ORDER BY ts
  MEASURES A.price AS price
  PATTERN ((A -> !B) C) WITHIN INTERVAL '5' MINUTE);

-- error: a wait for no b can only end the whole pattern, and be no part to repeat
--   PATTERN ((A -> !B)+) WITHIN INTERVAL '5' MINUTE);
--             ^^^^^^^
-- hint: if a row ends the wait, write it behind another arrow: A -> !b -> C
SELECT * FROM ticks MATCH_RECOGNIZE (
  PARTITION BY symbol ORDER BY ts
  MEASURES A.price AS price
  PATTERN ((A -> !B)+) WITHIN INTERVAL '5' MINUTE);

-- error: a wait for no b can only end the whole pattern, and be no part to repeat
--   PATTERN (PERMUTE(A -> !B, C)) WITHIN INTERVAL '5' MINUTE);
--                    ^^^^^^^
-- hint: if a row ends the wait, write it behind another arrow: A -> !b -> C
SELECT * FROM ticks MATCH_RECOGNIZE (
  PARTITION BY symbol ORDER BY ts
  MEASURES A.price AS price
  PATTERN (PERMUTE(A -> !B, C)) WITHIN INTERVAL '5' MINUTE);

-- error: a wait for no b can only end the whole pattern, and be no part to repeat
--   PATTERN ((A | C -> !B) -> D) WITHIN INTERVAL '5' MINUTE);
--                 ^^^^^^^
-- hint: if a row ends the wait, write it behind another arrow: A -> !b -> C
SELECT * FROM ticks MATCH_RECOGNIZE (
  PARTITION BY symbol ORDER BY ts
  MEASURES A.price AS price
  PATTERN ((A | C -> !B) -> D) WITHIN INTERVAL '5' MINUTE);

-- error: b is only ever absent, so no row of a match is one
--   MEASURES B.price AS price
--            ^
-- hint: only the condition of b itself can read it
SELECT * FROM ticks MATCH_RECOGNIZE (
  PARTITION BY symbol ORDER BY ts
  MEASURES B.price AS price
  PATTERN (A -> !B) WITHIN INTERVAL '5' MINUTE);

-- error: b is only ever absent, so no row of a match is one
--   DEFINE C AS C.price > B.price);
--                         ^
-- hint: only the condition of b itself can read it
SELECT * FROM ticks MATCH_RECOGNIZE (
  PARTITION BY symbol ORDER BY ts
  MEASURES A.price AS price
  PATTERN (A -> !B -> C)
  DEFINE C AS C.price > B.price);

-- error: b is only ever absent, so no row of a match is one
--   AFTER MATCH SKIP TO B
--                       ^
-- hint: only the condition of b itself can read it
SELECT * FROM ticks MATCH_RECOGNIZE (
  PARTITION BY symbol ORDER BY ts
  MEASURES A.price AS price
  AFTER MATCH SKIP TO B
  PATTERN (A -> !B -> C));
