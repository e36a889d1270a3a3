-- Months of TIMESTAMP_LTZ are those on the calendar of the session's zone, through daylight saving.

SET time_zone = 'Europe/Berlin';

CREATE STREAM s (id INT, ts TIMESTAMP_LTZ(3), WATERMARK FOR ts AS ts - INTERVAL '1' DAY);
INSERT INTO s VALUES
  (1, '2026-03-01 00:30:00'),
  (2, '2026-02-28 23:30:00'),
  (3, '2026-03-25 12:00:00'),
  (4, '2026-03-25 13:00:00'),
  (5, '2026-03-29 01:30:00'),
  (6, '2026-03-29 03:30:00'),
  (7, '2026-04-01 00:00:00'),
  (8, '2026-04-25 12:30:00'),
  (9, '2026-04-29 02:15:00'),
  (10, '2026-09-25 02:20:00'),
  (11, '2026-09-25 02:40:00'),
  (12, '2026-10-25 02:30:00+02:00'),
  (13, '2026-10-25 02:10:00+01:00');

-- From noon to noon, whatever the clocks did in between. On March 29 they skip from 02:00 to 03:00: row
-- 9, at 02:15 a month later, looks back to 03:15.
ASSERT ROWS
SELECT id, ARRAY_AGG(id) OVER (ORDER BY ts RANGE BETWEEN INTERVAL '1' MONTH PRECEDING AND CURRENT ROW),
  COUNT(*) OVER (ORDER BY ts RANGE BETWEEN CURRENT ROW AND INTERVAL '1' MONTH FOLLOWING)
FROM s WHERE id < 10
VALUES
  (2, ARRAY[2], 4),
  (1, ARRAY[2, 1], 6),
  (3, ARRAY[2, 1, 3], 5),
  (4, ARRAY[2, 1, 3, 4], 5),
  (5, ARRAY[2, 1, 3, 4, 5], 4),
  (6, ARRAY[2, 1, 3, 4, 5, 6], 4),
  (7, ARRAY[1, 3, 4, 5, 6, 7], 3),
  (8, ARRAY[4, 5, 6, 7, 8], 2),
  (9, ARRAY[6, 7, 8, 9], 1);

-- On October 25 they show 02:10 twice, the second time after 02:30. So row 13 looks back further than
-- row 12, and what is a month ahead of 02:40 is the first 02:40.
-- not on duckdb: of an hour that comes twice it takes the second
ASSERT ROWS
SELECT id, ARRAY_AGG(id) OVER (ORDER BY ts RANGE BETWEEN INTERVAL '1' MONTH PRECEDING AND CURRENT ROW),
  COUNT(*) OVER (ORDER BY ts RANGE BETWEEN CURRENT ROW AND INTERVAL '1' MONTH FOLLOWING)
FROM s WHERE id >= 10
VALUES
  (10, ARRAY[10], 2),
  (11, ARRAY[10, 11], 2),
  (12, ARRAY[11, 12], 2),
  (13, ARRAY[10, 11, 12, 13], 1);
