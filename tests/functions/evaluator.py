"""Calls functions as a query would: resolve the overload, convert the arguments, run the kernel."""

from __future__ import annotations

import datetime as dt
import decimal
from collections.abc import Sequence
from dataclasses import dataclass
from functools import partial
from typing import Any
from zoneinfo import ZoneInfo

import numpy as np
import pyarrow as pa

from cep import types
from cep.runtime.functions.builtin import BUILTIN
from cep.runtime.functions.casts import cast
from cep.runtime.functions.registry import Function
from cep.runtime.rowerrors import Messages, Operand, attempt
from cep.runtime.session import Session
from cep.runtime.time import VirtualClock
from cep.types import DataType, Field

NOW = 1_767_225_600_000_000  # 2026-01-01T00:00:00Z


@dataclass(frozen=True)
class Typed:
    """A value with the SQL type that it has."""

    value: Any
    type: DataType


def months(count: int | None) -> Typed:
    return Typed(count, types.MONTH_INTERVAL)


def session(zone: str = "UTC") -> Session:
    return Session(VirtualClock(NOW), ZoneInfo(zone), np.random.default_rng(1))


def type_of(value: Any) -> DataType:
    """Return the SQL type that a literal of this Python value would have."""
    if isinstance(value, Typed):
        return value.type
    if value is None:
        return types.NULL
    if isinstance(value, bool):
        return types.BOOLEAN
    if isinstance(value, int):
        return types.INT if -(2**31) <= value < 2**31 else types.BIGINT
    if isinstance(value, decimal.Decimal):
        digits = value.as_tuple()
        scale = max(-int(digits.exponent), 0)
        return types.Decimal(max(len(digits.digits), scale), scale)
    if isinstance(value, dt.datetime):
        return types.TIMESTAMP if value.tzinfo is None else types.TIMESTAMP_LTZ
    if isinstance(value, list):
        return types.Array(_common([type_of(v) for v in value]))
    if isinstance(value, dict):
        keys, values = [type_of(k) for k in value], [type_of(v) for v in value.values()]
        return types.Map(_common(keys), _common(values))
    if isinstance(value, tuple):
        return types.Row(tuple(Field(f"f{i}", type_of(v)) for i, v in enumerate(value)))
    simple: dict[type, DataType] = {
        float: types.DOUBLE,
        str: types.VARCHAR,
        bytes: types.BYTES,
        dt.date: types.DATE,
        dt.time: types.Time(6),
        dt.timedelta: types.DAY_INTERVAL,
    }
    return simple[type(value)]


def _common(all_types: Sequence[DataType]) -> DataType:
    joined: DataType = types.NULL
    for t in all_types:
        joined = types.common_type(joined, t) or joined
    return joined


def _plain(value: Any) -> Any:
    if isinstance(value, Typed):
        return value.value
    if isinstance(value, dict):
        return list(value.items())
    if isinstance(value, tuple):
        return {f"f{i}": _plain(v) for i, v in enumerate(value)}
    return value


def run(
    function: Function,
    converted: Sequence[DataType],
    arguments: Sequence[Operand],
    rows: int,
    within: Session,
) -> tuple[Operand, Messages | None]:
    """Run a kernel over columns and check that it keeps its promises."""
    kernel = partial(function.kernel, session=within) if function.session else function.kernel
    if function.rows:
        kernel = partial(kernel, rows=rows)
    result = function.result_type(converted).arrow
    outcome, errors = attempt(kernel, arguments, rows, result)
    if function.name != "get_field":
        assert outcome.type == result, f"{function.signature}: {outcome.type} is not {result}"
    if isinstance(outcome, pa.Array):
        outcome.validate(full=True)
        assert len(outcome) == rows
    else:
        varying = any(isinstance(a, pa.Array) for a in arguments)
        assert not varying, f"{function.signature} returned a constant for a column"
    return outcome, errors


def call(name: str, *values: Any, zone: str = "UTC") -> Any:
    """Return what a call of a function means; raise ValueError with the message of its error."""
    given = [type_of(v) for v in values]
    resolved = BUILTIN.resolve(name, given)
    if resolved is None:
        raise TypeError(f"{name} does not take ({', '.join(map(str, given))})")
    function, converted = resolved
    within = session(zone)
    arguments = [
        cast(pa.scalar(_plain(v), t.arrow), t, target, within)
        for v, t, target in zip(values, given, converted, strict=True)
    ]
    outcome, errors = run(function, converted, arguments, 1, within)
    if errors is not None:
        raise ValueError(errors[0])
    one = outcome[0] if isinstance(outcome, pa.Array) else outcome
    return one.as_py()


def result_type(name: str, *given: DataType) -> DataType:
    """Return the type of a call with arguments of these types."""
    resolved = BUILTIN.resolve(name, given)
    assert resolved is not None, f"{name} does not take ({', '.join(map(str, given))})"
    return resolved[0].result_type(resolved[1])


def cast_value(value: Any, target: DataType, zone: str = "UTC") -> Any:
    """Return CAST(value AS target); raise ValueError with the message of its error."""
    source, within = type_of(value), session(zone)
    column = pa.array([_plain(value)], source.arrow)
    outcome, errors = attempt(lambda c: cast(c, source, target, within), [column], 1, target.arrow)
    assert outcome.type == target.arrow
    if errors is not None:
        raise ValueError(errors[0])
    return outcome[0].as_py()
