"""Plain expressions, evaluated one row at a time; part of the oracle (oracle.py).

Three-valued logic; NULL is None.
"""

from __future__ import annotations

import datetime as dt
import operator
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, fields, is_dataclass
from decimal import Decimal
from typing import Any, NamedTuple

from cep.grammar import ast


class Refused(Exception):
    """The pattern is not one that the language allows."""


class Row(NamedTuple):
    """A row of a partition: its values by column, and which input it is from, where several are."""

    values: Mapping[str, Any]
    source: str | None = None


class Taken(NamedTuple):
    """A row that a match has taken; `shown` is false inside `{- -}`."""

    row: int
    label: str
    shown: bool = True


@dataclass(frozen=True)
class View:
    """A match, or one under way, as an expression sees it.

    `taken` is the whole match and `seen` how much of it RUNNING sees; `rows` is the partition.
    """

    rows: Sequence[Row]
    taken: tuple[Taken, ...]
    seen: int
    number: int
    status: str = "complete"
    rowtime: Any = None


Evaluate = Callable[[View, int], Any]
"""The value of an expression; the number is the row it is read at, inside a navigation."""


def children(node: ast.Node) -> Iterator[ast.Expression]:
    """Return the expressions right below a node."""
    for field in fields(node):
        yield from _expressions(getattr(node, field.name))


def _expressions(value: object) -> Iterator[ast.Expression]:
    if isinstance(value, ast.Expression):
        yield value
    elif isinstance(value, tuple):
        for item in value:
            yield from _expressions(item)
    elif isinstance(value, ast.When) and is_dataclass(value):
        yield from children(value)


def walk(expression: ast.Expression) -> Iterator[ast.Expression]:
    """Return an expression and all in it; not the variable that CLASSIFIER names."""
    yield expression
    if isinstance(expression, ast.Call) and expression.name.value == "classifier":
        return
    for child in children(expression):
        yield from walk(child)


_LITERALS = (
    ast.NullLiteral,
    ast.BooleanLiteral,
    ast.NumberLiteral,
    ast.StringLiteral,
    ast.TypedLiteral,
    ast.IntervalLiteral,
)


def build(e: ast.Expression, leaf: Callable[[ast.Expression], Evaluate | None]) -> Evaluate:
    """Return the function of an expression; `leaf` knows the columns and the row-pattern words."""
    found = leaf(e)
    if found is not None:
        return found

    def of(part: ast.Expression) -> Evaluate:
        return build(part, leaf)

    if isinstance(e, _LITERALS):
        constant = literal(e)
        return lambda view, row: constant
    if isinstance(e, ast.Unary):
        return _unary(e.operator, of(e.operand))
    if isinstance(e, ast.Binary):
        return _binary(e.operator, of(e.left), of(e.right))
    if isinstance(e, ast.Is):
        return _is(e.what, of(e.operand), e.negated)
    if isinstance(e, ast.IsDistinct):
        left, right = of(e.left), of(e.right)
        return lambda view, row: (left(view, row) == right(view, row)) is e.negated
    if isinstance(e, ast.Between):
        operand = of(e.operand)
        inside = _binary(
            "and", _binary(">=", operand, of(e.low)), _binary("<=", operand, of(e.high))
        )
        return _unary("not", inside) if e.negated else inside
    if isinstance(e, ast.InList):
        operand = of(e.operand)
        equal = [_binary("=", operand, of(item)) for item in e.items]
        inside = equal[0]
        for one in equal[1:]:
            inside = _binary("or", inside, one)
        return _unary("not", inside) if e.negated else inside
    if isinstance(e, ast.Case):
        return _case(e, of)
    if isinstance(e, ast.Call):
        return _function(e.name.value, [of(a) for a in e.arguments])
    raise Refused(f"the oracle does not know {type(e).__name__}")


