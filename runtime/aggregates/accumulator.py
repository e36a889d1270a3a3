"""What an aggregate keeps: arrays over groups, and the rows that are added to them."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from cep.runtime.rowerrors import Messages
from cep.runtime.state.column import Column, Ids

Valued = tuple[pa.Array, Messages | None]
"""The values of some groups, and the messages of those that have none because of an error."""


class Rows:
    """Which groups the rows of a batch belong to, and what is known of each row.

    `groups`: int64[m] are different groups, `local`: int64[n] says for each row the position of its
    group in them (a group may have no row). `weights`: int64[n], or None where every row is
    inserted once; `times`: int64[n], or None; `arrivals`: int64[n], rising, or None where nobody
    asked for them.
    """

    __slots__ = ("_counts", "arrivals", "groups", "local", "times", "weights")

    def __init__(
        self,
        groups: Ids,
        local: Ids,
        weights: npt.NDArray[np.int64] | None = None,
        times: npt.NDArray[np.int64] | None = None,
        arrivals: npt.NDArray[np.int64] | None = None,
    ) -> None:
        self.groups = groups
        self.local = local
        self.weights = weights
        self.times = times
        self.arrivals = arrivals
        self._counts: npt.NDArray[np.int64] | None = None

    def __len__(self) -> int:
        return len(self.local)

    @property
    def counts(self) -> npt.NDArray[np.int64]:
        """The net number of rows of each group: int64[m]; computed once for all who ask."""
        if self._counts is None:
            self._counts = self.totals(None)
        return self._counts

    def totals(self, values: npt.NDArray[np.int64] | None) -> npt.NDArray[np.int64]:
        """Sum int64[n], or one for each row, times the weights, by group: int64[m]; wraps."""
        if values is None:
            values = self.weights
            if values is None:
                return np.bincount(self.local, minlength=len(self.groups))
        elif self.weights is not None:
            values = values * self.weights
        sums = np.zeros(len(self.groups), np.int64)
        np.add.at(sums, self.local, values)
        return sums

    def take(self, rows: npt.NDArray[np.int64]) -> Rows:
        """Return some of the rows, of the same groups."""
        return Rows(
            self.groups,
            self.local[rows],
            None if self.weights is None else self.weights[rows],
            None if self.times is None else self.times[rows],
            None if self.arrivals is None else self.arrivals[rows],
        )


class Turns:
    """Rows that come turn by turn, where somebody asks after each what its group keeps then.

    Turn i has the rows from where the one before ended up to `ends[i]`: int64[m], all of them of
    the group at `of[i]`: int64[m], a position in the groups of `rows`. A group has its turns one
    after the other, and every group has one.
    """

    __slots__ = ("ends", "of", "rows")

    def __init__(self, rows: Rows, of: Ids, ends: npt.NDArray[np.int64]) -> None:
        self.rows = rows
        self.of = of
        self.ends = ends

    def __len__(self) -> int:
        return len(self.ends)

    @property
    def first(self) -> npt.NDArray[np.int64]:
        """The first turn of each group."""
        return np.flatnonzero(np.diff(self.of, prepend=-1))

    @property
    def last(self) -> npt.NDArray[np.int64]:
        """The last turn of each group."""
        return np.append(self.first[1:], len(self)) - 1

    def take(self, rows: npt.NDArray[np.int64]) -> Turns:
        """Return the same turns with some of the rows, whose positions rise."""
        return Turns(self.rows.take(rows), self.of, np.searchsorted(rows, self.ends))

    def apart(self) -> Rows:
        """Return the rows with a group for each turn."""
        sizes = np.diff(self.ends, prepend=0)
        rows, every = self.rows, np.arange(len(self))
        local = np.repeat(every, sizes)
        return Rows(every, local, rows.weights, rows.times, rows.arrivals)

    def totals(self) -> npt.NDArray[np.int64]:
        """Return the net number of rows that each turn's group has had by then."""
        weights = self.rows.weights
        sums = self.ends
        if weights is not None:
            sums = np.append(0, np.cumsum(weights))[self.ends]
        first = self.first
        before = np.where(first > 0, sums[first - 1], 0)
        totals: npt.NDArray[np.int64] = sums - before[self.of]
        return totals

    def pairs(self, *, in_turn: bool) -> Iterator[tuple[Ids, Ids]]:
        """Yield turns, and those of the same group to be merged into them, so that all add up.

        Brent and Kung find so all sums up to each in 2 log n rounds (A Regular Layout for Parallel
        Adders, 1982); merged pair by pair, `in_turn`, one is enough.
        """
        every = np.arange(len(self))
        number = every - self.first[self.of] + 1
        if in_turn:
            later = every[number > 1]
            yield later, later - 1
            return
        step = 1
        while 2 * step <= number.max(initial=0):
            some = every[number % (2 * step) == 0]
            yield some, some - step
            step *= 2
        while step:
            some = every[(number % (2 * step) == step) & (number > step)]
            if len(some):
                yield some, some - step
            step //= 2


