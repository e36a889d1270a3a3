"""MEDIAN, PERCENTILE_CONT, PERCENTILE_DISC and MODE: from all values of a group, in their order."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt

from cep.runtime.aggregates.accumulator import Accumulator, Valued
from cep.runtime.aggregates.extremes import simple
from cep.runtime.aggregates.gathered import Gathered
from cep.runtime.aggregates.places import FIRST_MOST, LAST_MOST, Places
from cep.runtime.aggregates.ranking import LEAST, Retained
from cep.runtime.state.column import Ids
from cep.runtime.state.vectors import arrow, view
from cep.types import DataType


class Ordered(Retained):
    """All values of each group in their order, equal ones once with their number.

    A value is found in O(log n).
    """

    def __init__(self, types: Sequence[DataType]) -> None:
        super().__init__(LEAST, types)


def ordered(types: Sequence[DataType]) -> Accumulator:
    """Return what keeps values that are never taken back."""
    return Gathered(types) if simple(types[0]) else Ordered(types)


def continuous(
    kept: Places, groups: Ids, result: DataType, fraction: float, descending: bool
) -> Valued:
    """PERCENTILE_CONT: interpolated between the two values about the place; NULL over none."""
    totals = kept.totals(groups)
    place = _exact(fraction * (totals - 1), totals)
    if descending:
        place = totals - 1 - place
    low = np.floor(place).astype(np.int64)
    below, above = (view(v) for v in kept.at(groups, [low, np.minimum(low + 1, totals - 1)]))
    below = below.astype(np.float64, copy=False)
    part = place - low
    with np.errstate(invalid="ignore", over="ignore"):
        # Written so that infinities and NaN count only where they are asked for.
        between = below * (1.0 - part) + above * part
    values = np.where((part == 0) | (below == above), below, between)
    some = totals > 0
    return arrow(values, result.arrow, None if some.all() else some), None


def median(kept: Places, groups: Ids, result: DataType) -> Valued:
    """MEDIAN."""
    return continuous(kept, groups, result, 0.5, False)


def discrete(
    kept: Places, groups: Ids, result: DataType, fraction: float, descending: bool
) -> Valued:
    """PERCENTILE_DISC: the first value that so large a part of all does not follow."""
    totals = kept.totals(groups)
    place = np.ceil(_exact(fraction * totals, totals)).astype(np.int64) - 1
    place = np.clip(place, 0, totals - 1)
    if descending:
        place = totals - 1 - place
    return kept.at(groups, [place])[0], None


def mode(kept: Places, groups: Ids, result: DataType, descending: bool) -> Valued:
    """MODE: the value that is there most often; of several, the first in their order."""
    place = LAST_MOST if descending else FIRST_MOST
    return kept.at(groups, [np.full(len(groups), place)])[0], None


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
