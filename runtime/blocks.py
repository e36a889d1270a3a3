"""What aggregates keep for blocks of slices that follow each other."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from cep.runtime.aggregates.calls import AggregateCall, Calls
from cep.runtime.state.chains import Chains
from cep.runtime.state.column import Ids, capacity_for
from cep.runtime.state.forest import Changes
from cep.runtime.state.vectors import stretches
from cep.runtime.state.wholes import Wholes
from cep.types import Schema

_FEW = 32
"""Groups that are put together anew for every window more cheaply than kept as a block."""


@dataclass(frozen=True)
class Gathered:
    """Groups by the `owner` that wanted them, ascending: int64[n] each.

    `heads` are groups of parts, each with the key of the group; what is kept of it is found by
    `sources`, among that of blocks where `kept` is true and else among that of parts.
    """

    owner: Ids
    heads: Ids
    sources: Ids
    kept: np.ndarray

    def at(self, which: np.ndarray) -> Gathered:
        """Return some of the groups."""
        return Gathered(self.owner[which], self.heads[which], self.sources[which], self.kept[which])


class Blocks:
    """The groups of blocks, made of those of parts: derived, so no snapshot has them.

    A block is kept if that saves something: if it has a quarter fewer groups than what it is made
    of. Where keys do not come again in it, it stands for that. At most as many groups as parts have
    on every level, and mostly as many as they have together.
    """

    def __init__(
        self,
        schema: Schema,
        calls: tuple[AggregateCall, ...],
        parts: Calls,
        chains: Chains,
        wholes: Wholes,
        *,
        append_only: bool,
    ) -> None:
        self._calls = Calls(schema, calls, append_only=append_only)
        self._parts = parts
        self._chains = chains
        self._wholes = wholes
        self.reset()

    def reset(self) -> None:
        """Forget all blocks and let go of the memory."""
        self._calls.reset()
        self._spread: dict[int, list[int]] = {}
        self._heads: dict[int, Ids] = {}
        self._groups: dict[int, Ids] = {}
        self._free: Ids = np.empty(0, np.int64)
        self._capacity = 0

    @property
    def nbytes(self) -> int:
        """The bytes of what is kept, and of which groups have it."""
        return self._calls.nbytes + sum(
            heads.nbytes + self._groups[block].nbytes for block, heads in self._heads.items()
        )

    def make(self, changes: Changes, most: int) -> None:
        """Make new blocks, those of one level at once; the parts have `most` groups."""
        for level in changes.made:
            if level:
                wanted = [[left, right] for _, left, right in level]
                self._keep([block for block, _, _ in level], self.spread(wanted), most)

    def spread(self, names: list[list[int]]) -> list[list[int]]:
        """Return lists of names with what is kept in place of blocks that are not."""
        if not self._spread:
            return names
        known = self._spread
        return [[n for name in some for n in known.get(name, (name,))] for some in names]

    def _keep(self, blocks: list[int], names: list[list[int]], most: int) -> None:
        gathered = self.gather(names, most)
        local, first = self._wholes.together(gathered.heads, gathered.owner)
        before = np.bincount(gathered.owner, minlength=len(blocks))
        after = np.bincount(gathered.owner[first], minlength=len(blocks))
        pays = (before >= _FEW) & (4 * after <= 3 * before)
        for block in np.flatnonzero(~pays).tolist():
            self._spread[blocks[block]] = names[block]
        if not pays.any():
            return
        heads = gathered.heads[first]
        groups = np.full(len(first), -1, np.int64)
        paying = pays[gathered.owner[first]]
        groups[paying] = self._room(int(np.count_nonzero(paying)))
        some = pays[gathered.owner]
        self.merge_into(self._calls, groups[local[some]], gathered.at(some))
        begins = np.cumsum(after) - after
        for i in np.flatnonzero(pays).tolist():
            mine = slice(begins[i], begins[i] + after[i])
            self._heads[blocks[i]] = heads[mine].copy()
            self._groups[blocks[i]] = groups[mine].copy()

    def _room(self, many: int) -> Ids:
        """Return ids of empty groups."""
        if many > len(self._free):
            before = self._capacity
            self._capacity = capacity_for(before - len(self._free) + many)
            self._calls.reserve(self._capacity)
            self._free = np.concatenate([self._free, np.arange(before, self._capacity)])
        room, self._free = self._free[:many], self._free[many:]
        return room

    def gather(self, names: list[list[int]], most: int) -> Gathered:
        """Return the groups of each list of parts and kept blocks, in the order of these."""
        sizes = np.array([len(some) for some in names])
        every = np.concatenate([np.array(some, np.int64) for some in names])
        different, where = np.unique(every, return_inverse=True)
        known = int(np.searchsorted(different, 0))
        heads, counts = self._chains.members(different[known:], most)
        sources, kept = heads, np.zeros(len(heads), np.bool_)
        if known:
            blocks = different[:known].tolist()
            theirs = [self._heads[b] for b in blocks]
            counts = np.concatenate([np.array([len(t) for t in theirs]), counts])
            kept = np.ones(sum(len(t) for t in theirs) + len(heads), np.bool_)
            kept[len(kept) - len(heads) :] = False
            sources = np.concatenate([*(self._groups[b] for b in blocks), heads])
            heads = np.concatenate([*theirs, heads])
        position, which = stretches(counts, where)
        owner = np.repeat(np.arange(len(sizes)), sizes)[which]
        return Gathered(owner, heads[position], sources[position], kept[position])

    def merge_into(self, calls: Calls, groups: Ids, gathered: Gathered) -> None:
        """Add what is kept of the groups that were gathered to `groups` of `calls`."""
        if not gathered.kept.any():
            calls.merge(groups, self._parts, gathered.sources)
            return
        for where, theirs in ((gathered.kept, self._calls), (~gathered.kept, self._parts)):
            if where.any():
                calls.merge(groups[where], theirs, gathered.sources[where])

    def forget(self, blocks: Sequence[int]) -> None:
        """Let blocks go."""
        gone = []
        for block in blocks:
            if block in self._groups:
                gone.append(self._groups.pop(block))
                del self._heads[block]
            else:
                del self._spread[block]
        if not gone:
            return
        if not self._groups:
            spread = self._spread
            self.reset()
            self._spread = spread
            return
        for groups in gone:
            self._calls.clear(groups)
        self._free = np.concatenate([*gone, self._free])

    def renumber(self, groups: Ids, top: int) -> None:
        """Renumber the groups of parts: `groups`, all below `top`, become 0, 1, 2 and so on."""
        numbers = np.full(top, -1, np.int64)
        numbers[groups] = np.arange(len(groups))
        for block, heads in self._heads.items():
            self._heads[block] = numbers[heads]
