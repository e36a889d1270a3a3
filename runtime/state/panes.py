"""The windows that are open, by the instant at which they end."""

from __future__ import annotations

import numpy as np
from sortedcontainers import SortedList

from cep.runtime.state.column import Ids
from cep.runtime.state.interner import Interner
from cep.runtime.state.vectors import Codes


class Panes:
    """Gives each open window [start, end) a dense id, and finds those that end first.

    About 150 bytes per window, and O(log n) to open or close one: windows are few beside the rows.
    """

    def __init__(self) -> None:
        self._interner = Interner(2)
        self._ends: SortedList[tuple[int, int, int]] = SortedList()
        self._latest = _NONE

    def __len__(self) -> int:
        return len(self._ends)

    @property
    def capacity(self) -> int:
        """Every id is below it."""
        return self._interner.capacity

    @property
    def nbytes(self) -> int:
        """The bytes of the index and, at 120 a piece, of the ordered entries."""
        return self._interner.nbytes + 120 * len(self._ends)

    def intern(self, start: Codes, end: Codes) -> Ids:
        """Return the id of each row's window, opened where it is not; int64[n] microseconds.

        Rows come mostly in runs of one window, so only the first of each run is looked up, and a
        single row not even that where it is in the window of the last one.
        """
        if len(end) == 1 and (start[0], end[0]) == self._latest[:2]:
            return np.array(self._latest[2:])
        heads = runs(start, end)
        codes = np.empty((len(heads), 2), np.int64)
        codes[:, 0] = start[heads]
        codes[:, 1] = end[heads]
        interned = self._interner.intern(codes)
        if len(interned.new):
            opened = self._interner.rows[interned.new].tolist()
            self._ends.update(
                (last, first, one)
                for one, (first, last) in zip(interned.new.tolist(), opened, strict=True)
            )
        ids = interned.ids[interned.local]
        self._latest = (int(start[-1]), int(end[-1]), int(ids[-1]))
        if len(heads) == len(end):
            return ids
        return np.repeat(ids, np.diff(heads, append=len(end)))

    def bounds(self, ids: Ids) -> tuple[Codes, Codes]:
        """Return the starts and the ends of windows."""
        rows = self._interner.rows[ids]
        return rows[:, 0], rows[:, 1]

    def ending(self, instant: int) -> Ids:
        """Return the open windows with end ≤ `instant`, in the order of their ends, then starts."""
        ended = []
        for last, _, one in self._ends:
            if last > instant:
                break
            ended.append(one)
        return np.array(ended, np.int64)

    def close(self, ids: Ids) -> None:
        """Forget windows: some of those that end first, as `ending` returns them."""
        del self._ends[: len(ids)]
        self._latest = _NONE
        self._interner.remove(ids)


def runs(start: Codes, end: Codes) -> Ids:
    """Return where windows of n rows (at least one) differ from those of the rows before."""
    if len(end) == 1:
        return _FIRST
    changes = (end[1:] != end[:-1]) | (start[1:] != start[:-1])
    heads = np.flatnonzero(changes)
    heads += 1
    return np.concatenate([_FIRST, heads])


_FIRST = np.zeros(1, np.int64)
_NONE = (0, 0, -1)
"""No window: all end after they start."""
