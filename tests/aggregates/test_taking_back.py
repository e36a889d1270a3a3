"""What was merged is taken back, as if it had never been there."""

from __future__ import annotations

import numpy as np
import pyarrow as pa
import pytest

from cep.runtime.aggregates.accumulator import Rows
from cep.runtime.aggregates.builtin import AGGREGATES
from cep.runtime.aggregates.calls import AggregateCall, Calls
from cep.types import BIGINT, DOUBLE, VARCHAR, DataType, Field, Schema

SCHEMA = Schema((Field("x", DOUBLE), Field("s", VARCHAR), Field("n", BIGINT)))
SLICES = 6
GROUPS = 4

CASES = [
    ("median", [DOUBLE], (0,), (), False),
    ("percentile_disc", [DOUBLE], (0,), (0.3, False), False),
    ("percentile_disc", [VARCHAR], (1,), (0.7, True), False),
    ("mode", [VARCHAR], (1,), (False,), False),
    ("min", [DOUBLE], (0,), (), False),
    ("max", [VARCHAR], (1,), (), False),
    ("first_value", [VARCHAR], (1,), (), False),
    ("last_value", [DOUBLE], (0,), (), False),
    ("arg_max", [VARCHAR, DOUBLE], (1, 0), (), False),
    ("array_agg", [DOUBLE], (0,), (), False),
    ("string_agg", [VARCHAR], (1,), (), False),
    ("approx_count_distinct", [VARCHAR], (1,), (), False),
    ("approx_percentile", [DOUBLE], (0,), (0.5, False), False),
    ("count", [VARCHAR], (1,), (), True),
    ("sum", [BIGINT], (2,), (), True),
    ("median", [DOUBLE], (0,), (), True),
]


def call_of(
    name: str,
    types: list[DataType],
    arguments: tuple[int, ...],
    settings: tuple[object, ...],
    distinct: bool,
) -> AggregateCall:
    """Return the call of an aggregate over columns of the schema."""
    found = AGGREGATES.resolve(name, [*types, *([DOUBLE] if len(settings) > 1 else [])])
    assert found is not None
    aggregate = found[0]
    result = aggregate.result_type(types)
    return AggregateCall(aggregate, arguments, result, None, distinct, None, settings)


def some_rows(random: np.random.Generator, start: int) -> tuple[Rows, list[pa.Array]]:
    """Return rows of all groups with times from `start` on, and their columns."""
    n = int(random.integers(0, 12))
    numbers = random.integers(-3, 4, n)
    times = start + np.sort(random.integers(0, 4, n))
    weights = np.where(random.random(n) < 0.2, 2, 1)
    rows = Rows(
        np.arange(GROUPS), random.integers(0, GROUPS, n), weights, times, 10 * start + np.arange(n)
    )
    texts = [None if v == 3 else str(v) * 5 for v in numbers.tolist()]
    columns = [pa.array(numbers / 2), pa.array(texts, pa.string()), pa.array(numbers)]
    return rows, columns


@pytest.mark.parametrize("case", CASES, ids=lambda c: f"{c[0]}{'_distinct' if c[4] else ''}")
@pytest.mark.parametrize("seed", range(5))
def test_a_window_over_slices(
    case: tuple[str, list[DataType], tuple[int, ...], tuple[object, ...], bool], seed: int
) -> None:
    random = np.random.default_rng(seed)
    call = call_of(*case)

    def made(groups: int) -> Calls:
        calls = Calls(SCHEMA, [call], append_only=False)
        calls.reserve(groups)
        return calls

    slices = made(64 * GROUPS)
    window = made(GROUPS)
    every = np.arange(GROUPS)
    assert all(a.reversible for a in slices.accumulators[1:])
    for turn in range(30):
        rows, columns = some_rows(random, 4 * turn)
        mine = every + turn * GROUPS
        slices.add(Rows(mine, rows.local, rows.weights, rows.times, rows.arrivals), columns)
        kept = slices.accumulators[1]
        window.accumulators[1].merge(every, kept, mine)
        if turn >= SLICES:
            window.accumulators[1].unmerge(every, kept, mine - SLICES * GROUPS)
        right = made(GROUPS)
        for k in range(max(0, turn - SLICES + 1), turn + 1):
            right.accumulators[1].merge(every, kept, every + k * GROUPS)
        assert window.values(every)[0][0].to_pylist() == right.values(every)[0][0].to_pylist()
