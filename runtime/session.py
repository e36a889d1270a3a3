"""What an expression may read besides its row: the clock, the zone, chance."""

from __future__ import annotations

from dataclasses import dataclass, field
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

import numpy as np

from cep.errors import Span, UsageError
from cep.runtime.time import Clock, WallClock


@dataclass
class Session:
    """The surroundings of an evaluation; one per engine."""

    clock: Clock = field(default_factory=WallClock)
    zone: ZoneInfo = field(default_factory=lambda: ZoneInfo("UTC"))
    random: np.random.Generator = field(default_factory=np.random.default_rng)
    sketches: str = "cep"
    """Whose sketches approximate aggregates keep: `cep` or `datasketches`."""


def time_zone(name: str, span: Span | None = None) -> ZoneInfo:
    """Return the time zone of that name; raise UsageError where there is none."""
    try:
        return ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError, OSError, TypeError):
        raise UsageError(
            f"there is no time zone {name!r}",
            span=span,
            hint="write a name such as 'Europe/Berlin' or 'UTC'",
        ) from None
