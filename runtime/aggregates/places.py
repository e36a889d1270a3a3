"""Values of groups in their order, each found by its place."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Sequence

import numpy as np
import pyarrow as pa

from cep.runtime.aggregates.accumulator import Valued
from cep.runtime.state.column import Ids
from cep.runtime.state.vectors import Codes
from cep.types import DataType

FIRST_MOST = -1
"""The place of the first of the values that are there most often."""

LAST_MOST = -2
"""The place of the last of them."""


class Places(ABC):
    """What can say how many values groups have, and which one stands at a place."""

    @abstractmethod
    def totals(self, groups: Ids) -> Codes:
        """Return how many values each group has."""

    @abstractmethod
    def at(self, groups: Ids, places: Sequence[Codes]) -> list[pa.Array]:
        """Return the values at places of each group, counted from 0: an array for each of `places`.

        NULL where a group has no values.
        """

    def first(self, groups: Ids, result: DataType) -> Valued:
        """Return the first value; NULL where there is none."""
        return self.at(groups, [np.zeros(len(groups), np.int64)])[0], None

    def last(self, groups: Ids, result: DataType) -> Valued:
        """Return the last value; NULL where there is none."""
        return self.at(groups, [self.totals(groups) - 1])[0], None


def picked(values: pa.Array, which: Codes) -> pa.Array:
    """Return `values`, which are those at `which` that are not negative, and NULL at the others."""
    there = which >= 0
    if len(values) == len(which):
        return values
    return values.take(pa.array(np.cumsum(there) - 1, mask=~there))
