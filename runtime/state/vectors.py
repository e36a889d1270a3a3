"""Between Arrow arrays and numpy, without copies where it can be and without pandas.

`Array.to_numpy` and `pa.array(ndarray)` look for pandas, whose import takes 0.3 s where it is
installed; buffers do not.
"""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

Values = npt.NDArray[Any]
Valid = npt.NDArray[np.bool_]
Codes = npt.NDArray[np.int64]

_PHYSICAL: dict[int, Any] = {
    pa.int8().id: np.int8,
    pa.int16().id: np.int16,
    pa.int32().id: np.int32,
    pa.int64().id: np.int64,
    pa.uint8().id: np.uint8,
    pa.uint64().id: np.uint64,
    pa.float32().id: np.float32,
    pa.float64().id: np.float64,
    pa.date32().id: np.int32,
    pa.time64("us").id: np.int64,
    pa.timestamp("us").id: np.int64,
    pa.duration("us").id: np.int64,
}
_BOOL = pa.bool_().id
_DECIMAL = pa.decimal128(1).id
_TEXT = {pa.string().id, pa.binary().id}


def is_fixed(kind: pa.DataType) -> bool:
    """Say whether `view` and `arrow` know a type: its values are of fixed width."""
    return kind.id in _PHYSICAL or kind.id in {_BOOL, _DECIMAL}


def view(array: pa.Array) -> Values:
    """Return the values of a fixed-width array: what lies under a NULL is arbitrary.

    No copy, and not to be written to, except that booleans are unpacked. A DECIMAL gives int64[n,
    2]: its low limb (unsigned, in spite of the type) and its high one.
    """
    kind = array.type.id
    n = len(array)
    data = array.buffers()[1]
    if kind == _BOOL:
        return _bits(data, array.offset, n) if n else np.empty(0, np.bool_)
    if kind == _DECIMAL:
        if not n:
            return np.empty((0, 2), np.int64)
        limbs = np.frombuffer(data, np.int64, 2 * n, 16 * array.offset)
        return limbs.reshape(n, 2)
    dtype = _PHYSICAL[kind]
    if not n:
        return np.empty(0, dtype)
    return np.frombuffer(data, dtype, n, array.offset * dtype().itemsize)


def valid(array: pa.Array) -> Valid | None:
    """Return where the values are not NULL: bool[n], or None where that is everywhere."""
    if not array.null_count:
        return None
    bitmap = array.buffers()[0]
    if bitmap is None:  # an array of the type NULL
        return np.zeros(len(array), np.bool_)
    return _bits(bitmap, array.offset, len(array))


def _bits(data: pa.Buffer, offset: int, n: int) -> Valid:
    first = offset // 8
    octets = np.frombuffer(data, np.uint8, (offset + n + 7) // 8 - first, first)
    bits = np.unpackbits(octets, bitorder="little")[offset % 8 : offset % 8 + n]
    flags: Valid = bits.view(np.bool_)
    return flags


def packed(flags: Valid) -> pa.Buffer:
    """Return bool[n] as a bitmap of Arrow."""
    return pa.py_buffer(np.packbits(flags, bitorder="little"))


def arrow(values: Values, kind: pa.DataType, where: Valid | None = None) -> pa.Array:
    """Make a fixed-width Arrow array over `values`, without a copy where they have its layout.

    `where` says which are not NULL. A DECIMAL is made of int64[n, 2], as `view` gives it.
    """
    n = len(values)
    if kind.id == _BOOL:
        data = packed(values.astype(np.bool_, copy=False))
    elif kind.id == _DECIMAL:
        data = pa.py_buffer(np.ascontiguousarray(values, np.int64))
    else:
        data = pa.py_buffer(np.ascontiguousarray(values, _PHYSICAL[kind.id]))
    bitmap = None if where is None else packed(where)
    return pa.Array.from_buffers(kind, n, [bitmap, data])


def numbered(ids: Codes) -> tuple[Codes, Codes]:
    """Return the different ids, ascending, and the position of each in them: int64[n].

    Like numpy's `unique`, without sorting where the ids are dense.
    """
    top = int(ids.max()) + 1 if len(ids) else 0
    if top > 4 * len(ids) + 1024:
        few, local = np.unique(ids, return_inverse=True)
        return few, local
    there = np.zeros(top, np.bool_)
    there[ids] = True
    found = np.flatnonzero(there)
    if len(found) == top:
        return found, ids
    numbers = np.empty(top, np.int64)
    numbers[found] = np.arange(len(found))
    return found, numbers[ids]


def stretches(sizes: Codes, which: Codes) -> tuple[Codes, Codes]:
    """Return where the members of some owners stand in a list of all members, owner by owner.

    `sizes`: int64[m] is how many members each owner has, `which`: int64[n] the owners wanted, which
    may repeat. Returns the positions of their members, and for each the position in `which`.
    """
    many = sizes[which]
    total = np.cumsum(many)
    begins = np.cumsum(sizes) - sizes
    position = np.arange(total[-1] if len(total) else 0)
    return position + np.repeat(begins[which] - (total - many), many), np.repeat(
        np.arange(len(which)), many
    )


def integers(values: Codes) -> pa.Array:
    """Return int64[n] as an Arrow array, without a copy."""
    return pa.Array.from_buffers(pa.int64(), len(values), [None, pa.py_buffer(values)])


def unequal(one: pa.Array, other: pa.Array) -> Valid:
    """Return where two arrays of one type differ: bool[n]; NULL is equal to NULL, NaN to NaN."""
    kind = one.type
    if is_fixed(kind):
        a, b = view(one), view(other)
        if a.dtype.kind == "f":
            bits = np.int32 if a.dtype.itemsize == 4 else np.int64
            a, b = a.view(bits), b.view(bits)
        differ = a != b
        if differ.ndim == 2:
            differ = differ.any(axis=1)
    elif kind.id in _TEXT:
        # Compared as bytes, so that text which is not UTF-8 cannot fail.
        differ = view(pc.not_equal(one.cast(pa.binary()), other.cast(pa.binary())))
    else:
        pairs = zip(one.to_pylist(), other.to_pylist(), strict=True)
        return np.array([a != b for a, b in pairs], np.bool_)
    here, there = valid(one), valid(other)
    if here is None and there is None:
        return differ
    n = len(one)
    here = np.ones(n, np.bool_) if here is None else here
    there = np.ones(n, np.bool_) if there is None else there
    either: Valid = (differ & here & there) | (here != there)
    return either


def text(array: pa.Array) -> tuple[Codes, npt.NDArray[np.uint8]]:
    """Return the offsets: int64[n + 1] and the bytes (read only) of an array of strings."""
    n = len(array)
    if not n:
        return np.zeros(1, np.int64), _octets(None)
    _, offsets, data = array.buffers()
    bounds = np.frombuffer(offsets, np.int32, n + 1, 4 * array.offset).astype(np.int64)
    return bounds, _octets(data)


def _octets(data: pa.Buffer | None) -> npt.NDArray[np.uint8]:
    octets = np.frombuffer(data, np.uint8) if data is not None and data.size else _NOTHING[:]
    octets.flags.writeable = False  # one type for the kernels, whoever owns the buffer
    return octets


_NOTHING = np.empty(0, np.uint8)
