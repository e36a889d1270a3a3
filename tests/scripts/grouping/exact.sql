-- Sums and means are exact: of DECIMAL in decimal, of integers to 128 bits.

CREATE STREAM ledger (account INT, amount DECIMAL(10, 2), units BIGINT);
INSERT INTO ledger VALUES
  (1, 0.10, 9223372036854775807), (1, 0.20, -9223372036854775807), (1, 0.30, 5),
  (2, 99999999.99, 9223372036854775807), (2, 99999999.99, -1), (2, NULL, NULL);

ASSERT ROWS
SELECT account, SUM(amount), SUM(units) FROM ledger GROUP BY account
VALUES (1, 0.60, 5), (2, 199999999.98, 9223372036854775806);

-- The mean of DECIMAL is DECIMAL, rounded half up; of integers it is DOUBLE.
ASSERT ROWS
SELECT account, AVG(amount) FROM ledger GROUP BY account
VALUES (1, 0.200000), (2, 99999999.990000);

ASSERT ROWS
SELECT AVG(v), SUM(v) FROM (VALUES (1), (2), (2)) t(v)
VALUES (5 / 3e0, 5);

ASSERT ROWS
SELECT AVG(v) FROM (VALUES (0.01), (0.02), (0.02)) t(v)
VALUES (0.016667);

-- error: SUM does not fit BIGINT
-- hint: a sum of DOUBLE has no such bound: CAST what is added AS DOUBLE
SELECT SUM(v) FROM (VALUES (9223372036854775807), (1)) t(v);

-- A sum that is too large for a DOUBLE is infinite, as it is with +.
ASSERT ROWS
SELECT k, SUM(v)
FROM (VALUES ('large', 1e308), ('large', 1e308), ('small', 1e0)) AS t(k, v)
GROUP BY k
VALUES ('large', CAST('Infinity' AS DOUBLE)), ('small', 1e0);
