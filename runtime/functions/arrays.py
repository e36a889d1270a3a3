"""Functions of arrays. Positions count from 1; NULL elements are values like any other."""

from __future__ import annotations

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from cep.runtime.functions.arrow import Numbers, build, columns, like, numbers, valid
from cep.runtime.functions.comparison import is_ordered, same
from cep.runtime.functions.lists import Lists, close_lists, open_lists
from cep.runtime.functions.registry import ArrayOf, Functions, Variable
from cep.runtime.rowerrors import Mask, Operand
from cep.types import BIGINT, BOOLEAN, INT, VARCHAR, Array, DataType, Row

functions = Functions()

_T = Variable("T")


def _is_sortable(t: DataType) -> bool:
    return is_ordered(t) and not isinstance(t, Row)


_S = Variable("T", _is_sortable, INT)


def _matches(array: Operand, item: Operand) -> tuple[Lists, Mask]:
    """Take arrays apart and say which elements are the same as their row's item."""
    arrays, items = columns(array, item)
    lists = open_lists(arrays)
    return lists, numbers(same(lists.items, items.take(pa.array(lists.owner))))


@functions.scalar("array_contains", [ArrayOf(_T), _T], BOOLEAN)
def array_contains(array: Operand, item: Operand) -> Operand:
    """Say whether an array has an element; it may be NULL."""
    lists, found = _matches(array, item)
    return build(lists.any_where(found), valid(array), BOOLEAN.arrow, [array, item])


@functions.scalar("array_position", [ArrayOf(_T), _T], INT)
def array_position(array: Operand, item: Operand) -> Operand:
    """Return where an element first stands in an array; 0 where it does not."""
    lists, found = _matches(array, item)
    return build(lists.first_where(found) + 1, valid(array), INT.arrow, [array, item])


@functions.scalar("array_remove", [ArrayOf(_T), _T], ArrayOf(_T))
def array_remove(array: Operand, item: Operand) -> Operand:
    """Return the array without the elements that are the same as an item."""
    lists, found = _matches(array, item)
    return like(_kept(lists, ~found, array.type), array, item)


def _kept(lists: Lists, keep: Mask, result: pa.DataType) -> pa.Array:
    sizes = np.bincount(lists.owner[keep], minlength=len(lists.sizes))
    return close_lists(sizes, lists.items.filter(pa.array(keep)), lists.missing, result)


@functions.scalar(["array_concat", "||"], [ArrayOf(_T), ArrayOf(_T)], ArrayOf(_T), variadic=1)
def array_concat(*arrays: Operand) -> Operand:
    """Return one array of the elements of all; NULL where one of them is NULL."""
    parts = [open_lists(a) for a in columns(*arrays)]
    missing = valid(*arrays)
    owner = np.concatenate([p.owner for p in parts])
    items = pa.concat_arrays([p.items for p in parts])
    if missing is not None:
        missing = np.broadcast_to(~missing, parts[0].sizes.shape)
        known = ~missing[owner]
        owner, items = owner[known], items.filter(pa.array(known))
    sizes = np.bincount(owner, minlength=len(parts[0].sizes))
    order = pa.array(np.argsort(owner, kind="stable"))
    return like(close_lists(sizes, items.take(order), missing, arrays[0].type), *arrays)


@functions.scalar("array_append", [ArrayOf(_T), _T], ArrayOf(_T))
def array_append(array: Operand, item: Operand) -> Operand:
    """Return the array with one more element at its end."""
    return array_concat(array, _single(item))


@functions.scalar("array_prepend", [ArrayOf(_T), _T], ArrayOf(_T))
def array_prepend(array: Operand, item: Operand) -> Operand:
    """Return the array with one more element at its start."""
    return array_concat(_single(item), array)


def _single(item: Operand) -> Operand:
    (items,) = columns(item)
    lists = close_lists(np.ones(len(items), np.int64), items, None, pa.list_(items.type))
    return like(lists, item)


@functions.scalar("array_reverse", [ArrayOf(_T)], ArrayOf(_T))
def array_reverse(array: Operand) -> Operand:
    """Return the elements in the opposite order."""
    lists = open_lists(array)
    place = np.arange(len(lists.owner)) - lists.starts[lists.owner]
    at = lists.starts[lists.owner] + lists.sizes[lists.owner] - 1 - place
    items = lists.items.take(pa.array(at))
    return like(close_lists(lists.sizes, items, lists.missing, array.type), array)


