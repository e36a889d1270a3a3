"""Blocks of slices: windows of many slices, put together from few of them."""

from __future__ import annotations

import random

import numpy as np
import pyarrow as pa
import pytest

import cep
from cep.grammar.parser import parse_query
from cep.running import Output
from cep.runtime import blocks
from cep.runtime.batch import Batch
from cep.runtime.operators import slices
from cep.runtime.state.forest import Forest
from tests.windows.random import Case

QUERY = parse_query(
    "SELECT k, window_end, COUNT(*), SUM(v), MAX(v), AVG(v) FROM "
    "HOP(TABLE s, DESCRIPTOR(ts), INTERVAL '1' SECOND, INTERVAL '50' SECOND) "
    "GROUP BY k, window_start, window_end"
)


def _said(seed: int) -> list[tuple[object, ...]]:
    """Return the sorted rows of hops over 400 seconds, with late rows and restarts."""
    rng = np.random.default_rng(seed)
    chance = random.Random(seed)
    n, keys = 3000, chance.choice((1, 10, 300))
    # What comes up to 30 seconds late is late for some windows, and in time for others.
    late = np.where(rng.random(n) < chance.choice((0.0, 0.02)), rng.integers(0, 30_000_000, n), 0)
    ts = pa.array(np.sort(rng.integers(0, 400_000_000, n)) - late, pa.timestamp("us"))
    table = pa.table({"k": rng.integers(0, keys, n), "v": rng.random(n), "ts": ts})
    engine = cep.Engine()
    engine.execute("CREATE STREAM s (k BIGINT, v DOUBLE, ts TIMESTAMP(6), WATERMARK FOR ts)")
    said: list[Batch] = []
    engine.start(QUERY, name="q", output=Output(said.append))
    most = done = 0
    while done < n:
        size = chance.choice((3, 40, 700))
        engine.insert("s", table.slice(done, size))
        done += size
        most = max(most, engine.queries["q"].graph.size().bytes)
        if chance.random() < 0.1:
            snapshot = engine.queries["q"].snapshot()
            engine.queries["q"].close()
            engine.start(QUERY, name="q", output=Output(said.append), snapshot=snapshot)
    engine.finish()
    left = engine.queries["q"].graph.size()
    assert left.rows == 0
    assert left.bytes < max(most // 4, 20_000)
    rows = [zip(*(c.to_pylist() for c in batch.columns), strict=True) for batch in said]
    return sorted(row for some in rows for row in some)


@pytest.mark.parametrize("seed", range(8))
def test_blocks_change_nothing(seed: int, monkeypatch: pytest.MonkeyPatch) -> None:
    with_blocks = _said(seed)
    monkeypatch.setattr(slices, "_MANY", 1 << 60)
    without = _said(seed)
    assert len(with_blocks) == len(without) > 400
    for one, other in zip(with_blocks, without, strict=True):
        assert one[:3] == other[:3]
        assert one[3:] == pytest.approx(other[3:], rel=1e-9)


@pytest.mark.parametrize("seed", range(300, 360, 20))
def test_random_streams_in_small_blocks(seed: int, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(slices, "_MANY", 2)
    monkeypatch.setattr(blocks, "_FEW", 0)
    for one in range(seed, seed + 20):
        assert Case.of(one).check(["hops", "cumulates"]) is None, f"seed {one}"


@pytest.mark.parametrize("late", [0.0, 0.2])
def test_names_are_few_and_mean_the_parts_in_order(late: float) -> None:
    chance = random.Random(1)
    forest = Forest(5)
    made: dict[int, tuple[int, int]] = {}
    parts: list[tuple[int, int, int]] = []
    for n in range(1000):
        begin = n - chance.randint(1, 30) if chance.random() < late else n
        parts = sorted([*parts, (begin, n, n)])
        forest.join((begin, n, n))
        while parts[0][0] < n - 100:
            parts.pop(0)
            forest.leave()
        changes = forest.changes()
        for level in changes.made:
            made |= {block: (left, right) for block, left, right in level}
        names = forest.names()
        assert len(names) <= 16
        assert _parts(names, made) == [one for _, _, one in parts]
        for block in changes.gone:
            del made[block]
    for _ in parts:
        forest.leave()
    assert set(forest.changes().gone) == set(made)


def _parts(names: list[int], made: dict[int, tuple[int, int]]) -> list[int]:
    every: list[int] = []
    for name in names:
        every += [name] if name >= 0 else _parts(list(made[name]), made)
    return every
