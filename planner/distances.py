"""How far apart the times of one row are: what follows from what is known of some pairs of them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass


@dataclass(frozen=True)
class Distance:
    """What is known of two time columns: low ≤ right - left ≤ high, in microseconds.

    None is no bound. Both columns have a value in every row of which this is said.
    """

    left: int
    right: int
    low: int | None
    high: int | None

    def moved(self, positions: Mapping[int, int]) -> Distance:
        """Return the same of columns at other positions."""
        return Distance(positions[self.left], positions[self.right], self.low, self.high)

    def follows_from(self, other: Distance | None) -> bool:
        """Say whether another distance of the same times is as narrow."""
        if other is None:
            return self.low is None and self.high is None
        low = self.low is None or (other.low is not None and other.low >= self.low)
        return low and (self.high is None or (other.high is not None and other.high <= self.high))

    def or_else(self, other: Distance) -> Distance:
        """Return what is known where this or another distance of the same times holds."""
        low = None if self.low is None or other.low is None else min(self.low, other.low)
        high = None if self.high is None or other.high is None else max(self.high, other.high)
        return Distance(self.left, self.right, low, high)


class Distances:
    """All that follows from some distances: the shortest paths between the times (Bellman, 1958).

    Where they contradict each other there are no such rows, and nothing is said.
    """

    def __init__(self, known: Iterable[Distance]) -> None:
        self._most: dict[tuple[int, int], int] = {}
        """How much later the second time of a pair is than the first, at most."""
        for d in known:
            if d.high is not None:
                self._lessen((d.left, d.right), d.high)
            if d.low is not None:
                self._lessen((d.right, d.left), -d.low)
        times = {t for pair in self._most for t in pair}
        for middle in times:
            before = [(t, m) for (t, to), m in self._most.items() if to == middle]
            behind = [(t, m) for (of, t), m in self._most.items() if of == middle]
            for first, there in before:
                for last, onward in behind:
                    self._lessen((first, last), there + onward)
        if any(self._most.pop((t, t), 0) < 0 for t in times):
            self._most = {}

    def _lessen(self, pair: tuple[int, int], most: int) -> None:
        self._most[pair] = min(most, self._most.get(pair, most))

    def between(self, left: int, right: int) -> Distance | None:
        """Return how far apart two times are, or None where nothing is known."""
        low, high = self._most.get((right, left)), self._most.get((left, right))
        if low is None and high is None:
            return None
        return Distance(left, right, None if low is None else -low, high)

    def among(self, positions: Mapping[int, int]) -> tuple[Distance, ...]:
        """Return what is known of some columns that have moved; `positions` maps old to new."""
        times = sorted({t for pair in self._most for t in pair} & positions.keys())
        pairs = ((a, b) for i, a in enumerate(times) for b in times[i + 1 :])
        found = (self.between(a, b) for a, b in pairs)
        return tuple(d.moved(positions) for d in found if d is not None)
