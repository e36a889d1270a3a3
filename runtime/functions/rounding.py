"""ABS, SIGN, CEIL, FLOOR, ROUND and TRUNCATE, which keep the kind of number.

Rounding is half away from zero.
"""

from __future__ import annotations

import decimal
from collections.abc import Callable

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from cep.runtime.functions import decimals
from cep.runtime.functions.arithmetic import negate_integer
from cep.runtime.functions.arrow import (
    Numbers,
    as_type,
    build,
    call,
    numbers,
    per_distinct,
    valid,
)
from cep.runtime.functions.families import DECIMAL, FLOAT, INTEGER
from cep.runtime.functions.registry import Functions
from cep.runtime.rowerrors import Operand
from cep.types import (
    INT,
    DataType,
    Decimal,
    as_decimal,
    bounded_decimal,
)

functions = Functions()


def _same(number: DataType, *_: DataType) -> DataType:
    return number


@functions.scalar("abs", [INTEGER], _same, can_fail=True)
def abs_integer(number: Operand) -> Operand:
    """Return the number without its sign."""
    try:
        return call("abs_checked", number)
    except pa.ArrowInvalid:
        negate_integer(number)  # fails for the same rows, and says so
        raise


@functions.scalar("abs", [DECIMAL], _same)
@functions.scalar("abs", [FLOAT], _same)
def abs_number(number: Operand) -> Operand:
    """Return the number without its sign."""
    return call("abs", number)


@functions.scalar("sign", [INTEGER], INT)
@functions.scalar("sign", [DECIMAL], INT)
def sign_exact(number: Operand) -> Operand:
    """Return -1, 0 or 1."""
    return as_type(call("sign", number), INT.arrow)


@functions.scalar("sign", [FLOAT], _same)
def sign_float(number: Operand) -> Operand:
    """Return -1, 0 or 1; NaN of NaN."""
    return call("sign", number)


@functions.scalar(["ceil", "ceiling", "floor"], [INTEGER], _same)
def whole_already(number: Operand) -> Operand:
    """Return the integer itself."""
    return number


def _whole_type(number: DataType) -> DataType:
    d = as_decimal(number)
    return bounded_decimal(d.precision - d.scale + min(d.scale, 1), 0)


def _whole_decimal(function: str, number: Operand) -> Operand:
    t = number.type
    roomy = pa.decimal256(t.precision + 1, t.scale)
    target = _whole_type(Decimal(t.precision, t.scale)).arrow
    return call(function, number.cast(roomy)).cast(target)


@functions.scalar(["ceil", "ceiling"], [DECIMAL], _whole_type)
def ceil_decimal(number: Operand) -> Operand:
    """Return the smallest integer not below the number."""
    return _whole_decimal("ceil", number)


@functions.scalar("floor", [DECIMAL], _whole_type)
def floor_decimal(number: Operand) -> Operand:
    """Return the largest integer not above the number."""
    return _whole_decimal("floor", number)


@functions.scalar(["ceil", "ceiling"], [FLOAT], _same)
def ceil_float(number: Operand) -> Operand:
    """Return the smallest whole number not below the number."""
    return call("ceil", number)


@functions.scalar("floor", [FLOAT], _same)
def floor_float(number: Operand) -> Operand:
    """Return the largest whole number not above the number."""
    return call("floor", number)


def _to_digits(number: Operand, digits: Operand, rounding: str) -> Operand:
    """Round exactly, each value by its own number of digits."""

    def one(x: decimal.Decimal, n: int) -> decimal.Decimal:
        if -n > number.type.precision:
            return decimal.Decimal(0)
        if n >= number.type.scale:
            return x
        context = decimal.Context(prec=100, rounding=rounding)
        rounded = x.quantize(decimal.Decimal(1).scaleb(-n), context=context)
        if rounded and rounded.adjusted() >= result.precision - result.scale:
            raise ValueError(f"{x} rounded to {n} digits is out of range for {number.type}")
        return rounded.quantize(decimal.Decimal(1).scaleb(-result.scale), context=context)

    result = _rounded_type(Decimal(number.type.precision, number.type.scale)).arrow
    if isinstance(digits, pa.Scalar) and digits.is_valid and digits.as_py() >= 0:
        if digits.as_py() >= number.type.scale:
            return number.cast(result)
        if result.precision > number.type.precision:
            mode = "half_towards_infinity" if rounding == decimal.ROUND_HALF_UP else "towards_zero"
            return pc.round(number.cast(result), digits.as_py(), mode)
    return per_distinct(one, [number, digits], result)


