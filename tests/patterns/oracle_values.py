"""What expressions mean over a match, one row at a time; part of the oracle (oracle.py).

Nothing is kept from one evaluation to the next: every FIRST, LAST and aggregate looks through the
labelled rows again. Three-valued logic; NULL is None.
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

_NAVIGATION = ("first", "last", "prev", "next")
_AGGREGATES = ("count", "sum", "avg", "min", "max", "array_agg", "bool_and", "bool_or")


class Meaning:
    """Turns expressions of DEFINE and MEASURES into functions of a view."""

    def __init__(
        self,
        variables: Sequence[str],
        subsets: Mapping[str, Sequence[str]],
        inputs: Sequence[str] = (),
    ) -> None:
        self.members = {v: frozenset([v]) for v in variables}
        self.members |= {s: frozenset(of) for s, of in subsets.items()}
        self.inputs = frozenset(inputs)

    def condition(self, expression: ast.Expression) -> Evaluate:
        """Return the condition of a variable; it holds where its value is True.

        A condition that reads columns of inputs by their names holds for rows of these only.
        """
        if any(
            isinstance(node, ast.Semantics) and node.kind == "final" for node in walk(expression)
        ):
            raise Refused("FINAL in DEFINE")
        value = self.value(expression)
        named = set(self._inputs_read(expression))
        if not named:
            return value

        def holds(view: View, row: int) -> Any:
            return view.rows[view.taken[-1].row].source in named and value(view, row)

        return holds

    def value(self, expression: ast.Expression, final: bool = False) -> Evaluate:
        """Return what an expression is worth over the match, RUNNING unless FINAL is written."""

        def leaf(e: ast.Expression) -> Evaluate | None:
            if isinstance(e, ast.Semantics):
                return self.value(e.operand, e.kind == "final")
            if isinstance(e, ast.ColumnReference):
                return self._navigation(e, final)
            if not isinstance(e, ast.Call):
                return None
            name = e.name.value
            if name in _NAVIGATION:
                return self._navigation(e, final)
            if name in _AGGREGATES:
                return self._aggregate(e, final)
            if name == "classifier":
                return self._classifier(e, final)
            if name == "match_number":
                return lambda view, _: view.number
            if name == "match_status":
                return lambda view, _: view.status
            if name == "match_rowtime":
                return lambda view, _: view.rowtime
            return None

        return build(expression, leaf)

    # ------------------------------------------------------------ rows of variables

    def rows_of(self, view: View, variable: str | None, final: bool) -> list[int]:
        """Return the rows of a variable; None is every labelled row."""
        taken = view.taken if final else view.taken[: view.seen]
        if variable is None:
            return [t.row for t in taken]
        members = self.members[variable]
        return [t.row for t in taken if t.label in members]

    def variable(self, expression: ast.Expression) -> str | None:
        """Return the one variable that the argument of a navigation or aggregate is about."""
        found: set[str | None] = set()
        for node in walk(expression):
            if isinstance(node, ast.ColumnReference):
                qualifier = node.parts[0].value if len(node.parts) > 1 else None
                found.add(qualifier if qualifier in self.members else None)
            elif isinstance(node, ast.Star):
                found.add(None if node.qualifier is None else node.qualifier.value)
            elif isinstance(node, ast.Call) and node.name.value == "classifier":
                found.add(_variable_named(node))
        if len(found) > 1:
            raise Refused("one variable per navigation or aggregate")
        return found.pop() if found else None

    def _inputs_read(self, expression: ast.Expression) -> Iterator[str]:
        """Return the inputs whose columns are read of the last row itself."""
        if isinstance(expression, ast.Call) and expression.name.value in _NAVIGATION + _AGGREGATES:
            return
        if isinstance(expression, ast.ColumnReference) and len(expression.parts) > 1:
            if expression.parts[0].value in self.inputs:
                yield expression.parts[0].value
            return
        for child in children(expression):
            yield from self._inputs_read(child)

    # ------------------------------------------------------------ leaves

    def at_row(self, expression: ast.Expression, final: bool) -> Evaluate:
        """Return what an expression is worth at one row, to which navigation has led."""

        def leaf(e: ast.Expression) -> Evaluate | None:
            if isinstance(e, ast.ColumnReference):
                return self._column(e)
            if isinstance(e, ast.Call) and e.name.value == "classifier":
                return lambda view, row: _label(view, row, final)
            if isinstance(e, ast.Call) and e.name.value in _NAVIGATION + _AGGREGATES:
                raise Refused(f"{e.name.value} inside a navigation or aggregate")
            return None

        return build(expression, leaf)

    def _column(self, reference: ast.ColumnReference) -> Evaluate:
        name = reference.parts[-1].value
        source = reference.parts[0].value if len(reference.parts) > 1 else None
        if source in self.inputs:
            return lambda view, row: (
                view.rows[row].values.get(name) if view.rows[row].source == source else None
            )
        return lambda view, row: view.rows[row].values.get(name)

    def _navigation(self, expression: ast.Expression, final: bool) -> Evaluate:
        """Return the value at a row: the logical step first, then the physical one."""
        steps, inner = 0, expression
        if isinstance(inner, ast.Call) and inner.name.value in {"prev", "next"}:
            steps = _offset(inner, 1) * (-1 if inner.name.value == "prev" else 1)
            inner = inner.arguments[0]
        if isinstance(inner, ast.Semantics):
            final = inner.kind == "final"
            inner = inner.operand
        back, first = 0, False
        if isinstance(inner, ast.Call) and inner.name.value in {"first", "last"}:
            back, first = _offset(inner, 0), inner.name.value == "first"
            inner = inner.arguments[0]
        variable = self.variable(inner)
        value = self.at_row(inner, final)

        def read(view: View, _: int) -> Any:
            rows = self.rows_of(view, variable, final)
            if back >= len(rows):
                return None
            row = rows[back if first else -1 - back] + steps
            return value(view, row) if 0 <= row < len(view.rows) else None

        return read

    def _classifier(self, call: ast.Call, final: bool) -> Evaluate:
        variable = _variable_named(call)

        def read(view: View, _: int) -> Any:
            rows = self.rows_of(view, variable, final)
            return _label(view, rows[-1], final) if rows else None

        return read

    def _aggregate(self, call: ast.Call, final: bool) -> Evaluate:
        name, argument = call.name.value, call.arguments[0]
        variable = self.variable(argument)
        value: Evaluate = lambda view, row: True  # noqa: E731 - what COUNT(*) counts
        if not isinstance(argument, ast.Star):
            value = self.at_row(argument, final)

        def compute(view: View, _: int) -> Any:
            values = [value(view, row) for row in self.rows_of(view, variable, final)]
            return aggregate(name, values, call.distinct)

        return compute


def aggregate(name: str, values: list[Any], distinct: bool = False) -> Any:
    """Return an aggregate of values; ARRAY_AGG keeps NULLs, the others pass over them."""
    if name == "array_agg":
        return values or None
    values = [v for v in values if v is not None]
    if distinct:
        values = list(dict.fromkeys(values))
    if name == "count":
        return len(values)
    if not values:
        return None
    if name == "avg":
        return sum(values) / len(values)
    functions: dict[str, Callable[[list[Any]], Any]] = {
        "sum": sum,
        "min": min,
        "max": max,
        "bool_and": all,
        "bool_or": any,
    }
    return functions[name](values)


def _label(view: View, row: int, final: bool) -> str | None:
    taken = view.taken if final else view.taken[: view.seen]
    return next((t.label for t in taken if t.row == row), None)


def _variable_named(call: ast.Call) -> str | None:
    if not call.arguments:
        return None
    argument = call.arguments[0]
    assert isinstance(argument, ast.ColumnReference)
    return argument.parts[0].value


def _offset(call: ast.Call, default: int) -> int:
    if len(call.arguments) < 2:
        return default
    literal = call.arguments[1]
    assert isinstance(literal, ast.NumberLiteral)
    return int(literal.text)


# ---------------------------------------------------------------- plain expressions


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
