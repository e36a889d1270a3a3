"""Windows against an independent oracle; the whole of it is tests/windows/random.py."""

from __future__ import annotations

import datetime as dt

import pytest

import cep
from cep.grammar.parser import parse_query
from cep.running import Output
from tests.windows.random import Case


@pytest.mark.parametrize("seed", range(0, 200, 20))
def test_random_streams(seed: int) -> None:
    for one in range(seed, seed + 12):
        assert Case.of(one).check() is None, f"seed {one}"


QUERIES = {
    "hop": "HOP(TABLE s, DESCRIPTOR(ts), INTERVAL '2' SECOND, INTERVAL '10' SECOND)",
    "cumulate": "CUMULATE(TABLE s, DESCRIPTOR(ts), INTERVAL '2' SECOND, INTERVAL '10' SECOND)",
    "session": "SESSION(TABLE s PARTITION BY k, DESCRIPTOR(ts), INTERVAL '5' SECOND)",
    "slide": "SLIDE(TABLE s PARTITION BY k, DESCRIPTOR(ts), INTERVAL '5' SECOND)",
}


@pytest.mark.parametrize("kind", QUERIES)
def test_nothing_is_kept_of_keys_that_were_seen_once(kind: str) -> None:
    engine = cep.Engine()
    engine.execute("CREATE STREAM s (k VARCHAR, v INT, ts TIMESTAMP(3), WATERMARK FOR ts)")
    text = (
        f"SELECT k, window_start, window_end, COUNT(DISTINCT v), MAX(k), LAST_VALUE(v) "
        f"FROM {QUERIES[kind]} GROUP BY k, window_start, window_end"
    )
    engine.start(parse_query(text), name="q", output=Output(lambda _: None))
    operators = [n.operator for n in engine.queries["q"].graph.nodes]
    empty = [o.size().bytes for o in operators]
    most = 0
    for n in range(12):
        keys = [f"a rather long key number {n}/{i}" for i in range(500)]
        time = dt.datetime(2024, 1, 1) + dt.timedelta(seconds=20 * n)
        engine.insert("s", [(key, i, time) for i, key in enumerate(keys)])
        size = engine.queries["q"].graph.size()
        assert size.rows <= 5 * 500
        most = max(most, size.bytes) if n < 4 else most
        assert size.bytes <= 2 * most
    engine.finish()
    assert engine.queries["q"].graph.size().rows == 0
    assert [o.size().bytes for o in operators] == empty
