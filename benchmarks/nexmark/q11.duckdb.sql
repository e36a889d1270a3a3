WITH marked AS (
  SELECT bidder, datetime, arrival,
    coalesce(datetime - lag(datetime) OVER w >= INTERVAL 10 SECOND, true)::INT AS begins
  FROM bid WINDOW w AS (PARTITION BY bidder ORDER BY datetime, arrival)
),
numbered AS (
  SELECT bidder, datetime, sum(begins) OVER (
    PARTITION BY bidder ORDER BY datetime, arrival ROWS UNBOUNDED PRECEDING) AS session
  FROM marked
)
SELECT bidder, count(*), min(datetime), max(datetime) + INTERVAL 10 SECOND
FROM numbered GROUP BY bidder, session;
