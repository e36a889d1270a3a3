-- AFTER MATCH SKIP TO a row that is not there, or to the first row of the match, is an error of that match: it goes
-- to errors.<query>, keeps its number, and matching goes on at the next row.

CREATE STREAM s (id INT, v VARCHAR, ts TIMESTAMP(3), WATERMARK FOR ts AS ts - INTERVAL '2' SECOND);

START absent AS
SELECT * FROM s MATCH_RECOGNIZE (
  ORDER BY ts MEASURES MATCH_NUMBER() AS m, FIRST(id) AS f, LAST(id) AS l
  AFTER MATCH SKIP TO B
  PATTERN (A B? C) DEFINE A AS v = 'a', B AS v = 'b', C AS v = 'c');

START first_row AS
SELECT * FROM s MATCH_RECOGNIZE (
  ORDER BY ts MEASURES MATCH_NUMBER() AS m, FIRST(id) AS f, LAST(id) AS l
  AFTER MATCH SKIP TO LAST A
  PATTERN (X? A C) DEFINE A AS v = 'a', X AS v = 'b', C AS v = 'c');

INSERT INTO s VALUES
  (1, 'a', '2024-01-01 00:00:01'), (2, 'c', '2024-01-01 00:00:02'), (3, 'a', '2024-01-01 00:00:03'),
  (4, 'b', '2024-01-01 00:00:04'), (5, 'c', '2024-01-01 00:00:05'), (6, 'b', '2024-01-01 00:00:06'),
  (7, 'a', '2024-01-01 00:00:07'), (8, 'c', '2024-01-01 00:00:08'), (9, 'z', '2024-01-01 00:00:20');

-- The first and the third match have no B; the second is said.
ASSERT ROWS
SELECT * FROM s MATCH_RECOGNIZE (
  ORDER BY ts MEASURES MATCH_NUMBER() AS m, FIRST(id) AS f, LAST(id) AS l
  AFTER MATCH SKIP TO B
  PATTERN (A B? C) DEFINE A AS v = 'a', B AS v = 'b', C AS v = 'c')
VALUES (2, 3, 5);

ASSERT ROWS
SELECT error, JSON_VALUE(row, '$.id') FROM errors.absent
VALUES
  ('AFTER MATCH SKIP leads to b, but the match has no such row', '1'),
  ('AFTER MATCH SKIP leads to b, but the match has no such row', '7');

ASSERT ROWS
SELECT error, JSON_VALUE(row, '$.id') FROM errors.first_row
VALUES
  ('AFTER MATCH SKIP leads to a, the first row of the match: it would be found again for ever', '1'),
  ('AFTER MATCH SKIP leads to a, the first row of the match: it would be found again for ever', '7');

ASSERT ROWS
SELECT * FROM s MATCH_RECOGNIZE (
  ORDER BY ts MEASURES MATCH_NUMBER() AS m, FIRST(id) AS f, LAST(id) AS l
  AFTER MATCH SKIP TO LAST A
  PATTERN (X? A C) DEFINE A AS v = 'a', X AS v = 'b', C AS v = 'c')
VALUES (2, 6, 8);

-- Asked once, over data that ends, the query raises instead.
-- error: AFTER MATCH SKIP leads to b, but the match has no such row
-- hint: write AFTER MATCH SKIP TO NEXT ROW, or a PATTERN in which that row is always there
SELECT * FROM (VALUES (1, 'a'), (2, 'c')) AS t (id, v) MATCH_RECOGNIZE (
  ORDER BY id MEASURES FIRST(id) AS f
  AFTER MATCH SKIP TO B
  PATTERN (A B? C) DEFINE A AS v = 'a', B AS v = 'b', C AS v = 'c');
