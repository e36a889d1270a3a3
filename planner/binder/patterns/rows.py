"""What is read of one row of a match: its columns and its label, all by one variable."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import pyarrow as pa

from cep.errors import BindError, Span, did_you_mean
from cep.grammar import ast
from cep.grammar.unparse import quoted, unparse
from cep.planner.binder import literals
from cep.planner.binder.context import Context
from cep.planner.binder.expressions import ExpressionBinder
from cep.planner.binder.patterns.names import Names
from cep.planner.binder.scope import Scope
from cep.planner.expressions import Case, Constant, Expression, Input
from cep.planner.patterns.expressions import Label, Variables
from cep.types import INT, VARCHAR

LOGICAL = ("first", "last")
PHYSICAL = ("prev", "next")
_STEPS = {"prev": "LAG", "next": "LEAD"}
OF_MATCH = ("match_number", "match_status", "match_rowtime")


@dataclass(frozen=True)
class Merged:
    """One of several inputs: its name, and where its columns stand among those of all.

    `shared` are the columns that others have too: only the row's input tells whose they are.
    """

    name: str | None
    columns: Mapping[str, int]
    shared: frozenset[str]


@dataclass(frozen=True)
class Rows:
    """The rows that a pattern is matched against.

    Of merged inputs column `ordinal` says which a row is from, and column `partition`, which is
    filled in when rows come, from which part of its source.
    """

    scope: Scope
    inputs: tuple[Merged, ...] = ()
    ordinal: int = -1
    partition: int = -1

    def input_named(self, name: str) -> int | None:
        """Return the number of a merged input."""
        names = [i.name for i in self.inputs]
        return names.index(name) if name in names else None

    @property
    def input_names(self) -> frozenset[str]:
        """The names of the merged inputs."""
        return frozenset(i.name for i in self.inputs if i.name is not None)

    def which(self) -> Input:
        """Return the column that says which input a row is from."""
        return self.scope.input(self.ordinal)


def ordinal(number: int) -> Constant:
    """Return the number of an input as a constant."""
    return Constant(INT, pa.scalar(number, INT.arrow))


class PatternBinder(ExpressionBinder):
    """Refuses what has no meaning in a row pattern, wherever in it."""

    def bind(self, written: ast.Expression) -> Expression:
        if isinstance(written, ast.InQuery | ast.Exists | ast.ScalarQuery):
            raise BindError(
                f"a subquery cannot stand {self.place} of a row pattern",
                span=written.span,
                hint="join what it reads to the rows before: FROM (SELECT …) MATCH_RECOGNIZE (…)",
            )
        if isinstance(written, ast.MeasureReference) or (
            isinstance(written, ast.Call) and written.over is not None
        ):
            raise BindError(
                f"a window function cannot stand {self.place} of a row pattern",
                span=written.span,
                hint="compute it before: FROM (SELECT …, … OVER (…) AS x FROM s) MATCH_RECOGNIZE",
            )
        if isinstance(written, ast.Call) and written.name.value == "current_watermark":
            raise BindError(
                f"CURRENT_WATERMARK cannot stand {self.place} of a row pattern",
                span=written.span,
                hint="compute it before: FROM (SELECT …, CURRENT_WATERMARK(ts) AS mark FROM s)",
            )
        if isinstance(written, ast.ColumnReference):
            return self._column(written)
        if isinstance(written, ast.Call):
            return self._call(written)
        return super().bind(written)


class RowBinder(PatternBinder):
    """Binds what is read of one row: the argument of a navigation or an aggregate, or a column.

    `function` names what it is the argument of; `testing` is the variable under test, if one is.
    After binding, `reads` says whether it reads the row, `variables` those that the row is one of,
    and `inputs` the merged inputs whose columns it reads by their names.
    """

    def __init__(
        self,
        rows: Rows,
        names: Names,
        context: Context,
        testing: int | None,
        function: str,
        place: str,
    ) -> None:
        super().__init__(rows.scope, context, place=place)
        self.rows = rows
        self.names = names
        self.testing = testing
        self.function = function
        self.reads = False
        self.variables: Variables = None
        self.inputs: dict[int, None] = {}
        self._said = ""

    def bind(self, written: ast.Expression) -> Expression:
        if isinstance(written, ast.Semantics):
            word = written.kind.upper()
            raise BindError(
                f"{word} cannot stand inside {self.function}",
                span=written.span,
                hint=f"write {word} {self.function}(…)",
            )
        return super().bind(written)

    def note(self, variables: Variables, said: str, span: Span) -> None:
        """Remember whose row is read; raise BindError where it is another one's than before."""
        if self.reads and variables != self.variables:
            raise BindError(
                f"{self.function} reads one row at a time, and this names rows of "
                f"{_whose(self._said)} and of {_whose(said)}",
                span=span,
                hint=f"name one variable inside {self.function}, or write it for each: "
                f"{self.function}(…) and {self.function}(…)",
            )
        self.reads, self.variables, self._said = True, variables, said

    # ------------------------------------------------------------ columns

    def _column(self, written: ast.ColumnReference) -> Expression:
        name, *rest = (p.value for p in written.parts)
        if not rest:
            return self._bare(written)
        if self.names.find(name) is not None:
            self.note(self.names.lookup(written.parts[0], self.testing), name, written.span)
            bound: Expression = self.scope.resolve(rest[0], None, written.span)
            return self._fields(bound, written.parts[2:])
        number = self.rows.input_named(name)
        if number is not None:
            self.note(None, "", written.span)
            self.inputs[number] = None
            return self._fields(self._of_input(number, written), written.parts[2:])
        if self.scope.has_relation(name):
            self.note(None, "", written.span)
            bound = self.scope.resolve(rest[0], name, written.span)
            return self._fields(bound, written.parts[2:])
        if self.scope.find(name):
            self.note(None, "", written.span)
            bound = self.scope.resolve(name, None, written.span)
            return self._fields(bound, written.parts[1:])
        known = [*self.names.variables, *self.names.subsets, *sorted(self.rows.input_names)]
        raise BindError(
            f"{quoted(name)} is no variable of the pattern",
            span=written.parts[0].span,
            hint=did_you_mean(name, known) or self.names.suggest(name),
        )

    def _bare(self, written: ast.ColumnReference) -> Expression:
        name = written.parts[0].value
        if not self.scope.find(name):
            if self.names.find(name) is not None:
                raise BindError(
                    f"{quoted(name)} is a variable of the pattern, and stands for rows",
                    span=written.span,
                    hint=f"name one of their columns, {quoted(name)}.{self._example()}; "
                    f"COUNT({quoted(name)}.*) counts them",
                )
            if name in OF_MATCH or name == "classifier":
                raise BindError(
                    f"there is no column called {name}",
                    span=written.span,
                    hint=f"the function is written with parentheses: {name.upper()}()",
                )
            return super()._column(written)
        self.note(None, "", written.span)
        return self.scope.resolve(name, None, written.span)

    def _example(self) -> str:
        names = [c.field.name for c in self.scope.columns]
        return quoted(next((n for n in names if not n.startswith("$")), "x"))

    def _fields(self, bound: Expression, fields: Sequence[ast.Name]) -> Expression:
        for field in fields:
            bound = self._field(bound, field)
        return bound

    def _of_input(self, number: int, written: ast.ColumnReference) -> Expression:
        """Return a column of one of several inputs: NULL in the rows of the others."""
        merged = self.rows.inputs[number]
        name = written.parts[1]
        if name.value not in merged.columns:
            raise BindError(
                f"there is no column called {unparse(written)}",
                span=written.span,
                hint=did_you_mean(name.value, merged.columns)
                or f"the columns of {quoted(merged.name or '')} are {', '.join(merged.columns)}",
            )
        column = self.scope.input(merged.columns[name.value])
        if name.value not in merged.shared:
            return column
        own = self.call("=", [self.rows.which(), ordinal(number)], written.span)
        return Case(column.type, (own,), (column,), literals.null(column.type))

    # ------------------------------------------------------------ calls

    def _call(self, written: ast.Call) -> Expression:
        name = written.name.value
        if name == "classifier":
            variables, said = classified(written, self.names, self.testing)
            self.note(variables, said, written.span)
            return Label(VARCHAR)
        if name in OF_MATCH:
            raise BindError(
                f"{name.upper()}() is the same in all rows of a match",
                span=written.span,
                hint=f"write it outside of {self.function}(…)",
            )
        if name in PHYSICAL:
            raise BindError(
                f"{name.upper()} cannot stand inside {self.function}",
                span=written.span,
                hint=f"write {name.upper()}(FIRST(x, n), m): the step within the match comes first"
                if self.function.lower() in (*LOGICAL, *PHYSICAL)
                else f"compute it before: FROM (SELECT …, {_STEPS[name]}(x) OVER (…) AS y FROM s) "
                f"MATCH_RECOGNIZE (…), and {self.function} of that",
            )
        if name in LOGICAL or self.context.aggregates.overloads(name):
            raise BindError(
                f"{name.upper()} cannot stand inside {self.function}",
                span=written.span,
                hint=_unnested(name, self.function),
            )
        return super()._call(written)


