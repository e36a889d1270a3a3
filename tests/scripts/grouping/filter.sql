-- FILTER (WHERE …) lets an aggregate see some of the rows only.

CREATE STREAM visits (page VARCHAR, ms INT, ok BOOLEAN);
INSERT INTO visits VALUES ('home', 10, TRUE), ('home', 900, FALSE), ('cart', 40, NULL), ('home', 30, TRUE);

ASSERT ROWS
SELECT page, COUNT(*), COUNT(*) FILTER (WHERE ok), SUM(ms) FILTER (WHERE NOT ok), MAX(ms) FILTER (WHERE ms < 100)
FROM visits GROUP BY page
VALUES ('home', 3, 2, 900, 30), ('cart', 1, 0, NULL, 40);

ASSERT ROWS
SELECT COUNT(*) FILTER (WHERE page = 'shop'), AVG(ms) FILTER (WHERE page = 'home' AND ms < 100) FROM visits
VALUES (0, 20e0);

-- error: upper is not an aggregate, so it takes no FILTER
-- SELECT UPPER(page) FILTER (WHERE ok) FROM visits;
--        ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^
SELECT UPPER(page) FILTER (WHERE ok) FROM visits;
