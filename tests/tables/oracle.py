"""Tables and joins by time, one row after the other, written from what they mean."""

from __future__ import annotations

import operator
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass

Row = tuple[int | None, ...]
"""A key, a value, and a time; behind them what a join has put there."""


@dataclass(frozen=True)
class Change:
    """What a row does to a table: it is put in its key's place, or its key is deleted.

    `now` is what the clock showed when it came.
    """

    row: Row
    now: int = 0
    inserts: bool = True


def time_of(row: Row) -> int:
    """Return the time of a row."""
    assert row[2] is not None
    return row[2]


def timely(changes: Iterable[Change], delay: int, idle: int | None) -> list[Change]:
    """Return the rows that are not before the watermark that stood when they came.

    Who has been silent for `idle` lets it go on with the clock, until there is a row again.
    """
    mark: float = float("-inf")
    heard: int | None = None
    found = []
    for change in changes:
        if idle is not None and heard is not None:
            mark += max(0, change.now - (heard + idle))
        heard = change.now
        if time_of(change.row) >= mark:
            found.append(change)
        mark = max(mark, time_of(change.row) - delay)
    return found


def as_of(changes: Sequence[Change], key: int | None, time: int) -> Row | None:
    """Return the row that a key had at a time."""
    if key is None:
        return None
    mine = [c for c in changes if c.row[0] == key and time_of(c.row) <= time]
    last = max(enumerate(mine), key=lambda nc: (time_of(nc[1].row), nc[0]), default=None)
    return last[1].row if last is not None and last[1].inserts else None


def current(changes: Sequence[Change]) -> list[Row]:
    """Return the rows of a versioned table in the end."""
    keys = {c.row[0] for c in changes}
    found = (as_of(changes, key, 2**62) for key in keys)
    return [row for row in found if row is not None]


def temporal_join(
    left: Sequence[Row],
    changes: Sequence[Change],
    allowed: Callable[[Row, Row], bool],
    *,
    outer: bool,
) -> list[Row]:
    """Return left rows with the values as of their times, where these are allowed."""
    said: list[Row] = []
    for one in left:
        row = as_of(changes, one[0], time_of(one))
        if row is not None and not allowed(one, row):
            row = None
        if row is not None or outer:
            said.append((*one, *((None, None) if row is None else row[1:])))
    return said


_COMPARED: dict[str, Callable[[int, int], bool]] = {
    ">=": operator.ge,
    ">": operator.gt,
    "<=": operator.le,
    "<": operator.lt,
}


def asof_join(
    left: Sequence[Row], right: Sequence[Row], sign: str, *, outer: bool, keyed: bool
) -> list[Row]:
    """Return left rows beside the nearest right ones, of their keys or of all."""
    said: list[Row] = []
    for one in left:
        near = [
            (time_of(row), n, row)
            for n, row in enumerate(right)
            if (not keyed or (one[0] is not None and row[0] == one[0]))
            and _COMPARED[sign](time_of(one), time_of(row))
        ]
        # Backwards the greatest time counts, and the last that came; forwards the least and first.
        found = (max if sign[0] == ">" else min)(near, key=lambda m: m[:2], default=None)
        if found is not None or outer:
            said.append((*one, *((None, None) if found is None else found[2][1:])))
    return said
