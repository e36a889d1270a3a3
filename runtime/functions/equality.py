"""Equality of rows, arrays and maps, and the order of rows, in three-valued logic."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from cep.runtime.functions.arrow import build, call, columns, like, valid
from cep.runtime.rowerrors import Operand

Equal = Callable[[Operand, Operand], Operand]


def equal_nested(equal: Equal, a: Operand, b: Operand) -> Operand:
    """Compare two operands of one nested type; `equal` compares what is inside.

    They are equal if everything in them is, different if anything is, and otherwise it is unknown.
    """
    x, y = columns(a, b)
    if pa.types.is_struct(x.type):
        outcome = _equal_structs(equal, x, y)
    elif pa.types.is_map(x.type):
        outcome = _equal_lists(equal, _entries(x), _entries(y))
    else:
        outcome = _equal_lists(equal, x, y)
    return like(outcome, a, b)


def order_rows(
    compare: Callable[[str, Operand, Operand], Operand], symbol: str, a: Operand, b: Operand
) -> Operand:
    """Compare rows field by field: the first field that differs decides."""
    strict = symbol[0]
    count = a.type.num_fields
    outcome = compare(symbol, field(a, count - 1), field(b, count - 1))
    for i in reversed(range(count - 1)):
        x, y = field(a, i), field(b, i)
        later = call("and_kleene", compare("=", x, y), outcome)
        outcome = call("or_kleene", compare(strict, x, y), later)
    return _null_where_missing(outcome, a, b)


def field(row: Operand, index: int) -> Operand:
    """Return one field of a ROW; NULL where the row is."""
    if isinstance(row, pa.Array):
        return pc.struct_field(row, [index])
    kind = row.type.field(index).type
    if not row.is_valid:
        return pa.scalar(None, kind)
    return pc.struct_field(pa.array([row.as_py()], row.type), [index])[0]


def _null_where_missing(outcome: Operand, a: Operand, b: Operand) -> Operand:
    known = call("and", call("is_valid", a), call("is_valid", b))
    return call("if_else", known, outcome, pa.scalar(None, pa.bool_()))


def _equal_structs(equal: Equal, a: pa.Array, b: pa.Array) -> pa.Array:
    outcome: Operand = pa.repeat(pa.scalar(True), len(a))
    for i in range(a.type.num_fields):
        outcome = call("and_kleene", outcome, equal(field(a, i), field(b, i)))
    return _null_where_missing(outcome, a, b)


def _equal_lists(equal: Equal, a: pa.Array, b: pa.Array) -> pa.Array:
    where = valid(a, b)
    sizes = [pc.list_value_length(x).fill_null(-1).to_numpy(zero_copy_only=False) for x in (a, b)]
    alike = (sizes[0] == sizes[1]) & (sizes[0] >= 0)
    rows = np.flatnonzero(alike)
    taken = pa.array(rows)
    inside = equal(pc.list_flatten(a.take(taken)), pc.list_flatten(b.take(taken)))
    owner = np.repeat(rows, sizes[0][rows])
    different = _rows_with(pc.equal(inside, False).fill_null(False), owner, len(a))
    unknown = _rows_with(pc.is_null(inside), owner, len(a)) & ~different
    known = ~unknown if where is None else where & ~unknown
    return build(alike & ~different, known, pa.bool_(), [a])


def _rows_with(condition: pa.Array, owner: npt.NDArray[Any], rows: int) -> npt.NDArray[np.bool_]:
    """Say for each row whether the condition holds for any of its elements."""
    found = np.zeros(rows, np.bool_)
    found[owner[condition.to_numpy(zero_copy_only=False)]] = True
    return found


def _entries(maps: pa.Array) -> pa.Array:
    """Return maps as lists of (key, value), sorted by key."""
    kind = maps.type
    entry = pa.struct([pa.field("key", kind.key_type, False), pa.field("value", kind.item_type)])
    lists = maps.cast(pa.list_(entry))
    entries = pc.list_flatten(lists)
    keys = field(entries, 0)
    if pa.types.is_nested(keys.type):  # these have no order; their maps compare as they are written
        return lists
    sizes = pc.list_value_length(lists).fill_null(0).to_numpy(zero_copy_only=False)
    table = pa.table({"row": np.repeat(np.arange(len(maps)), sizes), "key": keys})
    order = pc.sort_indices(table, [("row", "ascending"), ("key", "ascending")])
    offsets = np.concatenate([[0], np.cumsum(sizes)]).astype(np.int32)
    nulls = maps.is_null() if maps.null_count else None
    return pa.ListArray.from_arrays(pa.array(offsets), entries.take(order), mask=nulls)
