"""Sessions: their rows, or aggregates of them, said when nothing can join them any more."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

import numpy as np
import pyarrow as pa

from cep.runtime.aggregates.calls import AggregateCall
from cep.runtime.aggregates.kept import KeptRows
from cep.runtime.batch import Batch, Instants
from cep.runtime.functions.years import LAST, OUTSIDE
from cep.runtime.operator import Operator, StateSize
from cep.runtime.rowerrors import Mask, Messages
from cep.runtime.saying import WHEN_COMPLETE, Saying, Values, sound, spliced
from cep.runtime.sessions import Moved, SessionStore
from cep.runtime.state.column import Ids
from cep.runtime.state.vectors import Codes, arrow, view
from cep.runtime.time import BEGINNING, END
from cep.runtime.windowed import WindowAggregate, WindowBounds
from cep.types import Schema


class SessionAggregate(WindowAggregate):
    """Aggregates per key and session, over rows with the bounds of a session of their own.

    Rows are added to the accumulators of their session, and those of sessions that grow together
    are merged, so the rows themselves are not kept. A row that has nothing to join is refused iff
    its end is not after its lateness. Where what was said may change, each batch is answered by its
    net changes: what was said of the sessions that it changed, then what is to be said now.

    State: the sessions that the watermark has not passed, or not by long enough.
    """

    def __init__(
        self,
        input: Schema,  # noqa: A002 - that is what it is
        output: Schema,
        keys: tuple[int, ...],
        calls: tuple[AggregateCall, ...],
        window: WindowBounds,
        gap: int,
        *,
        saying: Saying = WHEN_COMPLETE,
    ) -> None:
        super().__init__(input, output, keys, calls, window, append_only=True, saying=saying)
        self._store = SessionStore([input.types[k] for k in self.own], gap, self._calls, saying)

    def process(self, port: int, batch: Batch) -> Iterable[Batch]:
        times = view(batch.columns[self.window.start])
        moved = self._store.move(batch, [batch.columns[k] for k in self.own], times)
        late = times[moved.refused]
        self._refuse(batch, moved.refused, late, late + self._store.gap)
        if self.saying.revises:
            return self._answer(moved)
        self._store.settle(moved)
        return ()

    def _answer(self, moved: Moved) -> Iterable[Batch]:
        """Keep the rows and say what changes because of them."""
        ids, store = moved.ids, self._store
        had = store.had(moved.was, self.watermarks[0])
        lost = np.flatnonzero(store.had(moved.absorbed_was, self.watermarks[0]))
        absorbed = moved.absorbed[lost]
        before = Values(*self._calls.values(absorbed), len(absorbed))
        old = Values(*self._calls.values(ids), len(ids))
        store.settle(moved)
        now = np.stack(store.bounds(ids), axis=1)
        has = self.saying.said(now[:, 1], self.watermarks[0])
        new = Values(*self._calls.values(ids), len(ids))

        changed = (had != has) | (moved.was != now).any(axis=1)
        if not changed.all():
            changed |= old.differ(new)
        gone, come = np.flatnonzero(had & changed), np.flatnonzero(has & changed)
        values = spliced([(before, np.arange(len(absorbed))), (old, gone), (new, come)])
        bounds = np.concatenate([moved.absorbed_was[lost], moved.was[gone], now[come]])
        said = self._batch(
            store.keys(np.concatenate([absorbed, ids[gone], ids[come]])),
            bounds[:, 0],
            bounds[:, 1],
            values.columns,
            np.repeat(np.array([-1, 1]), [len(lost) + len(gone), len(come)]),
        )
        return sound(said, values.messages, self.outlet)

    def advance(self, port: int, watermark: int) -> Iterable[Batch]:
        before = self.watermarks[port]
        super().advance(port, watermark)
        said: list[Batch] = []
        if self.saying.revises:
            ended = self._store.ripen(before, watermark)
            closed = self._store.close(watermark)
        else:
            ended = closed = self._store.close(watermark)
        if ended is not None:
            said += self._windows(ended.keys, ended.start, ended.end, self._calls, ended.ids)
        if closed is not None:
            self._store.forget(closed)
        return said

    def size(self) -> StateSize:
        return self._store.size()

    def snapshot(self) -> Mapping[str, pa.Table]:
        return self._store.snapshot()

    def restore(self, state: Mapping[str, pa.Table]) -> None:
        self._store.restore(state)

    def fingerprint(self) -> str:
        return f"{super().fingerprint()} of sessions of {self._store.gap}"


class SessionRows(Operator):
    """Adds window_start, window_end and window_time to the rows of sessions that have closed.

    `partition` are the key columns, `time` the time column, `unit` its precision in microseconds.
    The rows of a session are said by their times, at its window_time, which is their event time
    from here on. A row whose session would end outside the calendar is in error.

    With another `saying`, sessions that change are taken back, row by row, and said anew. `grouped`
    says that an aggregate by these windows reads them: it knows that they may change after they
    have ended, and wants the rows by their own times.

    State: the rows of the sessions that the watermark has not passed, or not by long enough.
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
        saying: Saying = WHEN_COMPLETE,
        grouped: bool = False,
    ) -> None:
        super().__init__(output)
        self.partition = partition
        self.time = time
        self.unit = unit
        self.saying = saying
        self.grouped = grouped
        self._kept = KeptRows(input)
        self._store = SessionStore([input.types[k] for k in partition], gap, self._kept, saying)

    def process(self, port: int, batch: Batch) -> Iterable[Batch]:
        column = batch.columns[self.time]
        missing = column.is_null().to_numpy(zero_copy_only=False)
        batch = self._without(batch, missing, "the time of the window is NULL")
        times = view(batch.columns[self.time])
        batch = self._without(batch, times > LAST - self._store.gap, f"the window {OUTSIDE}")
        if not batch.rows:
            return ()
        times = view(batch.columns[self.time])
        moved = self._store.move(batch, [batch.columns[k] for k in self.partition], times)
        late = moved.refused
        if len(late):
            refused = batch.take(late)
            bounds = self._bounds(times[late], times[late] + self._store.gap)
            self.outlet.late(refused.replaced(self.schema, (*refused.columns, *bounds)))
        if self.saying.revises:
            return self._answer(moved)
        self._store.settle(moved)
        return ()

    def _answer(self, moved: Moved) -> Iterable[Batch]:
        """Keep the rows; take back the sessions that have changed, and say what they are now."""
        store, watermark = self._store, self.watermarks[0]
        had = store.had(moved.was, watermark)
        lost = np.flatnonzero(store.had(moved.absorbed_was, watermark))
        now = np.stack(store.bounds(moved.ids), axis=1)
        has = self.saying.said(now[:, 1], watermark)
        # Of a session that keeps its bounds only the new rows are said.
        stays = had & has & (moved.was == now).all(axis=1) & ~np.isin(moved.ids, moved.into)
        gone, come = np.flatnonzero(had & ~stays), np.flatnonzero(has & ~stays)
        old = np.concatenate([moved.absorbed[lost], moved.ids[gone]])
        was = np.concatenate([moved.absorbed_was[lost], moved.was[gone]])
        said = [self._rows_of(old, was[:, 0], was[:, 1], -1)]
        store.settle(moved)
        said.append(self._rows_of(moved.ids[come], now[come, 0], now[come, 1], 1))
        more = np.flatnonzero(stays[moved.rows.local])
        some, owner = moved.batch.take(more), moved.rows.local[more]
        said.append(self._said(list(some.columns), view(some.columns[self.time]), now[owner], 1))
        return [batch for batch in said if batch.rows]

    def _rows_of(self, ids: Ids, start: Instants, end: Instants, weight: int | None) -> Batch:
        """Return the rows of sessions, with bounds."""
        (times, _, *columns), many = self._kept.rows(ids)
        bounds = np.stack([np.repeat(start, many), np.repeat(end, many)], axis=1)
        return self._said(columns, view(times), bounds, weight)

    def _said(
        self, columns: list[pa.Array], times: Instants, bounds: Codes, weight: int | None
    ) -> Batch:
        start, end = bounds[:, 0], bounds[:, 1]
        return Batch(
            self.schema,
            (*columns, *self._bounds(start, end)),
            len(start),
            times.copy() if self.grouped else end - self.unit,
            None,
            None if weight is None else np.full(len(start), weight),
        )

    def _without(self, batch: Batch, bad: Mask, message: str) -> Batch:
        """Put rows that lie in no session aside, and return the others."""
        if not bad.any():
            return batch
        messages: Messages = np.full(batch.rows, None, dtype=object)
        messages[bad] = message
        self.outlet.failed(batch, messages)
        return batch.take(np.flatnonzero(~bad))

    def _bounds(self, start: np.ndarray, end: np.ndarray) -> list[pa.Array]:
        kind = self.schema.types[-1].arrow
        return [arrow(a, kind) for a in (start, end, end - self.unit)]

    def advance(self, port: int, watermark: int) -> Iterable[Batch]:
        before = self.watermarks[port]
        super().advance(port, watermark)
        said: list[Batch] = []
        if self.saying.revises:
            ended = self._store.ripen(before, watermark)
            closed = self._store.close(watermark)
        else:
            ended = closed = self._store.close(watermark)
        if ended is not None:
            said.append(self._rows_of(ended.ids, ended.start, ended.end, None))
        if closed is not None:
            self._store.forget(closed)
        return said

    def output_watermark(self) -> int:
        watermark = self.watermarks[0]
        if watermark in {BEGINNING, END}:
            return watermark
        # The next session to end does so after the watermark, and its rows stand one unit before.
        reached = watermark if self.grouped else self.saying.past(watermark)
        return max(reached // self.unit * self.unit, BEGINNING)

    def size(self) -> StateSize:
        return self._store.size()

    def snapshot(self) -> Mapping[str, pa.Table]:
        return self._store.snapshot()

    def restore(self, state: Mapping[str, pa.Table]) -> None:
        self._store.restore(state)

    def fingerprint(self) -> str:
        parts = f"{self.partition} {self.time} {self._store.gap} {self.unit} {self.saying}"
        return f"{super().fingerprint()} by {parts}"
