"""Rows in order, as lists of partitions, of which the first are forgotten as time goes by."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from cep.runtime.kernels import sequences as kernels
from cep.runtime.state.column import Column, Ids, capacity_for
from cep.runtime.state.keys import KeyTable
from cep.runtime.state.shelf import Shelf
from cep.runtime.state.vectors import Codes, integers
from cep.types import DataType

Positions = npt.NDArray[np.int64]

_FEW = 4096
"""Rows that are not worth being put together."""


class Sequences:
    """The rows that operators over ordered partitions look back at, each at a position.

    Positions rise in the order of rows. Whoever works on them has columns here: one value per row
    (`row`), some of which are positions themselves (`link`), or one per partition (`part`), and
    pointers that stand at a row of each partition, -1 where they wait for the next one (see
    `runtime/kernels/sequences.py`). A row is kept as long as a `holding` pointer of its partition
    stands at it or before it, or a `pinned` one at it. Those that are not are dropped when they are
    as many as the others, so a row costs a constant number of copies; positions change then.

    Beside what others have there are 24 bytes for each row, 16 for each partition, and the keys.
    """

    def __init__(self, types: Sequence[DataType], kept: Sequence[DataType], timed: bool) -> None:
        self.keys = KeyTable(types)
        self.rows = 0
        self.shelf = Shelf(kept)
        self._rows: list[Column] = []
        self._links: list[Column] = []
        self._parts: list[Column] = []
        self._pins: list[Column] = []
        self._holding: list[int] = []
        self._pinned: list[int] = []
        self._slots = 0
        self._pointers: Column | None = None
        self._chained = False
        self._due = _FEW
        self.owner = self.row(np.int64)
        self.after = self.link()
        self.number = self.row(np.int64)
        self.time = self.row(np.int64) if timed else None
        self.tail = self.part(np.int64, -1)
        self.many = self.part(np.int64)

    # What others keep here.

    def row(self, dtype: npt.DTypeLike, fill: Any = 0, width: int | None = None) -> Column:
        """Return a new column with a value for every row."""
        made = Column(dtype, fill, width)
        self._rows.append(made)
        return made

    def link(self) -> Column:
        """Return a new column with a position, or -1, for every row."""
        made = Column(np.int64, -1)
        self._links.append(made)
        return made

    def part(self, dtype: npt.DTypeLike, fill: Any = 0, width: int | None = None) -> Column:
        """Return a new column with a value for every partition."""
        made = Column(dtype, fill, width)
        self._parts.append(made)
        return made

    def pin(self, width: int | None = None) -> Column:
        """Return a new column with positions of rows that are kept for each partition, or -1."""
        made = Column(np.int64, -1, width)
        self._pins.append(made)
        return made

    def pointer(self, *, holding: bool = False, pinned: bool = False) -> int:
        """Return the slot of a new pointer."""
        slot = self._slots
        self._slots += 1
        if holding:
            self._holding.append(slot)
        if pinned:
            self._pinned.append(slot)
            self._chained = True
        return slot

    @property
    def pointers(self) -> npt.NDArray[np.int64]:
        """All pointers: int64[capacity, slots]."""
        return self._slotted.data

    @property
    def _slotted(self) -> Column:
        if self._pointers is None:
            self._pointers = Column(np.int64, -1, max(self._slots, 1))
        return self._pointers

    # Rows come and go.

    def append(
        self, keys: Sequence[pa.Array], kept: Sequence[pa.Array], times: Codes | None, rows: int
    ) -> tuple[int, Ids]:
        """Append rows that come after all others; return the first position and the partitions."""
        if keys:
            owners, _ = self.keys.intern(keys)
        else:
            owners = np.repeat(self.keys.one().ids, rows)
        first = self.rows
        self.rows += rows
        self._reserve()
        self.owner.data[first : self.rows] = owners
        if self.time is not None and times is not None:
            self.time.data[first : self.rows] = times
        kernels.link(
            rows,
            first,
            owners,
            self.after.data,
            self.number.data,
            self.tail.data,
            self.many.data,
            self.pointers,
        )
        self.shelf.append(kept, rows)
        return first, owners

    def _reserve(self) -> None:
        capacity = capacity_for(self.rows)
        for column in (*self._rows, *self._links):
            column.reserve(capacity)
        for column in (*self._parts, *self._pins, self._slotted):
            column.reserve(self.keys.capacity)

    def forget(self, partitions: Ids) -> None:
        """Forget partitions, each named once, and all that is kept of them."""
        for column in (*self._parts, *self._pins, self._slotted):
            column.clear(partitions)
        self.keys.release(partitions)

    def reset(self) -> None:
        """Forget everything and let go of the memory."""
        nobody = np.empty(0, np.int64)
        columns = (*self._rows, *self._links, *self._parts, *self._pins, self._slotted)
        for column in columns:
            column.keep(nobody, 0)
        self.keys = KeyTable(self.keys.types)
        self.shelf.reset()
        self.rows = 0
        self._due = _FEW

    def wasteful(self) -> bool:
        """Say whether so many rows have come since `compact` that it is worth its cost."""
        return self.rows >= self._due

    def compact(self, wanted: int) -> tuple[Positions, Ids | None]:
        """Drop the rows that are kept no longer, and renumber those that are.

        Rows from the position `wanted` on are kept whatever the pointers say.
        Returns the rows that are kept by their old positions, and the partitions by their old
        numbers where these have changed too.
        """
        n = self.rows
        owners = self.owner.data[:n]
        live = self._live(owners)
        live[wanted:] = True
        following = np.full(self.keys.capacity, -1)
        numbers = np.empty(n + 1, np.int64)
        numbers[n] = -1  # so that -1 stays what it is
        many = kernels.renumber(n, owners, live, following, numbers[:n])
        kept = np.flatnonzero(live)
        capacity = capacity_for(many)
        for column in self._rows:
            column.keep(kept, capacity)
        for column in self._links:
            column.keep(kept, capacity)
            column.data[:many] = numbers[column.data[:many]]
        everyone = self.keys.live()
        for column in (*self._pins, self._slotted):
            column.data[everyone] = numbers[column.data[everyone]]
        dead = np.append(~live, False)
        tails = self.tail.data[everyone]
        self.tail.data[everyone] = np.where(dead[tails], -1, numbers[tails])
        self.shelf.keep(kept)
        self.rows = many
        self._due = max(2 * many, _FEW)
        return kept, self._close_up()

    def _live(self, owners: Ids) -> npt.NDArray[np.bool_]:
        """Return which rows are kept."""
        n = self.rows
        everyone = self.keys.live()
        begin = np.full(self.keys.capacity, n)
        pointers = self.pointers
        for slot in self._holding:
            at = pointers[everyone, slot]
            begin[everyone] = np.minimum(begin[everyone], np.where(at < 0, n, at))
        live: npt.NDArray[np.bool_] = np.arange(n) >= begin[owners]
        pinned = [pointers[everyone, s] for s in self._pinned]
        pinned += [c.data[everyone].reshape(-1) for c in self._pins]
        if self._chained:
            pinned.append(self.tail.data[everyone])
        for at in pinned:
            live[at[at >= 0]] = True
        return live

    def _close_up(self) -> Ids | None:
        """Renumber the partitions if most numbers are not used."""
        if not self.keys.wasteful():
            return None
        numbers = np.zeros(self.keys.capacity, np.int64)
        kept = self.keys.compact()
        numbers[kept] = np.arange(len(kept))
        for column in (*self._parts, *self._pins, self._slotted):
            column.keep(kept, self.keys.capacity)
        self.owner.data[: self.rows] = numbers[self.owner.data[: self.rows]]
        return kept

    # Snapshots.

    @property
    def nbytes(self) -> int:
        """The bytes of all columns, the keys and the shelf."""
        columns = (*self._rows, *self._links, *self._parts, *self._pins, self._slotted)
        return self.keys.nbytes + self.shelf.nbytes + sum(c.nbytes for c in columns)

    def snapshot(self) -> dict[str, pa.Table]:
        """Return everything, after `compact`: rows by their positions, partitions by their keys."""
        everyone = self.keys.live()
        place = np.zeros(self.keys.capacity, np.int64)
        place[everyone] = np.arange(len(everyone))
        every = np.arange(self.rows)
        owners = place[self.owner.data[: self.rows]]
        rows = [integers(owners)]
        rows += [c.to_arrow(every) for c in (*self._rows[1:], *self._links)]
        parts = [*self.keys.columns(everyone)]
        parts += [c.to_arrow(everyone) for c in (*self._parts, *self._pins, self._slotted)]
        return {
            "rows": _numbered(rows),
            "partitions": _numbered(parts),
            "shelf": _numbered(self.shelf.columns()),
        }

    def known(self, keys: Sequence[pa.Array]) -> Ids:
        """Return the partitions that there are of those with some keys: one row for each."""
        if not self.keys.types:
            return self.keys.live()
        ids, fresh = self.keys.intern(keys)
        self.keys.release(fresh)
        return np.setdiff1d(ids, fresh)

    def branch(self, partitions: Ids) -> tuple[Positions, dict[str, pa.Table]]:
        """Return the rows of partitions by their positions, and a snapshot of these alone."""
        n = self.rows
        place = np.full(max(self.keys.capacity, 1), -1, np.int64)
        place[partitions] = np.arange(len(partitions))
        owners = place[self.owner.data[:n]]
        kept = np.flatnonzero(owners >= 0)
        numbers = np.full(n + 1, -1, np.int64)
        numbers[kept] = np.arange(len(kept))

        def moved(column: Column, which: Ids) -> pa.Array:
            new = Column(np.int64)
            new.data = numbers[column.data[which]]
            return new.to_arrow(np.arange(len(which)))

        rows = [integers(owners[kept])]
        rows += [c.to_arrow(kept) for c in self._rows[1:]]
        rows += [moved(c, kept) for c in self._links]
        parts = [*self.keys.columns(partitions)]
        parts += [
            moved(c, partitions) if c is self.tail else c.to_arrow(partitions) for c in self._parts
        ]
        parts += [moved(c, partitions) for c in (*self._pins, self._slotted)]
        shelf = [self.shelf.take(i, kept) for i in range(len(self.shelf.types))]
        return kept, {
            "rows": _numbered(rows),
            "partitions": _numbered(parts),
            "shelf": _numbered(shelf),
        }

    def restore(self, state: Mapping[str, pa.Table]) -> Ids:
        """Take up what `snapshot` returned; return the partitions in its order."""
        parts = [c.combine_chunks() for c in state["partitions"].columns]
        owner, *rows = [c.combine_chunks() for c in state["rows"].columns]
        if not len(parts[-1]):
            return np.empty(0, np.int64)
        width = len(self.keys.types)
        ids = self.keys.intern(parts[:width])[0] if width else self.keys.one().ids
        self.rows = len(owner)
        self._due = max(2 * self.rows, _FEW)
        self._reserve()
        for column, values in zip(
            (*self._parts, *self._pins, self._slotted), parts[width:], strict=True
        ):
            column.set(ids, values)
        every = np.arange(self.rows)
        self.owner.data[: self.rows] = ids[owner.to_numpy()]
        for column, values in zip((*self._rows[1:], *self._links), rows, strict=True):
            column.set(every, values)
        self.shelf.append([c.combine_chunks() for c in state["shelf"].columns], self.rows)
        return ids


def _numbered(columns: Sequence[pa.Array]) -> pa.Table:
    return pa.table(list(columns), names=[str(i) for i in range(len(columns))])
