"""Values of ARRAY, MAP and ROW types as bytes, equal where the values are, and back.

NULL        0
a value     1, and behind it: a fixed-width value its codes, 8 bytes each; text its length in 8
            bytes and itself; an ARRAY its length and its elements; a MAP likewise its entries,
            keys before values, sorted by the bytes of the key; a ROW its fields
"""

from __future__ import annotations

import struct
from collections.abc import Callable
from itertools import pairwise
from typing import Any

import numpy as np
import pyarrow as pa

from cep.runtime.state.vectors import Valid, arrow, text, valid
from cep.types import Array, Bytes, DataType, Decimal, Map, Row, Varchar

Encode = Callable[[DataType, pa.Array, Valid | None], list[bytes]]
Decode = Callable[[DataType, list[bytes]], pa.Array]
"""How the parts of fixed width become bytes and come back; see `cep.runtime.state.codes`."""

_LENGTH = struct.Struct("<q")


def is_nested(kind: DataType) -> bool:
    """Say whether values of the type have parts."""
    return isinstance(kind, Array | Map | Row)


def to_bytes(kind: DataType, array: pa.Array, fixed: Encode) -> list[bytes]:
    """Return the bytes of each value; a loop over the values, which are many parts each."""
    where = valid(array)
    there = np.ones(len(array), np.bool_) if where is None else where
    body: list[bytes]
    if not len(array):
        return []
    match kind:
        case Varchar() | Bytes():
            offsets, data = text(array)
            octets = data.tobytes()
            body = [_LENGTH.pack(b - a) + octets[a:b] for a, b in pairwise(offsets.tolist())]
        case Array():
            bounds, first, n = _bounds(array)
            parts = to_bytes(kind.element, array.values.slice(first, n), fixed)
            body = [_LENGTH.pack(b - a) + b"".join(parts[a:b]) for a, b in bounds]
        case Map():
            bounds, first, n = _bounds(array)
            keys = to_bytes(kind.key, array.keys.slice(first, n), fixed)
            items = to_bytes(kind.value, array.items.slice(first, n), fixed)
            pairs = list(zip(keys, items, strict=True))
            body = [
                _LENGTH.pack(b - a) + b"".join(k + v for k, v in sorted(pairs[a:b]))
                for a, b in bounds
            ]
        case Row():
            columns = [to_bytes(f.type, array.field(i), fixed) for i, f in enumerate(kind.fields)]
            body = [b"".join(row) for row in zip(*columns, strict=True)]
        case _:
            body = fixed(kind, array, where)
    return [b"\1" + b if t else b"\0" for b, t in zip(body, there.tolist(), strict=True)]


def _bounds(array: pa.Array) -> tuple[list[tuple[int, int]], int, int]:
    """Return where each value's parts lie among all, and where these begin and how many."""
    offsets = np.frombuffer(array.buffers()[1], np.int32, len(array) + 1, 4 * array.offset)
    first = int(offsets[0])
    return list(pairwise((offsets - first).tolist())), first, int(offsets[-1]) - first


def from_bytes(kind: DataType, values: list[bytes | None], fixed: Decode) -> pa.Array:
    """Return the values that `to_bytes` made bytes of."""
    return _column(kind, [None if v is None else _read(kind, v, 0)[0] for v in values], fixed)


def _read(kind: DataType, data: bytes, at: int) -> tuple[Any, int]:
    """Read one value: fixed-width parts stay bytes. Returns where the next one begins."""
    if not data[at]:
        return None, at + 1
    at += 1
    match kind:
        case Varchar() | Bytes():
            (length,) = _LENGTH.unpack_from(data, at)
            at += _LENGTH.size
            return data[at : at + length], at + length
        case Array() | Map():
            (length,) = _LENGTH.unpack_from(data, at)
            at += _LENGTH.size
            types = (kind.element,) if isinstance(kind, Array) else (kind.key, kind.value)
            parts: list[Any] = []
            for _ in range(length):
                for t in types:
                    part, at = _read(t, data, at)
                    parts.append(part)
            return parts, at
        case Row():
            fields = []
            for f in kind.fields:
                part, at = _read(f.type, data, at)
                fields.append(part)
            return fields, at
    width = 16 if isinstance(kind, Decimal) and kind.precision > 18 else 8
    return data[at : at + width], at + width


def _column(kind: DataType, values: list[Any], fixed: Decode) -> pa.Array:
    """Build the column of values that `_read` returned."""
    there = np.array([v is not None for v in values], np.bool_)
    where = None if there.all() else there
    bitmap = None if where is None else pa.py_buffer(np.packbits(there, bitorder="little"))
    match kind:
        case Varchar() | Bytes():
            return pa.array(values, pa.binary()).cast(kind.arrow)
        case Array() | Map():
            width = 1 if isinstance(kind, Array) else 2
            sizes = [0 if v is None else len(v) // width for v in values]
            ends = np.cumsum([0, *sizes]).astype(np.int32)
            parts = [part for v in values if v is not None for part in v]
            child: pa.Array
            if isinstance(kind, Array):
                child = _column(kind.element, parts, fixed)
            else:
                pair = [
                    _column(kind.key, parts[0::2], fixed),
                    _column(kind.value, parts[1::2], fixed),
                ]
                entry = kind.arrow.field(0).type
                child = pa.Array.from_buffers(entry, len(parts) // 2, [None], children=pair)
            buffers = [bitmap, pa.py_buffer(ends)]
            return pa.Array.from_buffers(kind.arrow, len(values), buffers, children=[child])
        case Row():
            columns = [
                _column(f.type, [None if v is None else v[i] for v in values], fixed)
                for i, f in enumerate(kind.fields)
            ]
            return pa.Array.from_buffers(kind.arrow, len(values), [bitmap], children=columns)
    if where is None:
        return fixed(kind, values)
    some = fixed(kind, [v for v in values if v is not None])
    place = np.cumsum(there) - 1
    return some.take(arrow(np.maximum(place, 0), pa.int64(), where))
