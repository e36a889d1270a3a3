"""Variance and standard deviation over append-only input, compensated.

Where rows can be taken back `comoments` keeps more digits, so that an outlier leaves no trace.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Protocol

import numpy as np
import pyarrow as pa

from cep.runtime.aggregates.accumulator import Accumulator, Rows, Valued
from cep.runtime.aggregates.floats import SQUARABLE, Floats, FloatSum, two_product, two_sum
from cep.runtime.state.column import Column, Ids
from cep.runtime.state.vectors import arrow, numbered, view
from cep.types import DOUBLE, DataType


class Moments(Accumulator):
    """Sums of the distances from a pivot and of their squares: 57 bytes per group.

    The pivot is the first value that came, so that the sums stay near to what is asked for, however
    far from zero the values are. Squares are summed with what their rounding lost.
    """

    constant = True

    def __init__(self, types: Sequence[DataType]) -> None:
        self.pivot = Column(np.float64)
        self.pinned = Column(np.bool_, False)
        self.columns = (self.pivot, self.pinned)
        self.first = FloatSum([DOUBLE])
        self.second = FloatSum([DOUBLE])

    def arrays(self) -> Sequence[Column]:
        return (*self.columns, *self.first.arrays(), *self.second.arrays())

    def add(self, rows: Rows, arguments: Sequence[pa.Array]) -> None:
        values = view(arguments[0]).astype(np.float64, copy=False)
        self._pin(rows, values)
        self.first.count.data[rows.groups] += rows.counts
        fit = np.abs(values) < SQUARABLE
        if not fit.all():  # the second moment does not count them, and that decides
            some = np.flatnonzero(fit)
            rows, values = rows.take(some), values[some]
            if not len(rows):
                return
        self.second.count.data[rows.groups] += rows.counts
        distances = values - self.pivot.data[rows.groups][rows.local]
        self.first.add_values(rows, distances)
        self._add_product(rows, distances, distances)

    def _add_product(self, rows: Rows, a: Floats, b: Floats) -> None:
        """Add products to the second moment, with what their rounding loses."""
        product, lost = two_product(a, b)
        self.second.add_values(rows, product)
        self.second.add_values(rows, lost)

    def _pin(self, rows: Rows, values: Floats) -> None:
        """Choose the pivot of groups that have none: their first value that has a square."""
        fresh = ~self.pinned.data[rows.groups]
        if not fresh.any():
            return
        mine = np.flatnonzero(fresh[rows.local] & (np.abs(values) < SQUARABLE))[::-1]
        groups = rows.groups[rows.local[mine]]
        self.pivot.data[groups] = values[mine]
        self.pinned.data[groups] = True

    def merge(self, groups: Ids, other: Accumulator, others: Ids) -> None:
        assert isinstance(other, Moments)
        fresh = ~self.pinned.data[groups] & other.pinned.data[others]
        new, theirs = groups[fresh][::-1], others[fresh][::-1]
        self.pivot.data[new] = other.pivot.data[theirs]
        self.pinned.data[new] = True
        # With their pivot q, ours p and s = q - p: the sum of x - p is that of x - q plus n s, and
        # the sum of (x - p)**2 that of (x - q)**2 plus 2 s times that of x - q plus n s**2.
        there = other.pinned.data[others]
        shift = np.where(there, other.pivot.data[others] - self.pivot.data[groups], 0.0)
        count = other.second.count.data[others].astype(np.float64)
        many, local = numbered(groups)
        rows = Rows(many, local)
        self._add_product(rows, 2.0 * shift, other.first.sum.data[others])
        self._add_product(rows, 2.0 * shift, other.first.lost.data[others])
        square, lost = two_product(shift, shift)
        self._add_product(rows, square, count)
        self._add_product(rows, lost, count)
        whole, rest = two_product(shift, count)
        self.first.add_values(rows, whole)
        self.first.add_values(rows, rest)
        self.first.merge(groups, other.first, others)
        self.second.merge(groups, other.second, others)

    def variance(self, groups: Ids, *, sample: bool) -> tuple[Floats, np.ndarray]:
        """Return the variances, and where there are rows enough for one."""
        count = self.first.count.data[groups]
        some = count > (1 if sample else 0)
        n = np.maximum(self.second.count.data[groups], 1).astype(np.float64)
        s, s_low = self.first.sum.data[groups], self.first.lost.data[groups]
        mean = (s + s_low) / n
        # The sum of (d - m)**2 is that of d**2 less 2 m times that of d plus n m**2, in pairs of
        # doubles.
        cross, cross_low = two_product(-2.0 * mean, s)
        n_mean, n_mean_low = two_product(n, mean)
        square, square_low = two_product(n_mean, mean)
        total, low = two_sum(self.second.sum.data[groups], cross)
        total, more = two_sum(total, square)
        low += more + self.second.lost.data[groups] + cross_low - 2.0 * mean * s_low
        low += square_low + n_mean_low * mean
        variance = np.maximum(total + low, 0.0) / np.maximum(n - 1.0 if sample else n, 1.0)
        variance[n == 1] = 0.0
        variance[count != self.second.count.data[groups]] = (
            np.nan
        )  # NaN or infinities among them, or nearly
        return variance, some

    def reset(self) -> None:
        super().reset()
        self.first.reset()
        self.second.reset()

    def snapshot(self, groups: Ids) -> Mapping[str, pa.Table]:
        arrays = [c.to_arrow(groups) for c in self.columns]
        tables = {"pivots": pa.table(arrays, names=["pivot", "pinned"])}
        tables["first"] = self.first.snapshot(groups)["groups"]
        tables["second"] = self.second.snapshot(groups)["groups"]
        return tables

    def restore(self, groups: Ids, tables: Mapping[str, pa.Table]) -> None:
        for column, values in zip(self.columns, tables["pivots"].columns, strict=True):
            column.set(groups, values.combine_chunks())
        self.first.restore(groups, {"groups": tables["first"]})
        self.second.restore(groups, {"groups": tables["second"]})


class Spread(Protocol):
    """What a variance can be read from."""

    def variance(self, groups: Ids, *, sample: bool) -> tuple[Floats, np.ndarray]:
        """Return the variances, and where there are rows enough for one."""


def spread(*, sample: bool, root: bool) -> Callable[[Spread, Ids, DataType], Valued]:
    """Return what says a variance or, with `root`, a standard deviation; NULL over too few rows."""

    def value(moments: Spread, groups: Ids, result: DataType) -> Valued:
        variance, some = moments.variance(groups, sample=sample)
        values = np.sqrt(variance) if root else variance
        return arrow(values, result.arrow, None if some.all() else some), None

    return value
