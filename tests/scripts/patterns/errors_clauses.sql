-- The clauses of MATCH_RECOGNIZE: names, SUBSETs, AFTER MATCH and the rows that are said.

CREATE STREAM ticks (
  symbol VARCHAR, price INT, volume INT, ts TIMESTAMP(3), WATERMARK FOR ts AS ts - INTERVAL '5' SECOND);

-- Names that are none.
-- error: c is no variable of the pattern
--   MEASURES C.price AS price
--            ^
-- hint: its variables are a, b
SELECT * FROM ticks MATCH_RECOGNIZE (
  PARTITION BY symbol ORDER BY ts
  MEASURES C.price AS price
  PATTERN (A B));

-- error: uptik is no variable of the pattern
--   DEFINE uptik AS TRUE);
--          ^^^^^
-- hint: did you mean uptick?
SELECT * FROM ticks MATCH_RECOGNIZE (
  PARTITION BY symbol ORDER BY ts
  MEASURES A.price AS price
  PATTERN (A uptick)
  DEFINE uptik AS TRUE);

-- error: c is no variable of the pattern
--   AFTER MATCH SKIP TO LAST C
--                            ^
-- hint: its variables are a, b
SELECT * FROM ticks MATCH_RECOGNIZE (
  PARTITION BY symbol ORDER BY ts
  MEASURES A.price AS price
  AFTER MATCH SKIP TO LAST C
  PATTERN (A B));

-- error: c is no variable of the pattern
--   SUBSET U = (A, C));
--                  ^
-- hint: its variables are a, b
SELECT * FROM ticks MATCH_RECOGNIZE (
  PARTITION BY symbol ORDER BY ts
  MEASURES A.price AS price
  PATTERN (A B)
  SUBSET U = (A, C));

-- error: u is no variable of the pattern
--   DEFINE B AS B.price > U.price);
--                         ^
-- hint: its variables are a, b
SELECT * FROM ticks MATCH_RECOGNIZE (
  PARTITION BY symbol ORDER BY ts
  MEASURES A.price AS price
  PATTERN (A B)
  DEFINE B AS B.price > U.price);

-- error: b is no variable of the pattern
--   DEFINE B AS B.price > 1);
--          ^
-- hint: its variables are a, "B"
SELECT * FROM ticks MATCH_RECOGNIZE (
  PARTITION BY symbol ORDER BY ts
  MEASURES A.price AS price
  PATTERN (A "B")
  DEFINE B AS B.price > 1);

-- SUBSETs are made of variables, and are none.
-- error: v is a SUBSET, and a SUBSET is made of variables
--   SUBSET U = (A, V), V = (B, U));
--                  ^
-- hint: list the variables of v themselves
SELECT * FROM ticks MATCH_RECOGNIZE (
  PARTITION BY symbol ORDER BY ts
  MEASURES A.price AS price
  PATTERN (A B)
  SUBSET U = (A, V), V = (B, U));

-- error: u is a SUBSET, and a SUBSET is made of variables
--   SUBSET U = (A, U));
--                  ^
-- hint: list the variables of u themselves
SELECT * FROM ticks MATCH_RECOGNIZE (
  PARTITION BY symbol ORDER BY ts
  MEASURES A.price AS price
  PATTERN (A B)
  SUBSET U = (A, U));

-- error: u is a variable of the pattern, and cannot be a SUBSET too
--   SUBSET U = (A, B));
--          ^
-- hint: give the SUBSET a name of its own, and leave that out of PATTERN
SELECT * FROM ticks MATCH_RECOGNIZE (
  PARTITION BY symbol ORDER BY ts
  MEASURES A.price AS price
  PATTERN (A B U)
  SUBSET U = (A, B));

-- error: u is a SUBSET, and no row is labelled with that
--   DEFINE U AS U.price > 1);
--          ^
-- hint: DEFINE the variables that it is made of
SELECT * FROM ticks MATCH_RECOGNIZE (
  PARTITION BY symbol ORDER BY ts
  MEASURES A.price AS price
  PATTERN (A B)
  SUBSET U = (A, B)
  DEFINE U AS U.price > 1);

-- error: a is listed twice
--   SUBSET U = (A, A));
--                  ^
-- hint: leave one out
SELECT * FROM ticks MATCH_RECOGNIZE (
  PARTITION BY symbol ORDER BY ts
  MEASURES A.price AS price
  PATTERN (A B)
  SUBSET U = (A, A));

-- error: there are two SUBSETs called u
--   SUBSET U = (A), U = (B));
--                   ^
-- hint: call one of them otherwise
SELECT * FROM ticks MATCH_RECOGNIZE (
  PARTITION BY symbol ORDER BY ts
  MEASURES A.price AS price
  PATTERN (A B)
  SUBSET U = (A), U = (B));

-- A variable has one condition, and it is a condition.
-- error: a is defined twice
--   DEFINE A AS A.price > 1, A AS A.price < 5);
--                            ^
-- hint: put both conditions together with AND
SELECT * FROM ticks MATCH_RECOGNIZE (
  PARTITION BY symbol ORDER BY ts
  MEASURES A.price AS price
  PATTERN (A B)
  DEFINE A AS A.price > 1, A AS A.price < 5);

-- error: a condition must be BOOLEAN, and this is INT
--   DEFINE A AS A.price);
--               ^^^^^^^
-- hint: compare it with something, such as … = 1 or … IS NOT NULL
SELECT * FROM ticks MATCH_RECOGNIZE (
  PARTITION BY symbol ORDER BY ts
  MEASURES A.price AS price
  PATTERN (A B)
  DEFINE A AS A.price);

