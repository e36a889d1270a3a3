"""Rows that stand in line, by key and in the order of their times."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np
import pyarrow as pa

from cep.runtime.batch import Batch
from cep.runtime.snapshots import batches_to_table, table_to_batches
from cep.runtime.state.arena import Arena
from cep.runtime.state.column import Column, Ids, capacity_for
from cep.runtime.state.keys import KeyTable
from cep.runtime.time import END
from cep.types import Schema

_FEW = 1024
"""Rows that are gone and not worth closing up for."""


class Queues:
    """For each key a line of rows. Rows come in the order of their times; a kernel lets them go.

    `key` are the columns that are the key, none of them NULL in any row. A row stands at a place;
    places rise with the times of the rows. 33 bytes for each row besides its values, and 24 for
    each key.
    """

    def __init__(self, schema: Schema, key: tuple[int, ...]) -> None:
        self.schema = schema
        self.key = key
        self._reset()

    def _reset(self) -> None:
        self._keys = KeyTable([self.schema.types[k] for k in self.key])
        self._rows = Arena(self.schema.types)
        self._time = Column(np.int64)
        self._weight = Column(np.int64)
        self._owner = Column(np.int64, -1)
        self._after = Column(np.int64, -1)
        self._head = Column(np.int64, -1)
        self._tail = Column(np.int64, -1)
        self._first = 0
        """Before this place nobody stands any more."""
        self._live = 0

    def __len__(self) -> int:
        return self._live

    @property
    def nbytes(self) -> int:
        """The bytes of the rows, the keys and the lines."""
        columns = (self._time, self._weight, self._owner, self._after, self._head, self._tail)
        return self._keys.nbytes + self._rows.nbytes + sum(c.nbytes for c in columns)

    @property
    def places(self) -> int:
        """Every place is below it."""
        return self._rows.rows

    @property
    def links(self) -> tuple[Ids, Ids, Ids]:
        """The first and the last row of each key, and the next one of each row, for kernels."""
        return self._head.data, self._tail.data, self._after.data

    def intern(self, keys: Sequence[pa.Array], rows: int) -> tuple[Ids, Ids]:
        """Return the ids of keys: int64[rows], and those that were made."""
        if self.key:
            ids, new = self._keys.intern(keys)
        else:
            one = self._keys.one()
            ids, new = np.repeat(one.ids, rows), one.new
        self._head.reserve(self._keys.capacity)
        self._tail.reserve(self._keys.capacity)
        return ids, new

    def append(self, batch: Batch) -> tuple[Ids, Ids]:
        """Give rows a place, from which a kernel is to put them in line; return keys and places."""
        assert batch.time is not None
        ids, _ = self.intern([batch.columns[k] for k in self.key], batch.rows)
        first = self.places
        self._rows.append(batch.columns, batch.rows)
        for column in (self._time, self._weight, self._owner, self._after):
            column.reserve(capacity_for(self.places))
        self._time.data[first : self.places] = batch.time
        self._weight.data[first : self.places] = batch.weights()
        self._owner.data[first : self.places] = ids
        self._live += batch.rows
        return ids, np.arange(first, self.places)

    def remove(self, places: Ids) -> Batch:
        """Return rows, which a kernel has let go, and forget them."""
        batch = self._at(places)
        owners = np.unique(self._owner.data[places])
        self._owner.data[places] = -1
        self._live -= len(places)
        self.forget(owners)
        self._tidy()
        return batch

    def forget(self, keys: Ids) -> None:
        """Forget those of the keys, each named once, in whose line nobody stands."""
        empty = keys[self._head.data[keys] < 0]
        if len(empty):
            self._keys.release(empty)
        if self._keys.wasteful():
            kept = self._keys.compact()
            numbers = np.zeros(int(kept.max()) + 2 if len(kept) else 1, np.int64)
            numbers[kept] = np.arange(len(kept))
            self._head.keep(kept, self._keys.capacity)
            self._tail.keep(kept, self._keys.capacity)
            there = self._owner.data >= 0
            self._owner.data[there] = numbers[self._owner.data[there]]

    def take_all(self) -> Batch:
        """Return all rows in their order, and forget them."""
        batch = self.all()
        self._reset()
        return batch

    def all(self) -> Batch:
        """Return all rows in their order."""
        return self._at(np.flatnonzero(self._owner.data[: self.places] >= 0))

    def _at(self, places: Ids) -> Batch:
        columns = tuple(self._rows.take(i, places) for i in range(len(self.schema)))
        weights = self._weight.data[places]
        return Batch(
            self.schema,
            columns,
            len(places),
            self._time.data[places],
            weight=None if (weights == 1).all() else weights,
        )

    def oldest(self) -> int:
        """Return the time of the first row, END where there is none."""
        if not self._live:
            return END
        stands = self._owner.data[self._first : self.places] >= 0
        self._first += int(np.argmax(stands))
        return int(self._time.data[self._first])

    def _tidy(self) -> None:
        """Close up the places where most of them are empty."""
        if self.places <= 2 * self._live + _FEW:
            return
        if not self._live:
            self._reset()
            return
        kept = np.flatnonzero(self._owner.data[: self.places] >= 0)
        numbers = np.full(self.places + 1, -1, np.int64)  # so that -1 stays what it is
        numbers[kept] = np.arange(len(kept))
        self._rows.keep(kept)
        for column in (self._time, self._weight, self._owner, self._after):
            column.keep(kept, capacity_for(len(kept)))
        for column in (self._after, self._head, self._tail):
            column.data[:] = numbers[column.data]
        self._first = 0

    def snapshot(self) -> Mapping[str, pa.Table]:
        """Return all rows."""
        return {"rows": batches_to_table(self.schema, [self.all()])}

    def restore(self, state: Mapping[str, pa.Table]) -> list[Batch]:
        """Forget everything; return the rows that are to be put in line again."""
        self._reset()
        return table_to_batches(self.schema, state["rows"])
