"""What a program inserts becomes Arrow record batches: dicts, tuples, frames, tables, iterators."""

from __future__ import annotations

import datetime as dt
import decimal
import itertools
from collections.abc import AsyncIterator, Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from functools import partial
from typing import Any

import numpy as np
import pyarrow as pa

from cep.errors import UsageError, did_you_mean
from cep.runtime.connectors.arrow_types import conform
from cep.runtime.connectors.convert import truncate
from cep.runtime.functions.arrow import column
from cep.runtime.functions.casts import cast
from cep.runtime.functions.years import has_years
from cep.runtime.rowerrors import Messages, attempt, failed, merge
from cep.runtime.session import Session
from cep.types import (
    TIMESTAMP,
    VARCHAR,
    Array,
    DataType,
    Date,
    DayInterval,
    Decimal,
    Integer,
    Map,
    MonthInterval,
    Row,
    Schema,
    Time,
    Timestamp,
    TimestampLtz,
)

_REFUSALS = (
    pa.ArrowInvalid,
    pa.ArrowTypeError,
    pa.ArrowNotImplementedError,
    OverflowError,
    RecursionError,
    TypeError,
    ValueError,
)
"""How pyarrow, and a value itself, say that it does not fit."""

_WHOLE = Integer | MonthInterval | Timestamp | TimestampLtz | Date | Time | DayInterval
"""Types that are kept as whole numbers."""

CHUNK = 4096
"""Rows that are taken from an iterator at a time."""


@dataclass(frozen=True)
class Rows:
    """Some rows of a stream. `errors` names those that do not fit its columns; they are NULL there.

    `texts` shows the rows as they were given, for the errors' sake.
    """

    batch: pa.RecordBatch
    errors: Messages | None = None
    given: Sequence[object] | pa.RecordBatch | None = None


@dataclass(frozen=True)
class _Target:
    """The stream that rows are meant for, and the session in whose zone they are read."""

    schema: Schema
    stream: str
    session: Session
    positional: tuple[int, ...]
    """The positions of the columns that a tuple gives."""


def to_rows(
    data: object,
    schema: Schema,
    stream: str,
    session: Session,
    *,
    positional: tuple[int, ...] | None = None,
) -> Iterator[Rows]:
    """Yield what was inserted, cut into batches.

    Takes a dict, a tuple, a list or an iterator of them, an Arrow table, batch or reader, a pandas
    or polars frame, or anything else with the Arrow PyCapsule interface. Columns are found by
    name, values of tuples by position (`positional`: all of them); a column that is not given is
    NULL. Raises UsageError where
    the shape of the data does not fit the stream. An instant that is given without a zone is one
    of the session's zone.
    """
    every = tuple(range(len(schema)))
    target = _Target(schema, stream, session, every if positional is None else positional)
    if isinstance(data, Mapping):
        yield _of_dicts([data], target)
    elif isinstance(data, tuple):
        yield _of_tuples([data], target)
    elif isinstance(data, list):
        if data:
            yield _of_list(data, target)
    elif isinstance(data, pa.RecordBatch):
        yield _of_arrow(data, target)
    elif type(data).__module__.partition(".")[0] == "pandas" and hasattr(data, "columns"):
        yield from _of_frame(data, target)
    elif isinstance(data, pa.Table | pa.RecordBatchReader) or hasattr(data, "__arrow_c_stream__"):
        yield from _of_batches(data, target)
    elif hasattr(data, "__arrow_c_array__"):
        yield _of_arrow(pa.record_batch(data), target)
    elif isinstance(data, str | bytes) or not isinstance(data, Iterable):
        raise _no_rows(data, target)
    else:
        try:
            rows = iter(data)
        except TypeError:  # as an array of no dimension says
            raise _no_rows(data, target) from None
        while chunk := list(itertools.islice(rows, CHUNK)):
            yield _of_list(chunk, target)


def _no_rows(data: object, target: _Target) -> UsageError:
    hint = "insert a dict, a tuple, a list of them, or an Arrow, pandas or polars table"
    if isinstance(data, AsyncIterator):
        hint = "await engine.insert_async(…) for an asynchronous iterator"
    return UsageError(f"a {type(data).__name__} is not rows of {target.stream}", hint=hint)


def _of_frame(frame: Any, target: _Target) -> Iterator[Rows]:
    """Take a pandas frame; value by value where Arrow has no type for a column."""
    try:
        table = pa.Table.from_pandas(frame, preserve_index=False)
    except (pa.ArrowInvalid, pa.ArrowTypeError):
        missing = frame.isna()
        columns = [frame[n].astype(object).where(~missing[n], None).tolist() for n in frame.columns]
        rows = [dict(zip(frame.columns, r, strict=True)) for r in zip(*columns, strict=True)]
        yield _of_dicts(rows, target)
    else:
        yield from _of_batches(table, target)


