"""CAST: which types convert into which, and how.

A value that the target type cannot hold is an error of its row (TRY_CAST, above, makes it NULL).
Fractions are cut off on the way to an integer and rounded half up on the way to a DECIMAL; times
are cut to the target's precision; a TIMESTAMP_LTZ becomes what the session's clock shows.
"""

from __future__ import annotations

import decimal
from collections.abc import Callable
from typing import Any, TypeAlias

import numpy as np
import pyarrow as pa

from cep.runtime.functions import casttext, decimals
from cep.runtime.functions.arrow import (
    build,
    call,
    columns,
    like,
    missing,
    numbers,
    per_distinct,
    refuse,
    valid,
    value,
)
from cep.runtime.functions.equality import field
from cep.runtime.functions.lists import Lists, close_lists, close_maps, open_lists
from cep.runtime.functions.zones import instant_of, wall_time
from cep.runtime.rowerrors import Messages, Operand, RowFailure, failed
from cep.runtime.session import Session
from cep.types import (
    DATE,
    TIMESTAMP,
    Array,
    Boolean,
    Bytes,
    DataType,
    Date,
    DayInterval,
    Decimal,
    Float,
    Integer,
    Map,
    MonthInterval,
    Null,
    Row,
    Time,
    Timestamp,
    TimestampLtz,
    Varchar,
)

Conversion: TypeAlias = Callable[[Operand, Any, Any, Session], Operand]
"""From an operand, its type and the target type; the table below knows that these fit."""


def cast(operand: Operand, source: DataType, target: DataType, session: Session) -> Operand:
    """Convert an operand of type `source` to type `target`.

    Raises RowFailure for the rows whose value cannot be converted, TypeError where `castable` is
    false.
    """
    if source == target:
        return operand
    conversion = _CONVERSIONS.get((type(source), type(target)))
    if conversion is None and not isinstance(source, Null):
        raise TypeError(f"cannot cast {source} to {target}")
    if conversion is None:
        return missing([operand], target.arrow)
    return conversion(operand, source, target, session)


def castable(source: DataType, target: DataType) -> bool:
    """Say whether CAST from `source` to `target` has a meaning."""
    if source == target or isinstance(source, Null):
        return True
    if isinstance(source, Array) and isinstance(target, Array):
        return castable(source.element, target.element)
    if isinstance(source, Map) and isinstance(target, Map):
        return castable(source.key, target.key) and castable(source.value, target.value)
    if isinstance(source, Row) and isinstance(target, Row):
        return len(source.fields) == len(target.fields) and all(
            castable(f.type, g.type) for f, g in zip(source.fields, target.fields, strict=True)
        )
    return (type(source), type(target)) in _CONVERSIONS


def _out_of_range(operand: Operand, target: DataType) -> Callable[[int], str]:
    return lambda row: f"{value(operand, row)} is out of range for {target}"


def _integer_to_integer(n: Operand, source: Integer, target: Integer, _: Session) -> Operand:
    try:
        return n.cast(target.arrow)
    except pa.ArrowInvalid:
        bounds = np.iinfo(target.arrow.to_pandas_dtype())
        wide = numbers(n)
        bad = (wide < bounds.min) | (wide > bounds.max)
        refuse(bad, valid(n), _out_of_range(n, target), [n])
        raise


def _to_float(n: Operand, source: DataType, target: Float, _: Session) -> Operand:
    return decimals.to_float(n, target.arrow)


def _to_decimal(n: Operand, source: DataType, target: Decimal, _: Session) -> Operand:
    return decimals.rescale(decimals.decimal_of(n), target.arrow, _out_of_range(n, target))


def _float_to_integer(n: Operand, source: Float, target: Integer, _: Session) -> Operand:
    whole, where = np.trunc(numbers(n)), valid(n)
    limit = 2.0 ** (target.bits - 1)
    bad = ~((whole >= -limit) & (whole < limit))
    refuse(bad, where, _out_of_range(n, target), [n])
    return build(
        np.where(bad, 0, whole).astype(target.arrow.to_pandas_dtype()), where, target.arrow, [n]
    )


def _decimal_to_integer(n: Operand, source: Decimal, target: Integer, _: Session) -> Operand:
    whole = n.cast(pa.decimal128(source.precision, 0), safe=False) if source.scale else n
    try:
        return whole.cast(target.arrow)
    except pa.ArrowInvalid:
        limit = decimal.Decimal(2 ** (target.bits - 1))
        above = call("greater_equal", whole, pa.scalar(limit))
        below = call("less", whole, pa.scalar(-limit))
        refuse(numbers(above) | numbers(below), valid(n), _out_of_range(n, target), [n])
        raise


