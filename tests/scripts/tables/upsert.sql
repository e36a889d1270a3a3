-- A table has one row per key: the one that came last. What reads it is corrected when it changes.

CREATE TABLE cards (id INT, owner VARCHAR, spent DECIMAL(8, 2), PRIMARY KEY (id));

INSERT INTO cards VALUES (1, 'ann', 10), (2, 'bob', 20), (3, 'ann', 30), (4, NULL, 5);

ASSERT ROWS
SELECT * FROM cards
VALUES (1, 'ann', 10), (2, 'bob', 20), (3, 'ann', 30), (4, NULL, 5);

ASSERT ROWS
SELECT owner, COUNT(*) AS n, SUM(spent) AS spent FROM cards GROUP BY owner
VALUES ('ann', 2, 40), ('bob', 1, 20), (NULL, 1, 5);

-- A row with a key that is there takes the place of the old one; columns left out are NULL.
INSERT INTO cards (id, owner) VALUES (2, 'ann'), (5, 'eve');
INSERT INTO cards VALUES (1, 'ann', 11), (1, 'ann', 12);

ASSERT ROWS
SELECT owner, COUNT(*) AS n, SUM(spent) AS spent FROM cards GROUP BY owner
VALUES ('ann', 3, 42), ('eve', 1, NULL), (NULL, 1, 5);

-- UPDATE computes new values from old ones, all at one moment.
UPDATE cards SET spent = spent + 1, owner = UPPER(owner) WHERE owner = 'ann';
UPDATE cards SET spent = COALESCE(spent, 0) * 2 WHERE id >= 4;

ASSERT ROWS
SELECT * FROM cards
VALUES (1, 'ANN', 13), (2, 'ANN', NULL), (3, 'ANN', 31), (4, NULL, 10), (5, 'eve', 0);

ASSERT ROWS
SELECT owner, MIN(spent) AS least, MAX(spent) AS most FROM cards GROUP BY owner
VALUES ('ANN', 13, 31), (NULL, 10, 10), ('eve', 0, 0);

-- A row whose key is changed is another row; it does not take the place of one that is there.
-- error: several rows of cards would have one key
UPDATE cards SET id = id + 1 WHERE id = 3;

DELETE FROM cards WHERE id = 4;
UPDATE cards SET id = id + 1 WHERE id = 3;

ASSERT ROWS
SELECT * FROM cards
VALUES (1, 'ANN', 13), (2, 'ANN', NULL), (4, 'ANN', 31), (5, 'eve', 0);

DELETE FROM cards WHERE spent IS NULL OR id = 1;
DELETE FROM cards WHERE id = 99;

ASSERT ROWS
SELECT * FROM cards
VALUES (4, 'ANN', 31), (5, 'eve', 0);

ASSERT ROWS
SELECT DISTINCT owner FROM cards
VALUES ('ANN'), ('eve');

-- Whatever asks once may order the rows, and look for patterns in them.
ASSERT ROWS
SELECT id, owner FROM cards ORDER BY id DESC
VALUES (5, 'eve'), (4, 'ANN');

ASSERT ROWS
SELECT * FROM cards MATCH_RECOGNIZE (
  ORDER BY id
  MEASURES FIRST(A.id) AS first_id, B.id AS next_id
  PATTERN (A B)
  DEFINE B AS B.spent < A.spent
)
VALUES (4, 5);

-- The condition may be left out.
UPDATE cards SET spent = 1;
INSERT INTO cards VALUES (6, 'eve', 2);

ASSERT ROWS
SELECT SUM(spent) AS spent FROM cards
VALUES (4);

DELETE FROM cards;

ASSERT EMPTY
SELECT * FROM cards;

ASSERT ROWS
SELECT COUNT(*) FROM cards
VALUES (0);

-- A key is never NULL, and its types are as any.
CREATE TABLE rates (base VARCHAR, quote VARCHAR, since DATE, rate DOUBLE, PRIMARY KEY (quote, base) NOT ENFORCED);
INSERT INTO rates VALUES
  ('EUR', 'USD', '2026-01-01', 1.17), ('USD', 'EUR', '2026-01-01', 0.85), ('EUR', NULL, '2026-01-01', 1),
  ('EUR', 'USD', '2026-01-02', 1.18);

ASSERT ROWS
SELECT base, quote, since, rate FROM rates
VALUES ('EUR', 'USD', '2026-01-02', 1.18e0), ('USD', 'EUR', '2026-01-01', 0.85e0);

ASSERT ROWS
SELECT error, "row" FROM errors.rates
VALUES ('quote is NULL, and it is declared NOT NULL',
        '{"base": "EUR", "quote": null, "since": "2026-01-01", "rate": 1.0, "op": "+I"}');
