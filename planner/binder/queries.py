"""Queries become logical plans."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import partial

from cep import types
from cep.errors import BindError, Span, UnsupportedError
from cep.grammar import ast
from cep.planner.binder import grouping, literals
from cep.planner.binder.aggregates import require_additions_of
from cep.planner.binder.clocked import filtered
from cep.planner.binder.context import Context
from cep.planner.binder.expressions import ExpressionBinder, has_aggregate, output_name
from cep.planner.binder.frames import WindowScope, named_windows
from cep.planner.binder.joins import filtered as absorbed
from cep.planner.binder.joins import require_final
from cep.planner.binder.lateness import with_delay, with_late_rows
from cep.planner.binder.ordering import NO_LIMITS, Limits, bind_limits, limited, sorted_rows
from cep.planner.binder.over import has_over
from cep.planner.binder.over_plans import Windows
from cep.planner.binder.patterns.windows import bind_over_pattern
from cep.planner.binder.relations import RelationBinder
from cep.planner.binder.scope import Scope
from cep.planner.binder.sets import as_types, bind_set_operation
from cep.planner.binder.subqueries import SubqueryBinder, subqueries
from cep.planner.binder.subquery_plans import restricted, with_values
from cep.planner.binder.topn import with_top_rows
from cep.planner.binder.windows import is_trailing, require_groups
from cep.planner.expressions import Constant, Expression, Input
from cep.planner.logical import (
    Filter,
    Match,
    Node,
    Project,
    Scan,
    SortKey,
    Values,
    walk,
)
from cep.runtime.operators.aggregate import Emission
from cep.types import DAY_INTERVAL, MONTH_INTERVAL, Field


def bind_outermost(query: ast.Query, context: Context) -> Node:
    """Bind the query of a statement: EMIT, LATE ROWS and WITH (…) at its end hold for all of it."""
    emission = None
    if query.emit is not None:
        emission = Emission.STREAM if query.emit.kind == "stream" else Emission.WATERMARK
    ttl = None
    for option in query.options:
        if option.key.lower() != "state_ttl":
            raise BindError(
                f"a query has no option {option.key}",
                span=option.span,
                hint="write WITH (state_ttl = INTERVAL '1' DAY)",
            )
        if ttl is not None:
            raise BindError("state_ttl is given twice", span=option.span)
        ttl = _interval(option.value, context)
    plain = replace(query, emit=None, late=None, options=(), on_error_stop=False)
    inner = replace(context, emission=emission, ttl=ttl)
    plan = with_top_rows(bind_query(plain, inner), inner)
    if ttl is not None:
        _require_use(plan, query.options[0].span)
    if query.late is not None:
        plan = with_late_rows(plan, query.late, context)
    require_additions_of(plan, (query.late or query).span)
    if query.emit is not None and query.emit.delay is not None:
        plan = with_delay(plan, query.emit, context)
    if query.emit is not None and emission is Emission.WATERMARK:
        require_final(plan, query.emit.span)
        for node in walk(plan):
            if isinstance(node, Scan) and not (node.relation.bounded or node.properties.timed):
                raise BindError(
                    f"EMIT AFTER WATERMARK needs event time, and {node.relation.name} has none",
                    span=query.emit.span,
                    hint="declare it with WATERMARK FOR ts AS ts - INTERVAL '5' SECOND",
                )
    return plan


def _require_use(plan: Node, span: Span) -> None:
    """Refuse a state_ttl where nothing is kept that it could bound."""
    nodes = list(walk(plan))
    if any(getattr(node, "ttl", None) is not None for node in nodes):
        return
    matched = any(isinstance(node, Match) for node in nodes)
    raise BindError(
        "state_ttl bounds what GROUP BY, DISTINCT and joins keep, and there is none of them here",
        span=span,
        hint="what a row pattern keeps is bounded by WITHIN after PATTERN (…)"
        if matched
        else "leave it out",
    )


def _interval(written: ast.Expression, context: Context) -> int:
    bound = ExpressionBinder(Scope(), context).bind(written)
    if not isinstance(bound, Constant) or bound.type != DAY_INTERVAL or bound.value.value <= 0:
        raise BindError(
            "state_ttl is a length of time",
            span=written.span,
            hint="a month has no fixed length: write INTERVAL '30' DAY"
            if bound.type == MONTH_INTERVAL
            else "write INTERVAL '1' DAY",
        )
    return int(bound.value.value)


def bind_query(query: ast.Query, context: Context) -> Node:
    """Bind a query at any depth."""
    if query.on_error_stop:
        raise BindError("ON ERROR STOP belongs to the end of the outermost query", span=query.span)
    for i, common in enumerate(query.common):
        if common.name.value in {c.name.value for c in query.common[:i]}:
            raise BindError(
                f"there are two WITH queries called {common.name.value}", span=common.name.span
            )
    clause = query.emit or query.late or (query.options[0] if query.options else None)
    if clause is not None:
        raise BindError(
            "EMIT, LATE ROWS and WITH (…) are written once, at the end of the outermost query",
            span=clause.span,
        )
    inner = context.with_common(query.common)
    limits = bind_limits(query, inner)
    if isinstance(query.body, ast.Select):
        plan = SelectBinder(query.body, query.order_by, inner, limits).plan()
    else:
        plan = _body(query.body, inner)
        if query.order_by:
            plan = _order_by_output(plan, query.order_by, limits, inner)
    return plan if query.order_by else limited(plan, limits)


def _body(body: ast.QueryBody, context: Context) -> Node:
    if isinstance(body, ast.Select):
        return SelectBinder(body, (), context).plan()
    if isinstance(body, ast.Nested):
        return bind_query(body.query, context)
    if isinstance(body, ast.Values):
        return _values(body, context)
    if isinstance(body, ast.SetOperation):
        return bind_set_operation(body, context, _body)
    raise UnsupportedError(type(body).__name__, span=body.span)


def _values(body: ast.Values, context: Context) -> Node:
    binder = ExpressionBinder(Scope(), context, place="in VALUES")
    width = len(body.rows[0])
    for row in body.rows:
        if len(row) != width:
            raise BindError(
                f"the rows of VALUES differ: this one has {len(row)} values, the first {width}",
                span=row[0].span.to(row[-1].span) if row else body.span,
            )
    columns: list[list[Expression]] = []
    for position in range(width):
        written = [row[position] for row in body.rows]
        columns.append(
            binder.unified(
                [binder.bind(w) for w in written],
                [w.span for w in written],
                "the values of a column",
            )
        )
    fields = tuple(Field(f"column{i + 1}", c[0].type) for i, c in enumerate(columns))
    return Values(fields, tuple(zip(*columns, strict=True)))


def _sort_key(item: ast.OrderItem, index: int) -> SortKey:
    return SortKey(index, item.descending, bool(item.nulls_first))


def _order_by_output(
    plan: Node, items: Sequence[ast.OrderItem], limits: Limits, context: Context
) -> Node:
    """Order a UNION or VALUES, of which only the output columns can be named."""
    binder = ExpressionBinder(Scope.of(plan.schema, None), context, place="in ORDER BY")
    keys = []
    for item in items:
        position = _ordinal(item.expression, len(plan.schema))
        if position is None:
            bound = binder.bind(item.expression)
            if not isinstance(bound, Input):
                raise UnsupportedError(
                    "ORDER BY an expression over UNION or VALUES",
                    span=item.span,
                    hint="put the query into FROM ( … ) and order the SELECT around it",
                )
            position = bound.index
        keys.append(_sort_key(item, position))
    return sorted_rows(plan, tuple(keys), limits, items[0].span, context)


def _ordinal(written: ast.Expression, columns: int) -> int | None:
    """Return the column that `ORDER BY 2` means, or None where it is no number."""
    if not (isinstance(written, ast.NumberLiteral) and written.text.isdigit()):
        return None
    position = int(written.text)
    if not 1 <= position <= columns:
        raise BindError(f"there is no column {position}: there are {columns}", span=written.span)
    return position - 1


_Order = list[tuple[Expression | int, ast.OrderItem]]
"""The keys of ORDER BY: positions of select items, or expressions over the input."""


@dataclass(frozen=True)
class _Item:
    """An item of the select list, after * has been written out."""

    bound: Expression
    name: str
    span: Span


class SelectBinder:
    """Binds one SELECT block, with the ORDER BY of the query it is the body of."""

    def __init__(
        self,
        select: ast.Select,
        order_by: Sequence[ast.OrderItem],
        context: Context,
        limits: Limits = NO_LIMITS,
    ) -> None:
        self.limits = limits
        self.subqueries = subqueries(bind_query, as_types)
        self.select = select
        self.order_by = order_by
        self.context = context
        self.windows = WindowScope(named_windows(select.windows), bind_over_pattern)
        self.aliases: Mapping[str, ast.Expression] = {
            i.alias.value: i.expression for i in select.items if i.alias is not None
        }

    def plan(self) -> Node:
        """Return the plan: FROM, WHERE, GROUP BY, HAVING, the select list, DISTINCT, ORDER BY."""
        select = self.select
        plan, scope = self._source()
        trailing, grouped = is_trailing(plan), None
        if select.where is not None:
            where = ExpressionBinder(
                scope, self.context, place="in WHERE", subqueries=self.subqueries
            )
            absorb = partial(absorbed, context=self.context)
            plan = self._filtered(plan, where.condition(select.where), select.where.span, absorb)
        binder = ExpressionBinder(
            scope,
            self.context,
            aggregates=True,
            windows=self.windows,
            subqueries=self.subqueries,
        )
        items = self._items(binder)
        having = None
        if select.having is not None:
            having = self._with_aliases(scope, "in HAVING", subqueries=self.subqueries).condition(
                select.having
            )
        qualify = None
        if select.qualify is not None:
            qualify = self._with_aliases(scope, "in QUALIFY", self.windows).condition(
                select.qualify
            )
        order = self._order(scope, items)
        extra = [e for e, _ in order if isinstance(e, Expression)]
        extra += [] if qualify is None else [qualify]
        if (
            select.group_by is not None
            or any(has_aggregate(e) for e in [*(i.bound for i in items), *extra])
            or having is not None
        ):
            plan, items, having, qualify, order = self._grouped(
                plan, scope, items, having, qualify, order
            )
            grouped = plan
        require_groups(trailing, grouped, select.source or select)
        if having is not None and select.having is not None:
            plan = self._filtered(plan, having, select.having.span, Filter)
        plan, bound = with_values(plan, [i.bound for i in items], self.context)
        items = [replace(i, bound=e) for i, e in zip(items, bound, strict=True)]
        plan, items, order = self._windowed(plan, items, qualify, order)
        return self._ordered(plan, items, order)

    def _source(self) -> tuple[Node, Scope]:
        if self.select.source is None:
            # SELECT without FROM is one row without columns.
            return Values((), ((),)), Scope()
        plan, scope = RelationBinder(self.context, bind_query).bind(self.select.source)
        return plan, replace(scope, properties=plan.properties)

    def _filtered(
        self,
        plan: Node,
        condition: Expression,
        span: Span,
        plain: Callable[[Node, Expression], Node],
    ) -> Node:
        """Return the rows for which WHERE or HAVING holds; `plain` filters by single rows."""

        def simple(node: Node, part: Expression) -> Node:
            return filtered(node, part, span, self.context, plain)

        return restricted(plan, condition, self.context, simple)

    def _with_aliases(
        self,
        scope: Scope,
        place: str,
        windows: WindowScope | None = None,
        subqueries: SubqueryBinder | None = None,
    ) -> ExpressionBinder:
        return ExpressionBinder(
            scope,
            self.context,
            place=place,
            aggregates=True,
            aliases=self.aliases,
            windows=windows,
            subqueries=subqueries,
        )

    def _items(self, binder: ExpressionBinder) -> list[_Item]:
        items: list[_Item] = []
        for item in self.select.items:
            if isinstance(item.expression, ast.Star):
                items += self._star(item.expression, binder.scope)
                continue
            bound = binder.bind(item.expression)
            if isinstance(bound.type, types.Null):
                bound = literals.null(types.VARCHAR)
            name = output_name(item.expression, bound) if item.alias is None else item.alias.value
            items.append(_Item(bound, name or f"column{len(items) + 1}", item.span))
        return items

    def _star(self, written: ast.Star, scope: Scope) -> list[_Item]:
        qualifier = None if written.qualifier is None else written.qualifier.value
        if not scope.columns:
            raise BindError(
                "* stands for the columns of FROM, and there is none", span=written.span
            )
        if qualifier is not None and not scope.has_relation(qualifier):
            raise BindError(
                f"there is no relation called {qualifier} here",
                span=written.span,
                hint=scope.suggest("*", qualifier),
            )
        shown: Iterable[int] = scope.star()
        if qualifier is not None:
            shown = (i for i, c in enumerate(scope.columns) if c.qualifier == qualifier)
        return [_Item(scope.input(i), scope.columns[i].field.name, written.span) for i in shown]

    def _order(self, scope: Scope, items: Sequence[_Item]) -> _Order:
        """Bind ORDER BY: the position of a select item, or an expression over the input."""
        order: _Order = []
        names = [i.name for i in items]
        for item in self.order_by:
            written = item.expression
            position = _ordinal(written, len(items))
            if position is None and isinstance(written, ast.ColumnReference):
                name = written.parts[0].value
                if len(written.parts) == 1 and names.count(name) == 1:
                    position = names.index(name)
            if position is not None:
                order.append((position, item))
                continue
            bound = self._with_aliases(scope, "in ORDER BY", self.windows).bind(written)
            same = [i for i, one in enumerate(items) if one.bound == bound]
            order.append((same[0] if same else bound, item))
        return order

    def _grouped(
        self,
        plan: Node,
        scope: Scope,
        items: Sequence[_Item],
        having: Expression | None,
        qualify: Expression | None,
        order: _Order,
    ) -> tuple[Node, list[_Item], Expression | None, Expression | None, _Order]:
        select = self.select
        groups = grouping.Groups(plan)
        groups.keys, groups.sets = grouping.bind_keys(
            select.group_by or (), scope, self.context, select.items, select.span
        )
        groups.collect([i.bound for i in items])
        groups.collect([e for e, _ in order if isinstance(e, Expression)])
        groups.collect([e for e in (having, qualify) if e is not None])
        grouped = groups.plan(self.context, select.span)
        after_items = [
            replace(i, bound=groups.rewritten(i.bound, i.span, self.context)) for i in items
        ]
        after_order: _Order = [
            (groups.rewritten(e, o.span, self.context) if isinstance(e, Expression) else e, o)
            for e, o in order
        ]
        if having is not None and select.having is not None:
            having = groups.rewritten(having, select.having.span, self.context)
        if qualify is not None and select.qualify is not None:
            qualify = groups.rewritten(qualify, select.qualify.span, self.context)
        return grouped, after_items, having, qualify, after_order

    def _windowed(
        self, plan: Node, items: list[_Item], qualify: Expression | None, order: _Order
    ) -> tuple[Node, list[_Item], _Order]:
        """Plan the window functions, and QUALIFY, which filters by them."""
        found = [*(i.bound for i in items), *(e for e, _ in order if isinstance(e, Expression))]
        found += [] if qualify is None else [qualify]
        if not has_over(found):
            if qualify is not None and self.select.qualify is not None:
                raise BindError(
                    "QUALIFY is a condition on window functions, and there is none here",
                    span=self.select.qualify.span,
                    hint="conditions on rows go into WHERE, those on groups into HAVING",
                )
            return plan, items, order
        windows = Windows(plan)
        windows.collect(found)
        plan = windows.plan(self.context)
        items = [replace(i, bound=windows.rewritten(i.bound)) for i in items]
        after: _Order = [
            (windows.rewritten(e) if isinstance(e, Expression) else e, o) for e, o in order
        ]
        if qualify is not None:
            plan = Filter(plan, windows.rewritten(qualify))
        return plan, items, after

    def _ordered(
        self,
        plan: Node,
        items: Sequence[_Item],
        order: _Order,
    ) -> Node:
        """Project the select list, make it distinct, and order it, by hidden columns if need be."""
        visible = tuple(i.bound for i in items)
        names = tuple(i.name for i in items)
        hidden = [e for e, _ in order if isinstance(e, Expression)]
        if hidden and self.select.distinct:
            raise BindError(
                "with DISTINCT, ORDER BY can only name what is selected",
                span=order[0][1].span,
                hint="add the expression to the select list",
            )
        names_of_hidden = tuple(f"${i}" for i in range(len(hidden)))
        projected: Node = Project(plan, (*visible, *hidden), (*names, *names_of_hidden))
        if self.select.distinct:
            projected = grouping.distinct(projected, self.context, self.select.span)
        if not order:
            return projected
        keys, next_hidden = [], len(visible)
        for e, item in order:
            index = e
            if isinstance(e, Expression):
                index, next_hidden = next_hidden, next_hidden + 1
            assert isinstance(index, int)
            keys.append(_sort_key(item, index))
        ordered = sorted_rows(projected, tuple(keys), self.limits, order[0][1].span, self.context)
        if not hidden:
            return ordered
        shown = tuple(
            Input(e.type, i, n) for i, (e, n) in enumerate(zip(visible, names, strict=True))
        )
        return Project(ordered, shown, names)
