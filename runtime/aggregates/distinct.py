"""DISTINCT: of equal rows in a group only one counts."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from cep.runtime.aggregates.accumulator import Accumulator, Read, Rows, Turns
from cep.runtime.kernels import turns as kernels
from cep.runtime.state.chains import Chains
from cep.runtime.state.column import Column, Ids
from cep.runtime.state.keys import KeyTable
from cep.runtime.state.vectors import integers, numbered, stretches, view
from cep.types import DataType


class Distinct(Accumulator):
    """Passes on the first of equal rows, and takes it back with the last: to all of `inner`.

    Keeps the different rows of each group and how many there are of each, 60 bytes and the values.
    A row that is passed on has the time and the arrival of the earliest; when an earlier one comes,
    it is taken back and passed on anew. Rows that have not `arrived` in an order that means
    something, or may be taken back, are passed on without: there their values decide.
    """

    def __init__(self, types: Sequence[DataType], *, arrived: bool = True) -> None:
        self.inner: list[Accumulator] = []
        self._arrived = arrived
        self._types = tuple(types)
        self._capacity = 0
        self._reset()

    def _reset(self) -> None:
        self._table = KeyTable(self._types, prefix=1)
        self._chains = Chains()
        self._count = Column(np.int64)
        self._time = Column(np.int64)
        self._arrival = Column(np.int64)
        self._members = (self._count, self._time, self._arrival)

    @property
    def timed(self) -> bool:
        """Whether one of `inner` needs times and arrivals."""
        return self._arrived and any(a.times for a in self.inner)

    @property
    def reversible(self) -> bool:  # type: ignore[override]  # known when `inner` is
        """Whether rows can be taken back, and no time is asked for.

        Of equal rows that stay nobody knows the first one.
        """
        return not (self.timed or any(a.adds_only for a in self.inner))

    def add(self, rows: Rows, arguments: Sequence[pa.Array]) -> None:
        owners = rows.groups[rows.local]
        met = self._table.group(arguments, [owners])
        ids, local, n = met.ids, met.local, len(met.ids)
        self._welcome(met.new)
        timed = self.timed and rows.times is not None
        first = _first(local, n, rows.times if timed else None)
        net = Rows(ids, local, rows.weights).counts
        was = self._count.data[ids]
        now = was + net
        self._count.data[ids] = now
        came, left = (was <= 0) & (now > 0), (was > 0) & (now <= 0)
        if timed:
            assert rows.times is not None
            earlier = (was > 0) & ~left & (rows.times[first] < self._time.data[ids])
            self._pass_on(rows, arguments, first, ids, earlier, -1, moved=True)
            anew = came | earlier
            self._time.data[ids[anew]] = rows.times[first[anew]]
            if rows.arrivals is not None:
                self._arrival.data[ids[anew]] = rows.arrivals[first[anew]]
            self._pass_on(rows, arguments, first, ids, earlier, 1, moved=True)
        self._pass_on(rows, arguments, first, ids, left, -1)
        self._pass_on(rows, arguments, first, ids, came, 1)
        self._leave(ids[now == 0])

    def _pass_on(
        self,
        rows: Rows,
        arguments: Sequence[pa.Array],
        first: Ids,
        ids: Ids,
        which: npt.NDArray[np.bool_],
        weight: int,
        *,
        moved: bool = False,
    ) -> None:
        """Tell `inner` of some of the different rows, with the times that are known of them.

        What has only `moved` in time is told to those that ask for times.
        """
        some = np.flatnonzero(which)
        if not len(some):
            return
        mine, timed = first[some], self.timed
        passed = Rows(
            rows.groups,
            rows.local[mine],
            None if weight == 1 else np.full(len(some), weight),
            self._time.data[ids[some]] if timed and rows.times is not None else None,
            self._arrival.data[ids[some]] if timed and rows.arrivals is not None else None,
        )
        picked = [a.take(integers(mine)) for a in arguments]
        for accumulator in self.inner:
            if accumulator.times or not moved:
                accumulator.add(passed, picked)

    @property
    def follows(self) -> bool:
        return not self.timed and all(a.follows for a in self.inner)

    def follow(
        self, turns: Turns, arguments: Sequence[pa.Array], after: Accumulator, read: Read
    ) -> None:
        assert isinstance(after, Distinct)
        rows = turns.rows
        met = self._table.group(arguments, [rows.groups[rows.local]])
        self._welcome(met.new)
        weights = np.ones(len(rows), np.int64) if rows.weights is None else rows.weights
        told = np.empty(len(rows), np.int64)
        kernels.tell(len(rows), met.ids[met.local], weights, self._count.data, told)
        some = np.flatnonzero(told)
        passed = turns.take(some)
        passed.rows.weights = told[some]
        picked = [a.take(integers(some)) for a in arguments]
        for mine, theirs in zip(self.inner, after.inner, strict=True):
            mine.follow(passed, picked, theirs, read)
        self._leave(met.ids[self._count.data[met.ids] == 0])

    def _welcome(self, new: Ids) -> None:
        if not len(new):
            return
        capacity = self._table.capacity
        for column in self._members:
            column.reserve(capacity)
        self._chains.reserve_owners(self._capacity)
        self._chains.reserve_members(capacity)
        self._chains.append(self._owners(new), new)

    def _owners(self, ids: Ids) -> Ids:
        return np.ascontiguousarray(self._table.codes(ids))

    def _leave(self, ids: Ids) -> None:
        if len(ids):
            self._chains.remove(self._owners(ids), ids)
            self._forget(ids)

    def _forget(self, ids: Ids) -> None:
        for column in self._members:
            column.clear(ids)
        self._table.release(ids)
        if not len(self._table):
            self._reset()
        elif self._table.wasteful():
            top = self._table.capacity
            kept = self._table.compact()
            for column in self._members:
                column.keep(kept, self._table.capacity)
            self._chains.keep_members(kept, self._table.capacity, top)

    def _all(self, groups: Ids) -> tuple[Ids, Ids]:
        """Return the rows of `groups`, and the position of each one's group."""
        if not len(self._table):
            return np.empty(0, np.int64), np.empty(0, np.int64)
        ids, sizes = self._chains.members(groups, len(self._table))
        return ids, np.repeat(np.arange(len(groups)), sizes)

    def merge(self, groups: Ids, other: Accumulator, others: Ids) -> None:
        self._merge(groups, other, others, 1)

    def unmerge(self, groups: Ids, other: Accumulator, others: Ids) -> None:
        self._merge(groups, other, others, -1)

    def _merge(self, groups: Ids, other: Accumulator, others: Ids, sign: int) -> None:
        assert isinstance(other, Distinct)
        different, which = numbered(others)
        every, owner = other._all(different)
        if not len(every):
            return
        stands, position = stretches(np.bincount(owner, minlength=len(different)), which)
        ids = every[stands]
        many, local = numbered(groups[position])
        weights = sign * other._count.data[ids]
        times, arrivals = other._time.data[ids], other._arrival.data[ids]
        self.add(Rows(many, local, weights, times, arrivals), other._table.columns(ids))

    def reserve(self, capacity: int) -> None:
        self._capacity = max(self._capacity, capacity)
        self._chains.reserve_owners(capacity)
        for accumulator in self.inner:
            accumulator.reserve(capacity)

    def clear(self, groups: Ids) -> None:
        ids, _ = self._all(groups)
        if len(ids):
            self._chains.forget(groups)
            self._forget(ids)
        for accumulator in self.inner:
            accumulator.clear(groups)

    def reset(self) -> None:
        self._capacity = 0
        self._reset()
        for accumulator in self.inner:
            accumulator.reset()

    def keep(self, groups: Ids, capacity: int) -> None:
        ids, position = self._all(groups)
        self._capacity = capacity
        if len(ids):
            columns = self._table.columns(ids)
            kept = [c.data[ids] for c in self._members]
            self._reset()
            self._put(position, columns, kept)
        for accumulator in self.inner:
            accumulator.keep(groups, capacity)

    def _put(self, groups: Ids, columns: Sequence[pa.Array], kept: Sequence[np.ndarray]) -> None:
        met = self._table.group(columns, [groups])
        self._welcome(met.new)
        for column, values in zip(self._members, kept, strict=True):
            column.data[met.ids] = values

    @property
    def nbytes(self) -> int:
        mine = self._table.nbytes + sum(c.nbytes for c in self._members)
        if len(self._table):
            mine += self._chains.nbytes
        return mine + sum(a.nbytes for a in self.inner)

    def snapshot(self, groups: Ids) -> Mapping[str, pa.Table]:
        ids, position = self._all(groups)
        columns = self._table.columns(ids) if len(ids) else [t.arrow for t in self._types]
        if not len(ids):
            columns = [pa.nulls(0, t) for t in columns]
        kept = [integers(c.data[ids]) for c in self._members]
        names = ["group", "count", "time", "arrival", *(str(k) for k in range(len(columns)))]
        tables = {"distinct": pa.table([integers(position), *kept, *columns], names=names)}
        for i, accumulator in enumerate(self.inner):
            for name, table in accumulator.snapshot(groups).items():
                tables[f"{i}.{name}"] = table
        return tables

    def restore(self, groups: Ids, tables: Mapping[str, pa.Table]) -> None:
        position, *rest = (c.combine_chunks() for c in tables["distinct"].columns)
        if len(position):
            self._put(groups[view(position)], rest[3:], [view(a) for a in rest[:3]])
        for i, accumulator in enumerate(self.inner):
            mine = f"{i}."
            accumulator.restore(
                groups, {n.removeprefix(mine): t for n, t in tables.items() if n.startswith(mine)}
            )


def _first(local: Ids, n: int, times: npt.NDArray[np.int64] | None) -> Ids:
    """Return for each of n different rows where the first one stands, in time if that is known."""
    first = np.empty(n, np.int64)
    if times is None:
        first[local[::-1]] = np.arange(len(local) - 1, -1, -1)
    else:
        order = np.argsort(times, kind="stable")[::-1]
        first[local[order]] = order
    return first
