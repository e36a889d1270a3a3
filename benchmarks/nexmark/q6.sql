-- Average selling price by seller: the mean of what each auction and the ten before it were sold for.
-- It is asked of data that ends: who won is known only then, and OVER takes nothing back.

SELECT seller, AVG(final) OVER (
    PARTITION BY seller ORDER BY datetime, id ROWS BETWEEN 10 PRECEDING AND CURRENT ROW
  ) AS average
FROM (
  SELECT a.id, a.seller, b.price AS final, b.datetime,
    ROW_NUMBER() OVER (PARTITION BY a.id ORDER BY b.price DESC, b.datetime) AS place
  FROM auction a, bid b
  WHERE a.id = b.auction AND b.datetime BETWEEN a.datetime AND a.expires
) AS bids
WHERE place <= 1;
