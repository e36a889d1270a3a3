"""Rows with the tumbling window each lies in."""

from __future__ import annotations

from collections.abc import Iterable

import numpy as np

from cep.runtime.batch import Batch
from cep.runtime.operator import Operator
from cep.runtime.rowerrors import Messages
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
        self.offset = offset
        self.unit = unit

    def process(self, port: int, batch: Batch) -> Iterable[Batch]:
        """Return the rows with three more columns."""
        times = batch.columns[self.time]
        if times.null_count:
            # Only data without a watermark gets here with NULL times: a stream refuses them.
            missing = times.is_null().to_numpy(zero_copy_only=False)
            messages: Messages = np.full(batch.rows, None, dtype=object)
            messages[missing] = "the time of the window is NULL"
            self.outlet.failed(batch, messages)
            batch = batch.take(np.flatnonzero(~missing))
            times = batch.columns[self.time]
            if not batch.rows:
                return ()
        start = tumble_start(view(times), self.width, self.offset)
        end = start + self.width
        added = [arrow(a, times.type) for a in (start, end, end - self.unit)]
        return (batch.replaced(self.schema, (*batch.columns, *added)),)
