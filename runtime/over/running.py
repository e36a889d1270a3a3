"""Aggregates that go along with their frames: rows enter and leave, and what is kept is asked."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import pyarrow as pa

from cep.runtime.aggregates.accumulator import Rows, Turns
from cep.runtime.aggregates.calls import AggregateCall, Calls
from cep.runtime.kernels import turns as kernels
from cep.runtime.over.calls import Frame
from cep.runtime.over.frames import Said, Track
from cep.runtime.over.general import Valued, runs
from cep.runtime.over.sliding import follows
from cep.runtime.state.column import Ids, capacity_for
from cep.runtime.state.sequences import Positions, Sequences
from cep.runtime.state.vectors import integers
from cep.types import Schema


def goes_along(call: AggregateCall, frame: Frame, schema: Schema) -> bool:
    """Say whether the values of a call over such frames follow from the rows that come and go."""
    return not frame.returning and _made(schema, [call], frame).follows


def trails(call: AggregateCall, schema: Schema) -> bool:
    """Say whether a call can follow trailing windows, where some rows come behind later ones."""
    if follows(call, schema) is not None:
        return True
    calls = Calls(schema, [call], append_only=False)
    return calls.follows and not calls.times


@dataclass(frozen=True)
class Strays:
    """Rows that belong to frames beside those between the first row and the last.

    `columns` are theirs as in the input; a row is in the frames of one partition from that of the
    row said at `first` to that at `last`: int64[m] each.
    """

    columns: Sequence[pa.Array | None]
    first: Ids
    last: Ids


def _made(schema: Schema, calls: Sequence[AggregateCall], frame: Frame) -> Calls:
    # Rows leave only frames that have a first row.
    return Calls(schema, calls, append_only=frame.start is None, reversible=True)


class Running:
    """The values of aggregates over one kind of frames, none of which begins before another.

    What the last frame of each partition holds is kept, and followed from there: O(log n) a row
    where that is in order, O(1) where it is a sum.
    """

    def __init__(
        self,
        sequences: Sequences,
        schema: Schema,
        calls: Sequence[AggregateCall],
        track: Track,
        places: Mapping[int, int],
    ) -> None:
        self._sequences = sequences
        self._schema = schema
        self._track = track
        self._places = places
        self._kept = _made(schema, calls, track.frame)

    def values(self, said: Said, strays: Strays | None = None) -> Valued:
        """Return the values of all calls for rows that are said.

        `strays` are for calls that do not ask for the times of rows.
        """
        order, heads, group = runs(said, self._track)
        place = np.empty(len(said), np.int64)
        place[order] = group
        self._kept.reserve(self._sequences.keys.capacity)
        positions, turns = self._turns(said, order[heads])
        columns: list[pa.Array | None] = [None] * len(self._schema)
        for column, shelved in self._places.items():
            columns[column] = self._sequences.shelf.take(shelved, positions)
        if strays is not None:
            place += turns.of[place]
            turns, columns = _among(turns, columns, strays, place)
        values, messages = self._kept.follow(turns, columns)
        picked = integers(place)
        taken = tuple(v.take(picked) for v in values)
        return taken, None if messages is None else messages[place]

    def _turns(self, said: Said, which: Positions) -> tuple[Positions, Turns]:
        """Return the positions of the rows that enter or leave frames, and these as turns."""
        steps = np.ascontiguousarray(self._track.steps[:, which])
        positions, weights = np.empty((2, 2 * self._sequences.rows), np.int64)
        ends = np.empty(len(which), np.int64)
        after = self._sequences.after.data
        n = kernels.slide(len(which), steps, after, positions, weights, ends)
        positions, weights = positions[:n].copy(), weights[:n].copy()
        partitions, of = np.unique(said.owners[which], return_inverse=True)
        # In the order of the frame, whatever their times are.
        moments = self._sequences.number.data[positions]
        local = np.repeat(of, np.diff(ends, prepend=0))
        rows = Rows(partitions, local, None if self._track.low < 0 else weights, moments, moments)
        return positions, Turns(rows, of, ends)

    # What is kept.

    def forget(self, partitions: Ids) -> None:
        """Forget partitions."""
        self._kept.reserve(self._sequences.keys.capacity)
        self._kept.clear(partitions)

    def keep(self, partitions: Ids, capacity: int) -> None:
        """Follow a renumbering of the partitions."""
        # Partitions may have rows of which none has been said.
        self._kept.reserve(capacity_for(int(partitions.max(initial=-1)) + 1))
        self._kept.keep(partitions, capacity)

    def reset(self) -> None:
        """Forget everything."""
        self._kept.reset()

    @property
    def nbytes(self) -> int:
        """The bytes kept."""
        return self._kept.nbytes

    def snapshot(self, partitions: Ids) -> dict[str, pa.Table]:
        """Return what is kept of partitions."""
        self._kept.reserve(self._sequences.keys.capacity)
        return self._kept.snapshot(partitions)

    def restore(self, partitions: Ids, state: Mapping[str, pa.Table]) -> None:
        """Take up what `snapshot` returned."""
        self._kept.reserve(self._sequences.keys.capacity)
        self._kept.restore(partitions, state)


def _among(
    turns: Turns, columns: Sequence[pa.Array | None], strays: Strays, place: Ids
) -> tuple[Turns, list[pa.Array | None]]:
    """Let strays come and go among the rows of turns, of which each group gets one more.

    In that the last of them go. `place`: int64[said] are the turns of the rows said, with these.
    """
    rows, n = turns.rows, len(turns.rows)
    of = np.sort(np.concatenate([turns.of, np.arange(len(rows.groups))]))
    turn = np.arange(len(turns)) + turns.of
    come, go = place[strays.first], place[strays.last] + 1
    mine = np.concatenate([np.repeat(turn, np.diff(turns.ends, prepend=0)), come, go])
    order = np.argsort(mine, kind="stable")
    assert rows.weights is not None
    weights = np.concatenate([rows.weights, np.repeat([1, -1], len(come))])[order]
    every = np.arange(n + len(come))
    picked = integers(np.concatenate([every, every[n:]])[order])
    joined = [
        None if own is None or stray is None else pa.concat_arrays([own, stray]).take(picked)
        for own, stray in zip(columns, strays.columns, strict=True)
    ]
    mixed = Rows(rows.groups, of[mine[order]], weights)
    ends = np.searchsorted(mine[order], np.arange(len(of)), side="right")
    return Turns(mixed, of, ends), joined
