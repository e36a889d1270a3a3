"""Running the grouping operator over events and collecting what it says."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterable, Sequence
from typing import Any

import numpy as np
import pyarrow as pa

from cep.runtime.batch import Batch
from cep.runtime.operators.aggregate import GroupAggregate
from cep.runtime.rowerrors import Messages, failed
from cep.runtime.time import END
from cep.types import Schema
from tests.aggregates.oracle import Event, same

EPOCH = dt.datetime(1970, 1, 1)


def instant(time: int) -> dt.datetime:
    """Return microseconds since 1970 as a TIMESTAMP."""
    return EPOCH + dt.timedelta(microseconds=time)


def batch_of(schema: Schema, events: Sequence[Event], *, weighted: bool) -> Batch:
    """Put events into a batch."""
    columns = tuple(
        pa.array([e.values[i] for e in events], t.arrow) for i, t in enumerate(schema.types)
    )
    late = any(e.lateness > -(2**63) for e in events)
    return Batch(
        schema,
        columns,
        len(events),
        np.array([e.time for e in events], np.int64),
        np.array([e.lateness for e in events], np.int64) if late else None,
        np.array([e.weight for e in events], np.int64) if weighted else None,
    )


class Collector:
    """Takes everything an operator says: the net of its rows, its failures and late rows."""

    def __init__(self) -> None:
        self.net: dict[tuple[Any, ...], int] = {}
        self.rows: dict[tuple[Any, ...], tuple[Any, ...]] = {}
        self.order: list[tuple[Any, ...]] = []
        self.times: list[int] = []
        self.lates: list[tuple[Any, ...]] = []
        self.failures: dict[tuple[Any, ...], int] = {}

    def late(self, batch: Batch) -> None:
        """Take late rows."""
        self.lates += zip(*(c.to_pylist() for c in batch.columns), strict=True)

    def failed(self, batch: Batch, messages: Messages) -> None:
        """Take failed rows."""
        wrong = batch.where(failed(messages))
        for row, weight in _rows(wrong):
            _count(self.failures, row, weight)

    def take(self, batches: Iterable[Batch]) -> None:
        """Take rows that were said."""
        for batch in batches:
            assert batch.rows > 0
            for column, t in zip(batch.columns, batch.schema.types, strict=True):
                column.validate(full=True)
                assert column.type == t.arrow, (column.type, t)
                assert len(column) == batch.rows
            if batch.time is not None:
                self.times += batch.time.tolist()
            for row, weight in _rows(batch):
                self.order.append(row)
                _count(self.net, row, weight)
                self.rows[_known(row)] = row

    def result(self, keys: int) -> dict[tuple[Any, ...], tuple[Any, ...]]:
        """Return what stands in the end, by key."""
        answer = {}
        for known, weight in self.net.items():
            assert weight == 1, (known, weight)
            row = self.rows[known]
            key = tuple(same(v) for v in row[:keys])
            assert key not in answer, key
            answer[key] = row[keys:]
        return answer


def _rows(batch: Batch) -> Iterable[tuple[tuple[Any, ...], int]]:
    rows = zip(*(c.to_pylist() for c in batch.columns), strict=True)
    return zip(rows, batch.weights().tolist(), strict=True)


def _known(row: tuple[Any, ...]) -> tuple[Any, ...]:
    return tuple(tuple(map(same, v)) if isinstance(v, list) else same(v) for v in row)


def _count(net: dict[tuple[Any, ...], int], row: tuple[Any, ...], weight: int) -> None:
    known = _known(row)
    net[known] = net.get(known, 0) + weight
    if not net[known]:
        del net[known]


def run(
    make: Callable[[], GroupAggregate],
    events: Sequence[Event],
    split: int,
    *,
    watermarks: Callable[[int], int | None] = lambda _: None,
    restore_at: frozenset[int] = frozenset(),
    drained: bool = True,
) -> Collector:
    """Feed events in batches of `split`; `watermarks` gives one after so many events, or None.

    At the positions in `restore_at` the operator is replaced by one restored from its snapshot.
    """
    op = make()
    out = Collector()
    op.outlet = out
    last = -(2**63)
    i = 0
    while i < len(events):
        # A batch ends where a watermark or a snapshot comes, whatever the split.
        end = i + 1
        while end < min(i + split, len(events)):
            if watermarks(end) is not None or end in restore_at:
                break
            end += 1
        out.take(op.process(0, batch_of(op.input, events[i:end], weighted=not op.append_only)))
        i = end
        mark = watermarks(i)
        if mark is not None and mark > last:
            last = mark
            out.take(op.advance(0, mark))
        if i in restore_at:
            tables = {name: _portable(table) for name, table in op.snapshot().items()}
            fresh = make()
            assert fresh.fingerprint() == op.fingerprint()
            fresh.restore(tables)
            assert fresh.size().rows == op.size().rows
            op = fresh
            op.outlet = out
    if drained:
        out.take(op.advance(0, END))
    return out


def _portable(table: pa.Table) -> pa.Table:
    """Write and read a table, as a checkpoint would."""
    sink = pa.BufferOutputStream()
    with pa.ipc.new_stream(sink, table.schema) as writer:
        writer.write_table(table)
    return pa.ipc.open_stream(sink.getvalue()).read_all()
