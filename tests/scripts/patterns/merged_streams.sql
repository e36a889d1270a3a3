-- FROM (a, b c, …) MATCH_RECOGNIZE: several streams in one pattern, merged by their event times. Rows of one time come
-- in the order in which the streams are written. ORDER BY rowtime is the time of each row, whatever its stream calls it.

CREATE STREAM orders (card INT NOT NULL, total INT, item VARCHAR, ts TIMESTAMP(3), WATERMARK FOR ts AS ts - INTERVAL '5' SECOND);
CREATE STREAM payments (card INT NOT NULL, amount INT, at TIMESTAMP(3), WATERMARK FOR at AS at - INTERVAL '1' MINUTE);

INSERT INTO payments VALUES (1, 10, '2024-01-01 10:00:30'), (2, 7, '2024-01-01 10:01:00');
INSERT INTO orders VALUES
  (1, 10, 'tea',  '2024-01-01 10:00:00'),
  (2, 20, 'rice', '2024-01-01 10:00:10'),
  (2, 7,  'milk', '2024-01-01 10:01:00'),   -- paid at the same instant: the order comes first
  (3, 5,  'salt', '2024-01-01 10:02:00');
INSERT INTO payments VALUES (3, 4, '2024-01-01 10:02:01'), (3, 1, '2024-01-01 10:02:02'), (2, 20, '2024-01-01 10:30:00');
INSERT INTO orders VALUES (1, 99, 'gold', '2024-01-01 10:31:00');

-- `p.amount` in a condition says that the row is from p; a column that a stream has not is NULL in its rows.
ASSERT ROWS
SELECT * FROM (orders, payments p) MATCH_RECOGNIZE (
  PARTITION BY card ORDER BY rowtime
  MEASURES O.item AS item, PAID.rowtime - O.rowtime AS took
  PATTERN (O -> PAID)
  DEFINE O AS orders.total > 0, PAID AS p.amount = O.total)
VALUES (1, 'tea', INTERVAL '30' SECOND), (2, 'rice', INTERVAL '29:50' MINUTE TO SECOND);

-- Names of columns that only one stream has need no stream.
ASSERT ROWS
SELECT card, rowtime, label, item, amount FROM (orders, payments) MATCH_RECOGNIZE (
  PARTITION BY card ORDER BY rowtime
  MEASURES CLASSIFIER() AS label
  ALL ROWS PER MATCH
  PATTERN (O PAY+)
  DEFINE O AS item IS NOT NULL, PAY AS amount IS NOT NULL)
VALUES
  (1, '2024-01-01 10:00:00', 'o', 'tea', NULL),  (1, '2024-01-01 10:00:30', 'pay', NULL, 10),
  (2, '2024-01-01 10:01:00', 'o', 'milk', NULL), (2, '2024-01-01 10:01:00', 'pay', NULL, 7),
  (2, '2024-01-01 10:30:00', 'pay', NULL, 20),
  (3, '2024-01-01 10:02:00', 'o', 'salt', NULL), (3, '2024-01-01 10:02:01', 'pay', NULL, 4),
  (3, '2024-01-01 10:02:02', 'pay', NULL, 1);

-- An order that is not paid within ten minutes.
ASSERT ROWS
SELECT * FROM (orders, payments) MATCH_RECOGNIZE (
  PARTITION BY card ORDER BY rowtime
  MEASURES O.item AS item, MATCH_ROWTIME() AS overdue
  AFTER MATCH SKIP TO NEXT ROW
  PATTERN (O -> !PAID) WITHIN INTERVAL '10' MINUTE
  DEFINE O AS orders.total > 0, PAID AS payments.amount = O.total)
VALUES
  (2, 'rice', '2024-01-01 10:10:10'), (3, 'salt', '2024-01-01 10:12:00'), (1, 'gold', '2024-01-01 10:41:00');

-- A query may stand for a stream.
ASSERT ROWS
SELECT * FROM ((SELECT * FROM orders WHERE total > 6) big, payments) MATCH_RECOGNIZE (
  PARTITION BY card ORDER BY rowtime
  MEASURES FIRST(big.total) AS total, COUNT(*) AS n
  PATTERN (X+)
  DEFINE X AS card <> 3)
VALUES (1, 10, 3), (2, 20, 4);
