"""Changes as rows: `op` says what each row does. '+I' and '-D' are written, more is read."""

from __future__ import annotations

from collections.abc import Sequence
from functools import cache

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from cep.runtime.batch import Weights
from cep.runtime.rowerrors import Messages
from cep.runtime.state.keys import KeyTable
from cep.runtime.state.vectors import valid, view
from cep.types import VARCHAR, Field, Schema

OP = "op"
"""The name of the column in front."""

OP_FIELD = Field(OP, VARCHAR)
"""That column, as it is read."""

CHANGE_FORMATS = ("debezium-json", "upsert-json")
"""Formats whose records say what they do."""

INSERT, DELETE = "+I", "-D"

_MEANING = {"+I": 1, "+U": 1, "+": 1, "-D": -1, "-U": -1, "-": -1}
"""What is read: an update may be an insertion, or a deletion before it."""

_WEIGHTS = np.array([*_MEANING.values(), 0], np.int64)


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


@cache
def _spelled() -> pa.Array:
    return pa.array(list(_MEANING), pa.string())


def last_of_keys(
    batch: pa.RecordBatch, weights: Sequence[int], schema: Schema, key: Sequence[str]
) -> tuple[pa.RecordBatch, Sequence[int]]:
    """Leave out the rows that go where another comes with the same key, and so replaces them."""
    signed = np.asarray(weights, dtype=np.int64)
    at = [schema.names.index(name) for name in key]
    ids, _ = KeyTable([schema.types[i] for i in at]).intern([batch.column(i) for i in at])
    comes = np.zeros(int(ids.max(initial=-1)) + 1, np.bool_)
    comes[ids[signed > 0]] = True
    kept = np.flatnonzero((signed > 0) | ~comes[ids])
    return batch.take(pa.array(kept)), signed[kept].tolist()


def weights_of(op: pa.Array) -> tuple[Weights, Messages | None]:
    """Return 1 for each row that inserts and -1 for each that deletes; others have a message."""
    found = pc.index_in(op, _spelled())
    there = valid(found)
    if there is None:
        return _WEIGHTS[view(found)], None
    weights = _WEIGHTS[np.where(there, view(found), len(_MEANING))]
    messages: Messages = np.full(len(op), None, dtype=object)
    for i in np.flatnonzero(~there):
        value = op[int(i)].as_py()
        given = "NULL" if value is None else f"'{value}'"
        messages[i] = f"{OP} is {given}, and what a row does is one of {', '.join(_MEANING)}"
    return weights, messages
