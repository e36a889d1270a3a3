"""Lengths of time, as plans reckon and show them."""

from __future__ import annotations

from cep.types import DataType, Timestamp, TimestampLtz


def time_unit(t: DataType) -> int:
    """Return the least step of a timestamp type, in microseconds."""
    precision = t.precision if isinstance(t, Timestamp | TimestampLtz) else 6
    return int(10 ** (6 - precision))


def duration(microseconds: int) -> str:
    """Return a length of time as people write it: `90 s`, `1 h`."""
    for unit, size in (("d", 86_400_000_000), ("h", 3_600_000_000), ("min", 60_000_000)):
        if microseconds and microseconds % size == 0:
            return f"{microseconds // size} {unit}"
    if microseconds % 1_000_000 == 0:
        return f"{microseconds // 1_000_000} s"
    if microseconds < 0:
        return f"-{duration(-microseconds)}"
    whole, rest = divmod(microseconds, 1_000_000)
    return f"{whole}.{rest:06}".rstrip("0") + " s"


def months(many: int) -> str:
    """Return a number of months as people write it: `1 month`, `2 years`."""
    number, unit = (many // 12, "year") if many and many % 12 == 0 else (many, "month")
    return f"{number} {unit}{'' if number == 1 else 's'}"
