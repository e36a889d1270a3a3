-- A table that may be quiet declares IDLE AFTER: then events are not held back by it for longer. The
-- clock goes on between the rows, as the comments say.

CREATE STREAM orders (id INT, currency VARCHAR, ts TIMESTAMP(0), WATERMARK FOR ts);
CREATE TABLE rates (
  currency VARCHAR, rate INT, since TIMESTAMP(0),
  PRIMARY KEY (currency), WATERMARK FOR since IDLE AFTER INTERVAL '10' SECOND
);

START priced AS
SELECT id, rate FROM orders JOIN rates FOR SYSTEM_TIME AS OF orders.ts ON orders.currency = rates.currency;

INSERT INTO rates VALUES ('EUR', 114, '1970-01-01 00:00:00');

-- clock: 1970-01-01 00:00:05
INSERT INTO orders VALUES (1, 'EUR', '1970-01-01 00:00:04'), (2, 'EUR', '1970-01-01 00:00:12');

-- The rates have been quiet for ten seconds: from here on their time goes on with the clock.
-- clock: 1970-01-01 00:00:12
INSERT INTO orders VALUES (3, 'EUR', '1970-01-01 00:00:13');

-- clock: 1970-01-01 00:00:25
INSERT INTO orders VALUES (4, 'EUR', '1970-01-01 00:00:25');

-- They come back: what they say from their watermark on counts.
INSERT INTO rates VALUES ('EUR', 116, '1970-01-01 00:00:20');

ASSERT ROWS
SELECT id, rate FROM orders JOIN rates FOR SYSTEM_TIME AS OF orders.ts ON orders.currency = rates.currency
VALUES (1, 114), (2, 114), (3, 114), (4, 116);

-- What was said before is behind the watermark by now, and is refused.
INSERT INTO rates VALUES ('EUR', 115, '1970-01-01 00:00:13');

ASSERT ROWS
SELECT id, rate FROM orders JOIN rates FOR SYSTEM_TIME AS OF orders.ts ON orders.currency = rates.currency
VALUES (1, 114), (2, 114), (3, 114), (4, 116);

ASSERT ROWS
SELECT event_time, watermark FROM late.priced
VALUES ('1970-01-01 00:00:13', '1970-01-01 00:00:20');
