"""The slices of overlapping windows: which windows close next, and what each is made of."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from sortedcontainers import SortedList

from cep.runtime.state.column import Ids
from cep.runtime.state.forest import Changes, Forest
from cep.runtime.state.interner import Interner
from cep.runtime.state.panes import runs
from cep.runtime.state.vectors import Codes
from cep.runtime.windows import Grid


@dataclass(frozen=True)
class Closing:
    """Windows that close, in the order of their ends: bounds int64[n], and what each is made of.

    `names` are those of parts and of blocks of parts; `changes` are the blocks made for these
    windows, and those that no other window has.
    """

    start: Codes
    end: Codes
    names: list[list[int]]
    changes: Changes


class Slices:
    """Gives parts of windows dense ids: a part is a slice and the first window that has it.

    A part is [start of the slice, end of the first window): of the rows of a slice those that came
    late for its first windows are a part of their own, which only the later windows have. So a part
    does not change any more when its first window has closed, and can be in blocks of up to two to
    the power of `highest` parts. About 300 bytes per part, and O(log n) to open or close one: parts
    are few beside the rows.
    """

    def __init__(self, grid: Grid, highest: int) -> None:
        self._grid = grid
        self._forest = Forest(highest)
        self._interner = Interner(2)
        self._waiting: SortedList[tuple[int, int, int]] = SortedList()
        self._begun: SortedList[tuple[int, int, int]] = SortedList()
        self._next: tuple[int, int] | None = None

    def __len__(self) -> int:
        return len(self._interner)

    @property
    def capacity(self) -> int:
        """Every id is below it."""
        return self._interner.capacity

    @property
    def nbytes(self) -> int:
        """The bytes of the index and, at 220 a piece, of the ordered entries."""
        return self._interner.nbytes + 220 * len(self._interner)

    def intern(self, start: Codes, end: Codes) -> Ids:
        """Return the id of each row's part, made where it is not; int64[n] microseconds."""
        heads = runs(start, end)
        codes = np.stack([start[heads], end[heads]], 1)
        interned = self._interner.intern(codes)
        if len(interned.new):
            made = self._interner.rows[interned.new].tolist()
            self._waiting.update(
                (last, first, one)
                for one, (first, last) in zip(interned.new.tolist(), made, strict=True)
            )
        ids = interned.ids[interned.local]
        return ids if len(heads) == len(end) else np.repeat(ids, np.diff(heads, append=len(end)))

    def bounds(self, ids: Ids) -> tuple[Codes, Codes]:
        """Return the starts of slices and the ends of the first windows that have them."""
        rows = self._interner.rows[ids]
        return rows[:, 0], rows[:, 1]

    def all(self) -> Ids:
        """Return all parts, by slice and then by first window."""
        entries = [(start, end, one) for end, start, one in self._waiting]
        return np.array([e[2] for e in sorted([*self._begun, *entries])], np.int64)

    def due(self, watermark: int) -> bool:
        """Say whether a window with rows has its end at or before the watermark."""
        return self._upcoming() <= min(watermark, _NEVER - 1)

    def close(self, watermark: int, most: int) -> tuple[Closing, Ids]:
        """Return windows that end at or before the watermark, and parts that no other one has.

        They are the first ones, of together about `most` parts or one window; call it until nothing
        is due, and `forget` the parts before that.
        """
        starts: list[int] = []
        ends: list[int] = []
        names: list[list[int]] = []
        gone: list[int] = []
        total = 0
        while total < most and self.due(watermark):
            end = self._upcoming()
            start = self._grid.start_of(end)
            while self._waiting and self._waiting[0][0] == end:
                last, first, one = self._waiting.pop(0)
                self._begin((first, last, one))
            starts.append(start)
            ends.append(end)
            names.append(self._forest.names())
            total += len(self._begun)
            gone += self._pass(end)
        changes = self._forest.changes()
        closing = Closing(np.array(starts, np.int64), np.array(ends, np.int64), names, changes)
        return closing, np.array(gone, np.int64)

    def _begin(self, place: tuple[int, int, int]) -> None:
        """Note that the first window of a part closes."""
        self._begun.add(place)
        self._forest.join(place)

    def _upcoming(self) -> int:
        """Return the end of the next window with rows."""
        following = self._next[1] if self._next is not None and self._begun else _NEVER
        return min(following, self._waiting[0][0] if self._waiting else _NEVER)

    def _pass(self, end: int) -> list[int]:
        """Go on to the window after `end` and return the parts that are not in it."""
        self._next = self._grid.after(end)
        gone = []
        while self._begun and self._begun[0][0] < self._next[0]:
            gone.append(self._begun.pop(0)[2])
            self._forest.leave()
        return gone

    def forget(self, ids: Ids) -> None:
        """Let go of the ids of parts that `close` returned."""
        self._interner.remove(ids)

    def settle(self, watermark: int) -> None:
        """Find out, after the parts have been made again, which windows have been closed."""
        begun = []
        while self._waiting and self._waiting[0][0] <= watermark:
            end, start, one = self._waiting.pop(0)
            begun.append((start, end, one))
        if not begun:
            return
        last = begun[-1][1]
        for place in sorted(begun):
            self._begin(place)
        self._next = self._grid.after(last)
        while self._next[1] <= watermark:
            self._next = self._grid.after(self._next[1])


_NEVER = 2**63 - 1