def _rounded_type(number: DataType, *_: DataType) -> Decimal:
    d = as_decimal(number)
    return bounded_decimal(d.precision + 1, d.scale) if d.precision < 38 else d


@functions.scalar("round", [INTEGER], _same)
def round_integer(number: Operand) -> Operand:
    """Return the integer itself."""
    return number


@functions.scalar("round", [INTEGER, INT], _same, can_fail=True)
def round_integer_to(number: Operand, digits: Operand) -> Operand:
    """Round to a number of digits after the point; negative ones stand before it."""
    return _integer_to_digits(number, digits, decimal.ROUND_HALF_UP)


@functions.scalar(["truncate", "trunc"], [INTEGER, INT], _same, optional=1)
def truncate_integer(number: Operand, digits: Operand | None = None) -> Operand:
    """Cut the number off after a number of digits after the point; negative ones are before it."""
    return number if digits is None else _integer_to_digits(number, digits, decimal.ROUND_DOWN)


def _integer_to_digits(number: Operand, digits: Operand, rounding: str) -> Operand:
    if isinstance(digits, pa.Scalar) and digits.is_valid and digits.as_py() >= 0:
        return number
    bounds = np.iinfo(number.type.to_pandas_dtype())

    def one(x: int, n: int) -> int:
        if n >= 0:
            return x
        unit = 10 ** min(-n, 30)
        half = unit // 2 if rounding == decimal.ROUND_HALF_UP else 0
        rounded = (abs(x) + half) // unit * unit
        rounded = -rounded if x < 0 else rounded
        if not bounds.min <= rounded <= bounds.max:
            raise ValueError(f"{x} rounded to {n} digits is out of range")
        return rounded

    return per_distinct(one, [number, digits], number.type)


@functions.scalar("round", [DECIMAL], _whole_type)
def round_decimal(number: Operand) -> Operand:
    """Round half up to an integer."""
    t = number.type
    return decimals.rescale(number, _whole_type(Decimal(t.precision, t.scale)).arrow)


@functions.scalar("round", [DECIMAL, INT], _rounded_type, can_fail=True)
def round_decimal_to(number: Operand, digits: Operand) -> Operand:
    """Round half up to a number of digits after the point; negative ones stand before it."""
    return _to_digits(number, digits, decimal.ROUND_HALF_UP)


@functions.scalar(["truncate", "trunc"], [DECIMAL, INT], _rounded_type, optional=1)
def truncate_decimal(number: Operand, digits: Operand | None = None) -> Operand:
    """Cut the number off after a number of digits after the point."""
    return _to_digits(number, pa.scalar(0) if digits is None else digits, decimal.ROUND_DOWN)


@functions.scalar("round", [FLOAT, INT], _same, optional=1)
def round_float(number: Operand, digits: Operand | None = None) -> Operand:
    """Round half away from zero to a number of digits after the point."""
    return _float_to_digits(number, digits, lambda x: np.copysign(np.floor(np.abs(x) + 0.5), x))


@functions.scalar(["truncate", "trunc"], [FLOAT, INT], _same, optional=1)
def truncate_float(number: Operand, digits: Operand | None = None) -> Operand:
    """Cut the number off after a number of digits after the point."""
    return _float_to_digits(number, digits, np.trunc)


def _float_to_digits(
    number: Operand, digits: Operand | None, whole: Callable[[Numbers], Numbers]
) -> Operand:
    """Scale, round, scale back; a value that has no such digits, or too many, stays as it is."""
    n = pa.scalar(0) if digits is None else digits
    x = numbers(number).astype(np.float64, copy=False)
    places = np.clip(numbers(n).astype(np.int64), -400, 400)
    with np.errstate(all="ignore"):
        unit = 10.0 ** np.abs(places)
        scaled = np.where(places >= 0, x * unit, x / unit)
        # What text shows as 1.005 is to round as it reads: forgive the error of the product.
        near = np.rint(scaled * 2) / 2
        scaled = np.where(np.abs(scaled - near) <= np.abs(scaled) * 2.0**-52, near, scaled)
        rounded = whole(scaled)
        back = np.where(places >= 0, rounded / unit, rounded * unit)
        fine = ~np.isfinite(scaled) | (np.abs(scaled) >= 2.0**52)
        result = np.where(fine & (places >= 0), x, np.where(np.isnan(back), 0.0, back))
    return build(result, valid(number, n), number.type, [number, n])
