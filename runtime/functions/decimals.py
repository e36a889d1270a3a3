"""Exact arithmetic on DECIMAL, with the result types of Flink and half-up rounding.

Arrow computes decimals exactly but limits the *declared* precision of a result. So where Flink's
rule gives up digits to stay within 38, the value is computed in 256 bits and then rounded, and
where even those do not hold the intermediate result it is computed by Python's integers.
"""

from __future__ import annotations

import decimal
from collections.abc import Callable

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from cep.runtime.functions.arrow import (
    build,
    call,
    columns,
    like,
    numbers,
    per_distinct,
    refuse,
    valid,
    value,
)
from cep.runtime.rowerrors import Mask, Operand
from cep.types import MAX_PRECISION, DataType, Decimal, as_decimal, bounded_decimal

_WIDEST = 76
_EXACT = decimal.Context(prec=200, rounding=decimal.ROUND_HALF_UP)


def sum_type(a: DataType, b: DataType) -> Decimal:
    """Return the type of `a + b` and `a - b`."""
    x, y = as_decimal(a), as_decimal(b)
    scale = max(x.scale, y.scale)
    whole = max(x.precision - x.scale, y.precision - y.scale)
    return bounded_decimal(whole + scale + 1, scale)


def product_type(a: DataType, b: DataType) -> Decimal:
    """Return the type of `a * b`."""
    x, y = as_decimal(a), as_decimal(b)
    return bounded_decimal(x.precision + y.precision + 1, x.scale + y.scale)


def quotient_type(a: DataType, b: DataType) -> Decimal:
    """Return the type of `a / b`."""
    x, y = as_decimal(a), as_decimal(b)
    scale = max(6, x.scale + y.precision + 1)
    return bounded_decimal(x.precision - x.scale + y.scale + scale, scale)


def remainder_type(a: DataType, b: DataType) -> Decimal:
    """Return the type of `a % b`."""
    x, y = as_decimal(a), as_decimal(b)
    scale = max(x.scale, y.scale)
    whole = min(x.precision - x.scale, y.precision - y.scale)
    return bounded_decimal(max(whole + scale, 1), scale)


def add(a: Operand, b: Operand) -> Operand:
    """Return a + b."""
    return _linear("add", "+", a, b)


def subtract(a: Operand, b: Operand) -> Operand:
    """Return a - b."""
    return _linear("subtract", "-", a, b)


def multiply(a: Operand, b: Operand) -> Operand:
    """Return a * b."""
    x, y = decimal_of(a), decimal_of(b)
    result = product_type(_sql(x), _sql(y)).arrow
    natural = x.type.precision + y.type.precision + 1
    if natural <= result.precision:
        return call("multiply", x, y)
    if natural > _WIDEST:
        return _by_integers(_EXACT.multiply, x, y, result, "*")
    return rescale(call("multiply", widened(x), widened(y)), result, _overflow(result, "*", x, y))


def divide(a: Operand, b: Operand) -> Operand:
    """Return a / b, rounded half up."""
    x, y = decimal_of(a), decimal_of(b)
    result = quotient_type(_sql(x), _sql(y)).arrow
    # Arrow divides to s1 + p2 - s2 + 1 digits and cuts the rest off: ask for one more than wanted.
    more = max(0, result.scale + y.type.scale - x.type.scale - y.type.precision + 1)
    scale = max(4, x.type.scale + more + y.type.precision - y.type.scale + 1)
    natural = x.type.precision - x.type.scale + y.type.scale + scale
    if max(natural, x.type.precision + more, x.type.precision + scale) >= _WIDEST:
        refuse_zero(y, x)
        return _by_integers(_divide_half_up(result.scale), x, y, result, "/")
    narrow = max(natural, x.type.precision + more, x.type.precision + scale) <= MAX_PRECISION
    kind = pa.decimal128 if narrow else pa.decimal256
    dividend = x.cast(kind(x.type.precision + more, x.type.scale + more))
    try:
        quotient = call("divide", dividend, y if narrow else widened(y))
    except pa.ArrowInvalid:
        refuse_zero(y, x)
        raise
    return rescale(quotient, result, _overflow(result, "/", x, y))


