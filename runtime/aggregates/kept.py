"""Whole rows that are kept per group, for operators that say them later."""

from __future__ import annotations

import numpy as np
import pyarrow as pa

from cep.runtime.aggregates.ranking import ARRIVED, TIME, Ranking, Retained
from cep.runtime.state.column import Ids
from cep.runtime.state.vectors import Codes
from cep.types import Schema


class KeptRows(Retained):
    """All rows of each group, with all their columns, by their times and then their arrivals."""

    def __init__(self, schema: Schema) -> None:
        width = len(schema)
        ranking = Ranking((TIME, ARRIVED, *range(width)), ((0, False), (1, False)), 0)
        super().__init__(ranking, schema.types)

    def __len__(self) -> int:
        return len(self.bags)

    def rows(self, groups: Ids) -> tuple[list[pa.Array], Codes]:
        """Return the rows of `groups`, group after group, and how many each has.

        The columns are times, arrivals and then those of the schema.
        """
        nodes, sizes = self.bags.all(groups)
        counts = self.bags.counts(nodes)
        owner = np.repeat(np.arange(len(groups)), sizes)
        many = np.bincount(owner, counts, len(groups)).astype(np.int64)
        return list(self.bags.columns(np.repeat(nodes, counts))), many
