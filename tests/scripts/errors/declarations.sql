-- Declarations that have no meaning.

-- error: there are two columns called a
-- CREATE STREAM s (a INT, a VARCHAR);
--                  ^
CREATE STREAM s (a INT, a VARCHAR);

-- error: a stream has no PRIMARY KEY: its rows are events, not current values
-- CREATE STREAM s (a INT PRIMARY KEY);
-- ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^
-- hint: leave it out
CREATE STREAM s (a INT PRIMARY KEY);

-- error: a is INT, and an event time is a TIMESTAMP
-- CREATE STREAM s (a INT, WATERMARK FOR a);
--                                       ^
-- hint: declare it as TIMESTAMP(3), or compute it: ts AS TO_TIMESTAMP_LTZ(a, 0)
CREATE STREAM s (a INT, WATERMARK FOR a);

-- error: a is VARCHAR, and an event time is a TIMESTAMP
-- CREATE STREAM s (a VARCHAR, WATERMARK FOR a);
--                                           ^
-- hint: declare it as TIMESTAMP(3), or compute it: ts AS TO_TIMESTAMP(a)
CREATE STREAM s (a VARCHAR, WATERMARK FOR a);

-- error: a is DATE, and an event time is a TIMESTAMP
-- CREATE STREAM s (a DATE, WATERMARK FOR a);
--                                        ^
-- hint: declare it as TIMESTAMP(3), or compute it: ts AS CAST(a AS TIMESTAMP(0))
CREATE STREAM s (a DATE, WATERMARK FOR a);

-- error: a is TIME(0), and an event time is a TIMESTAMP
-- CREATE STREAM s (a TIME, WATERMARK FOR a);
--                                        ^
-- hint: declare it as TIMESTAMP(3)
CREATE STREAM s (a TIME, WATERMARK FOR a);

-- error: the aggregate COUNT cannot stand in MARKED BY
-- CREATE STREAM s (ts TIMESTAMP(3), WATERMARK FOR ts MARKED BY COUNT(*) > 1);
--                                                              ^^^^^^^^
-- hint: it is computed of one row: aggregates belong into the queries that read the stream
CREATE STREAM s (ts TIMESTAMP(3), WATERMARK FOR ts MARKED BY COUNT(*) > 1);

-- error: a watermark is the event time less a constant delay
-- CREATE STREAM s (ts TIMESTAMP(3), WATERMARK FOR ts AS ts + INTERVAL '5' SECOND);
--                                                       ^^^^^^^^^^^^^^^^^^^^^^^^
-- hint: write WATERMARK FOR ts AS ts - INTERVAL '5' SECOND
CREATE STREAM s (ts TIMESTAMP(3), WATERMARK FOR ts AS ts + INTERVAL '5' SECOND);

-- error: a watermark is the event time less a constant delay
-- CREATE STREAM s (ts TIMESTAMP(3), WATERMARK FOR ts AS ts - INTERVAL '1' MONTH);
--                                                       ^^^^^^^^^^^^^^^^^^^^^^^
-- hint: write WATERMARK FOR ts AS ts - INTERVAL '5' SECOND
CREATE STREAM s (ts TIMESTAMP(3), WATERMARK FOR ts AS ts - INTERVAL '1' MONTH);

-- error: TIMESTAMP(9) does not exist: times are kept in microseconds
-- CREATE STREAM s (ts TIMESTAMP(9));
--                     ^^^^^^^^^^^^
-- hint: write TIMESTAMP(6) or fewer digits
CREATE STREAM s (ts TIMESTAMP(9));

-- error: DECIMAL(50, 2) does not exist
-- CREATE STREAM s (x DECIMAL(50, 2));
--                    ^^^^^^^^^^^^^^
-- hint: write DECIMAL(p, s) with 1 <= p <= 38 and 0 <= s <= p
CREATE STREAM s (x DECIMAL(50, 2));

-- error: the stream s has no columns
-- CREATE STREAM s;
--               ^
-- hint: write CREATE STREAM s (id BIGINT, ts TIMESTAMP(3), …)
CREATE STREAM s;

-- error: the sink does not say where its rows go
-- CREATE SINK s AS SELECT 1;
-- ^^^^^^^^^^^^^^^^^^^^^^^^^
-- hint: write WITH (connector = 'file', path = 'out.parquet')
CREATE SINK s AS SELECT 1;

-- error: the aggregate COUNT cannot stand in a computed column
-- CREATE STREAM s (b INT, a AS COUNT(*));
--                              ^^^^^^^^
-- hint: it is computed of one row: aggregates belong into the queries that read the stream
CREATE STREAM s (b INT, a AS COUNT(*));

-- error: there is no metadata column 'offset'
-- CREATE STREAM s (b INT, offset_ BIGINT METADATA FROM 'offset');
--                         ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^
-- hint: it has no connector
CREATE STREAM s (b INT, offset_ BIGINT METADATA FROM 'offset');

CREATE STREAM s (a INT);
CREATE STREAM IF NOT EXISTS s (b INT);

ASSERT EMPTY
SELECT a FROM s;

-- error: s exists already, as a stream
-- CREATE STREAM s (b INT);
--               ^
-- hint: write CREATE OR REPLACE, CREATE … IF NOT EXISTS, or DROP STREAM s first
CREATE STREAM s (b INT);

CREATE OR REPLACE STREAM s (b INT);

ASSERT EMPTY
SELECT b FROM s;

DROP STREAM IF EXISTS nothing;
DROP STREAM s;

-- error: there is no stream or view called s
-- SELECT b FROM s;
--               ^
-- hint: declare it first: CREATE STREAM …
SELECT b FROM s;
