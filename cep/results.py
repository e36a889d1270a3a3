"""Results as people and programs want them: rows, Arrow, pandas, polars."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Iterator, Sequence
from functools import cache, lru_cache
from typing import TYPE_CHECKING, Any

import numpy as np
import pyarrow as pa

from cep.errors import CepError, UsageError
from cep.runtime.batch import Batch
from cep.runtime.consolidate import consolidate
from cep.runtime.state.vectors import integers
from cep.types import VARCHAR, Field, Map, Schema

if TYPE_CHECKING:
    import pandas as pd
    import polars as pl


class Row(tuple[Any, ...]):
    """A tuple that also knows its field names: `row[0]`, `row["k"]`, `row.k`, `row.asdict()`."""

    __slots__ = ()
    fields: Sequence[str] = ()

    def __getitem__(self, key: Any) -> Any:
        if isinstance(key, str):
            try:
                return tuple.__getitem__(self, self.fields.index(key))
            except ValueError:
                raise KeyError(f"{key}; the fields are {', '.join(self.fields)}") from None
        return tuple.__getitem__(self, key)

    def __getattr__(self, name: str) -> Any:
        if name in self.fields:
            return tuple.__getitem__(self, self.fields.index(name))
        raise AttributeError(f"the row has no field {name}; it has {', '.join(self.fields)}")

    def __repr__(self) -> str:
        shown = ", ".join(f"{n}={v!r}" for n, v in zip(self.fields, self, strict=True))
        return f"Row({shown})"

    def asdict(self) -> dict[str, Any]:
        """Return the values by field name."""
        return dict(zip(self.fields, self, strict=True))


@lru_cache(maxsize=256)
def row_type(names: tuple[str, ...]) -> type[Row]:
    """Return the class of the rows that have these fields."""
    return type("Row", (Row,), {"__slots__": (), "fields": names})


@cache
def _operations() -> pa.Array:
    """Return the signs; made when they are needed, as a process's first array looks for pandas."""
    return pa.array(["+", "-"], pa.string())


OPERATION = Field("op", VARCHAR, False)
"""The first column of a result that is a change log: `+` inserts a row, `-` takes one back."""


def with_operations(batch: Batch) -> Batch:
    """Return a change log as plain rows: `op` first, each row as often as its weight says.

    Retractions come before insertions, so that a reader who applies them in order never holds two
    versions of one key.
    """
    net = consolidate(batch)
    weights = net.weights()
    order = np.concatenate([np.flatnonzero(weights < 0), np.flatnonzero(weights > 0)])
    indices = np.repeat(order, np.abs(weights[order]))
    in_order = len(indices) == net.rows and bool((indices[1:] > indices[:-1]).all())
    rows = net if in_order else net.take(indices)
    operations = _operations().take(integers((weights[indices] < 0).astype(np.int64)))
    schema = Schema((OPERATION, *batch.schema.fields))
    return Batch(schema, (operations, *rows.columns), rows.rows)


class Result:
    """The rows of a query, as far as they have been said.

    `pump` makes progress and says whether there may be more at once; a one-shot query is pumped
    until it ends, a continuous one gives what has been said since the last call; what stopped it,
    its `failure`, is raised after its last row. `ready` is where
    the query puts its rows.
    """

    def __init__(
        self,
        schema: Schema,
        *,
        ready: deque[Batch] | None = None,
        changes: bool = False,
        pump: Callable[[], bool] = lambda: False,
        failure: Callable[[], CepError | None] = lambda: None,
        message: str | None = None,
        close: Callable[[], None] = lambda: None,
    ) -> None:
        self.changes = changes
        self.schema = Schema((OPERATION, *schema.fields)) if changes else schema
        self.message = message
        self.pump = pump
        self.live = False
        self._close = close
        self._failure = failure
        self._ready: deque[Batch] = deque() if ready is None else ready
        self._type = row_type(self.schema.names)
        self._part: pa.RecordBatch | None = None
        self._rows: Iterator[Row] = iter(())
        self._taken = 0

    def put(self, batch: Batch) -> None:
        """Take rows from the query; called by the engine."""
        self._ready.append(batch)

    def close(self) -> None:
        """Let go of what the query reads; rows already said can still be fetched."""
        self._close()

    def batches(self) -> Iterator[pa.RecordBatch]:
        """Yield the rows as Arrow record batches, as they are said."""
        if self._part is not None:
            rest, self._part = self._part.slice(self._taken), None
            if rest.num_rows:
                yield rest
        while True:
            while self._ready:
                yield self._finished(self._ready.popleft())
            if not self.pump() and not self._ready:
                self._check()
                return

    def _check(self) -> None:
        """Raise what stopped the query, if something did."""
        failure = self._failure()
        if failure is not None:
            raise failure

    def _finished(self, batch: Batch) -> pa.RecordBatch:
        if self.changes:
            batch = with_operations(batch)
        return pa.RecordBatch.from_arrays(list(batch.columns), schema=self.schema.arrow)

    def __iter__(self) -> Iterator[Row]:
        while (row := self.fetchone()) is not None:
            yield row

    def fetchone(self) -> Row | None:
        """Return the next row, or None where there is none (yet)."""
        while True:
            if self._part is not None:
                row = next(self._rows, None)
                if row is not None:
                    self._taken += 1
                    return row
                self._part = None
            if self._ready:
                self._part = self._finished(self._ready.popleft())
                self._rows, self._taken = self._as_rows(self._part), 0
            elif not self.pump() and not self._ready:
                self._check()
                return None

    def fetchall(self) -> list[Row]:
        """Return all rows that are left."""
        return list(self)

    def _as_rows(self, batch: pa.RecordBatch) -> Iterator[Row]:
        columns = [
            [_mapping(v) if v is not None else None for v in c.to_pylist()]
            if isinstance(t, Map)
            else c.to_pylist()
            for c, t in zip(batch.columns, self.schema.types, strict=True)
        ]
        if not columns:
            return iter([self._type()] * batch.num_rows)
        return map(self._type, zip(*columns, strict=True))

    def arrow(self) -> pa.Table:
        """Return the rows that are left as an Arrow table."""
        return pa.Table.from_batches(list(self.batches()), schema=self.schema.arrow)

    def __arrow_c_stream__(self, requested_schema: object = None) -> object:
        """Hand the rows that are left to any library that speaks the Arrow PyCapsule interface."""
        reader = pa.RecordBatchReader.from_batches(self.schema.arrow, self.batches())
        return reader.__arrow_c_stream__(requested_schema)

    def pandas(self) -> pd.DataFrame:
        """Return the rows that are left as a pandas frame."""
        return self.arrow().to_pandas()

    def polars(self) -> pl.DataFrame:
        """Return the rows that are left as a polars frame."""
        import polars as pl  # noqa: PLC0415 - polars is not needed unless it is asked for

        names = self.schema.names
        for name in names:
            if names.count(name) > 1:
                raise UsageError(
                    f"polars cannot have two columns called {name}",
                    hint=f"name them apart in the query: … AS {name}_2",
                )
        frame = pl.from_arrow(self.arrow())
        assert isinstance(frame, pl.DataFrame)
        return frame


def _mapping(pairs: list[tuple[Any, Any]]) -> dict[Any, Any]:
    """Return a MAP as a dict; keys that are lists or rows become tuples."""
    try:
        return dict(pairs)
    except TypeError:
        return {_hashable(k): v for k, v in pairs}


def _hashable(key: Any) -> Any:
    if isinstance(key, dict):
        key = list(key.values())
    return tuple(map(_hashable, key)) if isinstance(key, list) else key
