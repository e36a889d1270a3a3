"""GROUP BY: what is computed before the groups, for each group, and from the groups after."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace

from cep.errors import BindError, Span
from cep.grammar import ast
from cep.planner.binder.aggregates import require_additions
from cep.planner.binder.clocks import arrived
from cep.planner.binder.context import Context
from cep.planner.binder.expressions import ExpressionBinder
from cep.planner.binder.grouping_sets import Sets, grouping_sets, grouping_value, integer
from cep.planner.binder.scope import Scope
from cep.planner.binder.windows import grouped_windows
from cep.planner.expressions import (
    AggregateExpression,
    CurrentWatermark,
    Expression,
    GroupingExpression,
    Input,
    substitute,
    walk,
)
from cep.planner.logical import Aggregate, Expand, Node, Project
from cep.planner.properties import WindowColumns
from cep.runtime.aggregates.calls import AggregateCall
from cep.runtime.operators.aggregate import Emission
from cep.types import INT


def emission(context: Context, relation: Node, windowed: bool, span: Span) -> Emission:
    """Return when an aggregate says its rows: as the query asks, else as its input suggests."""
    asked = context.emission
    if asked is Emission.STREAM:
        return asked
    final = windowed or relation.properties.bounded
    if asked is Emission.WATERMARK and not final:
        raise BindError(
            "EMIT AFTER WATERMARK needs a window: these groups are never complete",
            span=span,
            hint="group by window_start, window_end of TUMBLE(…), or write EMIT STREAM",
        )
    return Emission.WATERMARK if final else Emission.STREAM


def distinct(relation: Node, context: Context, span: Span) -> Node:
    """Return the plan of DISTINCT over all columns."""
    keys = tuple(range(len(relation.schema)))
    window = relation.properties.window
    when = emission(context, relation, window is not None, span)
    read = relation if window is None else grouped_windows(relation)
    return Aggregate(read, keys, (), relation.schema.names, when, window, context.ttl)


@dataclass
class Groups:
    """The keys and aggregates of one SELECT, collected while its clauses are planned."""

    input: Node
    keys: list[Expression] = field(default_factory=list)
    sets: Sets = ((),)
    """The grouping sets; one with all keys is a plain GROUP BY."""
    calls: list[AggregateExpression] = field(default_factory=list)

    def collect(self, expressions: Sequence[Expression]) -> None:
        """Note every aggregate that the expressions call; equal calls are computed once."""
        for expression in expressions:
            for e in walk(expression):
                if isinstance(e, AggregateExpression) and e not in self.calls:
                    self.calls.append(e)

    def _window(self, span: Span) -> WindowColumns | None:
        """Return the window of the input if it is a key; its other bound becomes a key too."""
        window = self.input.properties.window
        if window is None:
            return None
        everywhere = set(self.sets[0]).intersection(*self.sets)
        read = {
            k.index for i, k in enumerate(self.keys) if isinstance(k, Input) and i in everywhere
        }
        if not read & {window.start, window.end, window.time}:
            return None
        fields = self.input.schema.fields
        if window.nested and not read & {window.end, window.time}:
            raise BindError(
                "several windows of CUMULATE have the same start",
                span=span,
                hint=f"group by {fields[window.end].name} too",
            )
        for index in window.partition:
            if index not in read:
                name = "a key of the windows" if index < 0 else fields[index].name
                raise BindError(
                    f"{name} is not grouped by, and each of its values has windows of its own",
                    span=span,
                    hint=f"add {name} to GROUP BY"
                    if index >= 0
                    else "select it in the inner query and add it to GROUP BY",
                )
        for index in (window.start, window.end):
            if index not in read:
                bound = Input(fields[index].type, index, fields[index].name)
                if bound not in self.keys:
                    self.keys.append(bound)
                place = self.keys.index(bound)
                self.sets = tuple(tuple(sorted({*s, place})) for s in self.sets)
        return window

    @property
    def _several(self) -> bool:
        return self.sets != (tuple(range(len(self.keys))),)

    def plan(self, context: Context, span: Span) -> Node:
        """Return a projection of keys and arguments with the aggregate above it."""
        window = self._window(span)
        for call in self.calls:
            require_additions(call.aggregate, self.input, call.span)
        columns: list[Expression] = list(self.keys)
        for call in self.calls:
            columns += [c for c in call.children() if c not in columns]
        names = _names(columns)
        # A projection of its own also carries the window columns to their new places.
        below: Node = Project(self.input, tuple(columns), names)
        keys = tuple(range(len(self.keys)))
        first, totals = 0, None
        if self._several:
            below = Expand(below, keys, self.sets)
            keys = tuple(range(len(self.keys) + 1))
            first = len(keys)
            totals = tuple(i for i, s in enumerate(self.sets) if not s)
        came = arrived(self.input)
        calls = tuple(
            AggregateCall(
                c.aggregate,
                tuple(first + columns.index(a) for a in c.arguments),
                c.type,
                None if c.filter is None else first + columns.index(c.filter),
                c.distinct,
                None if c.order is None else replace(c.order, arrived=came),
                c.settings,
                came,
            )
            for c in self.calls
        )
        return Aggregate(
            below if window is None else grouped_windows(below),
            keys,
            calls,
            (*below.schema.names[: len(keys)], *(f"${i}" for i in range(len(calls)))),
            emission(context, below, window is not None, span),
            None if window is None else below.properties.window,
            context.ttl,
            totals=totals,
        )

    def rewritten(self, expression: Expression, span: Span, context: Context) -> Expression:
        """Return an expression over the input as one over the groups."""
        first = 1 if self._several else 0

        def is_set(number: int) -> Expression:
            mark = Input(INT, 0, "$set")
            return ExpressionBinder(Scope(), context).call("=", [mark, integer(number)], span)

        def found(e: Expression) -> Expression | None:
            if isinstance(e, AggregateExpression):
                position = first + len(self.keys) + self.calls.index(e)
                return Input(e.type, position, f"${self.calls.index(e)}")
            if isinstance(e, GroupingExpression):
                return grouping_value(e, self.keys, self.sets, is_set, span)
            if e in self.keys:
                position = first + self.keys.index(e)
                return Input(e.type, position, e.name if isinstance(e, Input) else str(e))
            if isinstance(e, CurrentWatermark):
                raise BindError(
                    "each row of a group has a watermark of its own",
                    span=span,
                    hint=f"say which is meant: MAX({e}), MIN({e}), …",
                )
            if isinstance(e, Input):
                raise BindError(
                    f"{e.name} is neither grouped by nor inside an aggregate",
                    span=span,
                    hint=f"add {e.name} to GROUP BY, or say which of its values is meant: "
                    f"MAX({e.name}), LAST_VALUE({e.name}), …",
                )
            return None

        return substitute(expression, found)


def _names(columns: Sequence[Expression]) -> tuple[str, ...]:
    """Name the columns of a projection that no user sees: their own name, or what they compute."""
    return tuple(c.name if isinstance(c, Input) else str(c) for c in columns)


def bind_keys(
    written: Sequence[ast.Expression | ast.GroupingSets],
    scope: Scope,
    context: Context,
    items: Sequence[ast.SelectItem],
    span: Span,
) -> tuple[list[Expression], Sets]:
    """Bind the items of GROUP BY: expressions, aliases, or positions in the select list."""
    aliases: Mapping[str, ast.Expression] = {
        i.alias.value: i.expression for i in items if i.alias is not None
    }
    binder = ExpressionBinder(scope, context, place="in GROUP BY", aliases=aliases)

    def bind(item: ast.Expression) -> Expression:
        ordinal = isinstance(item, ast.NumberLiteral) and item.text.isdigit()
        return binder.bind(_positioned(item, items) if ordinal else item)

    return grouping_sets(written, bind, span)


def _positioned(written: ast.Expression, items: Sequence[ast.SelectItem]) -> ast.Expression:
    assert isinstance(written, ast.NumberLiteral)
    position = int(written.text)
    if not 1 <= position <= len(items):
        raise BindError(
            f"there is no select item {position}: there are {len(items)}", span=written.span
        )
    return items[position - 1].expression
