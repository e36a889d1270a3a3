-- Top ten: the ten highest bids of each auction.

SELECT *
FROM (
  SELECT *, ROW_NUMBER() OVER (PARTITION BY auction ORDER BY price DESC) AS rank_number
  FROM bid
) AS bids
WHERE rank_number <= 10
EMIT STREAM;
