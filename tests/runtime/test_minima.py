"""Timers by id: the least of all, and those that a limit has reached."""

from __future__ import annotations

import numpy as np

from cep.runtime.state.minima import NOTHING, Minima


def test_nothing_was_said() -> None:
    minima = Minima()
    assert minima.least() == NOTHING
    minima.reserve(10)
    assert minima.least() == NOTHING
    assert list(minima.reached(NOTHING - 1)) == []


def test_as_a_dictionary_would_say() -> None:
    random = np.random.default_rng(3)
    minima = Minima()
    numbers: dict[int, int] = {}
    capacity = 1
    for _ in range(300):
        capacity = min(capacity + int(random.integers(0, 200)), 5000)
        minima.reserve(capacity)
        ids = np.unique(random.integers(0, capacity, random.integers(1, 40)))
        values = random.integers(-1000, 1000, len(ids))
        values[random.random(len(ids)) < 0.3] = NOTHING
        minima.set(ids, values)
        numbers.update(zip(ids.tolist(), values.tolist(), strict=True))
        assert minima.least() == min(numbers.values())
        limit = int(random.integers(-1000, 1000))
        reached = sorted(i for i, number in numbers.items() if number <= limit)
        assert minima.reached(limit).tolist() == reached
