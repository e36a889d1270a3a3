"""Casts from and to text.

What is shown can be read again: numbers in their shortest form, timestamps with as many digits as
their precision, TIMESTAMP_LTZ by the session's clock, bytes as UTF-8 (see HEX for the other way).
Arrays, maps and rows are shown as JSON.
"""

from __future__ import annotations

import decimal
import json
import math
from collections.abc import Callable, Sequence
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from cep.runtime.functions import readtext
from cep.runtime.functions.arrow import build, call, columns, like, numbers, per_distinct, valid
from cep.runtime.functions.intervals import (
    parse_interval,
    show_day_interval,
    show_month_interval,
)
from cep.runtime.functions.zones import instant_of, wall_time
from cep.runtime.rowerrors import Operand
from cep.runtime.session import Session
from cep.types import Decimal, Float, Integer, Time, Timestamp, TimestampLtz

_WALL = pa.timestamp("us")
_INSTANT = pa.timestamp("us", "UTC")
_TEXT = pa.string()


def truncate(operand: Operand, precision: int) -> Operand:
    """Cut times to so many digits of a second, towards the past."""
    if precision >= 6:
        return operand
    ticks = numbers(operand)
    return build(ticks - ticks % 10 ** (6 - precision), valid(operand), operand.type, [operand])


def _read(
    text: Operand,
    ways: Sequence[Callable[[Operand], Operand]],
    parse: Callable[[str], object],
    result: pa.DataType,
) -> Operand:
    """Read a column in the first of Arrow's ways that understands all of it, or else by value."""
    for way in ways:
        try:
            return way(text)
        except pa.ArrowInvalid:
            continue
    return per_distinct(parse, [text], result)


def read_timestamp(text: Operand, target: Timestamp) -> Operand:
    """Read TIMESTAMP; a Z or an offset is accepted and gives the wall clock of UTC."""
    ways = (
        lambda t: t.cast(_WALL),
        lambda t: t.cast(_INSTANT).cast(_WALL),
        lambda t: t.cast(pa.timestamp("ns", "UTC")).cast(_INSTANT, safe=False).cast(_WALL),
    )
    return truncate(_read(text, ways, readtext.parse_timestamp, _WALL), target.precision)


def read_timestamp_ltz(text: Operand, target: TimestampLtz, session: Session) -> Operand:
    """Read TIMESTAMP_LTZ, by the session's clock where there is no offset."""
    zone = session.zone
    ways = (
        lambda t: t.cast(_INSTANT),
        lambda t: instant_of(t.cast(_WALL), zone),
    )
    read = _read(text, ways, lambda t: readtext.parse_timestamp_ltz(t, zone), _INSTANT)
    return truncate(read, target.precision)


def read_date(text: Operand) -> Operand:
    """Read DATE."""
    return _read(text, (lambda t: t.cast(pa.date32()),), readtext.parse_date, pa.date32())


def read_time(text: Operand, target: Time) -> Operand:
    """Read TIME."""

    def on_first_day(t: Operand) -> Operand:
        stamp = call("binary_join_element_wise", pa.scalar("1970-01-01"), t, pa.scalar(" "))
        return stamp.cast(_WALL).cast(pa.time64("us"))

    read = _read(text, (on_first_day,), readtext.parse_time, pa.time64("us"))
    return truncate(read, target.precision)


def read_integer(text: Operand, target: Integer) -> Operand:
    """Read an integer."""

    def decimal_digits(t: Operand) -> Operand:
        # Arrow also reads 0x1F, as the bits of the type.
        if pc.max(pc.match_substring(columns(t)[0], "x", ignore_case=True)).as_py():
            raise pa.ArrowInvalid("hexadecimal digits")
        return t.cast(target.arrow)

    def one(t: str) -> int:
        return readtext.parse_integer(t, str(target), target.bits)

    return _read(text, (decimal_digits,), one, target.arrow)


def read_float(text: Operand, target: Float) -> Operand:
    """Read REAL or DOUBLE."""

    def one(t: str) -> float:
        return readtext.parse_float(t, str(target))

    def finite(t: Operand) -> Operand:
        # Arrow takes a number that is too large for infinity.
        numbers = t.cast(target.arrow)
        if pc.any(pc.is_inf(columns(numbers)[0])).as_py():
            raise pa.ArrowInvalid("infinity, which may be written or not")
        return numbers

    return _read(text, (finite,), one, target.arrow)


def read_decimal(text: Operand, target: Decimal) -> Operand:
    """Read DECIMAL, rounding half up."""

    def one(t: str) -> object:
        return readtext.parse_decimal(t, target.precision, target.scale)

    return _read(text, (lambda t: t.cast(target.arrow),), one, target.arrow)


def read_boolean(text: Operand) -> Operand:
    """Read BOOLEAN."""
    return _read(text, (lambda t: t.cast(pa.bool_()),), readtext.parse_boolean, pa.bool_())


