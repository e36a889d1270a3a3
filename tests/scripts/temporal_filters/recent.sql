-- A condition on the clock holds for a while: a row enters the result when the clock gets there and leaves it
-- again. Between the rows the clock goes on, as the comments say.

CREATE STREAM logins (id INT, person VARCHAR, at TIMESTAMP_LTZ(3));

-- clock: 2026-01-01 10:00:00
INSERT INTO logins VALUES
  (1, 'al', TIMESTAMP_LTZ '2026-01-01 09:30:00'), (2, 'bo', TIMESTAMP_LTZ '2026-01-01 08:59:00'),
  (3, 'al', TIMESTAMP_LTZ '2026-01-01 10:00:30'), (4, 'cy', NULL), (5, 'cy', TIMESTAMP_LTZ '2026-01-01 09:00:00');

-- plan:
-- Project id
--   Filter (at > (NOW() - 1 h)) as the clock goes
--     Scan logins (inserts, 2 of 3 columns)
ASSERT ROWS
SELECT id FROM logins WHERE at > now() - INTERVAL '1' HOUR
VALUES (1), (3);

-- The end of an hour belongs to it, or not.
ASSERT ROWS
SELECT id FROM logins WHERE at >= now() - INTERVAL '1' HOUR
VALUES (1), (3), (5);

-- What lies ahead waits.
ASSERT ROWS
SELECT id FROM logins WHERE at BETWEEN now() - INTERVAL '1' HOUR AND now()
VALUES (1), (5);

-- clock: 2026-01-01 10:00:30
INSERT INTO logins VALUES (6, 'bo', TIMESTAMP_LTZ '2026-01-01 10:00:20');

ASSERT ROWS
SELECT id FROM logins WHERE at BETWEEN now() - INTERVAL '1' HOUR AND now()
VALUES (1), (3), (6);

-- In any form that can be solved for the clock, and together with other conditions.
ASSERT ROWS
SELECT id FROM logins WHERE now() - at < INTERVAL '10' MINUTE
VALUES (3), (6);

ASSERT ROWS
SELECT id FROM logins WHERE person <> 'bo' AND at + INTERVAL '10' SECOND < now() AND at > TIMESTAMP_LTZ '2026-01-01 09:00:00'
VALUES (1);

-- What is counted of the rows goes with them.
ASSERT ROWS
SELECT person, COUNT(*) FROM logins WHERE at > now() - INTERVAL '1' HOUR GROUP BY person
VALUES ('al', 2), ('bo', 1);

-- clock: 2026-01-01 10:30:00
INSERT INTO logins VALUES (7, 'dy', TIMESTAMP_LTZ '2026-01-01 09:45:00');

ASSERT ROWS
SELECT person, COUNT(*) FROM logins WHERE at > now() - INTERVAL '1' HOUR GROUP BY person
VALUES ('al', 1), ('bo', 1), ('dy', 1);

-- Groups too come and go: who has not been seen for half an hour.
ASSERT ROWS
SELECT person, MAX(at) FROM logins GROUP BY person HAVING MAX(at) <= now() - INTERVAL '30' MINUTE
VALUES ('dy', TIMESTAMP_LTZ '2026-01-01 09:45:00'), ('cy', TIMESTAMP_LTZ '2026-01-01 09:00:00');

-- The last three that were not yet old.
ASSERT ROWS
SELECT id FROM logins WHERE at > now() - INTERVAL '1' HOUR ORDER BY at DESC LIMIT 2
VALUES (3), (6);

-- clock: 2026-01-01 12:00:00
INSERT INTO logins VALUES (8, 'dy', TIMESTAMP_LTZ '2026-01-01 11:59:00');

ASSERT ROWS
SELECT id FROM logins WHERE at > now() - INTERVAL '1' HOUR
VALUES (8);

ASSERT ROWS
SELECT COUNT(*) FROM logins WHERE at < now() - INTERVAL '2' HOUR
VALUES (4);

-- error: rows would come and go with the clock, and it is not plain when: ((at > NOW()) OR (id = 1))
-- SELECT id FROM logins WHERE at > now() OR id = 1;
--                             ^^^^^^^^^^^^^^^^^^^^
-- hint: compare a time with it: ts > now() - INTERVAL '1' HOUR, and join conditions with AND; or take the time at which a row came: FROM (SELECT *, now() AS came …)
SELECT id FROM logins WHERE at > now() OR id = 1;

-- error: rows would come and go with the clock, and it is not plain when: (at > (NOW() - 1 month))
-- SELECT id FROM logins WHERE at > now() - INTERVAL '1' MONTH;
--                             ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^
-- hint: a month has no fixed length: write INTERVAL '30' DAY
SELECT id FROM logins WHERE at > now() - INTERVAL '1' MONTH;

-- The time at which a row came is a value like any other.
ASSERT ROWS
SELECT id FROM (SELECT id, now() AS came, at FROM logins) WHERE at > came OR id = 1
VALUES (1), (3);
