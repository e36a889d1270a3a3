"""ARRAY_AGG and STRING_AGG: all values of a group, by event time and then arrival.

Where rows have no order of arrival, the values decide instead.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from cep.runtime.aggregates.accumulator import Valued
from cep.runtime.aggregates.ranking import Retained, ranked
from cep.runtime.aggregates.registry import Ordering
from cep.runtime.state.column import Ids
from cep.runtime.state.vectors import packed
from cep.types import DataType, Varchar


class Listing(Retained):
    """All rows of each group in the order of their times, and then of arrivals or values."""

    @property
    def follows(self) -> bool:
        """A list after each row is as long as to make it anew."""
        return False

    @staticmethod
    def of(types: Sequence[DataType]) -> Listing:
        """Keep rows that are never taken back: each for itself, in its place."""
        return Listing(ranked(types, own=len(types), arrived=True), types)

    @staticmethod
    def retracting(types: Sequence[DataType]) -> Listing:
        """Keep rows that can be taken back: those equal in time and values stand together."""
        return Listing(ranked(types, own=len(types), arrived=True, kept=True), types)

    @staticmethod
    def valued(types: Sequence[DataType]) -> Listing:
        """Keep rows that have no order of arrival, and may be taken back: by time and values."""
        return Listing(ranked(types, own=len(types), kept=True), types)

    @staticmethod
    def ordered(types: Sequence[DataType], order: Ordering, append_only: bool) -> Listing:
        """Keep rows in the order that the call names."""
        own, kept = order.arguments, not (append_only and order.arrived)
        return Listing(ranked(types, order.keys, own=own, arrived=order.arrived, kept=kept), types)

    def _rows(self, groups: Ids) -> tuple[list[pa.Array], np.ndarray, np.ndarray]:
        """Return the argument columns of all rows, where each group's end, and which have any."""
        nodes, sizes = self.bags.all(groups)
        counts = self.bags.counts(nodes)
        owner = np.repeat(np.arange(len(groups)), sizes)
        lengths = np.zeros(len(groups), np.int64)
        np.add.at(lengths, owner, counts)
        ends = np.zeros(len(groups) + 1, np.int64)
        np.cumsum(lengths, out=ends[1:])
        if ends[-1] > 2**31 - 1:
            raise OverflowError("the lists of one batch have more than 2**31 values")
        columns = self.bags.columns(np.repeat(nodes, counts))
        return list(columns[self.ranking.value :]), ends.astype(np.int32), lengths > 0

    def array(self, groups: Ids, result: DataType) -> Valued:
        """ARRAY_AGG: NULL where there is no row."""
        columns, ends, some = self._rows(groups)
        where = None if some.all() else packed(some)
        return pa.Array.from_buffers(
            result.arrow, len(groups), [where, pa.py_buffer(ends)], children=[columns[0]]
        ), None

    def text(self, groups: Ids, result: DataType) -> Valued:
        """STRING_AGG: each value but the first behind its separator; NULL where there is no row."""
        columns, ends, some = self._rows(groups)
        values = columns[0]
        first = np.zeros(len(values), np.bool_)
        first[ends[:-1][some]] = True
        separators = columns[1] if len(columns) > 1 else pa.repeat(_separator(result), len(values))
        empty = pa.scalar(b"", pa.binary()).cast(result.arrow)
        is_first = pa.Array.from_buffers(pa.bool_(), len(first), [None, packed(first)])
        parts = [pc.if_else(is_first, empty, separators), values]
        pieces = pc.binary_join_element_wise(*parts, empty)
        lists = pa.ListArray.from_arrays(
            pa.Array.from_buffers(pa.int32(), len(ends), [None, pa.py_buffer(ends)]), pieces
        )
        joined = pc.binary_join(lists, empty)
        where = pa.Array.from_buffers(pa.bool_(), len(some), [None, packed(some)])
        return pc.if_else(where, joined, pa.scalar(None, result.arrow)), None


def _separator(result: DataType) -> pa.Scalar:
    return pa.scalar("," if isinstance(result, Varchar) else b",", result.arrow)
