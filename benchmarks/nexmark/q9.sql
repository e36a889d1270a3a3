-- Winning bids: the best bid of each auction, the earlier of two that are equal.

SELECT id, itemname, description, initialbid, reserve, datetime, expires, seller, category, extra,
  auction, bidder, price, bid_datetime, bid_extra
FROM (
  SELECT a.*, b.auction, b.bidder, b.price, b.datetime AS bid_datetime, b.extra AS bid_extra,
    ROW_NUMBER() OVER (PARTITION BY a.id ORDER BY b.price DESC, b.datetime ASC) AS place
  FROM auction a, bid b
  WHERE a.id = b.auction AND b.datetime BETWEEN a.datetime AND a.expires
) AS bids
WHERE place <= 1
EMIT STREAM;
