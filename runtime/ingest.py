"""From what a source delivers to rows of a stream: computed columns, event time, lateness.

Lateness is decided here, once, against the watermark of the row's own partition just before the
row, so that neither batches nor the interleaving of partitions matter.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence

import numpy as np
import pyarrow as pa

from cep.runtime.batch import Batch, Instants
from cep.runtime.quarantine import Quarantine, add_errors
from cep.runtime.rowerrors import Messages, failed, merge
from cep.runtime.time import BEGINNING, END
from cep.types import Schema

_STRETCH = 128
"""Rows that are checked for lateness together."""

Column = Callable[[Sequence[pa.Array], int], tuple[pa.Array, Messages | None]]


class Watermarks:
    """The running maximum of the event time of each partition, less the allowed delay."""

    def __init__(self, delay: int) -> None:
        self.delay = delay
        self._highest: dict[str, int] = {}
        self._floor: dict[str, int] = {}
        self._said = BEGINNING

    def join(self, partition: str) -> None:
        """Let a partition take part; it starts at the stream's watermark."""
        if partition not in self._highest:
            self._highest[partition] = BEGINNING
            self._floor[partition] = self._said

    def leave(self, partition: str) -> None:
        """Let a partition that has ended no longer hold the others back."""
        self._highest.pop(partition, None)
        self._floor.pop(partition, None)

    def of(self, partition: str) -> int:
        """Return the watermark of one partition."""
        highest = self._highest.get(partition, BEGINNING)
        reached = BEGINNING if highest <= BEGINNING + self.delay else highest - self.delay
        return max(reached, self._floor.get(partition, BEGINNING))

    def partitions(self) -> Mapping[str, int]:
        """Return the watermark of every live partition."""
        return {p: self.of(p) for p in self._highest}

    def stream(self) -> int:
        """Return the watermark of the stream: the least of its partitions; it never goes back."""
        if self._highest:
            self._said = max(self._said, min(self.of(p) for p in self._highest))
        return self._said

    def advance(self, watermark: int) -> None:
        """Promise for every partition that nothing before `watermark` will come."""
        for partition in self._floor:
            self._floor[partition] = max(self._floor[partition], watermark)
        self._said = max(self._said, watermark)

    def take(self, partition: str, times: Instants) -> Instants | None:
        """Move the watermark over rows in order of arrival.

        Returns for each row the watermark just before it, or None where no row is behind its own.
        """
        before = self._highest[partition]
        floor = self._floor[partition]
        if len(times) == 1:
            time = int(times[0])
            mark = self.of(partition)
            self._highest[partition] = max(before, time)
            return np.array([mark]) if time < mark else None
        if self._timely(times, before, floor):
            self._highest[partition] = max(before, int(times.max()))
            return None
        running = np.maximum.accumulate(times)
        self._highest[partition] = max(before, int(running[-1]))
        earlier = np.empty_like(times)
        earlier[0] = before
        np.maximum(running[:-1], before, out=earlier[1:])
        marks = np.where(earlier <= BEGINNING + self.delay, BEGINNING, earlier - self.delay)
        if floor > BEGINNING:
            marks = np.maximum(marks, floor)
        return marks if (times < marks).any() else None

    def _timely(self, times: Instants, before: int, floor: int) -> bool:
        """Say that no row is behind its watermark, without finding the watermark of each row.

        A stretch of rows is timely if its least time is not behind the greatest time up to its end;
        a false answer says nothing. Takes a fiftieth of the time.
        """
        stretches = np.arange(0, len(times), _STRETCH)
        highest = np.maximum.accumulate(np.maximum.reduceat(times, stretches))
        marks = np.maximum(highest, max(before, BEGINNING + self.delay)) - self.delay
        least = np.minimum.reduceat(times, stretches)
        return bool((least >= np.maximum(marks, floor)).all())

    def snapshot(self) -> dict[str, object]:
        """Return the state as plain values."""
        return {"highest": dict(self._highest), "floor": dict(self._floor), "said": self._said}

    def restore(self, state: Mapping[str, object]) -> None:
        """Take up a state that `snapshot` returned."""
        highest, floor, said = state["highest"], state["floor"], state["said"]
        assert isinstance(highest, dict)
        assert isinstance(floor, dict)
        assert isinstance(said, int)
        self._highest, self._floor, self._said = dict(highest), dict(floor), said


