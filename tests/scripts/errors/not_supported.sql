-- What the grammar knows and the engine cannot run yet is refused, with its place: nothing that is
-- written is ignored.

CREATE STREAM s (k VARCHAR, v INT, ts TIMESTAMP(3), WATERMARK FOR ts AS ts - INTERVAL '5' SECOND);
CREATE STREAM t (k VARCHAR, w INT, ts TIMESTAMP(3), WATERMARK FOR ts);

-- error: not supported yet: CREATE ALERT
-- CREATE ALERT many AS SELECT k FROM s WHERE v > 10;
-- ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^
CREATE ALERT many AS SELECT k FROM s WHERE v > 10;

-- error: not supported yet: CHECK
-- CREATE STREAM checked (v INT, CHECK (v > 0));
--                                      ^^^^^
CREATE STREAM checked (v INT, CHECK (v > 0));

-- error: not supported yet: CHECKPOINT
-- CHECKPOINT;
-- ^^^^^^^^^^
CHECKPOINT;
