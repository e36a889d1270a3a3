"""The first rows to arrive."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

import pyarrow as pa

from cep.runtime.batch import Batch
from cep.runtime.operator import Operator, StateSize
from cep.types import Schema


class Limit(Operator):
    """Skips `offset` rows, gives `limit` (None: all), then wants no more. Takes inserts only."""

    def __init__(self, schema: Schema, limit: int | None, offset: int) -> None:
        super().__init__(schema)
        self.limit = limit
        self.offset = offset
        self.seen = 0
        self.finished = limit == 0

    def process(self, port: int, batch: Batch) -> Iterable[Batch]:
        """Return the rows that are still wanted."""
        end = None if self.limit is None else self.offset + self.limit
        start = max(self.offset - self.seen, 0)
        stop = batch.rows if end is None else min(end - self.seen, batch.rows)
        self.seen += batch.rows
        self.finished = end is not None and self.seen >= end
        return (batch.slice(start, stop - start),) if start < stop else ()

    def snapshot(self) -> Mapping[str, pa.Table]:
        """Return how many rows have come."""
        return {"seen": pa.table({"seen": [self.seen]})}

    def restore(self, state: Mapping[str, pa.Table]) -> None:
        """Go on counting."""
        self.seen = state["seen"]["seen"][0].as_py()
        self.finished = self.limit is not None and self.seen >= self.offset + self.limit

    def size(self) -> StateSize:
        """Return the size of the counter."""
        return StateSize(1, 8)
