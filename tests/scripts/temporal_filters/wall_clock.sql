-- TIMESTAMP against the clock: what clocks in the session's zone show then. Days begin at midnight there.

SET time_zone = 'Europe/Berlin';
CREATE STREAM jobs (id INT, due TIMESTAMP(3), day DATE, WATERMARK FOR due);

-- clock: 2026-03-28 23:30:00
INSERT INTO jobs VALUES
  (1, '2026-03-29 00:00:00', DATE '2026-03-28'), (2, '2026-03-29 01:30:00', DATE '2026-03-29'),
  (3, '2026-03-29 03:30:00', DATE '2026-03-30'), (4, '2026-03-29 04:30:00', NULL);

-- It is half past twelve at night, and tomorrow at two the clock goes on to three.
ASSERT ROWS
SELECT id FROM jobs WHERE due <= now()
VALUES (1);

ASSERT ROWS
SELECT id FROM jobs WHERE due < now() + INTERVAL '3' HOUR
VALUES (1), (2), (3);

ASSERT ROWS
SELECT id FROM jobs WHERE due < LOCALTIMESTAMP + INTERVAL '3' HOUR
VALUES (1), (2);

ASSERT ROWS
SELECT id FROM jobs WHERE day = CURRENT_DATE
VALUES (2);

ASSERT ROWS
SELECT id FROM jobs WHERE day >= CURRENT_DATE - INTERVAL '1' DAY AND due > now()
VALUES (2), (3);

-- clock: 2026-03-29 01:29:59.999
INSERT INTO jobs VALUES (5, '2026-03-29 06:00:00', DATE '2026-03-29');

ASSERT ROWS
SELECT id FROM jobs WHERE due <= now()
VALUES (1), (2);

-- clock: 2026-03-29 01:30:00
INSERT INTO jobs VALUES (6, '2026-03-29 06:00:00', DATE '2026-03-31');

ASSERT ROWS
SELECT id FROM jobs WHERE due <= now()
VALUES (1), (2), (3);

-- clock: 2026-03-29 22:00:00
INSERT INTO jobs VALUES (7, '2026-03-30 00:00:00', DATE '2026-03-30');

ASSERT ROWS
SELECT id FROM jobs WHERE day = CURRENT_DATE
VALUES (3), (7);

ASSERT ROWS
SELECT id FROM jobs WHERE day < CAST(now() AS DATE)
VALUES (1), (2), (5);
