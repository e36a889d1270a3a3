-- Literals: what each is written like, and the type it has.

ASSERT ROWS
SELECT 1, -7, 3000000000, 1.50, 1.5e0, .5, 'it''s', TRUE, FALSE, NULL
VALUES (1, -7, 3000000000, 1.50, 1.5e0, 0.5, 'it''s', TRUE, FALSE, NULL);

-- A number with a point is DECIMAL and exact; with an exponent it is DOUBLE and is not.
ASSERT ROWS
SELECT 0.1 + 0.2 = 0.3, 0.1e0 + 0.2e0 = 0.3e0
VALUES (TRUE, FALSE);

-- Integers that no BIGINT holds are DECIMAL.
ASSERT ROWS
SELECT 9223372036854775807, 9223372036854775808
VALUES (9223372036854775807, 9223372036854775808);

ASSERT ROWS
SELECT DATE '2024-02-29', TIME '12:30:00', TIMESTAMP '2024-02-29 12:30:00.5', X'CAFE'
VALUES (DATE '2024-02-29', TIME '12:30:00', TIMESTAMP '2024-02-29T12:30:00.500', X'cafe');

-- Identifiers fold to lower case, unless they are quoted.
ASSERT ROWS
SELECT A, t.B, "C" FROM (VALUES (1, 2, 3)) T(a, b, "C")
VALUES (1, 2, 3);

-- error: there is no column called c
-- SELECT c FROM (VALUES (1)) t("C");
--        ^
-- hint: the columns here are: C
SELECT c FROM (VALUES (1)) t("C");

-- error: cannot read '2023-02-29' as DATE
-- SELECT DATE '2023-02-29';
--        ^^^^^^^^^^^^^^^^^
-- hint: write a date as '2026-01-31'
SELECT DATE '2023-02-29';

-- error: 123456789012345678901234567890123456789 has more than 38 digits
-- SELECT 123456789012345678901234567890123456789;
--        ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^
-- hint: write a DOUBLE, such as 1.5e40
SELECT 123456789012345678901234567890123456789;