def _float_to_decimal(n: Operand, source: Float, target: Decimal, _: Session) -> Operand:
    """Round half up the number as it is shown: 3.05e0 is 3.1, though a little less in binary.

    In floating point where that decides it for certain.
    """
    x, where = numbers(n).astype(np.float64, copy=False), valid(n)
    with np.errstate(all="ignore"):
        shifted = np.abs(x) * 10.0**target.scale
        units = np.floor(shifted + 0.5)
        tie = np.abs(shifted - np.floor(shifted) - 0.5) <= shifted * 2.0**-51
        limit = min(2.0**51, 10.0**target.precision)
        certain = (shifted < limit - 1) & ~tie
        signed = np.copysign(units, x)
    if target.scale <= 22 and (certain if where is None else certain | ~where).all():
        return decimals.of_unscaled(
            np.where(certain, signed, 0).astype(np.int64), where, target.arrow, n
        )

    def one(number: float) -> decimal.Decimal:
        rounded = None
        if np.isfinite(number):
            unit = decimal.Decimal(1).scaleb(-target.scale)
            context = decimal.Context(prec=400, rounding=decimal.ROUND_HALF_UP)
            rounded = decimal.Decimal(repr(number)).quantize(unit, context=context)
        if rounded is None or (rounded and rounded.adjusted() >= target.precision - target.scale):
            raise ValueError(f"{number} is out of range for {target}")
        return rounded

    return per_distinct(one, [n], target.arrow)


def _to_boolean(n: Operand, source: DataType, target: Boolean, _: Session) -> Operand:
    if isinstance(source, Decimal):
        return call("not_equal", n, pa.scalar(decimal.Decimal(0), n.type))
    return n.cast(pa.bool_())


def _from_boolean(b: Operand, source: Boolean, target: DataType, session: Session) -> Operand:
    if isinstance(target, Decimal):
        return _to_decimal(b.cast(pa.int8()), Integer(8), target, session)
    return b.cast(target.arrow)


def _date_to_ltz(d: Operand, source: Date, target: TimestampLtz, session: Session) -> Operand:
    return instant_of(d.cast(TIMESTAMP.arrow), session.zone)


def _to_time(t: Operand, source: DataType, target: Time, _: Session) -> Operand:
    return casttext.truncate(t.cast(target.arrow, safe=False), target.precision)


def _wall_to_ltz(t: Operand, source: Timestamp, target: TimestampLtz, session: Session) -> Operand:
    return casttext.truncate(instant_of(t, session.zone), target.precision)


def _ltz_to_wall(t: Operand, source: TimestampLtz, target: Timestamp, session: Session) -> Operand:
    return casttext.truncate(wall_time(t, session.zone), target.precision)


def _ltz_to_date(t: Operand, source: TimestampLtz, target: Date, session: Session) -> Operand:
    return wall_time(t, session.zone).cast(DATE.arrow, safe=False)


def _ltz_to_time(t: Operand, source: TimestampLtz, target: Time, session: Session) -> Operand:
    return _to_time(wall_time(t, session.zone), TIMESTAMP, target, session)


def _precision(t: Operand, source: Any, target: Any, _: Session) -> Operand:
    narrower = target.precision < source.precision
    return casttext.truncate(t, target.precision) if narrower else t


def _array_to_array(a: Operand, source: Array, target: Array, session: Session) -> Operand:
    lists = open_lists(a)
    items = _inside(lists, lists.items, source.element, target.element, session)
    return like(close_lists(lists.sizes, items, lists.missing, target.arrow), a)


def _map_to_map(m: Operand, source: Map, target: Map, session: Session) -> Operand:
    lists = open_lists(m)
    keys = _inside(lists, field(lists.items, 0), source.key, target.key, session)
    values = _inside(lists, field(lists.items, 1), source.value, target.value, session)
    return like(close_maps(lists.sizes, keys, values, lists.missing, target.arrow), m)


def _row_to_row(r: Operand, source: Row, target: Row, session: Session) -> Operand:
    (rows,) = columns(r)
    parts = [
        cast(field(rows, i), f.type, g.type, session)
        for i, (f, g) in enumerate(zip(source.fields, target.fields, strict=True))
    ]
    nulls = rows.is_null() if rows.null_count else None
    fields = [f.arrow for f in target.fields]
    return like(pa.StructArray.from_arrays(parts, fields=fields, mask=nulls), r)


