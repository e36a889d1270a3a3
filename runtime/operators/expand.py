"""GROUPING SETS: every row once for each set of keys."""

from __future__ import annotations

from collections.abc import Iterable

import numpy as np
import pyarrow as pa

from cep.runtime.batch import Batch
from cep.runtime.operator import Operator
from cep.runtime.state.vectors import arrow
from cep.types import Schema


class Expand(Operator):
    """Linear: each row goes into every set with its weight, time and lateness. Keeps nothing.

    The output has the number of the set, the `keys` of the input, NULL where they are not in the
    set, and then all columns of the input. `sets` are positions in `keys`. O(rows x sets), but only
    the first columns are made anew.
    """

    def __init__(
        self, schema: Schema, keys: tuple[int, ...], sets: tuple[tuple[int, ...], ...]
    ) -> None:
        super().__init__(schema)
        self.keys = keys
        self.sets = sets

    def process(self, port: int, batch: Batch) -> Iterable[Batch]:
        """Return one batch per set."""
        n = batch.rows
        nothing = [pa.nulls(n, batch.columns[k].type) for k in self.keys]
        for number, kept in enumerate(self.sets):
            keys = (batch.columns[k] if i in kept else nothing[i] for i, k in enumerate(self.keys))
            mark = arrow(np.full(n, number), pa.int32())
            yield batch.replaced(self.schema, (mark, *keys, *batch.columns))