def literal(e: ast.Expression) -> Any:
    """Return the value of a literal."""
    match e:
        case ast.NumberLiteral(text=text):
            return int(text) if text.isdigit() else Decimal(text)
        case ast.StringLiteral(value=value) | ast.BooleanLiteral(value=value):
            return value
        case ast.TypedLiteral(value=value):
            return dt.datetime.fromisoformat(value)
        case ast.IntervalLiteral():
            return duration(e)
    return None


_SECONDS = {"SECOND": 1, "MINUTE": 60, "HOUR": 3600, "DAY": 86400}


def duration(e: ast.Expression | None) -> dt.timedelta | None:
    """Return the length of an interval of one unit; None for none."""
    if e is None:
        return None
    if not isinstance(e, ast.IntervalLiteral) or e.to is not None or e.unit not in _SECONDS:
        raise Refused("the oracle knows intervals of one unit only")
    length = dt.timedelta(milliseconds=int(Decimal(e.value) * 1000 * _SECONDS[e.unit]))
    return -length if e.negative else length


def _unary(sign: str, operand: Evaluate) -> Evaluate:
    functions: dict[str, Callable[[Any], Any]] = {
        "-": operator.neg,
        "+": operator.pos,
        "not": operator.not_,
    }
    function = functions[sign]

    def compute(view: View, row: int) -> Any:
        value = operand(view, row)
        return None if value is None else function(value)

    return compute


def quotient(left: int, right: int) -> int:
    """Divide as SQL does, truncating toward zero."""
    size = abs(left) // abs(right)
    return size if (left < 0) == (right < 0) else -size


_BINARY: dict[str, Callable[[Any, Any], Any]] = {
    "=": operator.eq,
    "<>": operator.ne,
    "<": operator.lt,
    "<=": operator.le,
    ">": operator.gt,
    ">=": operator.ge,
    "+": operator.add,
    "-": operator.sub,
    "*": operator.mul,
    "/": quotient,
    "%": lambda left, right: left - right * quotient(left, right),
    "||": operator.add,
}


def _binary(sign: str, left: Evaluate, right: Evaluate) -> Evaluate:
    if sign in {"and", "or"}:
        decisive = sign == "or"

        def logic(view: View, row: int) -> Any:
            one = left(view, row)
            if one is decisive:
                return decisive
            other = right(view, row)
            if other is decisive:
                return decisive
            return None if one is None or other is None else not decisive

        return logic
    function = _BINARY[sign]

    def compute(view: View, row: int) -> Any:
        one, other = left(view, row), right(view, row)
        return None if one is None or other is None else function(one, other)

    return compute


def _is(what: str, operand: Evaluate, negated: bool) -> Evaluate:
    wanted = {"null": None, "unknown": None, "true": True, "false": False}[what]
    return lambda view, row: (operand(view, row) is wanted) is not negated


def _case(e: ast.Case, of: Callable[[ast.Expression], Evaluate]) -> Evaluate:
    conditions = [of(w.condition) for w in e.branches]
    if e.operand is not None:
        operand = of(e.operand)
        conditions = [_binary("=", operand, c) for c in conditions]
    results = [of(w.result) for w in e.branches]
    otherwise = of(e.otherwise or ast.NullLiteral())

    def compute(view: View, row: int) -> Any:
        for condition, result in zip(conditions, results, strict=True):
            if condition(view, row) is True:
                return result(view, row)
        return otherwise(view, row)

    return compute


def _function(name: str, arguments: list[Evaluate]) -> Evaluate:
    if name == "coalesce":
        return lambda view, row: next(
            (v for v in (a(view, row) for a in arguments) if v is not None), None
        )
    functions: dict[str, Callable[..., Any]] = {
        "abs": abs,
        "nullif": lambda a, b: None if a == b else a,
        "char_length": len,
        "upper": str.upper,
    }
    if name not in functions:
        raise Refused(f"the oracle does not know {name}")
    function = functions[name]
    strict = 1 if name == "nullif" else len(arguments)

    def compute(view: View, row: int) -> Any:
        values = [a(view, row) for a in arguments]
        return None if None in values[:strict] else function(*values)

    return compute
