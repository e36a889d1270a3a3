SELECT a.* EXCLUDE (arrival), b.auction, b.bidder, b.price, b.datetime, b.extra
FROM auction a JOIN bid b ON a.id = b.auction AND b.datetime BETWEEN a.datetime AND a.expires
QUALIFY row_number() OVER (PARTITION BY a.id ORDER BY b.price DESC, b.datetime, b.arrival) = 1;
