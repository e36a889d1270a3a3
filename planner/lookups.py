"""Which key the rows have that pass some filters, so that they can be found in an index."""

from __future__ import annotations

from collections.abc import Sequence

import pyarrow as pa

from cep.planner import expressions as ex
from cep.types import DataType, Integer


def pinned(
    filters: Sequence[ex.Expression], columns: Sequence[int], key: Sequence[int]
) -> list[pa.Scalar] | None:
    """Return the values of a key that all rows have which pass the filters, None where they differ.

    `columns` are the positions in the relation of what the filters read, `key` those of its key.
    """
    values: dict[int, pa.Scalar] = {}
    for condition in filters:
        if isinstance(condition, ex.Call) and condition.function.name == "=":
            left, right = condition.arguments
            if isinstance(left, ex.Constant):
                left, right = right, left
            if isinstance(left, ex.Input) and isinstance(right, ex.Constant):
                value = _as(right.value, left.type)
                if value is not None:
                    values[columns[left.index]] = value
    return [values[k] for k in key] if key and all(k in values for k in key) else None


def _as(value: pa.Scalar, kind: DataType) -> pa.Scalar | None:
    """Return a constant in the type of a column; None where that cannot hold it, or it is NULL."""
    if not value.is_valid or value.type == kind.arrow:
        return value if value.is_valid else None
    if not (isinstance(kind, Integer) and pa.types.is_integer(value.type)):
        return None
    try:
        return value.cast(kind.arrow)
    except pa.ArrowInvalid:
        return None
