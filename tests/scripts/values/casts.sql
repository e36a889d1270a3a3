-- CAST makes another type of a value; TRY_CAST gives NULL where that cannot be done.

ASSERT ROWS
SELECT CAST('42' AS INT), CAST(42 AS VARCHAR), '1.50'::DECIMAL(5, 2), CAST(2.345 AS DECIMAL(5, 2))
VALUES (42, '42', 1.50, 2.35);

-- What has no whole number is cut toward zero.
ASSERT ROWS
SELECT CAST(2.9e0 AS INT), CAST(-2.9e0 AS INT)
VALUES (2, -2);

-- A DOUBLE is rounded as it is shown, though 3.05 is a little less in binary.
ASSERT ROWS
SELECT CAST(3.05e0 AS DECIMAL(6, 1)), CAST(-3.05e0 AS DECIMAL(6, 1))
VALUES (3.1, -3.1);

ASSERT ROWS
SELECT CAST('2024-02-29T12:30:00' AS TIMESTAMP(3)), CAST('2024-02-29' AS DATE),
       CAST(TIMESTAMP '2024-02-29 23:59:59' AS DATE), CAST(DATE '2024-02-29' AS TIMESTAMP(0))
VALUES (TIMESTAMP '2024-02-29 12:30:00', DATE '2024-02-29',
        DATE '2024-02-29', TIMESTAMP '2024-02-29 00:00:00');

ASSERT ROWS
SELECT CAST(TRUE AS VARCHAR), CAST('true' AS BOOLEAN), CAST(NULL AS INT)
VALUES ('true', TRUE, NULL);

ASSERT ROWS
SELECT TRY_CAST('12x' AS INT), TRY_CAST('2023-02-29' AS DATE), TRY_CAST(300 AS TINYINT)
VALUES (NULL, NULL, NULL);

-- Types convert by themselves only where nothing can be lost.
ASSERT ROWS
SELECT 1 + 2.5, 1 + 2.5e0, 1 = 1.0
VALUES (3.5, 3.5e0, TRUE);

-- error: cannot read '12x' as INT
-- hint: TRY_CAST gives NULL instead, NULLIF(x, 0) avoids a division by zero, CASE and WHERE keep a row from being computed
SELECT CAST('12x' AS INT);

-- error: cannot read 'a' as TINYINT
-- SELECT 1 + 'a';
--            ^^^
SELECT 1 + 'a';

-- error: DATE cannot be cast to INT
-- SELECT CAST(DATE '2024-02-29' AS INT);
--        ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^
SELECT CAST(DATE '2024-02-29' AS INT);
