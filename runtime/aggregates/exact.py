"""SUM and AVG of integers, decimals and day intervals: exact."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from cep.runtime.aggregates.accumulator import Accumulator, Rows, Valued
from cep.runtime.aggregates.counts import add_in_turn
from cep.runtime.kernels import merging
from cep.runtime.rowerrors import Messages
from cep.runtime.state.column import Column, Ids
from cep.runtime.state.vectors import arrow, view
from cep.types import DataType, Decimal

Whole = npt.NDArray[np.int64]

_LOW = 0xFFFFFFFF
_ROOM = 2**62


class ExactSum(Accumulator):
    """The number of rows and their sum in limbs of 32 bits, the last one of 64 with the sign.

    Two limbs, 24 bytes per group, for what fits into an int64: sums up to 2**95. Four, 40 bytes,
    for DECIMAL of more than 18 digits: sums up to 2**159. So no sum of fewer than 2**31 rows
    overflows while it is kept; whether it fits its type is asked when it is said.
    """

    constant = True
    in_turn = True

    def __init__(self, types: Sequence[DataType]) -> None:
        kind = types[0]
        self.decimal = isinstance(kind, Decimal)
        self.scale = kind.scale if isinstance(kind, Decimal) else 0
        self.wide = isinstance(kind, Decimal) and kind.precision > 18
        self.count = Column(np.int64)
        self.limbs = tuple(Column(np.int64) for _ in range(4 if self.wide else 2))
        self.columns = (self.count, *self.limbs)

    def add(self, rows: Rows, arguments: Sequence[pa.Array]) -> None:
        self.count.data[rows.groups] += rows.counts
        values = view(arguments[0])
        if self.wide:
            low, high = values[:, 0], values[:, 1]
            limbs = (low & _LOW, (low >> 32) & _LOW, high & _LOW, high >> 32)
            self._carry(rows.groups, [rows.totals(limb) for limb in limbs])
            return
        whole = (values[:, 0] if self.decimal else values).astype(np.int64, copy=False)
        if _fits(whole, rows):
            total = rows.totals(whole)
            self._carry(rows.groups, [total & _LOW, total >> 32])
        else:
            self._carry(rows.groups, [rows.totals(whole & _LOW), rows.totals(whole >> 32)])

    def _carry(self, groups: Ids, limbs: Sequence[Whole]) -> None:
        """Add limbs to those of `groups`, each named once, and carry what is over 32 bits."""
        over: Whole | int = 0
        for column, limb in zip(self.limbs[:-1], limbs[:-1], strict=True):
            total = column.data[groups] + limb + over
            column.data[groups] = total & _LOW
            over = total >> 32
        self.limbs[-1].data[groups] += limbs[-1] + over

    def merge(self, groups: Ids, other: Accumulator, others: Ids) -> None:
        assert isinstance(other, ExactSum)
        add_in_turn(self.count, groups, other.count, others)
        theirs, mine = ([limb.data for limb in a.limbs] for a in (other, self))
        merge = merging.wide_limbs if self.wide else merging.limbs
        merge(len(groups), groups, others, *theirs, *mine)

    def total(self, groups: Ids, result: DataType) -> Valued:
        """SUM: NULL where there is no row, an error where the type cannot hold it."""
        some = self.count.data[groups] > 0
        if isinstance(result, Decimal):
            low, high, over = self._limbs128(groups)
            fits = ~over & ~_beyond(low, high)
            values = np.stack([low, high], 1)
        else:
            low, high = self.limbs[0].data[groups], self.limbs[1].data[groups]
            fits = (high >= -(2**31)) & (high < 2**31)
            values = (high << 32) | low
        messages = _complain(~fits & some, f"SUM does not fit {result}")
        where = some & fits
        return arrow(values, result.arrow, None if where.all() else where), messages

    def mean(self, groups: Ids, result: DataType) -> Valued:
        """AVG of integers: a DOUBLE, NULL where there is no row."""
        count = self.count.data[groups]
        some = count > 0
        high = self.limbs[1].data[groups].astype(np.float64)
        total = high * 2.0**32 + self.limbs[0].data[groups]
        return arrow(total / np.maximum(count, 1), result.arrow, _mask(some)), None

    def decimal_mean(self, groups: Ids, result: DataType) -> Valued:
        """AVG of decimals: rounded half away from zero from the exact sum and count."""
        assert isinstance(result, Decimal)
        count = self.count.data[groups]
        some = count > 0
        factor = 10 ** (result.scale - self.scale)
        low, high, over = self._limbs128(groups)
        n = np.maximum(count, 1)
        bound = _ROOM // factor
        small = ~over & (high == low >> 63) & (low < bound) & (low > -bound)
        # Twice the remainder, compared with the count, says which way to round.
        sign = np.where(low < 0, -1, 1)
        quotient, rest = np.divmod(np.abs(np.where(small, low, 0)) * factor, n)
        quotient = (quotient + (rest >= n - rest)) * sign
        values = np.stack([quotient, quotient >> 63], 1)
        fits = np.ones(len(groups), np.bool_)
        for i in np.flatnonzero(some & ~small):  # beyond 64 bits, one by one
            number = _rounded(self._python(int(groups[i])) * factor, int(count[i]))
            if abs(number) < 10**38:
                values[i] = _signed(number & (2**64 - 1)), number >> 64
            else:
                fits[i] = False
        messages = _complain(~fits & some, f"AVG does not fit {result}")
        return arrow(values, result.arrow, _mask(some & fits)), messages

    def interval_mean(self, groups: Ids, result: DataType) -> Valued:
        """AVG of day intervals: microseconds, rounded half away from zero."""
        values, messages = self.decimal_mean(groups, Decimal(38, 0))
        limbs = view(values)
        some = self.count.data[groups] > 0
        return arrow(limbs[:, 0], result.arrow, _mask(some)), messages

    def _limbs128(self, groups: Ids) -> tuple[Whole, Whole, npt.NDArray[np.bool_]]:
        """Return the sums as low and high 64 bits, and where that is not enough."""
        parts = [limb.data[groups] for limb in self.limbs]
        if self.wide:
            top = parts[3]
            over = (top >= 2**31) | (top < -(2**31))
            return parts[0] | (parts[1] << 32), parts[2] | (top << 32), over
        return parts[0] | (parts[1] << 32), parts[1] >> 32, np.zeros(len(groups), np.bool_)

    def _python(self, group: int) -> int:
        return sum(int(limb.data[group]) << (32 * i) for i, limb in enumerate(self.limbs))


def _fits(values: Whole, rows: Rows) -> bool:
    """Say whether no partial sum of the rows can leave an int64."""
    greatest = max(int(values.max()), -int(values.min()))
    if rows.weights is not None:
        greatest *= int(np.abs(rows.weights).max())
    return greatest * len(values) < _ROOM


def _beyond(low: Whole, high: Whole) -> npt.NDArray[np.bool_]:
    """Say which 128-bit numbers have more than 38 digits."""
    limit_low, limit_high = _signed(10**38 & (2**64 - 1)), 10**38 >> 64
    unsigned, bound = low.view(np.uint64), np.int64(limit_low).view(np.uint64)
    too_great = (high > limit_high) | ((high == limit_high) & (unsigned >= bound))
    least = -(10**38)
    bound = np.int64(_signed(least & (2**64 - 1))).view(np.uint64)
    too_small = (high < least >> 64) | ((high == least >> 64) & (unsigned <= bound))
    beyond: npt.NDArray[np.bool_] = too_great | too_small
    return beyond


def _signed(low: int) -> int:
    return low - 2**64 if low >= 2**63 else low


def _rounded(number: int, by: int) -> int:
    quotient, rest = divmod(abs(number), by)
    quotient += 2 * rest >= by
    return quotient if number >= 0 else -quotient


def _mask(where: npt.NDArray[np.bool_]) -> npt.NDArray[np.bool_] | None:
    return None if where.all() else where


def _complain(where: npt.NDArray[np.bool_], message: str) -> Messages | None:
    if not where.any():
        return None
    messages: Messages = np.full(len(where), None, dtype=object)
    messages[where] = message
    return messages
