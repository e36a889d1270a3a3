"""Rows with the windows that each lies in, where these follow from its time alone."""

from __future__ import annotations

from collections.abc import Iterable

import numpy as np

from cep.runtime.batch import Batch, Instants
from cep.runtime.functions.years import FIRST, LAST, OUTSIDE
from cep.runtime.operator import Operator
from cep.runtime.rowerrors import Mask, Messages
from cep.runtime.state.vectors import arrow, view
from cep.runtime.windows import Cut, Gap, Grid, Trailing
from cep.types import Schema

_MOST = 1 << 20
"""Rows that are made at once."""


class FixedWindows(Operator):
    """Adds window_start, window_end and window_time, once per window; stateless and linear.

    `time` is the position of the time column, `unit` the least step of its type in microseconds.
    With `parts` every row is said once, with the bounds of its slice, of the session that it would
    be alone, or of the trailing window of its time. A row with a window outside the calendar is in
    error; one in no window is not said.
    """

    def __init__(
        self, schema: Schema, time: int, cut: Cut, unit: int, *, parts: bool = False
    ) -> None:
        super().__init__(schema)
        self.time = time
        self.cut = cut
        self.unit = unit
        self.parts = parts

    def process(self, port: int, batch: Batch) -> Iterable[Batch]:
        """Return the rows with three more columns, by row and then by window."""
        times = batch.columns[self.time]
        if times.null_count:
            # Only data without a watermark gets here with NULL times: a stream refuses them.
            missing = times.is_null().to_numpy(zero_copy_only=False)
            batch = self._without(batch, missing, "the time of the window is NULL")
        batch = self._placed(batch)
        if not batch.rows:
            return ()
        if self.parts or isinstance(self.cut, Gap | Trailing):
            return (self._with(batch, *self._part(batch)),)
        if self.cut.single:
            return (self._with(batch, *self.cut.slices(view(batch.columns[self.time]))),)
        return self._repeated(batch, self.cut)

    def _part(self, batch: Batch) -> tuple[Instants, Instants]:
        times = view(batch.columns[self.time])
        if isinstance(self.cut, Gap):
            return times, times + self.cut.gap
        if isinstance(self.cut, Trailing):
            end = times + self.unit
            return (times - self.cut.size) // self.unit * self.unit + self.unit, end
        return self.cut.slices(times)

    def _repeated(self, batch: Batch, grid: Grid) -> Iterable[Batch]:
        """Return every row as often as it has windows, a bounded number of them at a time."""
        step = max(1, _MOST // (grid.size // grid.step + 1))
        for first in range(0, batch.rows, step):
            some = batch.slice(first, step)
            rows, start, end = grid.windows(view(some.columns[self.time]))
            if len(rows):
                yield self._with(some.take(rows), start, end)

    def _with(self, batch: Batch, start: Instants, end: Instants) -> Batch:
        kind = batch.columns[self.time].type
        added = [arrow(a, kind) for a in (start, end, end - self.unit)]
        return batch.replaced(self.schema, (*batch.columns, *added))

    def _placed(self, batch: Batch) -> Batch:
        """Put rows aside that have a window outside the calendar."""
        if not batch.rows:
            return batch
        times = view(batch.columns[self.time])
        if isinstance(self.cut, Gap):
            outside = times > LAST - self.cut.gap
        elif isinstance(self.cut, Trailing):
            outside = (times < FIRST + self.cut.size) | (times > LAST - self.unit)
        else:
            least, greatest = self.cut.reach(times)
            near = (least < FIRST) | (greatest > LAST)
            if not near.any():
                return batch
            outside = np.zeros(batch.rows, np.bool_)
            close = np.flatnonzero(near)
            rows, start, end = self.cut.windows(times[close])
            outside[close[rows[(start < FIRST) | (end > LAST)]]] = True
        if not outside.any():
            return batch
        return self._without(batch, outside, f"the window {OUTSIDE}")

    def _without(self, batch: Batch, bad: Mask, message: str) -> Batch:
        """Put rows that lie in no window aside, and return the others."""
        messages: Messages = np.full(batch.rows, None, dtype=object)
        messages[bad] = message
        self.outlet.failed(batch, messages)
        return batch.take(np.flatnonzero(~bad))
