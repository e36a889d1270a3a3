-- Log to file system: all bids, with day and minute, into a file.

CREATE SINK log WITH (connector = 'file', path = :log, format = 'parquet') AS
SELECT auction, bidder, price, datetime, extra,
  DATE_FORMAT(datetime, 'yyyy-MM-dd') AS dt, DATE_FORMAT(datetime, 'HH:mm') AS hm
FROM bid;
