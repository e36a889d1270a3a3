"""Rows with the tumbling window each lies in."""

from __future__ import annotations

from collections.abc import Iterable

import numpy as np

from cep.runtime.batch import Batch
from cep.runtime.functions.years import FIRST, LAST, OUTSIDE
from cep.runtime.operator import Operator
from cep.runtime.rowerrors import Mask, Messages
from cep.runtime.state.vectors import arrow, view
from cep.runtime.windows import tumble_start
from cep.types import Schema


class Tumble(Operator):
    """Adds window_start, window_end and window_time; stateless and linear.

    `time` is the position of the time column, `size`, `offset` and `unit` (the least step of its
    type) are in microseconds.
    """

    def __init__(self, schema: Schema, time: int, size: int, offset: int, unit: int) -> None:
        super().__init__(schema)
        self.time = time
        self.width = size
        self.offset = offset % size
        self.unit = unit

    def process(self, port: int, batch: Batch) -> Iterable[Batch]:
        """Return the rows with three more columns."""
        times = batch.columns[self.time]
        if times.null_count:
            # Only data without a watermark gets here with NULL times: a stream refuses them.
            missing = times.is_null().to_numpy(zero_copy_only=False)
            batch = self._without(batch, missing, "the time of the window is NULL")
            times = batch.columns[self.time]
            if not batch.rows:
                return ()
        start = tumble_start(view(times), self.width, self.offset)
        end = start + self.width
        if start.min() < FIRST or end.max() > LAST:
            outside = (start < FIRST) | (end > LAST)
            batch = self._without(batch, outside, f"the window {OUTSIDE}")
            start, end = start[~outside], end[~outside]
            if not batch.rows:
                return ()
        added = [arrow(a, times.type) for a in (start, end, end - self.unit)]
        return (batch.replaced(self.schema, (*batch.columns, *added)),)

    def _without(self, batch: Batch, bad: Mask, message: str) -> Batch:
        """Put rows that lie in no window aside, and return the others."""
        messages: Messages = np.full(batch.rows, None, dtype=object)
        messages[bad] = message
        self.outlet.failed(batch, messages)
        return batch.take(np.flatnonzero(~bad))
