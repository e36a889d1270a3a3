-- The group of an aggregate without keys is there from the start, with the answer for no rows: it does
-- not depend on whether a row came and was taken back, or never came.

CREATE STREAM s (v INT);
INSERT INTO s VALUES (1), (2), (3), (4), (5), (6), (7), (8);

-- After the first event the inner aggregate has a row, and after the second none: COUNT(*) is 0.
ASSERT ROWS
SELECT COUNT(*) FROM (SELECT SUM(v) AS total FROM s HAVING COUNT(*) < 2)
VALUES (0);
