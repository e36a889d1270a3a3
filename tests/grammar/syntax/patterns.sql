-- Row patterns. Each statement is followed by how it is written back, where that differs.

-- ---- the clauses

SELECT * FROM s MATCH_RECOGNIZE (PATTERN (A));
-- = SELECT * FROM s MATCH_RECOGNIZE (PATTERN (a))
SELECT m.n FROM ticks AS t MATCH_RECOGNIZE (PARTITION BY symbol, day ORDER BY ts, price DESC MEASURES first(a.price) AS start, final last(price, 2) - RUNNING avg(u.price) AS n, classifier() AS c, match_number() AS m, count(a.*) AS k ONE ROW PER MATCH AFTER MATCH SKIP PAST LAST ROW PATTERN (a b+) WITHIN INTERVAL '1' MINUTE SUBSET u = (a, b), v = (b) DEFINE a AS price > 10, b AS b.price < prev(b.price) AND b.price < avg(a.price)) AS m (n, c, k);
-- = SELECT m.n FROM ticks AS t MATCH_RECOGNIZE (PARTITION BY symbol, day ORDER BY ts, price DESC MEASURES first(a.price) AS start, FINAL last(price, 2) - RUNNING avg(u.price) AS n, classifier() AS c, match_number() AS m, count(a.*) AS k ONE ROW PER MATCH AFTER MATCH SKIP PAST LAST ROW PATTERN (a b+) WITHIN INTERVAL '1' MINUTE SUBSET u = (a, b), v = (b) DEFINE a AS price > 10, b AS b.price < prev(b.price) AND b.price < avg(a.price)) AS m (n, c, k)
SELECT * FROM s MATCH_RECOGNIZE (ONE ROW PER MATCH WITH TIMEOUT ROWS PATTERN (a b) WITHIN INTERVAL '1' HOUR);
SELECT * FROM s MATCH_RECOGNIZE (ALL ROWS PER MATCH AFTER MATCH SKIP TO NEXT ROW PATTERN (a));
SELECT * FROM s MATCH_RECOGNIZE (ALL ROWS PER MATCH SHOW EMPTY MATCHES AFTER MATCH SKIP TO b PATTERN (a b));
-- = SELECT * FROM s MATCH_RECOGNIZE (ALL ROWS PER MATCH SHOW EMPTY MATCHES AFTER MATCH SKIP TO LAST b PATTERN (a b))
SELECT * FROM s MATCH_RECOGNIZE (ALL ROWS PER MATCH OMIT EMPTY MATCHES AFTER MATCH SKIP TO FIRST b PATTERN (a b));
SELECT * FROM s MATCH_RECOGNIZE (ALL ROWS PER MATCH WITH UNMATCHED ROWS AFTER MATCH NO SKIP PATTERN (a b));
SELECT * FROM s MATCH_RECOGNIZE (SEEK PATTERN (a));

-- ---- what it reads, and what stands beside it

