-- Text is Unicode; positions count characters, and comparison goes by code point.

ASSERT ROWS
SELECT 'a' || 'b', 'a' || NULL, UPPER('café'), LOWER('ÄB'), CHAR_LENGTH('naïve'), TRIM('  x ')
VALUES ('ab', NULL, 'CAFÉ', 'äb', 5, 'x');

ASSERT ROWS
SELECT SUBSTRING('abcdef' FROM 2 FOR 3), SUBSTRING('abcdef', 5), POSITION('cd' IN 'abcdef'),
       REPLACE('banana', 'an', '-'), LEFT('abc', 2), RIGHT('abc', 2), REVERSE('abc'), LPAD('7', 3, '0')
VALUES ('bcd', 'ef', 3, 'b--a', 'ab', 'bc', 'cba', '007');

ASSERT ROWS
SELECT 'Z' < 'a', 'a' < 'ä', 'a' < 'aa', '' < 'a'
VALUES (TRUE, TRUE, TRUE, TRUE);

ASSERT ROWS
SELECT TRIM(LEADING 'x' FROM 'xxaxx'), TRIM(TRAILING 'x' FROM 'xxaxx'), TRIM(BOTH 'x' FROM 'xxaxx'),
       OVERLAY('abcdef' PLACING 'ZZ' FROM 3 FOR 2), CONCAT('a', 'b', 'c')
VALUES ('axx', 'xxa', 'a', 'abZZef', 'abc');

-- error: upper does not take (INT)
-- SELECT UPPER(1);
--        ^^^^^^^^
-- hint: write upper(VARCHAR)
SELECT UPPER(1);

-- error: there is no function called uper
-- SELECT UPER('a');
--        ^^^^
-- hint: did you mean upper?
SELECT UPER('a');
