-- Dates and times: TIMESTAMP has no zone, TIMESTAMP_LTZ is an instant shown in the session's zone.

CREATE STREAM moments (id INT, at TIMESTAMP(3), day DATE);
INSERT INTO moments VALUES
  (1, '2024-02-29T23:59:59.123', '2024-02-29'),
  (2, '1969-12-31 23:59:59.999', '1969-12-31'),
  (3, NULL, NULL);

ASSERT ROWS
SELECT id, EXTRACT(YEAR FROM at), EXTRACT(MONTH FROM at), EXTRACT(DAY FROM at), EXTRACT(HOUR FROM at)
FROM moments
VALUES (1, 2024, 2, 29, 23), (2, 1969, 12, 31, 23), (3, NULL, NULL, NULL, NULL);

ASSERT ROWS
SELECT id, FLOOR(at TO HOUR), FLOOR(at TO DAY) FROM moments
VALUES (1, '2024-02-29 23:00:00', '2024-02-29 00:00:00'),
       (2, '1969-12-31 23:00:00', '1969-12-31 00:00:00'),
       (3, NULL, NULL);

-- A string stands for a timestamp where it is compared with one.
ASSERT ROWS
SELECT id FROM moments WHERE at < '1970-01-01' OR day = '2024-02-29'
VALUES (1), (2);

ASSERT ROWS
SELECT id FROM moments WHERE at >= TIMESTAMP '2024-02-29 00:00:00' AND at < day + INTERVAL '1' DAY
VALUES (1);

-- A TIMESTAMP(3) keeps three digits.
ASSERT ROWS
SELECT CAST(TIMESTAMP '2024-01-01 00:00:00.123456' AS TIMESTAMP(3))
VALUES (TIMESTAMP '2024-01-01 00:00:00.123');

-- error: cannot read 'yesterday' as TIMESTAMP
-- SELECT id FROM moments WHERE at > 'yesterday';
--                                   ^^^^^^^^^^^
-- hint: write a timestamp as '2026-01-31 12:30:00'
SELECT id FROM moments WHERE at > 'yesterday';
