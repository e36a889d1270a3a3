-- CLASSIFIER() is the variable that a row was matched to; MATCH_NUMBER() counts the matches of a partition.

CREATE STREAM temps (site VARCHAR, degrees INT, ts TIMESTAMP(3), WATERMARK FOR ts);

INSERT INTO temps VALUES
  ('n', 18, '2024-01-01 00:00:00'), ('n', 25, '2024-01-01 00:01:00'), ('n', 31, '2024-01-01 00:02:00'),
  ('s', 33, '2024-01-01 00:02:30'), ('n', 17, '2024-01-01 00:03:00'), ('s', 28, '2024-01-01 00:03:30'),
  ('n', 34, '2024-01-01 00:04:00'), ('s', 15, '2024-01-01 00:04:30');

-- The names of variables are folded like all names, unless they are quoted.
ASSERT ROWS
SELECT site, ts, label, m, degrees FROM temps MATCH_RECOGNIZE (
  PARTITION BY site ORDER BY ts
  MEASURES CLASSIFIER() AS label, MATCH_NUMBER() AS m
  ALL ROWS PER MATCH
  PATTERN ((WARM | "Hot")+)
  DEFINE WARM AS degrees BETWEEN 20 AND 30, "Hot" AS degrees > 30)
VALUES
  ('n', '2024-01-01 00:01:00', 'warm', 1, 25), ('n', '2024-01-01 00:02:00', 'Hot', 1, 31),
  ('s', '2024-01-01 00:02:30', 'Hot', 1, 33),  ('s', '2024-01-01 00:03:30', 'warm', 1, 28),
  ('n', '2024-01-01 00:04:00', 'Hot', 2, 34);

-- In DEFINE the row under test is already called by the variable under test.
ASSERT ROWS
SELECT * FROM temps MATCH_RECOGNIZE (
  PARTITION BY site ORDER BY ts
  MEASURES ARRAY_AGG(CLASSIFIER()) AS labels, CLASSIFIER() AS last, FIRST(CLASSIFIER()) AS first
  PATTERN (A (UP | DOWN)+)
  DEFINE
    UP AS degrees > PREV(degrees) AND CLASSIFIER() = 'up',
    DOWN AS degrees < PREV(degrees) AND LAST(CLASSIFIER(), 1) <> 'down')
VALUES
  ('n', ARRAY['a', 'up', 'up', 'down', 'up'], 'up', 'a'),
  ('s', ARRAY['a', 'down'], 'down', 'a');

-- Of a variable or SUBSET: the label of its last row.
ASSERT ROWS
SELECT * FROM temps MATCH_RECOGNIZE (
  PARTITION BY site ORDER BY ts
  MEASURES CLASSIFIER(HIGH) AS high, CLASSIFIER(COOL) AS cool
  PATTERN ((COOL | WARM | HOT)+)
  SUBSET HIGH = (WARM, HOT)
  DEFINE COOL AS degrees < 20, WARM AS degrees BETWEEN 20 AND 30, HOT AS degrees > 30)
VALUES ('n', 'hot', 'cool'), ('s', 'warm', 'cool');

-- The number of a match may be read while it is looked for: a different step for each.
ASSERT ROWS
SELECT * FROM temps MATCH_RECOGNIZE (
  PARTITION BY site ORDER BY ts
  MEASURES MATCH_NUMBER() AS m, ARRAY_AGG(degrees) AS degrees
  PATTERN (A+)
  DEFINE A AS COUNT(*) <= MATCH_NUMBER())
VALUES
  ('n', 1, ARRAY[18]), ('n', 2, ARRAY[25, 31]), ('n', 3, ARRAY[17, 34]),
  ('s', 1, ARRAY[33]), ('s', 2, ARRAY[28, 15]);
