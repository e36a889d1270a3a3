"""Windows of many slices, put together from stacks: late rows between slices, restarts, pieces."""

from __future__ import annotations

import datetime as dt
import random
import statistics
from collections import defaultdict
from collections.abc import Iterable

import numpy as np
import pyarrow as pa
import pytest

import cep
from cep.grammar.parser import parse_query
from cep.running import Output
from cep.runtime.batch import Batch
from cep.runtime.kernels import compile as kernels
from cep.runtime.operators import slices
from cep.runtime.stacked import Stacked
from cep.runtime.state import stacks

EPOCH = dt.datetime(1970, 1, 1)
SECOND = dt.timedelta(seconds=1)

AGGREGATES = (
    "COUNT(*), SUM(v), MAX(v), AVG(v), STDDEV_POP(v), SUM(n), CAST(BOOL_OR(n > 40) AS INT), "
    "MIN(name), COVAR_POP(v, n), SUM(CAST(n AS DECIMAL(30, 2))), COUNT(DISTINCT n), MEDIAN(n), "
    "COUNT(*) FILTER (WHERE n < 10)"
)

WINDOWS = {
    "hop": ("HOP(TABLE s, DESCRIPTOR(ts), INTERVAL '1' SECOND, INTERVAL '30' SECOND)", 1, 30),
    "gaps": ("HOP(TABLE s, DESCRIPTOR(ts), INTERVAL '7' SECOND, INTERVAL '30' SECOND)", 7, 30),
}

Row = tuple[int, int, float, int, str]
"""Time in milliseconds, key, and the values."""


def _rows(seed: int, count: int) -> list[Row]:
    """Return rows of 100 seconds, of which some come up to 25 seconds late."""
    chance = random.Random(seed)
    keys = chance.choice((1, 10, 200))
    late = chance.choice((0.0, 0.02, 0.3))
    times = sorted(chance.randrange(-40_000, 60_000) for _ in range(count))
    rows = []
    for time in times:
        ago = chance.randrange(25_000) if chance.random() < late else 0
        rows.append(
            (time - ago, chance.randrange(keys), chance.uniform(-9, 9), chance.randrange(50))
        )
    return [(*row, f"name {row[3] * 7 % 50}") for row in rows]


def _expected(rows: list[Row], slide: int, size: int) -> dict[tuple[int, int], tuple[object, ...]]:
    """Return the values of each key and end of a window, from its rows one by one."""
    windows: dict[tuple[int, int], list[Row]] = defaultdict(list)
    highest = float("-inf")
    for row in rows:
        end = (row[0] // 1000 // slide + 1) * slide - slide + size
        while end * 1000 > row[0]:
            if end * 1000 - size * 1000 <= row[0] and end * 1000 > highest:
                windows[row[1], end].append(row)
            end -= slide
        highest = max(highest, row[0])
    return {window: _values(some) for window, some in windows.items()}


def _values(rows: list[Row]) -> tuple[object, ...]:
    v, n = [r[2] for r in rows], [r[3] for r in rows]
    mean = statistics.fmean(v)
    other = statistics.fmean(n)
    covariance = statistics.fmean((r[2] - mean) * (r[3] - other) for r in rows)
    return (
        *(len(rows), sum(v), max(v), mean, statistics.pstdev(v), sum(n), int(max(n) > 40)),
        *(min(r[4] for r in rows), covariance, sum(n), len(set(n)), statistics.median(n)),
        sum(one < 10 for one in n),
    )


def _said(rows: list[Row], window: str, pieces: random.Random, restarts: float) -> list[Batch]:
    """Return what is said of rows in pieces, with restarts in between."""
    query = parse_query(
        f"SELECT k, window_end, {AGGREGATES} FROM {window} GROUP BY k, window_start, window_end"
    )
    table = pa.table({
        "ts": pa.array(np.array([r[0] for r in rows]) * 1000, pa.timestamp("us")),
        "k": pa.array([r[1] for r in rows]),
        "v": pa.array([r[2] for r in rows]),
        "n": pa.array([r[3] for r in rows]),
        "name": pa.array([r[4] for r in rows]),
    })  # fmt: skip
    engine = cep.Engine()
    engine.execute(
        "CREATE STREAM s (ts TIMESTAMP(6), k BIGINT, v DOUBLE, n BIGINT, name VARCHAR, "
        "WATERMARK FOR ts)"
    )
    said: list[Batch] = []
    engine.start(query, name="q", output=Output(said.append))
    most = done = 0
    while done < len(rows):
        size = pieces.choice((3, 40, 700))
        engine.insert("s", table.slice(done, size))
        done += size
        most = max(most, engine.queries["q"].graph.size().bytes)
        if pieces.random() < restarts:
            snapshot = engine.queries["q"].snapshot()
            engine.queries["q"].close()
            engine.start(query, name="q", output=Output(said.append), snapshot=snapshot)
    engine.finish()
    left = engine.queries["q"].graph.size()
    assert left.rows == 0
    assert left.bytes < max(most // 4, 20_000)
    return said


def _answers(said: Iterable[Batch]) -> list[tuple[tuple[int, int], tuple[object, ...]]]:
    rows = [row for b in said for row in zip(*(c.to_pylist() for c in b.columns), strict=True)]
    return [((k, round((end - EPOCH) / SECOND)), tuple(values)) for k, end, *values in rows]


@pytest.mark.parametrize("window", WINDOWS)
@pytest.mark.parametrize("seed", range(4))
def test_windows_are_put_together_from_their_rows(
    seed: int, window: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    text, slide, size = WINDOWS[window]
    rows = _rows(seed, 300)
    if seed % 2:
        monkeypatch.setattr(slices, "_MOST", 1)
        monkeypatch.setattr(stacks, "_ROWS", 1)
    before = kernels.use("compiled" if seed % 3 else "python")
    try:
        answers = _answers(_said(rows, text, random.Random(seed), 0.2))
        whole = _answers(_said(rows, text, random.Random(-seed - 1), 0.0))
    finally:
        kernels.use(before)
    expected = _expected(rows, slide, size)
    assert len(answers) == len(expected)
    for key, values in answers:
        for value, wanted in zip(values, expected[key], strict=True):
            if isinstance(wanted, str):
                assert value == wanted, key
            else:
                assert float(str(value)) == pytest.approx(float(str(wanted)), rel=1e-9, abs=1e-9), (
                    key
                )
    # Neither pieces nor restarts change the order in which keys are said.
    assert [key for key, _ in answers] == [key for key, _ in whole]


def test_a_group_is_entered_at_most_twice(monkeypatch: pytest.MonkeyPatch) -> None:
    made = 0
    before = Stacked.make

    def counted(self: Stacked, some: stacks.Made, capacity: int) -> None:
        nonlocal made
        made += len(some.nodes)
        before(self, some, capacity)

    monkeypatch.setattr(Stacked, "make", counted)
    rows = [(1000 * i, i % 3, 1.0, i % 50, "x") for i in range(600)]
    said = _said(rows, WINDOWS["hop"][0], random.Random(1), 0.0)
    assert sum(b.rows for b in said) == 3 * (600 + 27)  # of a key with a row in three seconds
    assert 600 < made < 2 * 600
