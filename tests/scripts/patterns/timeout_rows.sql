-- WITH TIMEOUT ROWS: a match that was begun and ran out of time is a row, too. MATCH_STATUS() tells which is which,
-- and MATCH_ROWTIME() of a timeout is the moment at which the time was up.

CREATE STREAM parcels (id INT, what VARCHAR, ts TIMESTAMP(0), WATERMARK FOR ts AS ts - INTERVAL '5' MINUTE);

INSERT INTO parcels VALUES
  (1, 'sent',    '2024-01-01 08:00:00'),
  (2, 'sent',    '2024-01-01 08:10:00'),
  (1, 'hub',     '2024-01-01 09:00:00'),
  (3, 'sent',    '2024-01-01 09:30:00'),
  (1, 'arrived', '2024-01-01 11:00:00'),
  (2, 'hub',     '2024-01-01 12:00:00'),
  (3, 'arrived', '2024-01-01 16:00:00');

ASSERT ROWS
SELECT * FROM parcels MATCH_RECOGNIZE (
  PARTITION BY id ORDER BY ts
  MEASURES MATCH_STATUS() AS status, MATCH_ROWTIME() AS at, LAST(what) AS last, COUNT(HUB.*) AS hubs, ARRIVED.ts AS arrived
  ONE ROW PER MATCH WITH TIMEOUT ROWS
  PATTERN (SENT -> HUB -> ARRIVED) WITHIN INTERVAL '6' HOUR
  DEFINE SENT AS what = 'sent', HUB AS what = 'hub', ARRIVED AS what = 'arrived')
VALUES
  (1, 'complete', '2024-01-01 11:00:00', 'arrived', 1, '2024-01-01 11:00:00'),
  (2, 'timeout',  '2024-01-01 14:10:00', 'hub',     1, NULL),
  (3, 'timeout',  '2024-01-01 15:30:00', 'sent',    0, NULL);

-- Without it only what is complete is said.
ASSERT ROWS
SELECT * FROM parcels MATCH_RECOGNIZE (
  PARTITION BY id ORDER BY ts
  MEASURES MATCH_STATUS() AS status, MATCH_ROWTIME() AS at
  PATTERN (SENT -> HUB -> ARRIVED) WITHIN INTERVAL '6' HOUR
  DEFINE SENT AS what = 'sent', HUB AS what = 'hub', ARRIVED AS what = 'arrived')
VALUES (1, 'complete', '2024-01-01 11:00:00');

-- What fails is no timeout: it must be next to SENT, and is not.
ASSERT ROWS
SELECT * FROM parcels MATCH_RECOGNIZE (
  PARTITION BY id ORDER BY ts
  MEASURES MATCH_STATUS() AS status, LAST(what) AS last
  ONE ROW PER MATCH WITH TIMEOUT ROWS
  PATTERN (SENT ARRIVED) WITHIN INTERVAL '6' HOUR
  DEFINE SENT AS what = 'sent', ARRIVED AS what = 'arrived')
VALUES (3, 'timeout', 'sent');

-- A start gives one timeout at most: of its ways, the longest.
ASSERT ROWS
SELECT * FROM parcels MATCH_RECOGNIZE (
  ORDER BY ts
  MEASURES MATCH_NUMBER() AS m, MATCH_STATUS() AS status, COUNT(*) AS n, FIRST(id) AS first
  ONE ROW PER MATCH WITH TIMEOUT ROWS
  PATTERN (SENT (HUB | ANYTHING{2,})  LOST) WITHIN INTERVAL '2' HOUR
  DEFINE SENT AS what = 'sent', HUB AS what = 'hub', LOST AS what = 'lost')
VALUES (1, 'timeout', 4, 1);
