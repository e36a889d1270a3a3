"""The sessions that are open, per key, with a dense id each."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import pyarrow as pa

from cep.runtime.kernels import sessions as kernels
from cep.runtime.state.column import Column, Ids, capacity_for
from cep.runtime.state.keys import KeyTable
from cep.runtime.state.vectors import Codes, view
from cep.types import DataType

_WIDTH = 8


@dataclass(frozen=True)
class Placed:
    """Which sessions the rows of a batch are in when all have come.

    `ids`: int64[m] are the different sessions by their first row, `local`: int64[n] the position of
    each row's in them, -1 where it is refused. `absorbed` are sessions that are part of others now,
    those at the same positions of `into`.
    """

    ids: Ids
    local: Ids
    absorbed: Ids
    into: Ids


class Sessions:
    """Rows of a key that are less than `gap` (microseconds) apart are in one session.

    A session [first, last + gap) takes rows that are nearer than `gap` to one of its own, so two
    grow together when a row comes between them; a row just `gap` after its last one does not join.
    What a row joins has an end after the row's lateness: if that is nothing, the row is refused iff
    its own end, its time and `gap`, is not after its lateness.

    With `waits`, sessions are said before they are given up: those that `ripen` finds have ended,
    and `close` gives up what cannot change any more.

    About 90 bytes for a session, and the key. Placing a row takes O(1), and O(later sessions of the
    key); closing O(log n).
    """

    def __init__(self, types: Sequence[DataType], gap: int, *, waits: bool = False) -> None:
        self._types = tuple(types)
        self.gap = gap
        self._waits = waits
        self.reset()

    def reset(self) -> None:
        """Forget everything and let go of the memory."""
        self._keys = KeyTable(self._types)
        self._tails = Column(np.int64, -1)
        self._table = Column(np.int64, -1, _WIDTH)
        self._heap = Column(np.int64, -1)
        self._marks = Column(np.int64, -1)
        self._fresh = Column(np.int64, kernels.NOWHERE)
        self._waiting = Column(np.int64, -1)
        self._many = np.zeros(1, np.int64)
        self._state = np.array([0, -1, 0, 0], np.int64)

    def __len__(self) -> int:
        return int(self._state[kernels.LIVE])

    @property
    def capacity(self) -> int:
        """Every id is below it."""
        return len(self._table.data)

    @property
    def nbytes(self) -> int:
        """The bytes of all arrays and of the keys."""
        columns = (self._tails, self._table, self._heap, self._marks, self._fresh, self._waiting)
        return self._keys.nbytes + sum(c.nbytes for c in columns)

    def place(
        self, keys: Sequence[pa.Array], times: Codes, lateness: Codes | None, arrived: int
    ) -> Placed:
        """Let rows join sessions in the order of their arrival, the first one being `arrived`."""
        n = len(times)
        owners = self._owners(keys, n)
        room = n + int(self._state[kernels.TOP])
        sessions, absorbed = np.empty(n, np.int64), np.empty(room, np.int64)
        merged = np.zeros(1, np.int64)
        done = 0
        while True:
            done = kernels.place(
                n - done,
                done,
                self.gap,
                arrived,
                owners,
                np.ascontiguousarray(times),
                _NOBODY if lateness is None else np.ascontiguousarray(lateness),
                self._tails.data,
                self._table.data,
                self._heap.data,
                self._state,
                sessions,
                absorbed,
                merged,
            )
            if done == n:
                break
            self._reserve(capacity_for(self.capacity + 1))
        ids, local = self._settled(sessions)
        gone = absorbed[: merged[0]].copy()
        roots, position = self._settled(gone)
        return Placed(ids, local, gone, roots[position])

    def _owners(self, keys: Sequence[pa.Array], rows: int) -> Ids:
        """Return the id of the key of each row."""
        if self._types:
            owners, _ = self._keys.intern(keys)
        else:
            owners = np.repeat(self._keys.one().ids, rows)
        self._tails.reserve(self._keys.capacity)
        return owners

    def _reserve(self, capacity: int) -> None:
        columns = [self._table, self._heap, self._marks]
        for column in [*columns, self._fresh, self._waiting] if self._waits else columns:
            column.reserve(capacity)

    def _settled(self, sessions: Ids) -> tuple[Ids, Ids]:
        local, met = np.empty((2, len(sessions)), np.int64)
        n = kernels.settle(len(sessions), sessions, self._table.data, self._marks.data, local, met)
        return met[:n].copy(), local

    def bounds(self, ids: Ids) -> tuple[Codes, Codes]:
        """Return the starts of sessions and their ends, exclusive."""
        rows = self._table.data[ids]
        return rows[:, kernels.FIRST], rows[:, kernels.LAST] + self.gap

    def columns(self, ids: Ids) -> tuple[pa.Array, ...]:
        """Return the key columns of sessions."""
        return self._keys.columns(self._table.data[ids, kernels.KEY])

    def wait(self, ids: Ids) -> None:
        """Let sessions wait until they are said, where they do not already."""
        ends = self._table.data[ids, kernels.LAST] + self.gap
        kernels.wait(len(ids), ids, ends, self._fresh.data, self._waiting.data, self._many)

    def ripen(self, watermark: int) -> Ids:
        """Return the sessions that waited and end at or before the watermark, as `close` does."""
        size = int(self._many[0])
        if not size or self._fresh.data[self._waiting.data[0]] > watermark:
            return _NOBODY
        ripe = np.empty(size, np.int64)
        n = kernels.ripen(
            size // 8 + 1,
            watermark,
            self.gap,
            self._table.data,
            self._fresh.data,
            self._waiting.data,
            self._many,
            self._state,
            ripe,
        )
        return self._by_end(ripe[:n])

    def close(self, watermark: int) -> Ids:
        """Close the sessions that end at or before the watermark.

        They come in the order of their ends, then of their starts, then of their first rows, and
        keep their ids until they are given to `forget`.
        """
        size = int(self._state[kernels.HEAP])
        if not size or self._table.data[self._heap.data[0], kernels.DUE] > watermark:
            return _NOBODY
        closed = np.empty(size, np.int64)
        n = kernels.close(
            size // 8 + 1,
            watermark,
            self.gap,
            self._tails.data,
            self._table.data,
            self._heap.data,
            self._state,
            self._fresh.data,
            closed,
        )
        return self._by_end(closed[:n])

    def _by_end(self, ids: Ids) -> Ids:
        rows = self._table.data[ids]
        order = (rows[:, kernels.BORN], rows[:, kernels.FIRST], rows[:, kernels.LAST])
        ordered: Ids = ids[np.lexsort(order)]
        return ordered

    def forget(self, ids: Ids) -> None:
        """Let go of closed sessions and of keys that have no other one."""
        if not len(ids):
            return
        if not len(self):
            self.reset()
            return
        kernels.release(len(ids), ids, self._table.data, self._state)
        if self._types:
            owners = np.unique(self._table.data[ids, kernels.KEY])
            self._keys.release(owners[self._tails.data[owners] < 0])

    def wasteful(self) -> bool:
        """Say whether so few ids are in use that `compact` is worth its cost."""
        return self._state[kernels.TOP] > 4096 and len(self) * 4 < self._state[kernels.TOP]

    def compact(self) -> Ids:
        """Give the sessions the ids 0, 1, 2… and return them by their old ones in that order."""
        ids = self.all()
        if self._keys.wasteful():
            numbers = np.full(self._keys.capacity, -1, np.int64)
            kept = self._keys.compact()
            numbers[kept] = np.arange(len(kept))
            self._table.data[ids, kernels.KEY] = numbers[self._table.data[ids, kernels.KEY]]
        rows = self._table.data[ids]
        self._tails = Column(np.int64, -1)
        waited = self._fresh.data[ids] != kernels.NOWHERE if self._waits else None
        self._enter(rows[:, kernels.KEY], rows)
        if waited is not None:
            self.wait(np.flatnonzero(waited))
        return ids

    def all(self) -> Ids:
        """Return all sessions by their last times, then by their first rows."""
        table = self._table.data[: self._state[kernels.TOP]]
        alive = np.zeros(len(table), np.bool_)
        alive[self._heap.data[: self._state[kernels.HEAP]]] = True
        ids = np.flatnonzero(alive & (table[:, kernels.INTO] < 0))
        rows = table[ids]
        ordered: Ids = ids[np.lexsort((rows[:, kernels.BORN], rows[:, kernels.LAST]))]
        return ordered

    def to_arrow(self, ids: Ids) -> pa.Table:
        """Return sessions and their keys as a table."""
        rows = self._table.data[ids]
        names = ["first", "last", "born"]
        columns = [pa.array(rows[:, i]) for i in (kernels.FIRST, kernels.LAST, kernels.BORN)]
        keys = self.columns(ids)
        return pa.table([*columns, *keys], names=[*names, *(str(i) for i in range(len(keys)))])

    def restore(self, table: pa.Table) -> Ids:
        """Make the sessions of a table that `to_arrow(all())` returned; return their ids."""
        first, last, born, *keys = (c.combine_chunks() for c in table.columns)
        rows = np.full((len(first), _WIDTH), -1, np.int64)
        rows[:, kernels.FIRST] = view(first)
        rows[:, kernels.LAST] = view(last)
        rows[:, kernels.BORN] = view(born)
        if len(rows):
            self._enter(self._owners(keys, len(rows)), rows)
        return np.arange(len(rows))

    def _enter(self, owners: Ids, rows: Codes) -> None:
        n = len(rows)
        self._table, self._heap, self._marks = (
            Column(np.int64, -1, _WIDTH),
            Column(np.int64, -1),
            Column(np.int64, -1),
        )
        self._fresh, self._waiting = Column(np.int64, kernels.NOWHERE), Column(np.int64, -1)
        self._many = np.zeros(1, np.int64)
        self._state = np.array([0, -1, 0, 0], np.int64)
        self._reserve(capacity_for(n))
        self._tails.reserve(self._keys.capacity)
        kernels.enter(
            n,
            self.gap,
            np.ascontiguousarray(owners),
            np.ascontiguousarray(rows[:, kernels.FIRST]),
            np.ascontiguousarray(rows[:, kernels.LAST]),
            np.ascontiguousarray(rows[:, kernels.BORN]),
            self._tails.data,
            self._table.data,
            self._heap.data,
            self._state,
        )


_NOBODY = np.empty(0, np.int64)
