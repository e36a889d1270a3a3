"""What expressions mean over a match; part of the oracle (oracle.py).

Nothing is kept from one evaluation to the next: every FIRST, LAST and aggregate looks through the
labelled rows again.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any

from cep.grammar import ast
from tests.patterns.oracle_expressions import Evaluate, Refused, View, build, children, walk

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

    def at_row(self, expression: ast.Expression) -> Evaluate:
        """Return what an expression is worth at one row, to which navigation has led."""

        def leaf(e: ast.Expression) -> Evaluate | None:
            if isinstance(e, ast.ColumnReference):
                return self._column(e)
            if isinstance(e, ast.Call) and e.name.value == "classifier":
                return _label
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
        value = self.at_row(inner)

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
            return _label(view, rows[-1]) if rows else None

        return read

    def _aggregate(self, call: ast.Call, final: bool) -> Evaluate:
        name, argument = call.name.value, call.arguments[0]
        variable = self.variable(argument)
        value: Evaluate = lambda view, row: True  # noqa: E731 - what COUNT(*) counts
        if not isinstance(argument, ast.Star):
            value = self.at_row(argument)

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


def _label(view: View, row: int) -> str | None:
    return next((t.label for t in view.taken if t.row == row), None)


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
