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
        running = np.maximum.accumulate(times)
        self._highest[partition] = max(before, int(running[-1]))
        earlier = np.empty_like(times)
        earlier[0] = before
        np.maximum(running[:-1], before, out=earlier[1:])
        marks = np.where(earlier <= BEGINNING + self.delay, BEGINNING, earlier - self.delay)
        if floor > BEGINNING:
            marks = np.maximum(marks, floor)
        return marks if (times < marks).any() else None

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
    computes the event time, None for a stream without. Rows that cannot be computed, or that have
    no event time, go to `errors`.
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
    ) -> None:
        self.physical = physical
        self.schema = schema
        self.columns = tuple(columns)
        self.time = time
        self.time_name = time_name
        self.errors = errors
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
        physical = data.columns
        errors: Messages | None = None
        times: Instants | None = None
        if self.time is not None:
            values, errors = self.time(physical, rows)
            if values.null_count:
                missing = values.is_null().to_numpy(zero_copy_only=False)
                if errors is not None:
                    missing &= np.equal(errors, None)
                none = np.where(missing, f"the event time {self.time_name} is NULL", None)
                errors = merge(errors, none if missing.any() else None)
            times = _microseconds(values)
        if skipped:
            if times is not None:
                good = times if errors is None else times[~failed(errors)]
                if len(good):
                    self.watermarks.take(partition, good)
            return None
        computed: list[pa.Array] = []
        for column in self.columns:
            values, more = column(physical, rows)
            computed.append(values)
            if more is not None:
                errors = merge(errors, more)
        batch = Batch(self.schema, tuple(computed), rows, times)
        if errors is not None:
            shown = Batch(self.physical, tuple(physical), rows)
            add_errors(self.errors, shown, errors, partition)
            batch = batch.take(np.flatnonzero(~failed(errors)))
            if not batch.rows:
                return None
        if batch.time is None:
            return batch
        lateness = self.watermarks.take(partition, batch.time)
        if lateness is None:
            return batch
        return Batch(batch.schema, batch.columns, batch.rows, batch.time, lateness)

    def finish(self) -> None:
        """Note that no row will come any more."""
        self._open = False

    def watermark(self) -> int:
        """Return the stream's watermark; END when it has ended."""
        return self.watermarks.stream() if self._open else END


def _microseconds(values: pa.Array) -> Instants:
    """Return timestamps as int64 microseconds; NULLs become 0, and their rows are refused."""
    numbers = values.view(pa.int64())
    if numbers.null_count:
        numbers = numbers.fill_null(0)
    times: Instants = numbers.to_numpy()
    return times
