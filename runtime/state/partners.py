"""The rows of one input of a join, by key, among which those of the other find their partners."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

import numpy as np
import pyarrow as pa

from cep.runtime.kernels import chains
from cep.runtime.kernels import joins as kernels
from cep.runtime.state.agenda import Agenda
from cep.runtime.state.arena import Arena
from cep.runtime.state.column import Column, Ids, capacity_for
from cep.runtime.state.keys import KeyTable
from cep.runtime.state.vectors import Codes, integers
from cep.runtime.time import END
from cep.types import DataType

NEVER = END - 1
"""When a row is due that stays until the other input ends."""

_FEW = 4096
"""Rows that are not worth being closed up."""

_MOST = 1 << 20
"""Pairs that are handed out at once."""


@dataclass(frozen=True, slots=True)
class NewRows:
    """Rows to be kept: int64[n] each, but for `columns`.

    `owners` are the ids of their keys, -1 where a row has no partner for certain; `due` is when
    they go. `times` are for the search by time, `weights` how often they come or are taken back,
    `matches` how many partners they have met.
    """

    owners: Ids
    due: Codes
    columns: Sequence[pa.Array]
    times: Codes | None = None
    weights: Codes | None = None
    matches: Codes | None = None


class Partners:
    """Rows in a list for each key, in the order of their times if they are `timed`.

    Keys are dense ids of the owner's. Rows that only come are appended; where they can be taken
    back (`distinct`), equal ones are kept once with their number. 40 bytes for each row and 16 for
    each key, besides its values; 8 more for each of `timed`, `distinct` and `counted`, which is
    whether partners are counted. With `closing` rows close so long before they are due.
    """

    def __init__(
        self,
        types: Sequence[DataType],
        *,
        distinct: bool,
        timed: bool,
        counted: bool,
        closing: int = 0,
    ) -> None:
        self.types = tuple(types)
        self.closing = closing
        self.distinct = distinct
        self.timed = timed
        self.counted = counted
        self.reset()

    def reset(self) -> None:
        """Forget everything and let go of the memory."""
        self._arena = Arena(self.types)
        self._table = KeyTable(self.types)
        self._owner = Column(np.int64, -1)
        self._due = Column(np.int64, END)
        self._after = Column(np.int64, -1)
        self._before = Column(np.int64, -1)
        self._time = Column(np.int64)
        self._weight = Column(np.int64)
        self.matches = Column(np.int64)
        self._head = Column(np.int64, -1)
        self._tail = Column(np.int64, -1)
        self._agenda = Agenda()
        self._closings = Agenda()
        self._live = 0

    def __len__(self) -> int:
        return self._live

    @property
    def _columns(self) -> list[Column]:
        """The columns with a value for each row."""
        columns = [self._owner, self._due, self._after, self._before]
        columns += [self._time] if self.timed else []
        columns += [self._weight] if self.distinct else []
        return columns + ([self.matches] if self.counted else [])

    @property
    def nbytes(self) -> int:
        """The bytes of everything."""
        columns = (*self._columns, self._head, self._tail)
        kept = self._table.nbytes if self.distinct else self._arena.nbytes
        agendas = self._agenda.nbytes + self._closings.nbytes
        return kept + agendas + sum(c.nbytes for c in columns)

    @property
    def heads(self) -> Ids:
        """The first row of each key, -1 where there is none."""
        return self._head.data

    def reserve(self, keys: int) -> None:
        """Make room for the keys below `keys`."""
        self._head.reserve(keys)
        self._tail.reserve(keys)

    # Rows come.

    def add(self, new: NewRows) -> Ids:
        """Keep rows, or take them back; return those to be removed, as none is left; O(n)."""
        if self.distinct:
            return self._change(new)
        n = len(new.owners)
        first = self._arena.rows
        self._arena.append(new.columns, n)
        self._enter(np.arange(first, first + n), new, slice(None))
        return np.empty(0, np.int64)

    def _change(self, new: NewRows) -> Ids:
        many = len(new.owners)
        met = self._table.group(new.columns) if new.columns else self._table.one(many)
        ids = met.ids
        place = np.empty(len(ids), np.int64)
        place[met.local[::-1]] = np.arange(len(met.local) - 1, -1, -1)
        self._weight.reserve(self._table.capacity)
        fresh = np.zeros(len(ids), np.bool_)
        if len(met.new):
            marks = np.zeros(self._table.capacity, np.bool_)
            marks[met.new] = True
            fresh = marks[ids]
        weights = np.ones(len(met.local), np.int64) if new.weights is None else new.weights
        net = np.zeros(len(ids), np.int64)
        np.add.at(net, met.local, weights)
        self._weight.data[ids] += net
        self._enter(ids[fresh], new, place[fresh])
        if self.counted and new.matches is not None:
            self.matches.data[ids] = new.matches[place]
        gone: Ids = ids[self._weight.data[ids] == 0]
        return gone

    def _enter(self, ids: Ids, new: NewRows, where: slice | Ids) -> None:
        """Put rows that are new into the lists of their keys."""
        if not len(ids):
            return
        self._live += len(ids)
        capacity = self._table.capacity if self.distinct else capacity_for(self._arena.rows)
        for column in self._columns:
            column.reserve(capacity)
        owners, due = new.owners[where], new.due[where]
        self._owner.data[ids] = owners
        self._due.data[ids] = due
        if self.counted and new.matches is not None:
            self.matches.data[ids] = new.matches[where]
        lists = (self._head.data, self._tail.data, self._after.data, self._before.data)
        if self.timed:
            assert new.times is not None
            times = new.times[where]
            self._time.data[ids] = times
            linked, theirs = ids, np.ascontiguousarray(owners)
            if (times[1:] < times[:-1]).any():
                # In order of time none of them has to pass the others on its way.
                order = np.argsort(times, kind="stable")
                linked, theirs = ids[order], theirs[order]
            kernels.link(len(linked), theirs, linked, *lists, self._time.data)
        else:
            found = np.flatnonzero(owners >= 0)
            chains.append(len(found), owners[found], ids[found], *lists)
        ends = due < NEVER
        if not ends.all():
            due, ids = due[ends], ids[ends]
        if len(due):
            self._agenda.add(due, ids)
            if self.closing:
                self._closings.add(due - self.closing, ids)

    # Rows are found.

    def pairs(self, owners: Ids, span: Codes | None = None) -> Iterator[tuple[Ids, Ids]]:
        """Yield positions in `owners`: int64[n] and rows of these keys, by owner and time.

        With a `span`: int64[2, n] only rows with times from the first to the last. O(n + pairs).
        """
        n = len(owners)
        at = np.array([0, -1], np.int64)
        room = min(max(2 * n, 64), _MOST)
        while at[0] < n:
            found = np.empty((2, room), np.int64)
            todo = n - int(at[0])
            head, after = self._head.data, self._after.data
            if span is None:
                many = kernels.pair(todo, at, owners, head, after, found)
            else:
                lists = (head, self._tail.data, after, self._before.data, self._time.data)
                many = kernels.pair_near(todo, at, owners, span, *lists, found)
            if many:
                yield found[0, :many], found[1, :many]
            room = _MOST

    def columns(self, rows: Ids, which: Iterable[int] | None = None) -> list[pa.Array]:
        """Return columns of rows, all of them unless `which` says."""
        wanted = range(len(self.types)) if which is None else which
        if self.distinct:
            every = self._table.columns(rows)
            return [every[i] for i in wanted]
        return [self._arena.take(i, rows) for i in wanted]

    def weights(self, rows: Ids) -> Codes | None:
        """Return how many equal rows each stands for, None where that is one."""
        return self._weight.data[rows] if self.distinct else None

    def times(self, rows: Ids) -> Codes:
        """Return the times of rows, if they have any."""
        return self._time.data[rows]

    def due(self, rows: Ids) -> Codes:
        """Return when rows go."""
        return self._due.data[rows]

    def closes(self, rows: Ids) -> Codes:
        """Return when rows close; those that are never due do so when the other input ends."""
        due = self._due.data[rows]
        return np.where(due < NEVER, due - self.closing, due)

    # Rows go.

    def close(self, before: int, limit: int) -> Ids:
        """Return the rows that close from `before` on until `limit`, by that time and arrival."""
        if limit == END:
            rows = self.live()
        else:
            rows = self._closings.take(limit)
            # A number may have been given to another row meanwhile, and so be noted twice.
            _, first = np.unique(rows, return_index=True)
            rows = rows[np.sort(first)]
        closes = self.closes(rows)
        rows, closes = (x[(closes >= before) & (closes < limit)] for x in (rows, closes))
        return rows[np.argsort(closes, kind="stable")]

    def expire(self, limit: int) -> Ids:
        """Return the rows that are due before `limit`, by that time and arrival; they stay."""
        if limit == END:
            live = self.live()
            return live[np.argsort(self._due.data[live], kind="stable")]
        noted = self._agenda.take(limit)
        noted = noted[self._due.data[noted] < limit]
        if self.distinct:
            # A number may have been given to another row meanwhile, and so be noted twice.
            _, first = np.unique(noted, return_index=True)
            noted = noted[np.sort(first)]
        return noted

    def remove(self, rows: Ids, others: Partners) -> Ids:
        """Forget rows, and return the keys of which there are none now, nor among `others`."""
        if not len(rows):
            return rows
        idle = np.empty(len(rows), np.int64)
        lists = (self._head.data, self._tail.data, self._after.data, self._before.data)
        many = kernels.unlink(len(rows), rows, self._owner.data, *lists, others.heads, idle)
        for column in self._columns:
            column.clear(rows)
        if self.distinct:
            self._table.release(rows)
        self._live -= len(rows)
        self._close_up()
        return idle[:many]

    def live(self) -> Ids:
        """Return all rows."""
        return np.flatnonzero(self._due.data != END)

    def _close_up(self) -> None:
        """Renumber the rows where most numbers are not used."""
        if not self._live:
            heads, tails = self._head, self._tail
            self.reset()
            self._head, self._tail = heads, tails
            return
        if self.distinct:
            if not self._table.wasteful():
                return
            top, kept = self._table.capacity, self._table.compact()
            capacity = self._table.capacity
        else:
            if self._arena.rows < max(_FEW, 2 * self._live):
                return
            top, kept = self._arena.rows, self.live()
            self._arena.keep(kept)
            capacity = capacity_for(len(kept))
        numbers = np.full(top + 1, -1, np.int64)
        numbers[kept] = np.arange(len(kept))
        for column in self._columns:
            column.keep(kept, capacity)
        for column in (self._after, self._before, self._head, self._tail):
            column.data[:] = numbers[column.data]
        self._agenda.renumber(numbers)
        self._closings.renumber(numbers)

    def renumber(self, keys: Ids, numbers: Ids, capacity: int) -> None:
        """Renumber the keys: `keys` become 0, 1, 2…; `numbers` has the new one of each, -1 last."""
        self._head.keep(keys, capacity)
        self._tail.keep(keys, capacity)
        self._owner.data[:] = numbers[self._owner.data]

    # Snapshots.

    def snapshot(self) -> pa.Table:
        """Return all rows: columns, when they are due, how many they are, and partners."""
        rows = self.live()
        weights = self._weight.data[rows] if self.distinct else np.ones(len(rows), np.int64)
        matches = self.matches.data[rows] if self.counted else np.zeros(len(rows), np.int64)
        known = (self._due.data[rows], weights, matches)
        columns = [*self.columns(rows), *map(integers, known)]
        return pa.table(columns, names=[str(i) for i in range(len(columns))])
