"""What operators share that give each row of one input at most one row of another."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import pyarrow as pa

from cep.runtime.batch import Batch, Mask
from cep.runtime.operator import Outlet, StateSize
from cep.runtime.rowerrors import Messages, failed
from cep.runtime.state.codes import codec
from cep.runtime.state.column import Ids
from cep.runtime.state.vectors import arrow, integers, valid
from cep.runtime.state.waiting import Waiting
from cep.runtime.time import BEGINNING, END
from cep.types import Schema

Predicate = Callable[[Sequence[pa.Array], int], tuple[Mask, Messages | None]]

Take = Callable[[int, Ids], pa.Array]
"""Gives a column of the right rows at positions, NULLs where these are -1."""


@dataclass(frozen=True)
class Residual:
    """A condition on pairs: it reads these columns of the left, then these of the right input."""

    left: tuple[int, ...]
    right: tuple[int, ...]
    predicate: Predicate
    text: str


@dataclass(frozen=True)
class Pairing:
    """How rows of the left input are put beside those of the right one.

    `keys` are the columns that must be equal, left and right; NULL equals nothing. With `outer` a
    left row without a right one is said with NULLs; a right row for which the `residual` condition
    does not hold counts for none.
    """

    left: Schema
    right: Schema
    output: Schema
    left_keys: tuple[int, ...]
    right_keys: tuple[int, ...]
    outer: bool
    timed: bool
    """Whether the times of the left rows are event times of what is said."""
    residual: Residual | None = None

    def paired(self, batch: Batch, places: Ids, take: Take, outlet: Outlet) -> Batch:
        """Return left rows beside the right rows at `places`: int64[rows], -1 where there is none.

        A pair for which the condition cannot be computed is put aside.
        """
        kept = np.ones(batch.rows, np.bool_)
        if self.residual is not None:
            places, kept = self._holding(batch, places, take, outlet, self.residual)
        if not self.outer:
            kept &= places >= 0
        if not kept.all():
            rows = np.flatnonzero(kept)
            batch, places = batch.take(rows), places[rows]
        return self._beside(batch, places, take)

    def _beside(self, batch: Batch, places: Ids, take: Take) -> Batch:
        right = (take(i, places) for i in range(len(self.right)))
        time = batch.time if self.timed else None
        return Batch(self.output, (*batch.columns, *right), batch.rows, time, weight=batch.weight)

    def _holding(
        self, batch: Batch, places: Ids, take: Take, outlet: Outlet, residual: Residual
    ) -> tuple[Ids, Mask]:
        """Return the places of the pairs that satisfy the condition, and what was not put aside."""
        kept = np.ones(batch.rows, np.bool_)
        found = np.flatnonzero(places >= 0)
        if not len(found):
            return places, kept
        own = [batch.columns[i].take(integers(found)) for i in residual.left]
        other = [take(i, places[found]) for i in residual.right]
        mask, errors = residual.predicate([*own, *other], len(found))
        if errors is not None:
            bad = np.flatnonzero(failed(errors))
            some = batch.take(found[bad])
            outlet.failed(self._beside(some, places[found[bad]], take), errors[bad])
            kept[found[bad]] = False
        places = places.copy()
        places[found[~mask]] = -1
        return places, kept


def keyed(batch: Batch, columns: tuple[int, ...]) -> Mask | None:
    """Return where none of the key columns is NULL; None where that is everywhere."""
    there: Mask | None = None
    for k in columns:
        where = valid(batch.columns[k])
        if where is not None:
            there = where if there is None else there & where
    return there


def at(column: pa.Array, places: Ids) -> pa.Array:
    """Return the values at places; NULL where a place is -1."""
    there = places >= 0
    if there.all():
        return column.take(integers(places))
    return column.take(arrow(np.where(there, places, 0), pa.int64(), there))


def fingerprint(name: str, pairing: Pairing, *others: object) -> str:
    """Return what the state of an operator depends on."""
    text = None if pairing.residual is None else pairing.residual.text
    keys = (pairing.left_keys, pairing.right_keys)
    parts = (pairing.left, pairing.right, keys, pairing.outer, text, *others)
    return f"{name}({'; '.join(map(str, parts))})"


class Inputs:
    """The rows of two inputs that wait until both are complete at their times.

    `times` are the columns that say these, left and right; `timely` whether each of them is the
    event time of its input. One that is not is complete when it ends.
    """

    def __init__(self, pairing: Pairing, times: tuple[int, int], timely: tuple[bool, bool]) -> None:
        self.pairing = pairing
        self.times = times
        self.timely = timely
        self.schemas = (pairing.left, pairing.right)
        self.waiting = tuple(map(Waiting, self.schemas))
        self.reached = BEGINNING

    def add(self, port: int, batch: Batch, outlet: Outlet) -> Batch | None:
        """Let rows wait; return those that have no time, if there are any."""
        if batch.lateness is not None and self.timely[port]:
            assert batch.time is not None
            late = batch.time < batch.lateness
            if late.any():
                outlet.late(batch.where(late))
                batch = batch.where(~late)
        column = batch.columns[self.times[port]]
        there = valid(column)
        (times,) = codec(self.schemas[port].types[self.times[port]]).encode(column, there)
        waits = Batch(batch.schema, batch.columns, batch.rows, times, weight=batch.weight)
        timeless = None
        if there is not None:
            timeless, waits = waits.where(~there), waits.where(there)
        if waits.rows:
            self.waiting[port].add(waits)
        return timeless

    def complete(self, watermarks: Sequence[int]) -> int:
        """Return how far both inputs are complete."""
        pairs = zip(watermarks, self.timely, strict=True)
        return min(w if timely or w == END else BEGINNING for w, timely in pairs)

    def take(self, watermarks: Sequence[int]) -> tuple[Batch | None, Batch | None]:
        """Return the rows at whose times both inputs have become complete, by time and arrival."""
        reached = self.complete(watermarks)
        if reached <= self.reached:
            return None, None
        self.reached = reached
        left, right = (w.take(reached) for w in self.waiting)
        return left, right

    def size(self) -> StateSize:
        """Return how many rows wait."""
        return StateSize(sum(map(len, self.waiting)), sum(w.nbytes for w in self.waiting))

    def snapshot(self) -> Mapping[str, pa.Table]:
        """Return the rows that wait."""
        left, right = (w.snapshot() for w in self.waiting)
        reached = pa.table({"reached": integers(np.array([self.reached]))})
        return {"left": left, "right": right, "reached": reached}

    def restore(self, state: Mapping[str, pa.Table]) -> None:
        """Take up what `snapshot` returned."""
        for waiting, name in zip(self.waiting, ("left", "right"), strict=True):
            waiting.restore(state[name])
        self.reached = state["reached"]["reached"][0].as_py()