class Accumulator(ABC):
    """State of an aggregate for every group, by dense group ids.

    A group nobody has added to is empty; `reserve` makes room for ids before they are used, `clear`
    empties groups whose ids are given up. Rows with negative weights are taken back: afterwards the
    group is as if they had never come. `columns` are the arrays that snapshots, growth and clearing
    go over; an accumulator that keeps more overrides these methods.

    Deterministic: values depend on the rows and on their order of arrival, on ids never.
    """

    columns: tuple[Column, ...] = ()

    times = False
    """Whether it needs the times and the arrivals of rows."""

    constant = False
    """Whether it keeps as much of many rows as of one, so that copies of it cost nothing."""

    bounded = False
    """Whether it keeps a few kilobytes at most, so that windows may be put together from copies."""

    adds_only = False
    """Whether no row can be taken back."""

    reversible = False
    """Whether `unmerge` leaves groups as if what it takes back had never been merged.

    So long as rows are only equal in time where they are taken back together, and whatever else is
    under the same DISTINCT takes rows back too.
    """

    gathers = False
    """Whether a value costs as much as all that is kept, so that it is not to be asked often."""

    in_turn = False
    """Whether `merge` goes from pair to pair, so that what a pair changes a later one may read."""

    @abstractmethod
    def add(self, rows: Rows, arguments: Sequence[pa.Array]) -> None:
        """Add rows to their groups (or take them back); NULL arguments have been left out.

        Unless the aggregate asked for them. O(n + m).
        """

    @abstractmethod
    def merge(self, groups: Ids, other: Accumulator, others: Ids) -> None:
        """Add what `other`, of the same kind, keeps for `others` to `groups`; both may repeat.

        For windows made of slices and sessions that grow together; `other` may be this one.
        """

    def unmerge(self, groups: Ids, other: Accumulator, others: Ids) -> None:
        """Take back from `groups` what `other`, of the same kind, keeps for `others`.

        Both may repeat. Only where it is `reversible`.
        """
        raise NotImplementedError(f"{type(self).__name__} cannot take back what was merged")

    @property
    def follows(self) -> bool:
        """Whether it can `follow` turns; where rows are taken back in these, if `add` can do so."""
        return self.constant

    def follow(
        self, turns: Turns, arguments: Sequence[pa.Array], after: Accumulator, read: Read
    ) -> None:
        """Add rows turn by turn, and let `read` see what was kept after each: as its group i.

        `after` is an empty one of the same kind, with room for a group for each turn, that may
        become what is read. No row is taken back before it has been added.
        """
        if len(turns.rows):
            after.add(turns.apart(), arguments)
        groups = turns.rows.groups
        after.merge(turns.first, self, groups)
        for some, others in turns.pairs(in_turn=self.in_turn):
            after.merge(some, after, others)
        read(self, after)
        self.clear(groups)
        self.merge(groups, after, turns.last)

    def arrays(self) -> Sequence[Column]:
        """Return the arrays in use."""
        return self.columns

    def reserve(self, capacity: int) -> None:
        """Make room for the groups below `capacity`."""
        for column in self.arrays():
            column.reserve(capacity)

    def clear(self, groups: Ids) -> None:
        """Empty groups, each named once."""
        for column in self.arrays():
            column.clear(groups)

    def reset(self) -> None:
        """Empty all groups and let go of the memory."""
        nobody = np.empty(0, np.int64)
        for column in self.arrays():
            column.keep(nobody, 0)

    def keep(self, groups: Ids, capacity: int) -> None:
        """Renumber: `groups` become 0, 1, 2…, the others are gone (they have been cleared)."""
        for column in self.arrays():
            column.keep(groups, capacity)

    @property
    def nbytes(self) -> int:
        """The bytes kept."""
        return sum(c.nbytes for c in self.arrays())

    def snapshot(self, groups: Ids) -> Mapping[str, pa.Table]:
        """Return what is kept for `groups` as tables by name; row i of `groups` is group i."""
        arrays = [c.to_arrow(groups) for c in self.arrays()]
        return {"groups": pa.table(arrays, names=[str(i) for i in range(len(arrays))])}

    def restore(self, groups: Ids, tables: Mapping[str, pa.Table]) -> None:
        """Take over what `snapshot` returned, for `groups` in the same order."""
        for column, values in zip(self.arrays(), tables["groups"].columns, strict=True):
            column.set(groups, values.combine_chunks())


Read = Callable[[Accumulator, Any], None]
"""Takes an accumulator, and what aggregates find their values in as they do in it."""
