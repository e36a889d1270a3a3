"""What a run of the command line came to."""

from __future__ import annotations

import subprocess
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).parents[2]


@dataclass(frozen=True)
class Outcome:
    """The exit code and what was written."""

    code: object
    out: str
    err: str
    raw: bytes


Cep = Callable[..., Outcome]
Process = Callable[..., "subprocess.Popen[bytes]"]
