-- Processing time windows: how many bids did a bidder make in ten seconds of the engine's clock?

CREATE STREAM bid_now (bidder BIGINT, p_time AS PROCTIME())
WITH (connector = 'nexmark', table = 'bid', events = :events, rate = :rate);

SELECT bidder, COUNT(*) AS bid_count, window_start AS starttime, window_end AS endtime
FROM TABLE(TUMBLE(TABLE bid_now, DESCRIPTOR(p_time), INTERVAL '10' SECOND))
GROUP BY bidder, window_start, window_end;
