"""From what a source delivers to rows of a stream: computed columns, event time, lateness.

Lateness is decided here, once, against the watermark of the row's own partition just before the
row, so that neither batches nor the interleaving of partitions matter.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import pyarrow as pa

from cep.runtime.batch import Batch, Indices, Instants, Mask, Weights
from cep.runtime.connectors.changes import weights_of
from cep.runtime.quarantine import Quarantine, add_errors
from cep.runtime.rowerrors import Messages, failed, merge
from cep.runtime.state.vectors import integers, valid, view
from cep.runtime.time import END
from cep.runtime.watermarks import FAREWELL, Watermarks
from cep.types import Schema

Column = Callable[[Sequence[pa.Array], int], tuple[pa.Array, Messages | None]]


Clock = Callable[[], int]


@dataclass(frozen=True)
class Timing:
    """How a stream's rows get their event time and move its watermarks.

    `producers` compute the columns of PER, `marker` tells the end markers, `newest` gives the
    greatest event time that the engine's clock allows now; `ahead` says how far that is from it.
    """

    name: str
    time: Column
    watermarks: Watermarks
    producers: tuple[Column, ...] = ()
    marker: Column | None = None
    newest: Clock | None = None
    ahead: str = ""


@dataclass(frozen=True)
class Changing:
    """How the rows of a table say what they do: positions of physical columns.

    `op` says it, `key` must not be NULL in any row; a row that deletes may lack everything else.
    """

    op: int
    key: tuple[int, ...]


@dataclass(frozen=True)
class _Arrivals:
    """The rows of a chunk that have a time, and which of them are end markers."""

    physical: tuple[pa.Array, ...]
    times: Instants
    markers: Mask | None
    producers: tuple[pa.Array, ...]


class Ingest:
    """Turns chunks of a source into batches of a stream.

    `columns` computes each visible column from the physical ones; `schema` describes them. `timing`
    is None for a stream without event time. `required` are the positions of physical columns that
    are NOT NULL. With `changing` rows get a weight: 1, or -1 where they delete. Rows that cannot
    be computed, or that lack one of these or the event time, go to `errors`, and so do rows whose
    time is too far ahead of the clock; only those whose time, producer or kind is not known, or not
    believed, leave the watermark alone.
    """

    def __init__(
        self,
        physical: Schema,
        schema: Schema,
        columns: Sequence[Column],
        timing: Timing | None,
        errors: Quarantine,
        clock: Clock,
        required: Sequence[int] = (),
        changing: Changing | None = None,
    ) -> None:
        self.physical = physical
        self.schema = schema
        self.columns = tuple(columns)
        self.timing = timing
        self.errors = errors
        self.required = tuple(required)
        self.changing = changing
        self.watermarks = Watermarks() if timing is None else timing.watermarks
        self._clock = clock
        self.rows = 0
        self._open = True

    def take(self, partition: str, data: pa.RecordBatch, skipped: bool = False) -> Batch | None:
        """Return the rows of a chunk; None where there is none to hand on.

        Of a skipped chunk only the event time is real: it moves the watermark.
        """
        rows = data.num_rows
        self.rows += rows
        self.join(partition)
        if not rows:
            return None
        physical = tuple(data.columns)
        times: Instants | None = None
        lateness: Instants | None = None
        if self.timing is not None:
            arrivals = self._arrivals(self.timing, partition, physical, rows)
            if arrivals is None:
                return None
            times, markers = arrivals.times, arrivals.markers
            lateness = self.watermarks.take(partition, times, markers, arrivals.producers)
            physical, rows = arrivals.physical, len(times)
            if markers is not None:
                events = np.flatnonzero(~markers)
                physical, rows = _picked(physical, events), len(events)
                times = times[events]
                lateness = None if lateness is None else lateness[events]
        if skipped or not rows:
            return None
        weights, unknown = self._weights(physical)
        computed, errors = self._compute(physical, rows, weights)
        errors = errors if unknown is None else merge(errors, unknown)
        batch = Batch(self.schema, computed, rows, times, lateness, weights, partition)
        if errors is None:
            return batch
        # Such a row has moved the watermark: whether a query reads the failing column must not
        # decide which other rows are late.
        self._put_aside(partition, physical, rows, errors)
        batch = batch.take(np.flatnonzero(~failed(errors)))
        return batch if batch.rows else None

    def join(self, partition: str) -> None:
        """Let a partition take part in the watermark, and note that it was heard."""
        self.tick()
        self.watermarks.join(partition)

    def tick(self) -> None:
        """Let the watermarks learn the engine's time, where they depend on it."""
        if self.watermarks.reads_clock:
            self.watermarks.tick(self._clock())

    def restore(self, watermarks: Mapping[str, pa.Table]) -> None:
        """Take up the watermarks of a snapshot."""
        self.watermarks.restore(watermarks, self._clock())

    def _arrivals(
        self, timing: Timing, partition: str, physical: tuple[pa.Array, ...], rows: int
    ) -> _Arrivals | None:
        """Return the rows whose time, producer and kind are known; None where there is none."""
        values, errors = timing.time(physical, rows)
        if values.null_count:
            message = f"the event time {timing.name} is NULL"
            errors = merge(errors, _messages(_is_null(values), message))
        producers: list[pa.Array] = []
        for column in timing.producers:
            producer, more = column(physical, rows)
            producers.append(producer)
            errors = merge(errors, more)
        markers: Mask | None = None
        if timing.marker is not None:
            flags, more = timing.marker(physical, rows)
            errors = merge(errors, more)
            # A condition that is NULL does not hold.
            there = valid(flags)
            markers = view(flags) if there is None else view(flags) & there
        if timing.newest is not None:
            errors = merge(errors, _ahead(timing, timing.newest(), values, markers))
        if errors is not None:
            self._put_aside(partition, physical, rows, errors)
            good = np.flatnonzero(~failed(errors))
            if not len(good):
                return None
            physical = _picked(physical, good)
            values, *producers = _picked((values, *producers), good)
            markers = None if markers is None else markers[good]
        if markers is not None and not markers.any():
            markers = None
        return _Arrivals(physical, view(values), markers, tuple(producers))

    def _weights(self, physical: Sequence[pa.Array]) -> tuple[Weights | None, Messages | None]:
        """Return what rows do, None where all of them insert, and which do not say it."""
        if self.changing is None:
            return None, None
        weights, unknown = weights_of(physical[self.changing.op])
        return (None if weights.min() > 0 else weights), unknown

    def _compute(
        self, physical: Sequence[pa.Array], rows: int, weights: Weights | None
    ) -> tuple[tuple[pa.Array, ...], Messages | None]:
        """Compute the visible columns, and find the NULLs where none is allowed."""
        errors: Messages | None = None
        for position in self.required:
            if physical[position].null_count:
                null = _is_null(physical[position])
                if self.changing is not None and weights is not None:
                    null &= (weights > 0) | (position in self.changing.key)
                if null.any():
                    name = self.physical.names[position]
                    message = f"{name} is NULL, and it is declared NOT NULL"
                    errors = merge(errors, _messages(null, message))
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


def _ahead(timing: Timing, newest: int, values: pa.Array, markers: Mask | None) -> Messages | None:
    """Find the rows that are too far ahead of the clock; only a farewell may be."""
    times = view(values)
    ahead = times > newest
    if markers is not None:
        ahead &= ~(markers & (times >= FAREWELL))
    there = valid(values)
    if there is not None:
        ahead &= there
    if not ahead.any():
        return None
    return _messages(ahead, f"{timing.name} is more than {timing.ahead} ahead of the clock")


def _picked(columns: Sequence[pa.Array], rows: Indices) -> tuple[pa.Array, ...]:
    picked = integers(rows)
    return tuple(c.take(picked) for c in columns)


def _is_null(values: pa.Array) -> Mask:
    there = valid(values)
    return np.zeros(len(values), np.bool_) if there is None else ~there


def _messages(where: Mask, message: str) -> Messages:
    """Return the message for each row where something holds."""
    messages: Messages = np.full(len(where), None, dtype=object)
    messages[where] = message
    return messages
