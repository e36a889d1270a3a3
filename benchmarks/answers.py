"""Answers of different engines, compared as sets of rows."""

from __future__ import annotations

import pyarrow as pa
import pyarrow.compute as pc


def differences(one: pa.Table, other: pa.Table) -> str | None:
    """Say how two tables differ; None where they hold the same rows, in whatever order.

    Columns are matched by position. Timestamps compare as instants and numbers as values, so units
    and widths may differ; there is no tolerance.
    """
    if one.num_columns != other.num_columns:
        return f"{one.num_columns} columns, and {other.num_columns}"
    if one.num_rows != other.num_rows:
        return f"{one.num_rows:,} rows, and {other.num_rows:,}"
    first, second = _ordered(one), _ordered(other)
    for name in first.column_names:
        a, b = first[name], second[name]
        if a.equals(b):
            continue
        same = pc.or_kleene(pc.equal(a, b), pc.and_(pc.is_null(a), pc.is_null(b)))
        wrong = pc.indices_nonzero(pc.invert(pc.fill_null(same, False)))
        if len(wrong):
            at = wrong[0].as_py()
            return f"row {at} in order: {_row(first, at)}, and {_row(second, at)}"
    return None


def _ordered(table: pa.Table) -> pa.Table:
    names = [str(i) for i in range(table.num_columns)]
    plain = pa.table([_plain(c) for c in table.columns], names=names)
    return plain.sort_by([(n, "ascending") for n in names])


def _plain(column: pa.ChunkedArray) -> pa.ChunkedArray:
    kind = column.type
    if pa.types.is_timestamp(kind):
        return column.cast(pa.timestamp("us")).cast(pa.int64())
    if pa.types.is_integer(kind):
        return column.cast(pa.int64())
    if pa.types.is_large_string(kind) or pa.types.is_dictionary(kind):
        return column.cast(pa.string())
    return column


def _row(table: pa.Table, at: int) -> list[object]:
    return list(table.slice(at, 1).to_pylist()[0].values())
