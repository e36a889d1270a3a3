"""Rows that go no further: counted for ever, kept up to a bound, readable as a relation."""

from __future__ import annotations

import json
from collections import deque
from collections.abc import Iterable, Sequence

import numpy as np
import pyarrow as pa

from cep.runtime.batch import Batch, Instants
from cep.runtime.rowerrors import Messages, failed
from cep.runtime.time import BEGINNING
from cep.types import BIGINT, TIMESTAMP, VARCHAR, Field, Schema

KEPT = 10_000
"""How many rows of each kind are kept."""

ERRORS = Schema(
    (
        Field("error", VARCHAR, False),
        Field("place", VARCHAR),
        Field("row", VARCHAR),
        Field("weight", BIGINT, False),
    )
)
"""The columns of `errors.<name>`: what went wrong, where the row came from, the row, its weight."""

LATE = Schema(
    (
        Field("event_time", TIMESTAMP),
        Field("watermark", TIMESTAMP),
        Field("row", VARCHAR),
        Field("weight", BIGINT, False),
    )
)
"""The columns of `late.<name>`: the row's time, the watermark it was behind, the row, weight."""


class Quarantine:
    """One such store. `count` is exact; of the rows themselves the first `capacity` are kept."""

    def __init__(self, schema: Schema, capacity: int = KEPT) -> None:
        self.schema = schema
        self.capacity = capacity
        self.count = 0
        self._rows: deque[tuple[object, ...]] = deque()

    @property
    def room(self) -> int:
        """How many more rows can be kept."""
        return self.capacity - len(self._rows)

    def add(self, rows: Iterable[tuple[object, ...]], count: int) -> None:
        """Count `count` rows and keep as many of `rows` as there is room for."""
        self.count += count
        for row in rows:
            if self.room <= 0:
                return
            self._rows.append(row)

    def clear(self) -> None:
        """Forget the rows, and how many there were."""
        self.count = 0
        self._rows.clear()

    def to_arrow(self) -> pa.RecordBatch:
        """Return the rows that are kept."""
        columns = list(zip(*self._rows, strict=True)) or [()] * len(self.schema)
        arrays = [pa.array(c, t.arrow) for c, t in zip(columns, self.schema.types, strict=True)]
        return pa.RecordBatch.from_arrays(arrays, schema=self.schema.arrow)

    def to_table(self) -> pa.Table:
        """Return the rows with the count of all, for a snapshot."""
        table = pa.Table.from_batches([self.to_arrow()])
        return table.replace_schema_metadata({"count": str(self.count)})

    def restore(self, table: pa.Table) -> None:
        """Make it what it was; several queries may bring the same store of a stream."""
        self.clear()
        rows = zip(*(c.to_pylist() for c in table.columns), strict=True)
        self.add(rows, int(table.schema.metadata[b"count"]))


def as_json(batch: Batch, rows: Sequence[int]) -> list[str]:
    """Return rows of a batch as JSON objects, for people to read."""
    picked = pa.array(rows, pa.int64())
    names = batch.schema.names
    columns = [c.take(picked).to_pylist() for c in batch.columns]
    return [
        json.dumps(dict(zip(names, values, strict=True)), default=str, ensure_ascii=False)
        for values in (zip(*columns, strict=True) if columns else [()] * len(rows))
    ]


def add_errors(store: Quarantine, batch: Batch, messages: Messages, place: str = "") -> None:
    """Put the rows of a batch that have a message into a store of ERRORS."""
    indices = np.flatnonzero(failed(messages))
    kept = indices[: max(store.room, 0)]
    weights = batch.weights()
    shown = as_json(batch, [int(i) for i in kept])
    store.add(
        (
            (messages[i], place or None, text, int(weights[i]))
            for i, text in zip(kept, shown, strict=True)
        ),
        len(indices),
    )


def add_late(store: Quarantine, batch: Batch) -> None:
    """Put the rows of a batch into a store of LATE."""
    kept = range(min(batch.rows, max(store.room, 0)))
    weights = batch.weights()

    def instant(values: Instants | None, i: int) -> int | None:
        return None if values is None or values[i] == BEGINNING else int(values[i])

    shown = as_json(batch, list(kept))
    store.add(
        (
            (instant(batch.time, i), instant(batch.lateness, i), shown[i], int(weights[i]))
            for i in kept
        ),
        batch.rows,
    )
