-- Arithmetic: exact where the types are, and an error of the row where there is no result.

ASSERT ROWS
SELECT 7 / 2, -7 / 2, 7 % 3, -7 % 3, 7.0 / 2, 7e0 / 2
VALUES (3, -3, 1, -1, 3.5, 3.5e0);

ASSERT ROWS
SELECT 1.10 + 2.205, 1.10 * 2.205, 3 - 0.001
VALUES (3.305, 2.4255, 2.999);

-- The least BIGINT is itself, and its negative is none.
ASSERT ROWS
SELECT -9223372036854775808, 2147483647 + CAST(1 AS BIGINT)
VALUES (-9223372036854775808, 2147483648);

ASSERT ROWS
SELECT ABS(-5), ROUND(2.5), ROUND(-2.5), FLOOR(-1.5), CEIL(-1.5), POWER(2, 10), SQRT(9e0), MOD(7, 3), SIGN(-3)
VALUES (5, 3, -3, -2, -1, 1024e0, 3e0, 1, -1);

-- error: division by zero
-- hint: TRY_CAST gives NULL instead, NULLIF(x, 0) avoids a division by zero, CASE and WHERE keep a row from being computed
SELECT 1 / 0;

-- error: INT overflow: 2147483647 + 1
-- hint: TRY_CAST gives NULL instead, NULLIF(x, 0) avoids a division by zero, CASE and WHERE keep a row from being computed
SELECT 2147483647 + 1;

-- error: BIGINT overflow: -(-9223372036854775808)
-- hint: TRY_CAST gives NULL instead, NULLIF(x, 0) avoids a division by zero, CASE and WHERE keep a row from being computed
SELECT -CAST(-9223372036854775808 AS BIGINT);

-- error: division by zero
-- hint: TRY_CAST gives NULL instead, NULLIF(x, 0) avoids a division by zero, CASE and WHERE keep a row from being computed
SELECT 1e0 / 0;

-- error: cannot read 'a' as TINYINT
-- SELECT 'a' * 2;
--        ^^^
SELECT 'a' * 2;
