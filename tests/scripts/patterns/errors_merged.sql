-- Several streams in one row pattern: what does not go together.

CREATE STREAM orders (id INT, card VARCHAR, total INT, ts TIMESTAMP(3), WATERMARK FOR ts);
CREATE STREAM payments (card VARCHAR, amount INT, ts TIMESTAMP(3), WATERMARK FOR ts);
CREATE STREAM clocks (card VARCHAR, at TIMESTAMP_LTZ(3), WATERMARK FOR at);

-- Several streams are merged by their event time, `rowtime`.
-- error: merged inputs are in the order of their event time, whatever each calls it
--   PARTITION BY card ORDER BY ts
--                              ^^
-- hint: write ORDER BY rowtime
SELECT * FROM (orders, payments) MATCH_RECOGNIZE (
  PARTITION BY card ORDER BY ts
  MEASURES A.id AS id
  PATTERN (A B));

-- error: merged inputs are in the order of their event time, whatever each calls it
--   PARTITION BY card ORDER BY rowtime DESC
--                              ^^^^^^^^^^^^
-- hint: write ORDER BY rowtime
SELECT * FROM (orders, payments) MATCH_RECOGNIZE (
  PARTITION BY card ORDER BY rowtime DESC
  MEASURES A.id AS id
  PATTERN (A B));

-- error: merged inputs are in the order of their event time, whatever each calls it
-- SELECT * FROM (orders, payments) MATCH_RECOGNIZE (
--               ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^
-- hint: write ORDER BY rowtime
SELECT * FROM (orders, payments) MATCH_RECOGNIZE (
  PARTITION BY card
  MEASURES A.id AS id
  PATTERN (A B));

-- error: inputs are merged by their event time, and this one has none
-- SELECT * FROM (orders, (SELECT card, amount FROM payments) p) MATCH_RECOGNIZE (
--                        ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^
-- hint: select the event-time column in the inner query, unchanged
SELECT * FROM (orders, (SELECT card, amount FROM payments) p) MATCH_RECOGNIZE (
  PARTITION BY card ORDER BY rowtime
  MEASURES A.id AS id
  PATTERN (A B));

-- error: inputs are merged by their event time, and this one has none
-- SELECT * FROM (orders, (VALUES ('a', 1)) AS v (card, amount)) MATCH_RECOGNIZE (
--                        ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^
-- hint: declare it: CREATE STREAM … (…, WATERMARK FOR ts AS ts - INTERVAL '5' SECOND)
SELECT * FROM (orders, (VALUES ('a', 1)) AS v (card, amount)) MATCH_RECOGNIZE (
  PARTITION BY card ORDER BY rowtime
  MEASURES A.id AS id
  PATTERN (A B));

-- error: inputs are merged by their event time, and that of orders is TIMESTAMP(3), that of clocks TIMESTAMP_LTZ(3)
-- SELECT * FROM (orders, clocks) MATCH_RECOGNIZE (
--                        ^^^^^^
-- hint: declare the times of all streams as TIMESTAMP, or all as TIMESTAMP_LTZ
SELECT * FROM (orders, clocks) MATCH_RECOGNIZE (
  PARTITION BY card ORDER BY rowtime
  MEASURES A.id AS id
  PATTERN (A B));

-- Each has the columns by which rows are partitioned.
-- error: payments has no column id, and rows are partitioned by it
-- SELECT * FROM (orders, payments) MATCH_RECOGNIZE (
--                        ^^^^^^^^
-- hint: name its column so: (SELECT …, … AS id FROM …)
SELECT * FROM (orders, payments) MATCH_RECOGNIZE (
  PARTITION BY id ORDER BY rowtime
  MEASURES A.id AS x
  PATTERN (A B));

-- error: the columns in PARTITION BY are of the rows of all inputs, not of p alone
--   PARTITION BY p.card ORDER BY rowtime
--                ^^^^^^
-- hint: write card
SELECT * FROM (orders, payments p) MATCH_RECOGNIZE (
  PARTITION BY p.card ORDER BY rowtime
  MEASURES A.id AS x
  PATTERN (A B));

-- Columns of the same name are of the same type.
-- error: card is VARCHAR in orders and INT in p
-- SELECT * FROM (orders, (SELECT ts, amount AS card FROM payments) p) MATCH_RECOGNIZE (
--                        ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^
-- hint: give one of them another name or type: (SELECT …, CAST(card AS VARCHAR) AS card FROM …)
SELECT * FROM (orders, (SELECT ts, amount AS card FROM payments) p) MATCH_RECOGNIZE (
  PARTITION BY card ORDER BY rowtime
  MEASURES A.id AS id
  PATTERN (A B));

-- error: rowtime is the event time of merged rows, and a column here is called so
-- SELECT * FROM (orders, (SELECT ts, card, amount AS rowtime FROM payments) p) MATCH_RECOGNIZE (
--                        ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^
-- hint: call it otherwise: (SELECT …, rowtime AS other FROM …)
SELECT * FROM (orders, (SELECT ts, card, amount AS rowtime FROM payments) p) MATCH_RECOGNIZE (
  PARTITION BY card ORDER BY rowtime
  MEASURES A.id AS id
  PATTERN (A B));

-- error: two columns of this input are called card
-- SELECT * FROM (orders, (SELECT ts, card, card FROM payments) p) MATCH_RECOGNIZE (
--                        ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^
-- hint: give them different aliases in the inner query
SELECT * FROM (orders, (SELECT ts, card, card FROM payments) p) MATCH_RECOGNIZE (
  PARTITION BY card ORDER BY rowtime
  MEASURES A.id AS id
  PATTERN (A B));

-- No variable is called like an input, and no two inputs alike.
-- error: p is the name of an input, and cannot be a variable too
--   PATTERN (A P));
--              ^
-- hint: call the variable otherwise, or give the input an alias
SELECT * FROM (orders, payments p) MATCH_RECOGNIZE (
  PARTITION BY card ORDER BY rowtime
  MEASURES A.id AS id
  PATTERN (A P));

-- error: p is the name of an input, and cannot be that of a SUBSET too
--   SUBSET p = (A, B));
--          ^
-- hint: call one of them otherwise
SELECT * FROM (orders, payments p) MATCH_RECOGNIZE (
  PARTITION BY card ORDER BY rowtime
  MEASURES A.id AS id
  PATTERN (A B)
  SUBSET p = (A, B));

-- error: two inputs are called orders
-- SELECT * FROM (orders, orders) MATCH_RECOGNIZE (
--                        ^^^^^^
-- hint: give this one an alias: orders AS other
SELECT * FROM (orders, orders) MATCH_RECOGNIZE (
  PARTITION BY card ORDER BY rowtime
  MEASURES A.id AS id
  PATTERN (A B));

-- An input has its own columns only.
-- error: there is no column called p.id
--   DEFINE A AS p.id = 1);
--               ^^^^
-- hint: the columns of p are rowtime, card, ts, amount
SELECT * FROM (orders, payments p) MATCH_RECOGNIZE (
  PARTITION BY card ORDER BY rowtime
  MEASURES A.id AS id
  PATTERN (A B)
  DEFINE A AS p.id = 1);

-- error: payments is no variable of the pattern
--   DEFINE A AS payments.amount = 1);
--               ^^^^^^^^
-- hint: its variables are a, b
SELECT * FROM (orders, payments p) MATCH_RECOGNIZE (
  PARTITION BY card ORDER BY rowtime
  MEASURES A.id AS id
  PATTERN (A B)
  DEFINE A AS payments.amount = 1);
