"""Open sessions with what is kept for each: what the operators over sessions share."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Protocol, Self

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from cep.runtime.aggregates.accumulator import Rows
from cep.runtime.batch import Batch, Instants, Mask
from cep.runtime.operator import StateSize
from cep.runtime.saying import WHEN_COMPLETE, Saying
from cep.runtime.state.column import Column, Ids
from cep.runtime.state.sessions import Sessions
from cep.runtime.state.vectors import integers
from cep.runtime.time import END
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


NEVER = END
"""As a bound: there was no session."""


@dataclass(frozen=True)
class Moved:
    """What a batch does to sessions, before what is kept of them has changed.

    `ids` are those that its rows are in now, `absorbed` those that are parts of others now, at the
    same positions of `into`. `was` are the bounds that each had: int64[m, 2], NEVER where it is
    new.
    """

    ids: Ids
    was: npt.NDArray[np.int64]
    absorbed: Ids
    into: Ids
    absorbed_was: npt.NDArray[np.int64]
    refused: Ids
    batch: Batch
    rows: Rows


class SessionStore:
    """Puts rows into sessions and into `kept`, whose groups are the sessions.

    State: what is kept of the sessions that the watermark has not passed, or not by long enough.
    """

    def __init__(
        self,
        types: Sequence[DataType],
        gap: int,
        kept: Kept,
        saying: Saying = WHEN_COMPLETE,
    ) -> None:
        self.kept = kept
        self.gap = gap
        self.saying = saying
        self._sessions = Sessions(types, gap, waits=saying.correct > 0 and not saying.early)
        self._was = Column(np.int64, NEVER, 2)
        """The bounds that sessions had after the last batch, where what was said may be revised."""
        self._arrived = 0

    def take(self, batch: Batch, keys: Sequence[pa.Array], times: Instants) -> Ids:
        """Take rows with keys and times; return the positions of those that come too late."""
        moved = self.move(batch, keys, times)
        self.settle(moved)
        return moved.refused

    def move(self, batch: Batch, keys: Sequence[pa.Array], times: Instants) -> Moved:
        """Let rows join sessions; they are kept when `settle` is called."""
        lateness = self.saying.refusing(batch.lateness)
        placed = self._sessions.place(keys, times, lateness, self._arrived)
        arrivals = np.arange(self._arrived, self._arrived + batch.rows)
        self._arrived += batch.rows
        self.kept.reserve(self._sessions.capacity)
        if self.saying.revises:
            self._was.reserve(self._sessions.capacity)
        rows = Rows(placed.ids, placed.local, None, times, arrivals)
        refused = np.empty(0, np.int64)
        if lateness is not None and (placed.local < 0).any():
            refused = np.flatnonzero(placed.local < 0)
            timely = np.flatnonzero(placed.local >= 0)
            batch, rows = batch.take(timely), rows.take(timely)
        was, others = (
            self._was.data[ids] if self.saying.revises else _UNKNOWN
            for ids in (placed.ids, placed.absorbed)
        )
        return Moved(placed.ids, was, placed.absorbed, placed.into, others, refused, batch, rows)

    def settle(self, moved: Moved) -> None:
        """Put what is kept of sessions together, and keep the rows."""
        if len(moved.absorbed):
            self.kept.merge(moved.into, self.kept, moved.absorbed)
            self.kept.clear(moved.absorbed)
        if moved.batch.rows:
            self.kept.add(moved.rows, moved.batch.columns)
        if self.saying.revises:
            self._was.clear(moved.absorbed)
            self._note(moved.ids)

    def _note(self, ids: Ids) -> None:
        """Note the bounds of sessions that have come or changed."""
        self._was.data[ids] = np.stack(self.bounds(ids), axis=1)
        if not self.saying.early:
            self._sessions.wait(ids)

    def had(self, was: npt.NDArray[np.int64], watermark: int) -> Mask:
        """Say which sessions had been said, by the bounds that they had before a batch."""
        return (was[:, 0] != NEVER) & self.saying.said(was[:, 1], watermark)

    def bounds(self, ids: Ids) -> tuple[Instants, Instants]:
        """Return the starts and the ends of sessions."""
        return self._sessions.bounds(ids)

    def keys(self, ids: Ids) -> tuple[pa.Array, ...]:
        """Return the key columns of sessions, also of those that have been absorbed."""
        return self._sessions.columns(ids)

    def ripen(self, before: int, watermark: int) -> Closed | None:
        """Return the sessions that have ended since the watermark was `before`.

        Those that ended until then were said when they changed.
        """
        ids = self._sessions.ripen(watermark)
        if not len(ids):
            return None
        start, end = self._sessions.bounds(ids)
        fresh = end > before
        ids = ids[fresh]
        return Closed(ids, self._sessions.columns(ids), start[fresh], end[fresh])

    def close(self, watermark: int) -> Closed | None:
        """Return the sessions that can change no more; they wait for `forget`."""
        ids = self._sessions.close(self.saying.past(watermark))
        if not len(ids):
            return None
        start, end = self._sessions.bounds(ids)
        return Closed(ids, self._sessions.columns(ids), start, end)

    def forget(self, closed: Closed) -> None:
        """Let go of sessions that have been said."""
        if len(self._sessions):
            self.kept.clear(closed.ids)
            if self.saying.revises:
                self._was.clear(closed.ids)
        else:
            self.kept.reset()
            self._was = Column(np.int64, NEVER, 2)
        self._sessions.forget(closed.ids)
        if self._sessions.wasteful():
            kept = self._sessions.compact()
            self.kept.keep(kept, self._sessions.capacity)
            if self.saying.revises:
                self._was.keep(kept, self._sessions.capacity)

    def size(self) -> StateSize:
        """Return how many sessions there are, and their bytes."""
        nbytes = self._sessions.nbytes + self.kept.nbytes + self._was.nbytes
        return StateSize(len(self._sessions), nbytes)

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
            if self.saying.revises:
                self._was.reserve(self._sessions.capacity)
                self._note(ids)


_UNKNOWN = np.empty((0, 2), np.int64)
