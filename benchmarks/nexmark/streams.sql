-- The streams of the suite, out of the generator; :events of all kinds together, :rate of them a second.

CREATE STREAM person (
  id BIGINT, name VARCHAR, emailaddress VARCHAR, creditcard VARCHAR, city VARCHAR, state VARCHAR,
  datetime TIMESTAMP(3), extra VARCHAR,
  WATERMARK FOR datetime AS datetime - INTERVAL '4' SECOND
) WITH (connector = 'nexmark', table = 'person', events = :events, rate = :rate);

CREATE STREAM auction (
  id BIGINT, itemname VARCHAR, description VARCHAR, initialbid BIGINT, reserve BIGINT,
  datetime TIMESTAMP(3), expires TIMESTAMP(3), seller BIGINT, category BIGINT, extra VARCHAR,
  WATERMARK FOR datetime AS datetime - INTERVAL '4' SECOND
) WITH (connector = 'nexmark', table = 'auction', events = :events, rate = :rate);

CREATE STREAM bid (
  auction BIGINT, bidder BIGINT, price BIGINT, channel VARCHAR, url VARCHAR,
  datetime TIMESTAMP(3), extra VARCHAR,
  WATERMARK FOR datetime AS datetime - INTERVAL '4' SECOND
) WITH (connector = 'nexmark', table = 'bid', events = :events, rate = :rate);
