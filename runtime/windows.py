"""Where windows begin and end: pure arithmetic on int64 microseconds.

Everything here rounds toward the past, so it is right before 1970 and for negative offsets. Windows
that overlap are cut into slices, so that rows are aggregated once per slice and windows put
together from slices (Krishnamurthy et al., On-the-fly sharing for streamed aggregation, SIGMOD
2006; Traub et al., Scotty, ICDE 2018).
"""

from __future__ import annotations

from dataclasses import dataclass
from math import gcd
from zoneinfo import ZoneInfo

import numpy as np
import numpy.typing as npt

from cep.runtime.functions.zones import instant_of, is_utc, wall_time
from cep.runtime.state.vectors import arrow, view
from cep.types import TIMESTAMP, TIMESTAMP_LTZ

Instants = npt.NDArray[np.int64]
Positions = npt.NDArray[np.int64]
Flags = npt.NDArray[np.bool_]

DAY = 86_400_000_000
"""Microseconds in a day of 24 hours."""


def tumble_start(time: Instants, size: int, offset: int = 0) -> Instants:
    """Return the start of the window of `size` that holds each time.

    Windows begin at `offset + k * size` for every integer k. All are microseconds.
    """
    # A tenth of the time of `time - (time - offset) % size`: numpy divides by a constant fast.
    return (time - offset) // size * size + offset


def tumble_end(time: Instants, size: int, offset: int = 0) -> Instants:
    """Return the end, exclusive, of the window of `size` that holds each time."""
    return tumble_start(time, size, offset) + size


def slice_width(step: int, size: int) -> int:
    """Return the width of the slices that windows of `size`, one every `step`, are made of."""
    return gcd(step, size)


