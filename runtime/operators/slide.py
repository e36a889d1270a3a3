"""Trailing windows: for every time of a key the rows that came up to then, a window's size back."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

import numpy as np
import pyarrow as pa

from cep.runtime.aggregates.accumulator import Rows
from cep.runtime.aggregates.kept import KeptRows
from cep.runtime.batch import Batch, Instants
from cep.runtime.functions.years import FIRST, LAST, OUTSIDE
from cep.runtime.operator import Operator, StateSize
from cep.runtime.rowerrors import Mask, Messages
from cep.runtime.state.column import Column, Ids
from cep.runtime.state.keys import KeyTable
from cep.runtime.state.vectors import Codes, arrow, integers, stretches, view
from cep.runtime.time import BEGINNING, END
from cep.types import BIGINT, Field, Schema

_MOST = 1 << 20
"""Rows that are said at once, about."""


class SlideRows(Operator):
    """Adds window_start, window_end and window_time to rows: once for every window of their key.

    The window of a time t, (t - size, t], is said when the watermark has passed t, and t is its
    window_time and the event time of its rows from here on; they are said by windows, and in each
    by their times. `partition` are the key columns, `time` the time column, `unit` its precision;
    lengths are in microseconds.

    A window refuses the rows whose lateness is after its time. A row that its own window refuses is
    put aside once; it makes no window, and the later ones that are still open have it.

    State: the rows of windows that are still open. Every row is said about as often as `size` is
    long, which is what an aggregate over such windows costs.
    """

    def __init__(
        self,
        input: Schema,  # noqa: A002 - that is what it is
        output: Schema,
        partition: tuple[int, ...],
        time: int,
        size: int,
        unit: int,
    ) -> None:
        super().__init__(output)
        self.input = input
        self.partition = partition
        self.time = time
        self.width = size
        self.unit = unit
        self._reset()
        self._arrived = 0

    def _reset(self) -> None:
        self._keys = KeyTable([self.input.types[k] for k in self.partition])
        self._kept = KeptRows(Schema((*self.input.fields, Field("$lateness", BIGINT))))
        self._due = Column(np.int64, END)

    def process(self, port: int, batch: Batch) -> Iterable[Batch]:
        column = batch.columns[self.time]
        missing = column.is_null().to_numpy(zero_copy_only=False)
        batch = self._without(batch, missing, "the time of the window is NULL")
        times = view(batch.columns[self.time])
        outside = (times < FIRST + self.width) | (times > LAST - self.unit)
        batch = self._without(batch, outside, f"the window {OUTSIDE}")
        if batch.lateness is not None:
            batch = self._behind(batch, batch.lateness)
        if batch.rows:
            self._take(batch)
        return ()

    def _behind(self, batch: Batch, lateness: Instants) -> Batch:
        """Put aside what comes too late for its window, and return what some window can take."""
        times = view(batch.columns[self.time])
        late = np.flatnonzero(times + self.unit <= lateness)
        if len(late):
            refused = batch.take(late)
            bounds = self._bounds(times[late])
            self.outlet.late(refused.replaced(self.schema, (*refused.columns, *bounds)))
        return batch.where(times + self.width + self.unit > lateness)

    def _take(self, batch: Batch) -> None:
        times = view(batch.columns[self.time])
        lateness = np.full(batch.rows, BEGINNING) if batch.lateness is None else batch.lateness
        arrivals = np.arange(self._arrived, self._arrived + batch.rows)
        self._arrived += batch.rows
        owners = self._owners([batch.columns[k] for k in self.partition], batch.rows)
        self._kept.add(
            Rows(owners, np.arange(batch.rows), None, times, arrivals),
            [*batch.columns, integers(np.ascontiguousarray(lateness))],
        )
        heads = times + self.unit > lateness
        until = np.where(heads, times + self.unit, times + self.width + self.unit)
        np.minimum.at(self._due.data, owners, until)

    def _owners(self, keys: list[pa.Array], rows: int) -> Ids:
        """Return the id of the key of each row."""
        if self.partition:
            owners, _ = self._keys.intern(keys)
        else:
            owners = np.repeat(self._keys.one().ids, rows)
        self._due.reserve(self._keys.capacity)
        self._kept.reserve(self._keys.capacity)
        return owners

    def _without(self, batch: Batch, bad: Mask, message: str) -> Batch:
        """Put rows that lie in no window aside, and return the others."""
        if not bad.any():
            return batch
        messages: Messages = np.full(batch.rows, None, dtype=object)
        messages[bad] = message
        self.outlet.failed(batch, messages)
        return batch.take(np.flatnonzero(~bad))

    def _bounds(self, time: Instants) -> list[pa.Array]:
        """Return start, end and time of the windows of some times."""
        kind = self.schema.types[-1].arrow
        start = (time - self.width) // self.unit * self.unit + self.unit
        return [arrow(a, kind) for a in (start, time + self.unit, time)]

    def advance(self, port: int, watermark: int) -> Iterable[Batch]:
        before = self.watermarks[port]
        super().advance(port, watermark)
        keys = np.flatnonzero(self._due.data <= min(watermark, END - 1))
        if not len(keys):
            return
        rows, sizes = self._kept.rows(keys)
        owner = np.repeat(np.arange(len(keys)), sizes)
        times, lateness = view(rows[0]), view(rows[-1])
        makes = (times + self.unit > lateness) & (times + self.unit > before)
        yield from self._say(rows, owner, makes & (times + self.unit <= watermark))
        self._evict(keys, rows, owner, makes, watermark)

    def _say(self, rows: list[pa.Array], owner: Ids, closing: Mask) -> Iterable[Batch]:
        """Return the windows of the rows that close, which are by key and time."""
        times, arrivals, lateness = (view(rows[i]) for i in (0, 1, -1))
        heads = np.flatnonzero(closing)
        if not len(heads):
            return
        again = (times[heads[1:]] == times[heads[:-1]]) & (owner[heads[1:]] == owner[heads[:-1]])
        heads = heads[np.concatenate([[True], ~again])]
        heads = heads[np.lexsort((arrivals[heads], times[heads]))]
        first, end = _ranges(owner, times, heads, self.width)
        done = 0
        while done < len(heads):
            total = np.cumsum((end - first)[done:])
            step = max(1, int(np.searchsorted(total, _MOST)))
            some = slice(done, done + step)
            done += step
            position, window = stretches(end[some] - first[some], np.arange(len(end[some])))
            begins = np.cumsum(end[some] - first[some]) - (end[some] - first[some])
            position += (first[some] - begins)[window]
            now = times[heads[some]][window]
            timely = now + self.unit > lateness[position]
            position, now = position[timely], now[timely]
            picked = integers(position)
            columns = [c.take(picked) for c in rows[2:-1]]
            yield Batch(self.schema, (*columns, *self._bounds(now)), len(now), now.copy())

    def _evict(
        self, keys: Ids, rows: list[pa.Array], owner: Ids, makes: Mask, watermark: int
    ) -> None:
        """Forget the rows that no window will have any more, and find when each key is next due."""
        times = view(rows[0])
        gone = np.ones(len(times), np.bool_)
        if watermark != END:
            gone = times + self.width + self.unit <= watermark
        left = np.zeros(len(keys), np.bool_)
        left[owner[~gone]] = True
        self._release(keys[~left])
        partly = np.flatnonzero(gone & left[owner])
        if len(partly):
            some = [c.take(integers(partly)) for c in rows]
            weights = np.full(len(partly), -1)
            mine = Rows(keys[owner[partly]], np.arange(len(partly)), weights, *map(view, some[:2]))
            self._kept.add(mine, some[2:])
        kept = ~gone
        waits = makes & (times + self.unit > watermark)
        until = np.where(waits, times + self.unit, times + self.width + self.unit)
        self._due.data[keys[left]] = END
        np.minimum.at(self._due.data, keys[owner[kept]], until[kept])

    def _release(self, keys: Ids) -> None:
        """Forget keys and their rows."""
        if len(keys) == len(self._keys):
            self._reset()
            return
        self._due.clear(keys)
        self._kept.clear(keys)
        self._keys.release(keys)
        if self._keys.wasteful():
            kept = self._keys.compact()
            self._due.keep(kept, self._keys.capacity)
            self._kept.keep(kept, self._keys.capacity)

    def output_watermark(self) -> int:
        watermark = self.watermarks[0]
        if watermark in {BEGINNING, END}:
            return watermark
        # The next window to end does so after the watermark, and its rows stand one unit before.
        return max(watermark // self.unit * self.unit, BEGINNING)

    def size(self) -> StateSize:
        nbytes = self._keys.nbytes + self._kept.nbytes + self._due.nbytes
        return StateSize(len(self._kept), nbytes)

    def snapshot(self) -> Mapping[str, pa.Table]:
        keys = self._keys.live()
        rows, sizes = self._kept.rows(keys)
        names = ["key", *(str(i) for i in range(len(rows)))]
        owner = integers(np.repeat(np.arange(len(keys)), sizes))
        own = self._keys.columns(keys)
        return {
            "rows": pa.table([owner, *rows], names=names),
            "keys": pa.table(list(own), names=[str(i) for i in range(len(own))]),
            "due": pa.table({"due": integers(self._due.data[keys])}),
            "arrived": pa.table({"arrived": integers(np.array([self._arrived]))}),
        }

    def restore(self, state: Mapping[str, pa.Table]) -> None:
        (self._arrived,) = state["arrived"]["arrived"].to_pylist()
        due = view(state["due"]["due"].combine_chunks())
        if not len(due):
            return
        owners = self._owners([c.combine_chunks() for c in state["keys"].columns], len(due))
        self._due.data[owners] = due
        owner, time, arrival, *rows = (c.combine_chunks() for c in state["rows"].columns)
        keys = owners[view(owner)]
        self._kept.add(Rows(keys, np.arange(len(keys)), None, view(time), view(arrival)), rows)

    def fingerprint(self) -> str:
        parts = f"{self.partition} {self.time} {self.width} {self.unit}"
        return f"{super().fingerprint()} by {parts}"


def _ranges(owner: Ids, times: Instants, heads: Ids, size: int) -> tuple[Codes, Codes]:
    """Return the first row of each head's window and the end of its rows; all are by key and time.

    The end is that of the key's rows of the head's time, of which there may be several.
    """
    back = times[heads] - size
    ranks = np.unique(np.concatenate([times, back]), return_inverse=True)[1]
    base = int(ranks.max()) + 1
    place = owner * base + ranks[: len(times)]
    first = np.searchsorted(place, owner[heads] * base + ranks[len(times) :], side="right")
    return first, np.searchsorted(place, place[heads], side="right")
