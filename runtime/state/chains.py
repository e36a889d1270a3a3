"""Lists of members per owner, each in the order in which they joined."""

from __future__ import annotations

import numpy as np

from cep.runtime.kernels import chains as kernels
from cep.runtime.state.column import Column, Ids


class Chains:
    """Which members (dense ids) belong to which owner (a dense id), 16 bytes per member.

    A window's groups, a group's values: what is to go when the owner goes is found in proportion to
    its number. Neither owners nor members are counted here; whoever numbers them reserves room.
    """

    def __init__(self) -> None:
        self.reset()

    def reset(self) -> None:
        """Forget everybody and let go of the memory."""
        self._head = Column(np.int64, -1)
        self._tail = Column(np.int64, -1)
        self._after = Column(np.int64, -1)
        self._before = Column(np.int64, -1)

    @property
    def nbytes(self) -> int:
        """The bytes of all arrays."""
        columns = (self._head, self._tail, self._after, self._before)
        return sum(c.nbytes for c in columns)

    @property
    def heads(self) -> Ids:
        """The first member of each owner, -1 where there is none: for kernels."""
        return self._head.data

    @property
    def following(self) -> Ids:
        """The member behind each one, -1 behind the last: for kernels."""
        return self._after.data

    def reserve_owners(self, capacity: int) -> None:
        """Make room for owners below `capacity`."""
        if capacity > len(self._head.data):
            self._head.reserve(capacity)
            self._tail.reserve(capacity)

    def reserve_members(self, capacity: int) -> None:
        """Make room for members below `capacity`."""
        if capacity > len(self._after.data):
            self._after.reserve(capacity)
            self._before.reserve(capacity)

    def append(self, owners: Ids, members: Ids) -> None:
        """Let `members` join the lists of `owners`, in this order; O(n)."""
        kernels.append(
            len(members),
            owners,
            members,
            self._head.data,
            self._tail.data,
            self._after.data,
            self._before.data,
        )

    def remove(self, owners: Ids, members: Ids) -> None:
        """Let `members` leave the lists of `owners`; O(n)."""
        kernels.remove(
            len(members),
            owners,
            members,
            self._head.data,
            self._tail.data,
            self._after.data,
            self._before.data,
        )

    def members(self, owners: Ids, most: int) -> tuple[Ids, Ids]:
        """Return the members of `owners`, one owner's after the other's, and how many each has.

        `most` is how many members there are in the whole at most; O(members), and the owners.
        """
        sizes = np.empty(len(owners), np.int64)
        members = np.empty(most, np.int64)  # costs nothing where it is not written to
        n = kernels.walk(len(owners), owners, self._head.data, self._after.data, sizes, members)
        return (members[:n].copy() if n * 2 < most else members[:n]), sizes

    def count_until(self, owner: int, stamps: Ids, limit: int, most: int) -> int:
        """Return how many at the head of a list have a stamp of at most `limit`; O(result).

        `most` is how many the list has at most.
        """
        return kernels.until(most, owner, self._head.data, self._after.data, stamps, limit)

    def forget(self, owners: Ids) -> None:
        """Empty the lists of `owners`, without looking at their members."""
        self._head.clear(owners)
        self._tail.clear(owners)

    def keep_members(self, members: Ids, capacity: int, top: int) -> None:
        """Renumber the members: all there are, below `top`, become 0, 1, 2 and so on."""
        numbers = np.full(top + 1, -1, np.int64)
        numbers[members] = np.arange(len(members))
        self._after.keep(members, capacity)
        self._before.keep(members, capacity)
        for column in (self._head, self._tail, self._after, self._before):
            column.data[:] = numbers[column.data]
