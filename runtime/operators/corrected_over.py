"""OVER that takes rows which come late, and corrects what it has said of those around them."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import replace

import numpy as np
import pyarrow as pa

from cep.runtime.batch import Batch, Mask, concat
from cep.runtime.consolidate import consolidate
from cep.runtime.operator import Operator, StateSize
from cep.runtime.ordering import Key
from cep.runtime.over.calls import OverCall
from cep.runtime.over.machine import Machine
from cep.runtime.rowerrors import Messages, failed
from cep.runtime.saying import Saying
from cep.runtime.snapshots import batches_to_table, table_to_batches
from cep.runtime.state.keys import KeyTable
from cep.runtime.state.vectors import integers, valid, view
from cep.runtime.state.waiting import Waiting
from cep.runtime.time import BEGINNING, END
from cep.types import BIGINT, VARCHAR, Field, Schema

_FEW = 64
"""Rows that are not worth being let go of."""


class CorrectedOver(Operator):
    """Says of each row what functions say of the rows around it, and corrects that for a while.

    A row is said as by `Over`, when the watermark has passed its frames. It may be late by
    `correct` microseconds: the rows of its partition that this may change are computed again, and
    what differs is taken back and said anew. Takes inserts only; a row that is later is refused.

    There are three machines. One has taken the rows that can change no more: what follows them is
    computed from a copy of it. One is ahead, and has taken what the watermark has passed: it says
    rows of partitions for which none came late. For the others (`stale`) a copy is made at every
    watermark, until these copies have cost as much as to make the one that is ahead anew.

    State: what the first two keep, the rows that wait, and for `correct` microseconds all rows,
    and those that were said.
    """

    def __init__(
        self,
        input: Schema,  # noqa: A002 - that is what it is
        output: Schema,
        partition: tuple[int, ...],
        order: Sequence[Key],
        calls: Sequence[OverCall],
        *,
        correct: int,
        ties: Sequence[Key] = (),
    ) -> None:
        super().__init__(output)
        self.input = input
        self.partition = partition
        self._ties = tuple(ties)
        self.saying = Saying(correct=correct)
        # Each row has a number of its own, so that it is known what was said of it.
        number = Field("$row", BIGINT, False)
        self._width = len(input)
        self._numbered = Schema((*input.fields, number))
        self._told = Schema((*input.fields, number, *output.fields[self._width :]))
        self._noted = Schema((*self._told.fields, Field("$error", VARCHAR)))
        self._given = (partition, tuple(order), tuple(calls))
        self._settled = self._machine()
        self._waiting = Waiting(self._numbered)
        self._rows = 0
        self._start()

    def _start(self) -> None:
        """Begin with nothing that could be corrected."""
        self._ahead = self._machine()
        self._kept = Waiting(self._numbered)
        self._said: list[Batch] = []
        self._gone: list[Batch] = []
        self._stale: Batch | None = None
        self._spent = 0

    def _machine(self) -> Machine:
        return Machine(self._numbered, self._told, *self._given, timed=True, ties=self._ties)

    # Rows come.

    def process(self, port: int, batch: Batch) -> Iterable[Batch]:
        """Let the rows wait, and correct what those that are late change."""
        assert batch.time is not None
        refusing = self.saying.refusing(batch.lateness)
        if refusing is not None:
            late = batch.time < refusing
            if late.any():
                self.outlet.late(batch.where(late))
                batch = batch.where(~late)
        if not batch.rows:
            return
        numbers = integers(np.arange(self._rows, self._rows + batch.rows))
        self._rows += batch.rows
        columns = (*batch.columns, numbers)
        self._waiting.add(Batch(self._numbered, columns, batch.rows, batch.time))
        passed = self._waiting.take(self.watermarks[0])
        if passed is not None:
            self._kept.add(passed)
            self._outdate(passed)
            yield from self._redone(passed)

    def advance(self, port: int, watermark: int) -> Iterable[Batch]:
        """Say what is complete, and let go of what can change no more."""
        super().advance(port, watermark)
        passed = self._waiting.take(watermark)
        if passed is not None:
            self._kept.add(passed)
        yield from self._forward(passed, watermark)
        if self._stale is not None and (self._ahead.waits or passed is not None):
            yield from self._redone(self._stale if self._ahead.waits else passed)
        if watermark == END:
            self._settled = self._machine()
            self._start()
            return
        self._settle()
        if self._stale is not None and self._spent > len(self._kept) + self._settled.kept:
            self._renew()

    # What is said.

    def _forward(self, passed: Batch | None, watermark: int) -> Iterable[Batch]:
        """Say the rows of partitions for which none came late."""
        if passed is not None and self._stale is not None:
            passed = passed.where(~self._among(passed, self._stale))
        told = self._told_by(self._ahead, passed, watermark)
        if told is not None and self._stale is not None:
            told = told.where(~self._among(told, self._stale))
        if told is not None and told.rows:
            self._said.append(told)
            yield from self._outgoing(told)

    def _redone(self, some: Batch | None) -> Iterable[Batch]:
        """Compute the partitions of some rows again, and say what differs from what was said."""
        if some is None or not some.rows:
            return
        copy = self._copied(some)
        rows = self._kept.all()
        if rows is not None:
            rows = rows.where(self._among(rows, some))
            self._spent += rows.rows
        told = self._told_by(copy, rows, self.watermarks[0])
        yield from self._replaced(told)

    def _told_by(self, machine: Machine, rows: Batch | None, watermark: int) -> Batch | None:
        """Return what a machine says of rows, those among them that are in error with messages."""
        errors = _Errors()
        said = machine.run(rows, watermark, errors)
        parts = []
        if said is not None:
            missing = pa.nulls(said.rows, pa.string())
            parts.append(said.replaced(self._noted, (*said.columns, missing)))
        for batch, messages in errors.found:
            there = failed(messages)
            texts = pa.array(messages[there].tolist(), pa.string())
            bad = batch.where(there)
            parts.append(bad.replaced(self._noted, (*bad.columns, texts)))
        return concat(parts) if parts else None

    def _replaced(self, told: Batch | None) -> Iterable[Batch]:
        """Say in what rows differ from what was said of them."""
        if told is None:
            return
        parts = [told]
        if self._said:
            said = concat(self._said)
            same = self._which(said, told)
            before = said.where(same)
            self._said = [said.where(~same)]
            parts.append(replace(before, weight=np.full(before.rows, -1)))
        self._said.append(told)
        net = consolidate(concat(parts))
        if net.rows:
            # What is taken back comes before what takes its place.
            yield from self._outgoing(net.take(np.argsort(net.weights() > 0, kind="stable")))

    def _which(self, rows: Batch, others: Batch) -> Mask:
        """Return which rows are among others."""
        mine, theirs = (view(b.columns[self._width]) for b in (rows, others))
        among: Mask = np.isin(mine, theirs)
        return among

    def _outgoing(self, told: Batch) -> Iterator[Batch]:
        """Say rows without their numbers; put those aside that are in error."""
        *columns, errors = told.columns
        del columns[self._width]
        batch = told.replaced(self.schema, columns)
        wrong = valid(errors)
        wrong = np.ones(batch.rows, np.bool_) if wrong is None else wrong
        if wrong.any():
            messages = np.array(errors.to_pylist(), dtype=object)
            self.outlet.failed(batch, messages)
            batch = batch.where(~wrong)
        if batch.rows:
            yield batch

    # What is kept.

    def _settle(self) -> None:
        """Let go of the rows for which none can be late any more."""
        limit = self.saying.past(self.watermarks[0])
        told = self._told_by(self._settled, self._kept.take(limit), limit)
        if told is not None:
            self._gone.append(told)
            if 2 * _many(self._gone) > max(_many(self._said), _FEW):
                self._forget()

    def _forget(self) -> None:
        """Let go of what was said of the rows that are settled."""
        if self._said and self._gone:
            said = concat(self._said)
            self._said = [said.where(~self._which(said, concat(self._gone)))]
        self._gone = []

    def _outdate(self, late: Batch) -> None:
        """Note that the machine which is ahead knows nothing of some late rows."""
        one = late.replaced(self._numbered, late.columns)
        if self._stale is not None:
            one = concat([self._stale, one])
        if not self.partition:
            self._stale = one.take(np.zeros(1, np.int64))
            return
        table = KeyTable([self.input.types[k] for k in self.partition])
        ids = table.intern([one.columns[k] for k in self.partition])[0]
        _, first = np.unique(ids, return_index=True)
        self._stale = one.take(np.sort(first))

    def _among(self, rows: Batch, some: Batch) -> Mask:
        """Return which rows are of the partitions of some."""
        if not self.partition:
            return np.ones(rows.rows, np.bool_)
        table = KeyTable([self.input.types[k] for k in self.partition])
        wanted, _ = table.intern([some.columns[k] for k in self.partition])
        mine, _ = table.intern([rows.columns[k] for k in self.partition])
        among: Mask = np.isin(mine, wanted)
        return among

    def _copied(self, some: Batch) -> Machine:
        """Return a copy of the machine that is settled, of the partitions of some rows."""
        machine = self._machine()
        machine.restore(self._settled.branch([some.columns[k] for k in self.partition]))
        return machine

    def _renew(self) -> None:
        """Make the machine that is ahead anew, with all rows that the watermark has passed."""
        self._ahead = self._machine()
        self._ahead.restore(self._settled.snapshot())
        self._ahead.run(self._kept.all(), self.watermarks[0], _Errors())
        self._stale, self._spent = None, 0

    def output_watermark(self) -> int:
        return self._settled.earliest(self.saying.past(self.watermarks[0]))

    def size(self) -> StateSize:
        said = (*self._said, *self._gone)
        rows = len(self._waiting) + len(self._kept) + _many(said)
        nbytes = self._waiting.nbytes + self._kept.nbytes + sum(b.nbytes for b in said)
        return StateSize(rows, nbytes) + self._settled.size() + self._ahead.size()

    def snapshot(self) -> Mapping[str, pa.Table]:
        settled = {f"settled {name}": t for name, t in self._settled.snapshot().items()}
        self._forget()
        return {
            "waiting": self._waiting.snapshot(),
            "kept": self._kept.snapshot(),
            "said": batches_to_table(self._noted, self._said),
            "count": pa.table({"count": integers(np.array([self._rows]))}),
            **settled,
        }

    def restore(self, state: Mapping[str, pa.Table]) -> None:
        self._waiting.restore(state["waiting"])
        self._kept.restore(state["kept"])
        self._said = table_to_batches(self._noted, state["said"])
        (self._rows,) = state["count"]["count"].to_pylist()
        mine = "settled "
        tables = {n.removeprefix(mine): t for n, t in state.items() if n.startswith(mine)}
        self._settled.restore(tables)
        if BEGINNING < self.watermarks[0] < END:
            self._renew()

    def fingerprint(self) -> str:
        return f"CorrectedOver({self._settled.text()} {self.saying.correct})"


def _many(batches: Sequence[Batch]) -> int:
    return sum(b.rows for b in batches)


class _Errors:
    """Keeps the rows that a machine could not compute, since they may be computed again."""

    def __init__(self) -> None:
        self.found: list[tuple[Batch, Messages]] = []

    def late(self, batch: Batch) -> None:
        """Refuse: what a machine is given is in time."""
        raise AssertionError("a row that was taken is late")

    def failed(self, batch: Batch, messages: Messages) -> None:
        """Keep rows with their messages."""
        self.found.append((batch, messages))