def _inside(
    lists: Lists, items: pa.Array, source: DataType, target: DataType, session: Session
) -> Operand:
    """Cast what is in lists; what fails for an element fails for its row."""
    try:
        return cast(items, source, target, session)
    except RowFailure as failure:
        at = np.flatnonzero(failure.mask)
        messages: Messages = np.full(len(lists.sizes), None, dtype=object)
        each = failure.message
        messages[lists.owner[at]] = each if isinstance(each, str) else each[at]
        raise RowFailure(failed(messages), messages) from None


_CONVERSIONS: dict[tuple[type[DataType], type[DataType]], Conversion] = {
    (Integer, Integer): _integer_to_integer,
    (Integer, Float): _to_float,
    (Integer, Decimal): _to_decimal,
    (Integer, Boolean): _to_boolean,
    (Integer, Varchar): lambda n, *_: n.cast(pa.string()),
    (Float, Integer): _float_to_integer,
    (Float, Float): _to_float,
    (Float, Decimal): _float_to_decimal,
    (Float, Boolean): _to_boolean,
    (Float, Varchar): lambda n, source, *_: casttext.show_float(n, source),
    (Decimal, Integer): _decimal_to_integer,
    (Decimal, Float): _to_float,
    (Decimal, Decimal): _to_decimal,
    (Decimal, Boolean): _to_boolean,
    (Decimal, Varchar): lambda n, *_: casttext.show_decimal(n),
    (Boolean, Integer): _from_boolean,
    (Boolean, Float): _from_boolean,
    (Boolean, Decimal): _from_boolean,
    (Boolean, Varchar): lambda b, *_: b.cast(pa.string()),
    (Varchar, Integer): lambda t, _, target, __: casttext.read_integer(t, target),
    (Varchar, Float): lambda t, _, target, __: casttext.read_float(t, target),
    (Varchar, Decimal): lambda t, _, target, __: casttext.read_decimal(t, target),
    (Varchar, Boolean): lambda t, *_: casttext.read_boolean(t),
    (Varchar, Bytes): lambda t, *_: t.cast(pa.binary()),
    (Varchar, Date): lambda t, *_: casttext.read_date(t),
    (Varchar, Time): lambda t, _, target, __: casttext.read_time(t, target),
    (Varchar, Timestamp): lambda t, _, target, __: casttext.read_timestamp(t, target),
    (Varchar, TimestampLtz): lambda t, _, target, session: casttext.read_timestamp_ltz(
        t, target, session
    ),
    (Varchar, DayInterval): lambda t, *_: casttext.read_day_interval(t),
    (Varchar, MonthInterval): lambda t, *_: casttext.read_month_interval(t),
    (Bytes, Varchar): lambda b, *_: casttext.read_utf8(b),
    (Date, Varchar): lambda d, *_: d.cast(pa.string()),
    (Date, Timestamp): lambda d, *_: d.cast(TIMESTAMP.arrow),
    (Date, TimestampLtz): _date_to_ltz,
    (Time, Varchar): lambda t, source, *_: casttext.show_time(t, source.precision),
    (Time, Time): _precision,
    (Timestamp, Varchar): lambda t, source, *_: casttext.show_timestamp(t, source.precision),
    (Timestamp, Date): lambda t, *_: t.cast(DATE.arrow, safe=False),
    (Timestamp, Time): _to_time,
    (Timestamp, Timestamp): _precision,
    (Timestamp, TimestampLtz): _wall_to_ltz,
    (TimestampLtz, Varchar): lambda t, source, _, session: casttext.show_timestamp_ltz(
        t, source.precision, session
    ),
    (TimestampLtz, Date): _ltz_to_date,
    (TimestampLtz, Time): _ltz_to_time,
    (TimestampLtz, Timestamp): _ltz_to_wall,
    (TimestampLtz, TimestampLtz): _precision,
    (DayInterval, Varchar): lambda i, *_: casttext.show_day_intervals(i),
    (MonthInterval, Varchar): lambda i, *_: casttext.show_month_intervals(i),
    (Array, Array): _array_to_array,
    (Array, Varchar): lambda a, *_: casttext.show_nested(a),
    (Map, Map): _map_to_map,
    (Map, Varchar): lambda m, *_: casttext.show_nested(m),
    (Row, Row): _row_to_row,
    (Row, Varchar): lambda r, *_: casttext.show_nested(r),
}
