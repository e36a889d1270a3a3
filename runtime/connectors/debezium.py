"""Changes in envelopes, as they are written: JSON texts without a schema.

Debezium's are `{"before": {…} | null, "after": {…} | null, "op": "c" | "u" | "d"}`, and `"ts_ms"`
where the time is known; those of keys `{"key": {…}, "value": {…} | null}`.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import BinaryIO

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from cep.runtime.batch import Indices, Weights
from cep.runtime.connectors.format_base import Writer
from cep.runtime.connectors.text import json_object
from cep.runtime.state.keys import KeyTable
from cep.runtime.state.vectors import arrow
from cep.types import VARCHAR, Field, Schema

ENVELOPE = Schema((Field("envelope", VARCHAR, False),))
"""Envelopes as a column."""

_NOTHING = -1
"""The position of a row that is not there."""


def envelopes(
    rows: pa.RecordBatch,
    weights: Weights,
    schema: Schema,
    key: Sequence[str],
    now: int | None = None,
) -> pa.Array:
    """Return the changes of one moment as JSON texts: updates and deletions, then creations.

    `weights` say how often each row comes or, negative, goes. Where there is a `key`, a row that
    goes and one that comes with its key are an update. `now` is in microseconds since 1970.
    """
    texts = _objects(rows, schema, schema.names)
    before, after = _paired(rows, weights, schema, key)
    op = np.where(before == _NOTHING, "c", np.where(after == _NOTHING, "d", "u"))
    return pc.binary_join_element_wise(
        '{"before":',
        _picked(texts, before),
        ',"after":',
        _picked(texts, after),
        ',"op":"',
        pa.array(op, pa.string()),
        '"}' if now is None else f'","ts_ms":{now // 1000}}}',
        "",
    )


def pairs(
    rows: pa.RecordBatch, weights: Sequence[int], schema: Schema, key: Sequence[str]
) -> pa.Array:
    """Return each row that comes as its key and the row, one that goes as its key and null."""
    comes = pa.array(np.asarray(weights, np.int64) > 0)
    values = pc.if_else(comes, _objects(rows, schema, schema.names), "null")
    keys = _objects(rows, schema, key)
    return pc.binary_join_element_wise('{"key":', keys, ',"value":', values, "}", "")


def _objects(rows: pa.RecordBatch, schema: Schema, names: Sequence[str]) -> pa.Array:
    """Return some columns of rows as JSON objects."""
    at = [schema.names.index(name) for name in names]
    members = [(schema.names[i], rows.column(i), schema.types[i]) for i in at]
    return json_object(members) if members else pa.array(["{}"] * rows.num_rows)


class EnvelopeWriter(Writer):
    """Writes envelopes, one a line."""

    def __init__(self, stream: BinaryIO) -> None:
        self._stream = stream

    def write(self, batch: pa.RecordBatch) -> None:
        lines = batch.column(0).to_pylist()
        self._stream.write("".join(f"{line}\n" for line in lines).encode())

    def close(self) -> None:
        """Do nothing: lines have no end of their own."""


def _paired(
    rows: pa.RecordBatch, weights: Weights, schema: Schema, key: Sequence[str]
) -> tuple[Indices, Indices]:
    """Return for each change the row before it and the one after it."""
    go, come = np.flatnonzero(weights < 0), np.flatnonzero(weights > 0)
    if not key:
        go, come = np.repeat(go, -weights[go]), np.repeat(come, weights[come])
        return _joined(go, np.full(len(go), _NOTHING), np.full(len(come), _NOTHING), come)
    at = [schema.names.index(name) for name in key]
    ids, _ = KeyTable([schema.types[i] for i in at]).intern([rows.column(i) for i in at])
    successor = np.full(int(ids.max(initial=-1)) + 1, _NOTHING)
    successor[ids[come]] = come
    predecessor = np.full(len(successor), _NOTHING)
    predecessor[ids[go]] = go
    new = come[predecessor[ids[come]] == _NOTHING]
    return _joined(go, successor[ids[go]], np.full(len(new), _NOTHING), new)


def _joined(
    go: Indices, followed: Indices, nothing: Indices, new: Indices
) -> tuple[Indices, Indices]:
    return np.concatenate([go, nothing]), np.concatenate([followed, new])


def _picked(texts: pa.Array, positions: Indices) -> pa.Array:
    where = positions != _NOTHING
    return texts.take(arrow(positions, pa.int64(), where)).fill_null("null")
