"""OVER against an independent oracle; the whole of it is tests/over/random.py."""

from __future__ import annotations

import datetime as dt

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
