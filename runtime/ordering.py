"""The order of rows by the values of columns."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from cep.runtime.batch import Batch, Indices
from cep.runtime.state.codes import float_codes
from cep.runtime.state.vectors import unequal, view
from cep.types import Float


@dataclass(frozen=True)
class Key:
    """A column to order by."""

    index: int
    descending: bool
    nulls_first: bool


def ordered(batch: Batch, keys: Sequence[Key]) -> Indices:
    """Return the positions of the rows in order: by the keys, then event time, then arrival.

    NaN is greater than every other number.
    """
    columns: dict[str, pa.Array] = {}
    order: list[tuple[str, str]] = []

    def by(values: pa.Array, descending: bool) -> None:
        name = str(len(columns))
        columns[name] = values
        order.append((name, "descending" if descending else "ascending"))

    for key in keys:
        values = batch.columns[key.index]
        if values.null_count:
            by(values.is_null().cast(pa.int8()), key.nulls_first)
        if key.descending and isinstance(batch.schema.types[key.index], Float):
            by(pc.is_nan(values).cast(pa.int8()), True)
        by(values.cast(pa.int8()) if values.type == pa.bool_() else values, key.descending)
    if batch.time is not None:
        by(pa.array(batch.time), False)
    if not columns:
        return np.arange(batch.rows)
    indices = pc.sort_indices(pa.table(columns), sort_keys=order)
    return indices.to_numpy().astype(np.int64)


def not_behind(values: pa.Array, key: Key, limit: pa.Scalar) -> npt.NDArray[np.bool_] | None:
    """Return which values stand not behind a limit in the order of a key; None where all may.

    What is NULL may stand before it.
    """
    if not limit.is_valid or (pa.types.is_floating(limit.type) and limit.as_py() != limit.as_py()):
        return None
    if key.descending:
        there = pc.greater_equal(values, limit)
        if pa.types.is_floating(values.type):
            there = pc.or_(there, pc.is_nan(values))
    else:
        there = pc.less_equal(values, limit)
    found: npt.NDArray[np.bool_] = view(there.fill_null(True) if there.null_count else there)
    return found


def begins(columns: Sequence[pa.Array], rows: int) -> npt.NDArray[np.bool_]:
    """Return which rows differ in a column from the row before; the first one does."""
    new = np.zeros(rows, np.bool_)
    new[:1] = True
    for column in columns:
        values = column
        if pa.types.is_floating(column.type):
            values = pa.array(float_codes(view(column).astype(np.float64)), mask=_null(column))
        new[1:] |= unequal(values.slice(1), values.slice(0, max(rows - 1, 0)))
    return new


def _null(column: pa.Array) -> npt.NDArray[np.bool_] | None:
    return view(column.is_null()) if column.null_count else None
