WITH best AS (
  SELECT a.id, a.seller, b.price, b.datetime
  FROM auction a JOIN bid b ON a.id = b.auction AND b.datetime BETWEEN a.datetime AND a.expires
  QUALIFY row_number() OVER (PARTITION BY a.id ORDER BY b.price DESC, b.datetime, b.arrival) = 1
)
SELECT seller, avg(price) OVER (
  PARTITION BY seller ORDER BY datetime, id ROWS BETWEEN 10 PRECEDING AND CURRENT ROW)
FROM best;
