-- Average price of a category: the mean of the winning bids, which are the best so far.

SELECT category, AVG(final) AS average
FROM (
  SELECT a.id, a.category, MAX(b.price) AS final
  FROM auction a, bid b
  WHERE a.id = b.auction AND b.datetime BETWEEN a.datetime AND a.expires
  GROUP BY a.id, a.category
) AS winning
GROUP BY category
EMIT STREAM;
