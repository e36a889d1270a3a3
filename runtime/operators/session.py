"""Sessions: their rows, or aggregates of them, said when nothing can join them any more."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

import numpy as np
import pyarrow as pa

from cep.runtime.aggregates.calls import AggregateCall
from cep.runtime.aggregates.kept import KeptRows
from cep.runtime.batch import Batch
from cep.runtime.functions.years import LAST, OUTSIDE
from cep.runtime.operator import Operator, StateSize
from cep.runtime.rowerrors import Mask, Messages
from cep.runtime.sessions import SessionStore
from cep.runtime.state.vectors import arrow, view
from cep.runtime.time import BEGINNING, END
from cep.runtime.windowed import WindowAggregate, WindowBounds
from cep.types import Schema


class SessionAggregate(WindowAggregate):
    """Aggregates per key and session, over rows with the bounds of a session of their own.

    Rows are added to the accumulators of their session, and those of sessions that grow together
    are merged, so the rows themselves are not kept. A row that has nothing to join is refused iff
    its end is not after its lateness.

    State: the sessions that the watermark has not passed.
    """

    def __init__(
        self,
        input: Schema,  # noqa: A002 - that is what it is
        output: Schema,
        keys: tuple[int, ...],
        calls: tuple[AggregateCall, ...],
        window: WindowBounds,
        gap: int,
    ) -> None:
        super().__init__(input, output, keys, calls, window, append_only=True)
        self._store = SessionStore([input.types[k] for k in self.own], gap, self._calls)

    def process(self, port: int, batch: Batch) -> Iterable[Batch]:
        times = view(batch.columns[self.window.start])
        late = self._store.take(batch, [batch.columns[k] for k in self.own], times)
        self._refuse(batch, late, times[late], times[late] + self._store.gap)
        return ()

    def advance(self, port: int, watermark: int) -> Iterable[Batch]:
        super().advance(port, watermark)
        closed = self._store.close(watermark)
        if closed is None:
            return ()
        said = self._windows(closed.keys, closed.start, closed.end, self._calls, closed.ids)
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

    State: the rows of the sessions that the watermark has not passed.
    """

    def __init__(
        self,
        input: Schema,  # noqa: A002 - that is what it is
        output: Schema,
        partition: tuple[int, ...],
        time: int,
        gap: int,
        unit: int,
    ) -> None:
        super().__init__(output)
        self.partition = partition
        self.time = time
        self.unit = unit
        self._kept = KeptRows(input)
        self._store = SessionStore([input.types[k] for k in partition], gap, self._kept)

    def process(self, port: int, batch: Batch) -> Iterable[Batch]:
        column = batch.columns[self.time]
        missing = column.is_null().to_numpy(zero_copy_only=False)
        batch = self._without(batch, missing, "the time of the window is NULL")
        times = view(batch.columns[self.time])
        batch = self._without(batch, times > LAST - self._store.gap, f"the window {OUTSIDE}")
        if not batch.rows:
            return ()
        times = view(batch.columns[self.time])
        late = self._store.take(batch, [batch.columns[k] for k in self.partition], times)
        if len(late):
            refused = batch.take(late)
            bounds = self._bounds(times[late], times[late] + self._store.gap)
            self.outlet.late(refused.replaced(self.schema, (*refused.columns, *bounds)))
        return ()

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
        super().advance(port, watermark)
        closed = self._store.close(watermark)
        if closed is None:
            return ()
        (_, _, *columns), many = self._kept.rows(closed.ids)
        start, end = np.repeat(closed.start, many), np.repeat(closed.end, many)
        said = Batch(
            self.schema, (*columns, *self._bounds(start, end)), len(start), end - self.unit
        )
        self._store.forget(closed)
        return (said,)

    def output_watermark(self) -> int:
        watermark = self.watermarks[0]
        if watermark in {BEGINNING, END}:
            return watermark
        # The next session to end does so after the watermark, and its rows stand one unit before.
        return max(watermark // self.unit * self.unit, BEGINNING)

    def size(self) -> StateSize:
        return self._store.size()

    def snapshot(self) -> Mapping[str, pa.Table]:
        return self._store.snapshot()

    def restore(self, state: Mapping[str, pa.Table]) -> None:
        self._store.restore(state)

    def fingerprint(self) -> str:
        parts = f"{self.partition} {self.time} {self._store.gap} {self.unit}"
        return f"{super().fingerprint()} by {parts}"
