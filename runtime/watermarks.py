"""How far a stream's event time has come: one watermark per source partition.

A watermark w says that no more rows with a time before w are expected. A partition's is the
greatest of its times so far, less the allowed delay, and of its promises (end markers). The
stream's is the least over the partitions that take part; it never goes back. The idea is that of
the Dataflow Model (Akidau et al., VLDB 2015); partitions that are silent and take part no more are
Flink's idle ones, and when all are silent the greatest of their watermarks stands, as it does
there.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import pyarrow as pa

from cep.runtime.batch import Instants, Mask
from cep.runtime.functions.years import LAST
from cep.runtime.time import BEGINNING, SECOND

FAREWELL = LAST - 86_400 * SECOND + 1
"""An end marker from here on, on the last day of the calendar, says that nothing more will come."""

_STRETCH = 128
"""Rows that are checked for lateness together."""

_LONGEST = 2**60
"""A delay longer than the calendar: no row is ever behind."""

SHOWN = 1_000
"""How many producers of one stream are shown."""


@dataclass(frozen=True)
class Standing:
    """Where one partition or producer stands.

    `why` says what keeps it from taking part, if something does; `holds` whether the stream waits
    for it.
    """

    name: str
    watermark: int
    holds: bool = False
    why: str = ""


class Watermarks:
    """The watermarks of a stream's partitions, and the stream's own.

    `delay` and `idle_after` are in microseconds; a partition that is silent for `idle_after` by the
    engine's clock takes part no more until its next row. When all are silent, the stream's
    watermark goes on with the clock. With `unit` there is no event time but the clock's, in steps
    of so many microseconds, and the watermark is what it shows.
    """

    def __init__(
        self, delay: int = 0, *, idle_after: int | None = None, unit: int | None = None
    ) -> None:
        self.delay = min(delay, _LONGEST)
        self.idle_after = idle_after
        self.unit = unit
        self.exact = False
        """Whether the watermark of every row is wanted, also where no row is behind."""
        self._marks: dict[str, int] = {}
        self._heard: dict[str, int] = {}
        self._silent: dict[str, int] = {}
        self._said = BEGINNING
        self._highest = BEGINNING
        self._now = BEGINNING
        self._wake = BEGINNING
        """Before this moment nobody can have been silent for too long."""
        self._quiet: tuple[int, int] | None = None
        """Since when everybody is silent, and where the stream's watermark stood then."""

    @property
    def reads_clock(self) -> bool:
        """Whether `tick` means anything to it."""
        return self.idle_after is not None or self.unit is not None

    @property
    def unheard(self) -> bool:
        """Whether everybody has been silent for too long, and no row has ever told the time."""
        return self._quiet is not None and self._highest == BEGINNING

    # Who takes part.

    def join(self, partition: str) -> None:
        """Let a partition take part, from the stream's watermark on, and note that it was heard."""
        if partition not in self._marks:
            self._marks[partition] = self._said
            self._silent.pop(partition, None)
            self._quiet = None
        if self.idle_after is not None:
            self._heard[partition] = self._now

    def leave(self, partition: str) -> None:
        """Let a partition that has ended no longer hold the others back."""
        self._marks.pop(partition, None)
        self._heard.pop(partition, None)
        self._silent.pop(partition, None)
        self._settle(self._now)

    def _settle(self, moment: int) -> None:
        """Bring the stream's watermark up to those that take part; nobody does since `moment`."""
        if self._marks:
            self._said = max(self._said, self._least())
        elif self.idle_after is not None and self._silent and self._quiet is None:
            self._said = max(self._said, self._highest)
            self._quiet = moment, self._said

    def _least(self) -> int:
        """Return the least watermark of those that take part."""
        return min(self._marks.values())

    # Where they stand.

    def of(self, partition: str) -> int:
        """Return the watermark of one partition."""
        return self._marks.get(partition, self._said)

    def partitions(self) -> Mapping[str, int]:
        """Return the watermark of every partition that takes part."""
        return self._marks

    def stream(self) -> int:
        """Return the watermark of the stream."""
        if self._marks:
            self._said = max(self._said, self._least())
        return self._said

    def standings(self) -> Sequence[Standing]:
        """Return where everybody stands, those that are furthest behind first."""
        least = self._least() if self._marks else BEGINNING
        live = [Standing(p, m, m == least) for p, m in self._marks.items()]
        return [*sorted(live, key=lambda s: (s.watermark, s.name)), *self._silences()]

    def _silences(self) -> list[Standing]:
        return [Standing(p, m, why="silent") for p, m in sorted(self._silent.items())]

    # What moves them.

    def advance(self, watermark: int) -> None:
        """Promise for everybody that nothing before `watermark` will come."""
        for partition, mark in self._marks.items():
            self._marks[partition] = max(mark, watermark)
        if watermark > self._said:
            self._said = watermark
            if self._quiet is not None:
                self._quiet = self._now, watermark
        self._highest = max(self._highest, watermark)

    def tick(self, now: int) -> None:
        """Learn the engine's time, which does not go back."""
        self._now = now = max(now, self._now)
        if self.unit is not None:
            self.advance(now // self.unit * self.unit)
        if self.idle_after is None:
            return
        if now >= self._wake:
            last = self._silence(now - self.idle_after)
            self._settle(last + self.idle_after)
        if self._quiet is not None and self._highest > BEGINNING:
            since, mark = self._quiet
            self._said = max(self._said, mark + now - since)

    def _silence(self, limit: int) -> int:
        """Dismiss the partitions not heard after `limit`; return when the last one was heard."""
        assert self.idle_after is not None
        last = BEGINNING
        for partition in [p for p, heard in self._heard.items() if heard <= limit]:
            last = max(last, self._heard.pop(partition))
            self._silent[partition] = self._marks.pop(partition)
        heard = self._heard.values()
        self._wake = (min(heard) if heard else self._now) + self.idle_after
        return last

    def take(
        self,
        partition: str,
        times: Instants,
        markers: Mask | None = None,
        producers: Sequence[pa.Array] = (),
    ) -> Instants | None:
        """Move the watermark over rows of a partition that has joined, in order of arrival.

        `markers` says which rows are end markers: they promise their own time. Returns for each row
        the watermark just before it, or None where no row is behind its own (unless `exact`).
        """
        before = self._marks[partition]
        if len(times) == 1:
            time = int(times[0])
            marker = markers is not None and bool(markers[0])
            self._raise(partition, time if marker else time - self.delay)
            return np.array([before]) if self.exact or (time < before and not marker) else None
        if markers is None and not self.exact and self._timely(times, before):
            self._raise(partition, int(times.max()) - self.delay)
            return None
        running = np.maximum.accumulate(self._promises(times, markers))
        self._raise(partition, int(running[-1]))
        marks = np.empty_like(times)
        marks[0] = before
        np.maximum(running[:-1], before, out=marks[1:])
        return marks if self.exact or behind(times, marks, markers) else None

    def _promises(self, times: Instants, markers: Mask | None) -> Instants:
        """Return what each row raises a watermark to."""
        if markers is None:
            return times - self.delay
        return np.where(markers, times, times - self.delay)

    def _raise(self, partition: str, mark: int) -> None:
        if mark > self._marks[partition]:
            self._marks[partition] = mark
            self._highest = max(self._highest, mark)

    def _timely(self, times: Instants, before: int) -> bool:
        """Say that no row is behind its watermark, without finding the watermark of each row.

        A stretch of rows is timely if its least time is not behind the greatest time up to its end;
        a false answer says nothing. Takes a fiftieth of the time.
        """
        stretches = np.arange(0, len(times), _STRETCH)
        highest = np.maximum.accumulate(np.maximum.reduceat(times, stretches))
        marks = np.maximum(highest - self.delay, before)
        least = np.minimum.reduceat(times, stretches)
        return bool((least >= marks).all())

    # What is kept.

    def snapshot(self) -> dict[str, pa.Table]:
        """Return the state as tables.

        How long each has been silent is kept, not since when: the clock of an engine that is away
        does not go on.
        """
        live = list(self._marks)
        silent = list(self._silent)
        ages = [self._now - self._heard[p] if p in self._heard else None for p in live]
        since, mark = self._quiet or (None, None)
        return {
            "partitions": pa.table(
                {
                    "partition": pa.array([*live, *silent], pa.string()),
                    "watermark": pa.array([*self._marks.values(), *self._silent.values()], _INT),
                    "silent": pa.array([False] * len(live) + [True] * len(silent), pa.bool_()),
                    "age": pa.array([*ages, *[None] * len(silent)], _INT),
                }
            ),
            "stream": pa.table(
                {
                    "said": pa.array([self._said], _INT),
                    "highest": pa.array([self._highest], _INT),
                    "quiet": pa.array([None if since is None else self._now - since], _INT),
                    "mark": pa.array([mark], _INT),
                }
            ),
        }

    def restore(self, state: Mapping[str, pa.Table], now: int) -> None:
        """Take up a state that `snapshot` returned; `now` is the engine's time."""
        self._now, self._wake = now, BEGINNING
        self._marks, self._heard, self._silent = {}, {}, {}
        for row in state["partitions"].to_pylist():
            into = self._silent if row["silent"] else self._marks
            into[row["partition"]] = row["watermark"]
            if row["age"] is not None:
                self._heard[row["partition"]] = now - row["age"]
        (kept,) = state["stream"].to_pylist()
        self._said, self._highest = kept["said"], kept["highest"]
        self._quiet = None if kept["quiet"] is None else (now - kept["quiet"], kept["mark"])


_INT = pa.int64()


def behind(times: Instants, marks: Instants, markers: Mask | None) -> bool:
    """Say whether a row that is no end marker is behind its watermark."""
    late = times < marks
    return bool(late.any() if markers is None else (late & ~markers).any())
