"""Overlapping windows, aggregated once per slice and put together when they close."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

import numpy as np
import pyarrow as pa

from cep.runtime.aggregates.calls import AggregateCall, Calls
from cep.runtime.batch import Batch
from cep.runtime.blocks import Blocks
from cep.runtime.operator import StateSize
from cep.runtime.state.chains import Chains
from cep.runtime.state.column import Ids, capacity_for
from cep.runtime.state.interner import Interned
from cep.runtime.state.keys import KeyTable
from cep.runtime.state.slices import Closing, Slices
from cep.runtime.state.vectors import integers, view
from cep.runtime.state.wholes import Wholes
from cep.runtime.windowed import WindowAggregate, WindowBounds
from cep.runtime.windows import Grid
from cep.types import Schema

_MOST = 4096
"""Parts of windows that are put together at once."""

_MANY = 16
"""Slices in a window from which on blocks of them are put together beforehand."""


class SliceAggregate(WindowAggregate):
    """Aggregates per key and overlapping window, whose slices the input has.

    A row is added to one group, that of its key and slice, whatever the number of its windows. When
    a window closes, the accumulators of its slices are merged into those of its groups, which are
    said in the order of the windows' ends, then of the slices, then of the groups' first rows.

    A window refuses a row iff its end is not after the row's lateness. A row that some windows
    refuse and others take is put aside once for each that refuses it, and kept apart from the
    others of its slice for those that take it.

    Where a window has many slices, and keeps no more of many rows than of one, blocks of slices are
    merged once for all windows that have them: what a window costs grows with the logarithm of the
    number of its slices.

    State: the groups of the slices of which a window is still open, and those of blocks of these.
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
        super().__init__(input, output, keys, calls, window, append_only=append_only)
        self.grid = grid
        self._table = KeyTable([input.types[k] for k in self.own], prefix=1)
        self._slices = Slices(grid, self._highest())
        self._chains = Chains()
        self._wholes = Wholes(self._table.width)
        self._blocks = Blocks(
            input, calls, self._calls, self._chains, self._wholes, append_only=append_only
        )
        self._closing = Calls(input, calls, append_only=append_only)

    def _highest(self) -> int:
        """Return how often blocks are doubled: a window has at least two of the largest."""
        many = self.grid.size // self.grid.width
        if many < _MANY or not all(a.constant for a in self._calls.accumulators):
            return 0
        return many.bit_length() - 2

    def process(self, port: int, batch: Batch) -> Iterable[Batch]:
        start = view(batch.columns[self.window.start])
        first, taken = self.grid.first_end(start, batch.lateness)
        if batch.lateness is not None:
            self._put_late(batch)
        if not taken.all():
            batch, start, first = batch.where(taken), start[taken], first[taken]
            if not batch.rows:
                return ()
        columns = [batch.columns[k] for k in self.own]
        interned = self._group(columns, self._slices.intern(start, first))
        self._calls.add(self._rows(interned.ids, interned.local, batch), batch.columns)
        return ()

    def _put_late(self, batch: Batch) -> None:
        """Put aside the rows that came too late for windows, once for each of them."""
        assert batch.lateness is not None
        start = view(batch.columns[self.window.start])
        behind = np.flatnonzero(self.grid.first_end(start, None)[0] <= batch.lateness)
        if not len(behind):
            return
        rows, first, end = self.grid.windows(start[behind])
        refused = end <= batch.lateness[behind][rows]
        self._refuse(batch, behind[rows[refused]], first[refused], end[refused])

    def _group(self, columns: list[pa.Array], parts: Ids) -> Interned:
        """Find or make the groups of rows, and enter the new ones in the lists of their parts."""
        interned = self._table.group(columns, [parts])
        new = interned.new
        if len(new):
            capacity = self._table.capacity
            self._calls.reserve(capacity)
            self._chains.reserve_owners(self._slices.capacity)
            self._chains.reserve_members(capacity)
            codes = self._table.rows[new, :-1]
            self._chains.append(np.ascontiguousarray(codes[:, 0]), new)
            codes[:, 0] = 0
            self._wholes.enter(new, codes, capacity)
        return interned

    def advance(self, port: int, watermark: int) -> Iterable[Batch]:
        super().advance(port, watermark)
        while self._slices.due(watermark):
            closing, gone = self._slices.close(watermark, _MOST)
            yield from self._say(closing)
            self._blocks.forget(closing.changes.gone)
            self._forget(gone)

    def _say(self, closing: Closing) -> Iterable[Batch]:
        """Return the rows of windows, each put together from its parts."""
        most = len(self._table)
        self._blocks.make(closing.changes, most)
        gathered = self._blocks.gather(self._blocks.spread(closing.names), most)
        groups, window = gathered.heads, gathered.owner
        local, first = self._wholes.together(groups, window)
        self._closing.reserve(capacity_for(len(first)))
        self._blocks.merge_into(self._closing, local, gathered)
        own = self._table.columns(groups[first])
        start, end = closing.start[window[first]], closing.end[window[first]]
        said = self._windows(own, start, end, self._closing, np.arange(len(first)))
        self._closing.reset()
        return said

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
            self._wholes.reset()
            self._blocks.reset()
            return
        self._calls.clear(groups)
        self._wholes.leave(groups)
        self._table.release(groups)
        if self._table.wasteful():
            top = self._table.capacity
            kept = self._table.compact()
            self._calls.keep(kept, self._table.capacity)
            self._wholes.keep(kept, self._table.capacity)
            self._blocks.renumber(kept, top)
            self._chains.keep_members(kept, self._table.capacity, top)

    def size(self) -> StateSize:
        nbytes = self._table.nbytes + self._calls.nbytes + self._slices.nbytes + self._wholes.nbytes
        nbytes += self._blocks.nbytes
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
        tables["arrived"] = pa.table({"arrived": integers(np.array([self._arrived]))})
        return tables

    def restore(self, state: Mapping[str, pa.Table]) -> None:
        (self._arrived,) = state["arrived"]["arrived"].to_pylist()
        start, end, *own = (c.combine_chunks() for c in state["keys"].columns)
        if len(start):
            parts = self._slices.intern(view(start), view(end))
            self._calls.restore(self._group(own, parts).ids, state)
            self._slices.settle(self.watermarks[0])

    def fingerprint(self) -> str:
        return f"{super().fingerprint()} of {self.grid}"
