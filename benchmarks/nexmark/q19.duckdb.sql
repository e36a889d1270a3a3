SELECT * EXCLUDE (arrival),
  row_number() OVER (PARTITION BY auction ORDER BY price DESC, datetime, arrival) AS rank_number
FROM bid
QUALIFY rank_number <= 10;
