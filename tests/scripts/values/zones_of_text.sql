-- Text that names no zone is an instant of the session's zone, also where it is inserted.

SET time_zone = 'Europe/Berlin';

CREATE STREAM calls (id INT, at TIMESTAMP_LTZ(3));
INSERT INTO calls VALUES (1, '2024-03-30 23:30:00'), (2, '2024-03-31T01:30:00Z');

ASSERT ROWS
SELECT id FROM calls WHERE at = TIMESTAMP_LTZ '2024-03-30 23:30:00'
VALUES (1);
