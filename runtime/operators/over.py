"""OVER: functions over the rows around each row, in the order of its partition."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

import numpy as np
import pyarrow as pa

from cep.runtime.batch import Batch, concat
from cep.runtime.consolidate import consolidate
from cep.runtime.operator import Operator, StateSize
from cep.runtime.ordering import Key
from cep.runtime.over.calls import OverCall
from cep.runtime.over.machine import Machine
from cep.runtime.snapshots import batches_to_table, table_to_batches
from cep.runtime.state.waiting import Waiting
from cep.runtime.time import BEGINNING, END
from cep.types import Schema


class Over(Operator):
    """Adds to each row what functions say of the rows around it; the rows are said in their order.

    `partition` are the columns that make a partition, `order` what its rows are ordered by; ties go
    by `ties`, then event time and arrival.

    With `timed` the order begins with the event time. Rows are put in order when the watermark has
    passed them, and said as soon as all their frames are complete. Rows whose time is before their
    lateness are refused. Rows may be taken back until the watermark has passed them. State: the
    rows that wait, and what the machine keeps.

    Otherwise all rows are put in order and said when the input ends; they may have been taken back
    until then. State: all rows.
    """

    def __init__(
        self,
        input: Schema,  # noqa: A002 - that is what it is
        output: Schema,
        partition: tuple[int, ...],
        order: Sequence[Key],
        calls: Sequence[OverCall],
        *,
        timed: bool,
        ties: Sequence[Key] = (),
    ) -> None:
        super().__init__(output)
        self.input = input
        self.timed = timed
        self._buffer: list[Batch] = []
        self._waiting = Waiting(input)
        self._machine = Machine(input, output, partition, order, calls, timed=timed, ties=ties)

    def process(self, port: int, batch: Batch) -> Iterable[Batch]:
        """Let the rows wait."""
        if not self.timed:
            self._buffer.append(batch)
            return ()
        assert batch.time is not None
        if batch.lateness is not None:
            late = batch.time < batch.lateness
            if late.any():
                self.outlet.late(batch.where(late))
                batch = batch.where(~late)
        if batch.rows:
            rows = Batch(batch.schema, batch.columns, batch.rows, batch.time, weight=batch.weight)
            self._waiting.add(rows)
        return ()

    def advance(self, port: int, watermark: int) -> Iterable[Batch]:
        """Put in order what the watermark has passed, and say what is complete."""
        super().advance(port, watermark)
        if not self.timed:
            return self._say_all() if watermark == END else ()
        batch = self._waiting.take(watermark)
        said = self._machine.run(None if batch is None else _plain(batch), watermark, self.outlet)
        return () if said is None else (said,)

    def _say_all(self) -> Iterable[Batch]:
        """Say all rows of an input that has ended."""
        if not self._buffer:
            return ()
        rows = _plain(concat(self._buffer))
        self._buffer = []
        said = self._machine.whole(rows, self.outlet) if rows.rows else None
        return () if said is None else (said,)

    def output_watermark(self) -> int:
        if not self.timed:
            return END if self.watermarks[0] == END else BEGINNING
        return self._machine.earliest(self.watermarks[0])

    def size(self) -> StateSize:
        waiting = sum(b.rows for b in self._buffer) + len(self._waiting)
        nbytes = sum(b.nbytes for b in self._buffer) + self._waiting.nbytes
        return StateSize(waiting, nbytes) + self._machine.size()

    def snapshot(self) -> Mapping[str, pa.Table]:
        if not self.timed:
            return {"buffer": batches_to_table(self.input, self._buffer)}
        return {"waiting": self._waiting.snapshot(), **self._machine.snapshot()}

    def restore(self, state: Mapping[str, pa.Table]) -> None:
        if not self.timed:
            self._buffer = table_to_batches(self.input, state["buffer"])
            return
        self._waiting.restore(state["waiting"])
        self._machine.restore(state)

    def fingerprint(self) -> str:
        return f"Over({self._machine.text()} {self.timed})"


def _plain(batch: Batch) -> Batch:
    """Return every row as often as the net of its weights says."""
    rows = consolidate(batch)
    if rows.weight is not None:
        rows = rows.take(np.repeat(np.arange(rows.rows), np.maximum(rows.weight, 0)))
    return Batch(rows.schema, rows.columns, rows.rows, rows.time)
