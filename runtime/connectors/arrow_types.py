"""Arrow columns from elsewhere: their SQL types, and how they become columns of declared types."""

from __future__ import annotations

from functools import partial
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.types as pat

from cep import types as sql
from cep.errors import ConnectorError
from cep.runtime.connectors.convert import describe, from_text, truncate
from cep.runtime.functions.decimals import exactly
from cep.runtime.functions.years import checked, has_years
from cep.runtime.rowerrors import Messages, Operand, attempt, failed

_DIGITS = {"s": 0, "ms": 3, "us": 6, "ns": 6}

_SIMPLE = {
    pa.bool_(): sql.BOOLEAN,
    pa.int8(): sql.TINYINT,
    pa.int16(): sql.SMALLINT,
    pa.int32(): sql.INT,
    pa.int64(): sql.BIGINT,
    pa.uint8(): sql.SMALLINT,
    pa.uint16(): sql.INT,
    pa.uint32(): sql.BIGINT,
    pa.uint64(): sql.Decimal(20, 0),
    pa.float16(): sql.REAL,
    pa.float32(): sql.REAL,
    pa.float64(): sql.DOUBLE,
    pa.string(): sql.VARCHAR,
    pa.large_string(): sql.VARCHAR,
    pa.string_view(): sql.VARCHAR,
    pa.binary(): sql.BYTES,
    pa.large_binary(): sql.BYTES,
    pa.binary_view(): sql.BYTES,
    pa.date32(): sql.DATE,
    pa.date64(): sql.DATE,
    pa.null(): sql.VARCHAR,
}


def sql_type(t: pa.DataType) -> sql.DataType | None:
    """Return the narrowest SQL type that holds every value of an Arrow type, or None."""
    if t in _SIMPLE:
        return _SIMPLE[t]
    if pat.is_decimal(t):
        return sql.Decimal(t.precision, t.scale) if 0 <= t.scale <= t.precision <= 38 else None
    if pat.is_time(t):
        return sql.Time(_DIGITS[t.unit])
    if pat.is_timestamp(t):
        return (sql.TimestampLtz if t.tz else sql.Timestamp)(_DIGITS[t.unit])
    if pat.is_duration(t):
        return sql.DAY_INTERVAL
    if pat.is_fixed_size_binary(t):
        return sql.BYTES
    if pat.is_dictionary(t):
        return sql_type(t.value_type)
    if pat.is_map(t):
        key, value = sql_type(t.key_type), sql_type(t.item_type)
        return sql.Map(key, value) if key and value else None
    if pat.is_list(t) or pat.is_large_list(t) or pat.is_fixed_size_list(t):
        element = sql_type(t.value_type)
        return sql.Array(element) if element else None
    if pat.is_struct(t):
        fields = []
        for f in t:
            part = sql_type(f.type)
            if part is None:
                return None
            fields.append(sql.Field(f.name, part, f.nullable))
        return sql.Row(tuple(fields))
    return None


def sql_schema(schema: pa.Schema, source: str) -> sql.Schema:
    """Return the SQL schema of an Arrow schema; raises ConnectorError for a type SQL has not."""
    fields = []
    for f in schema:
        t = sql_type(f.type)
        if t is None:
            raise ConnectorError(
                f"column {f.name} of {source} is {f.type}, for which there is no SQL type",
                hint="declare the other columns, and leave this one out",
            )
        fields.append(sql.Field(f.name, t, f.nullable))
    return sql.Schema(tuple(fields))


def check_conforms(name: str, found: pa.DataType, t: sql.DataType, source: str) -> None:
    """Raise ConnectorError if no value of the type found could be one of the declared type."""
    plain = found.value_type if pat.is_dictionary(found) else found
    texts = pat.is_string(plain) or pat.is_large_string(plain) or pat.is_string_view(plain)
    try:
        if texts:
            from_text(pa.nulls(0, pa.string()), t)
        else:
            _cast(pa.nulls(0, plain), t)
    except (pa.ArrowNotImplementedError, pa.ArrowInvalid, TypeError, ConnectorError) as error:
        was = sql_type(found)
        raise ConnectorError(
            f"column {name} of {source} is {was or found}, not {t}",
            hint=f"declare it {name} {was}" if was else "leave it out",
        ) from error


def as_python(value: pa.Scalar) -> Any:
    """Return a value as Python has it, or as text where Python has none like it.

    Python knows no year beyond 9999, and no nanoseconds.
    """
    try:
        return value.as_py()
    except (OverflowError, ValueError):
        return value.cast(pa.string()).as_py()


def conform(column: pa.Array, t: sql.DataType) -> tuple[pa.Array, Messages | None]:
    """Make a column of type `t` of one that was found; values without a place in it are named.

    Instants without a zone are taken as UTC where one with a zone is wanted, and the other way
    round; digits of a second that the type has not are cut off.
    """
    if pat.is_dictionary(column.type):
        column = column.dictionary_decode()
    if pat.is_run_end_encoded(column.type):
        column = pc.run_end_decode(column)
    if column.type == t.arrow and not has_years(t):
        return truncate(column, t), None
    if pat.is_floating(column.type) and isinstance(t, sql.Decimal):
        column = column.cast(pa.string())  # the digits that it is shown with, and no rounding
    texts = pat.is_string(column.type) or pat.is_large_string(column.type)
    if texts and not isinstance(t, sql.Varchar | sql.Bytes):
        return from_text(column.cast(pa.string()), t)
    convert = checked(partial(_cast, t=t)) if has_years(t) else partial(_cast, t=t)
    values, messages = attempt(convert, [column], len(column), t.arrow)
    if messages is not None:
        bad = np.flatnonzero(failed(messages))
        messages[bad] = [describe(as_python(column[i]), t) for i in bad]
    if not isinstance(values, pa.Array):
        values = pa.repeat(values, len(column))
    return truncate(values, t), messages


def _cast(column: Operand, t: sql.DataType) -> Operand:
    if isinstance(t, sql.Timestamp | sql.TimestampLtz) and pat.is_timestamp(column.type):
        zoned = pa.timestamp("us", column.type.tz)
        return column.cast(options=pc.CastOptions(zoned, allow_time_truncate=True)).view(t.arrow)
    if isinstance(t, sql.Timestamp | sql.TimestampLtz) and not pat.is_date(column.type):
        raise TypeError(f"{column.type} is no instant")
    if pat.is_timestamp(column.type) and isinstance(t, sql.Integer):
        raise TypeError(f"{column.type} is no number")
    if isinstance(t, sql.Decimal) and pat.is_integer(column.type):
        column = column.cast(pa.decimal128(20, 0))
    if isinstance(t, sql.Decimal) and pat.is_decimal128(column.type):
        return exactly(column, t.arrow)
    return column.cast(options=pc.CastOptions(t.arrow, allow_time_truncate=True))
