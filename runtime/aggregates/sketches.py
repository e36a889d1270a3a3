"""APPROX_COUNT_DISTINCT and APPROX_PERCENTILE: answers that are a little off, from bounded state.

Both keep a bag of what is left of the values when they are cut down to a few different ones, each
with its number. So the answer does not depend on the order of rows, slices can be put together, and
rows can be taken back: the laws that hold for every other aggregate hold for these too.
"""

from __future__ import annotations

import math
from collections.abc import Sequence

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from cep.runtime.aggregates.accumulator import Accumulator, Read, Rows, Turns, Valued
from cep.runtime.aggregates.percentiles import Ordered
from cep.runtime.aggregates.ranking import LEAST, Retained
from cep.runtime.state.codes import codec
from cep.runtime.state.column import Ids
from cep.runtime.state.vectors import arrow, integers, text, view
from cep.types import BIGINT, Bytes, DataType, Varchar

Hashes = npt.NDArray[np.uint64]

_PRECISION = 12
_REGISTERS = 1 << _PRECISION
_BITS = 64 - _PRECISION
_RANK_BITS = 6

_GROWTH = 1.01 / 0.99


class Rounded(Ordered):
    """Values to 1 %: one per bucket of a histogram whose buckets grow by 2 %.

    DDSketch (Masson, Rim, Lee, 2019). What is said is at most 1 % off a value that stands at the
    place that was asked for. 100 bytes per bucket in use: some hundred for most data.
    """

    def add(self, rows: Rows, arguments: Sequence[pa.Array]) -> None:
        values = view(arguments[0]).astype(np.float64, copy=False)
        super().add(rows, [arrow(_rounded(values), pa.float64())])

    def follow(
        self, turns: Turns, arguments: Sequence[pa.Array], after: Accumulator, read: Read
    ) -> None:
        values = view(arguments[0]).astype(np.float64, copy=False)
        super().follow(turns, [arrow(_rounded(values), pa.float64())], after, read)


def _rounded(values: npt.NDArray[np.float64]) -> npt.NDArray[np.float64]:
    """Return for each number the middle of its bucket; 0, NaN and infinities stay."""
    size = np.abs(values)
    plain = np.isfinite(values) & (size > 0)
    bucket = np.ceil(np.log(np.where(plain, size, 1.0)) / math.log(_GROWTH))
    with np.errstate(over="ignore"):
        middle = np.exp(bucket * math.log(_GROWTH)) * (2.0 / (_GROWTH + 1.0))
    rounded: npt.NDArray[np.float64] = np.where(plain, np.copysign(middle, values), values)
    return rounded


class Registers(Retained):
    """HyperLogLog over 4,096 registers, each with the number of rows at every rank.

    Flajolet, Fusy, Gandouet and Meunier, 2007. A value is off by 1.6 % on average, and by hardly
    anything below a thousand. As ranks are counted and not only their greatest, rows can be taken
    back. 100 bytes per register and rank in use: at most one per different value, and some 5 MB for
    a million of them.
    """

    def __init__(self, types: Sequence[DataType]) -> None:
        super().__init__(LEAST, [BIGINT])
        self.type = types[0]

    def add(self, rows: Rows, arguments: Sequence[pa.Array]) -> None:
        hashes = hashes_of(self.type, arguments[0])
        register = (hashes >> np.uint64(_BITS)).astype(np.int64)
        rest = (hashes & np.uint64((1 << _BITS) - 1)).astype(np.float64)  # exact: 52 bits
        _, length = np.frexp(rest)
        rank = _BITS + 1 - length.astype(np.int64)
        super().add(rows, [integers(register << _RANK_BITS | rank)])

    @property
    def follows(self) -> bool:
        """What is said depends on all registers."""
        return False

    def estimate(self, groups: Ids, result: DataType) -> Valued:
        """APPROX_COUNT_DISTINCT: 0 where there is no row."""
        nodes, sizes = self.bags.all(groups)
        kept = view(self.bags.columns(nodes)[0])
        owner = np.repeat(np.arange(len(groups)), sizes)
        # In their order, the last of a register has its greatest rank.
        place = owner * _REGISTERS + (kept >> _RANK_BITS)
        last = np.ones(len(kept), np.bool_)
        last[:-1] = place[1:] != place[:-1]
        ranks = np.zeros((len(groups), _BITS + 2))
        np.add.at(ranks, (owner[last], kept[last] & ((1 << _RANK_BITS) - 1)), 1.0)
        ranks[:, 0] = _REGISTERS - ranks.sum(axis=1)
        return arrow(np.rint(_estimated(ranks)).astype(np.int64), result.arrow), None