def remainder(a: Operand, b: Operand) -> Operand:
    """Return what is left of a after division by b, with the sign of a."""
    x, y = decimal_of(a), decimal_of(b)
    result = remainder_type(_sql(x), _sql(y)).arrow
    scale = max(x.type.scale, y.type.scale)
    digits = max(x.type.precision - x.type.scale, y.type.precision - y.type.scale) + scale
    if 2 * digits + 2 > _WIDEST:
        refuse_zero(y, x)
        return _by_integers(_EXACT.remainder, x, y, result, "%")
    same = pa.decimal256(digits, scale)
    dividend, divisor = x.cast(same), y.cast(same)
    try:
        quotient = call("divide", dividend, divisor)
    except pa.ArrowInvalid:
        refuse_zero(y, x)
        raise
    whole = quotient.cast(pa.decimal256(digits + scale, 0), safe=False)  # cuts the fraction off
    return call("subtract", dividend, call("multiply", whole, divisor)).cast(result)


def decimal_of(operand: Operand) -> Operand:
    """Return an exact number as DECIMAL."""
    if pa.types.is_decimal(operand.type):
        return operand
    return operand.cast(pa.decimal128(_DIGITS[operand.type.bit_width], 0))


_DIGITS = {8: 3, 16: 5, 32: 10, 64: 19}


def to_float(operand: Operand, target: pa.DataType) -> Operand:
    """Convert a number to REAL or DOUBLE, to the nearest value (Arrow's cast of 0.3 is not)."""
    if operand.type == target:
        return operand
    if not pa.types.is_decimal(operand.type):
        return operand.cast(target, safe=False)
    if operand.type.scale <= _EXACT_POWERS:
        (array,) = columns(operand)
        low = unscaled(array)
        if operand.type.precision <= 15 or _all_below(array, low, 2**53):
            nearest = low / 10.0**operand.type.scale
            return build(nearest, valid(operand), target, [operand])
    return operand.cast(pa.string()).cast(target)


_EXACT_POWERS = 22
"""Ten to this power is the last that a DOUBLE holds exactly, so that dividing by it rounds once."""


def unscaled(array: pa.Array) -> npt.NDArray[np.int64]:
    """Return the low 64 bits of decimals taken as integers: all of them, up to 18 digits."""
    if len(array) == 0:
        return np.empty(0, np.int64)
    limbs = np.frombuffer(array.buffers()[1], np.int64)
    return limbs[2 * array.offset : 2 * (array.offset + len(array)) : 2]


def of_unscaled(
    digits: npt.NDArray[np.int64], where: Mask | None, result: pa.DataType, operand: Operand
) -> Operand:
    """Make decimals of integers that count units of the last digit."""
    limbs = np.empty((len(digits), 2), np.int64)
    limbs[:, 0] = digits
    limbs[:, 1] = digits >> 63
    made = pa.Array.from_buffers(result, len(digits), [None, pa.py_buffer(limbs)])
    if where is not None:
        made = pc.if_else(pa.array(where), made, pa.scalar(None, result))
    return like(made, operand)


def _all_below(array: pa.Array, low: npt.NDArray[np.int64], limit: int) -> bool:
    high = np.frombuffer(array.buffers()[1], np.int64)
    high = high[2 * array.offset + 1 : 2 * (array.offset + len(array)) : 2]
    return bool(((high == low >> 63) & (low < limit) & (low > -limit)).all())


def rescale(
    operand: Operand, target: pa.DataType, message: str | Callable[[int], str] = "DECIMAL overflow"
) -> Operand:
    """Convert to another precision and scale, rounding half up; refuse what does not fit."""
    if operand.type == target:
        return operand
    try:
        return exactly(_rounded(operand, target.scale), target)
    except pa.ArrowInvalid:
        same_scale = _rounded(operand, target.scale).cast(pa.decimal256(_WIDEST, target.scale))
        limit = decimal.Decimal(10) ** (target.precision - target.scale)
        bad = call("greater_equal", call("abs", same_scale), pa.scalar(limit, same_scale.type))
        refuse(numbers(bad), valid(operand), message, [operand])
        raise


