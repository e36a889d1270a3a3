"""OVER against an independent oracle; the whole of it is tests/over/random.py."""

from __future__ import annotations

import datetime as dt

import numpy as np
import pytest

import cep
from cep.grammar.parser import parse_query
from cep.running import Output
from cep.runtime.kernels import compile as kernels
from tests.over.random import Case


@pytest.mark.parametrize("seed", range(0, 200, 20))
def test_random_streams(seed: int) -> None:
    for one in range(seed, seed + 20):
        assert Case.of(one).check() is None, f"seed {one}"


def test_compiled_kernels_agree() -> None:
    before = kernels.use("compiled")
    try:
        for seed in range(1000, 1040):
            assert Case.of(seed).check() is None, f"seed {seed}"
    finally:
        kernels.use(before)


FRAMES = {
    "range": "RANGE INTERVAL '5' SECOND PRECEDING",
    "ahead": "RANGE BETWEEN CURRENT ROW AND INTERVAL '5' SECOND FOLLOWING",
    "both": "RANGE BETWEEN INTERVAL '5' SECOND PRECEDING AND INTERVAL '2' SECOND FOLLOWING",
}


@pytest.mark.parametrize("name", FRAMES)
def test_nothing_is_kept_of_partitions_out_of_reach(name: str) -> None:
    engine = cep.Engine()
    engine.execute("CREATE STREAM s (k VARCHAR, v INT, ts TIMESTAMP(3), WATERMARK FOR ts)")
    window = f"(PARTITION BY k ORDER BY ts {FRAMES[name]})"
    text = (
        f"SELECT k, SUM(v) OVER {window}, MIN(v) OVER {window}, MEDIAN(v) OVER {window}, "
        f"LAST_VALUE(k) OVER {window} FROM s"
    )
    engine.start(parse_query(text), name="q", output=Output(lambda _: None))
    graph = engine.queries["q"].graph
    empty = graph.size().bytes
    most = 0
    for n in range(12):
        keys = [f"a rather long key number {n}/{i}" for i in range(500)]
        time = dt.datetime(2024, 1, 1) + dt.timedelta(seconds=20 * n)
        engine.insert("s", [(key, i, time) for i, key in enumerate(keys)])
        size = graph.size()
        assert size.rows <= 2 * 500
        most = max(most, size.bytes) if n < 4 else most
        assert size.bytes <= 2 * most
    engine.finish()
    assert (graph.size().rows, graph.size().bytes) == (0, empty)


def test_rows_out_of_reach_are_dropped() -> None:
    engine = cep.Engine()
    engine.execute("CREATE STREAM s (k INT, v INT, ts TIMESTAMP(3), WATERMARK FOR ts)")
    text = (
        "SELECT SUM(v) OVER (PARTITION BY k ORDER BY ts ROWS 3 PRECEDING), LAG(v, 2) OVER "
        "(PARTITION BY k ORDER BY ts), ROW_NUMBER() OVER (PARTITION BY k ORDER BY ts) FROM s"
    )
    last: list[int] = []
    take = Output(lambda b: last.extend(b.columns[2].to_pylist()))
    engine.start(parse_query(text), name="q", output=take)
    start = dt.datetime(2024, 1, 1)
    for n in range(60):
        some = range(1000 * n, 1000 * (n + 1))
        rows = [(i % 10, i, start + dt.timedelta(milliseconds=i)) for i in some]
        engine.insert("s", rows)
        assert engine.queries["q"].graph.size().rows < 6000
    assert max(last) == 6000


