"""MEDIAN, PERCENTILE_CONT, PERCENTILE_DISC and MODE: from all values of a group, in their order."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from cep.runtime.aggregates.accumulator import Accumulator, Valued
from cep.runtime.aggregates.extremes import simple
from cep.runtime.aggregates.gathered import Gathered
from cep.runtime.aggregates.ranking import LEAST, Retained
from cep.runtime.state.column import Ids
from cep.runtime.state.vectors import Codes, arrow, view
from cep.types import DataType


class Ordered(Retained):
    """All values of each group in their order, equal ones once with their number.

    A value is said by walking over the group: O(different values).
    """

    def __init__(self, types: Sequence[DataType]) -> None:
        super().__init__(LEAST, types)


def ordered(types: Sequence[DataType]) -> Accumulator:
    """Return what keeps values that are never taken back."""
    return Gathered(types) if simple(types[0]) else Ordered(types)


def continuous(
    kept: Accumulator, groups: Ids, result: DataType, fraction: float, descending: bool
) -> Valued:
    """PERCENTILE_CONT: interpolated between the two values about the place; NULL over none."""
    walk = _walk(kept, groups)
    place = _exact(fraction * (walk.totals - 1), walk.totals)
    if descending:
        place = walk.totals - 1 - place
    low = np.floor(place).astype(np.int64)
    below = view(walk.values(low)).astype(np.float64, copy=False)
    above = view(walk.values(np.minimum(low + 1, walk.totals - 1)))
    part = place - low
    with np.errstate(invalid="ignore", over="ignore"):
        # Written so that infinities and NaN count only where they are asked for.
        between = below * (1.0 - part) + above * part
    values = np.where((part == 0) | (below == above), below, between)
    return arrow(values, result.arrow, walk.some), None


def median(kept: Accumulator, groups: Ids, result: DataType) -> Valued:
    """MEDIAN."""
    return continuous(kept, groups, result, 0.5, False)


def discrete(
    kept: Accumulator, groups: Ids, result: DataType, fraction: float, descending: bool
) -> Valued:
    """PERCENTILE_DISC: the first value that so large a part of all does not follow."""
    walk = _walk(kept, groups)
    place = np.ceil(_exact(fraction * walk.totals, walk.totals)).astype(np.int64) - 1
    place = np.clip(place, 0, walk.totals - 1)
    if descending:
        place = walk.totals - 1 - place
    return walk.values(place), None


def mode(kept: Accumulator, groups: Ids, result: DataType, descending: bool) -> Valued:
    """MODE: the value that is there most often; of several, the first in their order."""
    walk = _walk(kept, groups)
    best = np.zeros(len(groups), np.int64)
    np.maximum.at(best, walk.owners, walk.counts)
    most = np.flatnonzero(walk.counts == best[walk.owners])
    picked = np.full(len(groups), -1, np.int64)
    picked[walk.owners[most if descending else most[::-1]]] = most if descending else most[::-1]
    return walk.at(picked), None


class _Walk:
    """The values of some groups one after the other: `totals` are how many each group has.

    `owners` are positions of groups, `counts` how often each value is there, and `take` returns the
    values at positions.
    """

    def __init__(
        self, groups: int, owners: Ids, counts: Codes, take: Callable[[Ids], pa.Array]
    ) -> None:
        self.owners = owners
        self.counts = counts
        self._take = take
        self.totals = np.zeros(groups, np.int64)
        np.add.at(self.totals, owners, counts)
        some = self.totals > 0
        self.some = None if some.all() else some
        self._ends = np.cumsum(counts)
        self._before = np.cumsum(self.totals) - self.totals

    def values(self, places: npt.NDArray[np.int64]) -> pa.Array:
        """Return the value at a place of each group, counted from 0; NULL where it has none."""
        picked = np.searchsorted(self._ends, self._before + places, side="right")
        return self.at(picked if self.some is None else np.where(self.some, picked, -1))

    def at(self, picked: npt.NDArray[np.int64]) -> pa.Array:
        """Return the values at positions in the walk; NULL at -1."""
        there = picked >= 0
        values = self._take(picked[there])
        if there.all():
            return values
        position = np.cumsum(there) - 1
        return values.take(pa.array(position, mask=~there))


def _walk(kept: Accumulator, groups: Ids) -> _Walk:
    """Walk over the values of groups, whichever way they are kept."""
    if isinstance(kept, Gathered):
        entries = kept.entries(groups)
        return _Walk(
            *(len(groups), entries.owners, entries.counts),
            lambda picked: kept.codec.decode([entries.codes[picked]], None),
        )
    assert isinstance(kept, Retained)
    bags = kept.bags
    nodes, sizes = bags.all(groups)
    owners = np.repeat(np.arange(len(groups)), sizes)
    return _Walk(
        *(len(groups), owners, bags.counts(nodes)), lambda picked: bags.columns(nodes[picked])[0]
    )


def _exact(
    places: npt.NDArray[np.floating], totals: npt.NDArray[np.int64]
) -> npt.NDArray[np.float64]:
    """Return places as whole numbers where only rounding kept them from it: 0.1 of 30 is 3."""
    near = np.rint(places)
    exact: npt.NDArray[np.float64] = np.where(
        np.abs(places - near) <= 1e-14 * (totals + 1), near, places
    )
    return exact


def fraction(value: float) -> str | None:
    """Say what is wrong with the fraction of a percentile."""
    return None if 0 <= value <= 1 else f"the fraction {value:g} does not lie between 0 and 1"
