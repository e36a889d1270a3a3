"""A table with a primary key: the last row that came for each key."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np
import pyarrow as pa

from cep.runtime.batch import Batch
from cep.runtime.operator import StateSize
from cep.runtime.state.records import NOWHERE, Records
from cep.runtime.tables.base import Table, changed, difference, last_of, picked
from cep.types import Schema


class KeyedTable(Table):
    """Keeps one row per key. `key` are the positions of the key columns.

    A row that is equal to the one its key has changes nothing, and taking away what is not there
    neither. O(1) for each row that comes, amortized.
    """

    def __init__(self, schema: Schema, key: tuple[int, ...]) -> None:
        super().__init__(schema)
        self.key = key
        self._records = Records([schema.types[k] for k in key], schema.types)

    def apply(self, batch: Batch) -> Batch:
        records = self._records
        ids, last = last_of(records.intern([batch.columns[k] for k in self.key], batch.rows)[0])
        there = batch.weights()[last] > 0
        before = records.places(ids)
        had = before >= 0
        differ = had != there
        both = np.flatnonzero(had & there)
        if len(both):
            differ[both] = changed(records.take(before[both]), picked(batch, last[both]), len(both))
        goes, comes = differ & had, differ & there
        old = records.take(before[goes])
        new = picked(batch, last[comes])
        came = int(comes.sum())
        first = records.append(new, came)
        records.put(ids[comes], np.arange(first, first + came))
        records.put(ids[goes & ~there], np.full(int((goes & ~there).sum()), NOWHERE))
        records.release(ids[~there])
        records.compact()
        records.tidy()
        return difference(self.schema, old, int(goes.sum()), new, came)

    def current(self) -> Batch:
        _, rows = self._records.rows()
        return Batch(self.schema, rows, len(self._records))

    def find(self, key: Sequence[pa.Scalar]) -> Batch:
        place = self._records.place(key)
        return Batch(self.schema, self._records.take(place), len(place))

    def size(self) -> StateSize:
        return StateSize(len(self._records), self._records.nbytes)

    def snapshot(self) -> Mapping[str, pa.Table]:
        return self._records.snapshot()

    def restore(self, state: Mapping[str, pa.Table]) -> None:
        self._records.restore(state)
