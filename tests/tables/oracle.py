"""Tables and joins by time, one row after the other, written from what they mean."""

from __future__ import annotations

import operator
from collections.abc import Callable, Sequence
from dataclasses import dataclass

Row = tuple[int | None, int | None, int]
"""A key, a value, and a time."""


@dataclass(frozen=True)
class Change:
    """What a row does to a table: it is put in its key's place, or its key is deleted."""

    row: Row
    inserts: bool = True


def in_time(times: Sequence[int], delay: int) -> list[bool]:
    """Return which rows are not before the watermark that stood when they came."""
    mark: float = float("-inf")
    found = []
    for time in times:
        found.append(time >= mark)
        mark = max(mark, time - delay)
    return found


def timely(changes: Sequence[Change], delay: int) -> list[Change]:
    """Return the changes that a versioned table takes."""
    flags = in_time([c.row[2] for c in changes], delay)
    return [c for c, flag in zip(changes, flags, strict=True) if flag]


def as_of(changes: Sequence[Change], key: int | None, time: int) -> Row | None:
    """Return the row that a key had at a time."""
    if key is None:
        return None
    mine = [c for c in changes if c.row[0] == key and c.row[2] <= time]
    last = max(enumerate(mine), key=lambda nc: (nc[1].row[2], nc[0]), default=None)
    return last[1].row if last is not None and last[1].inserts else None


def current(changes: Sequence[Change]) -> list[Row]:
    """Return the rows of a versioned table in the end."""
    keys = {c.row[0] for c in changes}
    found = (as_of(changes, key, 2**62) for key in keys)
    return [row for row in found if row is not None]


def temporal_join(
    left: Sequence[Row], changes: Sequence[Change], *, outer: bool, most: int | None
) -> list[tuple[int | None, ...]]:
    """Return left rows with the values as of their times; of the right ones only those <= most."""
    said: list[tuple[int | None, ...]] = []
    for key, value, time in left:
        row = as_of(changes, key, time)
        if row is not None and most is not None and (row[1] is None or row[1] > most):
            row = None
        if row is not None or outer:
            said.append((key, value, time, *((None, None) if row is None else row[1:])))
    return said


_COMPARED: dict[str, Callable[[int, int], bool]] = {
    ">=": operator.ge,
    ">": operator.gt,
    "<=": operator.le,
    "<": operator.lt,
}


def asof_join(
    left: Sequence[Row], right: Sequence[Row], sign: str, *, outer: bool
) -> list[tuple[int | None, ...]]:
    """Return left rows beside the nearest right ones of their keys."""
    said: list[tuple[int | None, ...]] = []
    for key, value, time in left:
        near = [
            (row[2], n, row)
            for n, row in enumerate(right)
            if key is not None and row[0] == key and _COMPARED[sign](time, row[2])
        ]
        # Backwards the greatest time counts, and the last that came; forwards the least and first.
        found = (max if sign[0] == ">" else min)(near, key=lambda m: m[:2], default=None)
        if found is not None or outer:
            said.append((key, value, time, *((None, None) if found is None else found[2][1:])))
    return said
