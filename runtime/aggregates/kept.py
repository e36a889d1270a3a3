"""Whole rows that are kept per group, for operators that say them later."""

from __future__ import annotations

import numpy as np
import pyarrow as pa

from cep.runtime.aggregates.ranking import ARRIVED, TIME, Ranking, Retained
from cep.runtime.state.bags import ARRIVAL
from cep.runtime.state.column import Ids
from cep.runtime.state.vectors import Codes, integers
from cep.types import Schema


class KeptRows(Retained):
    """All rows of each group, with all their columns, by their times and then their arrivals.

    Unless it is `append_only`, rows can be taken back, and equal rows of a group are one with its
    number.
    """

    def __init__(self, schema: Schema, *, append_only: bool = True) -> None:
        every = range(len(schema))
        if append_only:
            ranking = Ranking((TIME, ARRIVED, *every), ((0, False), (1, False)), 0)
        else:
            # A row is found by its time and values; its arrival is not known again.
            ranking = Ranking((TIME, *every), ((0, False), (ARRIVAL, False)), 0)
        super().__init__(ranking, schema.types)
        self._append_only = append_only

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
        columns = list(self.bags.columns(np.repeat(nodes, counts)))
        if not self._append_only:
            columns.insert(1, integers(np.repeat(self.bags.arrivals(nodes), counts)))
        return columns, many
