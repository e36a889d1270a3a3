"""The slices of overlapping windows: which windows close next, and what each is made of."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from sortedcontainers import SortedList

from cep.runtime.state.column import Column, Ids
from cep.runtime.state.interner import Interner
from cep.runtime.state.panes import runs
from cep.runtime.state.vectors import Codes
from cep.runtime.windows import Grid


@dataclass(frozen=True)
class Lists:
    """Parts of windows: those of window w are `parts`[`begins`[w]:`begins`[w + 1]]."""

    begins: Ids
    parts: Ids

    @staticmethod
    def of(lists: list[list[int]]) -> Lists:
        """Return lists one behind the other."""
        begins: Ids = np.cumsum([0, *map(len, lists)], dtype=np.int64)
        return Lists(begins, np.array([one for some in lists for one in some], np.int64))

    def of_window(self, window: int) -> Ids:
        """Return the parts of one window."""
        return self.parts[self.begins[window] : self.begins[window + 1]]


@dataclass(frozen=True)
class Closing:
    """Windows that close, in the order of their ends: bounds int64[n], and how parts come and go.

    What `joins`, `leaves` and `turns` are, and which of the first are `behind`, is said in
    `kernels.stacks.say`; `nodes` are enough for all of that. `gone` are those that the window after
    does not have, which need not be asked of `leaves`; `every` has all parts of each window.
    """

    start: Codes
    end: Codes
    joins: Lists
    behind: Ids
    leaves: Lists
    turns: Lists
    nodes: int
    gone: Lists
    every: Lists


class Slices:
    """Gives parts of windows dense ids: a part is a slice and the first window that has it.

    A part is [start of the slice, end of the first window): of the rows of a slice those that came
    late for its first windows are a part of their own, which only the later windows have. So a part
    does not change any more when its first window has closed. Then it joins the back of the window,
    or, if it came behind parts that leave after it, the front; what these are is said in
    `kernels.stacks`. About 300 bytes per part, and O(log n) to open or close one: parts are few
    beside the rows.
    """

    def __init__(self, grid: Grid) -> None:
        self._grid = grid
        self._interner = Interner(2)
        self._sizes = Column(np.int64)
        self._waiting: SortedList[tuple[int, int, int]] = SortedList()
        self._begun: SortedList[tuple[int, int, int]] = SortedList()
        self._latest = _NONE
        self._back: set[int] = set()
        self._turned = _NEVER_YET
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
        return self._interner.nbytes + self._sizes.nbytes + 220 * len(self._interner)

    @property
    def rows(self) -> Codes:
        """The bounds of each part, and one more column: int64[capacity, 3], for kernels."""
        return self._interner.all_rows

    @property
    def sizes(self) -> Codes:
        """How many groups each part has: int64[capacity]."""
        return self._sizes.data

    def count(self, parts: Ids) -> None:
        """Note a new group of each of `parts`, which may repeat."""
        self._sizes.reserve(self.capacity)
        np.add.at(self._sizes.data, parts, 1)

    def intern(self, start: Codes, end: Codes) -> Ids:
        """Return the id of each row's part, made where it is not; int64[n] microseconds."""
        heads = runs(start, end)
        if len(heads) == 1 and self._latest[:2] == (start[0], end[0]):
            return np.full(len(end), self._latest[2])
        codes = np.empty((len(heads), 2), np.int64)
        codes[:, 0], codes[:, 1] = start[heads], end[heads]
        interned = self._interner.intern(codes)
        if len(interned.new):
            made = self._interner.rows[interned.new].tolist()
            self._waiting.update(
                (last, first, one)
                for one, (first, last) in zip(interned.new.tolist(), made, strict=True)
            )
        ids = interned.ids[interned.local]
        self._latest = (int(start[-1]), int(end[-1]), int(ids[-1]))
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

    def close(self, watermark: int, most: int, *, every: bool) -> tuple[Closing, Ids]:
        """Return windows that end at or before the watermark, and parts that no other one has.

        They are the first ones, for together about `most` nodes or one window; call it until
        nothing is due, and `forget` the parts before that. With `every` it names all parts of each.
        """
        bounds: list[tuple[int, int]] = []
        joins: list[list[int]] = []
        leaves: list[list[int]] = []
        turns: list[list[int]] = []
        names: list[list[int]] = []
        behind: list[bool] = []
        gone: list[list[int]] = []
        nodes = 0
        while nodes < most and self.due(watermark):
            end = self._upcoming()
            bounds.append((self._grid.start_of(end), end))
            joins.append([])
            while self._waiting and self._waiting[0][0] == end:
                _, first, one = self._waiting.pop(0)
                self._begun.add((first, end, one))
                joins[-1].append(one)
                # Between those that are in the front; the nodes above it are made again.
                behind.append(first < self._turned)
                nodes += int(self._sizes.data[one]) * (len(self._begun) if behind[-1] else 1)
                if not behind[-1]:
                    self._back.add(one)
            names.append([one for _, _, one in self._begun] if every else [])
            left = self._pass(end)
            gone.append(left)
            turn = not self._back.isdisjoint(left)
            leaves.append([] if turn else left)
            turns.append(self._turn() if turn else [])
            nodes += sum(int(self._sizes.data[one]) for one in turns[-1] if one >= 0)
        starts, ends = np.array(bounds, np.int64).reshape(-1, 2).T
        closing = Closing(
            start=starts,
            end=ends,
            joins=Lists.of(joins),
            behind=np.array(behind, np.int64),
            leaves=Lists.of(leaves),
            turns=Lists.of(turns),
            nodes=nodes,
            gone=Lists.of(gone),
            every=Lists.of(names),
        )
        return closing, closing.gone.parts

    def _turn(self) -> list[int]:
        """Make all that have joined the front: return them, the last to leave first, or a -1."""
        self._back.clear()
        self._turned = self._begun[-1][0] if self._begun else _NEVER_YET
        return [one for _, _, one in reversed(self._begun)] or [-1]

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
        return gone

    def forget(self, ids: Ids) -> None:
        """Let go of the ids of parts that `close` returned."""
        self._interner.remove(ids)
        self._latest = _NONE
        if len(self._interner):
            self._sizes.clear(ids)
        else:
            self._sizes = Column(np.int64)

    def settle(self, watermark: int) -> Closing | None:
        """Find out, after the parts have been made again, which windows have been closed.

        Returns how the parts that have joined are turned, if there are any: no window is said.
        """
        while self._waiting and self._waiting[0][0] <= watermark:
            end, start, one = self._waiting.pop(0)
            self._begun.add((start, end, one))
            self._next = self._grid.after(end)
        if self._next is None:
            return None
        while self._next[1] <= watermark:
            self._next = self._grid.after(self._next[1])
        turns = Lists.of([self._turn()])
        nowhere = np.zeros(1, np.int64)
        return Closing(
            start=nowhere,
            end=nowhere,
            joins=Lists.of([[]]),
            behind=np.empty(0, np.int64),
            leaves=Lists.of([[]]),
            turns=turns,
            nodes=int(self._sizes.data[turns.parts[turns.parts >= 0]].sum()),
            gone=Lists.of([[]]),
            every=Lists.of([[]]),
        )


_NONE = (0, 0, -1)
"""No part: all end after they start."""

_NEVER = 2**63 - 1
_NEVER_YET = -(2**63)
