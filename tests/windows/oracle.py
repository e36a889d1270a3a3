"""What windows say, in a few lines of Python that share nothing with the engine.

A stream is a list of (key, value, time) in order of arrival; all times are whole numbers of
milliseconds. A row's watermark is the greatest time before it, less the delay.
"""

from __future__ import annotations

import statistics
from collections import defaultdict
from collections.abc import Iterable

Row = tuple[str | None, int, int]
Said = tuple[str | float | None, ...]
"""Key, start, end, number of rows, their sum and the greatest of them.

Behind these: how many different values, the median, and the value that is there most often.
"""


def watermarks(rows: Iterable[Row], delay: int) -> list[float]:
    """Return the watermark just before each row."""
    marks, highest = [], float("-inf")
    for _, _, time in rows:
        marks.append(highest - delay)
        highest = max(highest, time)
    return marks


def hops(rows: list[Row], delay: int, slide: int, size: int, offset: int) -> tuple[list[Said], int]:
    """Return the windows and how many times one has refused a row."""
    windows, late = defaultdict(list), 0
    for (key, value, time), mark in zip(rows, watermarks(rows, delay), strict=True):
        for start in range(time - size - slide, time + 1):
            if (start - offset) % slide or not start <= time < start + size:
                continue
            if start + size <= mark:
                late += 1
            else:
                windows[key, start, start + size].append(value)
    return _said(windows.items()), late


def cumulates(
    rows: list[Row], delay: int, step: int, size: int, offset: int
) -> tuple[list[Said], int]:
    """Return the windows and how many times one has refused a row."""
    windows, late = defaultdict(list), 0
    for (key, value, time), mark in zip(rows, watermarks(rows, delay), strict=True):
        start = time - (time - offset) % size
        for end in range(start + step, start + size + 1, step):
            if end <= time:
                continue
            if end <= mark:
                late += 1
            else:
                windows[key, start, end].append(value)
    return _said(windows.items()), late


def sessions(rows: list[Row], delay: int, gap: int) -> tuple[list[Said], int]:
    """Return the sessions and how many rows were refused."""
    found: dict[str | None, list[tuple[list[int], list[int]]]] = defaultdict(list)
    late = 0
    for (key, value, time), mark in zip(rows, watermarks(rows, delay), strict=True):
        near = [
            (times, values)
            for times, values in found[key]
            if max(times) + gap > mark and any(abs(t - time) < gap for t in times)
        ]
        if not near and time + gap <= mark:
            late += 1
            continue
        others = [s for s in found[key] if s not in near]
        joined = ([time], [value])
        for times, values in near:
            joined[0].extend(times)
            joined[1].extend(values)
        found[key] = [*others, joined]
    items = [((k, min(t), max(t) + gap), v) for k, some in found.items() for t, v in some]
    return _said(items), late


def slides(rows: list[Row], delay: int, size: int) -> tuple[list[Said], int]:
    """Return the windows (t - size, t] for every time t, and how many rows came too late for t."""
    marked = list(zip(rows, watermarks(rows, delay), strict=True))
    heads = {(key, time) for (key, _, time), mark in marked if time + 1 > mark}
    windows = {
        (key, end - size + 1, end + 1): [
            value
            for (k, value, time), mark in marked
            if k == key and end - size < time <= end and end + 1 > mark
        ]
        for key, end in heads
    }
    return _said(windows.items()), sum(time + 1 <= mark for (_, _, time), mark in marked)


def _said(windows: Iterable[tuple[tuple[str | None, int, int], list[int]]]) -> list[Said]:
    return ordered((*window, len(v), sum(v), max(v), *_ranked(v)) for window, v in windows)


def _ranked(values: list[int]) -> tuple[int, float, int]:
    ranked = sorted(values, reverse=True)
    return len(set(ranked)), statistics.median(ranked), max(ranked, key=ranked.count)


def ordered(said: Iterable[Said]) -> list[Said]:
    """Return rows in an order of their own."""
    return sorted(said, key=lambda row: (str(row[0]), row[1:]))
