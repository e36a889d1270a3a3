"""All calls over one order: what they keep, and what they say of the rows."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace

import pyarrow as pa

from cep.runtime.aggregates.calls import AggregateCall
from cep.runtime.over.calls import Frame, OverCall, Unit
from cep.runtime.over.frames import Arrived, Distances, Ordinals, Peers, Said, Seen, Track
from cep.runtime.over.general import General
from cep.runtime.over.ranks import RANKS, Ranks
from cep.runtime.over.running import Running, goes_along
from cep.runtime.over.sliding import Sliding, SlidingAggregates, follows
from cep.runtime.over.values import RowValue
from cep.runtime.rowerrors import Messages, merge
from cep.runtime.state.column import Ids
from cep.runtime.state.sequences import Sequences
from cep.types import Schema

Values = tuple[tuple[pa.Array, ...], Messages | None]


def looked_up(calls: Sequence[OverCall], schema: Schema) -> tuple[int, ...]:
    """Return the columns of the input that calls look up in other rows, whatever their types."""
    columns: set[int] = set()
    for call in calls:
        if call.aggregate is None:
            columns.update(call.arguments[:1])
        elif follows(call.aggregate, schema) is None:
            columns.update(call.columns())
    return tuple(sorted(columns))


class Evaluation:
    """Calls with what they share: one pass for each kind of frames, one sum for SUM and AVG.

    `places` says where the columns of the input stand that are kept in the shelf.
    """

    def __init__(
        self,
        sequences: Sequences,
        schema: Schema,
        calls: Sequence[OverCall],
        places: Mapping[int, int],
    ) -> None:
        self.calls = tuple(calls)
        self._sequences = sequences
        self._schema = schema
        self._places = places
        self._seen: dict[int, Seen] = {}
        self._distances: dict[Frame, Distances] = {}
        self._tracks: dict[Frame, Track] = {}
        self._peers = Peers(sequences) if any(c.peers for c in calls) else None
        self._ranks = Ranks(sequences, self._peers)
        self._sliding = SlidingAggregates(sequences, schema)
        self._slides: dict[int, Sliding] = {}
        self._values: dict[int, RowValue] = {}
        along: dict[tuple[Frame, bool], list[int]] = {}
        for i, call in enumerate(self.calls):
            track = self._track(call.frame)
            if call.aggregate is not None:
                sliding = self._sliding.make(call.aggregate, track)
                if sliding is None:
                    follows = goes_along(call.aggregate, call.frame, schema)
                    along.setdefault((call.frame, follows), []).append(i)
                else:
                    self._slides[i] = sliding
            elif call.name not in RANKS:
                self._values[i] = self._value(call, track)
        self._general: list[tuple[list[int], General | Running]] = []
        for (frame, follows), which in along.items():
            given = sequences, schema, self._aggregates(which), self._tracks[frame], places
            self._general.append((which, Running(*given) if follows else General(*given)))

    def _aggregates(self, which: Sequence[int]) -> list[AggregateCall]:
        return [a for i in which if (a := self.calls[i].aggregate) is not None]

    def _track(self, frame: Frame) -> Track:
        if frame not in self._tracks:
            self._tracks[frame] = Track(self._sequences, frame, self._ordinals(frame))
        return self._tracks[frame]

    def _ordinals(self, frame: Frame) -> Ordinals | None:
        if frame.unit is Unit.PEERS:
            return self._peers
        if frame.unit is Unit.VALUES:
            return self._seen_in(frame.key)
        if frame.unit is Unit.DISTANCE:
            same = replace(frame, start=None, end=None)
            if same not in self._distances:
                kind = self._schema.types[frame.key]
                self._distances[same] = Distances(self._sequences, frame, kind)
            return self._distances[same]
        return None

    def _seen_in(self, column: int) -> Seen:
        if column not in self._seen:
            self._seen[column] = Seen(self._sequences, column)
        return self._seen[column]

    def _value(self, call: OverCall, track: Track) -> RowValue:
        argument = call.arguments[0]
        seen = None
        if call.ignore_nulls and call.frame.unit is not Unit.VALUES:
            seen = self._seen_in(argument)
        return RowValue(self._sequences, call, track, seen, self._places[argument])

    @property
    def ranked(self) -> bool:
        """Say whether it matters which rows are equal in the order."""
        return self._peers is not None

    @property
    def tracks(self) -> Sequence[Track]:
        """The frames, each kind once."""
        return tuple(self._tracks.values())

    def enter(self, rows: Arrived) -> None:
        """Take new rows."""
        if self._peers is not None:
            self._peers.enter(rows)
        for seen in self._seen.values():
            seen.enter(rows)
        for distances in self._distances.values():
            distances.enter(rows)
        self._sliding.enter(rows)

    def values(self, said: Said) -> Values:
        """Return the value of each call for rows that are said, and messages where one has none."""
        for track in self._tracks.values():
            track.step(said)
        self._sliding.step(said)
        found: dict[int, pa.Array] = {}
        messages: Messages | None = None
        for which, general in self._general:
            values, errors = general.values(said)
            found |= zip(which, values, strict=True)
            messages = merge(messages, errors)
        for i, call in enumerate(self.calls):
            if i in self._slides and call.aggregate is not None:
                found[i], errors = self._sliding.value(self._slides[i], call.aggregate, len(said))
                messages = merge(messages, errors)
            elif i in self._values:
                found[i] = self._values[i].values(said)
            elif call.aggregate is None:
                found[i] = self._ranks.values(call, self._tracks[call.frame], said)
        return tuple(found[i] for i in range(len(self.calls))), messages

    # What is kept beside the sequences.

    def forget(self, partitions: Ids) -> None:
        """Forget partitions."""
        for _, general in self._general:
            general.forget(partitions)

    def keep(self, partitions: Ids, capacity: int) -> None:
        """Follow a renumbering of the partitions."""
        for _, general in self._general:
            general.keep(partitions, capacity)

    def reset(self) -> None:
        """Forget everything."""
        for _, general in self._general:
            general.reset()

    @property
    def nbytes(self) -> int:
        """The bytes kept."""
        return sum(g.nbytes for _, g in self._general)

    def snapshot(self, partitions: Ids) -> dict[str, pa.Table]:
        """Return what is kept of partitions."""
        return {
            f"{n}/{name}": table
            for n, (_, general) in enumerate(self._general)
            for name, table in general.snapshot(partitions).items()
        }

    def restore(self, partitions: Ids, state: Mapping[str, pa.Table]) -> None:
        """Take up what `snapshot` returned."""
        for n, (_, general) in enumerate(self._general):
            mine = f"{n}/"
            tables = {k.removeprefix(mine): t for k, t in state.items() if k.startswith(mine)}
            general.restore(partitions, tables)
