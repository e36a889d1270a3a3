-- Computed columns: declared with AS, computed of the others when a row comes in.

CREATE STREAM payments (
  id INT,
  cents BIGINT,
  at VARCHAR,
  amount AS CAST(cents AS DECIMAL(10, 2)) / 100,
  ts AS CAST(at AS TIMESTAMP(3)),
  WATERMARK FOR ts AS ts - INTERVAL '5' SECOND
);
INSERT INTO payments VALUES
  (1, 1250, '2024-01-01 00:00:01'), (2, 99, '2024-01-01 00:00:05'), (3, NULL, '2024-01-01 00:00:03');

ASSERT ROWS
SELECT id, CAST(amount AS DECIMAL(10, 2)), ts FROM payments
VALUES (1, 12.50, '2024-01-01 00:00:01'), (2, 0.99, '2024-01-01 00:00:05'), (3, NULL, '2024-01-01 00:00:03');

ASSERT ROWS
SELECT window_start, COUNT(*) FROM TUMBLE(TABLE payments, DESCRIPTOR(ts), INTERVAL '4' SECOND) GROUP BY window_start
VALUES ('2024-01-01 00:00:00', 2), ('2024-01-01 00:00:04', 1);

-- error: payments has no column amount that can be inserted
-- INSERT INTO payments (id, amount) VALUES (4, 1.00);
--                           ^^^^^^
-- hint: its columns are id, cents, at
INSERT INTO payments (id, amount) VALUES (4, 1.00);

-- error: payments takes 3 columns, and the rows have 2
-- INSERT INTO payments VALUES (4, 100);
--                      ^^^^^^^^^^^^^^^
-- hint: give values for id, cents, at, or name the columns: INSERT INTO payments (id, …) VALUES …
INSERT INTO payments VALUES (4, 100);

-- error: there is no column called c
-- CREATE STREAM wrong (a INT, b AS c + 1);
--                                  ^
-- hint: the columns here are: a
CREATE STREAM wrong (a INT, b AS c + 1);

-- A row errs only in a query that reads the column that cannot be computed; its event time counts.
CREATE STREAM ratios (id INT, n INT, share AS 100 / n, ts TIMESTAMP(3), WATERMARK FOR ts AS ts - INTERVAL '5' SECOND);
START shares AS SELECT id, share FROM ratios;
INSERT INTO ratios VALUES (1, 2, '2024-01-01 00:00:01'), (2, 0, '2024-01-01 00:00:30'), (3, 5, '2024-01-01 00:00:02');

ASSERT ROWS
SELECT id FROM ratios
VALUES (1), (2), (3);

ASSERT ROWS
SELECT id, share FROM ratios
VALUES (1, 50), (3, 20);

ASSERT ROWS
SELECT error FROM errors.shares
VALUES ('division by zero');

ASSERT ROWS
SELECT window_start, COUNT(*) FROM TUMBLE(TABLE ratios, DESCRIPTOR(ts), INTERVAL '10' SECOND) GROUP BY window_start
VALUES ('2024-01-01 00:00:00', 1), ('2024-01-01 00:00:30', 1);

ASSERT ROWS
SELECT window_start, SUM(share) FROM TUMBLE(TABLE ratios, DESCRIPTOR(ts), INTERVAL '10' SECOND) GROUP BY window_start
VALUES ('2024-01-01 00:00:00', 50);
