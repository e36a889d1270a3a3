"""The keys of groups, whatever the slice of each is."""

from __future__ import annotations

import numpy as np

from cep.runtime.kernels import together
from cep.runtime.state.column import Column, Ids
from cep.runtime.state.interner import Interner
from cep.runtime.state.vectors import Codes


class Wholes:
    """Gives the keys of groups dense ids, so that groups of one key are found without hashing.

    A group is hashed when it is made, and not again for every window that it is in. 24 bytes for
    each key and 8 for each group.
    """

    def __init__(self, width: int) -> None:
        self._width = width
        self.reset()

    def reset(self) -> None:
        """Forget everything and let go of the memory."""
        self._keys = Interner(self._width)
        self._uses = Column(np.int64)
        self._marks = Column(np.int64, -1)
        self._of_group = Column(np.int64)

    @property
    def nbytes(self) -> int:
        """The bytes of all arrays."""
        columns = (self._uses, self._marks, self._of_group)
        return self._keys.nbytes + sum(c.nbytes for c in columns)

    def enter(self, groups: Ids, codes: Codes, capacity: int) -> None:
        """Note the keys of new groups, all below `capacity`: int64[n, width] codes."""
        interned = self._keys.intern(np.ascontiguousarray(codes))
        for column in (self._uses, self._marks):
            column.reserve(self._keys.capacity)
        self._of_group.reserve(capacity)
        self._of_group.data[groups] = interned.ids[interned.local]
        self._uses.data[interned.ids] += np.bincount(interned.local, minlength=len(interned.ids))

    def leave(self, groups: Ids) -> None:
        """Forget groups, and the keys that no other group has."""
        keys = self._of_group.data[groups]
        np.subtract.at(self._uses.data, keys, 1)
        unused = np.zeros(len(self._uses.data), np.bool_)
        unused[keys] = True
        self._keys.remove(np.flatnonzero(unused & (self._uses.data == 0)))

    def together(self, groups: Ids, windows: Codes) -> tuple[Ids, Ids]:
        """Give numbers to different pairs of window, ascending, and key: int64[n] groups; O(n).

        Returns the number of each group's, and the position at which each number appears first.
        """
        n = len(groups)
        local, first = np.empty((2, n), np.int64)
        many = together.number(
            n, self._of_group.data[groups], windows, self._marks.data, local, first
        )
        return local, first[:many]

    def keep(self, groups: Ids, capacity: int) -> None:
        """Renumber the groups: `groups` become 0, 1, 2… and the others have left."""
        self._of_group.keep(groups, capacity)
        if self._keys.wasteful():
            numbers = np.full(self._keys.capacity, -1, np.int64)
            kept = self._keys.compact()
            numbers[kept] = np.arange(len(kept))
            for column in (self._uses, self._marks):
                column.keep(kept, self._keys.capacity)
            self._of_group.data[: len(groups)] = numbers[self._of_group.data[: len(groups)]]
