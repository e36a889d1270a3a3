"""COUNT, BOOL_AND and BOOL_OR: numbers of rows."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pyarrow as pa

from cep.runtime.aggregates.accumulator import Accumulator, Rows, Valued
from cep.runtime.kernels import merging
from cep.runtime.state.column import Column, Ids
from cep.runtime.state.vectors import arrow, view
from cep.types import DataType


def add_in_turn(mine: Column, groups: Ids, theirs: Column, others: Ids) -> None:
    """Add whole numbers to those of `groups`, pair by pair: int64[n] each."""
    merging.numbers(len(groups), groups, others, theirs.data, mine.data)


class Count(Accumulator):
    """The net number of rows: 8 bytes per group."""

    constant = True
    in_turn = True

    def __init__(self, types: Sequence[DataType] = ()) -> None:
        self.count = Column(np.int64)
        self.columns = (self.count,)

    def add(self, rows: Rows, arguments: Sequence[pa.Array]) -> None:
        self.count.data[rows.groups] += rows.counts

    def merge(self, groups: Ids, other: Accumulator, others: Ids) -> None:
        assert isinstance(other, Count)
        add_in_turn(self.count, groups, other.count, others)

    def value(self, groups: Ids, result: DataType) -> Valued:
        """COUNT."""
        return arrow(self.count.data[groups], result.arrow), None


class Truths(Accumulator):
    """How many rows are true and how many false: 16 bytes per group."""

    constant = True
    in_turn = True

    def __init__(self, types: Sequence[DataType]) -> None:
        self.count = Column(np.int64)
        self.true = Column(np.int64)
        self.columns = (self.count, self.true)

    def add(self, rows: Rows, arguments: Sequence[pa.Array]) -> None:
        self.count.data[rows.groups] += rows.counts
        self.true.data[rows.groups] += rows.totals(view(arguments[0]).astype(np.int64))

    def merge(self, groups: Ids, other: Accumulator, others: Ids) -> None:
        assert isinstance(other, Truths)
        add_in_turn(self.count, groups, other.count, others)
        add_in_turn(self.true, groups, other.true, others)

    def number(self, groups: Ids, result: DataType) -> Valued:
        """COUNT_IF: how many rows are true."""
        return arrow(self.true.data[groups], result.arrow), None

    def every(self, groups: Ids, result: DataType) -> Valued:
        """BOOL_AND: true where no row is false, NULL where there is none."""
        count = self.count.data[groups]
        return arrow(self.true.data[groups] == count, result.arrow, count > 0), None

    def some(self, groups: Ids, result: DataType) -> Valued:
        """BOOL_OR: true where a row is true, NULL where there is none."""
        count = self.count.data[groups]
        return arrow(self.true.data[groups] > 0, result.arrow, count > 0), None
