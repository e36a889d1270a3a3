"""The row that each key has at the moment."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np
import pyarrow as pa

from cep.runtime.state.arena import Arena
from cep.runtime.state.column import Column, Ids
from cep.runtime.state.keys import KeyTable
from cep.runtime.state.shelf import Positions
from cep.runtime.state.vectors import integers
from cep.types import DataType

NOWHERE = -1
"""The position of a row that is not there."""

_FEW = 1024
"""Dead rows that are not worth closing up for."""


class Records:
    """Keys, rows that stand at positions, and for each key the position of its row.

    A row is appended, and put in the place of the one that its key had. That stays where it stands
    until half of the rows are dead; then positions change (`tidy`), which no caller may remember.
    O(1) for each row put, amortized. Bytes: the rows, at most twice, and 16 for each key beside the
    index of the keys.
    """

    def __init__(self, keys: Sequence[DataType], columns: Sequence[DataType]) -> None:
        self._arena = Arena(columns)
        self._reset(keys)

    def _reset(self, keys: Sequence[DataType]) -> None:
        self.keys = KeyTable(keys)
        self._arena.reset()
        self._place = Column(np.int64, NOWHERE)
        self._live = 0

    def __len__(self) -> int:
        return self._live

    @property
    def nbytes(self) -> int:
        """The bytes of the keys, the rows and their positions."""
        return self.keys.nbytes + self._arena.nbytes + self._place.nbytes

    def intern(self, columns: Sequence[pa.Array], rows: int) -> tuple[Ids, Ids]:
        """Return the ids of keys: int64[rows], and those that were made and have no row yet."""
        if columns:
            ids, new = self.keys.intern(columns)
        else:
            one = self.keys.one()
            ids, new = np.repeat(one.ids, rows), one.new
        self._place.reserve(self.keys.capacity)
        return ids, new

    def places(self, ids: Ids) -> Positions:
        """Return where the rows of keys stand; NOWHERE where a key has none."""
        places: Positions = self._place.data[ids]
        return places

    def append(self, columns: Sequence[pa.Array], rows: int) -> int:
        """Add rows that nobody has yet; return the position of the first."""
        first = self._arena.rows
        self._arena.append(columns, rows)
        return first

    def put(self, ids: Ids, positions: Positions) -> None:
        """Give each key, named once, the row at a position, or none (NOWHERE)."""
        before = self._place.data[ids]
        self._live += int((positions >= 0).sum()) - int((before >= 0).sum())
        self._place.data[ids] = positions

    @property
    def all_places(self) -> Positions:
        """The positions of the rows of all keys by their ids, for kernels; then call `counted`."""
        return self._place.data

    def counted(self, ids: Ids, before: Positions) -> None:
        """Count again after a kernel has moved keys, each named once, from where they were."""
        self._live += int((self._place.data[ids] >= 0).sum()) - int((before >= 0).sum())

    def release(self, ids: Ids) -> None:
        """Forget keys without a row, each named once."""
        if len(ids):
            self.keys.release(ids)

    def take(self, positions: Positions) -> tuple[pa.Array, ...]:
        """Return the rows at positions; NULLs where a position is NOWHERE."""
        return tuple(self.column(i, positions) for i in range(len(self._arena.types)))

    def place(self, key: Sequence[pa.Scalar]) -> Positions:
        """Return where the row of a key stands: one position, or none."""
        ids, made = self.intern([pa.array([value], value.type) for value in key], 1)
        places = self.places(ids)
        self.release(made)
        return places[places >= 0]

    def column(self, index: int, positions: Positions) -> pa.Array:
        """Return a column of the rows at positions."""
        return self._arena.take(index, positions)

    def current(self) -> tuple[Ids, Positions]:
        """Return the keys that have a row, and where it stands, by the positions; O(keys)."""
        ids = self.keys.live()
        places = self._place.data[ids]
        there = np.flatnonzero(places >= 0)
        order = there[np.argsort(places[there], kind="stable")]
        return ids[order], places[order]

    def tidy(self) -> None:
        """Close up the rows where most of them are dead."""
        rows = self._arena.rows
        if rows > 2 * self._live + _FEW or (rows and not len(self.keys)):
            ids, places = self.current()
            self._arena.keep(places)
            self._place.data[ids] = np.arange(len(ids))

    def compact(self) -> Ids | None:
        """Renumber the keys where few of the ids are used; return them by their old numbers.

        What else is kept by these ids has to follow (`Column.keep`).
        """
        if not self.keys.wasteful():
            return None
        kept = self.keys.compact()
        self._place.keep(kept, self.keys.capacity)
        return kept

    def rows(self) -> tuple[tuple[pa.Array, ...], tuple[pa.Array, ...]]:
        """Return the keys that have a row, and these rows, in the order in which they were put."""
        ids, places = self.current()
        return self.keys.columns(ids), self.take(places)

    def snapshot(self) -> Mapping[str, pa.Table]:
        """Return the keys and their rows."""
        keys, rows = self.rows()
        return {"keys": _numbered(keys, len(self)), "rows": _numbered(rows, len(self))}

    def restore(self, state: Mapping[str, pa.Table]) -> Ids:
        """Take up what `snapshot` returned, in place of everything; return the ids in its order."""
        self._reset(self.keys.types)
        keys = [c.combine_chunks() for c in state["keys"].columns[1:]]
        many = state["keys"].num_rows
        if not many:
            return np.empty(0, np.int64)
        ids, _ = self.intern(keys, many)
        self.append([c.combine_chunks() for c in state["rows"].columns[1:]], many)
        self.put(ids, np.arange(many))
        return ids


def _numbered(columns: Sequence[pa.Array], rows: int) -> pa.Table:
    """Return columns as a table that knows how many rows it has also where there is none."""
    every = integers(np.arange(rows))
    return pa.table([every, *columns], names=["row", *(str(i) for i in range(len(columns)))])