def _of_batches(data: Any, target: _Target) -> Iterator[Rows]:
    reader = data.to_reader() if isinstance(data, pa.Table) else data
    if not isinstance(reader, pa.RecordBatchReader):
        try:
            reader = pa.RecordBatchReader.from_stream(reader)
        except pa.ArrowInvalid:  # one column, and not a table
            raise _no_rows(data, target) from None
    for batch in reader:
        if batch.num_rows:
            yield _of_arrow(batch, target)


def _of_list(rows: list[Any], target: _Target) -> Rows:
    if isinstance(rows[0], Mapping):
        return _of_dicts(rows, target)
    return _of_tuples(rows, target)


def _of_dicts(rows: Sequence[Mapping[str, object]], target: _Target) -> Rows:
    names = target.schema.names
    known = set(names)
    for row in rows:
        if not isinstance(row, Mapping):
            raise UsageError(
                f"the rows for {target.stream} are not all dicts: one is a {type(row).__name__}"
            )
        if not known.issuperset(row):
            _unknown(next(k for k in row if k not in known), names, target.stream)
    return _of_columns([[row.get(n) for row in rows] for n in names], rows, target)


def _of_tuples(rows: Sequence[object], target: _Target) -> Rows:
    width = len(target.positional)
    names = [target.schema.names[i] for i in target.positional]
    for row in rows:
        if not isinstance(row, tuple | list) or len(row) != width:
            found = (
                f"{len(row)} values" if isinstance(row, tuple | list) else f"a {type(row).__name__}"
            )
            raise UsageError(
                f"a row for {target.stream} has {width} values, and this is {found}",
                hint=f"give ({', '.join(names)}), or a dict",
            )
    given = dict(zip(target.positional, zip(*rows, strict=True), strict=True))
    nothing = [None] * len(rows)
    columns = [list(given.get(i, nothing)) for i in range(len(target.schema))]
    return _of_columns(columns, rows, target)


def _unknown(name: object, names: Sequence[str], stream: str) -> None:
    raise UsageError(
        f"{stream} has no column {name} that can be inserted",
        hint=did_you_mean(str(name), names) or f"its columns are {', '.join(names)}",
    )


def _of_columns(columns: Sequence[list[Any]], given: Sequence[object], target: _Target) -> Rows:
    arrays: list[pa.Array] = []
    errors: Messages | None = None
    for values, field in zip(columns, target.schema.fields, strict=True):
        array, more = _column(values, field.type, target.session)
        arrays.append(array)
        if more is not None:
            errors = merge(errors, _named(more, field.name))
    batch = pa.RecordBatch.from_arrays(arrays, schema=target.schema.unchecked)
    return Rows(batch, errors, given)


def to_columns(
    rows: Sequence[Sequence[object]], schema: Schema, session: Session
) -> tuple[list[pa.Array], str | None]:
    """Return Python rows as columns of a schema, and the first message of a value that is none."""
    arrays, problem = [], None
    for values, field in zip(zip(*rows, strict=True), schema.fields, strict=True):
        array, errors = _column(list(values), field.type, session)
        arrays.append(array)
        if errors is not None and problem is None:
            problem = f"{field.name}: {errors[failed(errors)][0]}"
    return arrays, problem


def _named(messages: Messages, column: str) -> Messages:
    named = messages.copy()
    for i in np.flatnonzero(failed(messages)):
        named[i] = f"{column}: {messages[i]}"
    return named


def _column(values: list[Any], t: DataType, session: Session) -> tuple[pa.Array, Messages | None]:
    """Return Python values as a column; those that do not fit are NULL, with messages."""
    if isinstance(t, TimestampLtz):
        values = [_localized(v, session) for v in values]
    try:
        if _loses(values, t):
            if not isinstance(t, Integer):
                raise TypeError("an instant is no number with a fraction")
            return conform(pa.array(values), t)
        array = pa.array([_shaped(v, t) for v in values] if _is_nested(t) else values, t.arrow)
    except _REFUSALS:
        if all(v is None or isinstance(v, str) for v in values):
            with suppress(UnicodeEncodeError):
                return _read(pa.array(values, pa.string()), t, session)
        if len(values) > 1:
            parts = [_column([v], t, session) for v in values]
            messages = np.array([None if m is None else m[0] for _, m in parts], dtype=object)
            errors = messages if failed(messages).any() else None
            return pa.concat_arrays([p for p, _ in parts]), errors
        return _single(values[0], t)
    if not has_years(t) or (isinstance(t, Timestamp) and all(map(_is_wall_time, values))):
        # Of the type, and no year that is none.
        return truncate(array, t), None
    return conform(array, t)


def _is_wall_time(value: object) -> bool:
    return value is None or (type(value) is dt.datetime and value.tzinfo is None)


