"""What OVER keeps of rows in their order, and what its calls say of them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np
import pyarrow as pa

from cep.runtime.batch import Batch, Indices
from cep.runtime.kernels import sequences as kernels
from cep.runtime.operator import Outlet, StateSize
from cep.runtime.ordering import Key, begins, ordered
from cep.runtime.over.calls import Frame, Months, OverCall, Unit, distance
from cep.runtime.over.evaluation import Evaluation, looked_up
from cep.runtime.over.frames import Arrived, Said
from cep.runtime.rowerrors import failed
from cep.runtime.state.column import Column
from cep.runtime.state.sequences import Sequences
from cep.runtime.state.vectors import Codes
from cep.runtime.time import END
from cep.types import Schema


class Machine:
    """Takes rows in their order and says each, with its values, when its frames are complete.

    With `timed` the order begins with the event time: where frames reach ahead by a distance, they
    are complete when the watermark has passed that; where by a number of rows, when these have
    come. Ties go by event time and arrival, but before that by `ties`. Otherwise all rows come at
    once. State: the rows that a frame can still reach; where frames begin with their partition,
    what they hold of each.
    """

    def __init__(
        self,
        input: Schema,  # noqa: A002 - that is what it is
        output: Schema,
        partition: tuple[int, ...],
        order: Sequence[Key],
        calls: Sequence[OverCall],
        *,
        timed: bool,
        ties: Sequence[Key] = (),
    ) -> None:
        self.input = input
        self.schema = output
        self.partition = partition
        self.order = tuple(order)
        self.ties = tuple(ties)
        self.calls = tuple(calls)
        self.timed = timed
        self._final = any(c.final for c in calls)
        self._counting = any(_counts(c.frame) for c in calls)
        ahead = [c.frame.end for c in calls if _ahead(c.frame)]
        self._follow = max(map(distance, ahead), default=0)
        self.waits = timed and (self._final or self._counting or self._follow > 0)
        # All columns of rows that wait for what follows them have to be kept.
        shelved = tuple(range(len(input))) if self.waits else looked_up(calls, input)
        self._places = {column: place for place, column in enumerate(shelved)}
        types = [input.types[k] for k in partition]
        self._rows = Sequences(types, [input.types[k] for k in shelved], timed)
        self._evaluation = Evaluation(self._rows, input, calls, self._places)
        # Where frames reach ahead by months, each row has the time that must have passed.
        self._until: Column | None = None
        if timed and any(isinstance(end, Months) for end in ahead):
            self._until = self._rows.row(np.int64)
        if self._counting:
            # The gates are the slots right behind that of what is said next.
            self._next = self._rows.pointer(holding=True)
            counting = [t for t in self._evaluation.tracks if _counts(t.frame)]
            self._gates = [(t, self._rows.pointer()) for t in counting]
            self._time_gate = self._rows.pointer()
            self._done = self._rows.row(np.bool_, False)
        self._reach = self._find_reach()
        self._start()

    def _start(self) -> None:
        """Begin without rows."""
        self._classes = 0
        self._passed = 0
        self._unsaid = 0
        self._expired = 0

    def _find_reach(self) -> int | None:
        """Return how long after its time a row is in reach, None where that depends on others."""
        frames = [c.frame for c in self.calls]
        if not self.timed or any(
            f.start is None or f.unit not in {Unit.DISTANCE, Unit.PEERS} for f in frames
        ):
            return None
        return max(self._follow, *(-distance(f.start) for f in frames), 0)

    def run(self, batch: Batch | None, watermark: int, outlet: Outlet) -> Batch | None:
        """Take what the watermark has passed, in order of time, and say what is complete."""
        first = self._rows.rows
        if batch is not None and batch.rows:
            if len(self.order) + len(self.ties) > 1:
                batch = batch.take(ordered(batch, (*self.order, *self.ties)))
            self._place(batch)
        said = self._say(self._due(watermark, first), None if self.waits else batch, outlet)
        self._clear(watermark)
        return said

    def whole(self, batch: Batch, outlet: Outlet) -> Batch | None:
        """Say rows that are all there will be."""
        batch = batch.take(ordered(batch, (*self.order, *self.ties)))
        self._place(batch)
        said = self._say(np.arange(batch.rows), batch, outlet)
        self._forget_all()
        return said

    def earliest(self, watermark: int) -> int:
        """Return a time before which nothing more will be said, at a watermark."""
        if self.waits and self._unsaid < self._rows.rows:
            assert self._rows.time is not None
            return min(watermark, int(self._rows.time.data[self._unsaid]))
        return watermark

    def _place(self, batch: Batch) -> None:
        """Give rows the positions behind all others."""
        first, owners = self._rows.append(
            [batch.columns[k] for k in self.partition],
            [batch.columns[k] for k in self._places],
            batch.time,
            batch.rows,
        )
        classes = np.zeros(batch.rows, np.int64)
        if self._evaluation.ranked:
            new = begins([batch.columns[k.index] for k in self.order], batch.rows)
            classes = self._classes + np.cumsum(new)
            self._classes = int(classes[-1])
        arrived = Arrived(first, owners, batch.columns, classes)
        self._evaluation.enter(arrived)
        if self._until is not None and batch.time is not None:
            far = [t for t in self._evaluation.tracks if _ahead(t.frame)]
            ends = [t.until(arrived.where, batch.time) for t in far]
            self._until.data[arrived.where] = np.maximum.reduce(ends)

    # What goes out.

    def _due(self, watermark: int, first: int) -> Indices:
        """Return the rows that are to be said now, where those from `first` on have just come."""
        rows = self._rows
        if not self.waits:
            return np.arange(first, rows.rows)
        before, self._passed = self._passed, self._complete(watermark)
        if watermark == END:
            self._passed = rows.rows
        elif self._final:
            self._passed = before
        if not self._counting:
            self._unsaid = self._passed
            return np.arange(before, self._passed)
        unsaid = np.flatnonzero(~self._done.data[self._unsaid : rows.rows]) + self._unsaid
        if watermark == END:
            self._unsaid = rows.rows
            return unsaid
        touched = np.concatenate(
            [rows.owner.data[first : rows.rows], rows.owner.data[before : self._passed]]
        )
        some = np.unique(touched)
        for track, slot in self._gates:
            kernels.ready(
                len(some), some, track.keys.data, distance(track.frame.end), rows.tail.data,
                rows.after.data, rows.pointers, slot,
            )  # fmt: skip
        kernels.passing(
            len(some), some, *self._limits(watermark), rows.after.data, rows.pointers,
            self._time_gate,
        )  # fmt: skip
        found = np.empty(len(unsaid), np.int64)
        many = kernels.collect(
            len(some), some, rows.after.data, rows.pointers, self._next, len(self._gates) + 1, found
        )
        said = np.sort(found[:many])
        self._done.data[said] = True
        left = self._done.data[self._unsaid : rows.rows]
        self._unsaid += len(left) if left.all() else int(np.argmin(left))
        return said

    def _limits(self, watermark: int) -> tuple[Codes, int]:
        """Return numbers of rows that rise, and below which one frames of time are complete."""
        assert self._rows.time is not None
        if self._until is not None:
            return self._until.data, watermark
        return self._rows.time.data, watermark - self._follow

    def _complete(self, watermark: int) -> int:
        """Return how many rows have all that is a length of time away."""
        numbers, limit = self._limits(watermark)
        return int(np.searchsorted(numbers[: self._rows.rows], limit))

    def _before(self, limit: int) -> int:
        """Return how many rows have a time before `limit`."""
        assert self._rows.time is not None
        return int(np.searchsorted(self._rows.time.data[: self._rows.rows], limit))

    def _say(self, positions: Indices, placed: Batch | None, outlet: Outlet) -> Batch | None:
        """Return rows with the values of the calls; `placed` are their columns, if at hand."""
        if not len(positions):
            return None
        rows = self._rows

        def column(index: int) -> pa.Array:
            if placed is not None:
                return placed.columns[index]
            return rows.shelf.take(self._places[index], positions)

        said = Said(positions, rows.owner.data[positions], column)
        values, messages = self._evaluation.values(said)
        own = [column(i) for i in range(len(self.input))]
        time = None if rows.time is None else rows.time.data[positions]
        batch = Batch(self.schema, (*own, *values), len(positions), time)
        if messages is not None:
            wrong = failed(messages)
            if wrong.any():
                outlet.failed(batch, messages)
                batch = batch.where(~wrong)
        return batch if batch.rows else None

    # What is kept.

    def _clear(self, watermark: int) -> None:
        """Forget what no frame will reach any more."""
        if watermark == END:
            self._forget_all()
            return
        rows = self._rows
        if self._reach is not None:
            before, self._expired = self._expired, self._before(watermark - self._reach)
            last = np.arange(before, self._expired)
            owners = rows.owner.data[before : self._expired]
            gone = owners[rows.tail.data[owners] == last]
            if len(gone) == len(rows.keys):
                self._forget_all()
            elif len(gone):
                rows.forget(gone)
                self._evaluation.forget(gone)
        if rows.wasteful():
            self._compact()

    def _forget_all(self) -> None:
        self._rows.reset()
        self._evaluation.reset()
        self._start()

    def _compact(self) -> None:
        # Where a number of rows is waited for, a pointer of each partition holds those.
        waits = self.waits and not self._counting
        kept, partitions = self._rows.compact(self._unsaid if waits else self._rows.rows)
        if partitions is not None:
            self._evaluation.keep(partitions, self._rows.keys.capacity)
        bounds = (self._passed, self._unsaid, self._expired)
        self._passed, self._unsaid, self._expired = map(int, np.searchsorted(kept, bounds))

    # Snapshots.

    def text(self) -> str:
        """Return what the layout of the state depends on."""
        calls = ", ".join(map(repr, self.calls))
        order = f"{self.order} {self.ties}" if self.ties else f"{self.order}"
        return f"[{self.input}] {self.partition} {order} [{calls}]"

    @property
    def kept(self) -> int:
        """How many rows and partitions are kept."""
        return self._rows.rows + len(self._rows.keys)

    def size(self) -> StateSize:
        """Return how much is kept."""
        return StateSize(self._rows.rows, self._rows.nbytes + self._evaluation.nbytes)

    def snapshot(self) -> Mapping[str, pa.Table]:
        """Return everything."""
        self._compact()
        marks = (self._classes, self._passed, self._unsaid, self._expired)
        return {
            "marks": pa.table({"mark": pa.array(marks, pa.int64())}),
            **self._rows.snapshot(),
            **self._evaluation.snapshot(self._rows.keys.live()),
        }

    def branch(self, keys: Sequence[pa.Array]) -> Mapping[str, pa.Table]:
        """Return what is kept of the partitions with some keys, as a snapshot of them alone."""
        partitions = self._rows.known(keys)
        kept, tables = self._rows.branch(partitions)
        bounds = np.searchsorted(kept, (self._passed, self._unsaid, self._expired))
        marks = (self._classes, *map(int, bounds))
        return {
            "marks": pa.table({"mark": pa.array(marks, pa.int64())}),
            **tables,
            **self._evaluation.snapshot(partitions),
        }

    def restore(self, state: Mapping[str, pa.Table]) -> None:
        """Take up what `snapshot` or `branch` returned."""
        marks = state["marks"]["mark"].to_pylist()
        self._classes, self._passed, self._unsaid, self._expired = marks
        self._evaluation.restore(self._rows.restore(state), state)


def _ahead(frame: Frame) -> bool:
    """Say whether frames reach ahead by a length of time."""
    return frame.unit is Unit.DISTANCE and distance(frame.end) > 0


def _counts(frame: Frame) -> bool:
    """Say whether frames reach ahead by a number of rows."""
    return frame.unit in {Unit.ROWS, Unit.VALUES} and distance(frame.end) > 0
