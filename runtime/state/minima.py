"""A number per id, the least of all of them, and the ids that have reached a limit."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from cep.runtime.state.column import Ids

Numbers = npt.NDArray[np.int64]

_BLOCK = 1024
"""Ids that share a minimum."""

NOTHING = 2**63 - 1
"""The number of an id that nothing was said of."""


class Minima:
    """Timers by dense id: the numbers of a block of ids, and the least of each block.

    Setting k numbers costs O(k) and a pass over the blocks that they are in; the least of n is
    found in O(n / 1024). The numbers are kept in 8 bytes for each id.
    """

    def __init__(self) -> None:
        self._numbers: Numbers = np.empty(0, np.int64)
        self._least: Numbers = np.empty(0, np.int64)

    @property
    def nbytes(self) -> int:
        """The bytes of everything."""
        return self._numbers.nbytes + self._least.nbytes

    def reserve(self, capacity: int) -> None:
        """Make room for the ids below `capacity`."""
        if capacity <= len(self._numbers):
            return
        size = max(len(self._numbers) * 2, -(-capacity // _BLOCK) * _BLOCK)
        self._numbers = _filled(self._numbers, size)
        self._least = _filled(self._least, size // _BLOCK)

    def set(self, ids: Ids, numbers: Numbers) -> None:
        """Give ids new numbers."""
        self._numbers[ids] = numbers
        by_block = self._numbers.reshape(-1, _BLOCK)
        if len(ids) == 1:
            block = int(ids[0]) // _BLOCK
            self._least[block] = by_block[block].min()
            return
        blocks = np.unique(ids // _BLOCK)
        if len(blocks) == len(by_block):
            np.min(by_block, axis=1, out=self._least)
        else:
            self._least[blocks] = by_block[blocks].min(axis=1)

    def least(self) -> int:
        """Return the least number of all, NOTHING where there is none."""
        return int(self._least.min(initial=NOTHING))

    def reached(self, limit: int) -> Ids:
        """Return the ids, ascending, whose number is at most `limit`."""
        blocks = np.flatnonzero(self._least <= limit)
        if not len(blocks):
            return np.empty(0, np.int64)
        rows, places = np.nonzero(self._numbers.reshape(-1, _BLOCK)[blocks] <= limit)
        ids: Ids = blocks[rows] * _BLOCK + places
        return ids


def _filled(old: Numbers, size: int) -> Numbers:
    grown = np.full(size, NOTHING)
    grown[: len(old)] = old
    return grown
