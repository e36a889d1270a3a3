"""Functions of numbers.

What is not defined (the root of a negative number, the logarithm of zero) is an error of its row.
Rounding is half away from zero. ABS, SIGN, CEIL, FLOOR, ROUND and TRUNCATE keep the kind of number;
the others compute in DOUBLE.
"""

from __future__ import annotations

import decimal
import math
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
    refuse,
    valid,
    value,
)
from cep.runtime.functions.families import DECIMAL, FLOAT, INTEGER
from cep.runtime.functions.registry import Functions, Variable
from cep.runtime.rowerrors import Mask, Operand
from cep.runtime.session import Session
from cep.types import (
    BIGINT,
    BOOLEAN,
    DOUBLE,
    INT,
    DataType,
    Decimal,
    Integer,
    as_decimal,
    bounded_decimal,
)

functions = Functions()

_INTEGER = Variable("integer", lambda t: isinstance(t, Integer), INT)


def _same(number: DataType, *_: DataType) -> DataType:
    return number


# ---------------------------------------------------------------- keeping the type


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


# ---------------------------------------------------------------- of DOUBLE


def _declare(
    names: str | list[str],
    compute: Callable[[Numbers], Numbers],
    summary: str,
    outside: Callable[[Numbers], Mask] | None = None,
) -> None:
    """Declare a function of one DOUBLE; `outside` says where it is not defined."""
    shown = names if isinstance(names, str) else names[0]

    def kernel(number: Operand) -> Operand:
        x, where = numbers(number), valid(number)
        if outside is not None:
            refuse(outside(x), where, _undefined(shown, number), [number])
        with np.errstate(all="ignore"):
            return build(compute(x), where, DOUBLE.arrow, [number])

    kernel.__doc__ = summary
    functions.scalar(names, [DOUBLE], DOUBLE, can_fail=outside is not None)(kernel)


def _undefined(name: str, *arguments: Operand) -> Callable[[int], str]:
    def message(row: int) -> str:
        return f"{name}({', '.join(str(value(a, row)) for a in arguments)}) is not defined"

    return message


_declare("sqrt", np.sqrt, "Return the square root.", lambda x: x < 0)
_declare("cbrt", np.cbrt, "Return the cube root.")
_declare("exp", np.exp, "Return e to the power of the number.")
_declare("ln", np.log, "Return the natural logarithm.", lambda x: x <= 0)
_declare("log2", np.log2, "Return the logarithm to base 2.", lambda x: x <= 0)
_declare("log10", np.log10, "Return the logarithm to base 10.", lambda x: x <= 0)
_declare("sin", np.sin, "Return the sine of an angle in radians.", np.isinf)
_declare("cos", np.cos, "Return the cosine of an angle in radians.", np.isinf)
_declare("tan", np.tan, "Return the tangent of an angle in radians.", np.isinf)
_declare(
    "cot",
    lambda x: 1 / np.tan(x),
    "Return the cotangent of an angle in radians.",
    lambda x: np.isinf(x) | (x == 0),
)
_declare("asin", np.arcsin, "Return the angle whose sine it is.", lambda x: np.abs(x) > 1)
_declare("acos", np.arccos, "Return the angle whose cosine it is.", lambda x: np.abs(x) > 1)
_declare("atan", np.arctan, "Return the angle whose tangent it is.")
_declare("sinh", np.sinh, "Return the hyperbolic sine.")
_declare("cosh", np.cosh, "Return the hyperbolic cosine.")
_declare("tanh", np.tanh, "Return the hyperbolic tangent.")
_declare("degrees", np.degrees, "Return an angle in radians as degrees.")
_declare("radians", np.radians, "Return an angle in degrees as radians.")


@functions.scalar("log", [DOUBLE, DOUBLE], DOUBLE, optional=1, can_fail=True)
def log(first: Operand, second: Operand | None = None) -> Operand:
    """Return the natural logarithm, or of two arguments that of the second to the first as base."""
    x, where = numbers(first), valid(first)
    if second is None:
        refuse(x <= 0, where, _undefined("log", first), [first])
        with np.errstate(all="ignore"):
            return build(np.log(x), where, DOUBLE.arrow, [first])
    y, where = numbers(second), valid(first, second)
    bad = (x <= 0) | (x == 1) | (y <= 0)
    refuse(bad, where, _undefined("log", first, second), [first, second])
    with np.errstate(all="ignore"):
        return build(np.log(y) / np.log(x), where, DOUBLE.arrow, [first, second])


@functions.scalar(["power", "pow"], [DOUBLE, DOUBLE], DOUBLE, can_fail=True)
def power(base: Operand, exponent: Operand) -> Operand:
    """Return the base to the power of the exponent."""
    x, y, where = numbers(base), numbers(exponent), valid(base, exponent)
    bad = ((x < 0) & np.isfinite(x) & np.isfinite(y) & (y != np.floor(y))) | ((x == 0) & (y < 0))
    refuse(bad, where, _undefined("power", base, exponent), [base, exponent])
    with np.errstate(all="ignore"):
        return build(np.power(x, y), where, DOUBLE.arrow, [base, exponent])


@functions.scalar("atan2", [DOUBLE, DOUBLE], DOUBLE)
def atan2(y: Operand, x: Operand) -> Operand:
    """Return the angle of the point (x, y), in radians."""
    return call("atan2", y, x)


@functions.scalar("pi", [], DOUBLE)
def pi() -> Operand:
    """Return 3.14159…."""
    return pa.scalar(math.pi)


