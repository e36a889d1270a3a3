-- FOR SYSTEM_TIME AS OF PROCTIME(): each event with the row that a table has when the event comes.
-- What was said is not corrected when the table changes.

CREATE STREAM payments (id INT, card INT, amount INT, ts TIMESTAMP(0), WATERMARK FOR ts);
CREATE TABLE cards (card INT, owner VARCHAR, max_amount INT, PRIMARY KEY (card));

INSERT INTO cards VALUES (1, 'ann', 100), (2, 'bob', 50);
INSERT INTO payments VALUES (1, 1, 60, '2026-01-01 00:00:01'), (2, 2, 60, '2026-01-01 00:00:02'),
  (3, 3, 60, '2026-01-01 00:00:03'), (4, NULL, 60, '2026-01-01 00:00:04');

ASSERT ROWS
SELECT p.id, c.owner
FROM payments p JOIN cards FOR SYSTEM_TIME AS OF PROCTIME() AS c ON p.card = c.card
VALUES (1, 'ann'), (2, 'bob');

ASSERT ROWS
SELECT p.id, c.owner, c.max_amount
FROM payments p LEFT JOIN cards FOR SYSTEM_TIME AS OF PROCTIME() AS c
  ON p.card = c.card AND p.amount <= c.max_amount
VALUES (1, 'ann', 100), (2, NULL, NULL), (3, NULL, NULL), (4, NULL, NULL);

UPDATE cards SET max_amount = 70 WHERE card = 2;
INSERT INTO cards VALUES (3, 'cid', 10);
DELETE FROM cards WHERE card = 1;
INSERT INTO payments VALUES (5, 1, 60, '2026-01-01 00:00:05'), (6, 2, 60, '2026-01-01 00:00:06'),
  (7, 3, 60, '2026-01-01 00:00:07');
INSERT INTO cards VALUES (1, 'eve', 5);

ASSERT ROWS
SELECT p.id, c.owner, c.max_amount
FROM payments p LEFT JOIN cards FOR SYSTEM_TIME AS OF PROCTIME() AS c USING (card)
VALUES (1, 'ann', 100), (2, 'bob', 50), (3, NULL, NULL), (4, NULL, NULL),
  (5, NULL, NULL), (6, 'bob', 70), (7, 'cid', 10);

-- The event time of the payments goes on.
ASSERT ROWS
SELECT window_start, owner, SUM(amount) AS total
FROM TUMBLE(
  TABLE (SELECT p.ts, p.amount, c.owner
    FROM payments p JOIN cards FOR SYSTEM_TIME AS OF PROCTIME() AS c ON p.card = c.card),
  DESCRIPTOR(ts), INTERVAL '5' SECOND)
GROUP BY window_start, window_end, owner
VALUES ('2026-01-01 00:00:00', 'ann', 60), ('2026-01-01 00:00:00', 'bob', 60),
  ('2026-01-01 00:00:05', 'bob', 60), ('2026-01-01 00:00:05', 'cid', 60);

-- plan:
-- Project id, owner
--   Inner lookup join on left.card = right.card AND (amount <= max_amount), as of now
--     Scan payments (inserts, 3 of 4 columns)
--     Scan cards (inserts, changes)
EXPLAIN SELECT p.id, c.owner
FROM payments p JOIN cards FOR SYSTEM_TIME AS OF PROCTIME() AS c
  ON p.card = c.card AND p.amount <= c.max_amount;
