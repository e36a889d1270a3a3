"""A table without a key: a bag of rows."""

from __future__ import annotations

from collections.abc import Callable, Mapping

import numpy as np
import pyarrow as pa

from cep.runtime.batch import Batch
from cep.runtime.kernels import tables as kernels
from cep.runtime.operator import StateSize
from cep.runtime.rowerrors import Messages
from cep.runtime.state.column import Column
from cep.runtime.state.keys import KeyTable
from cep.runtime.state.vectors import integers, view
from cep.runtime.tables.base import Table, picked
from cep.types import Schema

MOST_COLUMNS = 63
"""How many columns a bag can have."""


class BagTable(Table):
    """Keeps how often each different row is there.

    A row that is taken away and is not there goes to `failed`, as it came. O(1) for each row.
    """

    def __init__(self, schema: Schema, failed: Callable[[Batch, Messages], None]) -> None:
        super().__init__(schema)
        self._failed = failed
        self._reset()

    def _reset(self) -> None:
        self._keys = KeyTable(self.schema.types)
        self._many = Column(np.int64)
        self._rows = 0

    def apply(self, batch: Batch) -> Batch:
        met = self._keys.group(batch.columns)
        self._many.reserve(self._keys.capacity)
        weights = batch.weights()
        refused = np.zeros(batch.rows, np.bool_)
        ids = met.ids[met.local]
        kernels.take_in(batch.rows, ids, weights, self._many.data, refused)
        self._keys.release(met.ids[self._many.data[met.ids] == 0])
        if self._keys.wasteful():
            kept = self._keys.compact()
            self._many.keep(kept, self._keys.capacity)
        taken = batch
        if refused.any():
            messages: Messages = np.full(batch.rows, None, dtype=object)
            messages[refused] = "there is no such row to take away"
            self._failed(batch, messages)
            rows = np.flatnonzero(~refused)
            taken = Batch(self.schema, picked(batch, rows), len(rows), weight=weights[rows])
        self._rows += int(taken.weights().sum())
        return Batch(self.schema, taken.columns, taken.rows, weight=taken.weight)

    def current(self) -> Batch:
        ids = self._keys.live()
        every = integers(np.repeat(np.arange(len(ids)), self._many.data[ids]))
        return Batch(self.schema, tuple(c.take(every) for c in self._keys.columns(ids)), len(every))

    def size(self) -> StateSize:
        return StateSize(self._rows, self._keys.nbytes + self._many.nbytes)

    def snapshot(self) -> Mapping[str, pa.Table]:
        ids = self._keys.live()
        columns = [self._many.to_arrow(ids), *self._keys.columns(ids)]
        names = ["many", *(str(i) for i in range(len(self.schema)))]
        return {"rows": pa.table(columns, names=names)}

    def restore(self, state: Mapping[str, pa.Table]) -> None:
        self._reset()
        many, *columns = (c.combine_chunks() for c in state["rows"].columns)
        if not len(many):
            return
        ids, _ = self._keys.intern(columns)
        self._many.reserve(self._keys.capacity)
        self._many.data[ids] = view(many)
        self._rows = int(view(many).sum())
