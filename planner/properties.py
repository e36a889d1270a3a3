"""What the planner knows of every relation in a plan, and EXPLAIN shows."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace

from cep.planner.distances import Distance, Distances


@dataclass(frozen=True)
class WindowColumns:
    """Where the window columns of a relation stand, and what made them.

    `unit` is the least step of the event time in microseconds: window_time is window_end - unit.
    `partition` are the columns that have windows of their own for each value; -1 where one is gone.
    With `nested`, several windows have the same start.
    """

    start: int
    end: int
    time: int
    unit: int
    description: str
    partition: tuple[int, ...] = ()
    nested: bool = False

    def moved(self, positions: Mapping[int, int]) -> WindowColumns:
        """Return where the columns stand now; -1 where one is gone. `positions` maps old to new."""
        start, end, time, *partition = (
            positions.get(i, -1) for i in (self.start, self.end, self.time, *self.partition)
        )
        return replace(self, start=start, end=end, time=time, partition=tuple(partition))


@dataclass(frozen=True)
class Properties:
    """Facts about a relation.

    `time` is the position of the event-time column, if it is still a column; `timed` says whether
    rows carry an event time and so a watermark, seen or not; `as_came` whether they are rows of a
    stream as they came, each with the watermark that stood then. `also` are other columns that the
    watermark holds for, as a join has them; a query may name one to go on with. `key` are columns
    that are together unique at any moment. `apart` says how far apart the times of one row are.
    `state` says in words what the node itself keeps and what bounds it.
    """

    append_only: bool = True
    bounded: bool = True
    timed: bool = False
    as_came: bool = False
    time: int | None = None
    also: tuple[int, ...] = ()
    key: tuple[int, ...] | None = None
    window: WindowColumns | None = None
    apart: tuple[Distance, ...] = ()
    state: str = "none"

    def projected(self, positions: dict[int, int]) -> Properties:
        """Return the properties after the columns have moved; `positions` maps old to new."""
        window = self.window
        if window is not None:
            kept = window.start in positions and window.end in positions
            window = window.moved(positions) if kept else None
        key = self.key
        if key is not None:
            key = tuple(positions[i] for i in key) if all(i in positions for i in key) else None
        time = positions.get(self.time) if self.time is not None else None
        also = tuple(positions[i] for i in self.also if i in positions)
        apart = Distances(self.apart).among(positions) if self.apart else ()
        return replace(
            self, time=time, also=also, key=key, window=window, apart=apart, state="none"
        )
