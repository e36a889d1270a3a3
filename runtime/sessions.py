"""Open sessions with what is kept for each: what the operators over sessions share."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Protocol, Self

import numpy as np
import pyarrow as pa

from cep.runtime.aggregates.accumulator import Rows
from cep.runtime.batch import Batch, Instants
from cep.runtime.operator import StateSize
from cep.runtime.state.column import Ids
from cep.runtime.state.sessions import Sessions
from cep.runtime.state.vectors import integers
from cep.types import DataType


class Kept(Protocol):
    """What is kept per group, as accumulators keep it."""

    def add(self, rows: Rows, columns: Sequence[pa.Array], /) -> None:
        """Add rows to their groups."""

    def merge(self, groups: Ids, other: Self, others: Ids) -> None:
        """Add what `other` keeps for `others` to `groups`."""

    def reserve(self, capacity: int) -> None:
        """Make room for the groups below `capacity`."""

    def clear(self, groups: Ids) -> None:
        """Empty groups."""

    def reset(self) -> None:
        """Empty all groups and let go of the memory."""

    def keep(self, groups: Ids, capacity: int) -> None:
        """Renumber: `groups` become 0, 1, 2…, the others are gone."""

    @property
    def nbytes(self) -> int:
        """The bytes kept."""

    def snapshot(self, groups: Ids) -> Mapping[str, pa.Table]:
        """Return what is kept for `groups` as tables by name."""

    def restore(self, groups: Ids, tables: Mapping[str, pa.Table]) -> None:
        """Take over what `snapshot` returned."""


@dataclass(frozen=True)
class Closed:
    """Sessions that have closed: ids, keys and bounds, in the order in which they are said."""

    ids: Ids
    keys: tuple[pa.Array, ...]
    start: Instants
    end: Instants


class SessionStore:
    """Puts rows into sessions and into `kept`, whose groups are the sessions.

    State: what is kept of the sessions that the watermark has not passed.
    """

    def __init__(self, types: Sequence[DataType], gap: int, kept: Kept) -> None:
        self.kept = kept
        self.gap = gap
        self._sessions = Sessions(types, gap)
        self._arrived = 0

    def take(self, batch: Batch, keys: Sequence[pa.Array], times: Instants) -> Ids:
        """Take rows with keys and times; return the positions of those that come too late."""
        placed = self._sessions.place(keys, times, batch.lateness, self._arrived)
        arrivals = np.arange(self._arrived, self._arrived + batch.rows)
        self._arrived += batch.rows
        self.kept.reserve(self._sessions.capacity)
        if len(placed.absorbed):
            self.kept.merge(placed.into, self.kept, placed.absorbed)
            self.kept.clear(placed.absorbed)
        rows = Rows(placed.ids, placed.local, None, times, arrivals)
        refused = np.empty(0, np.int64)
        if batch.lateness is not None and (placed.local < 0).any():
            refused = np.flatnonzero(placed.local < 0)
            timely = np.flatnonzero(placed.local >= 0)
            batch, rows = batch.take(timely), rows.take(timely)
        if batch.rows:
            self.kept.add(rows, batch.columns)
        return refused

    def close(self, watermark: int) -> Closed | None:
        """Return the sessions that end at or before the watermark; they wait for `forget`."""
        ids = self._sessions.close(watermark)
        if not len(ids):
            return None
        start, end = self._sessions.bounds(ids)
        return Closed(ids, self._sessions.columns(ids), start, end)

    def forget(self, closed: Closed) -> None:
        """Let go of sessions that have been said."""
        if len(self._sessions):
            self.kept.clear(closed.ids)
        else:
            self.kept.reset()
        self._sessions.forget(closed.ids)
        if self._sessions.wasteful():
            self.kept.keep(self._sessions.compact(), self._sessions.capacity)

    def size(self) -> StateSize:
        """Return how many sessions there are, and their bytes."""
        return StateSize(len(self._sessions), self._sessions.nbytes + self.kept.nbytes)

    def snapshot(self) -> Mapping[str, pa.Table]:
        """Return the state as tables."""
        ids = self._sessions.all()
        tables = dict(self.kept.snapshot(ids))
        tables["sessions"] = self._sessions.to_arrow(ids)
        tables["arrived"] = pa.table({"arrived": integers(np.array([self._arrived]))})
        return tables

    def restore(self, state: Mapping[str, pa.Table]) -> None:
        """Take up a state that `snapshot` returned."""
        (self._arrived,) = state["arrived"]["arrived"].to_pylist()
        ids = self._sessions.restore(state["sessions"])
        if len(ids):
            self.kept.reserve(self._sessions.capacity)
            self.kept.restore(ids, state)