-- Where the next match starts.
-- error: a is the first row of each match, and from there it would be found again
--   AFTER MATCH SKIP TO FIRST A
--   ^^^^^^^^^^^^^^^^^^^^^^^^^^^
-- hint: write AFTER MATCH SKIP TO NEXT ROW
SELECT * FROM ticks MATCH_RECOGNIZE (
  PARTITION BY symbol ORDER BY ts
  MEASURES A.price AS price
  AFTER MATCH SKIP TO FIRST A
  PATTERN (A+ B));

-- error: a is the first row of each match, and from there it would be found again
--   AFTER MATCH SKIP TO A
--   ^^^^^^^^^^^^^^^^^^^^^
-- hint: write AFTER MATCH SKIP TO NEXT ROW
SELECT * FROM ticks MATCH_RECOGNIZE (
  PARTITION BY symbol ORDER BY ts
  MEASURES A.price AS price
  AFTER MATCH SKIP TO A
  PATTERN (A B));

-- error: u is the first row of each match, and from there it would be found again
--   AFTER MATCH SKIP TO FIRST U
--   ^^^^^^^^^^^^^^^^^^^^^^^^^^^
-- hint: write AFTER MATCH SKIP TO NEXT ROW
SELECT * FROM ticks MATCH_RECOGNIZE (
  PARTITION BY symbol ORDER BY ts
  MEASURES A.price AS price
  AFTER MATCH SKIP TO FIRST U
  PATTERN ((A | C) B C)
  SUBSET U = (A, C));

-- error: with NO SKIP every way to match is said, and nothing bounds how many there are
--   AFTER MATCH NO SKIP
--   ^^^^^^^^^^^^^^^^^^^
-- hint: write WITHIN INTERVAL '5' MINUTE after PATTERN (…), or {1,3} for * and +
SELECT * FROM ticks MATCH_RECOGNIZE (
  PARTITION BY symbol ORDER BY ts
  MEASURES A.price AS price
  AFTER MATCH NO SKIP
  PATTERN (A B+));

-- error: with NO SKIP every way to match is said, and nothing bounds how many there are
--   AFTER MATCH NO SKIP
--   ^^^^^^^^^^^^^^^^^^^
-- hint: write WITHIN INTERVAL '5' MINUTE after PATTERN (…), or {1,3} for * and +
SELECT * FROM ticks MATCH_RECOGNIZE (
  PARTITION BY symbol ORDER BY ts
  MEASURES A.price AS price
  AFTER MATCH NO SKIP
  PATTERN (A ->> B));

-- Which rows are said.
-- error: {- … -} leaves rows out that are matched, and WITH UNMATCHED ROWS wants every row
--   ALL ROWS PER MATCH WITH UNMATCHED ROWS
--   ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^
-- hint: leave out either {- … -} or WITH UNMATCHED ROWS
SELECT * FROM ticks MATCH_RECOGNIZE (
  PARTITION BY symbol ORDER BY ts
  MEASURES A.price AS first
  ALL ROWS PER MATCH WITH UNMATCHED ROWS
  PATTERN (A {- B -}));

-- error: no match can run out of time, since nothing says how long one may take
--   ONE ROW PER MATCH WITH TIMEOUT ROWS
--   ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^
-- hint: write WITHIN INTERVAL '5' MINUTE after PATTERN (…), or leave TIMEOUT ROWS out
SELECT * FROM ticks MATCH_RECOGNIZE (
  PARTITION BY symbol ORDER BY ts
  MEASURES A.price AS price
  ONE ROW PER MATCH WITH TIMEOUT ROWS
  PATTERN (A B));

-- Measures have names of their own.
-- error: there are two measures called price
--   MEASURES A.price AS price, B.price AS price
--                                         ^^^^^
-- hint: call one of them otherwise
SELECT * FROM ticks MATCH_RECOGNIZE (
  PARTITION BY symbol ORDER BY ts
  MEASURES A.price AS price, B.price AS price
  PATTERN (A B));

-- error: there is a column called symbol among the rows said already
--   MEASURES A.price AS symbol
--                       ^^^^^^
-- hint: call the measure otherwise: … AS symbol_2
SELECT * FROM ticks MATCH_RECOGNIZE (
  PARTITION BY symbol ORDER BY ts
  MEASURES A.price AS symbol
  PATTERN (A B));

-- error: there is a column called price among the rows said already
--   MEASURES A.price AS price
--                       ^^^^^
-- hint: call the measure otherwise: … AS price_2
SELECT * FROM ticks MATCH_RECOGNIZE (
  PARTITION BY symbol ORDER BY ts
  MEASURES A.price AS price
  ALL ROWS PER MATCH
  PATTERN (A B));

-- error: a match says its PARTITION BY columns and MEASURES, and there are none
-- SELECT * FROM ticks MATCH_RECOGNIZE (
--               ^^^^^^^^^^^^^^^^^^^^^^^
-- hint: write MEASURES, FIRST(ts) AS started for one
SELECT * FROM ticks MATCH_RECOGNIZE (
  ORDER BY ts
  PATTERN (A B));

-- INITIAL and SEEK are of windows.
-- error: INITIAL is of row patterns in windows: here matches may start at every row
--   INITIAL PATTERN (A B));
--                    ^^^
-- hint: begin the pattern with ^ for a match that starts at the first row
SELECT * FROM ticks MATCH_RECOGNIZE (
  PARTITION BY symbol ORDER BY ts
  MEASURES A.price AS price
  INITIAL PATTERN (A B));
