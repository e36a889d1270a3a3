"""`+ - * / %` and unary minus on numbers.

Integers are computed in the wider operand's type and DECIMALs exactly; a result that does not fit
is an error of its row, and so is every division by zero, that of a DOUBLE too. Otherwise DOUBLE is
IEEE 754: 1e308 * 10 is Infinity. Integer division cuts the fraction off; a remainder has the sign
of the dividend.
"""

from __future__ import annotations

import decimal
from collections.abc import Callable

import numpy as np
import pyarrow as pa

from cep.runtime.functions import decimals
from cep.runtime.functions.arrow import (
    as_type,
    build,
    call,
    numbers,
    refuse,
    valid,
    value,
)
from cep.runtime.functions.families import DECIMAL, EXACT, FLOAT, INTEGER, NUMBER
from cep.runtime.functions.registry import Functions
from cep.runtime.rowerrors import Operand
from cep.types import DOUBLE, REAL, DataType, Integer, common_type

functions = Functions()

_NAMES = {t.arrow: str(t) for t in map(Integer, (8, 16, 32, 64))}


def wider(a: DataType, b: DataType) -> DataType:
    """Return the type of integer or floating-point arithmetic on two numbers."""
    return common_type(a, b) or DOUBLE


def _first(a: DataType) -> DataType:
    return a


def as_floats(a: Operand, b: Operand) -> tuple[Operand, Operand]:
    """Convert two numbers, one of them REAL or DOUBLE, to what they are computed in."""
    both_real = a.type == b.type == REAL.arrow
    target = REAL.arrow if both_real else DOUBLE.arrow
    return decimals.to_float(a, target), decimals.to_float(b, target)


@functions.scalar("+", [INTEGER, INTEGER], wider, can_fail=True)
def add_integers(a: Operand, b: Operand) -> Operand:
    """Return the sum."""
    return _checked("add", "+", a, b)


@functions.scalar("-", [INTEGER, INTEGER], wider, can_fail=True)
def subtract_integers(a: Operand, b: Operand) -> Operand:
    """Return the difference."""
    return _checked("subtract", "-", a, b)


@functions.scalar("*", [INTEGER, INTEGER], wider, can_fail=True)
def multiply_integers(a: Operand, b: Operand) -> Operand:
    """Return the product."""
    return _checked("multiply", "*", a, b)


@functions.scalar("/", [INTEGER, INTEGER], wider, can_fail=True)
def divide_integers(a: Operand, b: Operand) -> Operand:
    """Return the quotient without its fraction: -7 / 2 is -3."""
    try:
        return call("divide_checked", a, b)
    except pa.ArrowInvalid:
        zero = numbers(b) == 0
        refuse(zero, valid(a, b), "division by zero", [a, b])
        # What is left is the smallest integer divided by -1.
        wide = np.promote_types(numbers(a).dtype, numbers(b).dtype)
        bad = (numbers(a) == np.iinfo(wide).min) & (numbers(b) == -1)
        refuse(bad, valid(a, b), _overflow("/", a, b), [a, b])
        raise


@functions.scalar(["%", "mod"], [INTEGER, INTEGER], wider, can_fail=True)
def remainder_integers(a: Operand, b: Operand) -> Operand:
    """Return what is left after the division, with the sign of the dividend."""
    x, y, where = numbers(a), numbers(b), valid(a, b)
    zero = y == 0
    if zero.any():
        refuse(zero, where, "division by zero", [a, b])
        y = np.where(zero, y.dtype.type(1), y)
    wide = np.promote_types(x.dtype, y.dtype)
    return build(np.fmod(x, y), where, pa.from_numpy_dtype(wide), [a, b])


def _checked(function: str, symbol: str, a: Operand, b: Operand) -> Operand:
    try:
        return call(f"{function}_checked", a, b)
    except pa.ArrowInvalid:
        digits = pa.decimal256(19, 0)
        exact = call(function, as_type(a, digits), as_type(b, digits))
        wide = np.iinfo(np.promote_types(numbers(a).dtype, numbers(b).dtype))
        above = call("greater", exact, pa.scalar(decimal.Decimal(int(wide.max))))
        below = call("less", exact, pa.scalar(decimal.Decimal(int(wide.min))))
        refuse(numbers(above) | numbers(below), valid(a, b), _overflow(symbol, a, b), [a, b])
        raise


def _overflow(symbol: str, a: Operand, b: Operand) -> Callable[[int], str]:
    name = _NAMES[a.type if a.type.bit_width >= b.type.bit_width else b.type]
    return lambda row: f"{name} overflow: {value(a, row)} {symbol} {value(b, row)}"


functions.scalar("+", [EXACT, EXACT], decimals.sum_type, can_fail=True)(decimals.add)
functions.scalar("-", [EXACT, EXACT], decimals.sum_type, can_fail=True)(decimals.subtract)
functions.scalar("*", [EXACT, EXACT], decimals.product_type, can_fail=True)(decimals.multiply)
functions.scalar("/", [EXACT, EXACT], decimals.quotient_type, can_fail=True)(decimals.divide)
functions.scalar(["%", "mod"], [EXACT, EXACT], decimals.remainder_type, can_fail=True)(
    decimals.remainder
)


@functions.scalar("+", [NUMBER, NUMBER], wider)
def add_floats(a: Operand, b: Operand) -> Operand:
    """Return the sum."""
    return call("add", *as_floats(a, b))


@functions.scalar("-", [NUMBER, NUMBER], wider)
def subtract_floats(a: Operand, b: Operand) -> Operand:
    """Return the difference."""
    return call("subtract", *as_floats(a, b))


@functions.scalar("*", [NUMBER, NUMBER], wider)
def multiply_floats(a: Operand, b: Operand) -> Operand:
    """Return the product."""
    return call("multiply", *as_floats(a, b))


@functions.scalar("/", [NUMBER, NUMBER], wider, can_fail=True)
def divide_floats(a: Operand, b: Operand) -> Operand:
    """Return the quotient."""
    x, y = as_floats(a, b)
    try:
        return call("divide_checked", x, y)
    except pa.ArrowInvalid:
        refuse(numbers(y) == 0, valid(x, y), "division by zero", [x, y])
        raise


@functions.scalar(["%", "mod"], [NUMBER, NUMBER], wider, can_fail=True)
def remainder_floats(a: Operand, b: Operand) -> Operand:
    """Return what is left after the division, with the sign of the dividend."""
    x, y = as_floats(a, b)
    where = valid(x, y)
    refuse(numbers(y) == 0, where, "division by zero", [x, y])
    with np.errstate(invalid="ignore"):
        return build(np.fmod(numbers(x), numbers(y)), where, x.type, [x, y])


@functions.scalar("negate", [INTEGER], _first, can_fail=True)
def negate_integer(number: Operand) -> Operand:
    """Return the number with the other sign."""
    try:
        return call("negate_checked", number)
    except pa.ArrowInvalid:
        least = np.iinfo(numbers(number).dtype).min
        message = f"{_NAMES[number.type]} overflow: -({least})"
        refuse(numbers(number) == least, valid(number), message, [number])
        raise


@functions.scalar("negate", [DECIMAL], _first)
@functions.scalar("negate", [FLOAT], _first)
def negate_number(number: Operand) -> Operand:
    """Return the number with the other sign."""
    return call("negate", number)