SELECT * FROM s m MATCH_RECOGNIZE (PATTERN (a)) x JOIN t ON x.k = t.k, u;
-- = SELECT * FROM s AS m MATCH_RECOGNIZE (PATTERN (a)) AS x JOIN t ON x.k = t.k CROSS JOIN u
SELECT * FROM t JOIN s MATCH_RECOGNIZE (PATTERN (a)) AS x ON x.k = t.k;
SELECT * FROM (SELECT * FROM s WHERE a > 1) AS d MATCH_RECOGNIZE (PATTERN (a)) LEFT JOIN ((SELECT 1) AS e CROSS JOIN f) ON TRUE;
SELECT * FROM (SELECT * FROM s) MATCH_RECOGNIZE (PATTERN (a)), (s JOIN t USING (k)) MATCH_RECOGNIZE (PATTERN (a));
-- = SELECT * FROM (SELECT * FROM s) MATCH_RECOGNIZE (PATTERN (a)) CROSS JOIN (s JOIN t USING (k)) MATCH_RECOGNIZE (PATTERN (a))
SELECT * FROM TABLE(TUMBLE(TABLE s, DESCRIPTOR(ts), INTERVAL '1' MINUTE)) MATCH_RECOGNIZE (PARTITION BY window_start PATTERN (a));
-- = SELECT * FROM tumble(TABLE s, DESCRIPTOR(ts), INTERVAL '1' MINUTE) MATCH_RECOGNIZE (PARTITION BY window_start PATTERN (a))
SELECT * FROM (orders, payments p, shipments AS "S") MATCH_RECOGNIZE (PARTITION BY id ORDER BY rowtime PATTERN (o -> p1) DEFINE o AS orders.total > 1, p1 AS p.amount > 5) AS m;
-- = SELECT * FROM (orders, payments AS p, shipments AS "S") MATCH_RECOGNIZE (PARTITION BY id ORDER BY rowtime PATTERN (o -> p1) DEFINE o AS orders.total > 1, p1 AS p.amount > 5) AS m
SELECT * FROM ((SELECT 1) AS a, TUMBLE(s), (b JOIN c ON TRUE)) MATCH_RECOGNIZE (PATTERN (a)), ((SELECT 1) UNION SELECT 2), ((a JOIN b ON TRUE));
-- = SELECT * FROM ((SELECT 1) AS a, tumble(s), (b JOIN c ON TRUE)) MATCH_RECOGNIZE (PATTERN (a)) CROSS JOIN (SELECT 1 UNION SELECT 2) CROSS JOIN (a JOIN b ON TRUE)
SELECT * FROM s MATCH_RECOGNIZE (PATTERN (a)) AS m MATCH_RECOGNIZE (PATTERN (b)) AS n;
INSERT INTO alarms SELECT * FROM s MATCH_RECOGNIZE (PATTERN (a)) EMIT AFTER WATERMARK;

-- ---- patterns

SELECT * FROM s MATCH_RECOGNIZE (PATTERN (A B* C+ D? E{2} F{2,} G{2,3} H{,3} I{,} J{0} K{3,2} L{1,} M{0,1}));
-- = SELECT * FROM s MATCH_RECOGNIZE (PATTERN (a b* c+ d? e{2} f{2,} g{2,3} h{,3} i* j{0} k{3,2} l+ m?))
SELECT * FROM s MATCH_RECOGNIZE (PATTERN (B*? C +? D?? E{2}? F{ 2 , }? G{2,3}? H{,3}? I ? ?));
-- = SELECT * FROM s MATCH_RECOGNIZE (PATTERN (b*? c+? d?? e{2}? f{2,}? g{2,3}? h{,3}? i??))
SELECT * FROM s MATCH_RECOGNIZE (PATTERN ((A | B C | ()) D ((A|B)+?)* (A*)* ((A+)+ B) (A B) C));
-- = SELECT * FROM s MATCH_RECOGNIZE (PATTERN ((a | b c | ()) d ((a | b)+?)* (a*)* ((a+)+ b) (a b) c))
SELECT * FROM s MATCH_RECOGNIZE (PATTERN (^ A ()* ^* () $));
-- = SELECT * FROM s MATCH_RECOGNIZE (PATTERN (^ a ()* ^* () $))
SELECT * FROM s MATCH_RECOGNIZE (PATTERN (PERMUTE(A) permute (A, B+ | C, D E) PERMUTE(A, B){2}));
-- = SELECT * FROM s MATCH_RECOGNIZE (PATTERN (PERMUTE(a) PERMUTE(a, b+ | c, d e) PERMUTE(a, b){2}))
SELECT * FROM s MATCH_RECOGNIZE (PATTERN ({-A-} {- A B -}+ A{-B+-} {- {- A -} | B -}));
-- = SELECT * FROM s MATCH_RECOGNIZE (PATTERN ({- a -} {- a b -}+ a {- b+ -} {- {- a -} | b -}))
SELECT * FROM s MATCH_RECOGNIZE (PATTERN (A -> B C+ ->> D | E->!F->G));
-- = SELECT * FROM s MATCH_RECOGNIZE (PATTERN (a -> b c+ ->> d | e -> !f -> g))
SELECT * FROM s MATCH_RECOGNIZE (PATTERN (A -> B WITHIN INTERVAL '5' MINUTE -> !C WITHIN INTERVAL '1' HOUR * 2) WITHIN INTERVAL '1' DAY);
-- = SELECT * FROM s MATCH_RECOGNIZE (PATTERN (a -> b WITHIN INTERVAL '5' MINUTE -> !c WITHIN INTERVAL '1' HOUR * 2) WITHIN INTERVAL '1' DAY)
SELECT * FROM s MATCH_RECOGNIZE (PATTERN ((A -> B)+ C -> (D -> E) -> (F | G) {- A -> B WITHIN x -}));
-- = SELECT * FROM s MATCH_RECOGNIZE (PATTERN ((a -> b)+ c -> (d -> e) -> (f | g) {- a -> b WITHIN x -}))

