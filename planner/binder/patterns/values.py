"""Conditions and measures: what they read of a match, by navigation, aggregates and functions."""

from __future__ import annotations

from dataclasses import dataclass

from cep import types
from cep.errors import BindError, Span
from cep.grammar import ast
from cep.grammar.unparse import quoted, unparse
from cep.grammar.walk import walk
from cep.planner.binder import literals
from cep.planner.binder.aggregates import bind_aggregate
from cep.planner.binder.context import Context
from cep.planner.binder.expressions import ExpressionBinder
from cep.planner.binder.patterns.names import Names
from cep.planner.binder.patterns.rows import (
    LOGICAL,
    PHYSICAL,
    PatternBinder,
    RowBinder,
    Rows,
    classified,
    ordinal,
    plain,
)
from cep.planner.binder.scope import Scope
from cep.planner.expressions import Constant, Expression, Logical, conjuncts
from cep.planner.patterns.expressions import (
    Label,
    MatchAggregate,
    MatchNumber,
    MatchRowtime,
    MatchStatus,
    Navigation,
)
from cep.types import BIGINT, BOOLEAN, VARCHAR, DataType, Integer

FARTHEST = 2**31 - 1
"""The greatest number of rows that FIRST, LAST, PREV and NEXT step."""

_OF_WINDOWS = {
    "lag": "PREV(x, n)",
    "lead": "NEXT(x, n)",
    "nth_value": "FIRST(x, n - 1)",
    "row_number": "COUNT(*)",
}
"""What reads as much in a row pattern."""


@dataclass(frozen=True)
class Clause:
    """Where an expression of a row pattern stands.

    `testing` is the variable whose condition it is, None in MEASURES; `final` says that all of the
    match is seen, whatever is written; `time` is the type of the time in ORDER BY, if one is first.
    """

    testing: int | None = None
    final: bool = False
    time: DataType | None = None

    @property
    def place(self) -> str:
        """The clause in messages."""
        return "in MEASURES" if self.testing is None else "in DEFINE"


