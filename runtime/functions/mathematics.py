"""Functions of DOUBLE, which take any number.

What is not defined (the root of a negative number, the logarithm of zero) is an error of its row.
"""

from __future__ import annotations

import math
from collections.abc import Callable

import numpy as np
import pyarrow as pa

from cep.runtime.functions.arrow import (
    Numbers,
    build,
    call,
    numbers,
    refuse,
    valid,
    value,
)
from cep.runtime.functions.registry import Functions
from cep.runtime.rowerrors import Mask, Operand
from cep.runtime.session import Session
from cep.types import (
    BOOLEAN,
    DOUBLE,
    INT,
)

functions = Functions()


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
