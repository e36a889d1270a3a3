"""Every aggregate over a table that changes says what it says of the rows that are left."""

from __future__ import annotations

import random

import pytest

import cep
from cep.bags import close_rows, plain
from cep.runtime.aggregates.builtin import AGGREGATES

CALLS = {
    "count": ["COUNT(*)", "COUNT(w)", "COUNT(DISTINCT w)", "COUNT(*) FILTER (WHERE f)"],
    "sum": ["SUM(i)", "SUM(d)", "SUM(x)", "SUM(DISTINCT i)", "SUM(span)"],
    "avg": ["AVG(i)", "AVG(d)", "AVG(x)", "AVG(span)"],
    "min": ["MIN(i)", "MIN(w)", "MIN(x)"],
    "max": ["MAX(i)", "MAX(w)", "MAX(d)"],
    "any_value": ["ANY_VALUE(k)"],
    "first_value": ["FIRST_VALUE(w ORDER BY id)"],
    "last_value": ["LAST_VALUE(w ORDER BY i DESC, id)"],
    "array_agg": ["ARRAY_AGG(w ORDER BY id)", "ARRAY_AGG(i ORDER BY x, id) FILTER (WHERE f)"],
    "percentile_cont": ["PERCENTILE_CONT(0.3) WITHIN GROUP (ORDER BY x)"],
    "percentile_disc": ["PERCENTILE_DISC(0.5) WITHIN GROUP (ORDER BY i)"],
    "mode": ["MODE() WITHIN GROUP (ORDER BY w)"],
    "approx_percentile": ["APPROX_PERCENTILE(x, 0.5)"],
    "approx_count_distinct": ["APPROX_COUNT_DISTINCT(w)"],
}
CALLS |= {n: [f"{n}(w, id)"] for n in ("arg_min", "arg_max", "min_by", "max_by")}
CALLS |= {n: [f"{n}(f)"] for n in ("bool_and", "bool_or", "every", "count_if")}
CALLS |= {n: [f"{n}(w, '+' ORDER BY id)"] for n in ("string_agg", "listagg")}

COLUMNS = "k VARCHAR, i INT, d DECIMAL(9, 2), x DOUBLE, w VARCHAR, f BOOLEAN, span INTERVAL DAY"


def calls_of(name: str) -> list[str]:
    if name in CALLS:
        return CALLS[name]
    pairs = name.startswith(("regr_", "cov", "corr"))
    return [f"{name}({'x, i' if pairs else 'x'})"]


def some_row(chance: random.Random, key: int) -> tuple[object, ...]:
    values = (
        chance.choice(["a", "b", None]),
        chance.choice([None, *range(-3, 9)]),
        chance.choice([None, "1.25", "-7.50", "0.10"]),
        chance.choice([None, 0.1, 2.5, 1e12, -1e12, 3.0]),
        chance.choice([None, "u", "v", "w"]),
        chance.choice([None, True, False]),
    )
    return (key, *values, chance.choice([None, f"{key % 5} 00:00:00"]))


@pytest.mark.parametrize("name", sorted({a.name for a in AGGREGATES if not a.sketch}))
def test_the_rows_that_are_left_decide(name: str) -> None:
    chance = random.Random(name)
    calls = ", ".join(f"{c} AS c{n}" for n, c in enumerate(calls_of(name)))
    query = f"SELECT k, {calls} FROM t GROUP BY k"
    engine = cep.Engine()
    engine.execute(f"CREATE TABLE t (id INT, {COLUMNS}, PRIMARY KEY (id))")
    engine.execute(f"CREATE MATERIALIZED VIEW v AS {query}")
    rows: dict[int, tuple[object, ...]] = {}
    for _ in range(25):
        if rows and chance.random() < 0.4:
            gone = chance.sample(list(rows), min(len(rows), 3))
            engine.delete("t", [(key,) for key in gone])
            for key in gone:
                del rows[key]
        else:
            keys = chance.sample(range(20), chance.randint(1, 5))
            new = {key: some_row(chance, key) for key in keys}
            engine.insert("t", list(new.values()))
            rows |= new
        fresh = cep.Engine()
        fresh.execute(f"CREATE STREAM t (id INT, {COLUMNS})")
        anew = fresh.query(query)
        fresh.insert("t", [rows[key] for key in sorted(rows)])
        said: dict[object, tuple[object, ...]] = {}
        for op, *row in anew:
            if op == "+":
                said[row[0]] = tuple(map(plain, row))
        kept = {row[0]: tuple(map(plain, row)) for row in engine.execute("SELECT * FROM v")}
        assert kept.keys() == said.keys()
        assert all(close_rows(kept[k], said[k]) for k in kept), (kept, said)
