"""Ranges of places, cut so that what lies on each place is found from few pieces."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from cep.runtime.state.column import Ids
from cep.runtime.state.vectors import Codes


@dataclass(frozen=True)
class Cover:
    """Ranges as nodes of a tree: a place lies in the ranges at its leaf and at all nodes above it.

    The node n > 1 hangs on the node n // 2, and the leaves are those from `size` to 2 `size` - 1. A
    leaf stands for neighbouring places that lie in the same ranges, so there are at most twice as
    many as ranges. `ranges` and `nodes`: int64[pairs] say which range is at which nodes, about 2
    log n of them; `places` and `leaves`: int64[covered] which places are in any range, and their
    leaves.
    """

    size: int
    ranges: Ids
    nodes: Ids
    places: Ids
    leaves: Ids

    def levels(self) -> Iterator[tuple[Ids, Ids]]:
        """Yield the nodes below others, and those they hang on, from the top."""
        top = 1
        while top < self.size:
            parents = np.arange(top, min(2 * top, self.size))
            yield np.concatenate([2 * parents, 2 * parents + 1]), np.tile(parents, 2)
            top *= 2


def cover(first: Codes, end: Codes) -> Cover:
    """Return ranges [first, end), of which some may be empty, as a tree; O(n log n + places)."""
    given = np.flatnonzero(first < end)
    first, end = first[given], end[given]
    cuts = np.unique(np.concatenate([first, end]))
    size = max(len(cuts) - 1, 0)
    low, high = np.searchsorted(cuts, first), np.searchsorted(cuts, end)
    ranges, nodes = _nodes(low, high, size)
    open_at = np.cumsum(
        np.bincount(low, minlength=size + 1) - np.bincount(high, minlength=size + 1)
    )
    covered = np.flatnonzero(open_at[:size] > 0)
    widths = (cuts[1:] - cuts[:-1])[covered] if size else covered
    leaves = np.repeat(covered, widths)
    within = np.arange(len(leaves)) - np.repeat(np.cumsum(widths) - widths, widths)
    return Cover(size, given[ranges], nodes, cuts[leaves] + within, leaves + size)


def _nodes(low: Ids, high: Ids, size: int) -> tuple[Ids, Ids]:
    """Return the fewest nodes whose leaves are those from `low` to `high` - 1, and of which range.

    One step up the tree at a time: where a range begins at a right child, or ends at a left one,
    that node is in it and its parent is not.
    """
    which = np.arange(len(low))
    low, high = low + size, high + size
    ranges, nodes = [], []
    while len(which):
        begins, ends = low % 2 == 1, high % 2 == 1
        ranges += [which[begins], which[ends]]
        nodes += [low[begins], high[ends] - 1]
        low, high = (low + begins) // 2, (high - ends) // 2
        left = low < high
        which, low, high = which[left], low[left], high[left]
    nobody = np.empty(0, np.int64)
    return np.concatenate([nobody, *ranges]), np.concatenate([nobody, *nodes])