def _localized(value: Any, session: Session) -> Any:
    """Return an instant that has no zone as one of the session's zone."""
    if isinstance(value, dt.datetime) and value.tzinfo is None:
        return value.replace(tzinfo=session.zone)
    return value


def _zoned(given: pa.Array, t: DataType, session: Session) -> pa.Array:
    """Return instants that have no zone as instants of the session's zone."""
    if isinstance(t, TimestampLtz) and pa.types.is_timestamp(given.type) and not given.type.tz:
        wall, _ = conform(given, TIMESTAMP)
        return cast(wall, TIMESTAMP, t, session)
    return given


def _read(texts: pa.Array, t: DataType, session: Session) -> tuple[pa.Array, Messages | None]:
    """Read values from text; a timestamp that names no zone is one of the session's zone."""
    if not isinstance(t, TimestampLtz):
        return conform(texts, t)
    kernel = partial(cast, source=VARCHAR, target=t, session=session)
    values, errors = attempt(kernel, [texts], len(texts), t.arrow)
    return column(values, len(texts)), errors


def positional(value: Any) -> Any:
    """Return a value with its ROWs as tuples, which fit a ROW whose fields have other names."""
    if isinstance(value, dict):
        return tuple(positional(v) for v in value.values())
    if isinstance(value, list | tuple):
        return type(value)(positional(v) for v in value)
    return value


def _loses(values: Sequence[Any], t: DataType) -> bool:
    """Say whether pyarrow would make a column of the type by cutting off fractions, unasked."""
    if not isinstance(t, _WHOLE):
        return False
    kinds = set(map(type, values))
    return any(issubclass(k, float | np.floating | decimal.Decimal) for k in kinds)


def _is_nested(t: DataType) -> bool:
    return isinstance(t, Array | Map | Row)


def _shaped(value: Any, t: DataType) -> Any:
    """Return a value with its ROWs as dicts, whether they were given by position or by name.

    Raises ValueError where a field is missing or unknown, of which pyarrow would make NULL, and
    where it would cut off a fraction.
    """
    if value is None:
        return None
    if _loses((value,), t) and (not isinstance(t, Integer) or value != int(value)):
        raise ValueError("a fraction")
    if isinstance(t, Row):
        names = [f.name for f in t.fields]
        if isinstance(value, Mapping):
            if not set(names).issuperset(value):
                raise ValueError("a field that the row has not")
            return {f.name: _shaped(value.get(f.name), f.type) for f in t.fields}
        pairs = zip(t.fields, value, strict=True)
        return {f.name: _shaped(v, f.type) for f, v in pairs}
    if isinstance(t, Array):
        return [_shaped(v, t.element) for v in value]
    if isinstance(t, Map):
        entries = value.items() if isinstance(value, Mapping) else value
        return [(_shaped(k, t.key), _shaped(v, t.value)) for k, v in entries]
    return value


def _single(value: Any, t: DataType) -> tuple[pa.Array, Messages | None]:
    """Return one value that Arrow does not take as it is."""
    try:
        if isinstance(t, Decimal) and isinstance(value, float):
            return conform(pa.array([decimal.Decimal(repr(float(value)))]), t)
        if not isinstance(value, str | bytes) and not _is_nested(t):
            return conform(pa.array([value]), t)
    except _REFUSALS:
        pass
    shown = as_text(value, repr)
    message = f"{shown if len(shown) <= 60 else shown[:60] + '…'} is not {t}"
    return pa.nulls(1, t.arrow), np.array([message], dtype=object)


def as_text(value: object, show: Callable[[object], str] = str) -> str:
    """Return the text of a program's object, whatever that may do when it is asked for one."""
    try:
        return show(value)
    except Exception:  # the object is not ours
        return f"<{type(value).__name__}>"


def _of_arrow(batch: pa.RecordBatch, target: _Target) -> Rows:
    names = target.schema.names
    for name in batch.schema.names:
        if name not in names:
            _unknown(name, names, target.stream)
        if batch.schema.names.count(name) > 1:
            raise UsageError(f"the rows for {target.stream} have several columns called {name}")
    arrays: list[pa.Array] = []
    errors: Messages | None = None
    for field in target.schema.fields:
        if field.name not in batch.schema.names:
            arrays.append(pa.nulls(batch.num_rows, field.type.arrow))
            continue
        try:
            array, more = conform(
                _zoned(batch.column(field.name), field.type, target.session), field.type
            )
        except (pa.ArrowNotImplementedError, TypeError):
            raise UsageError(
                f"column {field.name} of {target.stream} is {field.type}, "
                f"and {batch.column(field.name).type} does not become one"
            ) from None
        arrays.append(array)
        if more is not None:
            errors = merge(errors, _named(more, field.name))
    return Rows(pa.RecordBatch.from_arrays(arrays, schema=target.schema.unchecked), errors, batch)
