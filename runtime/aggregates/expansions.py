"""Sums of DOUBLEs to 159 bits: numbers as three doubles that are not added up."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

import numpy as np
import numpy.typing as npt

from cep.runtime.aggregates.floats import Floats, two_product, two_sum
from cep.runtime.state.column import Column, Ids

TERMS = 3


class Expansion:
    """A number per group, as the sum of three doubles: 24 bytes per group.

    What rounding takes from the first goes to the second, and what it takes from that to the third
    (Priest, 1991; Shewchuk, 1997). So what is added and taken back leaves no trace that is greater
    than 2**-159 of the greatest number that was ever there.
    """

    def __init__(self) -> None:
        self.columns = tuple(Column(np.float64) for _ in range(TERMS))

    def add(self, groups: Ids, local: Ids, parts: Iterable[Floats]) -> None:
        """Add parts, each float64[n], to the numbers of `groups`: row i to that of `local[i]`."""
        first, second, third = (c.data[groups] for c in self.columns)
        for part in parts:
            for total in _sums(local, part, len(groups)):
                first, lost = two_sum(first, total)
                second, lost = two_sum(second, lost)
                third += lost
        for column, values in zip(self.columns, (first, second, third), strict=True):
            column.data[groups] = values

    def of(self, groups: Ids) -> list[Floats]:
        """Return the terms of some groups."""
        return [c.data[groups] for c in self.columns]


def _sums(local: Ids, values: Floats, groups: int) -> list[Floats]:
    """Sum finite float64[n] by group, as numbers that have to be added up.

    Values are cut twice at a place below the greatest of their group, so that the sums of the upper
    parts are exact in any order (the step of Rump, Ogita and Oishi's AccSum).
    """
    if len(values) == 1:
        total = np.zeros(groups)
        total[local] = values
        return [total]
    sums: list[Floats] = []
    room = len(values).bit_length() + 1
    for _ in range(TERMS - 1):
        greatest = np.zeros(groups)
        np.maximum.at(greatest, local, np.abs(values))
        _, exponent = np.frexp(greatest)
        cut = np.ldexp(1.0, np.minimum(exponent + room, 1020))[local]
        upper = (values + cut) - cut
        sums.append(_binned(local, upper, groups))
        values = values - upper
    sums.append(_binned(local, values, groups))
    return sums


def _binned(local: Ids, values: Floats, groups: int) -> Floats:
    return np.bincount(local, values, groups).astype(np.float64, copy=False)


def weighted(parts: Sequence[Floats], weights: npt.NDArray[np.int64] | None) -> list[Floats]:
    """Multiply numbers, given as sums of parts, by weights: exactly."""
    if weights is None:
        return list(parts)
    factors = weights.astype(np.float64)
    if (np.abs(weights) <= 1).all():
        return [p * factors for p in parts]
    return [half for p in parts for half in two_product(p, factors)]


def product(one: Sequence[Floats], other: Sequence[Floats]) -> list[Floats]:
    """Multiply numbers, given as sums of parts: exactly, short of overflow."""
    return [half for a in one for b in other for half in two_product(a, b)]


def added_up(terms: Sequence[Floats]) -> Floats:
    """Add numbers up as if in four times the precision of a double.

    Ogita, Rump and Oishi, "Accurate sum and dot product" (2005): algorithm SumK with K = 4.
    """
    terms = list(terms)
    for _ in range(3):
        for i in range(1, len(terms)):
            terms[i], terms[i - 1] = two_sum(terms[i], terms[i - 1])
    total = np.zeros_like(terms[0])
    for term in terms:
        total = total + term
    return total
