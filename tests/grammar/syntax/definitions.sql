-- Definitions. Each statement is followed by how it is written back, where that differs.

-- ---- streams and tables

CREATE STREAM payments (
  card_id   BIGINT NOT NULL,
  amount    DECIMAL(10,2) CHECK (amount > 0),
  created   TIMESTAMP(3),                          -- device clock: when it happened
  sent      TIMESTAMP(3),                          -- device clock: when it was sent
  received  TIMESTAMP(3),                          -- server clock: when it arrived
  ts AS corrected_time(created, sent, received),   -- created + (received - sent)
  part BIGINT METADATA FROM 'partition',
  "offset" BIGINT METADATA,
  WATERMARK FOR ts AS ts - INTERVAL '5' SECOND,
  CHECK (sent >= created)
) WITH (connector = 'file', 'path' = 'payments.jsonl', format = json, follow = true, "batch" = 10, scan.mode = 'latest', null = 'NA');
-- = CREATE STREAM payments (
-- =   card_id BIGINT NOT NULL,
-- =   amount DECIMAL(10, 2),
-- =   created TIMESTAMP(3),
-- =   sent TIMESTAMP(3),
-- =   received TIMESTAMP(3),
-- =   ts AS corrected_time(created, sent, received),
-- =   part BIGINT METADATA FROM 'partition',
-- =   offset BIGINT METADATA,
-- =   WATERMARK FOR ts AS ts - INTERVAL '5' SECOND,
-- =   CHECK (amount > 0),
-- =   CHECK (sent >= created)
-- = ) WITH (connector = 'file', path = 'payments.jsonl', format = 'json', follow = 'true', batch = '10', scan.mode = 'latest', 'null' = 'NA')
CREATE TABLE cards (card_id BIGINT, owner VARCHAR, changed_at TIMESTAMP(3), PRIMARY KEY (card_id) NOT ENFORCED,
  WATERMARK FOR changed_at AS changed_at IDLE AFTER INTERVAL '10' SECOND);
-- = CREATE TABLE cards (
-- =   card_id BIGINT,
-- =   owner VARCHAR,
-- =   changed_at TIMESTAMP(3),
-- =   PRIMARY KEY (card_id),
-- =   WATERMARK FOR changed_at AS changed_at IDLE AFTER INTERVAL '10' SECOND
-- = )
CREATE TABLE t (
  a INT PRIMARY KEY NOT ENFORCED NOT NULL
);
-- = CREATE TABLE t (
-- =   a INT NOT NULL PRIMARY KEY
-- = )
CREATE STREAM IF NOT EXISTS s WITH (connector = 'file', path = 'a.parquet');
CREATE OR REPLACE STREAM s;
CREATE STREAM s (
  ts TIMESTAMP_LTZ(6),
  WATERMARK FOR ts MARKED BY kind = 'end' PER (producer, region) IDLE AFTER INTERVAL '1' MINUTE MAX AHEAD INTERVAL '1' HOUR
);
CREATE STREAM s (
  value INT,
  WATERMARK FOR ts MAX AHEAD INTERVAL '1' HOUR PER producer
);
-- = CREATE STREAM s (
-- =   value INT,
-- =   WATERMARK FOR ts PER producer MAX AHEAD INTERVAL '1' HOUR
-- = )

-- ---- views and sinks

CREATE VIEW v AS SELECT a FROM s;
CREATE OR REPLACE MATERIALIZED VIEW v (x, y) AS SELECT a, b FROM s EMIT STREAM;
CREATE MATERIALIZED VIEW IF NOT EXISTS v AS SELECT 1;
CREATE SINK out WITH (connector = 'file', path = 'out.parquet', format = 'parquet') AS SELECT * FROM s;
CREATE SINK IF NOT EXISTS out WITH (connector = 'console');

-- ---- alerts

CREATE ALERT card_testing
  SEVERITY 'high'  LABELS (team = 'fraud')
  MESSAGE 'card {card_id}: {n} small charges, then {amount}'
  DEDUP BY (card_id) FOR INTERVAL '10' MINUTE
  THROTTLE 100 PER INTERVAL '1' MINUTE BY (team)
  HOLDING FOR INTERVAL '1' MINUTE  KEEP FIRING FOR INTERVAL '5' MINUTE
  TO console, ops_webhook
AS SELECT card_id FROM s;
-- = CREATE ALERT card_testing SEVERITY 'high' LABELS (team = 'fraud') MESSAGE 'card {card_id}: {n} small charges, then {amount}' DEDUP BY (card_id) FOR INTERVAL '10' MINUTE THROTTLE 100 PER INTERVAL '1' MINUTE BY (team) HOLDING FOR INTERVAL '1' MINUTE KEEP FIRING FOR INTERVAL '5' MINUTE TO console, ops_webhook AS SELECT card_id FROM s
CREATE OR REPLACE ALERT a TO console DEDUP BY k SEVERITY 'low' AS SELECT 1;
-- = CREATE OR REPLACE ALERT a SEVERITY 'low' DEDUP BY (k) TO console AS SELECT 1
CREATE ALERT IF NOT EXISTS a AS SELECT 1;
SILENCE ALERT card_testing WHERE card_id = 7 FOR INTERVAL '2' HOUR;
SILENCE ALERT card_testing;
UNSILENCE ALERT card_testing;
BACKTEST ALERT card_testing OVER 'last_month.parquet';

-- ---- changes

DROP STREAM s;
DROP TABLE IF EXISTS t;
DROP VIEW v;
DROP MATERIALIZED VIEW IF EXISTS v;
DROP SINK out;
DROP ALERT a;
ALTER QUERY q AS SELECT 1;
ALTER VIEW v AS SELECT 1;
ALTER ALERT a AS SELECT 1;
