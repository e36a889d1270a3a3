"""What GroupAggregate promises beside its values: when, in which order, and what it keeps."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

import numpy as np
import pyarrow as pa
import pytest

from cep.runtime.batch import Batch
from cep.runtime.kernels import compile as kernels
from cep.runtime.operators.aggregate import Emission, GroupAggregate, WindowKey
from cep.runtime.time import END
from cep.runtime.windows import tumble_end, tumble_start
from cep.types import BIGINT, DOUBLE, TIMESTAMP, VARCHAR, Field, Schema
from tests.aggregates.harness import Collector, instant
from tests.aggregates.oracle import call

SCHEMA = Schema(
    (
        Field("ws", TIMESTAMP, False),
        Field("we", TIMESTAMP, False),
        Field("k", VARCHAR),
        Field("v", BIGINT),
        Field("d", DOUBLE),
    )
)
SECOND = 1_000_000


@pytest.fixture(params=["python", "compiled"], autouse=True)
def mode(request: pytest.FixtureRequest) -> Iterator[str]:
    before = kernels.use(request.param)
    yield request.param
    kernels.use(before)


def batch(
    rows: Sequence[tuple[int, str | None, int | None]],
    *,
    weights: list[int] | None = None,
    lateness: list[int] | None = None,
) -> Batch:
    """Rows of (time, k, v) in tumbling windows of a second."""
    time = np.array([r[0] for r in rows], np.int64)
    columns = (
        pa.array(tumble_start(time, SECOND)).cast(pa.timestamp("us")),
        pa.array(tumble_end(time, SECOND)).cast(pa.timestamp("us")),
        pa.array([r[1] for r in rows], pa.string()),
        pa.array([r[2] for r in rows], pa.int64()),
        pa.array([None if r[2] is None else float(r[2]) for r in rows], pa.float64()),
    )
    return Batch(
        SCHEMA,
        columns,
        len(rows),
        time,
        None if lateness is None else np.array(lateness, np.int64),
        None if weights is None else np.array(weights, np.int64),
    )


def windowed(**options: Any) -> tuple[GroupAggregate, Collector]:
    calls = (call(SCHEMA, "count"), call(SCHEMA, "sum", "v"))
    fields = [SCHEMA.fields[k] for k in (0, 1, 2)] + [Field("n", BIGINT), Field("s", BIGINT)]
    options.setdefault("emission", Emission.WATERMARK)
    op = GroupAggregate(
        SCHEMA, Schema(tuple(fields)), (0, 1, 2), calls, window=WindowKey(0, 1, 1000), **options
    )
    out = Collector()
    op.outlet = out
    return op, out


def grouped(keys: tuple[int, ...], *names: str, **options: Any) -> tuple[GroupAggregate, Collector]:
    calls = tuple(call(SCHEMA, n) if n == "count" else call(SCHEMA, n, "v") for n in names)
    fields = [SCHEMA.fields[k] for k in keys] + [
        Field(n, c.result) for n, c in zip(names, calls, strict=True)
    ]
    op = GroupAggregate(SCHEMA, Schema(tuple(fields)), keys, calls, **options)
    out = Collector()
    op.outlet = out
    return op, out


def test_a_window_is_said_when_the_watermark_reaches_its_end() -> None:
    op, out = windowed()
    out.take(op.process(0, batch([(1_500_000, "b", 1), (500_000, "b", 2), (1_999_999, "a", 3)])))
    out.take(op.advance(0, 999_999))
    assert out.order == []
    out.take(op.advance(0, 1_000_000))
    assert out.order == [(instant(0), instant(SECOND), "b", 1, 2)]
    assert out.times == [999_000]
    assert op.output_watermark() == 1_000_000
    out.take(op.advance(0, 2_000_500))
    assert [r[2:] for r in out.order[1:]] == [("b", 1, 1), ("a", 1, 3)]
    assert op.output_watermark() == 2_000_000
    assert op.size().rows == op.size().bytes == 0


def test_rows_are_ordered_by_the_end_of_the_window_and_then_by_arrival() -> None:
    rows = [(2_100_000, "x", 1), (100_000, "z", 1), (100_001, "y", 1), (2_000_000, "w", 1)]
    rows += [(900_000, "a", 1), (1_200_000, "q", 1), (100_002, "z", 1)]
    for size in (1, 2, 7):
        op, out = windowed()
        for i in range(0, len(rows), size):
            out.take(op.process(0, batch(rows[i : i + size])))
        out.take(op.advance(0, END))
        assert [r[2] for r in out.order] == ["z", "y", "a", "q", "x", "w"]


def test_a_window_refuses_a_row_iff_its_end_is_not_after_the_lateness() -> None:
    op, out = windowed()
    late = [999_999, 1_000_000, 1_000_001, -(2**63)]
    out.take(op.process(0, batch([(500_000, "a", v) for v in range(4)], lateness=late)))
    out.take(op.advance(0, END))
    assert [r[3] for r in out.lates] == [1, 2]
    assert [r[3:] for r in out.order] == [(2, 3)]


def test_windows_before_1970() -> None:
    op, out = windowed()
    out.take(op.process(0, batch([(-1, "a", 1), (-SECOND, "a", 2), (0, "a", 4)])))
    out.take(op.advance(0, 0))
    assert out.order == [(instant(-SECOND), instant(0), "a", 2, 3)]


def test_corrections_replace_what_a_closed_window_said() -> None:
    op, out = windowed(correct=2 * SECOND)
    out.take(op.process(0, batch([(500_000, "a", 1)])))
    out.take(op.advance(0, 1_500_000))
    assert [r[3:] for r in out.order] == [(1, 1)]
    out.take(op.process(0, batch([(600_000, "a", 5)], lateness=[1_500_000])))
    assert [r[3:] for r in out.order] == [(1, 1), (1, 1), (2, 6)]
    out.take(
        op.process(0, batch([(600_000, "b", 7), (1_600_000, "b", 9)], lateness=[1_500_000] * 2))
    )
    assert [r[2:] for r in out.order[3:]] == [("b", 1, 7)]
    assert op.output_watermark() == -500_000
    out.take(op.advance(0, 3_000_000))
    assert [r[2:] for r in out.order[4:]] == [("b", 1, 9)]
    assert op.size().rows == 1
    out.take(op.process(0, batch([(600_000, "b", 7)], lateness=[3_000_000])))
    assert len(out.lates) == 1
    out.take(op.advance(0, END))
    assert out.result(3).keys() == {
        (instant(0), instant(SECOND), "a"),
        (instant(0), instant(SECOND), "b"),
        (instant(SECOND), instant(2 * SECOND), "b"),
    }
    assert op.size().bytes == 0


def test_changes_are_a_retraction_and_an_insertion() -> None:
    op, out = grouped((2,), "sum")
    out.take(op.process(0, batch([(0, "a", 1), (1, None, None)])))
    assert out.net == {("a", 1): 1, (None, None): 1}
    out.take(op.process(0, batch([(2, "a", 0), (3, "b", 2)])))
    assert out.order == [("a", 1), (None, None), ("b", 2)]
    (said,) = op.process(0, batch([(4, "b", 5), (5, "a", 1)]))
    assert said.weights().tolist() == [-1, -1, 1, 1]
    assert said.columns[0].to_pylist() == ["b", "a", "b", "a"]
    assert said.columns[1].to_pylist() == [2, 1, 7, 2]


def test_a_group_without_rows_goes() -> None:
    op, out = grouped((2,), "count", "max", append_only=False)
    out.take(op.process(0, batch([(0, "a", 3), (1, "a", 5), (2, "b", 1)], weights=[1, 1, 1])))
    out.take(op.process(0, batch([(1, "a", 5), (2, "b", 1)], weights=[-1, -1])))
    assert out.net == {("a", 1, 3): 1}
    assert op.size().rows == 1
    out.take(op.process(0, batch([(0, "a", 3)], weights=[-1])))
    assert out.net == {}
    assert op.size().rows == op.size().bytes == 0


def test_a_retraction_may_come_before_its_insertion() -> None:
    op, out = grouped((2,), "count", "max", "first_value", append_only=False)
    rows = [(0, "a", 3), (1, "a", 5), (2, "a", 4)]
    out.take(op.process(0, batch(rows, weights=[-1, 1, 1])))
    out.take(op.process(0, batch(rows[:1], weights=[1])))
    assert out.net == {("a", 2, 5, 5): 1}


def test_the_group_without_keys_exists_from_the_start() -> None:
    for emission in Emission:
        op, out = grouped((), "count", "sum", emission=emission)
        out.take(op.advance(0, END))
        assert out.net == {(0, None): 1}
    op, out = grouped((), "count", "sum", append_only=False)
    out.take(op.process(0, batch([(0, "a", 1)], weights=[1])))
    out.take(op.process(0, batch([(0, "a", 1)], weights=[-1])))
    out.take(op.advance(0, END))
    assert out.net == {(0, None): 1}


def test_without_a_window_final_rows_come_at_the_end() -> None:
    op, out = grouped((2,), "count", emission=Emission.WATERMARK)
    out.take(op.process(0, batch([(0, "b", 1), (1, "a", 1), (2, "b", 1)])))
    out.take(op.advance(0, 5))
    assert out.order == []
    out.take(op.advance(0, END))
    assert out.order == [("b", 2), ("a", 1)]
    assert op.size().bytes == 0


def test_distinct_is_append_only_over_append_only_input() -> None:
    op, _ = grouped((2,))
    (said,) = op.process(0, batch([(0, "b", 1), (1, "a", 1), (2, "b", 1)]))
    assert said.weight is None
    assert said.columns[0].to_pylist() == ["b", "a"]
    assert list(op.process(0, batch([(3, "a", 1)]))) == []


def test_a_sum_that_does_not_fit_fails_and_can_recover() -> None:
    op, out = grouped((2,), "sum", append_only=False)
    most = 2**63 - 1
    out.take(op.process(0, batch([(0, "a", most)], weights=[1])))
    out.take(op.process(0, batch([(1, "a", 1)], weights=[1])))
    assert out.net == {}
    assert out.failures == {("a", None): 1}
    out.take(op.process(0, batch([(1, "a", 1)], weights=[-1])))
    assert out.net == {("a", most): 1}
    assert out.failures == {}


def test_groups_that_no_row_came_for_are_forgotten() -> None:
    op, out = grouped((2,), "count", ttl=10)
    op.tick(100)
    out.take(op.process(0, batch([(0, "a", 1), (0, "b", 1)])))
    op.tick(105)
    out.take(op.process(0, batch([(0, "a", 1)])))
    op.tick(110)
    assert op.size().rows == 1
    out.take(op.process(0, batch([(0, "b", 1), (0, "a", 1)])))
    assert out.order[-3:] == [("a", 2), ("b", 1), ("a", 3)]
    op.tick(120)
    assert op.size().rows == op.size().bytes == 0


def test_restoring_keeps_the_order_and_the_time_to_live() -> None:
    op, _ = grouped((2,), "count", ttl=10)
    op.tick(100)
    list(op.process(0, batch([(0, "a", 1), (0, "b", 1)])))
    op.tick(105)
    list(op.process(0, batch([(0, "a", 1)])))
    fresh, _ = grouped((2,), "count", ttl=10)
    fresh.restore(op.snapshot())
    fresh.tick(110)
    assert fresh.size().rows == 1


@pytest.mark.parametrize("append_only", [True, False])
def test_memory_goes_back_to_nothing(append_only: bool, mode: str) -> None:
    n = 200_000 if mode == "compiled" else 20_000
    names = ("count", "sum", "avg", "max", "first_value", "array_agg")
    calls = [call(SCHEMA, x) if x == "count" else call(SCHEMA, x, "v") for x in names]
    calls += [call(SCHEMA, "min", "k"), call(SCHEMA, "count", "k", distinct=True)]
    fields = [SCHEMA.fields[k] for k in (0, 1, 2)] + [
        Field(str(i), c.result) for i, c in enumerate(calls)
    ]
    op = GroupAggregate(
        SCHEMA,
        Schema(tuple(fields)),
        (0, 1, 2),
        tuple(calls),
        window=WindowKey(0, 1, 1),
        emission=Emission.WATERMARK,
        append_only=append_only,
    )
    most = said = 0
    for i in range(0, n, 10_000):
        time = np.arange(i, i + 10_000, dtype=np.int64) * 50
        keys = pa.array([f"key number {j}" for j in range(i, i + 10_000)])
        bounds = (tumble_start(time, SECOND), tumble_end(time, SECOND))
        numbers = pa.array(time)
        columns = (*(pa.array(b).cast(pa.timestamp("us")) for b in bounds), keys, numbers)
        rows = Batch(SCHEMA, (*columns, numbers.cast(pa.float64())), 10_000, time)
        list(op.process(0, rows))
        most = max(most, op.size().bytes)
        said += sum(b.rows for b in op.advance(0, i * 50))
    said += sum(b.rows for b in op.advance(0, END))
    assert said == n
    assert 1_000_000 < most < 60_000_000
    assert op.size().rows == op.size().bytes == 0
