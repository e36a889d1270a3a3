"""OVER: functions over the rows around each row, in the order of its partition."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

import numpy as np
import pyarrow as pa

from cep.runtime.batch import Batch, Indices, concat
from cep.runtime.consolidate import consolidate
from cep.runtime.kernels import sequences as kernels
from cep.runtime.operator import Operator, StateSize
from cep.runtime.ordering import Key, begins, ordered
from cep.runtime.over.calls import Frame, OverCall, Unit
from cep.runtime.over.evaluation import Evaluation, looked_up
from cep.runtime.over.frames import Arrived, Said
from cep.runtime.rowerrors import failed
from cep.runtime.snapshots import batches_to_table, table_to_batches
from cep.runtime.state.sequences import Sequences
from cep.runtime.state.waiting import Waiting
from cep.runtime.time import BEGINNING, END
from cep.types import Schema


class Over(Operator):
    """Adds to each row what functions say of the rows around it; the rows are said in their order.

    `partition` are the columns that make a partition, `order` what its rows are ordered by; ties go
    by event time and arrival.

    With `timed` the order begins with the event time. Rows are put in order when the watermark has
    passed them, and said as soon as all their frames are complete: where these reach ahead by a
    distance, when the watermark has passed that too; where by a number of rows, when these have
    come. Rows whose time is before their lateness are refused. State: the rows that wait; those
    that a frame can still reach; where frames begin with their partition, what they hold of each.

    Otherwise all rows are put in order and said when the input ends; they may have been taken back
    until then. State: all rows.
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
    ) -> None:
        super().__init__(output)
        self.input = input
        self.partition = partition
        self.order = tuple(order)
        self.calls = tuple(calls)
        self.timed = timed
        self._buffer: list[Batch] = []
        self._waiting = Waiting(input)
        self._final = any(c.final for c in calls)
        self._counting = any(_counts(c.frame) for c in calls)
        self._follow = max((_distance(c.frame.end) for c in calls if _far(c)), default=0)
        self._waits = timed and (self._final or self._counting or self._follow > 0)
        # All columns of rows that wait for what follows them have to be kept.
        shelved = tuple(range(len(input))) if self._waits else looked_up(calls, input)
        self._places = {column: place for place, column in enumerate(shelved)}
        types = [input.types[k] for k in partition]
        self._rows = Sequences(types, [input.types[k] for k in shelved], timed)
        self._evaluation = Evaluation(self._rows, input, calls, self._places)
        if self._counting:
            # The gates are the slots right behind that of what is said next.
            self._next = self._rows.pointer(holding=True)
            ahead = [t for t in self._evaluation.tracks if _counts(t.frame)]
            self._gates = [(t, self._rows.pointer()) for t in ahead]
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
        back = max(_distance(-f.start) for f in frames if f.start is not None)
        return max(back, self._follow, 0)

    # What comes in.

    def process(self, port: int, batch: Batch) -> Iterable[Batch]:
        """Let the rows wait."""
        if not self.timed:
            self._buffer.append(batch)
            return ()
        assert batch.time is not None
        if batch.lateness is not None:
            late = batch.time < batch.lateness
            if late.any():
                self.outlet.late(batch.where(late))
                batch = batch.where(~late)
        if batch.rows:
            self._waiting.add(_plain(batch))
        return ()

    def advance(self, port: int, watermark: int) -> Iterable[Batch]:
        """Put in order what the watermark has passed, and say what is complete."""
        super().advance(port, watermark)
        if not self.timed:
            return self._say_all() if watermark == END else ()
        batch = self._waiting.take(watermark)
        first = self._rows.rows
        if batch is not None:
            if len(self.order) > 1:
                batch = batch.take(ordered(batch, self.order))
            self._place(batch)
        said = self._say(self._due(watermark, first), None if self._waits else batch)
        self._clear(watermark)
        return said

    def _say_all(self) -> Iterable[Batch]:
        """Say all rows of an input that has ended."""
        if not self._buffer:
            return ()
        rows = consolidate(concat(self._buffer))
        self._buffer = []
        rows = _plain(rows)
        if not rows.rows:
            return ()
        rows = rows.take(ordered(rows, self.order))
        self._place(rows)
        said = self._say(np.arange(rows.rows), rows)
        self._forget_all()
        return said

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
        self._evaluation.enter(Arrived(first, owners, batch.columns, classes))

    # What goes out.

    def _due(self, watermark: int, first: int) -> Indices:
        """Return the rows that are to be said now, where those from `first` on have just come."""
        rows = self._rows
        if not self._waits:
            return np.arange(first, rows.rows)
        before, self._passed = self._passed, self._before(watermark - self._follow)
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
                len(some), some, track.keys.data, int(track.frame.end or 0), rows.tail.data,
                rows.after.data, rows.pointers, slot,
            )  # fmt: skip
        assert rows.time is not None
        kernels.passing(
            len(some), some, rows.time.data, watermark - self._follow, rows.after.data,
            rows.pointers, self._time_gate,
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

    def _before(self, limit: int) -> int:
        """Return how many rows have a time before `limit`."""
        assert self._rows.time is not None
        return int(np.searchsorted(self._rows.time.data[: self._rows.rows], limit))

    def _say(self, positions: Indices, placed: Batch | None) -> Iterable[Batch]:
        """Return rows with the values of the calls; `placed` are their columns, if at hand."""
        if not len(positions):
            return ()
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
                self.outlet.failed(batch, messages)
                batch = batch.where(~wrong)
        return (batch,) if batch.rows else ()

    def output_watermark(self) -> int:
        if not self.timed:
            return END if self.watermarks[0] == END else BEGINNING
        watermark = self.watermarks[0]
        if self._waits and self._unsaid < self._rows.rows:
            assert self._rows.time is not None
            return min(watermark, int(self._rows.time.data[self._unsaid]))
        return watermark

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
        if rows.wasteful():
            self._compact()

    def _forget_all(self) -> None:
        self._rows.reset()
        self._evaluation.reset()
        self._start()

    def _compact(self) -> None:
        # Where a number of rows is waited for, a pointer of each partition holds those.
        waits = self._waits and not self._counting
        kept, partitions = self._rows.compact(self._unsaid if waits else self._rows.rows)
        if partitions is not None:
            self._evaluation.keep(partitions, self._rows.keys.capacity)
        bounds = (self._passed, self._unsaid, self._expired)
        self._passed, self._unsaid, self._expired = map(int, np.searchsorted(kept, bounds))

    def size(self) -> StateSize:
        waiting = sum(b.rows for b in self._buffer) + len(self._waiting)
        nbytes = sum(b.nbytes for b in self._buffer) + self._waiting.nbytes
        nbytes += self._rows.nbytes + self._evaluation.nbytes
        return StateSize(waiting + self._rows.rows, nbytes)

    def snapshot(self) -> Mapping[str, pa.Table]:
        if not self.timed:
            return {"buffer": batches_to_table(self.input, self._buffer)}
        self._compact()
        partitions = self._rows.keys.live()
        marks = (self._classes, self._passed, self._unsaid, self._expired)
        return {
            "waiting": self._waiting.snapshot(),
            "marks": pa.table({"mark": pa.array(marks, pa.int64())}),
            **self._rows.snapshot(),
            **self._evaluation.snapshot(partitions),
        }

    def restore(self, state: Mapping[str, pa.Table]) -> None:
        if not self.timed:
            self._buffer = table_to_batches(self.input, state["buffer"])
            return
        self._waiting.restore(state["waiting"])
        marks = state["marks"]["mark"].to_pylist()
        self._classes, self._passed, self._unsaid, self._expired = marks
        self._evaluation.restore(self._rows.restore(state), state)

    def fingerprint(self) -> str:
        calls = ", ".join(map(repr, self.calls))
        parts = [f"[{self.input}]", f"{self.partition}", f"{self.order}", f"[{calls}]"]
        return f"Over({' '.join(parts)} {self.timed})"


def _plain(batch: Batch) -> Batch:
    """Return every row as often as its weight says."""
    if batch.weight is None:
        return batch
    rows = batch.take(np.repeat(np.arange(batch.rows), np.maximum(batch.weight, 0)))
    return Batch(rows.schema, rows.columns, rows.rows, rows.time)


def _distance(by: float | None) -> int:
    """Return a distance in microseconds; event time knows no other."""
    return int(by or 0)


def _far(call: OverCall) -> bool:
    """Say whether the frames of a call reach ahead by a distance."""
    return call.frame.unit is Unit.DISTANCE and _distance(call.frame.end) > 0


def _counts(frame: Frame) -> bool:
    """Say whether frames reach ahead by a number of rows."""
    counted = frame.unit in {Unit.ROWS, Unit.VALUES}
    return counted and frame.end is not None and frame.end > 0
