"""Equality of rows, arrays and maps, and the order of rows, in three-valued logic."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from cep.runtime.functions.arrow import build, call, columns, like, valid
from cep.runtime.functions.lists import Lists, open_lists
from cep.runtime.rowerrors import Operand

Equal = Callable[[Operand, Operand], Operand]


def equal_nested(equal: Equal, a: Operand, b: Operand) -> Operand:
    """Compare two operands of one nested type; `equal` compares what is inside.

    They are equal if everything in them is, different if anything is, and otherwise it is unknown.
    """
    x, y = columns(a, b)
    if pa.types.is_struct(x.type):
        outcome = _equal_structs(equal, x, y)
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
    x, y = open_lists(a), open_lists(b)
    alike = x.sizes == y.sizes
    rows = np.flatnonzero(alike if where is None else alike & where)
    chosen = pa.array(rows)
    x, y = open_lists(a.take(chosen)), open_lists(b.take(chosen))
    if pa.types.is_map(a.type):
        x, y = _by_key(x), _by_key(y)
    inside = equal(x.items, y.items)
    different = x.any_where(pc.equal(inside, False).fill_null(False).to_numpy(zero_copy_only=False))
    unknown = x.any_where(inside.is_null().to_numpy(zero_copy_only=False)) & ~different
    outcome = np.zeros(len(a), np.bool_)
    outcome[rows] = ~different
    known = np.ones(len(a), np.bool_) if where is None else where
    known[rows] &= ~unknown
    return build(outcome, known, pa.bool_(), [a])


def _by_key(maps: Lists) -> Lists:
    """Sort the entries of maps by key; nested keys have no order, they stay as they are written."""
    keys = field(maps.items, 0)
    if pa.types.is_nested(keys.type):
        return maps
    table = pa.table({"row": maps.owner, "key": keys})
    order = pc.sort_indices(table, [("row", "ascending"), ("key", "ascending")])
    return replace(maps, items=maps.items.take(order))
