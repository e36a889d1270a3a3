"""All values of each group, gathered as they come and sorted when somebody asks."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import pyarrow as pa

from cep.runtime.aggregates.accumulator import Accumulator, Rows
from cep.runtime.aggregates.places import FIRST_MOST, Places, picked
from cep.runtime.state.codes import Codec, codec
from cep.runtime.state.column import Column, Ids
from cep.runtime.state.vectors import Codes, integers, stretches, view
from cep.types import DataType

_FEW = 4096
"""Entries that are not worth putting in order."""


@dataclass(frozen=True)
class Entries:
    """Values with their numbers: int64[n] each; `owners` say whose they are."""

    owners: Codes
    codes: Codes
    counts: Codes

    def __len__(self) -> int:
        return len(self.codes)

    @property
    def nbytes(self) -> int:
        """The bytes of the arrays."""
        return self.owners.nbytes + self.codes.nbytes + self.counts.nbytes

    def at(self, which: Codes) -> Entries:
        """Return some of the entries."""
        return Entries(self.owners[which], self.codes[which], self.counts[which])

    def ordered(self) -> Entries:
        """Return the entries by owner and value, equal ones as one; O(n log n)."""
        if not len(self):
            return self
        order = np.argsort(self.codes)
        owners = self.owners[order]
        if owners.max() - owners.min() < 1 << 16:
            owners = (owners - owners.min()).astype(np.uint16)  # numpy sorts these by their digits
        one = self.at(order[np.argsort(owners, kind="stable")])
        new = np.ones(len(one), np.bool_)
        new[1:] = one.codes[1:] != one.codes[:-1]
        new[1:] |= one.owners[1:] != one.owners[:-1]
        if new.all():
            return one
        heads = np.flatnonzero(new)
        return Entries(one.owners[heads], one.codes[heads], np.add.reduceat(one.counts, heads))


def joined(parts: Sequence[Entries]) -> Entries:
    """Return entries one after the other."""
    if len(parts) == 1:
        return parts[0]
    return Entries(
        np.concatenate([p.owners for p in parts]),
        np.concatenate([p.codes for p in parts]),
        np.concatenate([p.counts for p in parts]),
    )


_NOTHING = np.empty(0, np.int64)
_NONE = Entries(_NOTHING, _NOTHING, _NOTHING)


class Gathered(Accumulator, Places):
    """All values of each group, for types whose order is that of one code; append-only.

    New entries are put beside the others, and in order with them, equal ones as one, when there are
    as many: about 24 bytes for each value, and 48 for each different one in the long run. A group
    has a number that no other had, so to clear one is to forget its number.
    """

    gathers = True

    def __init__(self, types: Sequence[DataType]) -> None:
        self.codec: Codec = codec(types[0])
        self.numbers = Column(np.int64, -1)
        self.columns = (self.numbers,)
        self._next = 0
        self._forget_entries()

    def _forget_entries(self) -> None:
        self._base = _NONE
        self._fresh: list[Entries] = []
        self._waiting = 0
        self._dead = 0
        self._answer: tuple[Ids, Entries] | None = None

    def add(self, rows: Rows, arguments: Sequence[pa.Array]) -> None:
        (codes,) = self.codec.encode(arguments[0], None)
        owners = self._numbered(rows.groups)[rows.local]
        # Codes may be those of the batch, which is not to be held.
        self._enter(Entries(owners, codes.copy(), np.ones(len(codes), np.int64)))

    def _numbered(self, groups: Ids) -> Codes:
        """Return the numbers of groups, made where there are none; each group is named once."""
        numbers = self.numbers.data[groups]
        fresh = numbers < 0
        if fresh.any():
            numbers[fresh] = np.arange(self._next, self._next + np.count_nonzero(fresh))
            self._next += int(np.count_nonzero(fresh))
            self.numbers.data[groups] = numbers
        return numbers

    def _enter(self, entries: Entries) -> None:
        if not len(entries):
            return
        self._answer = None
        self._fresh.append(entries)
        self._waiting += len(entries)
        if self._waiting > max(_FEW, len(self._base)) or 2 * self._dead > len(self._base) > _FEW:
            self._settle()

    def _settle(self) -> None:
        """Put all entries in order, and let those of cleared groups go."""
        every = joined([self._base, *self._fresh])
        alive = np.sort(self.numbers.data[self.numbers.data >= 0])
        self._forget_entries()
        if len(alive):
            place = np.minimum(np.searchsorted(alive, every.owners), len(alive) - 1)
            there = alive[place] == every.owners
            self._base = (every if there.all() else every.at(np.flatnonzero(there))).ordered()

    def entries(self, groups: Ids) -> Entries:
        """Return the entries of groups, each named once, by their positions and values."""
        # Several percentiles of one column ask one after the other.
        if self._answer is None or self._answer[0] is not groups:
            self._answer = groups, self._find(self.numbers.data[groups])
        return self._answer[1]

    def _find(self, numbers: Codes) -> Entries:
        first = np.searchsorted(self._base.owners, numbers, side="left")
        sizes = np.searchsorted(self._base.owners, numbers, side="right") - first
        sizes[numbers < 0] = 0
        position = np.repeat(np.arange(len(numbers)), sizes)
        begins = np.cumsum(sizes) - sizes
        found = self._base.at(np.arange(len(position)) + (first - begins)[position])
        parts = [Entries(position, found.codes, found.counts)]
        if self._fresh:
            self._fresh = [joined(self._fresh)]
            parts.append(_of(self._fresh[0], numbers))
        return joined(parts).ordered() if len(parts) > 1 else parts[0]

    def totals(self, groups: Ids) -> Codes:
        entries = self.entries(groups)
        totals = np.zeros(len(groups), np.int64)
        np.add.at(totals, entries.owners, entries.counts)
        return totals

    def at(self, groups: Ids, places: Sequence[Codes]) -> list[pa.Array]:
        entries, totals = self.entries(groups), self.totals(groups)
        ends, before = np.cumsum(entries.counts), np.cumsum(totals) - totals
        found = []
        for place in places:
            which = np.searchsorted(ends, before + place, side="right")
            often = place < 0
            if often.any():
                which[often] = self._most(entries, place)[often]
            which[totals == 0] = -1
            values = self.codec.decode([entries.codes[which[which >= 0]]], None)
            found.append(picked(values, which))
        return found

    @staticmethod
    def _most(entries: Entries, places: Codes) -> Codes:
        """Return the entry of each group with the greatest count: the first one, or the last."""
        best = np.zeros(len(places), np.int64)
        np.maximum.at(best, entries.owners, entries.counts)
        most = np.flatnonzero(entries.counts == best[entries.owners])
        first, last = np.full((2, len(places)), -1)
        owners = entries.owners[most]
        last[owners] = most
        first[owners[::-1]] = most[::-1]
        return np.where(places == FIRST_MOST, first, last)

    def merge(self, groups: Ids, other: Accumulator, others: Ids) -> None:
        assert isinstance(other, Gathered)
        different, which = np.unique(others, return_inverse=True)
        theirs = other.entries(different)
        picked, of = stretches(np.bincount(theirs.owners, minlength=len(different)), which)
        mine, local = np.unique(groups, return_inverse=True)
        owners = self._numbered(mine)[local]
        self._enter(Entries(owners[of], theirs.codes[picked], theirs.counts[picked]))

    def clear(self, groups: Ids) -> None:
        numbers = self.numbers.data[groups]
        owners = self._base.owners
        sizes = np.searchsorted(owners, numbers, "right") - np.searchsorted(owners, numbers, "left")
        self._dead += int(sizes.sum())
        self._answer = None
        super().clear(groups)

    def keep(self, groups: Ids, capacity: int) -> None:
        self._answer = None
        super().keep(groups, capacity)

    def reset(self) -> None:
        super().reset()
        self._forget_entries()

    @property
    def nbytes(self) -> int:
        return super().nbytes + self._base.nbytes + sum(e.nbytes for e in self._fresh)

    def snapshot(self, groups: Ids) -> Mapping[str, pa.Table]:
        kept = self.entries(groups)
        columns = [
            integers(np.ascontiguousarray(c)) for c in (kept.owners, kept.codes, kept.counts)
        ]
        return {"values": pa.table(columns, names=["group", "code", "count"])}

    def restore(self, groups: Ids, tables: Mapping[str, pa.Table]) -> None:
        position, codes, counts = (
            view(c.combine_chunks()).copy() for c in tables["values"].columns
        )
        self._enter(Entries(self._numbered(groups)[position], codes, counts))


def _of(entries: Entries, numbers: Codes) -> Entries:
    """Return the entries of some numbers, with the positions of these as their owners."""
    order = np.argsort(numbers)
    known = numbers[order]
    place = np.minimum(np.searchsorted(known, entries.owners), len(known) - 1)
    mine = np.flatnonzero(known[place] == entries.owners) if len(known) else _NOTHING
    return Entries(order[place[mine]], entries.codes[mine], entries.counts[mine])
