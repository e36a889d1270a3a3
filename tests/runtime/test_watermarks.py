"""Watermarks and lateness against their definition, row by row, over random streams."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import numpy as np
import pyarrow as pa
import pytest

from cep.runtime.batch import Instants
from cep.runtime.kernels import compile as kernels
from cep.runtime.producers import ProducerWatermarks
from cep.runtime.time import BEGINNING
from cep.runtime.watermarks import Watermarks
from cep.testing.lateness import FAREWELL, Arrival, Definition
from cep.types import INT, VARCHAR

Random = np.random.Generator


def arrivals(random: Random, rows: int, *, per: bool, marks: bool, clock: bool) -> list[Arrival]:
    """Return rows out of order, with ties, around 1970, of producers that come and go."""
    times = np.sort(random.integers(-1000, 1500, rows)) - random.integers(
        0, 1 + random.integers(0, 400), rows
    )
    producers = 1 + int(random.integers(0, 8))
    partitions = ("", "q") if random.random() < 0.3 else ("",)
    now = 0
    found = []
    for at in times.tolist():
        time = at
        if clock and random.random() < 0.3:
            now += int(random.integers(0, 60))
        marker = marks and random.random() < 0.1
        if marker and random.random() < 0.4:
            time = FAREWELL + 5
        elif marker and random.random() < 0.5:
            time += 200
        own = int(random.integers(0, producers))
        found.append(
            Arrival(
                time,
                (own,) if per else None,
                marker,
                now,
                str(partitions[int(random.integers(0, len(partitions)))]),
            )
        )
    return found


def take(watermarks: Watermarks, rows: Sequence[Arrival]) -> list[int] | None:
    """Take rows of one partition and one moment in one batch."""
    times: Instants = np.array([r.time for r in rows], np.int64)
    markers = np.array([r.marker for r in rows])
    columns = []
    if isinstance(watermarks, ProducerWatermarks):
        values = [r.producer[0] if isinstance(r.producer, tuple) else None for r in rows]
        columns = [pa.array(values, pa.int32()), pa.array(["x"] * len(rows))]
    watermarks.tick(rows[0].now)
    watermarks.join(rows[0].partition)
    marks = watermarks.take(rows[0].partition, times, markers if markers.any() else None, columns)
    return None if marks is None else marks.tolist()


def cut(random: Random, rows: Sequence[Arrival]) -> list[list[Arrival]]:
    """Cut rows into batches, each of one partition and one moment."""
    batches: list[list[Arrival]] = []
    for row in rows:
        last = batches[-1][-1] if batches else None
        fits = last is not None and (last.partition, last.now) == (row.partition, row.now)
        if not fits or random.random() < 0.1:
            batches.append([])
        batches[-1].append(row)
    return batches


def compare(
    random: Random, make: Callable[[], Watermarks], definition: Definition, rows: Sequence[Arrival]
) -> None:
    watermarks = make()
    watermarks.tick(0)
    for partition in ("", "q"):
        watermarks.join(partition)
    for n, batch in enumerate(cut(random, rows)):
        expected = [definition.take(r) for r in batch]
        late = [
            r.time is not None and r.time < w and not r.marker
            for r, w in zip(batch, expected, strict=True)
        ]
        found = take(watermarks, batch)
        assert (found is not None) == any(late)
        if found is not None and len(batch) > 1:
            assert found == expected
        assert watermarks.stream() == definition.said
        if n % 7 == 3:
            now = definition.now + int(random.integers(0, 80))
            watermarks.tick(now)
            assert watermarks.stream() == definition.at(now)
            rows_left = watermarks.snapshot()
            watermarks = make()
            watermarks.restore(rows_left, now)
        if n % 11 == 5 and random.random() < 0.3:
            promise = definition.said + 50 if definition.said > BEGINNING else -900
            definition.advance(promise)
            watermarks.advance(promise)
            assert watermarks.stream() == definition.said


@pytest.mark.parametrize("seed", range(150))
def test_watermarks_of_partitions(seed: int) -> None:
    random = np.random.default_rng(seed)
    delay = int(random.integers(0, 300))
    idle = int(random.integers(20, 200)) if seed % 2 else None
    rows = arrivals(random, 300, per=False, marks=seed % 3 == 0, clock=idle is not None)
    compare(
        random,
        lambda: Watermarks(delay, idle_after=idle),
        Definition(delay, idle, ("", "q")),
        in_order_of_time(rows),
    )


@pytest.mark.parametrize("seed", range(300))
def test_watermarks_of_producers(seed: int) -> None:
    random = np.random.default_rng(seed)
    delay = int(random.integers(0, 300))
    idle = int(random.integers(20, 200)) if seed % 2 else None
    rows = arrivals(random, 300, per=True, marks=seed % 3 != 0, clock=idle is not None)
    before = kernels.use("compiled" if seed % 10 == 0 else "auto")
    try:
        compare(
            random,
            lambda: ProducerWatermarks(delay, (INT, VARCHAR), idle_after=idle),
            Definition(delay, idle, ("", "q")),
            in_order_of_time(rows),
        )
    finally:
        kernels.use(before)


def in_order_of_time(rows: Sequence[Arrival]) -> list[Arrival]:
    """Return rows by the clock, which does not go back."""
    return sorted(rows, key=lambda r: r.now)


def test_long_batches_are_checked_by_stretches() -> None:
    random = np.random.default_rng(1)
    for delay in (0, 40, 300):
        watermarks, definition = Watermarks(delay), Definition(delay)
        watermarks.join("")
        for _ in range(20):
            times = np.sort(random.integers(-200, 5000, 700)) - random.integers(0, 60, 700)
            rows = [Arrival(int(t)) for t in times]
            expected = [definition.take(r) for r in rows]
            assert take(watermarks, rows) in (None, expected)
            assert watermarks.stream() == definition.said


def test_a_producer_that_left_is_forgotten() -> None:
    watermarks = ProducerWatermarks(0, (INT,), idle_after=10)
    watermarks.tick(0)
    watermarks.join("")
    ones = np.ones(5000, np.int64)
    for n in range(20):
        ids = pa.array(np.arange(n * 5000, (n + 1) * 5000), pa.int32())
        watermarks.tick(n * 20)
        watermarks.join("")
        watermarks.take("", ones * n, None, [ids])
        assert len(watermarks) == 5000
    watermarks.tick(1000)
    assert not len(watermarks)
    assert sum(t.nbytes for t in watermarks.snapshot().values()) < 10_000
    left = [s for s in watermarks.standings() if s.why == "silent"]
    assert len(left) == 100
    assert all(not s.holds for s in left)


def test_who_holds_back_is_named() -> None:
    watermarks = ProducerWatermarks(5, (VARCHAR,))
    watermarks.join("")
    names = pa.array(["a", "b", None, "a"])
    watermarks.take("", np.array([100, 50, 70, 120]), None, [names])
    assert [(s.name, s.watermark, s.holds) for s in watermarks.standings()] == [
        ("b", 95, True),
        ("NULL", 95, True),
        ("a", 115, False),
    ]
    markers = np.array([True, True])
    watermarks.take("", np.array([FAREWELL, 110]), markers, [pa.array(["b", None])])
    assert [(s.name, s.watermark, s.holds, s.why) for s in watermarks.standings()] == [
        ("NULL", 110, True, ""),
        ("a", 115, False, ""),
        ("b", 95, False, "said its end"),
    ]