def read_day_interval(text: Operand) -> Operand:
    """Read INTERVAL DAY TO SECOND."""
    return per_distinct(lambda t: parse_interval(t, "DAY", "SECOND"), [text], pa.duration("us"))


def read_month_interval(text: Operand) -> Operand:
    """Read INTERVAL YEAR TO MONTH."""
    return per_distinct(lambda t: parse_interval(t, "YEAR", "MONTH"), [text], pa.int32())


def read_utf8(data: Operand) -> Operand:
    """Take bytes for text in UTF-8."""
    try:
        return data.cast(_TEXT)
    except pa.ArrowInvalid:
        return per_distinct(_decoded, [data], _TEXT)


def _decoded(data: bytes) -> str:
    try:
        return data.decode()
    except UnicodeDecodeError:
        raise ValueError(f"X'{data[:30].hex().upper()}' is not text in UTF-8") from None


def show_float(number: Operand, source: Float) -> Operand:
    """Show the shortest digits that read as the same number."""
    (array,) = columns(number)
    text = array.cast(_TEXT)
    size = np.abs(numbers(array))
    usual = (size < 1e10) | ((size >= 1e15) & np.isfinite(size))
    if usual.all():
        return like(text, number)
    kind = np.float32 if source.bits == 32 else np.float64

    def one(x: float) -> str:
        # Arrow writes an exponent from ten digits on, and its own names of what is no number.
        if np.isnan(x):
            return "NaN"
        if np.isinf(x):
            return "Infinity" if x > 0 else "-Infinity"
        return np.format_float_positional(kind(x), trim="-")

    rare = pa.array(~usual)
    written = per_distinct(one, [array.filter(rare)], _TEXT)
    return like(pc.replace_with_mask(text, rare, written), number)


def show_decimal(number: Operand) -> Operand:
    """Show all digits of the scale, without an exponent."""
    text = number.cast(_TEXT)
    if number.type.scale <= 6:
        return text
    (shown,) = columns(text)
    exponent = pc.match_substring(shown, "E").fill_null(False)
    if pc.any(exponent).as_py():
        written = per_distinct(lambda x: f"{x:f}", [columns(number)[0].filter(exponent)], _TEXT)
        shown = pc.replace_with_mask(shown, exponent, written)
    return like(shown, number)


def show_timestamp(wall: Operand, precision: int) -> Operand:
    """Show `2026-01-31 12:30:00` and as many digits of the second as the precision says."""
    unit = "s" if precision == 0 else "ms" if precision <= 3 else "us"
    text = truncate(wall, precision).cast(pa.timestamp(unit)).cast(_TEXT)
    cut = {0: 0, 3: 0, 6: 0}.get(precision, 3 - precision % 3)
    return text if cut == 0 else pc.utf8_slice_codeunits(text, 0, -cut)


def show_timestamp_ltz(instant: Operand, precision: int, session: Session) -> Operand:
    """Show what clocks in the session's zone show at the instant."""
    return show_timestamp(wall_time(instant, session.zone), precision)


def show_time(time: Operand, precision: int) -> Operand:
    """Show `12:30:00` and as many digits of the second as the precision says."""
    return pc.utf8_slice_codeunits(time.cast(_TEXT), 0, 9 + precision if precision else 8)


def show_day_intervals(interval: Operand) -> Operand:
    """Show `1 02:03:04.5`."""
    return per_distinct(show_day_interval, [_as_integers(interval)], _TEXT)


def show_month_intervals(interval: Operand) -> Operand:
    """Show `1-06`."""
    return per_distinct(show_month_interval, [interval], _TEXT)


def _as_integers(interval: Operand) -> Operand:
    return interval.cast(pa.int64())


def show_nested(nested: Operand) -> Operand:
    """Show an array, map or row as JSON."""
    return per_distinct(lambda v: as_json(v, nested.type), [nested], _TEXT)


def as_json(value: Any, t: pa.DataType) -> str:
    """Write a value of an Arrow type as JSON; maps and rows are objects."""
    if value is None:
        return "null"
    if pa.types.is_list(t):
        return f"[{', '.join(as_json(v, t.value_type) for v in value)}]"
    if pa.types.is_map(t):
        members = ((k if isinstance(k, str) else as_json(k, t.key_type), v) for k, v in value)
        shown = (f"{_quoted(k)}: {as_json(v, t.item_type)}" for k, v in members)
        return f"{{{', '.join(shown)}}}"
    if pa.types.is_struct(t):
        shown = (f"{_quoted(f.name)}: {as_json(value[f.name], f.type)}" for f in t)
        return f"{{{', '.join(shown)}}}"
    if isinstance(value, bool | int) or (isinstance(value, float) and math.isfinite(value)):
        return json.dumps(value)
    if isinstance(value, decimal.Decimal):
        return f"{value:f}"
    return _quoted(value.hex() if isinstance(value, bytes) else str(value))


def _quoted(text: str) -> str:
    return json.dumps(text, ensure_ascii=False)
