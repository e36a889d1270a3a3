"""What OVER says, in a few lines of Python that share nothing with the engine.

A stream is a list of rows (id, key, value, time) in order of arrival; times are whole numbers of
milliseconds. Frames are found by looking at every row of the partition.
"""

from __future__ import annotations

import calendar
import datetime as dt
import math
from collections import defaultdict
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from zoneinfo import ZoneInfo

Row = tuple[int, str | None, int | None, int]
Value = object
INFINITE = float("inf")


DAY = 86_400_000
UTC = dt.UTC
EPOCH = dt.datetime(1970, 1, 1, tzinfo=UTC)


@dataclass(frozen=True)
class Months:
    """So many months from a time on, negative before it, by the clock of a zone."""

    many: int
    zone: ZoneInfo

    def of(self, time: int) -> int:
        """Return the time that it leads to."""
        wall = (EPOCH + dt.timedelta(milliseconds=time)).astimezone(self.zone)
        month = wall.year * 12 + wall.month - 1 + self.many
        year, month = month // 12, month % 12 + 1
        day = min(wall.day, calendar.monthrange(year, month)[1])
        there = wall.replace(year=year, month=month, day=day, fold=0)
        return (there.astimezone(UTC) - EPOCH) // dt.timedelta(milliseconds=1)

    def last(self, time: int) -> int:
        """Return the last time that it leads to from this one or before, as far as is known."""
        ends = [time // DAY * DAY - n * DAY - 1 for n in range(4)]
        return max(map(self.of, (time, *ends)))


Bound = int | Months | None


@dataclass(frozen=True)
class Frame:
    """A frame: bounds from the row on, None where there is none; `unit` is rows or range."""

    unit: str
    start: Bound
    end: Bound


def timely(rows: Sequence[Row], delay: int) -> tuple[list[Row], float]:
    """Return the rows that are not behind the watermark before them, and the last watermark."""
    kept: list[Row] = []
    highest = -INFINITE
    for row in rows:
        if row[3] >= highest - delay:
            kept.append(row)
        highest = max(highest, row[3])
    return kept, highest - delay


def partitions(rows: Sequence[Row], keyed: bool, least: bool) -> list[list[Row]]:
    """Return the rows of each partition in order: by time, then, if asked, by value downwards."""
    parts = defaultdict(list)
    for row in rows:
        parts[row[1] if keyed else None].append(row)

    def place(row: Row) -> tuple[object, ...]:
        value = row[2]
        return (row[3], *((value is None, -(value or 0)) if least else ()))

    return [sorted(part, key=place) for part in parts.values()]


def equal(one: Row, other: Row, least: bool) -> bool:
    """Say whether two rows are peers."""
    return one[3] == other[3] and (not least or one[2] == other[2])


def frame_of(part: Sequence[Row], i: int, frame: Frame, least: bool) -> list[int]:
    """Return the positions of the rows in the frame of the row at `i`."""

    def inside(j: int) -> bool:
        if frame.unit == "rows":
            place = j - i
        elif frame.start in {None, 0} and frame.end in {None, 0}:
            place = 0 if equal(part[i], part[j], least) else -1 if j < i else 1
        else:
            time = part[j][3]
            return (frame.start is None or time >= moved(part[i][3], frame.start)) and (
                frame.end is None or time <= moved(part[i][3], frame.end)
            )
        assert not isinstance(frame.start, Months)
        assert not isinstance(frame.end, Months)
        return (frame.start is None or place >= frame.start) and (
            frame.end is None or place <= frame.end
        )

    return [j for j in range(len(part)) if inside(j)]


def moved(time: int, by: int | Months) -> int:
    """Return the time that is so far from another."""
    return by.of(time) if isinstance(by, Months) else time + by


def complete(part: Sequence[Row], i: int, frame: Frame, mark: float) -> bool:
    """Say whether no row can come into the frame any more, all before the watermark being there."""
    passed = [r for r in part if r[3] < mark]
    if part[i][3] >= mark:
        return False
    if frame.end is None:
        return mark == INFINITE
    if mark == INFINITE:
        return True
    if isinstance(frame.end, Months):
        return frame.end.many < 0 or frame.end.last(part[i][3]) < mark
    if frame.end <= 0:
        return True
    if frame.unit == "rows":
        return i + frame.end < len(passed)
    return part[i][3] + frame.end < mark


def said(part: Sequence[Row], i: int, name: str, frame: Frame, least: bool) -> Value:
    """Return what a function says of the row at `i`."""
    if name in RANKS:
        return RANKS[name](part, i, least)
    if name.startswith(("lag", "lead")):
        return _moved(part, i, name)
    values = [part[j][2] for j in frame_of(part, i, frame, least)]
    return AGGREGATES[name](values)


def _moved(part: Sequence[Row], i: int, name: str) -> Value:
    if name.endswith("ignoring"):
        others = range(i - 1, -1, -1) if name.startswith("lag") else range(i + 1, len(part))
        found = [part[j][2] for j in others if part[j][2] is not None]
        return found[1] if len(found) > 1 else None
    j = i - 1 if name == "lag" else i + 2
    return part[j][2] if 0 <= j < len(part) else (None if name == "lag" else -7)


def _before(part: Sequence[Row], i: int, least: bool) -> list[int]:
    return [j for j in range(i) if not equal(part[j], part[i], least)]


RANKS: dict[str, Callable[[Sequence[Row], int, bool], Value]] = {
    "row_number": lambda part, i, least: i + 1,
    "rank": lambda part, i, least: len(_before(part, i, least)) + 1,
    "dense_rank": lambda part, i, least: (
        1 + sum(j == 0 or not equal(part[j], part[j - 1], least) for j in _before(part, i, least))
    ),
}


def _some(values: Sequence[Value]) -> list[int]:
    return [v for v in values if isinstance(v, int)]


def _ranked(values: Sequence[Value]) -> list[int]:
    return sorted(_some(values))


def _nth(values: Sequence[Value], n: int) -> Value:
    return values[n - 1] if len(values) >= n else None


def _median(values: list[int]) -> Value:
    if not values:
        return None
    ranked = sorted(values)
    half = len(ranked) // 2
    return float(ranked[half]) if len(ranked) % 2 else (ranked[half - 1] + ranked[half]) / 2


def _spread(values: list[int]) -> Value:
    if not values:
        return None
    mean = sum(values) / len(values)
    return math.sqrt(sum((v - mean) ** 2 for v in values) / len(values))


AGGREGATES: dict[str, Callable[[Sequence[Value]], Value]] = {
    "rows": len,
    "count": lambda vs: len(_some(vs)),
    "odd": lambda vs: len([v for v in _some(vs) if v % 2]),
    "different": lambda vs: len(set(_some(vs))),
    "sum": lambda vs: sum(_some(vs)) if _some(vs) else None,
    "exact": lambda vs: sum(_some(vs)) / 100 if _some(vs) else None,
    "float": lambda vs: float(sum(_some(vs))) / 8 if _some(vs) else None,
    "avg": lambda vs: sum(_some(vs)) / len(_some(vs)) if _some(vs) else None,
    "min": lambda vs: min(_some(vs), default=None),
    "max": lambda vs: max(_some(vs), default=None),
    "text": lambda vs: max(map(str, _some(vs)), default=None),
    "all": lambda vs: all(v > 2 for v in _some(vs)) if _some(vs) else None,
    "median": lambda vs: _median(_some(vs)),
    "odd median": lambda vs: _median([v for v in _some(vs) if v % 2]),
    "fourth": lambda vs: _ranked(vs)[::-1][-(-len(_some(vs)) // 4) - 1] if _some(vs) else None,
    "often": lambda vs: max(_ranked(vs), key=vs.count, default=None),
    "spread": lambda vs: _spread(_some(vs)),
    "different sum": lambda vs: sum(set(_some(vs))) if _some(vs) else None,
    "different spread": lambda vs: _spread(list(set(_some(vs)))),
    "first word": lambda vs: min(_some(vs), key=str, default=None),
    "list": lambda vs: list(vs) if vs else None,
    "first": lambda vs: _nth(vs, 1),
    "last": lambda vs: _nth(vs[::-1], 1),
    "second": lambda vs: _nth(vs, 2),
    "first ignoring": lambda vs: _nth(_some(vs), 1),
    "last ignoring": lambda vs: _nth(_some(vs)[::-1], 1),
    "second ignoring": lambda vs: _nth(_some(vs), 2),
}

SQL = {
    "rows": "COUNT(*)",
    "count": "COUNT(v)",
    "odd": "COUNT(*) FILTER (WHERE v % 2 <> 0)",
    "different": "COUNT(DISTINCT v)",
    "sum": "SUM(v)",
    "exact": "SUM(CAST(v AS DECIMAL(30, 2)) / 100)",
    "float": "SUM(v / 8e0)",
    "avg": "AVG(v)",
    "min": "MIN(v)",
    "max": "MAX(v)",
    "text": "MAX(CAST(v AS VARCHAR))",
    "all": "BOOL_AND(v > 2)",
    "median": "MEDIAN(v)",
    "odd median": "MEDIAN(v) FILTER (WHERE v % 2 <> 0)",
    "fourth": "PERCENTILE_DISC(0.25) WITHIN GROUP (ORDER BY v DESC)",
    "often": "MODE() WITHIN GROUP (ORDER BY v)",
    "spread": "STDDEV_POP(v)",
    "different sum": "SUM(DISTINCT v)",
    "different spread": "STDDEV_POP(DISTINCT v)",
    "first word": "ARG_MIN(v, CAST(v AS VARCHAR))",
    "list": "ARRAY_AGG(v)",
    "first": "FIRST_VALUE(v)",
    "last": "LAST_VALUE(v)",
    "second": "NTH_VALUE(v, 2)",
    "first ignoring": "FIRST_VALUE(v) IGNORE NULLS",
    "last ignoring": "LAST_VALUE(v) IGNORE NULLS",
    "second ignoring": "NTH_VALUE(v, 2) IGNORE NULLS",
    "row_number": "ROW_NUMBER()",
    "rank": "RANK()",
    "dense_rank": "DENSE_RANK()",
    "lag": "LAG(v)",
    "lead": "LEAD(v, 2, -7)",
    "lag ignoring": "LAG(v, 2) IGNORE NULLS",
    "lead ignoring": "LEAD(v, 2) IGNORE NULLS",
}
"""How each function is written, of the value `v`."""

WITHOUT_FRAME = (*RANKS, "lag", "lead", "lag ignoring", "lead ignoring")


def ahead(part: Sequence[Row], i: int, name: str, mark: float) -> bool:
    """Say whether LEAD has its row, or knows that there is none."""
    passed = [r for r in part if r[3] < mark]
    if not name.startswith("lead") or mark == INFINITE:
        return True
    if name == "lead":
        return i + 2 < len(passed)
    return len([r for r in passed[i + 1 :] if r[2] is not None]) > 1
