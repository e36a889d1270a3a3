-- Last bid: the latest of each bidder on each auction.

SELECT auction, bidder, price, channel, url, datetime, extra
FROM (
  SELECT *, ROW_NUMBER() OVER (PARTITION BY bidder, auction ORDER BY datetime DESC) AS place
  FROM bid
) AS bids
WHERE place <= 1
EMIT STREAM;
