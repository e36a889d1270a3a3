"""New columns from old ones, row by row."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence

import numpy as np
import pyarrow as pa

from cep.runtime.batch import Batch
from cep.runtime.operator import Operator
from cep.runtime.rowerrors import Messages, failed, merge
from cep.types import Schema

Column = Callable[[Sequence[pa.Array], int], tuple[pa.Array, Messages | None]]
Part = Callable[[Sequence[pa.Array], int], object]


class Project(Operator):
    """Linear: weights pass through. A row with a column that cannot be computed is put aside.

    The outcomes of `shared`, parts that several columns read, are put behind the input's columns,
    and behind these, with `marked`, the watermark of each row.
    """

    def __init__(
        self,
        schema: Schema,
        columns: Sequence[Column],
        shared: Sequence[Part] = (),
        *,
        marked: bool = False,
    ) -> None:
        super().__init__(schema)
        self.columns = tuple(columns)
        self.shared = tuple(shared)
        self.marked = marked

    def process(self, port: int, batch: Batch) -> Iterable[Batch]:
        """Return the same rows with the new columns."""
        computed: list[pa.Array] = []
        errors: Messages | None = None
        last = (batch.lateness,) if self.marked else ()
        given = (*batch.columns, *last)
        if self.shared:
            computed_once = (part(given, batch.rows) for part in self.shared)
            given = (*batch.columns, *computed_once, *last)
        for column in self.columns:
            values, more = column(given, batch.rows)
            computed.append(values)
            if more is not None:
                errors = merge(errors, more)
        projected = batch.replaced(self.schema, computed)
        if errors is None:
            return (projected,)
        self.outlet.failed(batch, errors)
        kept = np.flatnonzero(~failed(errors))
        return (projected.take(kept),) if len(kept) else ()