@functions.scalar("array_slice", [ArrayOf(_T), BIGINT, BIGINT], ArrayOf(_T), optional=1)
def array_slice(array: Operand, start: Operand, end: Operand | None = None) -> Operand:
    """Return the elements from one position to another; negative ones count from the end."""
    operands = [array, start] if end is None else [array, start, end]
    lists = open_lists(columns(*operands)[0])
    first = _from_start(numbers(start), lists)
    last = lists.sizes if end is None else _from_start(numbers(end), lists)
    place = np.arange(len(lists.owner)) - lists.starts[lists.owner] + 1
    where = valid(*operands)
    missing = None if where is None else np.broadcast_to(~where, lists.sizes.shape)
    keep = (place >= first[lists.owner]) & (place <= last[lists.owner])
    if missing is not None:
        keep &= ~missing[lists.owner]
    kept = _kept(Lists(lists.sizes, lists.items, missing), keep, array.type)
    return like(kept, *operands)


def _from_start(position: Numbers, lists: Lists) -> Numbers:
    at = np.broadcast_to(position, lists.sizes.shape)
    return np.where(at < 0, lists.sizes + at + 1, at)


def _sorted(lists: Lists, descending: bool = False) -> pa.Array:
    """Return the elements sorted within their rows, NULLs last."""
    table = pa.table({"row": lists.owner, "item": lists.items})
    direction = "descending" if descending else "ascending"
    order = pc.sort_indices(table, [("row", "ascending"), ("item", direction)])
    return lists.items.take(order)


@functions.scalar("array_sort", [ArrayOf(_S)], ArrayOf(_S))
def array_sort(array: Operand) -> Operand:
    """Return the elements in ascending order, NULLs last."""
    lists = open_lists(array)
    return like(close_lists(lists.sizes, _sorted(lists), lists.missing, array.type), array)


@functions.scalar("array_distinct", [ArrayOf(_S)], ArrayOf(_S))
def array_distinct(array: Operand) -> Operand:
    """Return each different element once, where it first stands."""
    lists = open_lists(array)
    encoded = lists.items.dictionary_encode()
    codes = encoded.indices.fill_null(-1).to_numpy(zero_copy_only=False).astype(np.int64) + 1
    pairs = lists.owner * (len(encoded.dictionary) + 1) + codes
    keep = np.zeros(len(pairs), np.bool_)
    keep[np.unique(pairs, return_index=True)[1]] = True
    return like(_kept(lists, keep, array.type), array)


@functions.scalar("array_max", [ArrayOf(_S)], _S)
def array_max(array: Operand) -> Operand:
    """Return the greatest element that is not NULL."""
    return _extreme(array, last=True)


@functions.scalar("array_min", [ArrayOf(_S)], _S)
def array_min(array: Operand) -> Operand:
    """Return the least element that is not NULL."""
    return _extreme(array, last=False)


def _extreme(array: Operand, last: bool) -> Operand:
    lists = open_lists(array)
    known = lists.items.is_valid().to_numpy(zero_copy_only=False)
    sizes = np.bincount(lists.owner[known], minlength=len(lists.sizes))
    some = Lists(sizes, lists.items.filter(pa.array(known)), None)
    ordered = Lists(sizes, _sorted(some), None)
    return like(ordered.pick(sizes - 1 if last else np.zeros_like(sizes)), array)


@functions.scalar("array_join", [Array(VARCHAR), VARCHAR, VARCHAR], VARCHAR, optional=1)
def array_join(array: Operand, separator: Operand, null: Operand | None = None) -> Operand:
    """Return the elements as one text with separators; NULLs are left out, or stand as a text."""
    operands = [array, separator] if null is None else [array, separator, null]
    arrays, separators, *others = columns(*operands)
    lists = open_lists(arrays)
    if others:
        stand_in = others[0].take(pa.array(lists.owner))
        items = pc.coalesce(lists.items, stand_in)
        known = np.ones(len(items), np.bool_)
        full = Lists(lists.sizes, items, lists.missing)
    else:
        known = lists.items.is_valid().to_numpy(zero_copy_only=False)
        full = lists
    joined = pc.binary_join(_kept(full, known, Array(VARCHAR).arrow), separators)
    return like(joined, *operands)
