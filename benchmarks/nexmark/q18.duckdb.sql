SELECT * EXCLUDE (arrival) FROM bid
QUALIFY row_number() OVER (PARTITION BY bidder, auction ORDER BY datetime DESC, arrival) = 1;
