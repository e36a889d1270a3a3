"""What LANGUAGE.md (section 3) says of watermarks, a row at a time and in plain Python.

The engine's watermarks are compared with this, so nothing here is shared with it.
"""

from __future__ import annotations

from collections.abc import Hashable, Iterable
from dataclasses import dataclass

BEGINNING = -(2**63)
FAREWELL = 253_402_214_400_000_000
"""The last day of the calendar, 9999-12-31: a marker from there on is for good."""

Member = tuple[str, Hashable]


@dataclass(frozen=True)
class Arrival:
    """A row as it comes: its time, whose it is, whether it is an end marker, and the clock then.

    A `time` of None is a row without one: it is not counted, only heard. `producer` is None where
    a stream has no PER.
    """

    time: int | None
    producer: Hashable = None
    marker: bool = False
    now: int = 0
    partition: str = ""


class Definition:
    """The watermarks of one stream: whoever takes part, and how far each has come."""

    def __init__(
        self, delay: int, idle_after: int | None = None, partitions: Iterable[str] = ("",)
    ) -> None:
        self.delay = delay
        self.idle_after = idle_after
        self.said = BEGINNING
        self.greatest = BEGINNING
        self.now = 0
        self.marks: dict[Member, int] = {}
        self.heard: dict[Member, int] = {}
        self.quiet: tuple[int, int] | None = None
        for partition in partitions:
            self._hear(("partition", partition))

    def _hear(self, member: Member) -> None:
        """Let a member take part from the stream's watermark on."""
        if member not in self.marks:
            self.marks[member] = self.said
        self.heard[member] = self.now
        self.quiet = None

    def _leave(self, member: Member) -> None:
        del self.marks[member], self.heard[member]
        self._follow()

    def _follow(self) -> None:
        if self.marks:
            self.said = max(self.said, min(self.marks.values()))

    def at(self, now: int) -> int:
        """Return the stream's watermark when the clock shows `now`."""
        self.now = now = max(now, self.now)
        if self.idle_after is None:
            return self.said
        due = [(h + self.idle_after, m) for m, h in self.heard.items()]
        for moment, member in sorted((d, m) for d, m in due if d <= now):
            self._leave(member)
            if not self.marks:
                self.said = max(self.said, self.greatest)
                self.quiet = moment, self.said
        if self.quiet is not None and self.greatest > BEGINNING:
            self.said = max(self.said, self.quiet[1] + now - self.quiet[0])
        return self.said

    def end(self, partition: str) -> None:
        """Let a partition, which has ended, take part no more."""
        self._leave(("partition", partition))

    def advance(self, watermark: int) -> None:
        """Take a promise for everybody."""
        self.marks = {m: max(w, watermark) for m, w in self.marks.items()}
        if watermark > self.said and self.quiet is not None:
            self.quiet = self.now, watermark
        self.said = max(self.said, watermark)
        self.greatest = max(self.greatest, watermark)

    def take(self, row: Arrival) -> int:
        """Take a row, and return the watermark of its partition or producer just before it."""
        self.at(row.now)
        whole: Member = ("partition", row.partition)
        self._hear(whole)
        if row.time is None:
            return self.marks[whole]
        own = whole if row.producer is None else ("producer", row.producer)
        self._hear(own)
        before = self.marks[own]
        if row.marker and row.time >= FAREWELL and own != whole:
            self._leave(own)
            return before
        reached = row.time if row.marker else row.time - self.delay
        if reached > before:
            # What one producer reaches, its partition has reached.
            for member in {own, whole}:
                self.marks[member] = max(self.marks[member], reached)
            self.greatest = max(self.greatest, reached)
        self._follow()
        return before
