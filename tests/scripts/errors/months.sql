-- What needs a length of time takes no months, since a month has no fixed length. What takes a place on
-- the calendar does: ts + INTERVAL '1' MONTH, and RANGE INTERVAL '1' MONTH PRECEDING.

CREATE STREAM s (k VARCHAR, v INT, ts TIMESTAMP(3), WATERMARK FOR ts);

-- error: the size of a window must be a constant interval of days or less
-- SELECT COUNT(*) FROM TUMBLE(TABLE s, DESCRIPTOR(ts), INTERVAL '1' MONTH) GROUP BY window_start, window_end;
--                                                      ^^^^^^^^^^^^^^^^^^
-- hint: write INTERVAL '10' SECOND; a month has no fixed length
SELECT COUNT(*) FROM TUMBLE(TABLE s, DESCRIPTOR(ts), INTERVAL '1' MONTH) GROUP BY window_start, window_end;

-- error: AFTER DELAY takes a length of time, more than nothing
-- SELECT k, COUNT(*) FROM s GROUP BY k EMIT STREAM AFTER DELAY INTERVAL '1' MONTH;
--                                                              ^^^^^^^^^^^^^^^^^^
-- hint: a month has no fixed length: write AFTER DELAY INTERVAL '30' DAY
SELECT k, COUNT(*) FROM s GROUP BY k EMIT STREAM AFTER DELAY INTERVAL '1' MONTH;

-- error: IDLE AFTER takes a length of time, more than nothing
-- CREATE STREAM t (ts TIMESTAMP(3), WATERMARK FOR ts IDLE AFTER INTERVAL '1' MONTH);
--                                                               ^^^^^^^^^^^^^^^^^^
-- hint: a month has no fixed length: write IDLE AFTER INTERVAL '30' DAY
CREATE STREAM t (ts TIMESTAMP(3), WATERMARK FOR ts IDLE AFTER INTERVAL '1' MONTH);

-- error: rows would come and go with the clock, and it is not plain when: (CAST(ts AS TIMESTAMP_LTZ(3)) > (NOW() - 1 month))
-- SELECT k FROM s WHERE ts > now() - INTERVAL '1' MONTH;
--                       ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^
-- hint: a month has no fixed length: write INTERVAL '30' DAY
SELECT k FROM s WHERE ts > now() - INTERVAL '1' MONTH;

-- error: state_ttl is a length of time
-- SELECT k, COUNT(*) FROM s GROUP BY k WITH (state_ttl = INTERVAL '1' MONTH);
--                                                        ^^^^^^^^^^^^^^^^^^
-- hint: a month has no fixed length: write INTERVAL '30' DAY
SELECT k, COUNT(*) FROM s GROUP BY k WITH (state_ttl = INTERVAL '1' MONTH);
