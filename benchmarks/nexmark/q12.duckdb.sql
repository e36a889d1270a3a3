-- DuckDB has no clock to cut windows by: the answer is compared for a clock that stands still.
SELECT bidder, count(*), make_timestamp(0), make_timestamp(10000000) FROM bid GROUP BY bidder;
