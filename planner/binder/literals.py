"""Written constants and parameter values become typed constants."""

from __future__ import annotations

import datetime as dt
import decimal
import math
from collections.abc import Mapping

import numpy as np
import pyarrow as pa

from cep import types
from cep.errors import BindError, CepError, Span, UsageError, did_you_mean
from cep.grammar import ast
from cep.planner.binder.context import Context
from cep.planner.expressions import Constant
from cep.runtime.functions.casts import cast
from cep.runtime.functions.intervals import parse_interval
from cep.runtime.functions.years import has_years, within_years
from cep.runtime.rowerrors import RowFailure
from cep.runtime.session import Session
from cep.types import VARCHAR, DataType


def null(t: DataType = types.NULL) -> Constant:
    """Return the NULL of a type."""
    return Constant(t, pa.scalar(None, t.arrow))


def number(text: str, span: Span) -> Constant:
    """Return the constant of a number: with a point it is DECIMAL, with an exponent DOUBLE."""
    if "e" in text.lower():
        value = float(text)
        if math.isinf(value):
            raise BindError(
                f"{text[:50]} is too large for DOUBLE",
                span=span,
                hint="CAST('Infinity' AS DOUBLE) is infinity",
            )
        return Constant(types.DOUBLE, pa.scalar(value, pa.float64()))
    if "." not in text:
        whole_number = int(text) if len(text) <= 40 else 10**40
        for whole_type in (types.INT, types.BIGINT):
            if -(2 ** (whole_type.bits - 1)) <= whole_number < 2 ** (whole_type.bits - 1):
                return Constant(whole_type, pa.scalar(whole_number, whole_type.arrow))
    whole, _, fraction = text.lstrip("-").partition(".")
    scale = len(fraction)
    precision = max(len(whole.lstrip("0")) + scale, 1)
    if precision > types.MAX_PRECISION:
        raise BindError(
            f"{text[:50]} has more than {types.MAX_PRECISION} digits",
            span=span,
            hint="write a DOUBLE, such as 1.5e40",
        )
    t = types.Decimal(precision, scale)
    return Constant(t, pa.scalar(decimal.Decimal(text), t.arrow))


def convert(constant: Constant, target: DataType, session: Session, span: Span) -> Constant:
    """Return a constant of another type; raise BindError where its value cannot be converted."""
    try:
        value = cast(constant.value, constant.type, target, session)
        if has_years(target):
            within_years(value)
    except (
        *(RowFailure, CepError, pa.ArrowInvalid, ArithmeticError, ValueError),
        TypeError,  # there is no such cast
    ) as error:
        reason = str(error).partition("\n")[0]
        raise BindError(reason, span=span, hint=_example(target)) from None
    if isinstance(value, pa.Array):
        value = value[0]
    return Constant(target, value)


def _example(target: DataType) -> str | None:
    examples = {
        types.Timestamp: "write a timestamp as '2026-01-31 12:30:00'",
        types.TimestampLtz: "write an instant as '2026-01-31 12:30:00' or '2026-01-31T12:30:00Z'",
        types.Date: "write a date as '2026-01-31'",
        types.Time: "write a time as '12:30:00'",
    }
    return examples.get(type(target))


def typed(literal: ast.TypedLiteral, session: Session) -> Constant:
    """Return the constant of `DATE '…'` and its like, as precise as it is written."""
    digits = len(literal.value.partition(".")[2].rstrip("Zz"))
    precision = 0 if digits == 0 else 3 if digits <= 3 else 6
    targets: dict[str, DataType] = {
        "DATE": types.DATE,
        "TIME": types.Time(precision),
        "TIMESTAMP": types.Timestamp(precision),
        "TIMESTAMP_LTZ": types.TimestampLtz(precision),
    }
    text = Constant(VARCHAR, pa.scalar(literal.value, pa.string()))
    return convert(text, targets[literal.kind], session, literal.span)


