"""What Apache DataSketches promises holds for the aggregates that SET sketches has it keep."""

from __future__ import annotations

import subprocess
import sys

import numpy as np
import pyarrow as pa
import pytest

import cep
from cep.running import Running
from cep.runtime.aggregates.accumulator import Accumulator, Rows
from cep.runtime.aggregates.datasketches import Distincts, Ranks
from cep.types import BIGINT, DOUBLE, VARCHAR, DataType

ONE = np.zeros(1, np.int64)


def made(kind: type[Distincts | Ranks], type_: DataType, groups: int = 1) -> Distincts | Ranks:
    kept = kind([type_])
    kept.reserve(groups)
    return kept


def add(kept: Accumulator, values: pa.Array, groups: np.ndarray | None = None) -> None:
    """Add values to group 0, or each to its group."""
    if groups is None:
        kept.add(Rows(ONE, np.zeros(len(values), np.int64)), [values])
    else:
        kept.add(Rows(np.arange(int(groups.max()) + 1), groups), [values])


def distinct(kept: Accumulator, group: int = 0) -> int:
    assert isinstance(kept, Distincts)
    return kept.estimate(np.array([group]), BIGINT)[0][0].as_py()


def percentile(kept: Accumulator, fraction: float, group: int = 0) -> float:
    assert isinstance(kept, Ranks)
    return kept.discrete(np.array([group]), DOUBLE, fraction, False)[0][0].as_py()


def texts(numbers: np.ndarray) -> pa.Array:
    return pa.array([f"user {n}" for n in numbers], pa.string())


