"""Aggregates that need all rows of a frame: lists, sketches, a program's own."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

import numpy as np
import pyarrow as pa

from cep.runtime.aggregates.accumulator import Rows
from cep.runtime.aggregates.calls import AggregateCall, Calls
from cep.runtime.kernels import sequences as kernels
from cep.runtime.over.frames import Said, Track
from cep.runtime.rowerrors import Messages
from cep.runtime.state.column import Ids, capacity_for
from cep.runtime.state.sequences import Positions, Sequences
from cep.runtime.state.vectors import Codes, integers
from cep.types import Schema

_MOST = 1 << 18
"""Rows of frames that are put together at once, about."""

Valued = tuple[tuple[pa.Array, ...], Messages | None]


def runs(said: Said, track: Track) -> tuple[Positions, Positions, Codes]:
    """Return rows partition by partition, where another frame begins, and the number of each's."""
    order = np.argsort(said.owners, kind="stable")
    owners = said.owners[order]
    steps = track.steps[:, order]
    new = np.ones(len(said), np.bool_)
    new[1:] = owners[1:] != owners[:-1]
    for step in (steps[1], steps[4]):
        new[1:] |= step[1:] != step[:-1]
    return order, np.flatnonzero(new), np.cumsum(new) - 1


class General:
    """The values of aggregates over one kind of frames.

    Where frames have a first row, each is put together from its rows. Where they have none, what
    they hold is kept for each partition, and rows are added to it one after the other: those of
    different partitions at once.
    Rows that have the same frame as the one before have its values.
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
        self._calls = tuple(calls)
        self._places = places
        self._kept = Calls(schema, calls, append_only=True) if track.low < 0 else None

    def values(self, said: Said) -> Valued:
        """Return the values of all calls for rows that are said."""
        order, heads, group = runs(said, self._track)
        if self._kept is None:
            values, messages = self._from_rows(order[heads])
        else:
            values, messages = self._one_by_one(said, order[heads])
        place = np.empty(len(said), np.int64)
        place[order] = group
        picked = integers(place)
        taken = tuple(v.take(picked) for v in values)
        return taken, None if messages is None else messages[place]

    # Frames with a first row.

    def _from_rows(self, which: Positions) -> Valued:
        """Put each frame together from its rows, some frames at a time."""
        firsts, sizes = self._track.first[which], self._track.sizes[which]
        parts = []
        for some in _blocks(sizes):
            calls = Calls(self._schema, self._calls, append_only=True)
            groups = np.arange(len(sizes[some]))
            calls.reserve(capacity_for(len(groups)))
            self._add(calls, groups, firsts[some], sizes[some])
            parts.append(calls.values(groups))
        return _joined(parts, [some.stop - some.start for some in _blocks(sizes)])

    def _add(self, calls: Calls, groups: Ids, firsts: Positions, sizes: Codes) -> None:
        """Add rows to each group: `sizes` many of them from `firsts` on."""
        total = int(sizes.sum())
        if not total:
            return
        positions = np.empty(total, np.int64)
        kernels.stretch(len(firsts), firsts, sizes, self._sequences.after.data, positions)
        columns: list[pa.Array | None] = [None] * len(self._schema)
        for column, place in self._places.items():
            columns[column] = self._sequences.shelf.take(place, positions)
        # In the order of the frame, whatever their times are.
        moments = self._sequences.number.data[positions]
        local = np.repeat(np.arange(len(groups)), sizes)
        calls.add(Rows(groups, local, None, moments, moments), columns)

    # Frames that begin with the partition.

    def _one_by_one(self, said: Said, which: Positions) -> Valued:
        """Add to each partition what its next frame has more, and say what it holds now."""
        assert self._kept is not None
        steps = self._track.steps[:, which]
        owners = said.owners[which]
        self._kept.reserve(self._sequences.keys.capacity)
        number = self._sequences.number.data
        firsts, last = steps[2], steps[4]
        added = steps[2] != steps[3]
        sizes = np.where(added, number[last] - number[firsts] + 1, 0)
        begin = np.ones(len(owners), np.bool_)
        begin[1:] = owners[1:] != owners[:-1]
        turn = np.arange(len(owners))
        turn -= np.maximum.accumulate(np.where(begin, turn, 0))
        order = np.argsort(turn, kind="stable")
        ends = np.cumsum(np.bincount(turn))
        parts, many = [], []
        for start, end in zip([0, *ends[:-1]], ends, strict=True):
            some = order[start:end]
            self._add(self._kept, owners[some], firsts[some], sizes[some])
            parts.append(self._kept.values(owners[some]))
            many.append(len(some))
        values, messages = _joined(parts, many)
        place = np.empty(len(owners), np.int64)
        place[order] = np.arange(len(owners))
        picked = integers(place)
        return tuple(v.take(picked) for v in values), None if messages is None else messages[place]

    # What is kept.

    def forget(self, partitions: Ids) -> None:
        """Forget partitions: of those that can be, nothing is kept."""
        assert self._kept is None

    def keep(self, partitions: Ids, capacity: int) -> None:
        """Follow a renumbering of the partitions."""
        if self._kept is not None:
            # Partitions may have rows of which none has been said.
            self._kept.reserve(capacity_for(int(partitions.max(initial=-1)) + 1))
            self._kept.keep(partitions, capacity)

    def reset(self) -> None:
        """Forget everything."""
        if self._kept is not None:
            self._kept.reset()

    @property
    def nbytes(self) -> int:
        """The bytes kept."""
        return 0 if self._kept is None else self._kept.nbytes

    def snapshot(self, partitions: Ids) -> dict[str, pa.Table]:
        """Return what is kept of partitions."""
        if self._kept is None:
            return {}
        self._kept.reserve(self._sequences.keys.capacity)
        return self._kept.snapshot(partitions)

    def restore(self, partitions: Ids, state: Mapping[str, pa.Table]) -> None:
        """Take up what `snapshot` returned."""
        if self._kept is not None:
            self._kept.reserve(self._sequences.keys.capacity)
            self._kept.restore(partitions, state)


def _blocks(sizes: Codes) -> Iterator[slice]:
    """Cut frames into blocks of about `_MOST` rows."""
    total = np.cumsum(sizes)
    start = 0
    while start < len(sizes):
        before = int(total[start - 1]) if start else 0
        end = max(start + 1, int(np.searchsorted(total, before + _MOST)))
        yield slice(start, min(end, len(sizes)))
        start = end


def _joined(parts: Sequence[Valued], sizes: Sequence[int]) -> Valued:
    """Put the values of blocks one after the other."""
    columns = tuple(pa.concat_arrays(list(c)) for c in zip(*(v for v, _ in parts), strict=True))
    if all(m is None for _, m in parts):
        return columns, None
    messages = [
        np.full(n, None, dtype=object) if m is None else m
        for (_, m), n in zip(parts, sizes, strict=True)
    ]
    return columns, np.concatenate(messages)
