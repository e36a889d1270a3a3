"""Rows of codes to dense ids and back."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from cep.runtime.kernels import index
from cep.runtime.state.column import Column, Ids, capacity_for
from cep.runtime.state.vectors import integers, view

FEW = 48
"""Rows that a plain loop takes faster than a search for the different ones among them."""

_TELLING = 1024
"""So many rows tell whether those that follow are new too."""


@dataclass(slots=True)
class Interned:
    """Which ids the rows of a batch have.

    `ids[local]` are the ids of the rows; `ids`: int64[m] are the different ones in the order of
    their first row, `local`: int64[n] the position of each row's in it. `new` are those that did
    not exist before, in the same order.
    """

    ids: Ids
    local: Ids
    new: Ids


class Interner:
    """Gives each different row of `width` int64 codes a dense id, from 0 on, until it is removed.

    Ids of removed rows are given out again. Bytes: 8·(width + 1) per id and 8 per slot, of which
    there are 1.6 to 4 per id. The arrays double when they are full; the slots halve when few are
    used, the rest where the owner calls `compact`, and all of it goes when nothing is left.
    """

    def __init__(self, width: int) -> None:
        self.width = width
        self._reset()

    def _reset(self) -> None:
        self._slots = np.empty(0, np.int64)
        self._rows = Column(np.int64, -1, self.width + 1)
        self._state = np.array([0, 0, -1, 0, 0], np.int64)
        self._peak = 0

    def __len__(self) -> int:
        return int(self._state[index.LIVE])

    @property
    def capacity(self) -> int:
        """How many ids the arrays have room for; every live id is below it."""
        return len(self._rows.data)

    @property
    def top(self) -> int:
        """The end of the ids given out so far."""
        return int(self._state[index.TOP])

    @property
    def nbytes(self) -> int:
        """The bytes of all arrays."""
        return self._slots.nbytes + self._rows.nbytes

    @property
    def rows(self) -> npt.NDArray[np.int64]:
        """The codes of every id: int64[capacity, width]; meaningless where an id is free."""
        return self._rows.data[:, : self.width]

    @property
    def all_rows(self) -> npt.NDArray[np.int64]:
        """The codes of every id and a column that is -1: int64[capacity, width + 1]."""
        return self._rows.data

    def intern(self, codes: npt.NDArray[np.int64]) -> Interned:
        """Find or make the ids of the rows of `codes`: int64[n, width], contiguous; O(n)."""
        n = len(codes)
        if n > FEW and not index.intern.compiled(n):
            codes, local = distinct(codes)
            some = self._intern(codes, different=True)
            # The different rows came in the order of their first one, so positions are the same.
            return Interned(some.ids, local, some.new)
        return self._intern(codes)

    def _intern(self, codes: npt.NDArray[np.int64], *, different: bool = False) -> Interned:
        n = len(codes)
        local, met, new = np.empty((3, n), np.int64)
        state = self._state
        state[index.MET] = state[index.NEW] = 0
        if not len(self._slots):
            self._grow()
        done = 0
        while True:
            done = index.intern(
                n - done,
                done,
                codes,
                self._slots,
                self._rows.data,
                state,
                local,
                met,
                new,
            )
            if done == n:
                break
            # Where most rows were new, most of those that are left will be: room for all of them
            # is made at once. A few that were new say nothing, unless all rows are different.
            sure = different or done > _TELLING
            self._grow(n - done if sure and 2 * state[index.NEW] > done else 1)
        ids = met[: state[index.MET]]
        fresh = new[: state[index.NEW]]
        if len(ids) * 2 < n:  # let go of the large arrays
            ids, fresh = ids.copy(), fresh.copy()
        return Interned(ids, local, fresh)

    def find(self, codes: npt.NDArray[np.int64]) -> Ids:
        """Return the ids of the rows of `codes`, -1 where there is none; O(n)."""
        if not len(self):
            return np.full(len(codes), -1, np.int64)
        ids = np.empty(len(codes), np.int64)
        index.find(len(codes), codes, self._slots, self._rows.data, ids)
        return ids

    def remove(self, ids: Ids) -> None:
        """Forget live `ids`, each named once; O(m)."""
        if not len(ids):
            return
        if len(ids) == len(self):
            self._reset()
            return
        # Windows come and go in waves: only when several of them have been low is there too much.
        self._peak = max(len(self), self._peak - (self._peak >> 3))
        size = min(2 * capacity_for(self._peak), len(self._slots))
        ids = np.ascontiguousarray(ids)
        if len(ids) * 8 < len(self._slots):
            index.remove(len(ids), ids, self._slots, self._rows.data, self._state)
            if size < len(self._slots) // 2:
                self._resize(size)
            return
        gone = np.zeros(self.top, np.bool_)
        gone[ids] = True
        old = self._slots
        self._slots = np.full(size, -1, np.int64)
        index.purge(len(old), old, gone, self._slots)
        first = self._rows.data[:, 0]
        first[ids[0]] = self._state[index.FREE]
        first[ids[1:]] = ids[:-1]
        self._state[index.FREE] = ids[-1]
        self._state[index.LIVE] -= len(ids)

    def live(self) -> Ids:
        """Return all live ids, ascending; O(size)."""
        entries = self._slots[self._slots >= 0]
        return np.sort(entries & 0xFFFFFFFF)

    def wasteful(self) -> bool:
        """Say whether so few of the ids are live that `compact` is worth its cost."""
        return self.top > 4096 and max(self._peak, len(self)) * 4 < self.top

    def compact(self) -> Ids:
        """Renumber the live ids to 0, 1, 2… and return them, in that order, by their old numbers.

        Everything else that is kept by these ids has to follow (`Column.keep`); O(top).
        """
        live = self.live()
        if not len(live):
            self._reset()
            return live
        numbers = np.zeros(self.top, np.int64)
        numbers[live] = np.arange(len(live))
        index.renumber(len(self._slots), self._slots, numbers)
        capacity = capacity_for(len(live))
        self._rows.keep(live, capacity)
        self._state[index.TOP] = len(live)
        self._state[index.FREE] = -1
        return live

    def _grow(self, more: int = 1) -> None:
        """Make room for `more` slots or rows, whichever are full."""
        if len(self) >= len(self._slots) // 8 * 5:
            self._resize(max(2 * len(self._slots), 2 * capacity_for(len(self) + more)))
        if self._state[index.FREE] < 0 and self.top >= self.capacity:
            self._rows.reserve(capacity_for(self.top + more))

    def _resize(self, size: int) -> None:
        old = self._slots
        self._slots = np.full(size, -1, np.int64)
        if len(self):
            index.rebuild(len(old), old, self._slots)


def distinct(codes: npt.NDArray[np.int64]) -> tuple[npt.NDArray[np.int64], Ids]:
    """Return the different rows of `codes` in order of appearance, and each row's position in them.

    Column by column through Arrow's dictionaries, which is what an uncompiled process has for a
    fast hash table; about 10 ns per row and column.
    """
    number: npt.NDArray[np.int64] | None = None
    for j in range(codes.shape[1]):
        column = np.ascontiguousarray(codes[:, j])
        if number is None:
            number, _ = _encode(column)
            continue
        one, many = _encode(column)
        if many > 1:
            number, _ = _encode(number * many + one)
    assert number is not None
    first = np.empty(int(number.max()) + 1, np.int64)
    first[number[::-1]] = np.arange(len(number) - 1, -1, -1)
    return codes[first], number


def _encode(values: npt.NDArray[np.int64]) -> tuple[Ids, int]:
    if values[0] == values[-1] and (values == values[0]).all():
        return np.zeros(len(values), np.int64), 1
    encoded = integers(values).dictionary_encode()
    numbers = view(encoded.indices).astype(np.int64)
    return numbers, len(encoded.dictionary)
