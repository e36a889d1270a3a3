"""Sketches as values: what they say, and that DataSketches elsewhere reads and writes the same."""

from __future__ import annotations

import sys
from collections.abc import Iterable
from typing import Any

import datasketches
import numpy as np
import pyarrow as pa
import pytest

import cep
from cep.runtime.aggregates.accumulator import Accumulator, Rows
from cep.runtime.aggregates.sketchvalues import HllSketch, HllUnion, KllMerge, KllSketch
from cep.types import BIGINT, BYTES, DOUBLE, VARCHAR

ONE = np.zeros(1, np.int64)


def hll_of(values: Iterable[Any], kind: Any = datasketches.HLL_8, lg_k: int = 12) -> Any:
    sketch = datasketches.hll_sketch(lg_k, kind)
    for value in values:
        sketch.update(value)
    return sketch


def kll_of(values: np.ndarray, k: int = 200) -> Any:
    sketch = datasketches.kll_doubles_sketch(k)
    sketch.update(values)
    return sketch


def filled(kept: Accumulator, values: pa.Array, groups: np.ndarray) -> Accumulator:
    kept.reserve(16)
    kept.add(Rows(np.arange(16), groups), [values])
    return kept


def written(kept: HllSketch | KllSketch, group: int) -> bytes:
    return kept.value(np.array([group]), BYTES)[0][0].as_py()


@pytest.mark.parametrize("n", [0, 5, 100, 383, 384, 400, 50_000])
def test_equal_values_make_equal_bytes(n: int) -> None:
    random = np.random.default_rng(n)
    numbers = random.integers(0, n + 1, n)
    found = set()
    for _ in range(4):
        mixed = random.permutation(numbers)
        parts = filled(HllSketch([BIGINT]), pa.array(mixed), np.sort(random.integers(0, 8, n)))
        sketches = parts.value(np.arange(8), BYTES)[0]  # type: ignore[attr-defined]
        union = HllUnion([BYTES])
        filled(union, sketches, random.integers(0, 2, 8))
        union.merge(np.array([0]), union, np.array([1]))
        found.add(written(union, 0))
        whole = HllSketch([BIGINT])
        filled(whole, pa.array(mixed), np.zeros(n, np.int64))
        found.add(written(whole, 0))
    assert len(found) == 1
    there = datasketches.hll_sketch.deserialize(found.pop()).get_estimate()
    assert there == pytest.approx(len(set(numbers.tolist())), rel=0.05)


def test_values_are_hashed_as_the_library_does() -> None:
    texts = [f"käse {i}" for i in range(300)]
    for kept, values in (
        (HllSketch([VARCHAR]), texts),
        (HllSketch([BIGINT]), [-(2**63), 2**63 - 1, 0, 7]),
    ):
        filled(kept, pa.array(values), np.zeros(len(values), np.int64))
        union = datasketches.hll_union(12)
        union.update(hll_of(values))
        union.update(datasketches.hll_sketch.deserialize(written(kept, 0)))
        assert round(union.get_estimate()) == len(values)


@pytest.mark.parametrize("kind", [datasketches.HLL_4, datasketches.HLL_6, datasketches.HLL_8])
@pytest.mark.parametrize("n", [3, 100, 9_000])
def test_sketches_from_elsewhere_are_put_together(kind: Any, n: int) -> None:
    one, other = hll_of(range(n), kind), hll_of(range(n // 3, 2 * n), kind)
    union = HllUnion([BYTES])
    given = pa.array([one.serialize_updatable(), other.serialize_compact()], pa.binary())
    filled(union, given, np.zeros(2, np.int64))
    whole = HllSketch([BIGINT])
    filled(whole, pa.array(range(2 * n)), np.zeros(2 * n, np.int64))
    assert written(union, 0) == written(whole, 0)


def test_a_union_is_as_coarse_as_its_coarsest_sketch() -> None:
    sketches = [hll_of(range(20_000), lg_k=k).serialize_compact() for k in (14, 10, 12)]
    union = HllUnion([BYTES])
    filled(union, pa.array(sketches, pa.binary()), np.zeros(3, np.int64))
    read = datasketches.hll_sketch.deserialize(written(union, 0))
    assert read.lg_config_k == 10
    assert read.get_estimate() == pytest.approx(20_000, rel=0.12)


@pytest.mark.parametrize("n", [0, 150, 100_000])
def test_ranks_of_parts_put_together(n: int) -> None:
    random = np.random.default_rng(n)
    values = random.normal(100_000, 3, n)
    kept = KllSketch([DOUBLE])
    filled(kept, pa.array(values), np.sort(random.integers(0, 8, n)))
    merged = KllMerge([BYTES])
    filled(merged, kept.value(np.arange(8), BYTES)[0], np.zeros(8, np.int64))
    read = datasketches.kll_doubles_sketch.deserialize(written(merged, 0))
    assert (read.n, read.k) == (n, 200)
    if n:
        found = read.get_quantile(0.3, True)
        assert abs((values <= found).mean() - 0.3) <= (1 / n if n < 200 else 0.03)


@pytest.mark.parametrize("kind", [HllUnion, KllMerge])
def test_a_snapshot_keeps_sketches_and_what_was_none(kind: type[HllUnion | KllMerge]) -> None:
    make = hll_of if kind is HllUnion else kll_of
    sketch = make(np.arange(50.0))
    good = sketch.serialize_compact() if kind is HllUnion else sketch.serialize()
    kept = kind([BYTES])
    filled(kept, pa.array([good, b"", good, b"junk"], pa.binary()), np.array([0, 1, 2, 2]))
    other = kind([BYTES])
    other.reserve(16)
    other.restore(np.array([5, 6, 7]), kept.snapshot(np.arange(3)))
    other.merge(np.array([4, 4]), other, np.array([5, 6]))
    before, wrong = kept.value(np.arange(3), BYTES)
    after, still = other.value(np.array([5, 6, 7]), BYTES)
    assert after == before
    assert wrong is not None
    assert still is not None
    assert [m is None for m in wrong] == [m is None for m in still] == [True, False, False]
    merged = other.value(np.array([4]), BYTES)[1]
    assert merged is not None
    assert "no" in merged[0]


# In an engine.


def test_what_is_no_sketch_is_an_error_and_the_query_goes_on() -> None:
    engine = cep.Engine()
    engine.execute("CREATE STREAM s (k INT, b BYTES)")
    engine.query("SELECT k, HLL_SKETCH_ESTIMATE(b) AS n FROM s")
    kll = kll_of(np.arange(3.0)).serialize()
    good = hll_of(range(3)).serialize_compact()
    engine.insert("s", [(1, b"junk"), (2, good), (3, kll), (4, None)])
    errors = engine.execute("SELECT * FROM errors.query_1").fetchall()
    assert len(errors) == 2
    assert all("no HLL sketch" in str(e) for e in errors)


@pytest.mark.parametrize(
    "call", ["HLL_SKETCH_AGG(n)", "KLL_MERGE_AGG_DOUBLE(b)", "HLL_SKETCH_ESTIMATE(b)"]
)
def test_without_the_library_a_call_is_refused(call: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "datasketches", None)
    engine = cep.Engine()
    with pytest.raises(cep.UsageError, match="not installed") as error:
        engine.execute(f"SELECT {call} FROM (VALUES (1, X'00')) AS t(n, b)")
    assert error.value.hint == "pip install 'cep-engine[sketches]'"
    assert error.value.message.startswith(call.partition("(")[0])
