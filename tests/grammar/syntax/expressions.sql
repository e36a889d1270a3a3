-- Expressions. Each statement is followed by how it is written back, where that differs.

-- ---- literals

SELECT 1, 1.5, .5, 1., 1e3, 1.5E-3, 'text', 'it''s', '', X'CAFE', TRUE, FALSE, NULL;
SELECT x'cafe', true, Null;
-- = SELECT X'CAFE', TRUE, NULL
SELECT DATE '2026-01-01', TIME '10:00:00', TIMESTAMP '2026-01-01 10:00:00.5', TIMESTAMP_LTZ '2026-01-01T10:00:00Z';
SELECT INTERVAL '1' DAY, INTERVAL '1:30' HOUR TO MINUTE, INTERVAL -'1' DAY, INTERVAL '1-6' YEAR TO MONTH;
SELECT INTERVAL '90' SECONDS, interval '2' hours, INTERVAL + '1' DAY, INTERVAL '1 02:03:04' DAYS TO SECONDS;
-- = SELECT INTERVAL '90' SECOND, INTERVAL '2' HOUR, INTERVAL '1' DAY, INTERVAL '1 02:03:04' DAY TO SECOND
SELECT ARRAY[1, 2], ARRAY[], MAP['a', 1, 'b', 2], ROW(1), (1, 'a'), ROW();
SELECT ROW(1, 'a');
-- = SELECT (1, 'a')
SELECT ?, :name, :Name, ? + ?;

-- ---- names

SELECT a, t.a, t.a.field, "Mixed Case", "select", "with ""quotes""", t."order";
SELECT A, T.a, "plain";
-- = SELECT a, t.a, plain
SELECT größe, データ, _private, a1;
SELECT CURRENT_TIMESTAMP, current_date;
-- = SELECT current_timestamp, current_date

-- ---- operators, loosest first: OR, AND, NOT, IS, comparisons, ||, + -, * / %, AT TIME ZONE, signs, :: and []

SELECT a OR b AND NOT c = d;
SELECT (a OR b) AND (NOT c) = d;
SELECT a AND (b AND c), a AND b AND c;
SELECT a = b IS TRUE, NOT a IS NULL, (NOT a) IS NULL;
SELECT a != b, a<>b, a<=b;
-- = SELECT a <> b, a <> b, a <= b
SELECT a || b + c * -d, (a || b) + c, (a + b) * c, a - (b - c), a - b - c, a / b % c;
SELECT -a, - -a, +a, -(-a), -(a + b), 1 - -1;
-- = SELECT -a, -(-a), +a, -(-a), -(a + b), 1 - -1
SELECT ts AT TIME ZONE 'Europe/Vienna', ts AT TIME ZONE zone + INTERVAL '1' HOUR;
SELECT a::INT, -a::BIGINT, (-a)::BIGINT, a::VARCHAR::BYTES;
-- = SELECT CAST(a AS INT), -CAST(a AS BIGINT), CAST(-a AS BIGINT), CAST(CAST(a AS VARCHAR) AS BYTES)

-- ---- predicates

SELECT a IS NULL, a IS NOT NULL, a IS TRUE, a IS NOT FALSE, a IS UNKNOWN, a IS NULL IS FALSE;
SELECT a IS DISTINCT FROM b, a IS NOT DISTINCT FROM b || c;
SELECT a BETWEEN 1 AND 2 AND b, a NOT BETWEEN b + 1 AND c;
SELECT a IN (1, 2), a NOT IN (1), (a, b) IN ((1, 2), (3, 4));
SELECT a IN (SELECT b FROM t), a NOT IN (VALUES (1)), (a, b) IN (SELECT c, d FROM t);
SELECT a LIKE 'x%', a NOT LIKE 'x!%' ESCAPE '!', a ILIKE 'X%', a SIMILAR TO '(a|b)*', a NOT SIMILAR TO b;
SELECT EXISTS (SELECT 1), NOT EXISTS (SELECT 1 FROM t);

-- ---- conditionals and conversions

