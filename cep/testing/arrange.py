"""The events of a script, and the orders and batches in which they may come.

Lateness is decided by `cep.testing.lateness`, so that the engine is not compared with itself.

A shuffle keeps three things, and is free in everything else:

- rows of equal event time keep their order, also across streams, since ties are decided by it;
- a row that was in time stays in time: it is never put behind a row that is more than the delay
  ahead of it;
- a late row stays late by exactly the same watermark: the same rows of its stream come before it.
  A window may still take a row that is behind the watermark if its end is not, so it is not enough
  that a late row stays late.

Rows without an event time (those in error, and all rows of a stream without a watermark) keep their
place among those of their stream, and so do end markers and the row with which a producer joins.
"""

from __future__ import annotations

import random
from collections import defaultdict
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import groupby

from cep.testing.lateness import Arrival, Definition

Producer = tuple[object, ...] | None


@dataclass(frozen=True)
class Event:
    """One row that a script inserts. `time` is its event time in microseconds, None for none.

    `producer` are its values of the columns of PER; a `marker` is no data. `now` is what the clock
    shows when it comes.
    """

    stream: str
    row: tuple[object, ...]
    time: int | None = None
    producer: Producer = None
    marker: bool = False
    now: int = 0


def watermarks(events: Sequence[Event], delay: int) -> list[int]:
    """Return for each row of a stream, in order of arrival, the watermark just before it."""
    definition = Definition(delay)
    return [definition.take(Arrival(e.time, e.producer, e.marker)) for e in events]


def late(events: Sequence[Event], delays: Mapping[str, int]) -> list[bool]:
    """Return which events were behind the watermark of their stream when they came."""
    flags = [False] * len(events)
    for stream, indices in _by_stream(events).items():
        if stream not in delays:
            continue
        marks = watermarks([events[i] for i in indices], delays[stream])
        for i, mark in zip(indices, marks, strict=True):
            time = events[i].time
            flags[i] = time is not None and time < mark and not events[i].marker
    return flags


def _by_stream(events: Sequence[Event]) -> dict[str, list[int]]:
    indices: dict[str, list[int]] = defaultdict(list)
    for i, event in enumerate(events):
        indices[event.stream].append(i)
    return indices


def shuffled(
    events: Sequence[Event], delays: Mapping[str, int], chance: random.Random
) -> list[int]:
    """Return the positions of the events in another order that must give the same answer.

    `delays` has the allowed lateness of every stream with a watermark, in microseconds. At each
    step one of the events that may come next is drawn. There always is one: the event that came
    first of those that are left.
    """
    is_late = late(events, delays)
    segments = _segments(events, is_late)
    remaining: dict[int | None, list[int]] = defaultdict(list)
    for i, event in enumerate(events):
        remaining[event.time].append(i)
    order: list[int] = []
    highest: dict[tuple[str, Producer], int] = {}
    while len(order) < len(events):
        candidates: list[int] = []
        for stream, parts in segments.items():
            if parts:
                candidates += _candidates(events, parts[0], delays.get(stream), highest)
        candidates = [i for i in candidates if _first(events, i, remaining)]
        chosen = chance.choice(sorted(candidates))
        event = events[chosen]
        order.append(chosen)
        remaining[event.time].remove(chosen)
        parts = segments[event.stream]
        parts[0].remove(chosen)
        if not parts[0]:
            parts.pop(0)
        if event.time is not None:
            own = event.stream, event.producer
            highest[own] = max(highest.get(own, event.time), event.time)
    return order


def _segments(events: Sequence[Event], is_late: Sequence[bool]) -> dict[str, list[list[int]]]:
    """Cut the events of each stream where nothing may pass: late rows, rows without a time."""
    segments: dict[str, list[list[int]]] = {}
    for stream, indices in _by_stream(events).items():
        parts: list[list[int]] = []
        free = False
        joined: set[Producer] = set()
        for i in indices:
            stays = is_late[i] or events[i].time is None or events[i].marker
            if events[i].producer is not None:
                stays = stays or events[i].producer not in joined
                joined.add(events[i].producer)
            if events[i].marker:
                joined.discard(events[i].producer)
            if stays or not free:
                parts.append([])
            parts[-1].append(i)
            free = not stays
        segments[stream] = parts
    return segments


def _candidates(
    events: Sequence[Event],
    part: Sequence[int],
    delay: int | None,
    highest: Mapping[tuple[str, Producer], int],
) -> Iterator[int]:
    """Yield the events of a segment that may come next without making another one late."""
    if len(part) == 1 or delay is None:
        yield part[0]
        return
    least: dict[Producer, int] = {}
    for i in part:
        time, producer = events[i].time or 0, events[i].producer
        least[producer] = min(least.get(producer, time), time)
    for i in part:
        time, producer = events[i].time or 0, events[i].producer
        reached = max(time, highest.get((events[i].stream, producer), time))
        if reached - delay <= least[producer]:
            yield i


def _first(events: Sequence[Event], i: int, remaining: Mapping[int | None, list[int]]) -> bool:
    """Say whether no event of the same time is left that came before."""
    time = events[i].time
    return time is None or remaining[time][0] == i


def batches(
    events: Sequence[Event], size: int, *, as_came: bool = False
) -> Iterator[tuple[list[Event], int]]:
    """Cut events into batches of `size`, with the number of events up to each one's end.

    A batch has the rows of one stream. Of `size` events from several streams the rows are put
    together by stream, unless two of them have the same time, whose order then decides, or all are
    to come in their order (`as_came`).
    """
    for start in range(0, len(events), size):
        chunk = events[start : start + size]
        parts = (
            _runs(chunk)
            if as_came or _tied(chunk)
            else [[chunk[i] for i in indices] for indices in _by_stream(chunk).values()]
        )
        for n, part in enumerate(parts):
            yield part, start + len(chunk) if n == len(parts) - 1 else -1


def by_moment(
    events: Sequence[Event], cut: Callable[[Sequence[Event]], Iterator[tuple[list[Event], int]]]
) -> Iterator[tuple[list[Event], int]]:
    """Cut the events of each moment of the clock by themselves, as `cut` does."""
    done = 0
    for _, group in groupby(events, key=lambda e: e.now):
        some = list(group)
        for part, end in cut(some):
            yield part, end if end < 0 else done + end
        done += len(some)


def _tied(chunk: Sequence[Event]) -> bool:
    """Say whether two events of different streams have the same time, or none."""
    streams: dict[int | None, str] = {}
    return any(streams.setdefault(e.time, e.stream) != e.stream for e in chunk)


def _runs(chunk: Sequence[Event]) -> list[list[Event]]:
    runs: list[list[Event]] = []
    for event in chunk:
        if not runs or runs[-1][0].stream != event.stream:
            runs.append([])
        runs[-1].append(event)
    return runs


def random_batches(
    events: Sequence[Event], chance: random.Random
) -> Iterator[tuple[list[Event], int]]:
    """Cut events into batches of random sizes, each of one stream, as `batches` does."""
    done = 0
    while done < len(events):
        size = chance.choice((1, 1, 2, 3, 5, 8, 50))
        for part, end in batches(events[done : done + size], size):
            yield part, end if end < 0 else done + end
        done += size
