SELECT DISTINCT p.id, p.name, make_timestamp(epoch_ms(p.datetime) // 10000 * 10000000)
FROM person p JOIN auction a
ON p.id = a.seller AND epoch_ms(p.datetime) // 10000 = epoch_ms(a.datetime) // 10000;
