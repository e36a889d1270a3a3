"""SUM and AVG of DOUBLE, compensated and invertible."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from cep.runtime.aggregates.accumulator import Accumulator, Rows, Valued
from cep.runtime.aggregates.counts import add_in_turn
from cep.runtime.kernels import merging
from cep.runtime.state.column import Column, Ids
from cep.runtime.state.vectors import arrow, view
from cep.types import DataType

Floats = npt.NDArray[np.float64]

_SPLIT = 134217729.0  # 2**27 + 1

_LARGE = 2.0**960
"""Numbers from here on are summed apart: of those below, no sum leaves the doubles."""

_SHRUNK = 600
"""The power of two by which large numbers are divided before they are summed."""

SQUARABLE = 1e130
"""Values beyond it have squares whose sums may leave the doubles: counted apart, as NaN."""


def two_sum(a: Floats, b: Floats) -> tuple[Floats, Floats]:
    """Return a + b rounded and what the rounding lost, exactly (Knuth)."""
    s = a + b
    t = s - a
    return s, (a - (s - t)) + (b - t)


def two_product(a: Floats, b: Floats) -> tuple[Floats, Floats]:
    """Return a * b rounded and what that lost, exactly short of overflow (Dekker, Veltkamp)."""
    p = a * b
    t = _SPLIT * a
    a1 = t - (t - a)
    a2 = a - a1
    t = _SPLIT * b
    b1 = t - (t - b)
    b2 = b - b1
    return p, ((a1 * b1 - p) + a1 * b2 + a2 * b1) + a2 * b2


def sum_by(local: Ids, values: Floats, groups: int) -> tuple[Floats, Floats]:
    """Sum float64[n] by group as float64[groups] and what that lost, to about 73 bits.

    Each value is cut at one place below the greatest of all, so that the sums of the upper parts
    are exact in any order and those of the lower parts err by little (the step of Rump, Ogita and
    Oishi's AccSum). Two bincounts instead of a loop that carries a compensation from row to row.
    """
    n = len(values)
    if n == 1:
        total = np.zeros(groups)
        total[local] = values
        return total, np.zeros(groups)
    greatest = max(values.max(), -values.min())
    _, exponent = math.frexp(greatest)
    cut = math.ldexp(1.0, exponent + n.bit_length() + 1)
    upper = (values + cut) - cut
    return _binned(local, upper, groups), _binned(local, values - upper, groups)


def _binned(local: Ids, values: Floats, groups: int) -> Floats:
    return np.bincount(local, values, groups).astype(np.float64, copy=False)


class FloatSum(Accumulator):
    """The number of rows, their sum and its compensation: 24 bytes per group.

    NaN and the infinities are counted apart, and numbers so large that their sum might be infinite
    are summed apart, in 40 bytes more per group once there are any: so that the sum of the others
    is there when they leave again.
    """

    constant = True
    in_turn = True

    def __init__(self, types: Sequence[DataType]) -> None:
        self.count = Column(np.int64)
        self.sum = Column(np.float64)
        self.lost = Column(np.float64)
        self.special = Column(np.int64, 0, 3)
        self.large = Column(np.float64)
        self.large_lost = Column(np.float64)
        self.columns = (self.count, self.sum, self.lost)

    def add(self, rows: Rows, arguments: Sequence[pa.Array]) -> None:
        values = view(arguments[0]).astype(np.float64, copy=False)
        self.count.data[rows.groups] += rows.counts
        self.add_values(rows, values)

    def add_values(self, rows: Rows, values: Floats) -> None:
        """Add float64[n] to the sums, without counting."""
        fit = np.abs(values) < _LARGE
        if not fit.all():
            finite = np.isfinite(values)
            large = np.flatnonzero(finite & ~fit)
            self._add_special(rows, values, finite)
            if len(large):
                shrunk = np.ldexp(values[large], -_SHRUNK)
                self._add_to(self.large, self.large_lost, rows.take(large), shrunk)
            some = np.flatnonzero(fit)
            rows, values = rows.take(some), values[some]
        if len(rows):
            self._add_to(self.sum, self.lost, rows, values)

    @staticmethod
    def _add_to(whole: Column, lost: Column, rows: Rows, values: Floats) -> None:
        local, weights = rows.local, rows.weights
        if weights is not None:
            if (np.abs(weights) <= 1).all():
                values = values * weights
            else:
                upper, lower = two_product(values, weights.astype(np.float64))
                local, values = np.concatenate([local, local]), np.concatenate([upper, lower])
        total, rest = sum_by(local, values, len(rows.groups))
        whole.data[rows.groups], e = two_sum(whole.data[rows.groups], total)
        lost.data[rows.groups] += e + rest

    def _add_special(self, rows: Rows, values: Floats, finite: npt.NDArray[np.bool_]) -> None:
        self._use_special()
        odd = np.flatnonzero(~finite)
        some = rows.take(odd)
        kinds = np.where(np.isnan(values[odd]), 0, np.where(values[odd] > 0, 1, 2))
        weights = 1 if some.weights is None else some.weights
        np.add.at(self.special.data, (some.groups[some.local], kinds), weights)

    def merge(self, groups: Ids, other: Accumulator, others: Ids) -> None:
        assert isinstance(other, FloatSum)
        add_in_turn(self.count, groups, other.count, others)
        merging.floats(
            *(len(groups), groups, others),
            *(other.sum.data, other.lost.data, self.sum.data, self.lost.data),
        )
        if len(other.special.data):
            self._use_special()
            theirs, mine = other.special.data.reshape(-1), self.special.data.reshape(-1)
            for kind in range(3):
                pairs = (3 * groups + kind, 3 * others + kind)
                merging.numbers(len(groups), *pairs, theirs, mine)
        if len(other.large.data):
            self._use_special()
            merging.floats(
                *(len(groups), groups, others),
                *(other.large.data, other.large_lost.data, self.large.data, self.large_lost.data),
            )

    @property
    def _seldom(self) -> tuple[Column, ...]:
        return self.special, self.large, self.large_lost

    def _use_special(self) -> None:
        for column in self._seldom:
            column.reserve(len(self.count.data))

    def arrays(self) -> Sequence[Column]:
        return (*self.columns, *self._seldom) if len(self.special.data) else self.columns

    def restore(self, groups: Ids, tables: Mapping[str, pa.Table]) -> None:
        if tables["groups"].num_columns > len(self.columns):
            self._use_special()
        super().restore(groups, tables)

    def totals(self, groups: Ids, among: npt.NDArray[np.int64] | int = 1) -> Floats:
        """Return the sums, divided `among` so many: float64[m]; 0 where there is no row."""
        sums, lost = self.sum.data[groups], self.lost.data[groups]
        totals: Floats = (sums + lost) / among
        if len(self.large.data):
            large = self.large.data[groups]
            # Sums of frames that slide have large numbers among the others, and may be infinite.
            with np.errstate(over="ignore", invalid="ignore"):
                shrunk, rest = two_sum(np.ldexp(sums, -_SHRUNK), large)
                shrunk += np.where(np.isfinite(rest), rest, 0) + self.large_lost.data[groups]
                all_in_all = np.ldexp(shrunk / among, _SHRUNK) + lost / among
            totals = np.where(large != 0, all_in_all, totals)
        if len(self.special.data):
            nan, plus, minus = self.special.data[groups].T
            totals[plus > 0] = np.inf
            totals[minus > 0] = -np.inf
            totals[(nan > 0) | ((plus > 0) & (minus > 0))] = np.nan
        return totals

    def total(self, groups: Ids, result: DataType) -> Valued:
        """SUM: NULL where there is no row."""
        return arrow(self.totals(groups), result.arrow, self._some(groups)), None

    def mean(self, groups: Ids, result: DataType) -> Valued:
        """AVG: NULL where there is no row."""
        count = np.maximum(self.count.data[groups], 1)
        return arrow(self.totals(groups, count), result.arrow, self._some(groups)), None

    def _some(self, groups: Ids) -> npt.NDArray[np.bool_] | None:
        some: npt.NDArray[np.bool_] = self.count.data[groups] > 0
        return None if some.all() else some
