-- Calls over the declared streams, each of which can be planned.
SELECT k || 'x', UPPER(k), SUBSTRING(k FROM 2 FOR 3), LPAD(k, 5, '0'), REPLACE(k, 'a', 'b'), k LIKE 'a%' FROM s;
SELECT i8 + i16 * i - l / 2, MOD(l, 7), m * 1.5, m / 3, huge * 2, r + d, -i, ABS(i8), ROUND(m, 1), POWER(d, 2) FROM t;
SELECT day + INTERVAL '1' DAY, ts - INTERVAL '1' MONTH, at + span, ts - ts, day - DATE '2024-01-01', span * 2 FROM t;
SELECT DATE_TRUNC('hour', ts), EXTRACT(YEAR FROM day), FLOOR(ts TO HOUR), CEIL(ts TO MONTH), TIMESTAMPDIFF(HOUR, ts, ts) FROM t;
SELECT CAST(k AS INT), TRY_CAST(k AS TIMESTAMP(3)), CAST(d AS DECIMAL(38, 10)), CAST(ts AS VARCHAR), l::SMALLINT FROM t;
SELECT CASE WHEN i > 1 THEN 'a' WHEN i = 0 THEN k ELSE NULL END, COALESCE(i, l, 0), NULLIF(i, 0), GREATEST(i, 2, l) FROM t;
SELECT list[1], tags['a'], pair.a, (pair).b, ARRAY[i, 1], MAP['x', i], ROW(i, k), CARDINALITY(list) FROM t;
SELECT JSON_VALUE(k, '$.a'), JSON_QUERY(k, 'lax $.b[0]'), REGEXP_EXTRACT(k, '(a+)b', 1), k SIMILAR TO 'a|b' FROM t;
SELECT i IN (1, 2, 3), i BETWEEN 1 AND 10, k IS NULL, b IS NOT TRUE, i IS DISTINCT FROM l, NOT b AND i = 1 OR FALSE FROM t;
SELECT TO_TIMESTAMP(k, 'yyyy-MM-dd'), DATE_FORMAT(ts, 'HH:mm'), TO_TIMESTAMP_LTZ(l, 3), FROM_UNIXTIME(l), ts AT TIME ZONE 'UTC' FROM t;
SELECT MD5(k), SHA256(x), CRC32(k), TO_BASE64(x), HEX(l), ENCODE(k, 'UTF-8'), URL_DECODE(k), SPLIT_INDEX(k, ',', 0) FROM t;
SELECT TIMESTAMP '2024-01-01 00:00:00', DATE '2024-01-01', TIME '12:00:00', INTERVAL '1:30' HOUR TO MINUTE, 1e5, X'CAFE';
SELECT ARRAY_SORT(list), ARRAY_JOIN(ARRAY['a', k], '-'), MAP_KEYS(tags), ARRAY_SLICE(list, 1, 2), ARRAY_CONTAINS(list, i) FROM t;
SELECT CURRENT_TIMESTAMP, NOW(), CURRENT_DATE, PROCTIME(), LOCALTIME, UUID(), RANDOM(), PI();
