-- RANGE in months and years: from the row's time so many steps back or ahead on the calendar, to where
-- ts - INTERVAL '1' MONTH arrives; from the 31st that is the last day of a shorter month.

CREATE STREAM s (id INT, k VARCHAR, v INT, ts TIMESTAMP(3), WATERMARK FOR ts AS ts - INTERVAL '3' DAY);
INSERT INTO s VALUES
  (1, 'a', 1, '2026-01-28 12:00:00'),
  (2, 'a', 2, '2026-01-31 12:00:00'),
  (4, 'b', 8, '2026-02-28 06:00:00'),
  (3, 'a', 4, '2026-02-27 12:00:00'),
  (5, 'b', 16, '2026-02-28 18:00:00'),
  (6, 'a', NULL, '2026-03-01 00:00:00'),
  (8, 'b', 64, '2026-03-30 06:00:00'),
  (7, 'b', 32, '2026-03-29 18:00:00'),
  (9, 'b', 128, '2026-03-30 12:00:00'),
  (10, 'a', 256, '2027-01-31 12:00:00'),
  (11, 'a', 512, '2027-02-28 00:00:00');

-- The last month. Row 7 looks back to the 28th of February, 18:00, and row 8, which is later, to 06:00
-- of that day: a frame may begin before the one before it.
ASSERT ROWS
SELECT id, COUNT(*) OVER w AS n, SUM(v) OVER w AS total, MIN(v) OVER w AS least, FIRST_VALUE(id) OVER w AS head
FROM s
WINDOW w AS (PARTITION BY k ORDER BY ts RANGE BETWEEN INTERVAL '1' MONTH PRECEDING AND CURRENT ROW)
VALUES
  (1, 1, 1, 1, 1),
  (2, 2, 3, 1, 1),
  (3, 3, 7, 1, 1),
  (4, 1, 8, 8, 4),
  (5, 2, 24, 8, 4),
  (6, 2, 4, 4, 3),
  (7, 2, 48, 16, 5),
  (8, 4, 120, 8, 4),
  (9, 4, 240, 16, 5),
  (10, 1, 256, 256, 10),
  (11, 2, 768, 256, 10);

-- Months and years, days among them, on both sides; INTERVAL YEAR TO MONTH.
ASSERT ROWS
SELECT id,
  COUNT(*) OVER (PARTITION BY k ORDER BY ts RANGE INTERVAL '1' YEAR PRECEDING),
  ARRAY_AGG(id) OVER (PARTITION BY k ORDER BY ts
    RANGE BETWEEN INTERVAL '1' MONTH FOLLOWING AND INTERVAL '1-1' YEAR TO MONTH FOLLOWING),
  SUM(v) OVER (PARTITION BY k ORDER BY ts
    RANGE BETWEEN INTERVAL '2' DAY PRECEDING AND INTERVAL '1' MONTH FOLLOWING),
  LAST_VALUE(v) IGNORE NULLS OVER (PARTITION BY k ORDER BY ts
    RANGE BETWEEN INTERVAL '2' MONTH PRECEDING AND INTERVAL '1' MONTH PRECEDING)
FROM s
VALUES
  (1, 1, ARRAY[6, 10, 11], 7, NULL),
  (2, 2, ARRAY[6, 10, 11], 6, NULL),
  (3, 3, ARRAY[10, 11], 4, NULL),
  (4, 1, ARRAY[7, 8, 9], 24, NULL),
  (5, 2, ARRAY[7, 8, 9], 24, NULL),
  (6, 4, ARRAY[10, 11], 4, 2),
  (7, 3, NULL, 224, 16),
  (8, 4, NULL, 224, 8),
  (9, 5, NULL, 224, 8),
  (10, 4, NULL, 768, NULL),
  (11, 3, NULL, 512, NULL);

-- A frame that begins with its partition may end before the one before it too.
ASSERT ROWS
SELECT id,
  ARRAY_AGG(id) OVER (ORDER BY ts RANGE BETWEEN UNBOUNDED PRECEDING AND INTERVAL '1' MONTH PRECEDING)
FROM s WHERE k = 'b'
VALUES (4, NULL), (5, NULL), (7, ARRAY[4, 5]), (8, ARRAY[4]), (9, ARRAY[4]);

-- Finished data in any order: a DATE has months too, and from a NULL they lead nowhere.
CREATE VIEW days AS SELECT * FROM (VALUES
  (1, DATE '2026-01-31'), (2, DATE '2026-02-28'), (3, DATE '2026-03-28'), (4, DATE '2026-03-31'),
  (5, NULL), (6, DATE '2026-04-30'), (7, NULL)) AS t(id, day);

ASSERT ROWS
SELECT id,
  ARRAY_AGG(id) OVER (ORDER BY day RANGE BETWEEN INTERVAL '1' MONTH PRECEDING AND CURRENT ROW),
  ARRAY_AGG(id) OVER (ORDER BY day DESC RANGE BETWEEN INTERVAL '1' MONTH PRECEDING AND CURRENT ROW),
  COUNT(*) OVER (ORDER BY day NULLS FIRST
    RANGE BETWEEN UNBOUNDED PRECEDING AND INTERVAL '0' MONTH FOLLOWING)
FROM days
VALUES
  (1, ARRAY[1], ARRAY[2, 1], 3),
  (2, ARRAY[1, 2], ARRAY[3, 2], 4),
  (3, ARRAY[2, 3], ARRAY[4, 3], 5),
  (4, ARRAY[2, 3, 4], ARRAY[6, 4], 6),
  (6, ARRAY[4, 6], ARRAY[6], 7),
  (5, ARRAY[5, 7], ARRAY[5, 7], 2),
  (7, ARRAY[5, 7], ARRAY[5, 7], 2);

-- Late rows are corrected in these frames as in others: row 3 comes five days after row 4.
CREATE STREAM late (id INT, v INT, ts TIMESTAMP(3), WATERMARK FOR ts);
INSERT INTO late VALUES
  (1, 1, '2026-01-31 12:00:00'),
  (2, 2, '2026-02-28 06:00:00'),
  (4, 8, '2026-03-30 18:00:00'),
  (3, 4, '2026-03-25 12:00:00'),
  (5, 16, '2026-04-20 00:00:00');

ASSERT ROWS
SELECT id, SUM(v) OVER (ORDER BY ts RANGE BETWEEN INTERVAL '1' MONTH PRECEDING AND CURRENT ROW),
  SUM(v) OVER (ORDER BY ts RANGE BETWEEN CURRENT ROW AND INTERVAL '1' MONTH FOLLOWING)
FROM late
LATE ROWS CORRECT WITHIN INTERVAL '10' DAY
VALUES (1, 1, 3), (2, 3, 6), (3, 6, 28), (4, 12, 24), (5, 28, 16);