@dataclass(frozen=True)
class Hopping:
    """Windows of `size` that begin at `offset + k * step`: every row is in about size / step.

    `size` may be no multiple of `step`, and less: then some rows are in no window. With
    `size == step` they tumble. With a `zone` they are cut by its clock, where all bounds fall on
    the same time of the day (`step` and `size` are whole days).
    """

    step: int
    size: int
    offset: int = 0
    zone: ZoneInfo | None = None

    @property
    def single(self) -> bool:
        """Whether every row is in just one window."""
        return self.step == self.size

    @property
    def width(self) -> int:
        """The width of a slice."""
        return slice_width(self.step, self.size)

    def windows(self, time: Instants) -> tuple[Positions, Instants, Instants]:
        """Return the windows of each time: positions of rows, starts and ends, by row and start."""
        wall = _wall(time, self.zone)
        last, count = self._last(wall)
        rows = np.repeat(np.arange(len(time)), count)
        start = last[rows] - _countdown(count) * self.step
        return rows, _instant(start, self.zone), _instant(start + self.size, self.zone)

    def slices(self, time: Instants) -> tuple[Instants, Instants]:
        """Return the bounds of the slice that holds each time."""
        start = tumble_start(_wall(time, self.zone), self.width, self.offset)
        return _instant(start, self.zone), _instant(start + self.width, self.zone)

    def first_end(
        self, start: Instants, lateness: Instants | None
    ) -> tuple[Instants, Flags, Positions]:
        """Return the end of the first window of each slice that still takes rows, and if any does.

        `start` are starts of slices, `lateness` the watermarks before their rows: a window takes a
        row iff its end is greater. The third are the rows that a window refuses.
        """
        wall = self._bound(start)
        last, count = self._last(wall)
        end = last - (count - 1) * self.step + self.size
        if lateness is None:
            return _instant(end, self.zone), count > 0, _NOBODY
        behind = np.flatnonzero((_instant(end, self.zone) <= lateness) & (count > 0))
        passed = (_wall(lateness[behind], self.zone) - end[behind]) // self.step + 1
        end[behind] += passed * self.step
        return _instant(end, self.zone), (count > 0) & (end <= last + self.size), behind

    def reach(self, time: Instants) -> tuple[Instants, Instants]:
        """Return the least start and the greatest end of the windows of each time, roughly."""
        return time - self.size - _SHIFT, time + self.size + _SHIFT

    def start_of(self, end: int) -> int:
        """Return the start of the window that ends at `end`."""
        return _one(_instant(self._bound(np.array([end])) - self.size, self.zone))

    def after(self, end: int) -> tuple[int, int]:
        """Return the window that ends next after `end`."""
        start = self._bound(np.array([end])) - self.size + self.step
        return _one(_instant(start, self.zone)), _one(_instant(start + self.size, self.zone))

    def _last(self, wall: Instants) -> tuple[Instants, Positions]:
        """Return the start of the last window of each time and how many hold it."""
        last = tumble_start(wall, self.step, self.offset)
        if self.single:
            return last, np.ones(len(wall), np.int64)
        # Where the last window to begin has ended before the time, so have all others.
        return last, np.maximum((self.size - 1 - (wall - last)) // self.step + 1, 0)

    def _bound(self, instant: Instants) -> Instants:
        """Return what the zone's clock should show at a bound; a skipped one it shows later."""
        if self.zone is None:
            return instant
        return tumble_start(_wall(instant, self.zone), self.width, self.offset)


@dataclass(frozen=True)
class Cumulating:
    """Windows that begin at `offset + k * size` and grow by `step` until they are `size` long.

    With a `zone` the greatest ones are cut by its clock (`size` is whole days); the steps are time
    that passes, so a day of 25 hours has 25 of an hour.
    """

    step: int
    size: int
    offset: int = 0
    zone: ZoneInfo | None = None

    @property
    def single(self) -> bool:
        """Whether every row is in just one window."""
        return self.step == self.size

    @property
    def width(self) -> int:
        """The width of a slice."""
        return self.step

    def windows(self, time: Instants) -> tuple[Positions, Instants, Instants]:
        """Return the windows of each time: positions of rows, starts and ends, by row and end."""
        base, top = self._base(time)
        first = (time - base) // self.step
        count = -((base - top) // self.step) - first
        rows = np.repeat(np.arange(len(time)), count)
        growth = (first + count)[rows] - _countdown(count)
        start = base[rows]
        return rows, start, np.minimum(start + growth * self.step, top[rows])

    def slices(self, time: Instants) -> tuple[Instants, Instants]:
        """Return the bounds of the slice that holds each time."""
        base, top = self._base(time)
        start = base + (time - base) // self.step * self.step
        return start, np.minimum(start + self.step, top)

    def first_end(
        self, start: Instants, lateness: Instants | None
    ) -> tuple[Instants, Flags, Positions]:
        """Return the end of the first window of each slice that still takes rows, and if any does.

        `start` are starts of slices, `lateness` the watermarks before their rows: a window takes a
        row iff its end is greater. The third are the rows that a window refuses.
        """
        base, top = self._base(start)
        end = np.minimum(start + self.step, top)
        if lateness is None:
            return end, np.ones(len(start), np.bool_), _NOBODY
        behind = np.flatnonzero(end <= lateness)
        begun = base[behind]
        passed = (lateness[behind] - begun) // self.step + 1
        end[behind] = np.minimum(begun + passed * self.step, top[behind])
        return end, end > lateness, behind

    def reach(self, time: Instants) -> tuple[Instants, Instants]:
        """Return the least start and the greatest end of the windows of each time, roughly."""
        return time - self.size - _SHIFT, time + self.size + _SHIFT

    def start_of(self, end: int) -> int:
        """Return the start of the window that ends at `end`."""
        return _one(self._base(np.array([end - 1]))[0])

    def after(self, end: int) -> tuple[int, int]:
        """Return the window that ends next after `end`, of the same start if there is one."""
        base, top = self._base(np.array([end - 1]))
        if end >= top[0]:
            base, top = self._base(top)
            return _one(base), _one(np.minimum(base + self.step, top))
        return _one(base), _one(np.minimum(end + self.step, top))

    def _base(self, time: Instants) -> tuple[Instants, Instants]:
        """Return the bounds of the greatest window that holds each time."""
        start = tumble_start(_wall(time, self.zone), self.size, self.offset)
        return _instant(start, self.zone), _instant(start + self.size, self.zone)


@dataclass(frozen=True)
class Gap:
    """Sessions: rows of a key that are less than `gap` apart, and `gap` more."""

    gap: int


@dataclass(frozen=True)
class Trailing:
    """For every time t of a key the rows with times in (t - size, t]."""

    size: int


Grid = Hopping | Cumulating
"""Windows that are known before there are rows."""

Cut = Grid | Gap | Trailing
"""How windows are cut."""

_NOBODY = np.empty(0, np.int64)

_SHIFT = 2 * DAY
"""More than the clocks of any zone differ from UTC, there and back."""


def zone_of(zone: ZoneInfo, *lengths: int) -> ZoneInfo | None:
    """Return the zone by whose clock windows of such lengths are cut: None unless whole days."""
    return None if is_utc(zone) or any(n % DAY for n in lengths) else zone


def _countdown(count: Positions) -> Positions:
    """Return count - 1, …, 1, 0 for each count, one after the other."""
    ends = np.cumsum(count)
    return np.repeat(ends, count) - 1 - np.arange(ends[-1] if len(ends) else 0)


def _wall(instant: Instants, zone: ZoneInfo | None) -> Instants:
    """Return what the zone's clock shows, as microseconds."""
    if zone is None:
        return instant
    shown = view(wall_time(arrow(instant, TIMESTAMP_LTZ.arrow), zone))
    return shown.astype(np.int64, copy=False)


def _instant(wall: Instants, zone: ZoneInfo | None) -> Instants:
    """Return when the zone's clock first shows `wall`, or goes past it."""
    if zone is None:
        return wall
    # Bounds come in long runs of a few.
    bounds, where = np.unique(wall, return_inverse=True)
    instants: Instants = view(instant_of(arrow(bounds, TIMESTAMP.arrow), zone))[where]
    return instants


def _one(values: Instants) -> int:
    return int(values[0])
