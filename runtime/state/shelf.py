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
        """Return a column's values at positions; NULL where a position is -1.

        Arrow would put the blocks together first, for one row too.
        """
        if not self._blocks or not len(positions):
            return pa.nulls(len(positions), self.types[index].arrow)
        there = positions >= 0
        where = None if there.all() else there
        if where is not None:
            positions = np.where(there, positions, 0)
        if len(self._blocks) == 1:
            return self._blocks[0][index].take(arrow(positions, pa.int64(), where))
        ends = np.cumsum(self._sizes)
        block = np.searchsorted(ends, positions, side="right")
        first = int(block[0])
        if (block == first).all():
            mine = positions - (ends[first] - self._sizes[first])
            return self._blocks[first][index].take(arrow(mine, pa.int64(), where))
        order = np.argsort(block.astype(np.uint8), kind="stable")
        parts, done = [], 0
        for i, many in enumerate(np.bincount(block, minlength=len(ends))):
            if many:
                rows, done = order[done : done + many], done + many
                mine = positions[rows] - (ends[i] - self._sizes[i])
                mask = None if where is None else where[rows]
                parts.append(self._blocks[i][index].take(arrow(mine, pa.int64(), mask)))
        back = np.empty(len(order), np.int64)
        back[order] = np.arange(len(order))
        return pa.concat_arrays(parts).take(integers(back))

    def keep(self, positions: Positions) -> None:
        """Keep only the rows at these positions, which rise."""
        if not self.types:
            return
        if not len(positions):
            self.reset()
            return
        self._blocks = [tuple(self.take(i, positions) for i in range(len(self.types)))]
        self._sizes = [len(positions)]
