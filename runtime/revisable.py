"""Rows whose times are answered one by one, and answered again when a late row comes."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import replace

import numpy as np
import pyarrow as pa

from cep.runtime.batch import Batch, concat
from cep.runtime.consolidate import consolidate
from cep.runtime.operator import Outlet, StateSize
from cep.runtime.saying import Saying
from cep.runtime.state.vectors import integers
from cep.runtime.state.waiting import Waiting
from cep.runtime.time import BEGINNING
from cep.types import Schema

Answer = Callable[[Batch], Batch]
"""Returns what is said of all rows of some times, given by time and arrival."""


class Revisable:
    """Rows that wait for the watermark, and after it are kept for `correct` microseconds.

    What is said of a time depends on the rows of that time alone. So when one comes for a time that
    has been answered, the answers before and after it are compared, and what differs is taken back
    and said anew. State: the rows that wait, and those that are kept.
    """

    def __init__(self, schema: Schema, correct: int) -> None:
        self.schema = schema
        self.saying = Saying(correct=correct)
        self._waiting = Waiting(schema)
        self._kept = Waiting(schema)
        self._reached = BEGINNING

    def timely(self, batch: Batch, outlet: Outlet) -> Batch:
        """Put aside the rows that come too late, and return the others."""
        assert batch.time is not None
        refusing = self.saying.refusing(batch.lateness)
        if refusing is not None:
            late = batch.time < refusing
            if late.any():
                outlet.late(batch.where(late))
                batch = batch.where(~late)
        return batch

    def add(self, batch: Batch) -> None:
        """Let rows wait, all of which have a time."""
        self._waiting.add(replace(batch, lateness=None))

    def revised(self, answer: Answer) -> Iterable[Batch]:
        """Return what changes by the rows that have come for times which have been answered."""
        late = self._waiting.take(self._reached) if self.saying.correct else None
        return () if late is None else self._said(late, answer)

    def passed(self, watermark: int, answer: Answer) -> Iterable[Batch]:
        """Return what is to be said as the watermark has passed some rows."""
        rows = self._waiting.take(watermark)
        self._reached = max(watermark, self._reached)
        said = () if rows is None else self._said(rows, answer)
        if self.saying.correct:
            self._kept.take(self.saying.past(watermark))
        return said

    def _said(self, rows: Batch, answer: Answer) -> Iterable[Batch]:
        if not self.saying.correct:
            said = answer(rows)
            return (said,) if said.rows else ()
        assert rows.time is not None
        before = self._kept.at(np.unique(rows.time))
        self._kept.add(rows)
        if before is None:
            said = answer(rows)
            return (said,) if said.rows else ()
        assert before.time is not None
        every = concat([before, rows])
        assert every.time is not None
        every = every.take(np.argsort(every.time, kind="stable"))
        old, new = answer(before), answer(every)
        taken = replace(old, weight=-old.weights())
        net = consolidate(concat([taken, new]))
        if not net.rows:
            return ()
        # What is taken back comes before what takes its place.
        return (net.take(np.argsort(net.weights() > 0, kind="stable")),)

    def size(self) -> StateSize:
        """Return how many rows there are."""
        both = (self._waiting, self._kept)
        return StateSize(sum(map(len, both)), sum(w.nbytes for w in both))

    def snapshot(self) -> Mapping[str, pa.Table]:
        """Return all rows."""
        return {
            "waiting": self._waiting.snapshot(),
            "kept": self._kept.snapshot(),
            "reached": pa.table({"reached": integers(np.array([self._reached]))}),
        }

    def restore(self, state: Mapping[str, pa.Table]) -> None:
        """Take up what `snapshot` returned."""
        self._waiting.restore(state["waiting"])
        self._kept.restore(state["kept"])
        self._reached = state["reached"]["reached"][0].as_py()
