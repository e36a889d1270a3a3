"""When something last came for dense ids, so that the oldest can be forgotten."""

from __future__ import annotations

import numpy as np

from cep.runtime.state.chains import Chains
from cep.runtime.state.column import Column, Ids
from cep.runtime.state.vectors import Codes


class Ages:
    """Live ids in the order in which they were last touched, 24 bytes for each.

    To touch one costs O(1), and to find those that were not touched for long what is found.
    """

    def __init__(self) -> None:
        self.reset()

    def reset(self) -> None:
        """Forget every id and let go of the memory."""
        self._touched = Column(np.int64)
        self._chain = Chains()
        self._chain.reserve_owners(1)

    @property
    def nbytes(self) -> int:
        """The bytes of all arrays."""
        return self._touched.nbytes + self._chain.nbytes

    def touch(self, ids: Ids, new: Ids, now: int, capacity: int) -> None:
        """Note that different `ids` were touched, of which `new` were not there before."""
        self._touched.reserve(capacity)
        self._chain.reserve_members(capacity)
        self._touched.data[ids] = now
        old = np.setdiff1d(ids, new, assume_unique=True)
        self._chain.remove(_owner(old), old)
        self._chain.append(_owner(ids), np.ascontiguousarray(ids))

    def expired(self, limit: int, most: int) -> Ids:
        """Return the ids that were last touched at `limit` or before; `most` is how many live."""
        if not most:
            return np.empty(0, np.int64)
        n = self._chain.count_until(0, self._touched.data, limit, most)
        return self.all(most)[:n]

    def all(self, most: int) -> Ids:
        """Return all live ids, at most `most`, those that were not touched for longest first."""
        return self._chain.members(np.zeros(1, np.int64), most)[0]

    def touches(self, ids: Ids) -> Codes:
        """Return when ids were last touched."""
        touched: Codes = self._touched.data[ids]
        return touched

    def remove(self, ids: Ids) -> None:
        """Forget live ids, each named once."""
        self._chain.remove(_owner(ids), np.ascontiguousarray(ids))

    def keep(self, ids: Ids, capacity: int, top: int) -> None:
        """Renumber the live ids, all below `top`: they become 0, 1, 2 and so on."""
        self._touched.keep(ids, capacity)
        self._chain.keep_members(ids, capacity, top)

    def restore(self, ids: Ids, touched: Codes, capacity: int) -> None:
        """Take up ids, in the order of `all`, into an empty store."""
        self.touch(ids, ids, 0, capacity)
        self._touched.data[ids] = touched


def _owner(ids: Ids) -> Ids:
    return np.zeros(len(ids), np.int64)