@functions.scalar("e", [], DOUBLE)
def e() -> Operand:
    """Return 2.71828…."""
    return pa.scalar(math.e)


@functions.scalar(["random", "rand"], [], DOUBLE, deterministic=False, session=True, rows=True)
def random(session: Session, rows: int) -> Operand:
    """Return a random number from 0 up to but not including 1, a new one for each row."""
    return pa.array(session.random.random(rows))


@functions.scalar("isnan", [DOUBLE], BOOLEAN)
def isnan(number: Operand) -> Operand:
    """Say whether it is NaN."""
    return call("is_nan", number)


@functions.scalar("isinf", [DOUBLE], BOOLEAN)
def isinf(number: Operand) -> Operand:
    """Say whether it is Infinity or -Infinity."""
    return call("is_inf", number)


@functions.scalar("isfinite", [DOUBLE], BOOLEAN)
def isfinite(number: Operand) -> Operand:
    """Say whether it is neither NaN nor infinite."""
    return call("is_finite", number)


@functions.scalar("width_bucket", [DOUBLE, DOUBLE, DOUBLE, INT], INT, can_fail=True)
def width_bucket(number: Operand, low: Operand, high: Operand, count: Operand) -> Operand:
    """Return which of so many equal parts of [low, high) it is in; 0 below, count + 1 above."""
    x, a, b, n = numbers(number), numbers(low), numbers(high), numbers(count)
    operands = [number, low, high, count]
    where = valid(*operands)
    bad = (n <= 0) | ~(np.isfinite(a) & np.isfinite(b)) | (a == b) | np.isnan(x)
    refuse(bad, where, _undefined("width_bucket", *operands), operands)
    with np.errstate(all="ignore"):
        part = np.floor((x - a) / (b - a) * n) + 1
        inside = np.clip(np.where(np.isnan(part), 0, part), 0, n.astype(np.int64) + 1)
    refuse(inside > 2**31 - 1, where, "INT overflow", operands)
    return build(inside.astype(np.int64), where, INT.arrow, operands)


# ---------------------------------------------------------------- of integers


@functions.scalar("gcd", [_INTEGER, _INTEGER], _INTEGER, can_fail=True)
def gcd(a: Operand, b: Operand) -> Operand:
    """Return the greatest common divisor."""
    return _pairwise(np.gcd, math.gcd, "gcd", a, b)


@functions.scalar("lcm", [_INTEGER, _INTEGER], _INTEGER, can_fail=True)
def lcm(a: Operand, b: Operand) -> Operand:
    """Return the least common multiple."""
    return _pairwise(None, math.lcm, "lcm", a, b)


def _pairwise(
    fast: Callable[[Numbers, Numbers], Numbers] | None,
    exact: Callable[[int, int], int],
    name: str,
    a: Operand,
    b: Operand,
) -> Operand:
    bounds = np.iinfo(a.type.to_pandas_dtype())
    x, y = numbers(a), numbers(b)
    if fast is not None and not ((x == bounds.min).any() or (y == bounds.min).any()):
        return build(fast(x, y), valid(a, b), a.type, [a, b])

    def one(m: int, n: int) -> int:
        result = exact(m, n)
        if result > bounds.max:
            raise ValueError(f"{Integer(bounds.bits)} overflow: {name}({m}, {n})")
        return result

    return per_distinct(one, [a, b], a.type)


@functions.scalar("factorial", [BIGINT], BIGINT, can_fail=True)
def factorial(number: Operand) -> Operand:
    """Return the product of the integers from 1 to the number."""

    def one(n: int) -> int:
        if n < 0:
            raise ValueError(f"factorial({n}) is not defined")
        if n > 20:
            raise ValueError(f"BIGINT overflow: factorial({n})")
        return math.factorial(n)

    return per_distinct(one, [number], BIGINT.arrow)


@functions.scalar("bitand", [_INTEGER, _INTEGER], _INTEGER)
def bit_and(a: Operand, b: Operand) -> Operand:
    """Return the bits that both have."""
    return call("bit_wise_and", a, b)


@functions.scalar("bitor", [_INTEGER, _INTEGER], _INTEGER)
def bit_or(a: Operand, b: Operand) -> Operand:
    """Return the bits that either has."""
    return call("bit_wise_or", a, b)


@functions.scalar("bitxor", [_INTEGER, _INTEGER], _INTEGER)
def bit_xor(a: Operand, b: Operand) -> Operand:
    """Return the bits that one of them has."""
    return call("bit_wise_xor", a, b)


@functions.scalar("bitnot", [INTEGER], _same)
def bit_not(a: Operand) -> Operand:
    """Return the bits that it has not."""
    return call("bit_wise_not", a)


@functions.scalar("shiftleft", [_INTEGER, INT], _INTEGER, can_fail=True)
def shift_left(a: Operand, count: Operand) -> Operand:
    """Move the bits up by so many places; those that leave are lost."""
    return _shift("shift_left", a, count)


@functions.scalar("shiftright", [_INTEGER, INT], _INTEGER, can_fail=True)
def shift_right(a: Operand, count: Operand) -> Operand:
    """Move the bits down by so many places, keeping the sign."""
    return _shift("shift_right", a, count)


def _shift(function: str, a: Operand, count: Operand) -> Operand:
    by = numbers(count)
    bad = (by < 0) | (by >= a.type.bit_width)
    refuse(bad, valid(a, count), f"a shift must be by 0 to {a.type.bit_width - 1}", [a, count])
    return as_type(call(function, a, count), a.type)
