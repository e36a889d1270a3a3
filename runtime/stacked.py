"""What aggregates keep for the nodes of stacks, and windows put together from them."""

from __future__ import annotations

from collections.abc import Collection

import numpy as np

from cep.runtime.aggregates.calls import Calls
from cep.runtime.kernels import stacks as kernels
from cep.runtime.state.column import Ids
from cep.runtime.state.stacks import Made, Rows


class Stacked:
    """The accumulators of nodes: derived from those of parts, so no snapshot has them.

    Only of aggregates that keep as much of many rows as of one, or little more
    (`Accumulator.constant`, `Accumulator.bounded`). What others keep grows with the rows, and so
    would copying it into nodes. Of these some are `standing` (positions of accumulators), the rest
    are put together from all parts: `partly` says that there are such.
    """

    def __init__(self, nodes: Calls, parts: Calls, standing: Collection[int]) -> None:
        self._of_part = parts
        every = list(enumerate(parts.accumulators))
        self._copied = [i for i, a in every if a.constant or a.bounded]
        self._others = [i for i, _ in every if i not in self._copied and i not in standing]
        self._pairs = [(nodes.accumulators[i], parts.accumulators[i]) for i in self._copied]
        self.partly = bool(self._others)

    def reset(self) -> None:
        """Forget all nodes and let go of the memory."""
        for nodes, _ in self._pairs:
            nodes.reset()

    @property
    def nbytes(self) -> int:
        """The bytes kept."""
        return sum(nodes.nbytes for nodes, _ in self._pairs)

    def make(self, made: Made, capacity: int) -> None:
        """Make new nodes, each from its group and from what it stands for beside; O(n)."""
        if not len(made.nodes) or not self._pairs:
            return
        plain = np.flatnonzero(made.others & 1 == 0)
        deep = np.flatnonzero(made.others & 1)
        pairs = (made.nodes[deep], made.others[deep] >> 1)
        levels = [pairs] if len(deep) else []
        if levels and not all(nodes.in_turn for nodes, _ in self._pairs):
            levels = self._levels(made, deep, capacity)
        for nodes, parts in self._pairs:
            nodes.reserve(capacity)
            nodes.merge(made.nodes, parts, made.groups)
            if len(plain):
                nodes.merge(made.nodes[plain], parts, made.others[plain] >> 1)
            for some, others in [pairs] if nodes.in_turn and levels else levels:
                nodes.merge(some, nodes, others)

    @staticmethod
    def _levels(made: Made, where: Ids, capacity: int) -> list[tuple[Ids, Ids]]:
        """Return `deep` nodes and the ones these stand for, each after those that it stands for."""
        other = np.zeros(capacity, np.int64)
        other[made.nodes] = made.others
        depth = np.full(capacity, -1, np.int64)
        kernels.depths(len(made.nodes), made.nodes, other, depth)
        mine = depth[made.nodes[where]]
        where = where[np.argsort(mine, kind="stable")]
        some = np.split(where, np.cumsum(np.bincount(mine))[:-1])
        return [(made.nodes[s], made.others[s] >> 1) for s in some if len(s)]

    def clear(self, nodes: Ids) -> None:
        """Forget nodes."""
        if len(nodes):
            for mine, _ in self._pairs:
                mine.clear(nodes)

    def put_together(self, windows: Calls, rows: Rows) -> None:
        """Merge what rows refer to into empty groups 0, 1, 2… of `windows`."""
        picked = []
        for side in (rows.fronts, rows.backs):
            for odd in (0, 1):
                where = np.flatnonzero((side >= 0) & (side & 1 == odd))
                if len(where):
                    picked.append((where, odd, side[where] >> 1))
        for i, (nodes, parts) in zip(self._copied, self._pairs, strict=True):
            mine = windows.accumulators[i]
            for where, odd, ids in picked:
                mine.merge(where, nodes if odd else parts, ids)

    def put_parts_together(self, windows: Calls, groups: Ids, places: Ids) -> None:
        """Merge the parts that rows have, group by group, into those that are not stacked."""
        for i in self._others:
            windows.accumulators[i].merge(places, self._of_part.accumulators[i], groups)
