-- User sessions: how many bids did a bidder make before a pause of ten seconds?

SELECT bidder, COUNT(*) AS bid_count, window_start AS starttime, window_end AS endtime
FROM TABLE(SESSION(TABLE bid PARTITION BY (bidder), DESCRIPTOR(datetime), INTERVAL '10' SECOND))
GROUP BY bidder, window_start, window_end;
