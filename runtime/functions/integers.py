"""Divisors, factorials and bits of integers."""

from __future__ import annotations

import math
from collections.abc import Callable

import numpy as np

from cep.runtime.functions.arrow import (
    Numbers,
    as_type,
    build,
    call,
    numbers,
    per_distinct,
    refuse,
    valid,
)
from cep.runtime.functions.families import INTEGER
from cep.runtime.functions.registry import Functions, Variable
from cep.runtime.rowerrors import Operand
from cep.types import (
    BIGINT,
    INT,
    DataType,
    Integer,
)

functions = Functions()

_INTEGER = Variable("integer", lambda t: isinstance(t, Integer), INT)


def _same(number: DataType, *_: DataType) -> DataType:
    return number


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