def _estimated(ranks: npt.NDArray[np.float64]) -> npt.NDArray[np.float64]:
    """Estimate from float64[m, ranks], how many registers have each rank.

    Ertl, "New cardinality estimation algorithms for HyperLogLog sketches", 2017: algorithm 6, which
    needs no correction of small and large numbers.
    """
    z = _REGISTERS * _tau(1.0 - ranks[:, -1] / _REGISTERS)
    for k in range(ranks.shape[1] - 2, 0, -1):
        z = 0.5 * (z + ranks[:, k])
    z = z + _REGISTERS * _sigma(ranks[:, 0] / _REGISTERS)
    return _REGISTERS**2 / (2.0 * math.log(2.0)) / z


def _sigma(x: npt.NDArray[np.float64]) -> npt.NDArray[np.float64]:
    """Return x + x**2 + 2 x**4 + 4 x**8 and so on; infinite at 1."""
    full = x >= 1.0
    x = np.where(full, 0.0, x)
    total, factor = x, 1.0
    while True:
        x = x * x
        before, total = total, total + x * factor
        factor *= 2.0
        if (before == total).all():
            return np.where(full, np.inf, total)


def _tau(x: npt.NDArray[np.float64]) -> npt.NDArray[np.float64]:
    """Return a third of 1 - x less the sum of (1 - x**(1/2**k))**2 / 2**k; 0 at 0 and 1."""
    none = (x <= 0.0) | (x >= 1.0)
    x = np.where(none, 1.0, x)
    total, factor = 1.0 - x, 1.0
    while True:
        x = np.sqrt(x)
        factor *= 0.5
        before, total = total, total - (1.0 - x) ** 2 * factor
        if (before == total).all():
            return np.where(none, 0.0, total / 3.0)


def hashes_of(kind: DataType, array: pa.Array) -> Hashes:
    """Hash values without NULLs to 64 bits: equal ones alike, in every process."""
    if isinstance(kind, Varchar | Bytes):
        return _mixed(_text_hashes(array))
    hashes = np.zeros(len(array), np.uint64)
    for code in codec(kind).encode(array, None):
        hashes = _mixed(hashes ^ code.view(np.uint64))
    return hashes


def _text_hashes(array: pa.Array) -> Hashes:
    """Return the sum of bytes times powers of an odd number, and the length: O(bytes)."""
    offsets, data = text(array)
    lengths = np.diff(offsets)
    hashes = lengths.astype(np.uint64)
    some = np.flatnonzero(lengths)
    if not len(some):
        return hashes
    octets = data[offsets[0] : offsets[-1]].astype(np.uint64) + np.uint64(1)
    powers = np.cumprod(np.full(int(lengths.max()), 0x9E3779B97F4A7C15, np.uint64))
    place = np.arange(len(octets)) - np.repeat(offsets[:-1] - offsets[0], lengths)
    sums = np.add.reduceat(_mixed(octets * powers[place]), (offsets[:-1] - offsets[0])[some])
    hashes[some] ^= sums
    return hashes


def _mixed(h: Hashes) -> Hashes:
    """Mix the bits of 64-bit numbers: the end of SplitMix64 (Steele, Lea and Flood, 2014)."""
    h = h + np.uint64(0x9E3779B97F4A7C15)
    h = (h ^ (h >> np.uint64(30))) * np.uint64(0xBF58476D1CE4E5B9)
    h = (h ^ (h >> np.uint64(27))) * np.uint64(0x94D049BB133111EB)
    return h ^ (h >> np.uint64(31))
