-- Over data that ends, a row without a partner is said when the other side has ended: once, and for
-- good. So a stream that is joined with a file or with VALUES says no changes.

CREATE STREAM flights (carrier VARCHAR, delay INT, ts TIMESTAMP(3), WATERMARK FOR ts);
CREATE STREAM named (name VARCHAR, delay INT);
INSERT INTO named SELECT name, delay FROM flights LEFT JOIN (VALUES ('AA', 'American')) AS c (code, name) ON carrier = code;
INSERT INTO flights VALUES ('AA', 5, '2024-01-01 00:00:00'), ('ZZ', 7, '2024-01-01 00:00:01'), ('UA', 9, '2024-01-01 00:00:02');

ASSERT ROWS
SELECT carrier, name, delay FROM flights LEFT JOIN (VALUES ('AA', 'American'), ('UA', 'United')) AS c (code, name) ON carrier = code
VALUES ('AA', 'American', 5), ('ZZ', NULL, 7), ('UA', 'United', 9);

ASSERT ROWS
SELECT carrier FROM flights ANTI JOIN (VALUES ('AA'), ('UA')) AS c (code) ON carrier = code
VALUES ('ZZ');

-- A stream takes them, which takes nothing that is taken back.
ASSERT ROWS
SELECT name, delay FROM named
VALUES ('American', 5), (NULL, 7), (NULL, 9);

-- Pairs of two finished sides, in any order.
ASSERT ROWS
SELECT a, b FROM (VALUES (1), (2), (3)) AS x (a) FULL JOIN (VALUES (3), (4)) AS y (b) ON a = b ORDER BY a, b
VALUES (1, NULL), (2, NULL), (3, 3), (NULL, 4);
