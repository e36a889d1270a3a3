"""Joins by trying all pairs, written from what a join means and from nothing else."""

from __future__ import annotations

from collections.abc import Callable, Sequence

Row = tuple[int | None, str | None, int, int]
"""Two keys, a value, and a time in milliseconds."""

Said = tuple[int | str | None, ...]

NOTHING: Said = (None, None, None, None)


def in_time(rows: Sequence[Row], delay: int) -> list[Row]:
    """Return the rows that are not before the watermark that stood when they came."""
    return [row for row, mark in _marked(rows, delay) if row[3] >= mark]


def in_windows(rows: Sequence[Row], delay: int, slide: int, size: int) -> tuple[list[Row], int]:
    """Return rows with the start of a window in place of their time, once for every window.

    Behind it how often a row was refused: its window had ended by the watermark.
    """
    taken, late = [], 0
    for (k, j, v, time), mark in _marked(rows, delay):
        start = time // slide * slide
        while start > time - size:
            if start + size > mark:
                taken.append((k, j, v, start))
            else:
                late += 1
            start -= slide
    return taken, late


def _marked(rows: Sequence[Row], delay: int) -> list[tuple[Row, float]]:
    mark = float("-inf")
    marked = []
    for row in rows:
        marked.append((row, mark))
        mark = max(mark, row[3] - delay)
    return marked


def summed(rows: Sequence[Row], *, by_time: bool) -> list[Row]:
    """Return sums of the values of rows with equal keys, each with its time or the latest one."""
    sums: dict[tuple[int | None, str | None, int], tuple[int, int]] = {}
    for k, j, v, time in rows:
        group = (k, j, time if by_time else 0)
        before, latest = sums.get(group, (0, time))
        sums[group] = before + v, max(latest, time)
    return [(k, j, v, time) for (k, j, _), (v, time) in sums.items()]


def join(
    kind: str, left: Sequence[Row], right: Sequence[Row], partners: Callable[[Row, Row], bool]
) -> list[Said]:
    """Return the rows of a join of one kind."""
    pairs = [(a, b) for a in range(len(left)) for b in range(len(right))]
    pairs = [(a, b) for a, b in pairs if partners(left[a], right[b])]
    one, other = {a for a, _ in pairs}, {b for _, b in pairs}
    if kind == "SEMI":
        return [left[a] for a in sorted(one)]
    alone = [left[a] for a in range(len(left)) if a not in one]
    if kind == "ANTI":
        return list(alone)
    said: list[Said] = [(*left[a], *right[b]) for a, b in pairs]
    if kind in {"LEFT", "FULL"}:
        said += [(*row, *NOTHING) for row in alone]
    if kind in {"RIGHT", "FULL"}:
        said += [(*NOTHING, *right[b]) for b in range(len(right)) if b not in other]
    return said
