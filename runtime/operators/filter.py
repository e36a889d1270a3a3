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
    columns for it, and behind these, with `marked`, the watermark of each row.
    """

    def __init__(
        self,
        schema: Schema,
        predicate: Predicate,
        shared: Sequence[Part] = (),
        *,
        marked: bool = False,
    ) -> None:
        super().__init__(schema)
        self.predicate = predicate
        self.shared = tuple(shared)
        self.marked = marked

    def process(self, port: int, batch: Batch) -> Iterable[Batch]:
        """Return the rows that pass."""
        columns = batch.columns
        last = (batch.lateness,) if self.marked else ()
        if self.shared:
            given = (*columns, *last)
            columns = (*columns, *(part(given, batch.rows) for part in self.shared))
        columns = (*columns, *last)
        mask, errors = self.predicate(columns, batch.rows)
        if errors is not None:
            self.outlet.failed(batch, errors)
            mask = mask & ~failed(errors)
        if mask.all():
            return (batch,)
        kept = np.flatnonzero(mask)
        return (batch.take(kept),) if len(kept) else ()
