"""What a table is to whoever feeds and reads it."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Mapping, Sequence

import numpy as np
import pyarrow as pa

from cep.runtime.batch import Batch, Indices, Mask
from cep.runtime.operator import StateSize
from cep.runtime.state.column import Ids
from cep.runtime.state.vectors import integers, numbered, unequal
from cep.types import Schema


class Table(ABC):
    """The rows of a table, kept up to date.

    Changes come in batches of rows in the order of arrival: a weight of 1 inserts the row or puts
    it in the place of the one that its key has, -1 takes away what its key has, or a row equal to
    it where the table has no key. What is said is a set: only its net counts.
    """

    def __init__(self, schema: Schema) -> None:
        self.schema = schema

    @abstractmethod
    def apply(self, batch: Batch) -> Batch:
        """Take changes; return which rows were taken away and which came, with their weights."""

    @abstractmethod
    def current(self) -> Batch:
        """Return the rows of this moment."""

    def find(self, key: Sequence[pa.Scalar]) -> Batch | None:
        """Return the row that a key has now; None where there is no index."""
        return None

    def history(self) -> Batch:
        """Return the versions of rows that can still be asked for, as changes with their times."""
        return self.current()

    def advance(self, watermark: int) -> None:
        """Learn that no change with a time before `watermark` will come."""

    @abstractmethod
    def size(self) -> StateSize:
        """Return how much is kept."""

    @abstractmethod
    def snapshot(self) -> Mapping[str, pa.Table]:
        """Return everything as Arrow tables, by name; keys as values."""

    @abstractmethod
    def restore(self, state: Mapping[str, pa.Table]) -> None:
        """Take up what `snapshot` returned, in place of everything."""


def last_of(ids: Ids, order: Indices | None = None) -> tuple[Ids, Indices]:
    """Return each different id, and which of its rows is the last, in the order of these rows.

    `order` are all rows in the order that counts; None: as they stand.
    """
    n = len(ids)
    rows = np.arange(n) if order is None else order
    different, local = numbered(ids)
    last = np.empty(len(different), np.int64)
    last[local[rows]] = np.arange(n)
    first_to_last = np.argsort(last)
    return different[first_to_last], rows[last[first_to_last]]


def changed(old: tuple[pa.Array, ...], new: tuple[pa.Array, ...], rows: int) -> Mask:
    """Return which of two rows each are different: bool[rows]."""
    differ = np.zeros(rows, np.bool_)
    for one, other in zip(old, new, strict=True):
        differ |= unequal(one, other)
    return differ


def picked(batch: Batch, rows: Indices) -> tuple[pa.Array, ...]:
    """Return the columns of some rows of a batch, in memory of their own."""
    wanted = integers(rows)
    return tuple(c.take(wanted) for c in batch.columns)


def difference(
    schema: Schema, old: tuple[pa.Array, ...], gone: int, new: tuple[pa.Array, ...], came: int
) -> Batch:
    """Return what `gone` old rows and `came` new ones change: retractions before insertions."""
    columns = tuple(pa.concat_arrays([a, b]) for a, b in zip(old, new, strict=True))
    weights = np.ones(gone + came, np.int64)
    weights[:gone] = -1
    return Batch(schema, columns, gone + came, weight=weights if gone else None)


def nothing(schema: Schema) -> Batch:
    """Return a batch without rows."""
    return Batch(schema, tuple(pa.array([], t.arrow) for t in schema.types), 0)