class ValueBinder(PatternBinder):
    """Binds expressions of DEFINE and MEASURES; a column there is one of a row of the match."""

    def __init__(self, rows: Rows, names: Names, context: Context, clause: Clause) -> None:
        super().__init__(rows.scope, context, place=clause.place)
        self.rows = rows
        self.names = names
        self.clause = clause
        self._inputs: dict[int, None] = {}

    def defined(self, written: ast.Expression) -> Expression:
        """Return the condition of a variable.

        If it reads columns of merged inputs, by their names and of the row under test itself, the
        row is implied to be from one of those.
        """
        condition = self.condition(written)
        if not self._inputs:
            return condition
        which = self.rows.which()
        row = Navigation(which.type, which, None, text=which.name)
        tests = tuple(
            self.call("=", [row, ordinal(number)], written.span) for number in sorted(self._inputs)
        )
        implied = tests[0] if len(tests) == 1 else Logical(BOOLEAN, "or", tests)
        return both(implied, condition)

    def given(self, value: Expression, span: Span) -> Expression:
        """Return the condition that the row under test has a value."""
        row = Navigation(value.type, value, None, text=str(value))
        return self.call("is not null", [row], span)

    def measure(self, written: ast.Expression) -> Expression:
        """Return the value of a measure."""
        bound = self.bind(written)
        return literals.null(VARCHAR) if isinstance(bound.type, types.Null) else bound

    def bind(self, written: ast.Expression) -> Expression:
        if isinstance(written, ast.Semantics):
            return self._semantics(written)
        return super().bind(written)

    def _reader(self, function: str) -> RowBinder:
        return RowBinder(
            self.rows, self.names, self.context, self.clause.testing, function, self.place
        )

    # ------------------------------------------------------------ navigation

    def _column(self, written: ast.ColumnReference) -> Expression:
        row = self._reader("")
        operand = row.bind(written)
        if not row.reads:
            return operand
        self._inputs.update(row.inputs)
        return self._navigation(operand, row, written)

    def _semantics(self, written: ast.Semantics) -> Expression:
        final = self._final(written)
        operand = written.operand
        assert isinstance(operand, ast.Call)
        name, word = operand.name.value, written.kind.upper()
        if name in LOGICAL:
            return self._logical(operand, final=final)
        if self.context.aggregates.overloads(name):
            return self._aggregate(operand, final=final)
        if name in PHYSICAL:
            hint = f"write {name.upper()}({word} LAST(…))"
        elif name == "classifier":
            hint = f"write {word} LAST({unparse(operand)})"
        else:
            hint = f"write it before the FIRST, LAST or aggregate inside of {name.upper()}(…)"
        raise BindError(
            f"{word} stands before FIRST, LAST and aggregates, not before {name.upper()}",
            span=written.span,
            hint=hint,
        )

    def _final(self, written: ast.Semantics) -> bool:
        if written.kind != "final":
            return False
        if self.clause.testing is not None:
            raise BindError(
                "FINAL sees the whole match, and while rows are tested there is none yet",
                span=written.span,
                hint="leave FINAL out: what a condition sees is always RUNNING",
            )
        return True

    def _logical(self, written: ast.Call, *, final: bool = False, shift: int = 0) -> Expression:
        """Bind FIRST or LAST, perhaps inside of PREV or NEXT."""
        name = written.name.value
        offset = self._offset(written, 0)
        row = self._reader(name.upper())
        operand = self._operand(written, row)
        return self._navigation(
            operand,
            row,
            written.arguments[0],
            last=name == "last",
            offset=offset,
            shift=shift,
            final=final,
        )

    def _physical(self, written: ast.Call) -> Expression:
        """Bind PREV or NEXT, which step from a row of the match."""
        name = written.name.value
        steps = self._offset(written, 1)
        shift = -steps if name == "prev" else steps
        inner, final = written.arguments[0], False
        if isinstance(inner, ast.Semantics):
            final, operand = self._final(inner), inner.operand
            if not isinstance(operand, ast.Call) or operand.name.value not in LOGICAL:
                raise BindError(
                    f"{name.upper()} steps from FIRST(…) or LAST(…)",
                    span=inner.span,
                    hint=f"write {name.upper()}({inner.kind.upper()} LAST(…))",
                )
            inner = operand
        if isinstance(inner, ast.Call) and inner.name.value in LOGICAL:
            return self._logical(inner, final=final, shift=shift)
        row = self._reader(name.upper())
        return self._navigation(self._operand(written, row), row, inner, shift=shift)

    def _operand(self, written: ast.Call, row: RowBinder) -> Expression:
        argument = written.arguments[0]
        if isinstance(argument, ast.Star):
            raise BindError(
                f"{row.function} reads a value of a row, and * is none",
                span=argument.span,
                hint="name a column",
            )
        operand = row.bind(argument)
        if not row.reads:
            raise BindError(
                f"{row.function} reads a row, and this is the same for every row",
                span=argument.span,
                hint=f"name a column: {row.function}(a.x)",
            )
        return operand

    def _offset(self, written: ast.Call, default: int) -> int:
        """Return how many rows are stepped, the second argument."""
        plain(written)
        name = written.name.value.upper()
        if not 1 <= len(written.arguments) <= 2:
            raise BindError(
                f"{name} takes what is read, and how many rows it steps",
                span=written.span,
                hint=f"write {name}(a.x) or {name}(a.x, 2)",
            )
        if len(written.arguments) == 1:
            return default
        argument = written.arguments[1]
        bound = None
        if not any(isinstance(n, ast.ColumnReference) for n in walk(argument)):
            bound = ExpressionBinder(Scope(), self.context, place=f"in {name}").bind(argument)
        value = bound.value.as_py() if isinstance(bound, Constant) else None
        if bound is None or not isinstance(bound.type, Integer) or value is None:
            raise BindError(
                f"how many rows {name} steps is a whole number, known beforehand",
                span=argument.span,
                hint=f"write a number or a parameter: {name}(a.x, 2)",
            )
        if not 0 <= value <= FARTHEST:
            other = {"PREV": "NEXT", "NEXT": "PREV", "FIRST": "LAST", "LAST": "FIRST"}[name]
            raise BindError(
                f"{name} steps 0 to {FARTHEST:,} rows, not {value:,}",
                span=argument.span,
                hint=f"{other} steps the other way" if value < 0 else None,
            )
        return int(value)

    def _navigation(
        self,
        operand: Expression,
        row: RowBinder,
        written: ast.Expression,
        *,
        last: bool = True,
        offset: int = 0,
        shift: int = 0,
        final: bool = False,
    ) -> Navigation:
        """Return a leaf; its text is the same for all ways of writing it."""
        label = isinstance(operand, Label)
        text = _loud(written, "classifier") if label else unparse(written)
        said = final and not self.clause.final
        computed = not label and not isinstance(written, ast.ColumnReference)
        if not last or offset or said or (computed and not shift):
            text = f"{'LAST' if last else 'FIRST'}({text}{f', {offset}' if offset else ''})"
        if said:
            text = f"FINAL {text}"
        if shift:
            steps = "" if abs(shift) == 1 else f", {abs(shift)}"
            text = f"{'PREV' if shift < 0 else 'NEXT'}({text}{steps})"
        final = final or self.clause.final
        return Navigation(operand.type, operand, row.variables, last, offset, shift, final, text)

    # ------------------------------------------------------------ calls

    def _call(self, written: ast.Call) -> Expression:
        name = written.name.value
        if name in LOGICAL:
            return self._logical(written)
        if name in PHYSICAL:
            return self._physical(written)
        if self.context.aggregates.overloads(name):
            return self._aggregate(written)
        if name in _OF_WINDOWS:
            raise BindError(
                f"{name.upper()} is a function of a window",
                span=written.span,
                hint=f"in a row pattern it is {_OF_WINDOWS[name]}",
            )
        if name == "classifier":
            row = self._reader("CLASSIFIER")
            row.variables, _ = classified(written, self.names, self.clause.testing)
            return self._navigation(Label(VARCHAR), row, written)
        if name in ("match_number", "match_status", "match_rowtime"):
            return self._of_match(written)
        return super()._call(written)

    def _of_match(self, written: ast.Call) -> Expression:
        plain(written)
        name = written.name.value
        said = f"{name.upper()}()"
        if written.arguments:
            raise BindError(f"{said} takes nothing", span=written.span, hint=f"write {said}")
        if name == "match_number":
            return MatchNumber(BIGINT)
        if self.clause.testing is not None:
            raise BindError(
                f"{said} is known when a match is complete, not while rows are tested",
                span=written.span,
                hint="write it in MEASURES",
            )
        if name == "match_status":
            return MatchStatus(VARCHAR)
        if self.clause.time is None:
            raise BindError(
                f"{said} is a time, and these rows are not in the order of one",
                span=written.span,
                hint="let ORDER BY begin with an ascending TIMESTAMP",
            )
        return MatchRowtime(self.clause.time)

    def _aggregate(self, written: ast.Call, *, final: bool = False) -> Expression:
        row = self._reader(written.name.value.upper())
        for argument in written.arguments:
            if isinstance(argument, ast.Star) and argument.qualifier is not None:
                whose = argument.qualifier
                self._check_relation(whose)
                variables = self.names.lookup(whose, self.clause.testing)
                row.note(variables, whose.value, argument.span)
        bound = bind_aggregate(row, written)
        text = _loud(written, written.name.value)
        return MatchAggregate(
            bound.type,
            bound.aggregate,
            bound.arguments,
            row.variables,
            bound.filter,
            bound.distinct,
            bound.order,
            bound.settings,
            final or self.clause.final,
            f"FINAL {text}" if final and not self.clause.final else text,
        )

    def _check_relation(self, name: ast.Name) -> None:
        """Refuse the rows of a relation where those of a variable are asked for."""
        whole = self.rows.scope.has_relation(name.value)
        if self.names.find(name.value) is not None or not (
            whole or name.value in self.rows.input_names
        ):
            return
        raise BindError(
            f"{quoted(name.value)} is what the pattern is matched against, no variable of it",
            span=name.span,
            hint="write COUNT(*) for the rows of all variables"
            if whole
            else f"write COUNT({quoted(name.value)}.x), x being a column that is never NULL",
        )


def both(first: Expression, second: Expression | None) -> Expression:
    """Return the condition that two hold; the second may be none."""
    if second is None:
        return first
    return Logical(BOOLEAN, "and", (first, *conjuncts(second)))


def _loud(call: ast.Expression, name: str) -> str:
    """Return the text of a call with the function's name in capitals, as plans show aggregates."""
    text = unparse(call)
    return name.upper() + text[len(name) :] if text.startswith(name) else text
