"""Rows that wait for the watermark to pass them."""

from __future__ import annotations

import numpy as np
import pyarrow as pa

from cep.runtime.batch import Batch, Instants, concat
from cep.runtime.snapshots import batches_to_table, table_to_batches
from cep.types import Schema

_FEW = 64
"""Rows that are put together with what came before them, whatever that is."""


class Waiting:
    """Rows by event time and then arrival, of which those before a time are taken.

    They are kept in runs, each of them in order and of rows that came after those of the run before
    it. Runs of about one size are put together, so a row is copied about as often as the logarithm
    of their number, and taking costs what is taken.
    """

    def __init__(self, schema: Schema) -> None:
        self.schema = schema
        self._fresh: list[Batch] = []
        self._runs: list[Batch] = []

    def __len__(self) -> int:
        return sum(b.rows for b in (*self._runs, *self._fresh))

    @property
    def nbytes(self) -> int:
        """The bytes of all rows."""
        return sum(b.nbytes + 8 * b.rows for b in (*self._runs, *self._fresh))

    def add(self, batch: Batch) -> None:
        """Add rows, all of which have a time."""
        self._fresh.append(batch)

    def take(self, limit: int) -> Batch | None:
        """Return the rows with a time before `limit` by time and arrival, and keep the others."""
        if not self._runs and all(int(_times(b).max()) < limit for b in self._fresh):
            # Nothing stays behind, so nothing needs memory of its own.
            fresh, self._fresh = self._fresh, []
            return _sorted(concat(fresh)) if fresh else None
        self._settle()
        parts: list[Batch] = []
        kept: list[Batch] = []
        for run in self._runs:
            n = int(np.searchsorted(_times(run), limit))
            if n:
                parts.append(run.slice(0, n))
            if n < run.rows:
                kept.append(_own(run.slice(n, run.rows - n)) if 2 * n > run.rows else _rest(run, n))
        self._runs = kept
        if not parts:
            return None
        return parts[0] if len(parts) == 1 else _ordered(concat(parts))

    def earliest(self) -> int | None:
        """Return the least time of a row, None where there is none."""
        times = [int(_times(b)[0]) for b in self._runs]
        times += [int(_times(b).min()) for b in self._fresh]
        return min(times, default=None)

    def at(self, times: Instants) -> Batch | None:
        """Return the rows with these times, which rise, by time and arrival, and keep them."""
        self._settle()
        parts = []
        for run in self._runs:
            own = _times(run)
            first, stop = np.searchsorted(own, times), np.searchsorted(own, times, side="right")
            many = stop - first
            if total := int(many.sum()):
                rows = np.arange(total) - np.repeat(np.cumsum(many) - many - first, many)
                parts.append(run.take(rows))
        return _ordered(concat(parts)) if parts else None

    def all(self) -> Batch | None:
        """Return all rows by time and arrival, and keep them."""
        self._settle()
        return _ordered(concat(self._runs)) if self._runs else None

    def _settle(self) -> None:
        """Make a run of what has come since, and put runs of about one size together."""
        if not self._fresh:
            return
        parts = self._fresh
        self._fresh = []
        rows = sum(b.rows for b in parts)
        while self._runs and (self._runs[-1].rows < 2 * rows or self._runs[-1].rows < _FEW):
            before = self._runs.pop()
            parts.insert(0, before)
            rows += before.rows
        self._runs.append(_ordered(concat(parts)))

    def snapshot(self) -> pa.Table:
        """Return all rows."""
        self._settle()
        return batches_to_table(self.schema, self._runs)

    def restore(self, rows: pa.Table) -> None:
        """Take up what `snapshot` returned."""
        self._fresh = table_to_batches(self.schema, rows)


def _times(batch: Batch) -> np.ndarray[tuple[int], np.dtype[np.int64]]:
    assert batch.time is not None
    return batch.time


def _ordered(batch: Batch) -> Batch:
    """Return rows by time; those of one time stay as they are. The outcome owns its memory."""
    ordered = _sorted(batch)
    return _own(batch) if ordered is batch else ordered


def _sorted(batch: Batch) -> Batch:
    """Return rows by time, the batch itself where they are so already."""
    times = _times(batch)
    if (times[1:] >= times[:-1]).all():
        return batch
    return batch.take(np.argsort(times, kind="stable"))


def _own(batch: Batch) -> Batch:
    """Return the rows in memory of their own, so that nothing else is kept with them."""
    return batch.take(np.arange(batch.rows))


def _rest(run: Batch, first: int) -> Batch:
    return run.slice(first, run.rows - first)
