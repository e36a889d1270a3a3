"""Trailing windows: for every time of a key the rows that came up to then, a window's size back."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

import numpy as np
import pyarrow as pa

from cep.runtime.batch import Batch, Instants, Mask
from cep.runtime.functions.years import FIRST, LAST, OUTSIDE
from cep.runtime.keyedrows import KeyedRows
from cep.runtime.saying import WHEN_COMPLETE, Saying
from cep.runtime.state.column import Ids
from cep.runtime.state.spans import pairs, spans
from cep.runtime.state.vectors import Codes, arrow, integers, view
from cep.runtime.time import BEGINNING, END
from cep.types import BIGINT, Field, Schema


@dataclass(frozen=True)
class _Held:
    """What is kept of some keys: rows by key (a position among them) and time."""

    columns: list[pa.Array]
    owner: Ids
    times: Instants
    arrivals: Codes
    lateness: Instants

    def where(self, mask: Mask) -> _Held:
        """Return some of the rows, without their columns."""
        known = (self.owner, self.times, self.arrivals, self.lateness)
        return _Held([], *(k[mask] for k in known))


class SlideRows(KeyedRows):
    """Adds window_start, window_end and window_time to rows: once for every window of their key.

    The window of a time t, (t - size, t], is said when the watermark has passed t, and t is its
    window_time and the event time of its rows from here on; they are said by windows, and in each
    by their times. `partition` are the key columns, `time` the time column, `unit` its precision;
    lengths are in microseconds.

    A window refuses the rows whose lateness is after its time. A row that its own window refuses is
    put aside once; it makes no window, and the later ones that are still open have it.

    Where what was said may change, or rows are taken back, each batch is answered at once: its rows
    join the windows that there are, and a new window gets all its rows. That is for an aggregate by
    these windows, which knows when they are complete; so rows are said at their own times.

    State: the rows of windows that are still open, or kept to be corrected. Every row is said about
    as often as `size` is long, which is what an aggregate over such windows costs; answered at
    once, every batch looks at all that is kept of its keys.
    """

    def __init__(
        self,
        input: Schema,  # noqa: A002 - that is what it is
        output: Schema,
        partition: tuple[int, ...],
        time: int,
        size: int,
        unit: int,
        *,
        saying: Saying = WHEN_COMPLETE,
        append_only: bool = True,
    ) -> None:
        kept = Schema((*input.fields, Field("$lateness", BIGINT)))
        super().__init__(input, output, partition, time, unit, kept, append_only=append_only)
        self.width = size
        self.saying = saying

    def process(self, port: int, batch: Batch) -> Iterable[Batch]:
        batch = self._timed(batch)
        times = view(batch.columns[self.time])
        outside = (times < FIRST + self.width) | (times > LAST - self.unit)
        batch = self._without(batch, outside, f"the window {OUTSIDE}")
        lateness = self.saying.refusing(batch.lateness)
        if lateness is not None:
            batch = self._behind(batch, lateness)
            lateness = self.saying.refusing(batch.lateness)
        if not batch.rows:
            return ()
        if lateness is None:
            lateness = np.full(batch.rows, BEGINNING)
        owners = self._owners([batch.columns[k] for k in self.partition], batch.rows)
        return self._take(batch, owners, np.ascontiguousarray(lateness))

    def _behind(self, batch: Batch, lateness: Instants) -> Batch:
        """Put aside what comes too late for its window, and return what some window can take."""
        times = view(batch.columns[self.time])
        late = np.flatnonzero(times + self.unit <= lateness)
        if len(late):
            refused = batch.take(late)
            bounds = self._bounds(times[late])
            self.outlet.late(refused.replaced(self.schema, (*refused.columns, *bounds)))
        return batch.where(times + self.width + self.unit > lateness)

    def _take(self, batch: Batch, owners: Ids, lateness: Instants) -> Iterable[Batch]:
        """Keep rows, and answer them where windows are said early."""
        times = view(batch.columns[self.time])
        columns = [*batch.columns, integers(lateness)]
        until = times + self.width + self.unit
        if not self.saying.early:
            until = np.where(times + self.unit > lateness, times + self.unit, until)
            np.minimum.at(self._due.data, owners, until)
            self._keep(owners, batch, columns)
            return ()
        np.minimum.at(self._due.data, owners, until + self.saying.correct)
        keys, local = np.unique(owners, return_inverse=True)
        came = self._arrived
        before = None if self.append_only else self._held(keys)
        self._keep(owners, batch, columns)
        after = self._held(keys)
        if before is None:
            before = after.where(after.arrivals < came)
        weights = batch.weights()
        new = _Held(list(batch.columns), local, times, weights, lateness)
        return self._changes(before, after, new, weights)

    def _held(self, keys: Ids) -> _Held:
        rows, sizes = self._kept.rows(keys)
        owner = np.repeat(np.arange(len(keys)), sizes)
        return _Held(rows[2:-1], owner, *(view(rows[i]) for i in (0, 1, -1)))

    # What goes out.

    def _changes(self, before: _Held, after: _Held, new: _Held, weights: Codes) -> Iterator[Batch]:
        """Return the windows that are gone, those that have come, and the rows of the others."""
        old, now = self._heads(before), self._heads(after)
        same = _common(old, now)
        yield from self._windows(before, old[:, ~same[0]], -1)
        yield from self._windows(after, now[:, ~same[1]], 1)
        owner, time = now[:, same[1]]
        first, end = spans(owner, time, new.owner, new.times - 1, new.times + self.width - 1)
        for row, window in pairs(first, end):
            timely = time[window] + self.unit > new.lateness[row]
            yield from self._said(new, row[timely], time[window[timely]], weights)

    def _heads(self, held: _Held) -> Codes:
        """Return the owners and the times of windows: int64[2, n], by owner and time."""
        makes = held.times + self.unit > held.lateness
        heads = np.stack([held.owner[makes], held.times[makes]])
        again = (heads[:, 1:] == heads[:, :-1]).all(axis=0)
        return heads[:, np.concatenate([[True] * min(1, heads.shape[1]), ~again]).astype(np.bool_)]

    def _windows(self, held: _Held, heads: Codes, weight: int | None) -> Iterator[Batch]:
        """Return windows with all rows that they take."""
        owner, time = heads
        if not len(time):
            return
        first, end = spans(held.owner, held.times, owner, time - self.width, time)
        weights = None if weight is None else np.full(len(held.times), weight)
        for window, row in pairs(first, end):
            timely = time[window] + self.unit > held.lateness[row]
            yield from self._said(held, row[timely], time[window[timely]], weights)

    def _said(
        self, held: _Held, rows: Ids, window: Instants, weights: Codes | None
    ) -> Iterator[Batch]:
        if not len(rows):
            return
        picked = integers(np.ascontiguousarray(rows))
        columns = (*(c.take(picked) for c in held.columns), *self._bounds(window))
        time = held.times[rows] if self.saying.early else window.copy()
        weight = None if weights is None else weights[rows]
        yield Batch(self.schema, columns, len(rows), time, None, weight)

    def _bounds(self, time: Instants) -> list[pa.Array]:
        """Return start, end and time of the windows of some times."""
        kind = self.schema.types[-1].arrow
        start = (time - self.width) // self.unit * self.unit + self.unit
        return [arrow(a, kind) for a in (start, time + self.unit, time)]

    # The passing of time.

    def advance(self, port: int, watermark: int) -> Iterable[Batch]:
        before = self.watermarks[port]
        super().advance(port, watermark)
        keys = np.flatnonzero(self._due.data <= min(watermark, END - 1))
        if not len(keys):
            return
        rows, sizes = self._kept.rows(keys)
        owner = np.repeat(np.arange(len(keys)), sizes)
        held = _Held(rows[2:-1], owner, *(view(rows[i]) for i in (0, 1, -1)))
        until = held.times + self.width + self.unit
        due = until + self.saying.correct
        if not self.saying.early:
            ends = held.times + self.unit
            makes = (ends > held.lateness) & (ends > before)
            yield from self._close(held, makes & (ends <= watermark))
            due = np.where(makes & (ends > watermark), ends, until)
        gone = until <= self.saying.past(watermark)
        if watermark == END:
            gone[:] = True
        self._let_go(keys, rows, owner, gone, due)

    def _close(self, held: _Held, closing: Mask) -> Iterator[Batch]:
        """Return the windows of the rows that close: by time, then by their first rows' arrival."""
        heads = np.flatnonzero(closing)
        if not len(heads):
            return
        owner, times = held.owner[heads], held.times[heads]
        again = (times[1:] == times[:-1]) & (owner[1:] == owner[:-1])
        heads = heads[np.concatenate([[True], ~again])]
        heads = heads[np.lexsort((held.arrivals[heads], held.times[heads]))]
        yield from self._windows(held, np.stack([held.owner[heads], held.times[heads]]), None)

    def output_watermark(self) -> int:
        watermark = self.watermarks[0]
        if watermark in {BEGINNING, END}:
            return watermark
        # The next window to end does so after the watermark, and its rows stand one unit before.
        return max(watermark // self.unit * self.unit, BEGINNING)

    def fingerprint(self) -> str:
        parts = f"{self.partition} {self.time} {self.width} {self.unit}"
        return f"{super().fingerprint()} by {parts} {self.saying} {self.append_only}"


def _common(one: Codes, other: Codes) -> tuple[Mask, Mask]:
    """Return which owners and times are in the other array too; each is in an array once."""
    every = np.concatenate([one, other], axis=1)
    _, where, counts = np.unique(every, axis=1, return_inverse=True, return_counts=True)
    twice = counts[where.reshape(-1)] > 1
    return twice[: one.shape[1]], twice[one.shape[1] :]
