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

-- error: a row for payments has 3 values, and this is 2 values
-- hint: give (id, cents, at), or a dict
INSERT INTO payments VALUES (4, 100);

-- error: there is no column called c
-- CREATE STREAM wrong (a INT, b AS c + 1);
--                                  ^
-- hint: the columns here are: a
CREATE STREAM wrong (a INT, b AS c + 1);
