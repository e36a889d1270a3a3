"""Instants, the engine's clock, and what +infinity means for a watermark.

Every instant inside the engine is an int64 number of microseconds since 1970-01-01T00:00:00,
UTC for TIMESTAMP_LTZ and without a zone for TIMESTAMP.
"""

from __future__ import annotations

import time
from typing import Protocol

BEGINNING = -(2**63)
"""The watermark before any row has come."""

END = 2**63 - 1
"""The watermark of an input that has ended: no row can come after it."""

SECOND = 1_000_000
"""Microseconds in a second."""


class Clock(Protocol):
    """Where now() comes from. Nothing else in the engine asks what time it is."""

    def now(self) -> int:
        """Return the current instant in microseconds since 1970, UTC."""


class WallClock:
    """The machine's clock."""

    def now(self) -> int:
        """Return the machine's time in microseconds since 1970, UTC."""
        return time.time_ns() // 1000


class VirtualClock:
    """A clock that stands still until it is told to move, for tests, replays and backtests."""

    def __init__(self, now: int = 0) -> None:
        self._now = now

    def now(self) -> int:
        """Return the instant last set, in microseconds since 1970, UTC."""
        return self._now

    def set(self, now: int) -> None:
        """Move the clock to `now`; it never goes back."""
        self._now = max(self._now, now)