SELECT CASE WHEN a THEN 1 WHEN b THEN 2 ELSE 3 END, CASE a WHEN 1 THEN 'x' END;
SELECT CAST(a AS DECIMAL(10, 2)), TRY_CAST(a AS INT), CAST(a AS TIMESTAMP(3)), CAST(a AS TIMESTAMP_LTZ);
SELECT CAST(a AS TIMESTAMP(3) WITH LOCAL TIME ZONE), CAST(a AS TIMESTAMP WITHOUT TIME ZONE), CAST(a AS DOUBLE PRECISION);
-- = SELECT CAST(a AS TIMESTAMP_LTZ(3)), CAST(a AS TIMESTAMP), CAST(a AS DOUBLE)
SELECT CAST(a AS ARRAY<INT>), CAST(a AS MAP<VARCHAR, ARRAY<DOUBLE>>), CAST(a AS ROW<x INT, "Y" VARCHAR(10)>);
SELECT CAST(a AS INTERVAL DAY TO SECOND), CAST(a AS INTERVAL MONTH), CAST(a AS varchar);
-- = SELECT CAST(a AS INTERVAL DAY TO SECOND), CAST(a AS INTERVAL MONTH), CAST(a AS VARCHAR)

-- ---- parts of values

SELECT a[1], a[b + 1][2], m['key'], f(x)[1], ARRAY[1, 2][1], (a).b, f(x).y, a[1].b.c, t.a[1];

-- ---- calls

SELECT now(), abs(-1), coalesce(a, b, 1), left(a, 1), "Odd Name"(1), f(width => 1, height => a + 1);
SELECT COUNT(*), count(t.*), COUNT(DISTINCT a), sum(ALL a), Count(a, b);
-- = SELECT count(*), count(t.*), count(DISTINCT a), sum(a), count(a, b)
SELECT sum(a) FILTER (WHERE b > 0), string_agg(a, ',' ORDER BY b DESC NULLS FIRST, c);
SELECT percentile_cont(0.5) WITHIN GROUP (ORDER BY a) FILTER (WHERE b) OVER w;
SELECT first_value(a) IGNORE NULLS OVER w, last_value(a) RESPECT NULLS OVER (w);
-- = SELECT first_value(a) IGNORE NULLS OVER w, last_value(a) OVER (w)
SELECT row_number() OVER (), sum(a) OVER (PARTITION BY b, c ORDER BY ts);
SELECT sum(a) OVER (ORDER BY ts ROWS BETWEEN 3 PRECEDING AND CURRENT ROW);
SELECT sum(a) OVER (w RANGE BETWEEN INTERVAL '1' MINUTE PRECEDING AND 2 FOLLOWING);
SELECT sum(a) OVER (ORDER BY ts ROWS UNBOUNDED PRECEDING), sum(a) OVER (ROWS BETWEEN CURRENT ROW AND UNBOUNDED FOLLOWING);

-- ---- calls with words between their arguments

SELECT EXTRACT(YEAR FROM ts), EXTRACT(EPOCH FROM ts), extract(hours FROM ts);
-- = SELECT EXTRACT(YEAR FROM ts), EXTRACT(EPOCH FROM ts), EXTRACT(HOUR FROM ts)
SELECT FLOOR(ts TO DAY), CEIL(ts TO HOUR), ceiling(ts TO MINUTE), floor(a), ceil(a), ceiling(a);
-- = SELECT FLOOR(ts TO DAY), CEIL(ts TO HOUR), CEIL(ts TO MINUTE), floor(a), ceil(a), ceiling(a)
SELECT POSITION('a' IN b), position('a', b);
-- = SELECT position('a', b), position('a', b)
SELECT TRIM(a), TRIM(BOTH FROM a), TRIM('x' FROM a), TRIM(LEADING 'x' FROM a), TRIM(TRAILING FROM a);
-- = SELECT trim(a), btrim(a), btrim(a, 'x'), ltrim(a, 'x'), rtrim(a)
SELECT SUBSTRING(a FROM 2), SUBSTRING(a FROM 2 FOR 3), substring(a, 2, 3);
-- = SELECT substring(a, 2), substring(a, 2, 3), substring(a, 2, 3)
SELECT OVERLAY(a PLACING b FROM 2), OVERLAY(a PLACING b FROM 2 FOR 3), overlay(a, b, 2);
-- = SELECT overlay(a, b, 2), overlay(a, b, 2, 3), overlay(a, b, 2)
