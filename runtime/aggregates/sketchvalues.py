"""Sketches as values: BYTES that other systems with Apache DataSketches read, and write.

Named as in Spark SQL, which hashes values alike: sketches of both can be put together.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np
import pyarrow as pa

from cep.runtime.aggregates.accumulator import Accumulator, Rows, Valued
from cep.runtime.aggregates.counts import add_in_turn
from cep.runtime.aggregates.datasketches import HllSketches, KllSketches, by_group
from cep.runtime.rowerrors import Messages
from cep.runtime.sketching import (
    KLL_K,
    hll_bytes,
    merge_hll,
    merge_kll,
    new_hll,
)
from cep.runtime.state.column import Column, Ids
from cep.runtime.state.vectors import view
from cep.types import DataType


class HllSketch(HllSketches):
    """HLL of values as they are: whole numbers as 64 bits, texts as UTF-8; "" is left out."""

    def __init__(self, types: Sequence[DataType]) -> None:
        super().__init__()

    def add(self, rows: Rows, arguments: Sequence[pa.Array]) -> None:
        self.put(rows, np.array(arguments[0].to_pylist(), object))

    def value(self, groups: Ids, result: DataType) -> Valued:
        """HLL_SKETCH_AGG, HLL_UNION_AGG: the bytes of a sketch, of an empty one without rows."""
        empty = new_hll(self._module)
        kept = (empty if s is None else s for s in self.sketches.of(groups))
        written = [hll_bytes(self._module, s) for s in kept]
        return pa.array(written, result.arrow), None


class KllSketch(KllSketches):
    """KLL of numbers; NaN, which has no rank, is left out."""

    def __init__(self, types: Sequence[DataType]) -> None:
        super().__init__()

    def add(self, rows: Rows, arguments: Sequence[pa.Array]) -> None:
        self.put(rows, view(arguments[0]).astype(np.float64, copy=False))

    def value(self, groups: Ids, result: DataType) -> Valued:
        """KLL_SKETCH_AGG_DOUBLE, KLL_MERGE_AGG_DOUBLE: as HllSketch.value."""
        empty = self._module.kll_doubles_sketch(KLL_K)
        kept = (empty if s is None else s for s in self.sketches.of(groups))
        written = [s.serialize() for s in kept]
        return pa.array(written, result.arrow), None


class _Read:
    """Counts for each group the bytes that were no sketch: such a group has no value."""

    def __init__(self, load: Callable[[bytes], Any], what: str) -> None:
        self.refused = Column(np.int64)
        self._load = load
        self._what = what

    def read(self, rows: Rows, array: pa.Array) -> tuple[Rows, np.ndarray]:
        """Return the sketches that bytes are, and their rows."""
        read = [self._sketch(b) for b in array.to_pylist()]
        wrong = np.array([s is None for s in read], np.bool_)
        if wrong.any():
            self.refused.data[rows.groups] += rows.take(np.flatnonzero(wrong)).counts
            rows = rows.take(np.flatnonzero(~wrong))
        sketches = np.empty(len(rows), object)
        sketches[:] = [s for s in read if s is not None]
        return rows, sketches

    def _sketch(self, written: bytes) -> Any:
        try:
            return self._load(written)
        except (ValueError, IndexError, RuntimeError):
            return None

    def messages(self, groups: Ids) -> Messages | None:
        """Return a message for each group that was given something else."""
        wrong = self.refused.data[groups] > 0
        if not wrong.any():
            return None
        messages: Messages = np.full(len(groups), None, object)
        messages[wrong] = f"there are bytes that are no {self._what} sketch of DataSketches"
        return messages


class HllUnion(HllSketch):
    """Sketches put together: to the registers of the smallest, 4,096 at most."""

    def __init__(self, types: Sequence[DataType]) -> None:
        super().__init__(types)
        self._read = _Read(self._module.hll_sketch.deserialize, "HLL")
        self.columns = (self._read.refused,)

    def add(self, rows: Rows, arguments: Sequence[pa.Array]) -> None:
        rows, sketches = self._read.read(rows, arguments[0])
        for group, some in by_group(rows, sketches):
            merge_hll(self._module, self.sketches.objects, group, some.tolist())

    def merge(self, groups: Ids, other: Accumulator, others: Ids) -> None:
        assert isinstance(other, HllUnion)
        add_in_turn(self._read.refused, groups, other._read.refused, others)
        super().merge(groups, other, others)

    def value(self, groups: Ids, result: DataType) -> Valued:
        return super().value(groups, result)[0], self._read.messages(groups)


class KllMerge(KllSketch):
    """Sketches put together, with the k of the first."""

    def __init__(self, types: Sequence[DataType]) -> None:
        super().__init__(types)
        self._read = _Read(self._module.kll_doubles_sketch.deserialize, "KLL")
        self.columns = (self._read.refused,)

    def add(self, rows: Rows, arguments: Sequence[pa.Array]) -> None:
        rows, sketches = self._read.read(rows, arguments[0])
        for group, some in by_group(rows, sketches):
            for sketch in some.tolist():
                merge_kll(self._module, self.sketches.objects, group, sketch)

    def merge(self, groups: Ids, other: Accumulator, others: Ids) -> None:
        assert isinstance(other, KllMerge)
        add_in_turn(self._read.refused, groups, other._read.refused, others)
        super().merge(groups, other, others)

    def value(self, groups: Ids, result: DataType) -> Valued:
        return super().value(groups, result)[0], self._read.messages(groups)
