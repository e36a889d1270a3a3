"""Functions that choose among their arguments. CASE and COALESCE are the compiler's."""

from __future__ import annotations

import pyarrow as pa

from cep.runtime.functions.arrow import call, has_nulls
from cep.runtime.functions.comparison import compare, compare_exact, compare_numbers, is_ordered
from cep.runtime.functions.families import EXACT, NUMBER, is_flat, is_nested
from cep.runtime.functions.registry import Functions, Variable
from cep.runtime.rowerrors import Operand
from cep.types import BOOLEAN, INT, DataType

functions = Functions()

_ANY = Variable("any", default=INT)
_ORDERED = Variable("value", is_ordered, INT)
_FLAT = Variable("value", lambda t: is_flat(t) or is_nested(t), INT)


def _first(a: DataType, b: DataType) -> DataType:
    return a


def _null_where(same: Operand, a: Operand) -> Operand:
    return call("if_else", call("coalesce", same, pa.scalar(False)), pa.scalar(None, a.type), a)


@functions.scalar("nullif", [EXACT, EXACT], _first)
def nullif_exact(a: Operand, b: Operand) -> Operand:
    """Return NULL where the two are equal, and else the first."""
    return _null_where(compare_exact("=", a, b), a)


@functions.scalar("nullif", [NUMBER, NUMBER], _first)
def nullif_number(a: Operand, b: Operand) -> Operand:
    """Return NULL where the two are equal, and else the first."""
    return _null_where(compare_numbers("=", a, b), a)


@functions.scalar("nullif", [_FLAT, _FLAT], _FLAT)
def nullif(a: Operand, b: Operand) -> Operand:
    """Return NULL where the two are equal, and else the first."""
    return _null_where(compare("=", a, b), a)


@functions.scalar("greatest", [_ORDERED], _ORDERED, variadic=1)
def greatest(*values: Operand) -> Operand:
    """Return the greatest; NULL where one of them is NULL."""
    return _extreme(">=", values)


@functions.scalar("least", [_ORDERED], _ORDERED, variadic=1)
def least(*values: Operand) -> Operand:
    """Return the least; NULL where one of them is NULL."""
    return _extreme("<=", values)


def _extreme(symbol: str, values: tuple[Operand, ...]) -> Operand:
    best = values[0]
    for other in values[1:]:
        best = call("if_else", compare(symbol, best, other), best, other)
    return best


@functions.scalar(["if", "iif"], [BOOLEAN, _ANY, _ANY], _ANY)
def choose(condition: Operand, then: Operand, otherwise: Operand) -> Operand:
    """Return the second argument where the condition is true, and else the third."""
    if has_nulls(condition):
        condition = call("coalesce", condition, pa.scalar(False))
    return call("if_else", condition, then, otherwise)


@functions.scalar(["ifnull", "nvl"], [_ANY, _ANY], _ANY)
def ifnull(a: Operand, b: Operand) -> Operand:
    """Return the first argument, or where it is NULL the second."""
    return call("if_else", call("is_valid", a), a, b)
