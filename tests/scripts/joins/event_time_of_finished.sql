-- A stream that is joined with what ends (a file, VALUES) keeps its event time: its rows wait until the
-- other side has ended, and are answered in their turn. So windows over such a join work.

CREATE STREAM flights (carrier VARCHAR, delay INT, ts TIMESTAMP(0), WATERMARK FOR ts AS ts - INTERVAL '10' SECOND);
INSERT INTO flights VALUES
  ('AA', 5, '2024-01-01 00:00:00'), ('ZZ', 7, '2024-01-01 00:00:50'), ('UA', 9, '2024-01-01 00:01:02'),
  ('AA', 3, '2024-01-01 00:00:55'), ('AA', 1, '2024-01-01 00:01:12'), ('UA', 2, '2024-01-01 00:00:30');

-- plan:
-- Project name, window_start, $0 AS count, $1 AS most
--   Aggregate COUNT(*), MAX(delay) by name, window_start, window_end per window (Tumble 1 min on ts), said when complete
--     Project name, window_start, window_end, delay
--       Tumble 1 min on ts
--         Left join on carrier = code
--           Scan flights (inserts)
--           Project column1 AS code, column2 AS name
--             Values (2 rows)
ASSERT ROWS
SELECT name, window_start, COUNT(*), MAX(delay) AS most FROM TUMBLE(TABLE (
  SELECT f.carrier, f.delay, f.ts, c.name FROM flights f
  LEFT JOIN (VALUES ('AA', 'American'), ('UA', 'United')) AS c (code, name) ON f.carrier = c.code
), DESCRIPTOR(ts), INTERVAL '1' MINUTE) GROUP BY name, window_start, window_end
VALUES ('American', '2024-01-01 00:00:00', 2, 5), (NULL, '2024-01-01 00:00:00', 1, 7),
  ('United', '2024-01-01 00:01:00', 1, 9), ('American', '2024-01-01 00:01:00', 1, 1);

-- The last row came when its minute was over: it is late for the window, not for the join.
ASSERT ROWS
SELECT name, delay FROM flights f JOIN (VALUES ('AA', 'American'), ('UA', 'United')) AS c (code, name) ON f.carrier = c.code
VALUES ('American', 5), ('United', 9), ('American', 3), ('American', 1), ('United', 2);

ASSERT ROWS
SELECT carrier, window_end, COUNT(*) FROM TUMBLE(TABLE (
  SELECT * FROM flights SEMI JOIN (VALUES ('AA'), ('UA')) AS c (code) ON carrier = code
), DESCRIPTOR(ts), INTERVAL '1' MINUTE) GROUP BY carrier, window_end
VALUES ('AA', '2024-01-01 00:01:00', 2), ('UA', '2024-01-01 00:02:00', 1), ('AA', '2024-01-01 00:02:00', 1);

-- The finished side may stand on the left.
ASSERT ROWS
SELECT name, SUM(delay) OVER (PARTITION BY name ORDER BY ts ROWS UNBOUNDED PRECEDING) AS total FROM (
  SELECT c.name, f.delay, f.ts FROM (VALUES ('AA', 'American')) AS c (code, name) JOIN flights f ON f.carrier = c.code)
VALUES ('American', 5), ('American', 8), ('American', 9);
