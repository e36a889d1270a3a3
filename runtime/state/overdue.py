"""Rows that came too late for the first windows that they lie in, and are taken by later ones."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pyarrow as pa

from cep.runtime.state.column import Column, Ids, capacity_for
from cep.runtime.state.keys import KeyTable
from cep.runtime.state.shelf import Shelf
from cep.runtime.state.spans import spans
from cep.runtime.state.vectors import Codes, integers, view
from cep.types import DataType


class Overdue:
    """Rows by key, each with the times from which on and before which a window has it.

    They are dropped when those that no window will have are as many as the others. Beside the keys
    and their columns there are 24 bytes for each row.
    """

    def __init__(self, keys: Sequence[DataType], kept: Sequence[DataType]) -> None:
        self._types = tuple(keys)
        self._shelf = Shelf(kept)
        self.reset()

    def reset(self) -> None:
        """Forget everything and let go of the memory."""
        self._keys = KeyTable(self._types)
        self._owner, self._enter, self._leave = (Column(np.int64) for _ in range(3))
        self._shelf.reset()
        self._rows = 0

    def __len__(self) -> int:
        return self._rows

    @property
    def nbytes(self) -> int:
        """The bytes of all columns and the keys."""
        columns = (self._owner, self._enter, self._leave)
        return self._keys.nbytes + self._shelf.nbytes + sum(c.nbytes for c in columns)

    def add(
        self, keys: Sequence[pa.Array], columns: Sequence[pa.Array], enter: Codes, leave: Codes
    ) -> None:
        """Keep rows that the windows of times in [enter, leave) have."""
        first, self._rows = self._rows, self._rows + len(enter)
        owner, _ = self._ids(keys, len(enter))
        given = ((self._owner, owner), (self._enter, enter), (self._leave, leave))
        for column, values in given:
            column.reserve(capacity_for(self._rows))
            column.data[first : self._rows] = values
        self._shelf.append(columns, len(enter))

    def _ids(self, keys: Sequence[pa.Array], rows: int) -> tuple[Ids, Ids]:
        """Return the ids of the keys of rows, and which were made."""
        if keys:
            return self._keys.intern(keys)
        one = self._keys.one()
        return np.repeat(one.ids, rows), one.new

    def met(
        self, keys: Sequence[pa.Array], which: Ids, times: Codes
    ) -> tuple[Ids, Ids, Codes, Codes]:
        """Return rows, windows by key and time, and which of these have each row: first and end.

        `keys` are different ones, `which`: int64[windows] says of each window which is its own.
        """
        ids, new = self._ids(keys, 1)
        asked = np.zeros(self._keys.capacity, np.bool_)
        asked[ids] = True
        self._keys.release(new)
        owners = ids[which]
        mine = self._owner.data[: self._rows]
        rows = np.flatnonzero(asked[mine])
        known = np.zeros(len(asked), np.bool_)
        known[mine[rows]] = True
        windows = np.flatnonzero(known[owners])
        windows = windows[np.lexsort((times[windows], owners[windows]))]
        enter, leave = self._enter.data[rows], self._leave.data[rows]
        return (
            rows,
            windows,
            *spans(owners[windows], times[windows], mine[rows], enter - 1, leave - 1),
        )

    def take(self, index: int, rows: Ids) -> pa.Array:
        """Return a column of rows."""
        return self._shelf.take(index, rows)

    def drop(self, limit: int) -> None:
        """Learn that no window of a time before `limit` will come."""
        if not self._rows:
            return
        left = self._leave.data[: self._rows] > limit
        many = int(np.count_nonzero(left))
        if 2 * many > self._rows:
            return
        if not many:
            self.reset()
            return
        kept = np.flatnonzero(left)
        live = np.zeros(self._keys.capacity, np.bool_)
        live[self._owner.data[kept]] = True
        before = self._keys.live()
        for column in (self._owner, self._enter, self._leave):
            column.keep(kept, capacity_for(many))
        self._shelf.keep(kept)
        self._rows = many
        self._keys.release(before[~live[before]])
        if self._keys.wasteful():
            numbers = np.zeros(self._keys.capacity, np.int64)
            everyone = self._keys.compact()
            numbers[everyone] = np.arange(len(everyone))
            self._owner.data[:many] = numbers[self._owner.data[:many]]

    def snapshot(self) -> pa.Table:
        """Return all rows: keys, times, columns."""
        n = self._rows
        columns = [*self._keys.columns(self._owner.data[:n])]
        columns += [integers(c.data[:n].copy()) for c in (self._enter, self._leave)]
        columns += self._shelf.columns()
        return pa.table(columns, names=[str(i) for i in range(len(columns))])

    def restore(self, rows: pa.Table) -> None:
        """Take up what `snapshot` returned."""
        if not rows.num_rows:
            return
        width = len(self._types)
        columns = [c.combine_chunks() for c in rows.columns]
        enter, leave = (view(c) for c in columns[width : width + 2])
        self.add(columns[:width], columns[width + 2 :], enter, leave)
