"""Arrays and maps taken apart into one long column of elements, and put together again."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from cep.runtime.functions.arrow import columns
from cep.runtime.rowerrors import Mask, Operand

Positions = npt.NDArray[np.int64]


@dataclass(frozen=True)
class Lists:
    """The elements of a column of lists, in one column, without those of NULL lists.

    `sizes` says how many belong to each row (none to a NULL), `missing` which rows are NULL (None
    where none is).
    """

    sizes: Positions
    items: pa.Array
    missing: Mask | None

    @cached_property
    def owner(self) -> Positions:
        """The row of each element."""
        return np.repeat(np.arange(len(self.sizes)), self.sizes)

    @cached_property
    def starts(self) -> Positions:
        """Where the elements of each row begin."""
        starts: Positions = np.cumsum(self.sizes) - self.sizes
        return starts

    def pick(self, at: Positions) -> pa.Array:
        """Return one element of each row, counted from 0; NULL where it is not there."""
        inside = (at >= 0) & (at < self.sizes)
        return self.items.take(pa.array(self.starts + at, mask=~inside))

    def any_where(self, condition: Mask) -> Mask:
        """Say for each row whether the condition holds for any of its elements."""
        found = np.zeros(len(self.sizes), np.bool_)
        found[self.owner[condition]] = True
        return found

    def first_where(self, condition: Mask) -> Positions:
        """Return for each row the place of the first element that fulfils it, from 0, or -1."""
        first = np.full(len(self.sizes), -1, np.int64)
        at = np.flatnonzero(condition)[::-1]  # written backwards, the first one stays
        first[self.owner[at]] = at - self.starts[self.owner[at]]
        return first


def open_lists(operand: Operand) -> Lists:
    """Take arrays apart; maps give their entries, rows of `key` and `value`."""
    (array,) = columns(operand)
    if pa.types.is_map(array.type):
        key = pa.field("key", array.type.key_type, False)
        array = array.cast(pa.list_(pa.struct([key, pa.field("value", array.type.item_type)])))
    sizes = pc.list_value_length(array).fill_null(0).to_numpy(zero_copy_only=False)
    missing = array.is_null().to_numpy(zero_copy_only=False) if array.null_count else None
    return Lists(sizes.astype(np.int64), pc.list_flatten(array), missing)


def close_lists(
    sizes: Positions, items: pa.Array, missing: Mask | None, result: pa.DataType
) -> pa.Array:
    """Make arrays of elements in the order of their rows."""
    made = pa.ListArray.from_arrays(_offsets(sizes, missing), items)
    return made if made.type == result else made.cast(result)


def close_maps(
    sizes: Positions,
    keys: pa.Array,
    values: pa.Array,
    missing: Mask | None,
    result: pa.DataType,
) -> pa.Array:
    """Make maps of keys and values in the order of their rows."""
    made = pa.MapArray.from_arrays(_offsets(sizes, missing), keys, values)
    return made if made.type == result else made.cast(result)


def _offsets(sizes: Positions, missing: Mask | None) -> pa.Array:
    """Return offsets, in which a NULL marks a NULL list."""
    offsets = np.concatenate([[0], np.cumsum(sizes)]).astype(np.int32)
    return pa.array(offsets, mask=None if missing is None else np.append(missing, False))
