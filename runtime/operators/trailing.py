"""Trailing windows under an aggregate: what they hold is kept while they slide."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

import numpy as np
import pyarrow as pa

from cep.runtime.aggregates.accumulator import Rows
from cep.runtime.aggregates.calls import AggregateCall
from cep.runtime.batch import Batch, Mask
from cep.runtime.operator import StateSize
from cep.runtime.over.calls import Frame, Unit
from cep.runtime.over.frames import Arrived, Distances, Said, Track
from cep.runtime.over.running import Running, Strays
from cep.runtime.over.sliding import SlidingAggregates, follows
from cep.runtime.rowerrors import Messages, merge
from cep.runtime.saying import sound
from cep.runtime.state.column import Ids, capacity_for
from cep.runtime.state.covers import Cover, cover
from cep.runtime.state.overdue import Overdue
from cep.runtime.state.sequences import Sequences
from cep.runtime.state.vectors import integers, numbered, view
from cep.runtime.state.waiting import Waiting
from cep.runtime.time import END
from cep.runtime.windowed import WindowAggregate, WindowBounds
from cep.types import Schema


class TrailingAggregate(WindowAggregate):
    """Aggregates the rows of (t - size, t] for each key and each time t of its rows.

    The input has every row once, with the bounds of its own window, that of its time. The window is
    said when the watermark has passed t. Its rows are a frame of its last row, so what it holds
    follows from what the one before it held: each row comes once and goes once. What is kept of a
    frame is sums, or values in order.

    A row that its own window refuses is put aside once, and makes none; the later ones that are
    still open have it. Of windows that are said together, what such rows add is found for stretches
    that have the same ones: a row costs the logarithm of how many there are, a window one merge.

    State: the rows that wait for the watermark, and those that a later window will have, of which
    only what the aggregates read is kept.
    """

    def __init__(
        self,
        input: Schema,  # noqa: A002 - that is what it is
        output: Schema,
        keys: tuple[int, ...],
        calls: tuple[AggregateCall, ...],
        window: WindowBounds,
        size: int,
    ) -> None:
        super().__init__(input, output, keys, calls, window, append_only=True)
        self.width = size
        types = [input.types[k] for k in self.own]
        others = [i for i, call in enumerate(calls) if follows(call, input) is None]
        kept = sorted({c for i in others for c in calls[i].columns()})
        self._waiting = Waiting(input)
        self._sequences = Sequences(types, [input.types[c] for c in kept], timed=True)
        frame = Frame(Unit.DISTANCE, 1 - size, 0, window.end)
        self._times = Distances(self._sequences, frame, input.types[window.end])
        self._track = Track(self._sequences, frame, self._times)
        self._sliding = SlidingAggregates(self._sequences, input)
        slides = [self._sliding.make(call, self._track) for call in calls]
        self._slides = {i: s for i, s in enumerate(slides) if s is not None}
        self._others = others
        self._kept = tuple(kept)
        places = {column: place for place, column in enumerate(kept)}
        given = self._sequences, input, [calls[i] for i in others], self._track, places
        self._running = Running(*given) if others else None
        self._read = tuple(sorted({c for call in calls for c in call.columns()}))
        self._overdue = Overdue(types, [input.types[c] for c in self._read])
        self._expired = 0

    # What comes in.

    def process(self, port: int, batch: Batch) -> Iterable[Batch]:
        """Let the rows wait."""
        if batch.lateness is not None:
            late = view(batch.columns[self.window.end]) <= batch.lateness
            if late.any():
                self._put_late(batch.where(late))
                batch = batch.where(~late)
        if batch.rows:
            times = view(batch.columns[self.window.end]) - self.window.unit
            self._waiting.add(Batch(self.input, batch.columns, batch.rows, times))
        return ()

    def _put_late(self, batch: Batch) -> None:
        """Put aside what comes too late for its own window, and keep what others have."""
        self.outlet.late(batch)
        assert batch.lateness is not None
        unit = self.window.unit
        enter = batch.lateness // unit * unit
        leave = view(batch.columns[self.window.end]) - unit + self.width
        taken = np.flatnonzero(enter < leave)
        if len(taken):
            some = batch.take(taken)
            own, read = ([some.columns[k] for k in of] for of in (self.own, self._read))
            self._overdue.add(own, read, enter[taken], leave[taken])

    # What goes out.

    def advance(self, port: int, watermark: int) -> Iterable[Batch]:
        """Put in order what the watermark has passed, and say its windows."""
        super().advance(port, watermark)
        limit = watermark if watermark == END else watermark // self.window.unit * self.window.unit
        batch = self._waiting.take(limit)
        said: Iterable[Batch] = () if batch is None else self._place(batch)
        self._clear(limit)
        return said

    def _place(self, batch: Batch) -> Iterable[Batch]:
        """Give rows the places behind all others, and say the windows of their times."""
        rows = self._sequences
        own = [batch.columns[k] for k in self.own]
        kept = [batch.columns[c] for c in self._kept]
        first, owners = rows.append(own, kept, batch.time, batch.rows)
        arrived = Arrived(first, owners, batch.columns, np.empty(0, np.int64))
        self._times.enter(arrived)
        self._sliding.enter(arrived)
        heads = np.flatnonzero(self._last(first))
        picked = integers(heads)
        said = Said(heads + first, owners[heads], lambda index: batch.columns[index].take(picked))
        self._track.step(said)
        self._sliding.step(said)
        return self._windows_of(said, self._overdue_of(said))

    def _last(self, first: int) -> Mask:
        """Return which of the rows from `first` on are the last of their key and time."""
        rows = self._sequences
        assert rows.time is not None
        after = rows.after.data[first : rows.rows]
        last: Mask = (after < 0) | (rows.time.data[after] != rows.time.data[first : rows.rows])
        return last

    def _overdue_of(self, said: Said) -> Strays | None:
        """Add to windows the rows that had come too late for those before them, and return them."""
        if not (len(self._overdue) and len(said)):
            return None
        assert self._sequences.time is not None
        owners, which = numbered(said.owners)
        times = self._sequences.time.data[said.positions]
        keys = self._sequences.keys.columns(owners)
        rows, windows, first, end = self._overdue.met(keys, which, times)
        some = np.flatnonzero(first < end)
        if not len(some):
            return None
        rows, first, end = rows[some], first[some], end[some]
        if self._slides:
            self._merge(rows, windows, cover(first, end))
        return Strays(self._columns(rows), windows[first], windows[end - 1])

    def _columns(self, rows: Ids) -> list[pa.Array | None]:
        """Return the columns that aggregates read of rows that are overdue."""
        columns: list[pa.Array | None] = [None] * len(self.input)
        for place, column in enumerate(self._read):
            columns[column] = self._overdue.take(place, rows)
        return columns

    def _merge(self, rows: Ids, windows: Ids, cover: Cover) -> None:
        """Add rows that are overdue to the windows that have them."""
        columns = self._columns(rows[cover.ranges])
        calls = self._calls
        calls.reserve(capacity_for(2 * cover.size))
        calls.add(Rows(*numbered(cover.nodes)), columns)
        for below, above in cover.levels():
            calls.merge(below, calls, above)
        self._sliding.merge(self._slides, windows[cover.places], calls, cover.leaves)
        calls.reset()

    def _windows_of(self, said: Said, strays: Strays | None) -> Iterable[Batch]:
        """Return the rows of windows that are said."""
        found: dict[int, pa.Array] = {}
        messages: Messages | None = None
        for i, sliding in self._slides.items():
            found[i], errors = self._sliding.value(sliding, self.calls[i], len(said))
            messages = merge(messages, errors)
        if self._running is not None:
            others, errors = self._running.values(said, strays)
            found |= zip(self._others, others, strict=True)
            messages = merge(messages, errors)
        values = [found[i] for i in range(len(self.calls))]
        own = [said.column(k) for k in self.own]
        start, end = (view(said.column(k)) for k in (self.window.start, self.window.end))
        return sound(self._batch(own, start, end, values), messages, self.outlet)

    # What is kept.

    def _clear(self, limit: int) -> None:
        """Forget what no window of a time from `limit` on will have."""
        if limit == END:
            self._forget_all()
            return
        self._overdue.drop(limit)
        rows = self._sequences
        assert rows.time is not None
        before, least = self._expired, limit - self.width + 1
        self._expired = int(np.searchsorted(rows.time.data[: rows.rows], least))
        last = np.arange(before, self._expired)
        owners = rows.owner.data[before : self._expired]
        gone = owners[rows.tail.data[owners] == last]
        if len(gone) and len(gone) == len(rows.keys):
            rows.reset()
            self._expired = 0
            if self._running is not None:
                self._running.reset()
        elif len(gone):
            rows.forget(gone)
            if self._running is not None:
                self._running.forget(gone)
        if rows.wasteful():
            self._compact()

    def _forget_all(self) -> None:
        self._sequences.reset()
        self._overdue.reset()
        self._expired = 0
        if self._running is not None:
            self._running.reset()

    def _compact(self) -> None:
        kept, keys = self._sequences.compact(self._sequences.rows)
        if keys is not None and self._running is not None:
            self._running.keep(keys, self._sequences.keys.capacity)
        self._expired = int(np.searchsorted(kept, self._expired))

    def size(self) -> StateSize:
        rows = len(self._waiting) + self._sequences.rows + len(self._overdue)
        nbytes = self._waiting.nbytes + self._sequences.nbytes + self._overdue.nbytes
        if self._running is not None:
            nbytes += self._running.nbytes
        return StateSize(rows, nbytes)

    def snapshot(self) -> Mapping[str, pa.Table]:
        self._compact()
        running = {}
        if self._running is not None:
            running = self._running.snapshot(self._sequences.keys.live())
        return {
            "waiting": self._waiting.snapshot(),
            "overdue": self._overdue.snapshot(),
            "expired": pa.table({"expired": integers(np.array([self._expired]))}),
            **self._sequences.snapshot(),
            **{f"running/{name}": table for name, table in running.items()},
        }

    def restore(self, state: Mapping[str, pa.Table]) -> None:
        self._waiting.restore(state["waiting"])
        self._overdue.restore(state["overdue"])
        (self._expired,) = state["expired"]["expired"].to_pylist()
        keys = self._sequences.restore(state)
        if self._running is not None:
            mine = {n: t for n, t in state.items() if n.startswith("running/")}
            self._running.restore(keys, {n.removeprefix("running/"): t for n, t in mine.items()})

    def fingerprint(self) -> str:
        return f"{super().fingerprint()} of {self.width} before each time"
