"""The current rows of a maintained query, arranged so that they can be read at any moment."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Mapping, Sequence

import numpy as np
import pyarrow as pa

from cep.runtime.batch import Batch, Indices, Instants
from cep.runtime.operator import StateSize
from cep.runtime.state.column import Column
from cep.runtime.state.keys import KeyTable
from cep.runtime.state.records import NOWHERE, Records
from cep.runtime.state.shelf import Shelf
from cep.runtime.state.vectors import arrow, integers, view
from cep.runtime.time import BEGINNING
from cep.types import BIGINT, DataType, Schema

MOST_COLUMNS = 63
"""How many columns rows can have that are told apart by all of them."""


class Arrangement(ABC):
    """Rows that come and go in net batches, with their event time and watermark if they have them.

    `timed` says whether they have. What is kept of them is bounded by what they are themselves.
    """

    def __init__(self, schema: Schema, *, timed: bool) -> None:
        self.schema = schema
        self.timed = timed
        self._types: tuple[DataType, ...] = (*schema.types, *([BIGINT, BIGINT] if timed else []))

    @abstractmethod
    def apply(self, net: Batch) -> None:
        """Take a consolidated batch: retractions first, then insertions."""

    @abstractmethod
    def current(self) -> Batch:
        """Return the rows of this moment in order of arrival, a row that is there twice twice."""

    @abstractmethod
    def size(self) -> StateSize:
        """Return how much is kept."""

    @abstractmethod
    def snapshot(self) -> Mapping[str, pa.Table]:
        """Return everything as Arrow tables, by name."""

    @abstractmethod
    def restore(self, state: Mapping[str, pa.Table]) -> None:
        """Take up what `snapshot` returned, in place of everything."""

    def find(self, key: Sequence[pa.Scalar]) -> Batch | None:
        """Return the row that a key has; None where there is no index and rows must be scanned."""
        return None

    def _stored(self, batch: Batch) -> list[pa.Array]:
        """Return the columns of rows with their hidden ones."""
        columns = list(batch.columns)
        if self.timed:
            columns += [_instants(batch.time, batch.rows), _instants(batch.lateness, batch.rows)]
        return columns

    def _batch(self, columns: Sequence[pa.Array], rows: int) -> Batch:
        """Return what `_stored` made columns of."""
        width = len(self.schema)
        if not self.timed:
            return Batch(self.schema, tuple(columns), rows)
        time, lateness = (view(c) for c in columns[width:])
        late = lateness if (lateness > BEGINNING).any() else None
        return Batch(self.schema, tuple(columns[:width]), rows, time, late)

    def _table(self, columns: Sequence[pa.Array], rows: int) -> pa.Table:
        names = ["row", *(str(i) for i in range(len(columns)))]
        return pa.table([integers(np.arange(rows)), *columns], names=names)


def _instants(values: Instants | None, rows: int) -> pa.Array:
    if values is None:
        values = np.full(rows, BEGINNING)
    return arrow(values, pa.int64())


def _positive(net: Batch) -> tuple[Indices, Indices]:
    """Return the rows that go, and those that come."""
    if net.weight is None:
        return np.empty(0, np.int64), np.arange(net.rows)
    return np.flatnonzero(net.weight < 0), np.flatnonzero(net.weight > 0)


class KeyedRows(Arrangement):
    """One row per key, found by it; `key` are the positions of its columns.

    O(1) for each row that changes, and to find one.
    """

    def __init__(self, schema: Schema, key: tuple[int, ...], *, timed: bool) -> None:
        super().__init__(schema, timed=timed)
        self.key = key
        self._records = Records([schema.types[k] for k in key], self._types)

    def apply(self, net: Batch) -> None:
        records = self._records
        go, come = _positive(net)
        gone = np.empty(0, np.int64)
        if len(go):
            gone = records.intern(self._keys(net.take(go)), len(go))[0]
            if len(np.unique(gone)) < len(gone) or (records.places(gone) < 0).any():
                raise RuntimeError("a row was taken back that is not there")
            records.put(gone, np.full(len(go), NOWHERE))
        if len(come):
            new = net.take(come)
            ids, _ = records.intern(self._keys(new), len(come))
            one_each = new.weight is None or bool((new.weight == 1).all())
            if not one_each or len(np.unique(ids)) < len(ids) or (records.places(ids) >= 0).any():
                raise RuntimeError("two rows have the key that each should have to itself")
            first = records.append(self._stored(new), len(come))
            records.put(ids, np.arange(first, first + len(come)))
        if len(gone):
            records.release(gone[records.places(gone) < 0])
            records.compact()
            records.tidy()

    def _keys(self, batch: Batch) -> list[pa.Array]:
        return [batch.columns[k] for k in self.key]

    def find(self, key: Sequence[pa.Scalar]) -> Batch | None:
        place = self._records.place(key)
        return self._batch(self._records.take(place), len(place))

    def current(self) -> Batch:
        _, rows = self._records.rows()
        return self._batch(rows, len(self._records))

    def size(self) -> StateSize:
        return StateSize(len(self._records), self._records.nbytes)

    def snapshot(self) -> Mapping[str, pa.Table]:
        return self._records.snapshot()

    def restore(self, state: Mapping[str, pa.Table]) -> None:
        self._records.restore(state)


class ArrivedRows(Arrangement):
    """Rows that are never taken back, in order of arrival."""

    def __init__(self, schema: Schema, *, timed: bool) -> None:
        super().__init__(schema, timed=timed)
        self._shelf = Shelf(self._types)
        self._rows = 0

    def apply(self, net: Batch) -> None:
        many = net.weights()
        if (many < 0).any():
            raise RuntimeError("a row was taken back where none should be")
        if (many > 1).any():
            net = net.take(np.repeat(np.arange(net.rows), many))
        self._shelf.append(self._stored(net), net.rows)
        self._rows += net.rows

    def current(self) -> Batch:
        every = np.arange(self._rows)
        columns = [self._shelf.take(i, every) for i in range(len(self._types))]
        return self._batch(columns, self._rows)

    def size(self) -> StateSize:
        return StateSize(self._rows, self._shelf.nbytes)

    def snapshot(self) -> Mapping[str, pa.Table]:
        return {"rows": self._table(self._stored(self.current()), self._rows)}

    def restore(self, state: Mapping[str, pa.Table]) -> None:
        self._shelf.reset()
        self._rows = state["rows"].num_rows
        columns = [c.combine_chunks() for c in state["rows"].columns[1:]]
        self._shelf.append(columns, self._rows)


class CountedRows(Arrangement):
    """Rows without a key: how often each different one is there, and when it first came.

    O(1) for each row that changes. A row that was taken away too often is owed.
    """

    def __init__(self, schema: Schema, *, timed: bool) -> None:
        super().__init__(schema, timed=timed)
        self._reset()

    def _reset(self) -> None:
        self._table_of = KeyTable(self.schema.types)
        self._many = Column(np.int64)
        self._came = Column(np.int64)
        self._time = Column(np.int64, BEGINNING)
        self._lateness = Column(np.int64, BEGINNING)
        self._next = 0
        self._rows = 0

    @property
    def _columns(self) -> tuple[Column, ...]:
        whole = (self._many, self._came)
        return (*whole, self._time, self._lateness) if self.timed else whole

    def apply(self, net: Batch) -> None:
        met = self._table_of.group(net.columns) if net.columns else self._table_of.one()
        ids = met.ids[met.local] if net.columns else np.repeat(met.ids, net.rows)
        for column in self._columns:
            column.reserve(self._table_of.capacity)
        weights = net.weights()
        comes = self._many.data[ids] <= 0
        self._came.data[ids[comes]] = self._next + np.flatnonzero(comes)
        self._next += net.rows
        if self.timed and net.time is not None:
            self._time.data[ids[comes]] = net.time[comes]
            self._lateness.data[ids[comes]] = (
                BEGINNING if net.lateness is None else net.lateness[comes]
            )
        np.add.at(self._many.data, ids, weights)
        self._rows += int(weights.sum())
        gone = met.ids[self._many.data[met.ids] == 0]
        for column in self._columns:
            column.clear(gone)
        self._table_of.release(gone)
        if self._table_of.wasteful():
            kept = self._table_of.compact()
            for column in self._columns:
                column.keep(kept, self._table_of.capacity)

    def _ordered(self) -> Indices:
        ids = self._table_of.live()
        return ids[np.argsort(self._came.data[ids], kind="stable")]

    def current(self) -> Batch:
        ids = self._ordered()
        every = np.repeat(ids, np.maximum(self._many.data[ids], 0))
        columns = list(self._table_of.columns(every))
        if self.timed:
            columns += [arrow(c.data[every], pa.int64()) for c in (self._time, self._lateness)]
        return self._batch(columns, len(every))

    def size(self) -> StateSize:
        nbytes = self._table_of.nbytes + sum(c.nbytes for c in self._columns)
        return StateSize(self._rows, nbytes)

    def snapshot(self) -> Mapping[str, pa.Table]:
        ids = self._ordered()
        columns = [*(c.to_arrow(ids) for c in self._columns), *self._table_of.columns(ids)]
        return {"rows": self._table(columns, len(ids))}

    def restore(self, state: Mapping[str, pa.Table]) -> None:
        self._reset()
        columns = [c.combine_chunks() for c in state["rows"].columns[1:]]
        rows = state["rows"].num_rows
        if not rows:
            return
        given, values = columns[: len(self._columns)], columns[len(self._columns) :]
        ids = self._table_of.intern(values)[0] if values else self._table_of.one().ids
        for column, kept in zip(self._columns, given, strict=True):
            column.reserve(self._table_of.capacity)
            column.set(ids, kept)
        self._next = int(self._came.data[ids].max()) + 1
        self._rows = int(self._many.data[ids].sum())


def arrangement(
    schema: Schema, key: tuple[int, ...] | None, *, append_only: bool, timed: bool
) -> Arrangement:
    """Return what keeps rows of a kind: by their key, as they came, or counted."""
    if key is not None:
        return KeyedRows(schema, key, timed=timed)
    if append_only:
        return ArrivedRows(schema, timed=timed)
    return CountedRows(schema, timed=timed)
