"""What each key has in windows that follow each other, named by few references."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from cep.runtime.kernels import stacks as kernels
from cep.runtime.state.chains import Chains
from cep.runtime.state.column import Column, Ids, capacity_for
from cep.runtime.state.interner import Interner
from cep.runtime.state.slices import Closing, Slices
from cep.runtime.state.vectors import Codes

_ROWS = 65536
"""Rows of windows that are said at once."""


@dataclass(frozen=True)
class Made:
    """Nodes in the order in which they were made, their groups, and what else each stands for."""

    nodes: Ids
    groups: Ids
    others: Ids


@dataclass(frozen=True)
class Rows:
    """The rows of windows: int64[n] each.

    `owner` are positions of windows, ascending, from `first` up to `last`, exclusive; `heads` are
    groups that have the key; `fronts` and `backs` refer to what a row is put together from.
    """

    first: int
    last: int
    owner: Ids
    heads: Ids
    fronts: Ids
    backs: Ids


class Stacks:
    """For each key of groups of parts a stack of those in the front of the window, one in its back.

    Parts join in the back and leave from the front; when the front is used up, the back is turned
    and becomes it (Tangwongsan, Hirzel, Schneider and Wu, General incremental sliding-window
    aggregation, VLDB 2015). In a stack every entry stands for itself and all below it, so what a
    key has in a window are two entries, whatever the number of its parts, and a group is entered
    about twice. An entry that stands for more than one group is a node.

    A key is hashed when its group is made, and not again for every window that the group is in. 56
    bytes for each key, 8 for each group and 40 for each node: at most one for each group, and those
    of the windows that are said at once.
    """

    def __init__(self, width: int) -> None:
        self._width = width
        self.reset()

    def reset(self) -> None:
        """Forget everything and let go of the memory."""
        self._keys = Interner(self._width)
        self._uses = Column(np.int64)
        self._front = Column(np.int64, -1)
        self._back = Column(np.int64, -1)
        self._live = Column(np.int64)
        self._of_key = (self._uses, self._front, self._back, self._live)
        self._key = Column(np.int64)
        self._group = Column(np.int64)
        self._other = Column(np.int64, -1)
        self._free = Column(np.int64)
        self._made = Column(np.int64)
        self._gone = Column(np.int64)
        self._of_node = (self._group, self._other, self._free, self._made, self._gone)
        self._marks = np.zeros(5, np.int64)

    @property
    def nbytes(self) -> int:
        """The bytes of all arrays."""
        columns = (*self._of_key, self._key, *self._of_node)
        return self._keys.nbytes + sum(c.nbytes for c in columns)

    @property
    def capacity(self) -> int:
        """Every node is below it."""
        return len(self._group.data)

    @property
    def keys(self) -> int:
        """Every number of a key is below it."""
        return self._keys.capacity

    def keys_of(self, groups: Ids) -> Ids:
        """Return the numbers of the keys of groups."""
        keys: Ids = self._key.data[groups]
        return keys

    @property
    def groups(self) -> int:
        """There are no more groups than that."""
        return len(self._key.data)

    def enter(self, groups: Ids, codes: Codes, capacity: int) -> None:
        """Note the keys of new groups, all below `capacity`: int64[n, width] codes."""
        interned = self._keys.intern(np.ascontiguousarray(codes))
        if self._keys.capacity > len(self._uses.data):
            for column in self._of_key:
                column.reserve(self._keys.capacity)
        self._key.reserve(capacity)
        self._key.data[groups] = interned.ids[interned.local]
        self._uses.data[interned.ids] += np.bincount(interned.local, minlength=len(interned.ids))

    def leave(self, groups: Ids) -> Ids:
        """Forget groups that are in no window any more, and the keys that no other group has.

        Returns the numbers of these keys.
        """
        keys = self._key.data[groups]
        np.subtract.at(self._uses.data, keys, 1)
        unused = np.zeros(len(self._uses.data), np.bool_)
        unused[keys] = True
        gone = np.flatnonzero(unused & (self._uses.data == 0))
        self._keys.remove(gone)
        return gone

    def places(self, windows: Ids, groups: Ids, rows: Rows) -> Ids:
        """Return which row each group of a window belongs to; `windows` ascend. O(n)."""
        places = np.empty(len(groups), np.int64)
        kernels.find(
            *(len(groups), windows, self._key.data[groups]),
            *(rows.owner, self._key.data[rows.heads], np.empty(self._keys.capacity, np.int64)),
            places,
        )
        return places

    # From window to window.

    def say(
        self, closing: Closing, slices: Slices, chains: Chains, groups: Codes
    ) -> Iterator[tuple[Rows, Made]]:
        """Return the rows of windows, some at a time, and the nodes that were made for them.

        `groups` are the codes of groups, with their part first. `forget` what is gone afterwards.
        """
        self._reserve(closing.nodes)
        marks = self._marks
        marks[kernels.MADE] = marks[kernels.GONE] = marks[kernels.SAID] = 0
        windows = len(closing.start)
        done = 0
        while marks[kernels.SAID] < windows:
            many = int(marks[kernels.LIVE]) + closing.nodes // windows
            room = max(_ROWS, len(self._keys))
            rows = np.empty((4, room), np.int64)  # costs nothing where it is not written to
            first = int(marks[kernels.SAID])
            n = kernels.say(
                min(room, windows * many), windows, room, closing.joins.begins, closing.joins.parts,
                closing.behind, closing.leaves.begins, closing.leaves.parts, closing.turns.begins,
                closing.turns.parts, slices.rows, slices.sizes, chains.heads, chains.following,
                groups, self._key.data, self._front.data, self._back.data, self._live.data,
                self._group.data, self._other.data, self._free.data, self._made.data,
                self._gone.data, marks, np.empty(len(slices), np.int64), *rows,
            )  # fmt: skip
            made = self._made.data[done : marks[kernels.MADE]]
            done = int(marks[kernels.MADE])
            copies = (r[:n].copy() if 2 * n < room else r[:n] for r in rows)
            last = int(marks[kernels.SAID])
            yield (
                Rows(first, last, *copies),
                Made(made, self._group.data[made], self._other.data[made]),
            )

    def _reserve(self, nodes: int) -> None:
        """Make room for so many more nodes."""
        before, many = self.capacity, int(self._marks[kernels.FREE])
        if nodes <= many:
            return
        capacity = capacity_for(before - many + nodes)
        for column in self._of_node:
            column.reserve(capacity)
        # The lowest are taken first.
        self._free.data[many : many + capacity - before] = np.arange(capacity - 1, before - 1, -1)
        self._marks[kernels.FREE] += capacity - before

    def forget(self) -> Ids:
        """Let the nodes go that nothing refers to any more, and return them."""
        many, free = self._marks[[kernels.GONE, kernels.FREE]].tolist()
        gone = self._gone.data[:many].copy()
        self._free.data[free : free + many] = gone
        self._marks[kernels.FREE] += many
        self._marks[kernels.GONE] = 0
        return gone

    # Snapshots.

    def live(self) -> Ids:
        """Return a group of each key in the window, in the order in which they are said."""
        keys = self._live.data[: self._marks[kernels.LIVE]]
        front = self._front.data[keys]
        tops = np.where(front >= 0, front, self._back.data[keys])
        node = (tops & 1).astype(np.bool_)
        groups = tops >> 1
        groups[node] = self._group.data[groups[node]]
        return groups

    def arrange(self, groups: Ids) -> None:
        """Say keys in this order from now on: a group of each key in the window."""
        self._live.data[: len(groups)] = self._key.data[groups]
        self._marks[kernels.LIVE] = len(groups)

    def keep(self, groups: Ids, capacity: int, top: int) -> Ids | None:
        """Renumber the groups: all there are, below `top`, become 0, 1, 2 and so on.

        Returns the numbers of keys that became 0, 1, 2, if these were renumbered too.
        """
        self._key.keep(groups, capacity)
        numbers = np.full(top, -1, np.int64)
        numbers[groups] = np.arange(len(groups))
        self._group.data[:] = numbers[self._group.data]
        for column in (self._front, self._back, self._other):
            plain = np.flatnonzero((column.data >= 0) & (column.data & 1 == 0))
            column.data[plain] = numbers[column.data[plain] >> 1] << 1
        if not self._keys.wasteful():
            return None
        numbers = np.full(self._keys.capacity, -1, np.int64)
        kept = self._keys.compact()
        numbers[kept] = np.arange(len(kept))
        live = numbers[self._live.data[: self._marks[kernels.LIVE]]]
        for column in self._of_key:
            column.keep(kept, self._keys.capacity)
        self._live.data[: len(live)] = live
        self._key.data[: len(groups)] = numbers[self._key.data[: len(groups)]]
        return kept
