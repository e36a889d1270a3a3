-- A stream without WATERMARK has no event time; a column PROCTIME() is the moment at which a row came,
-- and windows can be cut of it. They close as the engine's clock goes on. (Here it stands still.)

CREATE STREAM clicks (page VARCHAR, at AS PROCTIME());
INSERT INTO clicks VALUES ('a'), ('b'), ('a');

ASSERT ROWS
SELECT window_start, window_end, page, COUNT(*) FROM TUMBLE(TABLE clicks, DESCRIPTOR(at), INTERVAL '1' MINUTE)
GROUP BY window_start, window_end, page
VALUES
  ('1970-01-01 00:00:00', '1970-01-01 00:01:00', 'a', 2),
  ('1970-01-01 00:00:00', '1970-01-01 00:01:00', 'b', 1);

ASSERT ROWS
SELECT page, at FROM clicks WHERE page = 'a'
VALUES ('a', '1970-01-01 00:00:00'), ('a', '1970-01-01 00:00:00');

-- A stream with a WATERMARK has that event time.
CREATE STREAM visits (page VARCHAR, at AS PROCTIME(), ts TIMESTAMP(3), WATERMARK FOR ts);
-- error: at is not the event time
-- SELECT COUNT(*) FROM TUMBLE(TABLE visits, DESCRIPTOR(at), INTERVAL '1' MINUTE) GROUP BY window_start;
--                                                      ^^
-- hint: the event time here is ts
SELECT COUNT(*) FROM TUMBLE(TABLE visits, DESCRIPTOR(at), INTERVAL '1' MINUTE) GROUP BY window_start;
