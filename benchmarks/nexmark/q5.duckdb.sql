WITH counted AS (
  SELECT auction, w AS window_end, count(*) AS num
  FROM bid, range(5) AS r(i), LATERAL (SELECT epoch_ms(datetime) // 2000 + 1 + i) AS t(w)
  GROUP BY auction, w
)
SELECT auction, num FROM counted QUALIFY num = max(num) OVER (PARTITION BY window_end);
