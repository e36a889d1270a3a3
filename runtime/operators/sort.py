"""All rows in order: of an input that ends, or as the watermark passes them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

import numpy as np
import pyarrow as pa

from cep.runtime.batch import Batch, concat
from cep.runtime.consolidate import consolidate
from cep.runtime.operator import Operator, StateSize
from cep.runtime.ordering import Key, not_behind, ordered
from cep.runtime.snapshots import batches_to_table, table_to_batches
from cep.runtime.state.waiting import Waiting
from cep.runtime.time import END
from cep.types import Schema

_BUFFERED = 100_000
"""Rows that may pile up beyond the limit before they are sorted and cut."""


class Sort(Operator):
    """Keeps its input until it ends, or the first `limit` rows after `offset` of it.

    Ties are decided by event time, then arrival. NaN is greater than every other number. Rows that
    can be taken back (not `append_only`) are all kept, as those behind them may come forward.
    """

    def __init__(
        self,
        schema: Schema,
        keys: Sequence[Key],
        limit: int | None,
        offset: int,
        *,
        append_only: bool,
    ) -> None:
        super().__init__(schema)
        self.keys = tuple(keys)
        self.limit = limit
        self.offset = offset
        self.buffer: list[Batch] = []
        self._wanted = limit + offset if limit is not None and append_only else None
        self._buffered = 0
        self._last: pa.Scalar | None = None
        """What the last row that is wanted has as its first key: those behind it never are."""

    def process(self, port: int, batch: Batch) -> Iterable[Batch]:
        """Keep the rows, unless there are enough of better ones."""
        if self._wanted is None:
            self.buffer.append(batch)
            return ()
        if self._last is not None:
            first = self.keys[0]
            there = not_behind(batch.columns[first.index], first, self._last)
            batch = batch if there is None else batch.where(there)
        if batch.rows:
            self.buffer.append(batch)
            self._buffered += batch.rows
        if self._buffered > self._wanted + _BUFFERED:
            every = concat(self.buffer)
            rows = every.take(ordered(every, self.keys)[: self._wanted])
            self.buffer, self._buffered = [rows], rows.rows
            if self.keys and rows.rows:
                self._last = rows.columns[self.keys[0].index][rows.rows - 1]
        return ()

    def advance(self, port: int, watermark: int) -> Iterable[Batch]:
        """Say everything when the input has ended."""
        super().advance(port, watermark)
        if watermark < END or not self.buffer:
            return ()
        rows = consolidate(concat(self.buffer))
        self.buffer = []
        if rows.weight is not None:
            rows = rows.take(np.repeat(np.arange(rows.rows), np.maximum(rows.weight, 0)))
        ordered = self._sorted(rows)
        stop = ordered.rows if self.limit is None else min(self.offset + self.limit, ordered.rows)
        ordered = ordered.slice(self.offset, max(stop - self.offset, 0))
        return (Batch(self.schema, ordered.columns, ordered.rows),) if ordered.rows else ()

    def output_watermark(self) -> int:
        """Return END when the input has ended; before, anything may still be said."""
        return END if self.watermarks[0] == END else super().output_watermark()

    def _sorted(self, batch: Batch) -> Batch:
        return batch.take(ordered(batch, self.keys))

    def snapshot(self) -> Mapping[str, pa.Table]:
        """Return the rows kept."""
        return {"rows": batches_to_table(self.schema, self.buffer)}

    def restore(self, state: Mapping[str, pa.Table]) -> None:
        """Take up the rows kept."""
        self.buffer = table_to_batches(self.schema, state["rows"])
        self._buffered = sum(b.rows for b in self.buffer)

    def size(self) -> StateSize:
        """Return the rows kept."""
        return StateSize(sum(b.rows for b in self.buffer), sum(b.nbytes for b in self.buffer))


class TimedSort(Operator):
    """Says rows in an order that begins with their event time, when the watermark has passed them.

    Ties are decided by arrival. Takes inserts only; rows whose time is before their lateness are
    refused. State: the rows that wait.
    """

    def __init__(self, schema: Schema, keys: Sequence[Key]) -> None:
        super().__init__(schema)
        self.keys = tuple(keys)
        self._waiting = Waiting(schema)

    def process(self, port: int, batch: Batch) -> Iterable[Batch]:
        """Let the rows wait."""
        assert batch.time is not None
        if batch.lateness is not None:
            late = batch.time < batch.lateness
            if late.any():
                self.outlet.late(batch.where(late))
                batch = batch.where(~late)
        if batch.rows:
            self._waiting.add(Batch(batch.schema, batch.columns, batch.rows, batch.time))
        return ()

    def advance(self, port: int, watermark: int) -> Iterable[Batch]:
        """Say the rows that are complete."""
        super().advance(port, watermark)
        rows = self._waiting.take(watermark)
        if rows is None:
            return ()
        return (rows.take(ordered(rows, self.keys)) if len(self.keys) > 1 else rows,)

    def size(self) -> StateSize:
        """Return the rows kept."""
        return StateSize(len(self._waiting), self._waiting.nbytes)

    def snapshot(self) -> Mapping[str, pa.Table]:
        """Return the rows kept."""
        return {"waiting": self._waiting.snapshot()}

    def restore(self, state: Mapping[str, pa.Table]) -> None:
        """Take up the rows kept."""
        self._waiting.restore(state["waiting"])
