-- A name that is nearly right is answered with the right one; anything else with what there is.

CREATE STREAM payments (card_id INT, amount DOUBLE, place ROW<city VARCHAR>, ts TIMESTAMP(3), WATERMARK FOR ts);
CREATE VIEW large AS SELECT card_id, amount FROM payments WHERE amount > 100;

-- error: there is no column called amuont
-- SELECT amuont FROM payments;
--        ^^^^^^
-- hint: did you mean amount?
SELECT amuont FROM payments;

-- error: there is no column called zzz
-- SELECT zzz FROM payments;
--        ^^^
-- hint: the columns here are: card_id, amount, place, ts
SELECT zzz FROM payments;

-- error: there is no column called payment.amount
-- SELECT payment.amount FROM payments;
--        ^^^^^^^^^^^^^^
-- hint: did you mean payments?
SELECT payment.amount FROM payments;

-- error: the row has no field cty
-- SELECT place.cty FROM payments;
--              ^^^
-- hint: did you mean city?
SELECT place.cty FROM payments;

-- error: there is no stream or view called payment
-- SELECT * FROM payment;
--               ^^^^^^^
-- hint: did you mean payments?
SELECT * FROM payment;

-- error: there is no stream or view called larg
-- SELECT * FROM larg;
--               ^^^^
-- hint: did you mean large?
SELECT * FROM larg;

-- error: there is no function called countt
-- SELECT COUNTT(*) FROM payments;
--        ^^^^^^
-- hint: did you mean count?
SELECT COUNTT(*) FROM payments;

-- error: there is no function called charlength
-- SELECT CHARLENGTH('a');
--        ^^^^^^^^^^
-- hint: did you mean char_length?
SELECT CHARLENGTH('a');

-- error: MONHT is not a unit of time
-- SELECT EXTRACT(MONHT FROM ts) FROM payments;
--                ^^^^^
-- hint: did you mean MONTH?
SELECT EXTRACT(MONHT FROM ts) FROM payments;

-- error: mnth is not a unit
-- SELECT DATE_TRUNC('mnth', ts) FROM payments;
--                   ^^^^^^
-- hint: did you mean month?
SELECT DATE_TRUNC('mnth', ts) FROM payments;

-- error: payments has no column amout that can be inserted
-- INSERT INTO payments (card_id, amout) VALUES (1, 2);
--                                ^^^^^
-- hint: did you mean amount?
INSERT INTO payments (card_id, amout) VALUES (1, 2);

-- error: WITH (…) does not say which connector reads the stream
-- CREATE STREAM x (a INT) WITH (conector = 'file');
--                               ^^^^^^^^^^^^^^^^^
-- hint: did you mean connector, for conector?
CREATE STREAM x (a INT) WITH (conector = 'file');

-- error: there is no connector 'flie'
-- CREATE STREAM x (a INT) WITH (connector = 'flie', path = 'a.csv');
--                               ^^^^^^^^^^^^^^^^^^
-- hint: did you mean file?
CREATE STREAM x (a INT) WITH (connector = 'flie', path = 'a.csv');

-- error: connector 'file' has no option 'pth'
-- CREATE STREAM x (a INT) WITH (connector = 'file', pth = 'a.csv');
--                                                   ^^^^^^^^^^^^^
-- hint: did you mean path?
CREATE STREAM x (a INT) WITH (connector = 'file', pth = 'a.csv');

-- error: there is no type INTT
-- CREATE STREAM x (a INTT);
--                    ^^^^
-- hint: did you mean int?
CREATE STREAM x (a INTT);

-- error: there is no column called t
-- CREATE STREAM x (a INT, ts TIMESTAMP(3), WATERMARK FOR t);
--                                                        ^
-- hint: did you mean ts?
CREATE STREAM x (a INT, ts TIMESTAMP(3), WATERMARK FOR t);

-- error: there is no column called amont
-- SELECT amount FROM payments GROUP BY amont;
--                                      ^^^^^
-- hint: did you mean amount?
SELECT amount FROM payments GROUP BY amont;

-- error: a query has no option state_tll
-- SELECT amount FROM payments WITH (state_tll = INTERVAL '1' DAY);
--                                   ^^^^^^^^^^^^^^^^^^^^^^^^^^^^
-- hint: write WITH (state_ttl = INTERVAL '1' DAY)
SELECT amount FROM payments WITH (state_tll = INTERVAL '1' DAY);

-- error: there is no stream, view or sink called paymints
-- DROP STREAM paymints;
--             ^^^^^^^^
-- hint: did you mean payments?
DROP STREAM paymints;

-- error: large is a view, not a stream
-- DROP STREAM large;
--             ^^^^^
-- hint: write DROP VIEW large
DROP STREAM large;

-- error: there is no query called nothing
-- STOP nothing;
--      ^^^^^^^
-- hint: SHOW QUERIES lists them
STOP nothing;

-- error: there is no setting time_zon
-- SET time_zon = 'UTC';
-- ^^^^^^^^^^^^^^^^^^^^
-- hint: did you mean time_zone?
SET time_zon = 'UTC';

-- error: there is no time zone 'Europe/Berlim'
-- SET time_zone = 'Europe/Berlim';
--                 ^^^^^^^^^^^^^^^
-- hint: write a name such as 'Europe/Berlin' or 'UTC'
SET time_zone = 'Europe/Berlim';

-- error: unexpected SELCT
-- SELCT 1;
-- ^^^^^
-- hint: did you mean SELECT?
SELCT 1;

-- error: unexpected FORM
-- SELECT amount FORM payments;
--               ^^^^
-- hint: did you mean FROM?
SELECT amount FORM payments;
