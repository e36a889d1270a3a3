"""Changes of a result as rows: `op` says what each row does, '+I' or '-D'."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pyarrow as pa

from cep.types import VARCHAR, Field, Schema

OP = "op"
"""The name of the column in front."""

INSERT, DELETE = "+I", "-D"


def changes_schema(schema: Schema) -> Schema:
    """Return the schema of the changes of rows of `schema`."""
    return Schema((Field(OP, VARCHAR, nullable=False), *schema.fields))


def with_changes(
    batch: pa.RecordBatch, weights: Sequence[int] | None, schema: pa.Schema
) -> pa.RecordBatch:
    """Put `op` in front of rows; a row of weight n stands there n times, one of weight 0 not."""
    if weights is None:
        op = pa.repeat(INSERT, batch.num_rows)
    else:
        signed = np.asarray(weights, dtype=np.int64)
        if (np.abs(signed) != 1).any():
            rows = np.repeat(np.arange(len(signed)), np.abs(signed))
            signed = signed[rows]
            batch = batch.take(pa.array(rows))
        op = pa.array(np.where(signed > 0, INSERT, DELETE), pa.string())
    return pa.RecordBatch.from_arrays([op, *batch.columns], schema=schema)
