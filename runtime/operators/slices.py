"""Overlapping windows, aggregated once per slice and put together when they close."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

import numpy as np
import pyarrow as pa

from cep.runtime.aggregates.calls import AggregateCall, Calls
from cep.runtime.batch import Batch, Instants
from cep.runtime.operator import StateSize
from cep.runtime.stacked import Stacked
from cep.runtime.standing import Standing
from cep.runtime.state.chains import Chains
from cep.runtime.state.column import Ids, capacity_for
from cep.runtime.state.interner import Interned
from cep.runtime.state.keys import KeyTable
from cep.runtime.state.slices import Closing, Slices
from cep.runtime.state.stacks import Rows, Stacks
from cep.runtime.state.vectors import integers, stretches, view
from cep.runtime.windowed import WindowAggregate, WindowBounds
from cep.runtime.windows import Flags, Grid
from cep.types import Schema

_MOST = 65536
"""Nodes that are made at once for windows that close together."""

_MANY = 5
"""Slices in a window from which on it costs less to follow what comes and goes."""


class SliceAggregate(WindowAggregate):
    """Aggregates per key and overlapping window, whose slices the input has.

    A row is added to one group, that of its key and slice, whatever the number of its windows. When
    a window closes, its keys are put together from two accumulators each, which stand for many
    slices; what of many rows is more than of one is put together from all slices. Windows are said
    in the order of their ends, and their keys in that in which they came.

    A window refuses a row iff its end is not after the row's lateness. A row that some windows
    refuse and others take is put aside once for each that refuses it, and kept apart from the
    others of its slice for those that take it.

    State: the groups of the slices of which a window is still open, and at most as many nodes.
    """

    def __init__(
        self,
        input: Schema,  # noqa: A002 - that is what it is
        output: Schema,
        keys: tuple[int, ...],
        calls: tuple[AggregateCall, ...],
        window: WindowBounds,
        grid: Grid,
        *,
        append_only: bool,
    ) -> None:
        many = grid.size // grid.width >= _MANY
        super().__init__(
            input, output, keys, calls, window, append_only=append_only, reversible=many
        )
        self.grid = grid
        self._table = KeyTable([input.types[k] for k in self.own], prefix=1)
        self._room = 0
        self._recent: Instants | None = None
        self._slices = Slices(grid)
        self._chains = Chains()
        self._stacks = Stacks(self._table.width)
        empty = [Calls(input, calls, append_only=append_only, reversible=many) for _ in range(3)]
        standing = Standing(empty[0], self._calls)
        self._standing = standing if many and standing.accumulators else None
        self._stacked = Stacked(empty[1], self._calls, standing.accumulators if many else ())
        self._closing = empty[2]

    def process(self, port: int, batch: Batch) -> Iterable[Batch]:
        start = view(batch.columns[self.window.start])
        first, taken, behind = self._first_end(start, batch.lateness)
        if len(behind):
            self._put_late(batch, start, behind)
        if not taken.all():
            batch, start, first = batch.where(taken), start[taken], first[taken]
            if not batch.rows:
                return ()
        columns = [batch.columns[k] for k in self.own]
        interned = self._group(columns, self._slices.intern(start, first))
        self._calls.add(self._rows(interned.ids, interned.local, batch), batch.columns)
        return ()

    def _first_end(self, start: Instants, lateness: Instants | None) -> tuple[Instants, Flags, Ids]:
        """Return what the grid says; of a single row mostly what it said of the one before."""
        if len(start) > 1:
            return self.grid.first_end(start, lateness)
        recent = self._recent
        known = recent is not None and start[0] == recent[0]
        if recent is not None and known and (lateness is None or lateness[0] < recent[1]):
            return recent[1:], np.ones(1, np.bool_), np.empty(0, np.int64)
        first, taken, behind = self.grid.first_end(start, lateness)
        if taken[0] and not len(behind):
            self._recent = np.array([start[0], first[0]])
        return first, taken, behind

    def _put_late(self, batch: Batch, start: Instants, behind: Ids) -> None:
        """Put aside the rows that came too late for windows, once for each of them."""
        assert batch.lateness is not None
        rows, first, end = self.grid.windows(start[behind])
        refused = end <= batch.lateness[behind][rows]
        self._refuse(batch, behind[rows[refused]], first[refused], end[refused])

    def _group(self, columns: list[pa.Array], parts: Ids) -> Interned:
        """Find or make the groups of rows, and enter the new ones in the lists of their parts."""
        interned = self._table.group(columns, [parts])
        new = interned.new
        if len(new):
            capacity = self._table.capacity
            if capacity > self._room:
                self._calls.reserve(capacity)
                self._chains.reserve_members(capacity)
                self._room = capacity
            self._chains.reserve_owners(self._slices.capacity)
            codes = self._table.rows.take(new, axis=0)[:, :-1]
            owners = np.ascontiguousarray(codes[:, 0])
            self._chains.append(owners, new)
            self._slices.count(owners)
            codes[:, 0] = 0
            self._stacks.enter(new, codes, capacity)
        return interned

    def advance(self, port: int, watermark: int) -> Iterable[Batch]:
        super().advance(port, watermark)
        while self._slices.due(watermark):
            closing, gone = self._slices.close(watermark, _MOST, every=self._stacked.partly)
            yield from self._close(closing)
            self._forget(gone)

    def _close(self, closing: Closing) -> Iterable[Batch]:
        """Return the rows of windows, some at a time."""
        for rows, made in self._stacks.say(closing, self._slices, self._chains, self._table.rows):
            self._stacked.make(made, self._stacks.capacity)
            if len(rows.owner):
                yield from self._say(closing, rows)
        self._stacked.clear(self._stacks.forget())

    def _say(self, closing: Closing, rows: Rows) -> Iterable[Batch]:
        """Return rows of windows, each put together from few groups and nodes."""
        n = len(rows.owner)
        self._closing.reserve(capacity_for(n))
        self._stacked.put_together(self._closing, rows)
        if self._stacked.partly:
            self._stacked.put_parts_together(self._closing, *self._parts(closing, rows))
        known = None
        if self._standing is not None:
            known = self._standing.values(closing, rows, self._stacks, self._chains)
        own = self._table.columns(rows.heads)
        start, end = closing.start[rows.owner], closing.end[rows.owner]
        said = self._windows(own, start, end, self._closing, np.arange(n), known)
        self._closing.reset()
        return said

    def _parts(self, closing: Closing, rows: Rows) -> tuple[Ids, Ids]:
        """Return all groups of the windows that rows are of, and the row that each belongs to."""
        first, last = rows.first, rows.last
        begins = closing.every.begins[first : last + 1]
        parts, where = np.unique(closing.every.parts[begins[0] : begins[-1]], return_inverse=True)
        members, counts = self._chains.members(parts, len(self._table))
        position, which = stretches(counts, where)
        windows = np.repeat(np.arange(first, last), np.diff(begins))[which]
        groups = members[position]
        return groups, self._stacks.places(windows, groups, rows)

    def _forget(self, parts: Ids) -> None:
        """Forget parts that no window will have any more, and their groups."""
        if not len(parts):
            return
        groups, _ = self._chains.members(parts, len(self._table))
        self._chains.forget(parts)
        self._slices.forget(parts)
        if len(groups) == len(self._table):
            self._table.release(groups)
            self._calls.reset()
            self._chains.reset()
            self._room = 0
            self._stacks.reset()
            self._stacked.reset()
            if self._standing is not None:
                self._standing.reset()
            return
        self._calls.clear(groups)
        gone = self._stacks.leave(groups)
        if self._standing is not None:
            self._standing.clear(gone)
        self._table.release(groups)
        if self._table.wasteful():
            top = self._table.capacity
            kept = self._table.compact()
            self._room = self._table.capacity
            self._calls.keep(kept, self._table.capacity)
            keys = self._stacks.keep(kept, self._table.capacity, top)
            if keys is not None and self._standing is not None:
                self._standing.keep(keys, self._stacks.keys)
            self._chains.keep_members(kept, self._table.capacity, top)

    def size(self) -> StateSize:
        nbytes = self._table.nbytes + self._calls.nbytes + self._slices.nbytes + self._stacks.nbytes
        nbytes += self._stacked.nbytes
        if self._standing is not None:
            nbytes += self._standing.nbytes
        if len(self._table):
            nbytes += self._chains.nbytes
        return StateSize(len(self._table), nbytes)

    def snapshot(self) -> Mapping[str, pa.Table]:
        groups = np.empty(0, np.int64)
        if len(self._table):
            groups, _ = self._chains.members(self._slices.all(), len(self._table))
        start, end = self._slices.bounds(self._table.codes(groups))
        tables = self._calls.snapshot(groups)
        columns = [integers(np.ascontiguousarray(c)) for c in (start, end)]
        columns += self._table.columns(groups)
        tables["keys"] = pa.table(columns, names=[str(i) for i in range(len(columns))])
        position = np.full(self._table.capacity, -1, np.int64)
        position[groups] = np.arange(len(groups))
        tables["live"] = pa.table({"group": integers(position[self._stacks.live()])})
        tables["arrived"] = pa.table({"arrived": integers(np.array([self._arrived]))})
        return tables

    def restore(self, state: Mapping[str, pa.Table]) -> None:
        (self._arrived,) = state["arrived"]["arrived"].to_pylist()
        start, end, *own = (c.combine_chunks() for c in state["keys"].columns)
        if len(start):
            parts = self._slices.intern(view(start), view(end))
            groups = self._group(own, parts).ids
            self._calls.restore(groups, state)
            turned = self._slices.settle(self.watermarks[0])
            if turned is not None:
                for _ in self._close(turned):
                    raise AssertionError("a window was said again")
                if self._standing is not None:
                    self._standing.come(turned.turns, 0, self._stacks, self._chains)
                self._stacks.arrange(groups[view(state["live"]["group"].combine_chunks())])

    def fingerprint(self) -> str:
        return f"{super().fingerprint()} of {self.grid}"
