-- CASE, COALESCE, NULLIF, IN, BETWEEN and LIKE.

CREATE STREAM words (id INT, word VARCHAR);
INSERT INTO words VALUES (1, 'apple'), (2, 'Banana'), (3, '100%'), (4, NULL), (5, 'a_b'), (6, '');

ASSERT ROWS
SELECT id, CASE WHEN id < 3 THEN 'low' WHEN id < 5 THEN 'mid' END FROM words
VALUES (1, 'low'), (2, 'low'), (3, 'mid'), (4, 'mid'), (5, NULL), (6, NULL);

ASSERT ROWS
SELECT id, CASE word WHEN 'apple' THEN 1 WHEN 'a_b' THEN 2.5 ELSE 0 END FROM words
VALUES (1, 1), (2, 0), (3, 0), (4, 0), (5, 2.5), (6, 0);

-- Only the branch that is taken is computed: the others cannot fail.
ASSERT ROWS
SELECT id, CASE WHEN id = 3 THEN 0 ELSE 12 / (id - 3) END FROM words
VALUES (1, -6), (2, -12), (3, 0), (4, 12), (5, 6), (6, 4);

ASSERT ROWS
SELECT id, COALESCE(word, 'nothing', 'never'), NULLIF(word, '') FROM words WHERE id IN (4, 5, 6)
VALUES (4, 'nothing', NULL), (5, 'a_b', 'a_b'), (6, '', NULL);

ASSERT ROWS
SELECT id FROM words WHERE id BETWEEN 2 AND 4
VALUES (2), (3), (4);

ASSERT ROWS
SELECT id FROM words WHERE id NOT BETWEEN 2 AND 4 AND word NOT IN ('apple', 'pear')
VALUES (5), (6);

-- x IN (…, NULL) is never FALSE, so NOT IN with a NULL finds nothing.
ASSERT EMPTY
SELECT id FROM words WHERE id NOT IN (1, NULL);

-- In a pattern % stands for any text and _ for one character.
ASSERT ROWS
SELECT id FROM words WHERE word LIKE 'a%'
VALUES (1), (5);

ASSERT ROWS
SELECT id FROM words WHERE word LIKE '_anana'
VALUES (2);

ASSERT ROWS
SELECT id, word LIKE '%!%%' ESCAPE '!', word LIKE 'a!_b' ESCAPE '!' FROM words
VALUES (1, FALSE, FALSE), (2, FALSE, FALSE), (3, TRUE, FALSE), (4, NULL, NULL),
       (5, FALSE, TRUE), (6, FALSE, FALSE);

ASSERT ROWS
SELECT id FROM words WHERE word ILIKE 'BAN%' OR word NOT LIKE '%'
VALUES (2);

ASSERT ROWS
SELECT id FROM words WHERE word SIMILAR TO '(apple|100.*)'
VALUES (1);

-- error: cannot read 'a' as INT
-- SELECT CASE WHEN TRUE THEN 1 ELSE 'a' END;
--                                   ^^^
SELECT CASE WHEN TRUE THEN 1 ELSE 'a' END;

-- error: a condition must be BOOLEAN, and this is INT
-- SELECT id FROM words WHERE id;
--                            ^^
-- hint: compare it with something, such as … = 1 or … IS NOT NULL
SELECT id FROM words WHERE id;