-- ---- names: only PERMUTE and WITHIN are words of a PATTERN

SELECT * FROM s MATCH_RECOGNIZE (MEASURES match.price AS first, define.x AS define AFTER MATCH SKIP TO first PATTERN (match first last define "select" as "Mixed" "permute" "within") SUBSET subset = (match, first) DEFINE match AS match.price > 1, define AS pattern > 1, first AS first.price > last(first.price));
-- = SELECT * FROM s MATCH_RECOGNIZE (MEASURES match.price AS first, define.x AS define AFTER MATCH SKIP TO LAST "first" PATTERN (match first last define "select" "as" "Mixed" "permute" "within") SUBSET subset = (match, first) DEFINE match AS match.price > 1, define AS pattern > 1, first AS first.price > last(first.price))
SELECT match, pattern, define, measures, subset, permute, one, within, initial, seek, running, final, skip, final x, running y, final(z), running(z) FROM s ORDER BY final LIMIT (1);
-- = SELECT match, pattern, define, measures, subset, permute, one, within, initial, seek, running, final, skip, final AS x, running AS y, final(z), running(z) FROM s ORDER BY final LIMIT 1
SELECT * FROM s MATCH_RECOGNIZE (PARTITION BY final ORDER BY running MEASURES final AS running, running.final AS measures, FINAL final(x) AS one, final.x + running(y) AS all ONE ROW PER MATCH PATTERN (final running) DEFINE final AS running);
SELECT * FROM s MATCH_RECOGNIZE (ORDER BY final PATTERN (a));
SELECT * FROM s MATCH_RECOGNIZE (AFTER MATCH SKIP TO last PATTERN (last));
-- = SELECT * FROM s MATCH_RECOGNIZE (AFTER MATCH SKIP TO LAST "last" PATTERN (last))
SELECT * FROM s MATCH_RECOGNIZE (AFTER MATCH SKIP TO LAST pattern PATTERN (pattern));
SELECT * FROM s MATCH_RECOGNIZE (AFTER MATCH SKIP TO next PATTERN (next));
-- = SELECT * FROM s MATCH_RECOGNIZE (AFTER MATCH SKIP TO LAST "next" PATTERN (next))
SELECT * FROM match_recognize(a), s AS match_recognize MATCH_RECOGNIZE (PATTERN (a)) AS match_recognize;
-- = SELECT * FROM match_recognize(a) CROSS JOIN s AS match_recognize MATCH_RECOGNIZE (PATTERN (a)) AS match_recognize

-- ---- in a window

SELECT total OVER w, low OVER (w ORDER BY ts), sum(x) OVER w FROM s WINDOW w AS (PARTITION BY k ORDER BY ts MEASURES sum(a.x) AS total, min(x) AS low ROWS BETWEEN CURRENT ROW AND UNBOUNDED FOLLOWING AFTER MATCH SKIP PAST LAST ROW SEEK PATTERN (a b+) WITHIN INTERVAL '1' HOUR SUBSET u = (a, b) DEFINE b AS x > 1);
SELECT first_value(x) OVER (w ROWS BETWEEN CURRENT ROW AND 5 FOLLOWING INITIAL PATTERN (a) DEFINE a AS x > 1) FROM s;
SELECT n OVER (MEASURES x AS n ROWS BETWEEN CURRENT ROW AND UNBOUNDED FOLLOWING PATTERN (a)) FROM s;
SELECT over OVER over, sum(x) OVER measures, sum(x) OVER (measures PARTITION BY k), sum(x) OVER (pattern ORDER BY k) FROM s WINDOW measures AS (), pattern AS (), over AS (initial);
-- = SELECT over OVER over, sum(x) OVER measures, sum(x) OVER ("measures" PARTITION BY k), sum(x) OVER ("pattern" ORDER BY k) FROM s WINDOW measures AS (), pattern AS (), over AS ("initial")
