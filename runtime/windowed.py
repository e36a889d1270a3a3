"""What aggregates that put windows together from parts share: their keys, rows and time."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import pyarrow as pa

from cep.runtime.aggregates.accumulator import Rows, Valued
from cep.runtime.aggregates.calls import AggregateCall, Calls
from cep.runtime.batch import Batch, Instants, Weights
from cep.runtime.operator import Operator
from cep.runtime.saying import WHEN_COMPLETE, Saying, sound
from cep.runtime.state.column import Ids
from cep.runtime.state.vectors import arrow
from cep.runtime.time import BEGINNING, END
from cep.types import Schema


@dataclass(frozen=True)
class WindowBounds:
    """Which columns of the input hold the bounds of a part of a window, and its window_time.

    `time` is -1 where there is none; `unit` is the precision of the time column in microseconds.
    """

    start: int
    end: int
    time: int
    unit: int


class WindowAggregate(Operator):
    """Aggregates per key and window, said when the watermark reaches the window's end.

    Or as `saying` has it; then what has been said is taken back when it changes.

    `keys` and what `calls` read are columns of the input, which has the bounds of parts of windows
    at `window`; the output has the keys in their order, with the bounds of whole windows, and then
    one column per call. Without calls it is DISTINCT.
    """

    def __init__(
        self,
        input: Schema,  # noqa: A002 - that is what it is
        output: Schema,
        keys: tuple[int, ...],
        calls: tuple[AggregateCall, ...],
        window: WindowBounds,
        *,
        append_only: bool,
        saying: Saying = WHEN_COMPLETE,
        reversible: bool = False,
    ) -> None:
        super().__init__(output)
        self.saying = saying
        self.input = input
        self.keys = keys
        self.window = window
        self.append_only = append_only
        bounds = (window.start, window.end, window.time)
        self.own = tuple(k for k in keys if k not in bounds)
        self.calls = calls
        self._calls = Calls(input, calls, append_only=append_only, reversible=reversible)
        self._arrived = 0

    def _rows(self, groups: Ids, local: Ids, batch: Batch) -> Rows:
        """Return the rows of a batch as accumulators take them."""
        arrivals = None
        if self._calls.times:
            arrivals = np.arange(self._arrived, self._arrived + batch.rows)
            self._arrived += batch.rows
        weight = None if self.append_only else batch.weight
        return Rows(groups, local, weight, batch.time, arrivals)

    def _windows(
        self,
        own: Sequence[pa.Array],
        start: Instants,
        end: Instants,
        calls: Calls,
        groups: Ids,
        known: Mapping[int, Valued] | None = None,
    ) -> Iterable[Batch]:
        """Return the rows of windows: their keys, bounds, and the values of groups of `calls`.

        Those of some calls may be `known`, for all rows.
        """
        if calls.rows is not None:
            there = calls.rows.count.data[groups] > 0
            if not there.all():
                some = pa.array(np.flatnonzero(there))
                own = [c.take(some) for c in own]
                start, end, groups = start[there], end[there], groups[there]
                known = {
                    i: (values.take(some), None if messages is None else messages[there])
                    for i, (values, messages) in (known or {}).items()
                }
        if not len(groups):
            return ()
        values, messages = calls.values(groups, known)
        batch = self._batch(own, start, end, values)
        return sound(batch, messages, self.outlet)

    def _batch(
        self,
        own: Sequence[pa.Array],
        start: Instants,
        end: Instants,
        values: Iterable[pa.Array],
        weight: Weights | None = None,
    ) -> Batch:
        columns = iter(own)
        time = end - self.window.unit
        bounds = {self.window.start: start, self.window.end: end, self.window.time: time}
        keys = [
            arrow(bounds[k], self.input.types[k].arrow) if k in bounds else next(columns)
            for k in self.keys
        ]
        return Batch(self.schema, (*keys, *values), len(start), time, None, weight)

    def _refuse(self, batch: Batch, rows: Ids, start: Instants, end: Instants) -> None:
        """Put rows aside that came too late for windows: once for each, with its bounds."""
        if not len(rows):
            return
        columns = list(batch.take(rows).columns)
        bounds = {self.window.start: start, self.window.end: end}
        if self.window.time >= 0:
            bounds[self.window.time] = end - self.window.unit
        for k, values in bounds.items():
            columns[k] = arrow(values, self.input.types[k].arrow)
        refused = batch.take(rows)
        self.outlet.late(refused.replaced(self.input, columns))

    def output_watermark(self) -> int:
        watermark = self.watermarks[0]
        if watermark in {BEGINNING, END}:
            return watermark
        # The next window to end does so after the watermark, at a multiple of the unit, and its
        # rows stand one unit before.
        unit = self.window.unit
        return max(self.saying.past(watermark) // unit * unit, BEGINNING)

    def fingerprint(self) -> str:
        calls = ", ".join(
            f"{c.aggregate.signature}{c.arguments}{c.result}/{c.filter}/{c.distinct}"
            f"/{c.order}/{c.aggregate.takes_nulls}/{c.settings}"
            for c in self.calls
        )
        parts = [f"[{self.input}]", f"{self.keys}", f"[{calls}]", f"{self.window}"]
        return f"{type(self).__name__}({' '.join(parts)} {self.append_only} {self.saying})"
