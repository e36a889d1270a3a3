"""The resident memory of this process, and its peak."""

from __future__ import annotations

import resource
import sys
from pathlib import Path

_STATUS = Path("/proc/self/status")


def resident() -> int:
    """Return the bytes in memory now; where the system does not tell, the peak so far."""
    return _field("VmRSS")


def peak() -> int:
    """Return the most bytes that were in memory since the start, or since `reset_peak`."""
    return _field("VmHWM")


def reset_peak() -> None:
    """Forget the peak so far, where the system can."""
    if _STATUS.exists():
        Path("/proc/self/clear_refs").write_text("5", encoding="ascii")


def _field(name: str) -> int:
    if _STATUS.exists():
        for line in _STATUS.read_text(encoding="ascii").splitlines():
            if line.startswith(f"{name}:"):
                return int(line.split()[1]) * 1024
    most = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return most if sys.platform == "darwin" else most * 1024
