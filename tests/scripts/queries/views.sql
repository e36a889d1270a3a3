-- A view is a named query, expanded where it is used.

CREATE STREAM s (k VARCHAR, v INT, ts TIMESTAMP(3), WATERMARK FOR ts AS ts - INTERVAL '5' SECOND);
CREATE VIEW big AS SELECT k, v AS value, ts FROM s WHERE v > 10;
CREATE VIEW per_minute (minute, keyed, total) AS
  SELECT window_start, k, SUM(value) FROM TUMBLE(TABLE big, DESCRIPTOR(ts), INTERVAL '1' MINUTE)
  GROUP BY window_start, k;
INSERT INTO s VALUES
  ('a', 20, '2024-01-01 00:00:10'), ('a', 5, '2024-01-01 00:00:20'),
  ('b', 11, '2024-01-01 00:00:15'), ('a', 30, '2024-01-01 00:01:00');

ASSERT ROWS
SELECT k, value FROM big
VALUES ('a', 20), ('b', 11), ('a', 30);

ASSERT ROWS
SELECT * FROM per_minute WHERE total >= 20
VALUES ('2024-01-01 00:00:00', 'a', 20), ('2024-01-01 00:01:00', 'a', 30);

CREATE OR REPLACE VIEW big AS SELECT k, v AS value, ts FROM s WHERE v > 15;

ASSERT ROWS
SELECT k, value FROM big
VALUES ('a', 20), ('a', 30);

-- error: big exists already, as a view
-- CREATE VIEW big AS SELECT 1;
--             ^^^
-- hint: write CREATE OR REPLACE, CREATE … IF NOT EXISTS, or DROP VIEW big first
CREATE VIEW big AS SELECT 1;

-- error: there is no column called nothing
-- CREATE VIEW wrong AS SELECT nothing FROM s;
--                             ^^^^^^^
-- hint: the columns here are: k, v, ts
CREATE VIEW wrong AS SELECT nothing FROM s;

-- error: big is a view, and rows cannot be inserted into it
-- INSERT INTO big VALUES ('a', 1, '2024-01-01 00:00:10');
--             ^^^
-- hint: insert into the stream it reads
INSERT INTO big VALUES ('a', 1, '2024-01-01 00:00:10');

DROP VIEW per_minute;

-- error: there is no stream or view called per_minute
-- SELECT * FROM per_minute;
--               ^^^^^^^^^^
-- hint: there are big, s
SELECT * FROM per_minute;
