"""Written expressions become typed ones: names found, calls resolved, implicit casts made plain."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import ClassVar

import pyarrow as pa

from cep import types
from cep.errors import BindError, Span, UnsupportedError, did_you_mean
from cep.grammar import ast
from cep.planner.binder import literals
from cep.planner.binder.aggregates import bind_aggregate
from cep.planner.binder.clocked import comparable
from cep.planner.binder.context import Context
from cep.planner.binder.frames import WindowScope
from cep.planner.binder.over import FUNCTIONS as WINDOW_FUNCTIONS
from cep.planner.binder.over import bind_measure, bind_over
from cep.planner.binder.patterns.outside import misplaced, of_patterns
from cep.planner.binder.scope import Scope
from cep.planner.binder.subqueries import SubqueryBinder
from cep.planner.binder.types import bind_type
from cep.planner.binder.watermark import bind_watermark
from cep.planner.expressions import (
    AggregateExpression,
    Call,
    Case,
    Cast,
    Coalesce,
    Constant,
    Expression,
    GroupingExpression,
    Input,
    Logical,
    walk,
)
from cep.runtime import sketching
from cep.runtime.functions.casts import castable
from cep.runtime.functions.registry import Choice, Function, Signature
from cep.types import BOOLEAN, INT, VARCHAR, DataType, common_type, converts

_WITHOUT_PARENTHESES = (
    "current_timestamp",
    "current_date",
    "current_time",
    "localtimestamp",
    "localtime",
)

_COMPARISONS = {"<", "<=", "=", "<>", ">=", ">"}

_LATER_FUNCTIONS = {
    "search",
}
"""Functions and aggregates of the language that are not there yet."""


_COMPUTED_BEFORE = "compute it in an inner query: FROM (SELECT …, COUNT(*) AS n FROM … GROUP BY …)"

_OF_ITS_ROW = "it is computed of one row: aggregates belong into the queries that read the stream"

_INSTEAD = {
    "in WHERE": "conditions on aggregates go into HAVING",
    "in a computed column": _OF_ITS_ROW,
    "in MARKED BY": _OF_ITS_ROW,
}
"""What to write in place of an aggregate, by where it stands."""


class ExpressionBinder:
    """Binds expressions against the columns of one scope.

    `aggregates` says whether aggregate functions may be called here; `place` names the clause in
    messages; `aliases` are select items that may be named where no column is called so. `windows`
    are those that OVER may name, None where no window function may be called; `subqueries` binds
    queries, None where none may stand.
    """

    def __init__(
        self,
        scope: Scope,
        context: Context,
        *,
        place: str = "here",
        aggregates: bool = False,
        aliases: Mapping[str, ast.Expression] | None = None,
        windows: WindowScope | None = None,
        subqueries: SubqueryBinder | None = None,
    ) -> None:
        self.scope = scope
        self.context = context
        self.place = place
        self.aggregates = aggregates
        self.aliases = aliases or {}
        self.subqueries = subqueries
        self.windows = windows

    def bind(self, written: ast.Expression) -> Expression:
        """Return the bound form of an expression."""
        handler = self._HANDLERS.get(type(written))
        if handler is None:
            raise UnsupportedError(_spoken(written), span=written.span)
        return handler(self, written)

    def constant(self, written: ast.Expression) -> Constant | None:
        """Return the value of an expression that is the same everywhere, None of another."""
        bound = ExpressionBinder(self.scope, self.context, place=self.place).bind(written)
        return bound if isinstance(bound, Constant) else None

    def condition(self, written: ast.Expression) -> Expression:
        """Return a bound BOOLEAN expression; raise BindError for any other type."""
        return self._boolean(self.bind(written), written.span)

    def _boolean(self, bound: Expression, span: Span) -> Expression:
        if bound.type == BOOLEAN:
            return bound
        if isinstance(bound.type, types.Null):
            return literals.null(BOOLEAN)
        raise BindError(
            f"a condition must be BOOLEAN, and this is {bound.type}",
            span=span,
            hint="compare it with something, such as … = 1 or … IS NOT NULL",
        )

    def converted(self, bound: Expression, target: DataType, span: Span) -> Expression:
        """Return the expression as another type, cast where that loses nothing."""
        if bound.type == target:
            return bound
        if isinstance(bound, Constant) and (bound.literal or converts(bound.type, target)):
            return literals.convert(bound, target, self.context.session, span)
        if isinstance(bound.type, types.Null):
            return literals.null(target)
        if converts(bound.type, target):
            return Cast(target, bound)
        raise BindError(
            f"{bound.type} does not become {target} by itself",
            span=span,
            hint=f"write CAST(… AS {target})" if castable(bound.type, target) else None,
        )

    def unified(
        self, bound: Sequence[Expression], spans: Sequence[Span], what: str
    ) -> list[Expression]:
        """Convert expressions to their common type; raise BindError where they have none."""
        common: DataType = types.NULL
        for literal_strings in (False, True):
            # String literals adapt to the others, so they have their say last.
            for e, span in zip(bound, spans, strict=True):
                is_literal = isinstance(e, Constant) and e.literal
                if is_literal != literal_strings or (is_literal and common != types.NULL):
                    continue
                joined = common_type(common, e.type)
                if joined is None:
                    raise BindError(
                        f"{what} must have one type, and {e.type} does not go with {common}",
                        span=span,
                        hint=f"write CAST(… AS {common})",
                    )
                common = joined
        return [self.converted(e, common, s) for e, s in zip(bound, spans, strict=True)]

    def call(
        self, name: str, arguments: Sequence[Expression], span: Span, spans: Sequence[Span] = ()
    ) -> Expression:
        """Return a call of the scalar function `name`, its arguments cast to what it takes."""
        spans = spans or [span] * len(arguments)
        shown = [types.NULL if isinstance(a, Constant) and a.literal else a.type for a in arguments]
        functions = self.context.functions
        # A string literal is text where that fits, and otherwise whatever the others ask for.
        resolved = functions.resolve(name, [a.type for a in arguments])
        if resolved is None:
            resolved = functions.resolve(name, shown)
        if resolved is None:
            raise self.no_overload(
                name, [a.type for a in arguments], functions.overloads(name), span
            )
        function, targets = resolved
        self._check_choices(function, arguments, spans)
        if function.sketch:
            sketching.library(span, name.upper())
        operands = tuple(
            self.converted(a, t, s) for a, t, s in zip(arguments, targets, spans, strict=True)
        )
        return Call(function.result_type(targets), function, operands)

    def no_overload(
        self, name: str, given: Sequence[DataType], overloads: Sequence[Signature], span: Span
    ) -> BindError:
        """Return the error of a call that no overload fits."""
        shown = ", ".join(map(str, given))
        if not name[0].isalpha() and len(given) == 2:
            return BindError(
                f"{given[0]} {name} {given[1]} has no meaning",
                span=span,
                hint="CAST one side to the type of the other",
            )
        if name == "negate":
            return BindError(f"-{shown} has no meaning", span=span)
        signatures = "; ".join(dict.fromkeys(f.signature for f in overloads))
        return BindError(f"{name} does not take ({shown})", span=span, hint=f"write {signatures}")

    def _check_choices(
        self, function: Signature, arguments: Sequence[Expression], spans: Sequence[Span]
    ) -> None:
        for position, (argument, span) in enumerate(zip(arguments, spans, strict=True)):
            parameter = function.parameter(position)
            if not isinstance(parameter, Choice):
                continue
            word = argument.value.as_py() if isinstance(argument, Constant) else None
            if word not in parameter.words:
                found = (
                    f"{word} is not a {parameter.name}"
                    if word
                    else f"the {parameter.name} must be a constant"
                )
                likely = did_you_mean(word, parameter.words) if isinstance(word, str) else None
                raise BindError(
                    found, span=span, hint=likely or f"write one of {', '.join(parameter.words)}"
                )

    # ------------------------------------------------------------ constants

    def _null(self, written: ast.NullLiteral) -> Expression:
        return literals.null()

    def _true_false(self, written: ast.BooleanLiteral) -> Expression:
        return Constant(BOOLEAN, pa.scalar(written.value))

    def _number(self, written: ast.NumberLiteral) -> Expression:
        return literals.number(written.text, written.span)

    def _string(self, written: ast.StringLiteral) -> Expression:
        return Constant(VARCHAR, pa.scalar(written.value, pa.string()), literal=True)

    def _bytes(self, written: ast.BytesLiteral) -> Expression:
        return Constant(types.BYTES, pa.scalar(bytes.fromhex(written.value), pa.binary()))

    def _typed_literal(self, written: ast.TypedLiteral) -> Expression:
        return literals.typed(written, self.context.session)

    def _interval(self, written: ast.IntervalLiteral) -> Expression:
        return literals.interval(written)

    def _parameter(self, written: ast.Parameter) -> Expression:
        return literals.parameter(written, self.context)

    # ------------------------------------------------------------ names

    def _column(self, written: ast.ColumnReference) -> Expression:
        first, *rest = (p.value for p in written.parts)
        if rest and self.scope.has_relation(first):
            bound: Expression = self.scope.resolve(rest[0], first, written.span)
            fields = written.parts[2:]
        else:
            known = bool(self.scope.find(first))
            if not rest and not known and first in self.aliases:
                return self._alias(self.aliases[first])
            if not rest and not known and first in _WITHOUT_PARENTHESES:
                return self.call(first, (), written.span)
            if not known:
                around = self.context.outer(written)
                if around is not None:
                    return around
            if rest and not known:
                # Neither a relation nor a column: the likelier mistake is the relation's name.
                return self.scope.resolve(rest[0], first, written.span)
            bound = self.scope.resolve(first, None, written.span)
            fields = written.parts[1:]
        for field in fields:
            bound = self._field(bound, field)
        return bound

    def _alias(self, written: ast.Expression) -> Expression:
        """Bind what an alias stands for; aliases do not see one another."""
        plain = ExpressionBinder(
            self.scope,
            self.context,
            place=self.place,
            aggregates=self.aggregates,
            windows=self.windows,
            subqueries=self.subqueries,
        )
        return plain.bind(written)

    def _field(self, bound: Expression, name: ast.Name) -> Expression:
        if not isinstance(bound.type, types.Row):
            raise BindError(
                f"{bound.type} has no fields, so .{name.value} means nothing",
                span=name.span,
                hint="only a ROW has fields",
            )
        names = [f.name for f in bound.type.fields]
        if name.value not in names:
            raise BindError(
                f"the row has no field {name.value}",
                span=name.span,
                hint=did_you_mean(name.value, names) or f"its fields are {', '.join(names)}",
            )
        field = Constant(VARCHAR, pa.scalar(name.value))
        return Call(
            bound.type.fields[names.index(name.value)].type,
            self.context.functions.overloads("get_field")[0],
            (bound, field),
        )

    def _field_access(self, written: ast.FieldAccess) -> Expression:
        return self._field(self.bind(written.operand), written.field)

    def _star(self, written: ast.Star) -> Expression:
        raise BindError(
            "* stands for all columns and is not a value",
            span=written.span,
            hint="name the column; * is for SELECT * and COUNT(*)",
        )

    # ------------------------------------------------------------ operators

    def _unary(self, written: ast.Unary) -> Expression:
        if written.operator == "not":
            return self.call("not", [self.condition(written.operand)], written.span)
        if written.operator == "-" and isinstance(written.operand, ast.NumberLiteral):
            return literals.number("-" + written.operand.text, written.span)
        operand = self.bind(written.operand)
        return operand if written.operator == "+" else self.call("negate", [operand], written.span)

    def _binary(self, written: ast.Binary) -> Expression:
        if written.operator in ("and", "or"):
            return self._and_or(written)
        operands = [self.bind(written.left), self.bind(written.right)]
        spans = [written.left.span, written.right.span]
        return self._compared(written.operator, operands, written.span, spans)

    def _compared(
        self, name: str, operands: Sequence[Expression], span: Span, spans: Sequence[Span]
    ) -> Expression:
        operands = comparable(operands) if name in _COMPARISONS else operands
        return self.call(name, operands, span, spans)

    def _and_or(self, written: ast.Binary) -> Expression:
        # Chains are flattened, and walked without recursion: generated filters have thousands.
        operands: list[Expression] = []
        pending: list[ast.Expression] = [written]
        while pending:
            e = pending.pop()
            if isinstance(e, ast.Binary) and e.operator == written.operator:
                pending += [e.right, e.left]
            else:
                operands.append(self.condition(e))
        return Logical(BOOLEAN, written.operator, tuple(operands))

    def _is(self, written: ast.Is) -> Expression:
        if written.what == "null":
            operand = self.bind(written.operand)
            return self.call(
                "is not null" if written.negated else "is null", [operand], written.span
            )
        test = self.call(f"is {written.what}", [self.condition(written.operand)], written.span)
        return self._negated(test, written.negated, written.span)

    def _negated(self, bound: Expression, negated: bool, span: Span) -> Expression:
        return self.call("not", [bound], span) if negated else bound

    def _is_distinct(self, written: ast.IsDistinct) -> Expression:
        name = "is not distinct from" if written.negated else "is distinct from"
        operands = [self.bind(written.left), self.bind(written.right)]
        return self.call(name, operands, written.span, [written.left.span, written.right.span])

    def _between(self, written: ast.Between) -> Expression:
        x = self.bind(written.operand)
        spans = written.operand.span, written.low.span, written.high.span
        limits = self.bind(written.low), self.bind(written.high)
        low = self._compared(">=", [x, limits[0]], written.span, [spans[0], spans[1]])
        high = self._compared("<=", [x, limits[1]], written.span, [spans[0], spans[2]])
        return self._negated(Logical(BOOLEAN, "and", (low, high)), written.negated, written.span)

    def _in_list(self, written: ast.InList) -> Expression:
        x = self.bind(written.operand)
        tests = tuple(
            self.call("=", [x, self.bind(i)], i.span, [written.operand.span, i.span])
            for i in written.items
        )
        test = tests[0] if len(tests) == 1 else Logical(BOOLEAN, "or", tests)
        return self._negated(test, written.negated, written.span)

    def _like(self, written: ast.Like) -> Expression:
        parts = [written.operand, written.pattern]
        if written.escape is not None:
            parts.append(written.escape)
        test = self.call(
            written.kind, [self.bind(p) for p in parts], written.span, [p.span for p in parts]
        )
        return self._negated(test, written.negated, written.span)

    def _case(self, written: ast.Case) -> Expression:
        conditions: list[Expression] = []
        operand = None if written.operand is None else self.bind(written.operand)
        for branch in written.branches:
            if operand is None:
                conditions.append(self.condition(branch.condition))
            else:
                value = self.bind(branch.condition)
                conditions.append(self.call("=", [operand, value], branch.condition.span))
        results = [self.bind(b.result) for b in written.branches]
        spans = [b.result.span for b in written.branches]
        if written.otherwise is None:
            results.append(literals.null())
            spans.append(written.span)
        else:
            results.append(self.bind(written.otherwise))
            spans.append(written.otherwise.span)
        *chosen, otherwise = self.unified(results, spans, "the results of CASE")
        return Case(otherwise.type, tuple(conditions), tuple(chosen), otherwise)

    def _cast(self, written: ast.Cast) -> Expression:
        operand, target = self.bind(written.operand), bind_type(written.type)
        if isinstance(operand.type, types.Null):
            return literals.null(target)
        if not castable(operand.type, target):
            raise BindError(f"{operand.type} cannot be cast to {target}", span=written.span)
        if operand.type == target:
            return operand
        return Cast(target, operand, written.safe)

    def _extract(self, written: ast.Extract) -> Expression:
        unit = Constant(VARCHAR, pa.scalar(written.unit.lower()))
        return self.call("extract", [unit, self.bind(written.operand)], written.span)

    def _round_to(self, written: ast.RoundTo) -> Expression:
        unit = Constant(VARCHAR, pa.scalar(written.unit.lower()))
        return self.call(f"{written.kind} to", [unit, self.bind(written.operand)], written.span)

    def _at_time_zone(self, written: ast.AtTimeZone) -> Expression:
        operands = [self.bind(written.operand), self.bind(written.zone)]
        return self.call("at_time_zone", operands, written.span)

    # ------------------------------------------------------------ nested values

    def _array(self, written: ast.ArrayLiteral) -> Expression:
        return self._constructor("array", written.items, written.span)

    def _map(self, written: ast.MapLiteral) -> Expression:
        return self._constructor("map", written.items, written.span)

    def _row(self, written: ast.RowLiteral) -> Expression:
        return self._constructor("row", written.items, written.span)

    def _constructor(self, name: str, items: tuple[ast.Expression, ...], span: Span) -> Expression:
        return self.call(name, [self.bind(i) for i in items], span, [i.span for i in items])

    def _subscript(self, written: ast.Subscript) -> Expression:
        operands = [self.bind(written.operand), self.bind(written.index)]
        spans = [written.operand.span, written.index.span]
        return self.call("subscript", operands, written.span, spans)

    # ------------------------------------------------------------ calls

    def _call(self, written: ast.Call) -> Expression:
        name = written.name.value
        if written.over is not None:
            return self._over(written)
        if name == "grouping" and name not in self.context.functions:
            return self._grouping(written)
        if self.context.aggregates.overloads(name):
            return self._aggregate(written)
        if name == "current_watermark" and name not in self.context.functions:
            return bind_watermark(self, written)
        for clause, what in (
            (written.distinct, "DISTINCT"),
            (written.filter is not None, "FILTER"),
            (written.order_by, "ORDER BY"),
            (written.within_group, "WITHIN GROUP"),
            (written.ignore_nulls, "IGNORE NULLS"),
        ):
            if clause and name in self.context.functions:
                raise BindError(
                    f"{name} is not an aggregate, so it takes no {what}", span=written.span
                )
        if name == "coalesce" and written.arguments:
            bound = [self.bind(a) for a in written.arguments]
            operands = self.unified(
                bound, [a.span for a in written.arguments], "the arguments of COALESCE"
            )
            return Coalesce(operands[0].type, tuple(operands))
        overloads = self.context.functions.overloads(name)
        if not overloads or not name[0].isalpha():
            if name in _LATER_FUNCTIONS:
                raise UnsupportedError(name.upper(), span=written.name.span)
            if name in WINDOW_FUNCTIONS:
                raise BindError(
                    f"{name.upper()} is a function of a window",
                    span=written.span,
                    hint=f"write {WINDOW_FUNCTIONS[name].signature}",
                )
            if elsewhere := of_patterns(written.name):
                raise elsewhere
            known = [*self.context.functions.names(), *self.context.aggregates.names(), "coalesce"]
            known += WINDOW_FUNCTIONS
            raise BindError(
                f"there is no function called {name}",
                span=written.name.span,
                hint=did_you_mean(name, known) or "SHOW FUNCTIONS lists them all",
            )
        arguments = [
            self._argument(a, position, overloads) for position, a in enumerate(written.arguments)
        ]
        return self.call(name, arguments, written.span, [a.span for a in written.arguments])

    def _argument(
        self, written: ast.Expression, position: int, overloads: Sequence[Function]
    ) -> Expression:
        """Bind one argument; a unit such as HOUR may be written as a bare word or a string."""
        chooses = any(f.parameters and isinstance(f.parameter(position), Choice) for f in overloads)
        if chooses and isinstance(written, ast.ColumnReference) and len(written.parts) == 1:
            return Constant(VARCHAR, pa.scalar(written.parts[0].value.lower()))
        if chooses and isinstance(written, ast.StringLiteral):
            return Constant(VARCHAR, pa.scalar(written.value.lower()))
        return self.bind(written)

    def _grouping(self, written: ast.Call) -> Expression:
        if not self.aggregates:
            raise BindError(
                f"GROUPING cannot stand {self.place}",
                span=written.span,
                hint="it belongs into SELECT, HAVING and ORDER BY of a query with GROUP BY",
            )
        if not 1 <= len(written.arguments) <= 31:
            raise BindError("GROUPING takes 1 to 31 of the keys", span=written.span)
        inner = ExpressionBinder(
            self.scope, self.context, place="inside GROUPING", aliases=self.aliases
        )
        return GroupingExpression(INT, tuple(inner.bind(a) for a in written.arguments))

    def _over(self, written: ast.Call) -> Expression:
        name = written.name.value
        if self.windows is None:
            raise BindError(
                f"{name.upper()} … OVER cannot stand {self.place}",
                span=written.span,
                hint="conditions on window functions go into QUALIFY",
            )
        if name not in WINDOW_FUNCTIONS and not self.context.aggregates.overloads(name):
            if name not in self.context.functions and (elsewhere := of_patterns(written.name)):
                raise elsewhere
            known = [*WINDOW_FUNCTIONS, *self.context.aggregates.names()]
            raise BindError(
                f"{name} is no function of a window"
                if name in self.context.functions
                else f"there is no function of a window called {name}",
                span=written.name.span,
                hint=did_you_mean(name, known) or "aggregates are, and ROW_NUMBER, LAG, RANK, …",
            )
        return bind_over(self._inside_window(), written)

    def _semantics(self, written: ast.Semantics) -> Expression:
        raise misplaced(written)

    def _measure(self, written: ast.MeasureReference) -> Expression:
        if self.windows is None:
            raise BindError(
                f"{written.name.value} OVER … cannot stand {self.place}",
                span=written.span,
                hint="conditions on measures go into QUALIFY",
            )
        return bind_measure(self._inside_window(), written)

    def _inside_window(self) -> ExpressionBinder:
        return ExpressionBinder(
            self.scope,
            self.context,
            place="inside a window function",
            aggregates=self.aggregates,
            windows=self.windows,
        )

    def _aggregate(self, written: ast.Call) -> Expression:
        name = written.name.value
        if not self.aggregates:
            raise BindError(
                f"the aggregate {name.upper()} cannot stand {self.place}",
                span=written.span,
                hint=_INSTEAD.get(self.place, _COMPUTED_BEFORE),
            )
        inner = ExpressionBinder(self.scope, self.context, place="inside another aggregate")
        return bind_aggregate(inner, written)

    def _subquery(self, written: ast.Expression) -> Expression:
        if self.subqueries is None:
            raise BindError(
                f"a subquery cannot stand {self.place}",
                span=written.span,
                hint="compute it in the select list of an inner query: FROM (SELECT …, (SELECT …) "
                "AS x FROM …)",
            )
        return self.subqueries(self, written)

    _HANDLERS: ClassVar[dict[type[ast.Expression], Callable[..., Expression]]] = {
        ast.NullLiteral: _null,
        ast.BooleanLiteral: _true_false,
        ast.NumberLiteral: _number,
        ast.StringLiteral: _string,
        ast.BytesLiteral: _bytes,
        ast.TypedLiteral: _typed_literal,
        ast.IntervalLiteral: _interval,
        ast.Parameter: _parameter,
        ast.ColumnReference: _column,
        ast.FieldAccess: _field_access,
        ast.Star: _star,
        ast.Unary: _unary,
        ast.Binary: _binary,
        ast.Is: _is,
        ast.IsDistinct: _is_distinct,
        ast.Between: _between,
        ast.InList: _in_list,
        ast.Like: _like,
        ast.Case: _case,
        ast.Cast: _cast,
        ast.Extract: _extract,
        ast.RoundTo: _round_to,
        ast.AtTimeZone: _at_time_zone,
        ast.ArrayLiteral: _array,
        ast.MapLiteral: _map,
        ast.RowLiteral: _row,
        ast.Subscript: _subscript,
        ast.Call: _call,
        ast.Semantics: _semantics,
        ast.MeasureReference: _measure,
        ast.InQuery: _subquery,
        ast.Exists: _subquery,
        ast.ScalarQuery: _subquery,
    }


def _spoken(written: ast.Expression) -> str:
    """Return what kind of expression this is, as a user would call it."""
    names = {
        ast.Descriptor: "DESCRIPTOR outside a window function",
        ast.TableArgument: "TABLE outside a table function",
        ast.NamedArgument: "named arguments outside a window function",
    }
    return names.get(type(written), type(written).__name__)


def has_aggregate(expression: Expression) -> bool:
    """Say whether an aggregate, or GROUPING, is called anywhere in the expression."""
    return any(isinstance(e, AggregateExpression | GroupingExpression) for e in walk(expression))


def output_name(written: ast.Expression, bound: Expression) -> str:
    """Return the name of a select item that has no alias."""
    if isinstance(written, ast.ColumnReference):
        return written.parts[-1].value
    if isinstance(written, ast.FieldAccess):
        return written.field.value
    if isinstance(written, ast.Call | ast.MeasureReference):
        return written.name.value
    if isinstance(written, ast.Cast):
        return output_name(written.operand, bound)
    if isinstance(bound, Input):
        return bound.name
    return ""
