-- Bounded side input: each bid with what a table says of its auction now.

CREATE TABLE side_input (key BIGINT, value VARCHAR, PRIMARY KEY (key))
WITH (connector = 'file', path = :side_input, format = 'csv');

SELECT b.auction, b.bidder, b.price, b.datetime, s.value
FROM bid b JOIN side_input FOR SYSTEM_TIME AS OF PROCTIME() AS s ON MOD(b.auction, 10000) = s.key;
