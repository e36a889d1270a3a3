"""Kept batches as Arrow tables, and back."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pyarrow as pa

from cep.runtime.batch import Batch
from cep.types import Schema

_HIDDEN = ("time", "lateness", "weight")


def batches_to_table(schema: Schema, batches: Sequence[Batch]) -> pa.Table:
    """Return all rows of some batches with what the engine knows of each as columns `$time` etc.

    Rows without such a value have NULL there. Visible columns are named by position, since names
    may repeat.
    """
    fields = [pa.field(str(i), t.arrow) for i, t in enumerate(schema.types)]
    fields += [pa.field(f"${name}", pa.int64()) for name in _HIDDEN]
    target = pa.schema(fields)
    parts = []
    for batch in batches:
        hidden = [getattr(batch, name) for name in _HIDDEN]
        columns = [
            pa.nulls(batch.rows, pa.int64()) if h is None else pa.array(h, pa.int64())
            for h in hidden
        ]
        parts.append(pa.RecordBatch.from_arrays([*batch.columns, *columns], schema=target))
    return pa.Table.from_batches(parts, schema=target)


def table_to_batches(schema: Schema, table: pa.Table) -> list[Batch]:
    """Return the batches that `batches_to_table` made a table of."""
    batches = []
    for part in table.to_batches():
        if not part.num_rows:
            continue
        hidden: dict[str, np.ndarray[tuple[int], np.dtype[np.int64]] | None] = {}
        for name in _HIDDEN:
            column = part.column(f"${name}")
            hidden[name] = None if column.null_count else column.to_numpy()
        columns = tuple(part.column(str(i)) for i in range(len(schema)))
        known = (hidden["time"], hidden["lateness"], hidden["weight"])
        batches.append(Batch(schema, columns, part.num_rows, *known))
    return batches
