-- A table with a WATERMARK is versioned. Whatever the order in which versions come, the current one
-- is that with the greatest time; of those with one time, the one that came last.

CREATE TABLE rates (
  currency VARCHAR, rate DECIMAL(8, 2), since TIMESTAMP(0),
  PRIMARY KEY (currency), WATERMARK FOR since AS since - INTERVAL '10' MINUTE
);

INSERT INTO rates VALUES
  ('EUR', 1.10, '2026-01-01 09:00:00'),
  ('GBP', 1.30, '2026-01-01 09:05:00'),
  ('EUR', 1.14, '2026-01-01 09:06:00'),
  ('EUR', 1.12, '2026-01-01 09:03:00'),
  ('GBP', 1.31, '2026-01-01 09:05:00');

ASSERT ROWS
SELECT * FROM rates
VALUES ('EUR', 1.14, '2026-01-01 09:06:00'), ('GBP', 1.31, '2026-01-01 09:05:00');

-- An update says from when on its values hold. A deletion holds from the latest time on.
UPDATE rates SET rate = rate + 1, since = '2026-01-01 09:12:00' WHERE currency = 'EUR';
DELETE FROM rates WHERE currency = 'GBP';

ASSERT ROWS
SELECT currency, rate FROM rates
VALUES ('EUR', 2.14);

-- What was before the deletion does not bring the row back, and what comes after it does.
INSERT INTO rates VALUES ('GBP', 1.29, '2026-01-01 09:11:00');

ASSERT ROWS
SELECT COUNT(*) FROM rates
VALUES (1);

INSERT INTO rates VALUES ('GBP', 1.28, '2026-01-01 09:13:00');

ASSERT ROWS
SELECT currency, rate FROM rates
VALUES ('EUR', 2.14), ('GBP', 1.28);

-- A version that comes too late is refused, and counted.
INSERT INTO rates VALUES ('USD', 1.00, '2026-01-01 10:00:00');
INSERT INTO rates VALUES ('CHF', 0.90, '2026-01-01 09:49:00'), ('SEK', 0.09, '2026-01-01 09:50:00');

ASSERT ROWS
SELECT currency, rate FROM rates
VALUES ('EUR', 2.14), ('GBP', 1.28), ('USD', 1.00), ('SEK', 0.09);

ASSERT ROWS
SELECT event_time, watermark FROM late.rates
VALUES ('2026-01-01 09:49:00', '2026-01-01 09:50:00');

ASSERT ROWS
SELECT MAX(rate) AS highest FROM rates
VALUES (2.14);
