"""INTERSECT and EXCEPT: how often a row is there follows from how often it is in the inputs.

Rows are equal as in GROUP BY: NULL equals NULL.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from enum import Enum

import numpy as np
import pyarrow as pa

from cep.runtime.batch import Batch, Indices, Weights
from cep.runtime.operator import Operator, StateSize
from cep.runtime.revisable import Revisable
from cep.runtime.state.ages import Ages
from cep.runtime.state.column import Column, Ids
from cep.runtime.state.keys import KeyTable
from cep.runtime.state.vectors import arrow, integers, view
from cep.runtime.time import BEGINNING, END
from cep.types import BOOLEAN, Field, Schema


class SetKind(Enum):
    """Which set operation."""

    INTERSECT = "Intersect"
    EXCEPT = "Except"


def multiplicity(kind: SetKind, every: bool, left: Weights, right: Weights) -> Weights:
    """Return how often rows are in the result that are so often in the inputs.

    With `every` (ALL) that is the least of both, or the difference; otherwise once or not at all.
    """
    left, right = np.maximum(left, 0), np.maximum(right, 0)
    if kind is SetKind.INTERSECT:
        times = np.minimum(left, right)
    elif every:
        times = np.maximum(left - right, 0)
    else:
        times = np.where(right == 0, left, 0)
    return times if every else np.minimum(times, 1)


class SetOperation(Operator):
    """Counts each different row of both inputs, and says what changes in the result.

    Each batch is answered with the rows that leave the result and then those that enter it, both in
    the order of their first appearance in the batch. With `final` nothing is said before both
    inputs have ended, and then all rows in the order in which they first came.

    State: each different row with two counts; without retractions nothing is ever freed but by
    `ttl`, which forgets a row, and retracts nothing, when for so many microseconds of the engine's
    clock (see `tick`) it has not come.
    """

    ports = 2

    def __init__(
        self, schema: Schema, kind: SetKind, *, every: bool, final: bool, ttl: int | None = None
    ) -> None:
        super().__init__(schema)
        self.kind = kind
        self.every = every
        self.final = final
        self.ttl = ttl
        self._now = BEGINNING
        self._arrived = 0
        self._reset()

    def _reset(self) -> None:
        self._table = KeyTable(self.schema.types)
        self._counts = Column(np.int64, 0, 2)
        self._arrival = Column(np.int64)
        self._ages = Ages()

    def process(self, port: int, batch: Batch) -> Iterable[Batch]:
        if self.ttl is not None:
            self._expire()
        ids, net = self._count(port, batch)
        if self.final:
            return ()
        counts = self._counts.data[ids]
        new = multiplicity(self.kind, self.every, counts[:, 0], counts[:, 1])
        counts[:, port] -= net
        delta = new - multiplicity(self.kind, self.every, counts[:, 0], counts[:, 1])
        gone, come = np.flatnonzero(delta < 0), np.flatnonzero(delta > 0)
        said = self._rows(ids, np.concatenate([gone, come]), delta)
        self._release(ids[(self._counts.data[ids] == 0).all(axis=1)])
        return (said,) if said.rows else ()

    def _count(self, port: int, batch: Batch) -> tuple[Ids, Weights]:
        """Add rows of an input; return the different ones, and how many more of each there are."""
        if self.schema.fields:
            met = self._table.group(batch.columns)
        else:
            met = self._table.one(batch.rows)
        ids, local = met.ids, met.local
        capacity = self._table.capacity
        self._counts.reserve(capacity)
        self._arrival.reserve(capacity)
        self._arrival.data[met.new] = self._arrived + np.arange(len(met.new))
        self._arrived += len(met.new)
        if self.ttl is not None:
            self._ages.touch(ids, met.new, self._now, capacity)
        net = np.zeros(len(ids), np.int64)
        np.add.at(net, local, batch.weights())
        self._counts.data[ids, port] += net
        return ids, net

    def _rows(self, ids: Ids, some: Indices, delta: Weights) -> Batch:
        """Return rows as changes, each as often as it enters or leaves the result."""
        times = np.abs(delta[some])
        if (times > 1).any():
            some = np.repeat(some, times)
        weights = np.sign(delta[some])
        columns = self._table.columns(ids[some])
        plain = None if (weights > 0).all() else weights
        return Batch(self.schema, columns, len(some), weight=plain)

    def advance(self, port: int, watermark: int) -> Iterable[Batch]:
        super().advance(port, watermark)
        if not self.final or min(self.watermarks) < END:
            return ()
        ids = self._table.live()
        ids = ids[np.argsort(self._arrival.data[ids])]
        counts = self._counts.data[ids]
        times = multiplicity(self.kind, self.every, counts[:, 0], counts[:, 1])
        said = self._rows(ids, np.flatnonzero(times), times)
        self._reset()
        return (said,) if said.rows else ()

    def output_watermark(self) -> int:
        watermark = min(self.watermarks)
        return watermark if watermark == END or not self.final else BEGINNING

    def tick(self, now: int) -> Iterable[Batch]:
        self._now = max(now, self._now)
        if self.ttl is not None:
            self._expire()
        return ()

    def _expire(self) -> None:
        """Forget the rows that have not come for long."""
        if self.ttl is not None:
            self._release(self._ages.expired(self._now - self.ttl, len(self._table)))

    def _release(self, ids: Ids) -> None:
        """Forget rows."""
        if not len(ids):
            return
        if len(ids) == len(self._table):
            self._reset()
            return
        if self.ttl is not None:
            self._ages.remove(ids)
        self._counts.clear(ids)
        self._table.release(ids)
        if self._table.wasteful():
            top = self._table.capacity
            kept = self._table.compact()
            capacity = self._table.capacity
            self._counts.keep(kept, capacity)
            self._arrival.keep(kept, capacity)
            if self.ttl is not None:
                self._ages.keep(kept, capacity, top)

    def size(self) -> StateSize:
        nbytes = self._table.nbytes + self._counts.nbytes + self._arrival.nbytes
        return StateSize(len(self._table), nbytes + self._ages.nbytes)

    def snapshot(self) -> Mapping[str, pa.Table]:
        if self.ttl is None:
            ids = self._table.live()
            ids = ids[np.argsort(self._arrival.data[ids])]
            touched = np.zeros(len(ids), np.int64)
        else:
            ids = self._ages.all(len(self._table))
            touched = self._ages.touches(ids)
        numbers = [*self._counts.data[ids].T, self._arrival.data[ids], touched]
        columns = [*self._table.columns(ids), *(integers(n.copy()) for n in numbers)]
        clock = integers(np.array([self._now, self._arrived]))
        return {"rows": _numbered(columns), "clock": pa.table({"clock": clock})}

    def restore(self, state: Mapping[str, pa.Table]) -> None:
        self._now, self._arrived = state["clock"]["clock"].to_pylist()
        *columns, left, right, arrival, touched = (
            c.combine_chunks() for c in state["rows"].columns
        )
        if not len(left):
            return
        ids = self._table.intern(columns)[0] if columns else self._table.one().ids
        capacity = self._table.capacity
        self._counts.reserve(capacity)
        self._arrival.reserve(capacity)
        self._counts.data[ids] = np.stack([view(left), view(right)], axis=1)
        self._arrival.data[ids] = view(arrival)
        if self.ttl is not None:
            self._ages.restore(ids, view(touched), capacity)

    def fingerprint(self) -> str:
        how = f"{self.kind.value} {self.every} {self.final} {self.ttl}"
        return f"SetOperation({self.schema} {how})"


class TimedSetOperation(Operator):
    """A set operation of rows whose time is a part of them: said when the watermark has passed it.

    Equal rows have equal times, so what is in the result at a time depends on the rows of that time
    alone. Rows whose time is before their lateness are refused. Rows are said by time and then
    arrival; for `correct` microseconds they are kept, and what comes for a time that has been said
    takes back what has changed by it. State: the rows that wait, or are kept.
    """

    ports = 2

    def __init__(self, schema: Schema, kind: SetKind, *, every: bool, correct: int = 0) -> None:
        super().__init__(schema)
        self.kind = kind
        self.every = every
        self._marked = Schema((*schema.fields, Field("$right", BOOLEAN, False)))
        self._rows = Revisable(self._marked, correct)

    def process(self, port: int, batch: Batch) -> Iterable[Batch]:
        batch = self._rows.timely(batch, self.outlet)
        if not batch.rows:
            return ()
        mark = arrow(np.full(batch.rows, port == 1), pa.bool_())
        self._rows.add(replace(batch, schema=self._marked, columns=(*batch.columns, mark)))
        return self._rows.revised(self._result)

    def advance(self, port: int, watermark: int) -> Iterable[Batch]:
        super().advance(port, watermark)
        return self._rows.passed(min(self.watermarks), self._result)

    def output_watermark(self) -> int:
        return self._rows.saying.past(min(self.watermarks))

    def _result(self, rows: Batch) -> Batch:
        """Return the rows of the result, given all of some times, by time and arrival."""
        *columns, mark = rows.columns
        met = KeyTable(self.schema.types).group(columns)
        there = view(mark)
        counts = np.zeros((2, len(met.ids)), np.int64)
        np.add.at(counts, (there.astype(np.int64), met.local), rows.weights())
        times = multiplicity(self.kind, self.every, *counts)
        first = np.full(len(met.ids), rows.rows)
        np.minimum.at(first, met.local, np.arange(rows.rows))
        chosen = rows.take(np.sort(np.repeat(first, times)))
        return Batch(self.schema, chosen.columns[:-1], chosen.rows, chosen.time)

    def size(self) -> StateSize:
        return self._rows.size()

    def snapshot(self) -> Mapping[str, pa.Table]:
        return self._rows.snapshot()

    def restore(self, state: Mapping[str, pa.Table]) -> None:
        self._rows.restore(state)

    def fingerprint(self) -> str:
        correct = self._rows.saying.correct
        return f"TimedSetOperation({self.schema} {self.kind.value} {self.every} {correct})"


def _numbered(columns: Sequence[pa.Array]) -> pa.Table:
    return pa.table(list(columns), names=[str(i) for i in range(len(columns))])
