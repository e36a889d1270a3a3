"""Conditions on the clock: rows enter the result and leave it as time passes."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from zoneinfo import ZoneInfo

import numpy as np
import pyarrow as pa

from cep.runtime.batch import Batch, Instants, Mask
from cep.runtime.consolidate import consolidate
from cep.runtime.functions.years import FIRST, LAST
from cep.runtime.functions.zones import instant_of
from cep.runtime.operator import Operator, StateSize
from cep.runtime.rowerrors import Messages, failed, merge
from cep.runtime.state.vectors import arrow, integers, valid, view
from cep.runtime.state.waiting import Waiting
from cep.runtime.time import BEGINNING, END
from cep.types import BIGINT, DATE, TIMESTAMP, Field, Schema

Column = Callable[[Sequence[pa.Array], int], tuple[pa.Array, Messages | None]]

_DAY = 86_400_000_000

_FEW = 1_000
"""Changes that wait and are not yet worth putting together."""


@dataclass(frozen=True)
class Bound:
    """A comparison of the clock with a sum of times.

    The clock is cut down to multiples of `grain` microseconds.
    The sum is that of `terms`, each a sign and a column of instants, dates or lengths of time, and
    `constant`; `operator` is <, <=, =, >= or >. With a `zone` the clock is what clocks show there.
    """

    operator: str
    terms: tuple[tuple[int, Column], ...]
    constant: int
    grain: int
    zone: ZoneInfo | None = None

    def times(
        self, columns: Sequence[pa.Array], rows: int
    ) -> tuple[Instants, Instants, Mask, Messages | None]:
        """Return from when on and until when each row satisfies it, where it can, and errors."""
        total = np.full(rows, self.constant)
        there = np.ones(rows, np.bool_)
        errors: Messages | None = None
        for sign, column in self.terms:
            values, wrong = column(columns, rows)
            where = valid(values)
            if where is not None:
                there &= where
            total += sign * _microseconds(values)
            if wrong is not None:
                errors = merge(errors, wrong)
        total[~there] = 0
        total = np.clip(total, FIRST, LAST)
        below = total // self.grain * self.grain
        above = below + self.grain
        at = np.where(total == below, below, above)
        enters, leaves = np.full((2, rows), BEGINNING)
        leaves[:] = END
        if self.operator in {">=", "="}:
            enters = self._instants(at)
        elif self.operator == ">":
            enters = self._instants(above)
        if self.operator in {"<=", "="}:
            leaves = self._instants(above)
        elif self.operator == "<":
            leaves = self._instants(at)
        return enters, leaves, there, errors

    def _instants(self, times: Instants) -> Instants:
        """Return when the clock shows times; of an hour that comes twice the first."""
        if self.zone is None:
            return times
        return view(instant_of(arrow(times, TIMESTAMP.arrow), self.zone).cast(pa.int64()))


def _microseconds(values: pa.Array) -> Instants:
    microseconds: Instants = view(values).astype(np.int64)
    return microseconds * _DAY if values.type == DATE.arrow else microseconds


class ClockedFilter(Operator):
    """Says rows as long as all `bounds` hold: a row enters, and leaves, when the clock gets there.

    Linear: a change of a row enters and leaves with the row. Bounds are looked at when rows come
    and in `tick`; what is due by then is said at once, taken back first, as a net. A row without a
    time to compare is never said.

    State: the rows that are yet to enter or to leave, by when that will be.
    """

    def __init__(self, schema: Schema, bounds: Sequence[Bound], *, append_only: bool) -> None:
        super().__init__(schema)
        self.bounds = tuple(bounds)
        self.append_only = append_only
        self._waiting = Waiting(schema)
        self._now = BEGINNING
        self._net = 0

    def process(self, port: int, batch: Batch) -> Iterable[Batch]:
        batch, enters, leaves = self._sound(batch)
        in_time = (leaves > self._now) & (enters < leaves)
        if not in_time.all():
            batch, enters, leaves = batch.where(in_time), enters[in_time], leaves[in_time]
        if not batch.rows:
            return ()
        here = enters <= self._now
        self._wait(batch, enters, ~here, 1)
        self._wait(batch, leaves, leaves < END, -1)
        self._put_together()
        said = batch.where(here)
        return (Batch(said.schema, said.columns, said.rows, weight=said.weight),)

    def _sound(self, batch: Batch) -> tuple[Batch, Instants, Instants]:
        """Put rows aside that cannot be computed; return the others that have a time, and when."""
        enters, leaves = np.full((2, batch.rows), BEGINNING)
        leaves[:] = END
        there = np.ones(batch.rows, np.bool_)
        errors: Messages | None = None
        for bound in self.bounds:
            first, last, some, wrong = bound.times(batch.columns, batch.rows)
            enters, leaves = np.maximum(enters, first), np.minimum(leaves, last)
            there &= some
            errors = wrong if errors is None or wrong is None else merge(errors, wrong)
        if errors is not None:
            self.outlet.failed(batch, errors)
            there &= ~failed(errors)
        if there.all():
            return batch, enters, leaves
        return batch.where(there), enters[there], leaves[there]

    def _wait(self, batch: Batch, due: Instants, which: Mask, sign: int) -> None:
        """Let changes of rows wait until the clock gets to `due`."""
        if which.any():
            some = batch.where(which)
            weights = sign * some.weights()
            self._waiting.add(
                Batch(self.schema, some.columns, some.rows, due[which], None, weights)
            )

    def _put_together(self) -> None:
        """Let go of what cancels out, where rows are taken back that have not left yet."""
        if self.append_only or len(self._waiting) <= 2 * self._net + _FEW:
            return
        rows = self._waiting.take(END)
        assert rows is not None
        assert rows.time is not None
        schema = Schema((*self.schema.fields, Field("$due", BIGINT, False)))
        columns = (*rows.columns, integers(rows.time))
        net = consolidate(Batch(schema, columns, rows.rows, weight=rows.weights()))
        self._net = net.rows
        if net.rows:
            *own, due = net.columns
            times = view(due).copy()
            self._waiting.add(Batch(self.schema, tuple(own), net.rows, times, None, net.weights()))

    def tick(self, now: int) -> Iterable[Batch]:
        self._now = max(now, self._now)
        rows = self._waiting.take(self._now + 1)
        if rows is None:
            return ()
        net = consolidate(Batch(rows.schema, rows.columns, rows.rows, weight=rows.weights()))
        gone = net.weights() < 0
        order = np.concatenate([np.flatnonzero(gone), np.flatnonzero(~gone)])
        said = net.take(order)
        if not gone.any() and (said.weights() == 1).all():
            said = Batch(said.schema, said.columns, said.rows)
        return (said,) if said.rows else ()

    def output_watermark(self) -> int:
        # What waits may be of any time: the result has none that is complete before the end.
        return END if self.watermarks[0] == END else BEGINNING

    def size(self) -> StateSize:
        return StateSize(len(self._waiting), self._waiting.nbytes)

    def snapshot(self) -> Mapping[str, pa.Table]:
        clock = integers(np.array([self._now, self._net]))
        return {"waiting": self._waiting.snapshot(), "clock": pa.table({"clock": clock})}

    def restore(self, state: Mapping[str, pa.Table]) -> None:
        self._waiting.restore(state["waiting"])
        self._now, self._net = state["clock"]["clock"].to_pylist()

    def fingerprint(self) -> str:
        how = ", ".join(
            f"{b.operator} {[s for s, _ in b.terms]} {b.constant} {b.grain} {b.zone}"
            for b in self.bounds
        )
        return f"ClockedFilter({self.schema} {how})"
