"""MIN and MAX over append-only input."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pyarrow as pa

from cep.runtime.aggregates.accumulator import Accumulator, Rows, Valued
from cep.runtime.kernels import merging
from cep.runtime.state.codes import codec
from cep.runtime.state.column import Column, Ids
from cep.runtime.state.vectors import Codes
from cep.types import DataType

_GREATEST = 2**63 - 1


def simple(kind: DataType) -> bool:
    """Say whether the order of a type is that of one code."""
    one = codec(kind)
    return one.ordered and one.width == 1


class Extreme(Accumulator):
    """The least value of each group, for types whose order is that of one code: 9 bytes per group.

    The greatest is the least by the complement of the code.
    """

    constant = True
    in_turn = True

    def __init__(self, types: Sequence[DataType], *, greatest: bool = False) -> None:
        self.codec = codec(types[0])
        self.flip = -1 if greatest else 0
        self.least = Column(np.int64, _GREATEST)
        self.some = Column(np.bool_, False)
        self.columns = (self.least, self.some)

    def add(self, rows: Rows, arguments: Sequence[pa.Array]) -> None:
        (codes,) = self.codec.encode(arguments[0], None)
        if self.flip:
            codes = ~codes
        if len(rows) == 1 == len(rows.groups):
            self._take(rows.groups, codes)
            return
        best = np.full(len(rows.groups), _GREATEST)
        np.minimum.at(best, rows.local, codes)
        if len(rows) < len(rows.groups) or not rows.counts.all():
            met = rows.counts > 0
            self._take(rows.groups[met], best[met])
        else:
            self._take(rows.groups, best)

    def _take(self, groups: Ids, codes: Codes) -> None:
        self.least.data[groups] = np.minimum(self.least.data[groups], codes)
        self.some.data[groups] = True

    def merge(self, groups: Ids, other: Accumulator, others: Ids) -> None:
        assert isinstance(other, Extreme)
        merging.least(
            *(len(groups), groups, others, other.least.data, other.some.data),
            *(self.least.data, self.some.data),
        )

    def value(self, groups: Ids, result: DataType) -> Valued:
        """MIN or MAX: NULL where there is no row."""
        some = self.some.data[groups]
        codes = self.least.data[groups] ^ self.flip
        return self.codec.decode([codes], None if some.all() else some), None