@pytest.mark.parametrize(("n", "off"), [(10, 0.0), (1_000, 0.05), (1_000_000, 0.05)])
def test_different_values_are_counted_within_the_error(n: int, off: float) -> None:
    kept = made(Distincts, BIGINT)
    add(kept, pa.array(np.arange(n)))
    add(kept, pa.array(np.arange(n // 2)))
    assert abs(distinct(kept) - n) <= off * n
    assert kept.nbytes < 5_000


@pytest.mark.parametrize("n", [7, 383, 384, 390, 700, 5_000, 40_000])
def test_the_number_of_different_values_is_the_same_in_every_order(n: int) -> None:
    random = np.random.default_rng(n)
    numbers = random.integers(0, n, 2 * n)
    whole = made(Distincts, BIGINT)
    add(whole, pa.array(numbers))
    for _ in range(5):
        slices = made(Distincts, BIGINT, 16)
        mixed = random.permutation(numbers)
        add(slices, pa.array(mixed), np.sort(random.integers(0, 8, len(mixed))))
        tables = slices.snapshot(np.arange(8))
        again = made(Distincts, BIGINT, 16)
        again.restore(np.arange(8), tables)
        for kept in (slices, again):
            # Pair by pair, in any order, and into one that is there.
            kept.merge(np.full(8, 9), kept, random.permutation(8))
            kept.merge(np.array([7, 7, 7]), kept, np.array([9, 3, 9]))
            assert distinct(kept, 9) == distinct(kept, 7) == distinct(whole)
        other = made(Distincts, BIGINT)
        other.merge(np.zeros(8, np.int64), slices, np.arange(8))
        assert distinct(other) == distinct(whole)
        # A part goes on after a restore and a merge.
        add(again, pa.array(mixed))
        assert distinct(again) == distinct(whole)


@pytest.mark.parametrize("kind", [Distincts, Ranks])
def test_what_a_pair_changes_a_later_one_reads(kind: type[Distincts | Ranks]) -> None:
    kept = made(kind, DOUBLE, 5)
    add(kept, pa.array([0.0, 1.0, 2.0, 5.0]), np.arange(4))
    kept.merge(np.array([1, 2, 4, 4, 3]), kept, np.array([0, 1, 2, 3, 4]))
    if kind is Distincts:
        assert [distinct(kept, i) for i in range(5)] == [1, 2, 3, 4, 4]
    else:
        sketches = kept.sketches.of(np.arange(5))
        assert [s.n for s in sketches] == [1, 2, 3, 5, 4]


def test_texts_are_counted_by_what_they_say() -> None:
    kept, other = made(Distincts, VARCHAR), made(Distincts, VARCHAR)
    add(kept, texts(np.arange(300)))
    add(other, texts(np.arange(299, -1, -1)))
    kept.merge(ONE, other, ONE)
    assert distinct(kept) == distinct(other) == 300


@pytest.mark.parametrize("n", [10, 200])
def test_percentiles_of_few_values_are_exact(n: int) -> None:
    values = np.random.default_rng(1).normal(100_000, 3, n)
    kept = made(Ranks, DOUBLE)
    add(kept, pa.array(values))
    ordered = np.sort(values)
    for part in range(41):
        assert percentile(kept, part / 40) == ordered[max(-(-part * n // 40) - 1, 0)]


@pytest.mark.parametrize("n", [1_000, 1_000_000])
@pytest.mark.parametrize("slices", [1, 60])
def test_percentiles_stand_near_their_rank(n: int, slices: int) -> None:
    random = np.random.default_rng(1)
    values = random.normal(100_000, 3, n)
    kept = made(Ranks, DOUBLE, slices)
    add(kept, pa.array(values), np.sort(random.integers(0, slices, n)))
    window = made(Ranks, DOUBLE)
    window.merge(np.zeros(slices, np.int64), kept, np.arange(slices))
    ordered = np.sort(values)
    assert percentile(window, 0) == ordered[0]
    assert percentile(window, 1) == ordered[-1]
    for part in (0.01, 0.25, 0.5, 0.9, 0.999):
        rank = np.searchsorted(ordered, percentile(window, part), side="right") / n
        assert abs(rank - part) <= 0.03  # more than twice what 99 of 100 keep to
    assert window.nbytes < 8_000


def test_values_without_a_place_among_numbers_stand_last() -> None:
    kept = made(Ranks, DOUBLE, 2)
    add(kept, pa.array([np.nan, -np.inf, 1.0, np.inf, np.nan]))
    kept.merge(np.array([1]), kept, ONE)
    for group in (0, 1):
        found = [percentile(kept, p, group) for p in (0, 0.4, 0.6, 0.61, 1)]
        assert found == pytest.approx([-np.inf, 1.0, np.inf, np.nan, np.nan], nan_ok=True)


@pytest.mark.parametrize("kind", [Distincts, Ranks])
@pytest.mark.parametrize("n", [0, 3, 20_000])
def test_a_snapshot_is_the_same_sketch(kind: type[Distincts | Ranks], n: int) -> None:
    kept = made(kind, DOUBLE, 3)
    some = np.random.default_rng(2).normal(0, 1, n)
    kept.add(Rows(np.array([2]), np.zeros(n, np.int64)), [pa.array(some)])
    tables = kept.snapshot(np.array([1, 2]))
    other = made(kind, DOUBLE, 6)
    other.restore(np.array([5, 4]), tables)
    assert other.snapshot(np.array([5, 4])) == tables
    if kind is Ranks:
        for part in (0.2, 0.5):
            assert percentile(other, part, 4) == percentile(kept, part, 2)
    assert other.nbytes == kept.nbytes + (24 if kind is Ranks else 0)  # room for three more


@pytest.mark.parametrize("kind", [Distincts, Ranks])
def test_groups_are_renumbered_and_given_up(kind: type[Distincts | Ranks]) -> None:
    kept = made(kind, DOUBLE, 4)
    add(kept, pa.array([0.0, 1.0, 2.0, 2.5, 3.0]), np.array([0, 1, 2, 2, 3]))
    kept.clear(np.array([1]))
    kept.keep(np.array([2, 3]), 16)
    values = [distinct(kept, i) if kind is Distincts else percentile(kept, 1, i) for i in (0, 1, 2)]
    assert values == ([2, 1, 0] if kind is Distincts else [2.5, 3.0, None])
    kept.reset()
    assert kept.nbytes == 0


# In an engine.


STREAM = "CREATE STREAM s (k INT, v DOUBLE, ts TIMESTAMP(0), WATERMARK FOR ts)"
QUERY = "SELECT k, APPROX_COUNT_DISTINCT(v) AS d, APPROX_PERCENTILE(v, 0.5) AS p FROM s GROUP BY k"
HOPS = (
    "SELECT window_end, APPROX_COUNT_DISTINCT(v) AS d "
    "FROM HOP(TABLE s, DESCRIPTOR(ts), INTERVAL '1' SECOND, INTERVAL '{size}' SECOND) "
    "GROUP BY window_start, window_end"
)


def started(query: str, sketches: str = "datasketches") -> tuple[cep.Engine, cep.Result]:
    engine = cep.Engine()
    engine.execute(STREAM)
    engine.execute(f"SET sketches = '{sketches}'")
    return engine, engine.query(query)


def running(sketches: str) -> tuple[cep.Engine, Running]:
    engine, _ = started(QUERY, sketches)
    (query,) = engine.queries.values()
    return engine, query


def rows_of(values: np.ndarray, seconds: np.ndarray) -> pa.Table:
    times = pa.array(seconds.astype("datetime64[s]"))
    return pa.table({"k": pa.nulls(len(values), pa.int32()), "v": values, "ts": times})


@pytest.mark.parametrize("size", [3, 20])
def test_windows_count_the_same_in_every_order_and_batch(size: int) -> None:
    random = np.random.default_rng(size)
    seconds = np.sort(random.integers(0, 40, 20_000))
    values = random.integers(0, 3_000, 20_000).astype(float)
    answers = []
    for batch in (20_000, 333):
        engine, query = started(HOPS.format(size=size))
        order = np.lexsort((random.random(20_000), seconds))
        for start in range(0, 20_000, batch):
            some = order[start : start + batch]
            engine.insert("s", rows_of(values[some], seconds[some]))
        engine.finish()
        answers.append([tuple(r) for r in query.fetchall()])
        engine.close()
    assert answers[0] == answers[1]
    assert len(answers[0]) == 40 + size - 1


def test_a_snapshot_fits_only_what_it_was_taken_from() -> None:
    engine, query = running("datasketches")
    engine.insert("s", rows_of(np.arange(9.0), np.arange(9)))
    snapshot = query.snapshot()
    running("datasketches")[1].restore(snapshot)
    _, own = running("cep")
    with pytest.raises(cep.StateError, match="does not fit"):
        own.restore(snapshot)
    with pytest.raises(cep.StateError, match="does not fit"):
        running("datasketches")[1].restore(own.snapshot())


def test_queries_keep_what_was_set_when_they_were_started() -> None:
    engine, exact = started(QUERY)
    engine.execute("SET sketches = 'cep'")
    rounded = engine.query(QUERY)
    engine.insert("s", rows_of(np.array([100_001.0, 100_004.0, 100_002.0]), np.arange(3)))
    assert list(exact.fetchall())[-1].p == 100_002.0
    assert 0 < abs(list(rounded.fetchall())[-1].p - 100_002.0) <= 1_000.02


def test_the_library_is_asked_for_before_it_is_used(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "datasketches", None)
    engine = cep.Engine()
    with pytest.raises(cep.UsageError, match="not installed") as error:
        engine.execute("SET sketches = 'datasketches'")
    assert error.value.hint == "pip install 'cep-engine[sketches]'"
    assert error.value.span is not None
    engine.execute(STREAM)
    assert "KLL" not in str(engine.execute(f"EXPLAIN {QUERY}").fetchall())


def test_the_library_is_imported_by_set_only() -> None:
    program = (
        "import cep, sys; e = cep.Engine(); a = 'datasketches' in sys.modules;"
        "e.execute(\"SET sketches = 'datasketches'\"); print(a, 'datasketches' in sys.modules)"
    )
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, check=True)
    assert done.stdout.split() == [b"False", b"True"]


def test_explain_names_the_sketches_and_what_depends_on_chance() -> None:
    engine, _ = started(QUERY)
    plan = "\n".join(row[0] for row in engine.execute(f"EXPLAIN {QUERY}").fetchall())
    assert "approx_count_distinct (HLL of DataSketches)," in plan
    assert "approx_percentile (KLL of DataSketches: depends on the order of rows and on" in plan
    engine.execute("SET sketches = 'cep'")
    plan = "\n".join(row[0] for row in engine.execute(f"EXPLAIN {QUERY}").fetchall())
    assert "DataSketches" not in plan


def test_what_is_counted_beside_a_sketch_goes_from_pair_to_pair_too() -> None:
    kept = made(Ranks, DOUBLE, 3)
    add(kept, pa.array([1.0, float("nan"), float("nan"), 2.0]), np.array([0, 0, 1, 2]))
    kept.merge(np.array([1, 2]), kept, np.array([0, 1]))
    assert isinstance(kept, Ranks)
    assert kept.nans.data[:3].tolist() == [1, 2, 2]
    assert [percentile(kept, 0.3, group) for group in range(3)] == [1.0, 1.0, 2.0]