def test_late_rows_go_where_the_query_says() -> None:
    engine = cep.Engine()
    engine.execute("CREATE STREAM s (k VARCHAR, v INT, ts TIMESTAMP(3), WATERMARK FOR ts)")
    engine.execute("CREATE STREAM late (ts TIMESTAMP(3), v INT)")
    found: list[dict[str, object]] = []
    take = Output(lambda b: found.extend(b.to_arrow().to_pylist()))
    engine.start(parse_query("SELECT v FROM late"), name="found", output=take)
    text = (
        "SELECT SUM(v + 1) OVER (PARTITION BY UPPER(k) ORDER BY ts) AS total FROM s "
        "QUALIFY COUNT(*) OVER (ORDER BY ts) > 0 LATE ROWS TO late"
    )
    result = engine.start(parse_query(text), name="q")
    start = dt.datetime(2024, 1, 1)
    engine.insert("s", [("a", n, start + dt.timedelta(seconds=n % 3)) for n in range(6)])
    engine.finish()
    assert found == [{"v": 3}, {"v": 4}]
    assert [row.total for row in result.fetchall()] == [1, 3, 12, 12]
    assert engine.queries["q"].aside.late_rows.count == 2


def test_a_sum_that_does_not_fit_is_an_error_of_its_rows() -> None:
    engine = cep.Engine()
    engine.execute("CREATE STREAM s (v BIGINT, ts TIMESTAMP(3), WATERMARK FOR ts)")
    text = "SELECT v, SUM(v) OVER (ORDER BY ts ROWS 1 PRECEDING) AS total FROM s"
    result = engine.start(parse_query(text), name="q")
    start = dt.datetime(2024, 1, 1)
    values = (2**63 - 1, 1, -5, 2**63 - 1)
    rows = [(v, start + dt.timedelta(seconds=n)) for n, v in enumerate(values)]
    engine.insert("s", rows)
    engine.finish()
    assert [row.total for row in result.fetchall()] == [2**63 - 1, -4, 2**63 - 6]
    errors = engine.execute("SELECT error FROM errors.q").fetchall()
    assert [row.error for row in errors] == ["SUM does not fit BIGINT"]


@pytest.mark.parametrize("many", [1, 7, 40, 500])
def test_moments_from_the_beginning_are_those_of_the_rows(many: int) -> None:
    """However many rows of a partition come at once: they are added up in pairs, or one by one."""
    chance = np.random.default_rng(5)
    keys, v, w = chance.integers(0, 3, 500), chance.normal(1e6, 1, 500), chance.normal(0, 5, 500)
    found: list[tuple[int, float | None, float | None, float | None]] = []
    engine = cep.Engine()
    engine.execute("CREATE STREAM s (k INT, v DOUBLE, w DOUBLE, ts TIMESTAMP(3), WATERMARK FOR ts)")
    engine.start(
        parse_query("""
            SELECT k, STDDEV_SAMP(v) OVER x, COVAR_POP(v, w) OVER x,
              VAR_POP(w) FILTER (WHERE w > 0) OVER x
            FROM s WINDOW x AS (PARTITION BY k ORDER BY ts)
        """),
        name="q",
        output=Output(
            lambda b: found.extend(zip(*(c.to_pylist() for c in b.columns), strict=True))
        ),
    )
    start = dt.datetime(2026, 1, 1)
    rows = [
        (int(k), float(a), float(b), start + dt.timedelta(seconds=i))
        for i, (k, a, b) in enumerate(zip(keys, v, w, strict=True))
    ]
    for i in range(0, len(rows), many):
        engine.insert("s", rows[i : i + many])
    engine.finish()
    assert len(found) == len(rows)
    for i, (key, deviation, covariance, variance) in enumerate(found):
        mine = keys[: i + 1] == key
        some, other = v[: i + 1][mine], w[: i + 1][mine]
        assert key == keys[i]
        wanted = np.std(some, ddof=1) if len(some) > 1 else None
        assert deviation == (None if wanted is None else pytest.approx(wanted, rel=1e-9))
        assert covariance == pytest.approx(np.cov(some, other, bias=True)[0, 1], rel=1e-7, abs=1e-9)
        above = other[other > 0]
        assert variance == (pytest.approx(np.var(above), abs=1e-12) if len(above) else None)
