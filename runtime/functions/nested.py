"""Constructors of arrays, maps and rows, and access to what is in them."""

from __future__ import annotations

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from cep.runtime.functions.arrow import build, columns, like, numbers, refuse, valid
from cep.runtime.functions.comparison import same
from cep.runtime.functions.equality import field
from cep.runtime.functions.families import COLLECTION
from cep.runtime.functions.lists import close_lists, close_maps, open_lists
from cep.runtime.functions.registry import ArrayOf, Family, Functions, MapOf, Variable
from cep.runtime.rowerrors import Operand
from cep.types import BIGINT, INT, NULL, VARCHAR, Array, DataType, Field, Map, Row

functions = Functions()

_T = Variable("T")
_K = Variable("K", default=VARCHAR)
_V = Variable("V")
_EMPTY_MAP = Map(VARCHAR, NULL)
_ROW = Family("row", lambda t: isinstance(t, Row), Row(()))


@functions.scalar("array", [_T], ArrayOf(_T), optional=1, variadic=1)
def make_array(*items: Operand) -> Operand:
    """Return an array of the values."""
    if not items:
        return pa.scalar([], Array(NULL).arrow)
    made = columns(*items)
    rows = len(made[0])
    sizes = np.full(rows, len(made), np.int64)
    result = pa.list_(made[0].type)
    return like(close_lists(sizes, _interleaved(made), None, result), *items)


def _interleaved(parts: list[pa.Array]) -> pa.Array:
    """Return the first row's values, then the second's, and so on."""
    rows = len(parts[0])
    at = np.arange(rows)[:, None] + rows * np.arange(len(parts))
    return pa.concat_arrays(parts).take(pa.array(at.ravel()))


@functions.scalar("map", [], _EMPTY_MAP)
def make_empty_map() -> Operand:
    """Return the map without entries."""
    return pa.scalar([], _EMPTY_MAP.arrow)


@functions.scalar("map", [_K, _V], MapOf(_K, _V), variadic=2, can_fail=True)
def make_map(*items: Operand) -> Operand:
    """Return a map of keys, each followed by its value."""
    for key in items[::2]:
        known = valid(key)
        if known is not None:
            refuse(~known, None, "a key of a map cannot be NULL", list(items))
    made = columns(*items)
    sizes = np.full(len(made[0]), len(made) // 2, np.int64)
    keys, values = made[::2], made[1::2]
    result = pa.map_(keys[0].type, values[0].type)
    maps = close_maps(sizes, _interleaved(keys), _interleaved(values), None, result)
    return like(maps, *items)


def _row_type(*fields: DataType) -> DataType:
    return Row(tuple(Field(f"f{i}", t) for i, t in enumerate(fields)))


@functions.scalar("row", [Family("any", lambda _: True, NULL)], _row_type, variadic=1)
def make_row(*items: Operand) -> Operand:
    """Return a row of the values; its fields are called f0, f1 and so on."""
    fields = [pa.field(f"f{i}", o.type) for i, o in enumerate(items)]
    return like(pa.StructArray.from_arrays(columns(*items), fields=fields), *items)


@functions.scalar("get_field", [_ROW, VARCHAR], lambda *_: NULL)
def get_field(row: Operand, name: Operand) -> Operand:
    """Return the field of a row that has a (constant) name."""
    return field(row, row.type.get_field_index(name.as_py()))


@functions.scalar("subscript", [ArrayOf(_T), BIGINT], _T)
def array_element(array: Operand, index: Operand) -> Operand:
    """Return an element of an array, counted from 1; NULL where there is none."""
    lists = open_lists(columns(array, index)[0])
    where = valid(index)
    at = numbers(index) - 1
    if where is not None:
        at = np.where(where, at, -1)
    return like(lists.pick(np.broadcast_to(at, lists.sizes.shape)), array, index)


@functions.scalar("subscript", [MapOf(_K, _V), _K], _V)
def map_value(entries: Operand, key: Operand) -> Operand:
    """Return the value that a map has for a key; NULL where it has none."""
    maps, keys = columns(entries, key)
    lists = open_lists(maps)
    found = same(field(lists.items, 0), keys.take(pa.array(lists.owner)))
    at = lists.first_where(numbers(found))
    values = type(lists)(lists.sizes, field(lists.items, 1), lists.missing)
    return like(values.pick(at), entries, key)


@functions.scalar("cardinality", [COLLECTION], INT)
def cardinality(nested: Operand) -> Operand:
    """Return the number of elements of an array or entries of a map."""
    return build(open_lists(nested).sizes, valid(nested), INT.arrow, [nested])


@functions.scalar("element", [ArrayOf(_T)], _T, can_fail=True)
def element(array: Operand) -> Operand:
    """Return the only element of an array; NULL of an empty one."""
    lists = open_lists(array)
    refuse(lists.sizes > 1, None, "ELEMENT wants an array of one element", [array])
    return like(lists.pick(np.zeros(len(lists.sizes), np.int64)), array)


@functions.scalar("map_keys", [MapOf(_K, _V)], ArrayOf(_K))
def map_keys(entries: Operand) -> Operand:
    """Return the keys of a map, as an array."""
    lists = open_lists(entries)
    result = pa.list_(entries.type.key_type)
    return like(close_lists(lists.sizes, field(lists.items, 0), lists.missing, result), entries)


@functions.scalar("map_values", [MapOf(_K, _V)], ArrayOf(_V))
def map_values(entries: Operand) -> Operand:
    """Return the values of a map, as an array."""
    lists = open_lists(entries)
    result = pa.list_(entries.type.item_type)
    return like(close_lists(lists.sizes, field(lists.items, 1), lists.missing, result), entries)


@functions.scalar("map_from_arrays", [ArrayOf(_K), ArrayOf(_V)], MapOf(_K, _V), can_fail=True)
def map_from_arrays(keys: Operand, values: Operand) -> Operand:
    """Return a map of an array of keys and an array of their values."""
    k, v = columns(keys, values)
    where = valid(k, v)
    if where is not None:  # neither side's elements count where the other is NULL
        known = pa.array(where)
        k, v = (pc.if_else(known, x, pa.scalar(None, x.type)) for x in (k, v))
    x, y = open_lists(k), open_lists(v)
    both = [keys, values]
    refuse(x.sizes != y.sizes, None, "there are not as many keys as values", both)
    nulls = x.any_where(x.items.is_null().to_numpy(zero_copy_only=False))
    refuse(nulls, None, "a key of a map cannot be NULL", both)
    result = pa.map_(k.type.value_type, v.type.value_type)
    return like(close_maps(x.sizes, x.items, y.items, x.missing, result), *both)
