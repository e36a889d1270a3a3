"""Rows for which a condition is true."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence

import numpy as np
import pyarrow as pa

from cep.runtime.batch import Batch
from cep.runtime.operator import Operator
from cep.runtime.rowerrors import Mask, Messages, failed
from cep.types import Schema

Predicate = Callable[[Sequence[pa.Array], int], tuple[Mask, Messages | None]]
Part = Callable[[Sequence[pa.Array], int], object]


class Filter(Operator):
    """Linear: weights pass through. A row whose condition cannot be computed is put aside.

    The outcomes of `shared`, parts that the predicate reads more than once, are put behind the
    columns for it.
    """

    def __init__(self, schema: Schema, predicate: Predicate, shared: Sequence[Part] = ()) -> None:
        super().__init__(schema)
        self.predicate = predicate
        self.shared = tuple(shared)

    def process(self, port: int, batch: Batch) -> Iterable[Batch]:
        """Return the rows that pass."""
        columns = batch.columns
        if self.shared:
            columns = (*columns, *(part(columns, batch.rows) for part in self.shared))
        mask, errors = self.predicate(columns, batch.rows)
        if errors is not None:
            self.outlet.failed(batch, errors)
            mask = mask & ~failed(errors)
        if mask.all():
            return (batch,)
        kept = np.flatnonzero(mask)
        return (batch.take(kept),) if len(kept) else ()
