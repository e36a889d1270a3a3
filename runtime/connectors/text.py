"""Columns of any type as text: plain, as a CSV field or a line on a terminal, and as JSON.

Everything is done on whole columns; only BYTES go value by value, because Arrow knows no base64.
"""

from __future__ import annotations

import base64

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from cep.runtime.functions.casttext import show_decimal
from cep.types import (
    Array,
    Boolean,
    Bytes,
    DataType,
    DayInterval,
    Decimal,
    Float,
    Map,
    MonthInterval,
    Null,
    Row,
    Time,
    Timestamp,
    TimestampLtz,
    Varchar,
)

_CONTROLS = {chr(c): f"\\u{c:04x}" for c in [*range(32), 127]} | {
    "\n": "\\n",
    "\r": "\\r",
    "\t": "\\t",
}


def plain_text(column: pa.Array, t: DataType) -> pa.Array:
    """Return the values as text, NULL as NULL: as SQL writes them, nested ones as JSON."""
    if isinstance(t, Varchar):
        return column
    if isinstance(t, Null):
        return pa.nulls(len(column), pa.string())
    if isinstance(t, Array | Map | Row):
        return pc.if_else(column.is_valid(), json_text(column, t), pa.scalar(None, pa.string()))
    if isinstance(t, Bytes):
        return pa.array(
            [None if v is None else base64.b64encode(v).decode() for v in column.to_pylist()],
            pa.string(),
        )
    if isinstance(t, Decimal):
        return show_decimal(column)
    if isinstance(t, DayInterval):
        return _days(column)
    if isinstance(t, MonthInterval):
        return _months(column)
    if isinstance(t, Time):
        return _digits(column.cast(pa.string()), t.precision)
    if isinstance(t, Timestamp | TimestampLtz):
        local = column.view(pa.timestamp("us")).cast(pa.string())
        texts = _digits(local, t.precision)
        return pc.binary_join_element_wise(texts, "Z", "") if isinstance(t, TimestampLtz) else texts
    return column.cast(pa.string())


def _digits(texts: pa.Array, precision: int) -> pa.Array:
    """Cut `.ffffff` at the end of a text to `precision` digits."""
    cut = 6 - precision + (precision == 0)
    return pc.utf8_slice_codeunits(texts, 0, -cut) if cut else texts


def _padded(numbers: np.ndarray, width: int) -> pa.Array:
    return pc.utf8_lpad(pa.array(numbers).cast(pa.string()), width, "0")


def _days(column: pa.Array) -> pa.Array:
    micros = np.asarray(column.view(pa.int64()).fill_null(0))
    size = np.abs(micros)
    seconds, fraction = size // 1_000_000, size % 1_000_000
    parts = [
        pa.array(np.where(micros < 0, "-", "")),
        pa.array(seconds // 86_400).cast(pa.string()),
        pa.scalar(" "),
        _padded(seconds // 3_600 % 24, 2),
        pa.scalar(":"),
        _padded(seconds // 60 % 60, 2),
        pa.scalar(":"),
        _padded(seconds % 60, 2),
        pa.scalar("."),
        _padded(fraction, 6),
        pa.scalar(""),
    ]
    return pc.if_else(column.is_valid(), pc.binary_join_element_wise(*parts), None)


def _months(column: pa.Array) -> pa.Array:
    months = np.asarray(column.fill_null(0)).astype(np.int64)
    size = np.abs(months)
    parts = [
        pa.array(np.where(months < 0, "-", "")),
        pa.array(size // 12).cast(pa.string()),
        pa.scalar("-"),
        _padded(size % 12, 2),
        pa.scalar(""),
    ]
    return pc.if_else(column.is_valid(), pc.binary_join_element_wise(*parts), None)


def json_text(column: pa.Array, t: DataType) -> pa.Array:
    """Return the values as JSON, NULL as `null`; a number that JSON has not (NaN) is a string."""
    if isinstance(t, Row):
        texts = json_object([(f.name, column.field(i), f.type) for i, f in enumerate(t.fields)])
        # A field of a sliced or NULL struct is longer or stale: flatten() would say what holds.
        texts = texts if len(texts) == len(column) else texts.slice(column.offset, len(column))
    elif isinstance(t, Map):
        keys = _quoted(plain_text(_window(column, column.keys), t.key))
        items = pc.binary_join_element_wise(
            keys, json_text(_window(column, column.items), t.value), ":"
        )
        texts = _joined(column, items, "{", "}")
    elif isinstance(t, Array):
        texts = _joined(column, json_text(column.flatten(), t.element), "[", "]")
    elif isinstance(t, Boolean):
        texts = column.cast(pa.string())
    elif isinstance(t, Float):
        texts = column.cast(pa.string())
        odd = pc.invert(pc.is_finite(column)).fill_null(False)
        if pc.any(odd).as_py():
            texts = pc.if_else(odd, _quoted(texts), texts)
    elif isinstance(t, Null):
        return pa.repeat("null", len(column))
    elif (
        pa.types.is_integer(column.type) and not isinstance(t, MonthInterval)
    ) or pa.types.is_decimal(column.type):
        texts = column.cast(pa.string())
    else:
        texts = plain_text(column, t)
        if isinstance(t, Timestamp | TimestampLtz):
            texts = pc.replace_substring(texts, " ", "T")
        texts = _quoted(texts)
    return pc.if_else(column.is_valid(), texts, "null")


def json_object(members: list[tuple[str, pa.Array, DataType]]) -> pa.Array:
    """Return one JSON object for each row of some columns."""
    parts: list[pa.Array | pa.Scalar] = []
    for i, (name, column, t) in enumerate(members):
        key = _escaped(pa.array([name]))[0].as_py()
        parts += [pa.scalar(f'{"," if i else "{"}"{key}":'), json_text(column, t)]
    return pc.binary_join_element_wise(*parts, pa.scalar("}" if members else "{}"), pa.scalar(""))


def _window(column: pa.Array, values: pa.Array) -> pa.Array:
    """Cut the children of a sliced list or map to those its rows own."""
    if not len(column):
        return values.slice(0, 0)
    first, last = column.offsets[0].as_py(), column.offsets[len(column)].as_py()
    return values.slice(first, last - first)


def _joined(column: pa.Array, texts: pa.Array, opening: str, closing: str) -> pa.Array:
    """Join the texts of the elements of each list."""
    lengths = np.asarray(pc.list_value_length(column.cast(_as_list(column))).fill_null(0))
    offsets = np.concatenate([[0], np.cumsum(lengths)]).astype(np.int32)
    lists = pa.ListArray.from_arrays(pa.array(offsets), texts)
    return pc.binary_join_element_wise(opening, pc.binary_join(lists, ","), closing, "")


def _as_list(column: pa.Array) -> pa.DataType:
    if pa.types.is_map(column.type):
        return pa.list_(pa.struct([column.type.key_field, column.type.item_field]))
    return column.type


def _quoted(texts: pa.Array) -> pa.Array:
    return pc.binary_join_element_wise('"', _escaped(texts), '"', "")


def _escaped(texts: pa.Array) -> pa.Array:
    """Escape what JSON wants escaped; most columns have nothing of the kind."""
    if not pc.any(pc.match_substring_regex(texts, r'["\\\x00-\x1f\x7f]')).as_py():
        return texts
    texts = pc.replace_substring(texts, "\\", "\\\\")
    texts = pc.replace_substring(texts, '"', '\\"')
    if pc.any(pc.match_substring_regex(texts, r"[\x00-\x1f\x7f]")).as_py():
        for control, escape in _CONTROLS.items():
            texts = pc.replace_substring(texts, control, escape)
    return texts
