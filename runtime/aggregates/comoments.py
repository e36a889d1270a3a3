"""Covariance, correlation and regression, and the variance of values that can be taken back."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from cep.runtime.aggregates.accumulator import Accumulator, Rows, Valued
from cep.runtime.aggregates.expansions import Expansion, added_up, product, weighted
from cep.runtime.aggregates.floats import SQUARABLE, Floats, two_product, two_sum
from cep.runtime.state.column import Column, Ids
from cep.runtime.state.vectors import arrow, numbered, view
from cep.types import DataType

_NOISE = 2.0**-150
"""What is left of a square by rounding, at most."""


class CoMoments(Accumulator):
    """Sums of the distances of one or two columns from a pivot, of their squares and products.

    The pivot is the first row that came, so that the sums stay near to what is asked for; it
    remains when its row is taken back. Distances are pairs of doubles and sums three, so that an
    outlier may be 10**18 times as far away as all else and still leave no trace. NaN, infinities
    and what is too large for a square are counted apart. 74 bytes per group for one column, 146
    for two.
    """

    constant = True

    def __init__(self, types: Sequence[DataType]) -> None:
        width = len(types)
        self.count = Column(np.int64)
        self.finite = Column(np.int64)
        self.pinned = Column(np.bool_, False)
        self.pivots = tuple(Column(np.float64) for _ in range(width))
        self.first = tuple(Expansion() for _ in range(width))
        self.pairs = tuple((i, j) for i in range(width) for j in range(i, width))
        self.second = {pair: Expansion() for pair in self.pairs}
        sums = (*self.first, *self.second.values())
        self.columns = (
            *(self.count, self.finite, self.pinned, *self.pivots),
            *(c for s in sums for c in s.columns),
        )

    def add(self, rows: Rows, arguments: Sequence[pa.Array]) -> None:
        self.count.data[rows.groups] += rows.counts
        values = [view(a).astype(np.float64, copy=False) for a in arguments]
        fit = np.ones(len(rows), np.bool_)
        for one in values:
            fit &= np.abs(one) < SQUARABLE
        if not fit.all():
            some = np.flatnonzero(fit)
            rows, values = rows.take(some), [v[some] for v in values]
            if not len(rows):
                return
        self.finite.data[rows.groups] += rows.counts
        fresh = np.flatnonzero(~self.pinned.data[rows.groups][rows.local])[::-1]
        if len(fresh):
            owners = rows.groups[rows.local[fresh]]
            for pivot, one in zip(self.pivots, values, strict=True):
                pivot.data[owners] = one[fresh]
            self.pinned.data[owners] = True
        distances = [
            two_sum(one, -pivot.data[rows.groups][rows.local])
            for pivot, one in zip(self.pivots, values, strict=True)
        ]
        for total, distance in zip(self.first, distances, strict=True):
            total.add(rows.groups, rows.local, weighted(distance, rows.weights))
        for i, j in self.pairs:
            parts = weighted(product(distances[i], distances[j]), rows.weights)
            self.second[i, j].add(rows.groups, rows.local, parts)

    def merge(self, groups: Ids, other: Accumulator, others: Ids) -> None:
        assert isinstance(other, CoMoments)
        there = other.pinned.data[others]
        fresh = ~self.pinned.data[groups] & there
        new, theirs = groups[fresh][::-1], others[fresh][::-1]
        many, local = numbered(groups)
        shifts: list[tuple[Floats, Floats]] = []
        for mine, their in zip(self.pivots, other.pivots, strict=True):
            mine.data[new] = their.data[theirs]
            high, low = two_sum(their.data[others], -mine.data[groups])
            shifts.append((np.where(there, high, 0.0), np.where(there, low, 0.0)))
        self.pinned.data[new] = True
        n = other.finite.data[others]
        # With their pivot q, ours p and s = q - p: the sum of x - p is that of x - q plus n s, and
        # that of (x - p)(y - p') is that of (x - q)(y - q') + s (y - q') + s' (x - q) + s s'.
        firsts = [f.of(others) for f in other.first]
        for total, first, shift in zip(self.first, firsts, shifts, strict=True):
            total.add(many, local, [*first, *weighted(shift, n)])
        for i, j in self.pairs:
            parts = other.second[i, j].of(others)
            parts += product(shifts[i], firsts[j]) + product(shifts[j], firsts[i])
            parts += weighted(product(shifts[i], shifts[j]), n)
            self.second[i, j].add(many, local, parts)
        np.add.at(self.count.data, groups, other.count.data[others])
        np.add.at(self.finite.data, groups, n)

    def mean(self, i: int, groups: Ids) -> Floats:
        """Return the means of a column, where there are rows; NaN where one was not finite."""
        n = np.maximum(self.finite.data[groups], 1).astype(np.float64)
        # Divided last: the pivot may be far from the mean.
        whole = product([self.pivots[i].data[groups]], [n])
        mean = added_up([*self.first[i].of(groups), *whole]) / n
        mean[self.count.data[groups] != self.finite.data[groups]] = np.nan
        return mean

    def central(self, i: int, j: int, groups: Ids) -> Floats:
        """Return the sums of (x - mean of x)(y - mean of y); NaN where one was not finite."""
        n = np.maximum(self.finite.data[groups], 1).astype(np.float64)
        one, other = self.first[i].of(groups), self.first[j].of(groups)
        pair = self.second[i, j].of(groups)
        # For any a and b near the means, the sum of (x - a)(y - b) is that of x y less a times that
        # of y less b times that of x plus n a b; then the little is taken off by which they miss.
        a, b = added_up(one) / n, added_up(other) / n
        ab = two_product(a, b)
        terms = [*pair, *product([-a], other), *product([-b], one), *product(ab, [n])]
        missed = [
            added_up([*first, *product([-mean], [n])]) for first, mean in ((one, a), (other, b))
        ]
        total = added_up(terms) - missed[0] * missed[1] / n
        if i == j:
            total[total <= _NOISE * np.abs(added_up(pair))] = 0.0
            total[n == 1] = 0.0
        total[self.count.data[groups] != self.finite.data[groups]] = np.nan
        return total

    def variance(self, groups: Ids, *, sample: bool) -> tuple[Floats, npt.NDArray[np.bool_]]:
        """Return the variances of the first column, and where there are rows enough for one."""
        count = self.count.data[groups]
        total = np.maximum(self.central(0, 0, groups), 0.0)
        return total / np.maximum(count - sample, 1), count > (1 if sample else 0)

    def counted(self, groups: Ids, result: DataType) -> Valued:
        """REGR_COUNT."""
        return arrow(self.count.data[groups], result.arrow), None


def spread(i: int, j: int, *, sample: bool | None) -> Callable[[CoMoments, Ids, DataType], Valued]:
    """Return what says a covariance; NULL over too few rows.

    `sample` None is the sum that is not divided.
    """

    def value(kept: CoMoments, groups: Ids, result: DataType) -> Valued:
        n = kept.count.data[groups]
        total = kept.central(i, j, groups)
        if sample is not None:
            total = total / np.maximum(n - sample, 1)
        return _where(total, n > (1 if sample else 0), result)

    return value


def mean(i: int) -> Callable[[CoMoments, Ids, DataType], Valued]:
    """Return what says the mean of a column over the rows that have both."""

    def value(kept: CoMoments, groups: Ids, result: DataType) -> Valued:
        return _where(kept.mean(i, groups), kept.count.data[groups] > 0, result)

    return value


def correlation(kept: CoMoments, groups: Ids, result: DataType) -> Valued:
    """CORR: NULL where a column does not vary."""
    xx, yy, xy = (kept.central(i, j, groups) for i, j in ((0, 0), (1, 1), (0, 1)))
    varies = (xx != 0) & (yy != 0)
    roots = np.sqrt(np.where(varies, xx, 1.0)) * np.sqrt(np.where(varies, yy, 1.0))
    return _where(np.clip(xy / roots, -1.0, 1.0), varies, result)


def slope(kept: CoMoments, groups: Ids, result: DataType) -> Valued:
    """REGR_SLOPE of (y, x): NULL where x does not vary."""
    xx = kept.central(1, 1, groups)
    varies = xx != 0
    return _where(kept.central(0, 1, groups) / np.where(varies, xx, 1.0), varies, result)


def intercept(kept: CoMoments, groups: Ids, result: DataType) -> Valued:
    """REGR_INTERCEPT of (y, x): NULL where x does not vary."""
    xx = kept.central(1, 1, groups)
    varies = xx != 0
    slopes = kept.central(0, 1, groups) / np.where(varies, xx, 1.0)
    high, low = two_product(-slopes, kept.mean(1, groups))
    return _where(added_up([kept.mean(0, groups), high, low]), varies, result)


def determination(kept: CoMoments, groups: Ids, result: DataType) -> Valued:
    """REGR_R2 of (y, x): NULL where x does not vary, 1 where only y does not."""
    xx, yy, xy = (kept.central(i, j, groups) for i, j in ((1, 1), (0, 0), (0, 1)))
    varies = xx != 0
    flat = yy == 0
    safe = np.where(flat | ~varies, 1.0, np.sqrt(xx) * np.sqrt(yy))
    return _where(np.where(flat, 1.0, np.minimum((xy / safe) ** 2, 1.0)), varies, result)


def _where(values: Floats, some: npt.NDArray[np.bool_], result: DataType) -> Valued:
    return arrow(values, result.arrow, None if some.all() else some), None
