"""What a query said in one run, and how two runs differ."""

from __future__ import annotations

import datetime as dt
import decimal
import math
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import Any

import pyarrow as pa

from cep.types import Schema

Row = tuple[Any, ...]
Bag = Counter[Row]

TOLERANCE = 1e-9
"""How far two DOUBLE values may lie apart, relative to their size."""


@dataclass
class Outcome:
    """The changes a query said, each with how many events had come before it was said.

    `errors` counts the rows that went aside by where and why, `late` the rows that came too late
    by their event time and watermark; both net of weights. `raised` is the message of an
    evaluation that failed and ended the run.
    """

    changes: list[tuple[int, Row, int]] = field(default_factory=list)
    errors: Counter[tuple[str, str]] = field(default_factory=Counter)
    late: Counter[tuple[object, object]] = field(default_factory=Counter)
    raised: str | None = None
    positions: list[int] = field(default_factory=list)
    """The numbers of events after which the run stopped to listen."""

    def rows(self) -> list[Row]:
        """Return the inserted rows in the order they were said, less what was taken back."""
        return listed(self.net())

    def said(self) -> list[Row]:
        """Return the rows of a result that was only inserted into, in their order."""
        return [row for _, row, weight in self.changes for _ in range(weight)]

    def net(self, until: int | None = None) -> Bag:
        """Return what stood in the result after `until` events, or at the end."""
        bag: Bag = Counter()
        for position, row, weight in self.changes:
            if until is None or position <= until:
                bag[row] += weight
        return settled(bag)


def settled(bag: Bag) -> Bag:
    """Drop what cancels out, also where a DOUBLE was taken back with its last digits changed."""
    net: Bag = Counter({row: n for row, n in bag.items() if n})
    for row in [r for r, n in net.items() if n < 0]:
        for other in [o for o, n in net.items() if n > 0 and close_rows(row, o)]:
            taken = min(-net[row], net[other])
            net[row] += taken
            net[other] -= taken
    return Counter({row: n for row, n in net.items() if n})


def listed(bag: Bag) -> list[Row]:
    """Return the rows of a bag, each as often as it is there."""
    return list(bag.elements())


def rows_of(columns: Sequence[pa.Array], rows: int) -> list[Row]:
    """Return columns as rows that can be compared and counted."""
    if not columns:
        return [()] * rows
    return list(zip(*([plain(v) for v in c.to_pylist()] for c in columns), strict=True))


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


def counted(counter: Counter[Any]) -> str:
    """Return counts as text for messages."""
    if not counter:
        return "none"
    return ", ".join(f"{n} × {key}" for key, n in sorted(counter.items(), key=str))


def header(schema: Schema) -> str:
    """Return the columns of a result in one line."""
    return f"({', '.join(schema.names)})"