def _unnested(name: str, function: str) -> str:
    if function.lower() in PHYSICAL:
        return (
            f"{function} steps from FIRST(…) or LAST(…) alone: compute outside of it"
            if name in LOGICAL
            else f"{function} steps from a row, and {name.upper()} is of many"
        )
    return f"{function} reads columns and CLASSIFIER() of one row"


def _whose(said: str) -> str:
    return quoted(said) if said else "any variable"


def classified(written: ast.Call, names: Names, testing: int | None) -> tuple[Variables, str]:
    """Return the variables whose last row CLASSIFIER reads, and the name written for them."""
    plain(written)
    usage = "write CLASSIFIER(), or CLASSIFIER(a) for the last row of a variable or SUBSET"
    if not written.arguments:
        return None, ""
    argument = written.arguments[0]
    if len(written.arguments) > 1 or not (
        isinstance(argument, ast.ColumnReference) and len(argument.parts) == 1
    ):
        raise BindError(
            "CLASSIFIER takes the name of a variable or nothing", span=written.span, hint=usage
        )
    (name,) = argument.parts
    return names.lookup(name, testing), name.value


def plain(written: ast.Call) -> None:
    """Refuse clauses of aggregates in a call of something else."""
    for clause, what in (
        (written.distinct, "DISTINCT"),
        (written.filter is not None, "FILTER"),
        (written.order_by, "ORDER BY"),
        (written.within_group, "WITHIN GROUP"),
        (written.ignore_nulls, "IGNORE NULLS"),
    ):
        if clause:
            name = written.name.value.upper()
            raise BindError(
                f"{name} is no aggregate, so it takes no {what}",
                span=written.span,
                hint=f"leave {what} out",
            )
