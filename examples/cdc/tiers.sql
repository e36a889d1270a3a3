-- What each customer was when they ordered, from the change log of a database.
--
--     cep run examples/cdc/tiers.sql
--
-- Debezium says of each change when it was made: with that as WATERMARK the table is versioned, and
-- FOR SYSTEM_TIME AS OF finds the row as it was at the time of an order. A deletion counts too: order
-- 6 is of somebody who was no customer any more.

CREATE TABLE customers (
  id      INT,
  name    VARCHAR,
  city    VARCHAR,
  tier    VARCHAR,
  changed TIMESTAMP_LTZ(3) METADATA FROM 'source.timestamp',
  PRIMARY KEY (id),
  WATERMARK FOR changed AS changed - INTERVAL '1' MINUTE
) WITH (
  connector = 'file', path = '${changes:-examples/cdc/customers.jsonl}', format = 'debezium-json'
);

CREATE STREAM orders (
  id       INT,
  customer INT,
  amount   INT,
  ts       TIMESTAMP_LTZ(3),
  WATERMARK FOR ts AS ts - INTERVAL '1' MINUTE
) WITH (connector = 'file', path = '${orders:-examples/cdc/orders.csv}');

SELECT o.id, o.amount, c.name, c.city, c.tier
FROM orders AS o LEFT JOIN customers FOR SYSTEM_TIME AS OF o.ts AS c ON o.customer = c.id;

-- The customers as they are in the end.
SELECT id, name, city, tier FROM customers ORDER BY id;
