-- A row that comes behind the watermark is late for a pattern: rows before and after it may have been matched already.

CREATE STREAM s (id INT, v VARCHAR, ts TIMESTAMP(3), WATERMARK FOR ts AS ts - INTERVAL '5' SECOND);
CREATE STREAM behind (id INT, ts TIMESTAMP(3), v VARCHAR);
CREATE STREAM found (a INT, b INT);

START pairs AS
SELECT * FROM s MATCH_RECOGNIZE (
  ORDER BY ts MEASURES A.id AS a, B.id AS b
  PATTERN (A B) DEFINE A AS v = 'a', B AS v = 'b');

START strict AS
SELECT * FROM s MATCH_RECOGNIZE (
  ORDER BY ts MEASURES A.id AS a, B.id AS b
  PATTERN (A B) DEFINE A AS v = 'a', B AS v = 'b')
LATE ROWS ERROR;

INSERT INTO found
SELECT * FROM s MATCH_RECOGNIZE (
  ORDER BY ts MEASURES A.id AS a, B.id AS b
  PATTERN (A B) DEFINE A AS v = 'a', B AS v = 'b')
LATE ROWS TO behind;

INSERT INTO s VALUES
  (1, 'a', '2024-01-01 00:00:08'),
  (2, 'x', '2024-01-01 00:00:03'),   -- the watermark is at 3: just in time
  (3, 'b', '2024-01-01 00:00:10'),
  (4, 'x', '2024-01-01 00:00:04'),   -- behind 5
  (5, 'b', '2024-01-01 00:00:09'),
  (6, 'a', '2024-01-01 00:00:20'),
  (7, 'b', '2024-01-01 00:00:14'),   -- behind 15
  (8, 'b', '2024-01-01 00:00:30');

ASSERT ROWS
SELECT * FROM s MATCH_RECOGNIZE (
  ORDER BY ts MEASURES A.id AS a, B.id AS b
  PATTERN (A B) DEFINE A AS v = 'a', B AS v = 'b')
VALUES (1, 5), (6, 8);

ASSERT ROWS
SELECT event_time, watermark, JSON_VALUE(row, '$.id') FROM late.pairs
VALUES
  ('2024-01-01 00:00:04', '2024-01-01 00:00:05', '4'),
  ('2024-01-01 00:00:14', '2024-01-01 00:00:15', '7');

ASSERT ROWS
SELECT error, JSON_VALUE(row, '$.id') FROM errors.strict
VALUES
  ('the row is late: the watermark had passed it when it came', '4'),
  ('the row is late: the watermark had passed it when it came', '7');

ASSERT ROWS
SELECT * FROM behind
VALUES (4, '2024-01-01 00:00:04', 'x'), (7, '2024-01-01 00:00:14', 'b');

-- Rows cannot be put into matches that have been said.
-- error: a row pattern is not matched again when a late row comes
-- LATE ROWS CORRECT WITHIN INTERVAL '1' MINUTE;
-- ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^
-- hint: write LATE ROWS TO s, or let the stream wait longer: WATERMARK FOR ts AS ts - INTERVAL '1' MINUTE
SELECT * FROM s MATCH_RECOGNIZE (
  ORDER BY ts MEASURES A.id AS a, B.id AS b
  PATTERN (A B) DEFINE A AS v = 'a', B AS v = 'b')
LATE ROWS CORRECT WITHIN INTERVAL '1' MINUTE;
