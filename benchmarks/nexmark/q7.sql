-- Highest bid: the bids with the highest price of each ten seconds.

SELECT b.auction, b.price, b.bidder, b.datetime, b.extra
FROM bid b
JOIN (
  SELECT MAX(price) AS price, window_time
  FROM TABLE(TUMBLE(TABLE bid, DESCRIPTOR(datetime), INTERVAL '10' SECOND))
  GROUP BY window_start, window_end, window_time
) AS highest
ON b.price = highest.price
  AND b.datetime > highest.window_time - INTERVAL '10' SECOND AND b.datetime <= highest.window_time;
