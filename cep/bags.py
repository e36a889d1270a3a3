"""Bags of rows: how two results are compared, and how a difference is shown."""

from __future__ import annotations

import datetime as dt
import decimal
import math
from collections import Counter
from collections.abc import Iterable, Sequence
from typing import Any

Row = tuple[Any, ...]
Bag = Counter[Row]

TOLERANCE = 1e-9
"""How far two DOUBLE values may lie apart, relative to their size."""


def plain(value: Any) -> Any:
    """Return a value as something hashable that compares as SQL does: NaN equals itself."""
    if isinstance(value, float) and math.isnan(value):
        return "NaN"
    if isinstance(value, dict):
        return tuple((k, plain(v)) for k, v in value.items())
    if isinstance(value, list | tuple):
        return tuple(plain(v) for v in value)
    if isinstance(value, bytearray | memoryview):
        return bytes(value)
    if isinstance(value, dt.datetime) and value.tzinfo is not None:
        return value.astimezone(dt.UTC)
    return value


def close(a: Any, b: Any) -> bool:
    """Say whether two values are the same, numbers to `TOLERANCE` where one is a DOUBLE."""
    if isinstance(a, tuple) and isinstance(b, tuple):
        return close_rows(a, b)
    if isinstance(a, bool) or isinstance(b, bool):
        return a is b
    numbers = (int, float, decimal.Decimal)
    if isinstance(a, numbers) and isinstance(b, numbers):
        if isinstance(a, float) or isinstance(b, float):
            return math.isclose(a, b, rel_tol=TOLERANCE, abs_tol=1e-12)
        return a == b
    return type(a) is type(b) and bool(a == b)


def close_rows(a: Row, b: Row) -> bool:
    """Say whether two rows are the same."""
    return len(a) == len(b) and all(map(close, a, b))


def difference(found: Bag, expected: Bag) -> str | None:
    """Say how two bags of rows differ, line by line, or return None where they are the same."""
    if found == expected and not _mixed(found):
        return None
    missing, surplus = Counter(expected), Counter(found)
    missing.subtract(found)
    surplus.subtract(expected)
    absent = [r for r, n in missing.items() for _ in range(n) if n > 0]
    extra = [r for r, n in surplus.items() for _ in range(n) if n > 0]
    unmatched = _unmatched(absent, extra)
    if not unmatched and not extra:
        return None
    return described(unmatched, extra, found.total(), expected.total())


def _mixed(bag: Bag) -> bool:
    """Say whether Python would take a value of the bag for another: TRUE for 1."""
    return any(isinstance(v, bool) for row in bag for v in row)


def _unmatched(absent: list[Row], extra: list[Row]) -> list[Row]:
    """Take pairs of rows that are close out of `extra`; return what is left of `absent`."""
    unmatched = []
    for row in absent:
        twin = next((i for i, r in enumerate(extra) if close_rows(row, r)), None)
        if twin is None:
            unmatched.append(row)
        else:
            extra.pop(twin)
    return unmatched


def ordered_difference(found: Sequence[Row], expected: Sequence[Row]) -> str | None:
    """Say how two lists of rows differ, their order too, or return None."""
    if len(found) == len(expected) and all(map(close_rows, found, expected)):
        return None
    problem = difference(Counter(found), Counter(expected))
    if problem is not None:
        return problem
    lines = ["the same rows in another order:"]
    lines += [f"  {shown(r)}" for r in found[:20]]
    return "\n".join(lines)


def described(missing: Iterable[Row], extra: Iterable[Row], found: int, expected: int) -> str:
    """Return a difference as people read it."""
    lines = [f"{_rows(found)} where {expected} were expected"]
    for sign, rows in (("-", missing), ("+", extra)):
        shown_rows = sorted(map(shown, rows))
        lines += [f"  {sign} {row}" for row in shown_rows[:10]]
        if len(shown_rows) > 10:
            lines.append(f"  {sign} … {len(shown_rows) - 10} more")
    return "\n".join(lines)


def _rows(n: int) -> str:
    return "1 row" if n == 1 else f"{n} rows"


def shown(row: Row) -> str:
    """Return a row nearly as VALUES would write it."""
    return "(" + ", ".join(_value(v) for v in row) + ")"


def _value(value: Any) -> str:
    if value is None:
        return "NULL"
    if isinstance(value, bool):
        return str(value).upper()
    if isinstance(value, str | dt.date | dt.time):
        return f"'{value}'"
    if isinstance(value, tuple):
        return "[" + ", ".join(map(_value, value)) + "]"
    return str(value)