def exactly(operand: Operand, target: pa.DataType) -> Operand:
    """Convert a DECIMAL without loss; raises ArrowInvalid where that cannot be.

    Arrow multiplies by the power of ten without looking whether 128 bits hold the product.
    """
    t = operand.type
    if pa.types.is_decimal128(t) and t.precision + target.scale - t.scale > MAX_PRECISION:
        operand = operand.cast(pa.decimal256(_WIDEST, target.scale))
    return operand.cast(target)


def _rounded(operand: Operand, scale: int) -> Operand:
    """Round half up where digits have to go."""
    t = operand.type
    if scale >= t.scale:
        return operand
    # 9.99 becomes 10.0: rounding needs room for one digit more.
    if pa.types.is_decimal128(t) and t.precision < MAX_PRECISION:
        roomy = operand.cast(pa.decimal128(t.precision + 1, t.scale))
    else:
        roomy = operand.cast(pa.decimal256(_WIDEST, t.scale))
    return pc.round(roomy, scale, "half_towards_infinity")


def refuse_zero(divisor: Operand, dividend: Operand) -> None:
    """Raise for the rows that would divide by zero."""
    zero = call("equal", divisor, pa.scalar(decimal.Decimal(0), divisor.type))
    refuse(numbers(zero), valid(dividend, divisor), "division by zero", [dividend, divisor])


def _linear(function: str, symbol: str, a: Operand, b: Operand) -> Operand:
    x, y = decimal_of(a), decimal_of(b)
    result = sum_type(_sql(x), _sql(y)).arrow
    scale = max(x.type.scale, y.type.scale)
    natural = max(x.type.precision - x.type.scale, y.type.precision - y.type.scale) + scale + 1
    if natural <= result.precision:
        return call(function, x, y)
    if natural > _WIDEST:
        exact = _EXACT.add if function == "add" else _EXACT.subtract
        return _by_integers(exact, x, y, result, symbol)
    return rescale(call(function, widened(x), widened(y)), result, _overflow(result, symbol, x, y))


def _sql(operand: Operand) -> Decimal:
    return Decimal(operand.type.precision, operand.type.scale)


def widened(operand: Operand) -> Operand:
    """Return a decimal with as many digits, in 256 bits."""
    return operand.cast(pa.decimal256(operand.type.precision, operand.type.scale))


def _overflow(result: pa.DataType, symbol: str, a: Operand, b: Operand) -> Callable[[int], str]:
    name = Decimal(result.precision, result.scale)
    return lambda row: f"{name} overflow: {value(a, row)} {symbol} {value(b, row)}"


def _divide_half_up(scale: int) -> Callable[[decimal.Decimal, decimal.Decimal], decimal.Decimal]:
    unit = decimal.Decimal(1).scaleb(-scale)

    def divide_exactly(a: decimal.Decimal, b: decimal.Decimal) -> decimal.Decimal:
        # One digit more than wanted, cut off, decides the rounding; rounding twice would not.
        cut = decimal.Context(prec=200, rounding=decimal.ROUND_DOWN)
        return cut.divide(a, b).quantize(unit, decimal.ROUND_HALF_UP, _EXACT)

    return divide_exactly


def _by_integers(
    compute: Callable[[decimal.Decimal, decimal.Decimal], decimal.Decimal],
    a: Operand,
    b: Operand,
    result: pa.DataType,
    symbol: str,
) -> Operand:
    name = Decimal(result.precision, result.scale)
    unit = decimal.Decimal(1).scaleb(-result.scale)

    def one(x: decimal.Decimal, y: decimal.Decimal) -> decimal.Decimal:
        rounded = compute(x, y).quantize(unit, decimal.ROUND_HALF_UP, _EXACT)
        if len(rounded.as_tuple().digits) > result.precision:
            raise ArithmeticError(f"{name} overflow: {x} {symbol} {y}")
        return rounded

    return per_distinct(one, [a, b], result)