class Ingest:
    """Turns chunks of a source into batches of a stream.

    `columns` computes each visible column from the physical ones; `schema` describes them. `time`
    computes the event time, None for a stream without. `required` are the positions of physical
    columns that are NOT NULL. Rows that cannot be computed, or that lack one of these or the event
    time, go to `errors`; only those without an event time leave the watermark alone.
    """

    def __init__(
        self,
        physical: Schema,
        schema: Schema,
        columns: Sequence[Column],
        time: Column | None,
        delay: int,
        errors: Quarantine,
        time_name: str = "",
        required: Sequence[int] = (),
    ) -> None:
        self.physical = physical
        self.schema = schema
        self.columns = tuple(columns)
        self.time = time
        self.time_name = time_name
        self.errors = errors
        self.required = tuple(required)
        self.watermarks = Watermarks(delay)
        self.rows = 0
        self._open = True

    def take(self, partition: str, data: pa.RecordBatch, skipped: bool = False) -> Batch | None:
        """Return the rows of a chunk; None where there is none to hand on.

        Of a skipped chunk only the event time is real: it moves the watermark.
        """
        rows = data.num_rows
        self.rows += rows
        self.watermarks.join(partition)
        if not rows:
            return None
        physical = tuple(data.columns)
        times: Instants | None = None
        lateness: Instants | None = None
        if self.time is not None:
            values, errors = self._times(physical, rows)
            if errors is not None:
                self._put_aside(partition, physical, rows, errors)
                good = np.flatnonzero(~failed(errors))
                picked = pa.array(good)
                physical = tuple(c.take(picked) for c in physical)
                values, rows = values.take(picked), len(good)
                if not rows:
                    return None
            times = values.view(pa.int64()).to_numpy()
            lateness = self.watermarks.take(partition, times)
        if skipped:
            return None
        computed, errors = self._compute(physical, rows)
        batch = Batch(self.schema, computed, rows, times, lateness)
        if errors is None:
            return batch
        # Such a row has moved the watermark: whether a query reads the failing column must not
        # decide which other rows are late.
        self._put_aside(partition, physical, rows, errors)
        batch = batch.take(np.flatnonzero(~failed(errors)))
        return batch if batch.rows else None

    def _times(self, physical: Sequence[pa.Array], rows: int) -> tuple[pa.Array, Messages | None]:
        """Compute the event time; a row without one is in error."""
        assert self.time is not None
        values, errors = self.time(physical, rows)
        if values.null_count:
            messages = _messages(values, f"the event time {self.time_name} is NULL")
            errors = merge(errors, messages)
        return values, errors

    def _compute(
        self, physical: Sequence[pa.Array], rows: int
    ) -> tuple[tuple[pa.Array, ...], Messages | None]:
        """Compute the visible columns, and find the NULLs where none is allowed."""
        errors: Messages | None = None
        for position in self.required:
            if physical[position].null_count:
                name = self.physical.names[position]
                message = f"{name} is NULL, and it is declared NOT NULL"
                errors = merge(errors, _messages(physical[position], message))
        computed: list[pa.Array] = []
        for column in self.columns:
            values, more = column(physical, rows)
            computed.append(values)
            if more is not None:
                errors = merge(errors, more)
        return tuple(computed), errors

    def _put_aside(
        self, partition: str, physical: Sequence[pa.Array], rows: int, errors: Messages
    ) -> None:
        add_errors(self.errors, Batch(self.physical, tuple(physical), rows), errors, partition)

    def finish(self) -> None:
        """Note that no row will come any more."""
        self._open = False

    def watermark(self) -> int:
        """Return the stream's watermark; END when it has ended."""
        return self.watermarks.stream() if self._open else END


def _messages(values: pa.Array, message: str) -> Messages:
    """Return the message for each NULL of a column."""
    messages: Messages = np.full(len(values), None, dtype=object)
    messages[values.is_null().to_numpy(zero_copy_only=False)] = message
    return messages
