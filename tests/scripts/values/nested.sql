-- ARRAY, MAP and ROW: several values in one.

CREATE STREAM nested (id INT, tags ARRAY<VARCHAR>, prices MAP<VARCHAR, INT>, place ROW<city VARCHAR, zip INT>);
INSERT INTO nested VALUES
  (1, ARRAY['a', 'b'], MAP['x', 1, 'y', 2], ROW('Bonn', 53111)),
  (2, NULL, NULL, NULL);

-- Arrays count from 1; what is not there is NULL.
ASSERT ROWS
SELECT id, tags[1], tags[3], CARDINALITY(tags) FROM nested
VALUES (1, 'a', NULL, 2), (2, NULL, NULL, NULL);

ASSERT ROWS
SELECT id, prices['y'], prices['z'] FROM nested
VALUES (1, 2, NULL), (2, NULL, NULL);

ASSERT ROWS
SELECT id, place.city, nested.place.zip, (place).zip + 1 FROM nested
VALUES (1, 'Bonn', 53111, 53112), (2, NULL, NULL, NULL);

ASSERT ROWS
SELECT tags, prices, place FROM nested WHERE tags IS NOT NULL
VALUES (ARRAY['a', 'b'], MAP['x', 1, 'y', 2], ROW('Bonn', 53111));

ASSERT ROWS
SELECT ARRAY[1, 2.5, NULL][2], ARRAY_CONTAINS(tags, 'b') FROM nested WHERE id = 1
VALUES (2.5, TRUE);

-- error: the row has no field street
-- SELECT place.street FROM nested;
--              ^^^^^^
-- hint: its fields are city, zip
SELECT place.street FROM nested;

-- error: INT has no fields, so .x means nothing
-- SELECT id.x FROM nested;
--           ^
-- hint: only a ROW has fields
SELECT id.x FROM nested;

-- error: cannot read 'a' as INT
-- SELECT ARRAY[1, 'a'];
--                 ^^^
SELECT ARRAY[1, 'a'];
