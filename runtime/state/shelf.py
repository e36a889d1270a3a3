"""Columns of rows of any type by position, of which the first are dropped."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from cep.runtime.state.vectors import arrow, integers
from cep.types import DataType

Positions = npt.NDArray[np.int64]


class Shelf:
    """Arrow columns that grow at the end, in blocks; blocks of about one size are put together.

    So a row is copied about as often as the logarithm of their number. Nothing that is appended is
    held on to: rows are copied.
    """

    def __init__(self, types: Sequence[DataType]) -> None:
        self.types = tuple(types)
        self.reset()

    def reset(self) -> None:
        """Forget everything."""
        self._blocks: list[tuple[pa.Array, ...]] = []
        self._sizes: list[int] = []

    @property
    def nbytes(self) -> int:
        """The bytes of all columns."""
        return sum(c.nbytes for block in self._blocks for c in block)

    def append(self, columns: Sequence[pa.Array], rows: int) -> None:
        """Add rows at the end."""
        if not self.types or not rows:
            return
        parts = [tuple(columns)]
        while self._sizes and self._sizes[-1] < 2 * rows:
            parts.insert(0, self._blocks.pop())
            rows += self._sizes.pop()
        if len(parts) == 1:
            every = integers(np.arange(rows))
            block = tuple(c.take(every) for c in columns)
        else:
            block = tuple(pa.concat_arrays(list(c)) for c in zip(*parts, strict=True))
        self._blocks.append(block)
        self._sizes.append(rows)

    def column(self, index: int) -> pa.ChunkedArray:
        """Return a column, with all its rows."""
        kind = self.types[index].arrow
        return pa.chunked_array([b[index] for b in self._blocks], kind)

    def columns(self) -> list[pa.ChunkedArray]:
        """Return all columns."""
        return [self.column(i) for i in range(len(self.types))]

    def take(self, index: int, positions: Positions) -> pa.Array:
        """Return a column's values at positions; NULL where a position is -1."""
        there = positions >= 0
        where = None if there.all() else there
        picked = arrow(np.where(there, positions, 0), pa.int64(), where)
        if len(self._blocks) == 1:
            return self._blocks[0][index].take(picked)
        taken = self.column(index).take(picked)
        return taken.combine_chunks()

    def keep(self, positions: Positions) -> None:
        """Keep only the rows at these positions, which rise."""
        if not self.types:
            return
        if not len(positions):
            self.reset()
            return
        self._blocks = [tuple(self.take(i, positions) for i in range(len(self.types)))]
        self._sizes = [len(positions)]
