"""Comparisons, and the distinctions that know NULL.

Text compares by code point, FALSE before TRUE. NaN equals NaN and is greater than every number, so
that DOUBLE has a total order. Rows compare field by field, arrays and maps for equality only; a
NULL inside makes the outcome unknown where it matters, as in the standard.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import TypeAlias

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from cep.runtime.functions.arithmetic import as_floats
from cep.runtime.functions.arrow import call, has_nulls, missing, numbers
from cep.runtime.functions.decimals import decimal_of, widened
from cep.runtime.functions.equality import equal_nested, order_rows
from cep.runtime.functions.families import ANY, EXACT, NUMBER, is_flat, is_nested
from cep.runtime.functions.registry import Functions, Kernel, Parameter, Variable
from cep.runtime.rowerrors import Operand
from cep.types import BOOLEAN, MAX_PRECISION, VARCHAR, DataType, Null, Row, is_numeric

functions = Functions()

_ARROW = {
    "=": "equal",
    "<>": "not_equal",
    "<": "less",
    "<=": "less_equal",
    ">": "greater",
    ">=": "greater_equal",
}
_SUMMARIES = {
    "=": "Say whether the two are equal.",
    "<>": "Say whether the two differ.",
    "<": "Say whether the left one comes first.",
    "<=": "Say whether the left one comes first or they are equal.",
    ">": "Say whether the right one comes first.",
    ">=": "Say whether the right one comes first or they are equal.",
}
_MIRRORED = {"=": "=", "<>": "<>", "<": ">", "<=": ">=", ">": "<", ">=": "<="}


def compare(symbol: str, a: Operand, b: Operand) -> Operand:
    """Compare two operands of one type."""
    if pa.types.is_floating(a.type):
        return _compare_floats(symbol, a, b)
    if pa.types.is_nested(a.type):
        if symbol in {"=", "<>"}:
            same = equal_nested(lambda x, y: compare("=", x, y), a, b)
            return same if symbol == "=" else call("invert", same)
        return order_rows(compare, symbol, a, b)
    if pa.types.is_null(a.type):
        return missing([a, b], pa.bool_())
    return call(_ARROW[symbol], a, b)


def compare_exact(symbol: str, a: Operand, b: Operand) -> Operand:
    """Compare integers and decimals, whatever their sizes."""
    if pa.types.is_integer(a.type) and pa.types.is_integer(b.type):
        return call(_ARROW[symbol], a, b)
    x, y = decimal_of(a), decimal_of(b)
    whole = max(x.type.precision - x.type.scale, y.type.precision - y.type.scale)
    if whole + max(x.type.scale, y.type.scale) > MAX_PRECISION:
        x, y = widened(x), widened(y)
    return call(_ARROW[symbol], x, y)


def compare_numbers(symbol: str, a: Operand, b: Operand) -> Operand:
    """Compare numbers one of which is REAL or DOUBLE."""
    return _compare_floats(symbol, *as_floats(a, b))


def _compare_floats(symbol: str, a: Operand, b: Operand) -> Operand:
    if isinstance(a, pa.Scalar) and isinstance(b, pa.Array):
        return _compare_floats(_MIRRORED[symbol], b, a)
    if _may_have_nan(b):
        if isinstance(b, pa.Scalar) or _may_have_nan(a):
            return _compare_with_nan(symbol, a, b)
        return _compare_floats(_MIRRORED[symbol], b, a)
    # Only the left side can hold NaN: Arrow finds it neither less nor equal, which is right, nor
    # greater, which is not.
    if symbol == ">":
        return call("invert", call("less_equal", a, b))
    if symbol == ">=":
        return call("invert", call("less", a, b))
    return call(_ARROW[symbol], a, b)


def _may_have_nan(operand: Operand) -> bool:
    """Say whether there is a NaN; a sum finds it in the shortest time."""
    if isinstance(operand, pa.Scalar):
        return operand.is_valid and math.isnan(operand.as_py())
    with np.errstate(all="ignore"):
        return math.isnan(np.add.reduce(numbers(operand)))


def _compare_with_nan(symbol: str, a: Operand, b: Operand) -> Operand:
    """Compare where both sides may hold NaN: first by being NaN, then by value."""
    nan_a, nan_b = call("is_nan", a), call("is_nan", b)
    both = call("and", nan_a, nan_b)
    by_value = call(_ARROW[symbol], a, b)
    outcome = call("if_else", both, pa.scalar(symbol in {"=", "<=", ">="}), by_value)
    if symbol in {"=", "<>"}:
        return outcome  # NaN against a number: Arrow says different already
    first_is_less = symbol in {"<", "<="}
    return call("if_else", call("xor", nan_a, nan_b), nan_b if first_is_less else nan_a, outcome)


def is_ordered(t: DataType) -> bool:
    """Say whether `<` is defined on the type."""
    if isinstance(t, Row):
        return all(is_ordered(f.type) for f in t.fields)
    return is_flat(t) or is_numeric(t) or isinstance(t, Null)


_FLAT = Variable("value", is_flat, VARCHAR)
_NESTED = Variable("nested", is_nested)
_ROW = Variable("row", lambda t: isinstance(t, Row) and is_ordered(t))

Comparison: TypeAlias = Callable[[str, Operand, Operand], Operand]
_KINDS: tuple[tuple[Parameter, Comparison], ...] = (
    (EXACT, compare_exact),
    (NUMBER, compare_numbers),
    (_FLAT, compare),
    (_NESTED, compare),
)


def _kernel(comparison: Comparison, symbol: str) -> Kernel:
    def kernel(a: Operand, b: Operand) -> Operand:
        return comparison(symbol, a, b)

    kernel.__doc__ = _SUMMARIES[symbol]
    return kernel


def same(a: Operand, b: Operand, comparison: Comparison = compare) -> Operand:
    """Say whether the two are the same, taking NULL for a value like any other; never NULL."""
    if pa.types.is_null(a.type):
        return call("and", call("is_null", a), call("is_null", b))
    equal = equal_nested(same, a, b) if pa.types.is_nested(a.type) else comparison("=", a, b)
    if not has_nulls(equal):
        return equal
    return call("coalesce", equal, call("and", call("is_null", a), call("is_null", b)))


def _distinction(comparison: Comparison, negated: bool) -> Kernel:
    def kernel(a: Operand, b: Operand) -> Operand:
        alike = same(a, b, comparison)
        return call("invert", alike) if negated else alike

    kernel.__doc__ = (
        "Say whether the two differ, taking NULL for a value like any other."
        if negated
        else "Say whether the two are the same, taking NULL for a value like any other."
    )
    return kernel


for _parameter, _comparison in _KINDS:
    for _symbol in _ARROW:
        _takes = _ROW if _parameter is _NESTED and _symbol not in {"=", "<>"} else _parameter
        functions.scalar(_symbol, [_takes, _takes], BOOLEAN)(_kernel(_comparison, _symbol))
    functions.scalar("is distinct from", [_parameter, _parameter], BOOLEAN)(
        _distinction(_comparison, negated=True)
    )
    functions.scalar("is not distinct from", [_parameter, _parameter], BOOLEAN)(
        _distinction(_comparison, negated=False)
    )


@functions.scalar("is null", [ANY], BOOLEAN)
def is_null(operand: Operand) -> Operand:
    """Say whether there is no value."""
    return call("is_null", operand)


@functions.scalar("is not null", [ANY], BOOLEAN)
def is_not_null(operand: Operand) -> Operand:
    """Say whether there is a value."""
    return call("is_valid", operand)


@functions.scalar("not", [BOOLEAN], BOOLEAN)
def negation(operand: Operand) -> Operand:
    """Return the opposite; NULL stays NULL."""
    return call("invert", operand)


def _truth(wanted: bool | None, negated: bool) -> Kernel:
    def kernel(operand: Operand) -> Operand:
        if wanted is None:
            return call("is_valid" if negated else "is_null", operand)
        known = call("coalesce", operand, pa.scalar(not wanted))
        return known if wanted != negated else call("invert", known)

    word = {True: "TRUE", False: "FALSE", None: "unknown"}[wanted]
    kernel.__doc__ = f"Say whether the condition is {'not ' if negated else ''}{word}; never NULL."
    return kernel


for _word, _wanted in (("true", True), ("false", False), ("unknown", None)):
    functions.scalar(f"is {_word}", [BOOLEAN], BOOLEAN)(_truth(_wanted, negated=False))
    functions.scalar(f"is not {_word}", [BOOLEAN], BOOLEAN)(_truth(_wanted, negated=True))


def in_set(operand: Operand, items: pa.Array) -> Operand:
    """Say whether a value is among constant `items` of its own Arrow type, in three-valued logic.

    A NULL operand gives NULL (FALSE where there are no items); a NULL item turns FALSE into NULL.
    """
    known = items.drop_null()
    if pa.types.is_floating(items.type):  # IS_IN tells -0.0 from 0.0; adding 0.0 makes them one
        zero = pa.scalar(0.0, items.type)
        known, operand = call("add", known, zero), call("add", operand, zero)
    found = call("is_in", operand, options=pc.SetLookupOptions(value_set=known))
    if not len(items):
        return found
    if len(known) < len(items):
        return call("if_else", found, found, pa.scalar(None, pa.bool_()))
    if has_nulls(operand):
        return call("if_else", call("is_valid", operand), found, pa.scalar(None, pa.bool_()))
    return found