def interval(literal: ast.IntervalLiteral) -> Constant:
    """Return the constant of an interval."""
    try:
        amount = parse_interval(literal.value, literal.unit, literal.to)
    except (ValueError, CepError, ArithmeticError) as error:
        raise BindError(
            str(error).partition("\n")[0],
            span=literal.span,
            hint="write INTERVAL '5' MINUTE or INTERVAL '1:30' HOUR TO MINUTE",
        ) from None
    amount = -amount if literal.negative else amount
    if literal.unit in ("YEAR", "MONTH", "QUARTER"):
        return Constant(types.MONTH_INTERVAL, pa.scalar(amount, pa.int32()))
    return Constant(types.DAY_INTERVAL, pa.scalar(amount, pa.duration("us")))


def parameter(written: ast.Parameter, context: Context) -> Constant:
    """Return the value given for `?` or `:name`."""
    given = context.parameters
    if isinstance(written.key, str):
        if not isinstance(given, Mapping) or written.key not in given:
            names = list(given) if isinstance(given, Mapping) else []
            raise BindError(
                f"no value was given for :{written.key}",
                span=written.span,
                hint=did_you_mean(written.key, names)
                or f'pass the parameters as a dict: {{"{written.key}": …}}',
            )
        return of_python(given[written.key])
    if isinstance(given, Mapping) or written.key >= len(given):
        raise BindError(
            f"no value was given for parameter {written.key + 1}",
            span=written.span,
            hint="pass the values of ? as a list, one for each",
        )
    return of_python(given[written.key])


def of_python(value: object) -> Constant:
    """Return a Python value as a constant of the SQL type nearest to it."""
    try:
        return _constant(value.item() if isinstance(value, np.generic) else value)
    except (pa.ArrowInvalid, OverflowError, ValueError):
        shown = repr(value)
        raise UsageError(
            f"a parameter cannot be {shown if len(shown) <= 60 else shown[:60] + '…'}: "
            f"no type holds it"
        ) from None


def _constant(value: object) -> Constant:
    if value is None:
        return null()
    if isinstance(value, bool):
        return Constant(types.BOOLEAN, pa.scalar(value))
    if isinstance(value, int):
        t: DataType = types.INT if -(2**31) <= value < 2**31 else types.BIGINT
        if not -(2**63) <= value < 2**63:
            t = types.Decimal(38, 0)
        return Constant(
            t, pa.scalar(decimal.Decimal(value) if isinstance(t, types.Decimal) else value, t.arrow)
        )
    if isinstance(value, float):
        return Constant(types.DOUBLE, pa.scalar(value, pa.float64()))
    if isinstance(value, str):
        return Constant(VARCHAR, pa.scalar(value, pa.string()), literal=True)
    if isinstance(value, bytes):
        return Constant(types.BYTES, pa.scalar(value, pa.binary()))
    if isinstance(value, decimal.Decimal):
        _, digits, exponent = value.as_tuple()
        if not isinstance(exponent, int):
            raise ValueError("a number that is none")
        precision = max(len(digits) + max(exponent, 0), -exponent, 1)
        if precision > types.MAX_PRECISION:
            raise ValueError("too many digits")
        t = types.Decimal(precision, max(0, -exponent))
        return Constant(t, pa.scalar(decimal.Decimal(f"{value:f}"), t.arrow))
    if isinstance(value, dt.datetime):
        t = types.TIMESTAMP if value.tzinfo is None else types.TIMESTAMP_LTZ
        return Constant(t, pa.scalar(value, t.arrow))
    if isinstance(value, dt.date):
        return Constant(types.DATE, pa.scalar(value, pa.date32()))
    if isinstance(value, dt.time):
        return Constant(types.Time(6), pa.scalar(value, pa.time64("us")))
    if isinstance(value, dt.timedelta):
        return Constant(types.DAY_INTERVAL, pa.scalar(value, pa.duration("us")))
    raise UsageError(
        f"a parameter cannot be a {type(value).__name__}",
        hint="pass numbers, strings, bytes, dates, times, timedeltas, decimals or None",
    )
