"""Sessions of rows that may be taken back again."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

import numpy as np
import pyarrow as pa

from cep.runtime.batch import Batch, Instants, Mask
from cep.runtime.functions.years import LAST, OUTSIDE
from cep.runtime.keyedrows import KeyedRows
from cep.runtime.saying import Saying
from cep.runtime.state.column import Ids
from cep.runtime.state.vectors import Codes, arrow, integers, view
from cep.runtime.time import BEGINNING, END
from cep.types import Schema


@dataclass(frozen=True)
class _Cut:
    """What is kept of some keys, cut into sessions.

    Rows are by key (a position among them) and time; `session` is the number of each row's session.
    Of each session: its owner, start and end.
    """

    columns: list[pa.Array]
    times: Instants
    session: Ids
    owner: Ids
    start: Instants
    end: Instants

    @property
    def bounds(self) -> Codes:
        """Owner, start and end of the sessions: int64[3, n]."""
        return np.stack([self.owner, self.start, self.end])


class ChangingSessions(KeyedRows):
    """Adds window_start, window_end and window_time to the rows of sessions that may shrink.

    `partition` are the key columns, `time` the time column, `unit` its precision in microseconds.
    Each batch is answered: the sessions that it has changed are taken back, row by row, and said
    anew, early or where they have ended, as `saying` has it. `grouped` says that an aggregate by
    these windows reads them: it knows that they may change after they have ended, and wants the
    rows by their own times.

    The sessions of a key follow from its rows alone. So that it makes no difference when those that
    have ended are forgotten, a row is refused iff its time is before its lateness.

    State: the rows of the sessions that the watermark has not passed, or not by long enough. Every
    batch looks at all that is kept of its keys.
    """

    def __init__(
        self,
        input: Schema,  # noqa: A002 - that is what it is
        output: Schema,
        partition: tuple[int, ...],
        time: int,
        gap: int,
        unit: int,
        *,
        saying: Saying,
        grouped: bool = False,
    ) -> None:
        super().__init__(input, output, partition, time, unit, input, append_only=False)
        self.gap = gap
        self.saying = saying
        self.grouped = grouped

    def process(self, port: int, batch: Batch) -> Iterable[Batch]:
        batch = self._timed(batch)
        times = view(batch.columns[self.time])
        batch = self._without(batch, times > LAST - self.gap, f"the window {OUTSIDE}")
        lateness = self.saying.refusing(batch.lateness)
        if lateness is not None:
            batch = self._timely(batch, lateness)
        if not batch.rows:
            return ()
        owners = self._owners([batch.columns[k] for k in self.partition], batch.rows)
        return self._take(batch, owners)

    def _timely(self, batch: Batch, lateness: Instants) -> Batch:
        times = view(batch.columns[self.time])
        late = np.flatnonzero(times < lateness)
        if not len(late):
            return batch
        refused = batch.take(late)
        bounds = self._bounds(times[late], times[late] + self.gap)
        self.outlet.late(refused.replaced(self.schema, (*refused.columns, *bounds)))
        return batch.where(times >= lateness)

    def _take(self, batch: Batch, owners: Ids) -> Iterator[Batch]:
        """Keep rows, or take them back, and say what changes."""
        keys, local = np.unique(owners, return_inverse=True)
        before = self._cut(keys)
        self._keep(owners, batch, batch.columns)
        after = self._cut(keys)
        watermark = self.watermarks[0]
        had, has = (self.saying.said(c.end, watermark) for c in (before, after))
        every = np.concatenate([before.bounds, after.bounds], axis=1)
        _, which, counts = np.unique(every, axis=1, return_inverse=True, return_counts=True)
        same = counts[which.reshape(-1)] > 1
        gone, come = had & ~same[: len(had)], has & ~same[len(had) :]
        yield from self._rows(before, gone, -1)
        yield from self._rows(after, come, 1)
        # Of a session that keeps its bounds only the rows are said that have come or gone.
        times = view(batch.columns[self.time])
        stays = np.flatnonzero(has & same[len(had) :])
        ranks = np.unique(np.concatenate([after.start[stays], times]), return_inverse=True)[1]
        base = int(ranks.max()) + 1
        place = after.owner[stays] * base + ranks[: len(stays)]
        at = np.searchsorted(place, local * base + ranks[len(stays) :], side="right") - 1
        mine = at >= 0
        session = stays[np.maximum(at, 0)] if len(stays) else np.zeros(batch.rows, np.int64)
        if len(stays):
            mine &= (after.owner[session] == local) & (times < after.end[session])
        rows = np.flatnonzero(mine)
        if len(rows):
            some = [c.take(integers(rows)) for c in batch.columns]
            weights = batch.weights()[rows]
            bounds = after.start[session[rows]], after.end[session[rows]]
            yield self._said(some, times[rows], *bounds, weights)
        self._wake(keys, after)

    def _cut(self, keys: Ids) -> _Cut:
        """Return what is kept of keys, cut into sessions."""
        (times, _, *columns), sizes = self._kept.rows(keys)
        owner = np.repeat(np.arange(len(keys)), sizes)
        return self._sessions(view(times), columns, owner)

    def _sessions(self, times: Instants, columns: list[pa.Array], owner: Ids) -> _Cut:
        begins = np.ones(len(times), np.bool_)
        begins[1:] = (np.diff(owner) != 0) | (np.diff(times) >= self.gap)
        first = np.flatnonzero(begins)
        last = np.append(first[1:], len(times))[: len(first)] - 1
        session = np.cumsum(begins) - 1
        return _Cut(columns, times, session, owner[first], times[first], times[last] + self.gap)

    def _rows(self, cut: _Cut, which: Mask, weight: int) -> Iterator[Batch]:
        """Return the rows of some sessions."""
        rows = np.flatnonzero(which[cut.session])
        if len(rows):
            session = cut.session[rows]
            some = [c.take(integers(rows)) for c in cut.columns]
            weights = np.full(len(rows), weight)
            yield self._said(some, cut.times[rows], cut.start[session], cut.end[session], weights)

    def _said(
        self,
        columns: list[pa.Array],
        times: Instants,
        start: Instants,
        end: Instants,
        weights: Codes,
    ) -> Batch:
        time = times.copy() if self.grouped else end - self.unit
        every = (*columns, *self._bounds(start, end))
        return Batch(self.schema, every, len(start), time, None, weights)

    def _bounds(self, start: Instants, end: Instants) -> list[pa.Array]:
        kind = self.schema.types[-1].arrow
        return [arrow(a, kind) for a in (start, end, end - self.unit)]

    # The passing of time.

    def _wake(self, keys: Ids, cut: _Cut) -> None:
        """Note when keys are due next: when a session is to be said, or can be forgotten."""
        self._due.data[keys] = END
        np.minimum.at(self._due.data, keys[cut.owner], self._next(cut.end))

    def _next(self, end: Instants) -> Instants:
        """Return when something is next to be done for sessions that end then."""
        ended = self.saying.said(end, self.watermarks[0])
        return np.where(ended, end + self.saying.correct, end)

    def advance(self, port: int, watermark: int) -> Iterable[Batch]:
        before = self.watermarks[port]
        super().advance(port, watermark)
        keys = np.flatnonzero(self._due.data <= min(watermark, END - 1))
        if not len(keys):
            return
        rows, sizes = self._kept.rows(keys)
        owner = np.repeat(np.arange(len(keys)), sizes)
        cut = self._sessions(view(rows[0]), rows[2:], owner)
        if not self.saying.early:
            yield from self._rows(cut, (cut.end > before) & (cut.end <= watermark), 1)
        gone = cut.end <= self.saying.past(watermark)
        due = self._next(cut.end)
        self._let_go(keys, rows, owner, gone[cut.session], due[cut.session])

    def output_watermark(self) -> int:
        watermark = self.watermarks[0]
        if watermark in {BEGINNING, END}:
            return watermark
        # The next session to end does so after the watermark, and its rows stand one unit before.
        reached = watermark if self.grouped else self.saying.past(watermark)
        return max(reached // self.unit * self.unit, BEGINNING)

    def fingerprint(self) -> str:
        parts = f"{self.partition} {self.time} {self.gap} {self.unit}"
        return f"{super().fingerprint()} by {parts} {self.saying}"
