"""What an expression may read besides its row: the clock, the zone, chance."""

from __future__ import annotations

from dataclasses import dataclass, field
from zoneinfo import ZoneInfo

import numpy as np

from cep.runtime.time import Clock, WallClock


@dataclass
class Session:
    """The surroundings of an evaluation; one per engine."""

    clock: Clock = field(default_factory=WallClock)
    zone: ZoneInfo = field(default_factory=lambda: ZoneInfo("UTC"))
    random: np.random.Generator = field(default_factory=np.random.default_rng)
