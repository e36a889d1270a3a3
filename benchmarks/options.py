"""What a run of the benchmarks is asked to do."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True)
class Options:
    """How large and how often; `flights` is the zipped CSV of a year of flights, if it is there."""

    folder: Path
    rows: int = 2_000_000
    rounds: int = 3
    runs: int = 2
    smoke: bool = False
    flights: Path | None = None
