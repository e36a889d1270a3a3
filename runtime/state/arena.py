"""Columns of rows of any type by position, from which rows are taken in any order, and fast."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
import pyarrow as pa

from cep.runtime.state.column import Column, Ids, capacity_for
from cep.runtime.state.shelf import Shelf
from cep.runtime.state.vectors import Valid, arrow, is_fixed, valid, view
from cep.types import DataType


class Arena:
    """Rows that are appended, taken at positions, and closed up now and then.

    Columns of fixed width are numpy arrays, since a random value of these costs a fifth of what
    Arrow takes for it; text and nested values are on a shelf.
    """

    def __init__(self, types: Sequence[DataType]) -> None:
        self.types = tuple(types)
        self._fixed = [i for i, t in enumerate(self.types) if is_fixed(t.arrow)]
        self._rest = [i for i, t in enumerate(self.types) if not is_fixed(t.arrow)]
        self.reset()

    def reset(self) -> None:
        """Forget everything."""
        self.rows = 0
        self._values: dict[int, Column] = {i: _column(self.types[i].arrow) for i in self._fixed}
        self._there: dict[int, Column] = {}
        self._shelf = Shelf([self.types[i] for i in self._rest])

    @property
    def nbytes(self) -> int:
        """The bytes of all columns."""
        columns = (*self._values.values(), *self._there.values())
        return sum(c.nbytes for c in columns) + self._shelf.nbytes

    def append(self, columns: Sequence[pa.Array], rows: int) -> None:
        """Add rows at the end; they are copied."""
        first, self.rows = self.rows, self.rows + rows
        capacity = capacity_for(self.rows)
        for i, values in self._values.items():
            values.reserve(capacity)
            values.data[first : self.rows] = view(columns[i])
            where = valid(columns[i])
            if where is not None and i not in self._there:
                self._there[i] = Column(np.bool_, True)
            if i in self._there:
                self._there[i].reserve(capacity)
                self._there[i].data[first : self.rows] = True if where is None else where
        self._shelf.append([columns[i] for i in self._rest], rows)

    def take(self, column: int, positions: Ids) -> pa.Array:
        """Return a column's values at positions, as a new array; NULL where a position is -1."""
        if not self.rows:
            return pa.nulls(len(positions), self.types[column].arrow)
        if column not in self._values:
            return self._shelf.take(self._rest.index(column), positions)
        there = self._there.get(column)
        where: Valid | None
        where = found = positions >= 0
        if there is not None:
            where = found & there.data[positions]
        if where.all():
            where = None
        return arrow(self._values[column].data[positions], self.types[column].arrow, where)

    def keep(self, positions: Ids) -> None:
        """Keep only the rows at these positions, which rise."""
        if not len(positions):
            self.reset()
            return
        self.rows = len(positions)
        capacity = capacity_for(self.rows)
        for column in (*self._values.values(), *self._there.values()):
            column.keep(positions, capacity)
        self._shelf.keep(positions)


def _column(kind: pa.DataType) -> Column:
    """Return a column for what `view` gives of an array of that type."""
    sample: Any = view(pa.nulls(0, kind))
    return Column(sample.dtype, 0, sample.shape[1] if sample.ndim == 2 else None)
