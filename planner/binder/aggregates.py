"""Written calls of aggregates become typed ones: arguments, order, settings and conditions."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import TYPE_CHECKING

from cep.errors import BindError, Span
from cep.grammar import ast
from cep.planner import logical
from cep.planner.expressions import AggregateExpression, Constant, Expression
from cep.planner.logical import Node, walk
from cep.runtime import sketching
from cep.runtime.aggregates import datasketches
from cep.runtime.aggregates.registry import Aggregate, Key, Ordering
from cep.runtime.functions.registry import Setting
from cep.types import Array, DataType, Map, Row

if TYPE_CHECKING:
    from cep.planner.binder.expressions import ExpressionBinder


def bind_aggregate(binder: ExpressionBinder, written: ast.Call) -> AggregateExpression:
    """Return the call of an aggregate; `binder` binds what stands inside of it."""
    name = written.name.value
    overloads = binder.context.aggregates.overloads(name)
    direct = list(_arguments(written))
    within = overloads[0].within and bool(written.within_group)
    order = written.order_by or (() if within else written.within_group)
    if within:
        _check_within(written)
        direct.insert(0, written.within_group[0].expression)
    arguments = [binder.bind(a) for a in direct]
    given = [a.type for a in arguments]
    resolved = binder.context.aggregates.resolve(name, given)
    if resolved is None:
        if overloads[0].within and not written.within_group and len(given) < _least(overloads):
            raise BindError(
                f"{name.upper()} orders what it is over",
                span=written.span,
                hint=f"write {_pattern(overloads[0])}",
            )
        raise binder.no_overload(name.upper(), given, overloads, written.span)
    aggregate, targets = resolved
    if binder.context.session.sketches == sketching.NAME:
        aggregate = datasketches.instead(aggregate)
    if aggregate.sketch:
        sketching.library(written.span, name.upper())
    aggregate = _of_nulls(aggregate, written)
    operands, settings = _operands(binder, aggregate, arguments, targets, direct)
    if aggregate.within:
        settings.append(within and written.within_group[0].descending)
    ordering = None
    if order:
        ordering = _ordering(binder, aggregate, operands, order, written)
    condition = None if written.filter is None else binder.condition(written.filter)
    return AggregateExpression(
        aggregate.result_type(targets),
        aggregate,
        tuple(operands),
        condition,
        written.distinct,
        ordering,
        tuple(settings),
        written.span,
    )


def require_additions(aggregate: Aggregate, rows: Node, span: Span | None) -> None:
    """Refuse an aggregate that takes no row back over rows that may be taken back."""
    if not aggregate.sketch or rows.properties.append_only:
        return
    raise BindError(
        f"{aggregate.name.upper()} keeps a sketch of DataSketches, which takes no row back, and "
        "rows of its input may be taken back",
        span=span,
        hint="write SET sketches = 'cep' before: those take rows back; or aggregate rows that are "
        "said once, when they are final"
        if aggregate.instead
        else "aggregate rows that are said once, when they are final: of a window, for one",
    )


def require_additions_of(plan: Node, span: Span) -> None:
    """Refuse such aggregates anywhere in a plan: what was final may be corrected by now."""
    for node in walk(plan):
        if isinstance(node, logical.Aggregate):
            for call in node.calls:
                require_additions(call.aggregate, node.input, span)


def _least(overloads: Sequence[Aggregate]) -> int:
    return min(len(a.parameters) - a.optional for a in overloads)


def _pattern(aggregate: Aggregate) -> str:
    settings = ", ".join(str(p) for p in aggregate.parameters[1:])
    return f"{aggregate.name.upper()}({settings}) WITHIN GROUP (ORDER BY …)"


def _arguments(written: ast.Call) -> Sequence[ast.Expression]:
    """Return the arguments; none for COUNT(*)."""
    name = written.name.value
    if not any(isinstance(a, ast.Star) for a in written.arguments):
        return written.arguments
    if name != "count" or len(written.arguments) > 1:
        raise BindError(
            f"{name.upper()}(*) has no meaning", span=written.span, hint="only COUNT takes *"
        )
    if written.distinct:
        raise BindError(
            "COUNT(DISTINCT *) has no meaning", span=written.span, hint="name the columns"
        )
    return ()


def _check_within(written: ast.Call) -> None:
    if len(written.within_group) > 1:
        raise BindError(
            f"{written.name.value.upper()} is over one value, and orders by that",
            span=written.within_group[1].span,
            hint="leave the others out",
        )
    if written.order_by:
        raise BindError(
            "ORDER BY stands inside the call or in WITHIN GROUP, not both", span=written.span
        )


def _of_nulls(aggregate: Aggregate, written: ast.Call) -> Aggregate:
    """Return the aggregate as IGNORE NULLS makes it."""
    if not written.ignore_nulls:
        return aggregate
    if not aggregate.takes_nulls:
        raise BindError(
            f"{aggregate.name.upper()} leaves NULLs out anyway",
            span=written.span,
            hint="leave IGNORE NULLS out",
        )
    return replace(aggregate, takes_nulls=False)


def _operands(
    binder: ExpressionBinder,
    aggregate: Aggregate,
    arguments: Sequence[Expression],
    targets: Sequence[DataType],
    written: Sequence[ast.Expression],
) -> tuple[list[Expression], list[object]]:
    """Convert the arguments, and tell apart those that vary and those that are set once."""
    operands: list[Expression] = []
    settings: list[object] = []
    for position, (argument, target) in enumerate(zip(arguments, targets, strict=True)):
        span = written[position].span
        parameter = aggregate.parameter(position)
        converted = binder.converted(argument, target, span)
        if isinstance(parameter, Setting):
            settings.append(_setting(parameter, converted, span))
        else:
            operands.append(converted)
    return operands, settings


def _setting(parameter: Setting, bound: Expression, span: Span) -> object:
    if not isinstance(bound, Constant):
        raise BindError(
            f"the {parameter.name} is the same for all rows, so it must be a constant", span=span
        )
    value = bound.value.as_py()
    problem = f"the {parameter.name} is NULL" if value is None else parameter.check(value)
    if problem is not None:
        raise BindError(problem, span=span)
    return value


def _ordering(
    binder: ExpressionBinder,
    aggregate: Aggregate,
    operands: list[Expression],
    items: Sequence[ast.OrderItem],
    written: ast.Call,
) -> Ordering:
    """Bind ORDER BY inside a call; what is not an argument is put behind the arguments."""
    name = aggregate.name.upper()
    if aggregate.ordered is None:
        raise BindError(
            f"{name} is the same in every order, so it takes no ORDER BY",
            span=items[0].span,
            hint=f"write ORDER BY outside of {name}(…)",
        )
    own = len(operands)
    keys = []
    for item in items:
        bound = binder.bind(item.expression)
        if isinstance(bound.type, Array | Map | Row):
            raise BindError(f"{bound.type} has no order", span=item.span)
        if bound not in operands:
            if written.distinct:
                raise BindError(
                    f"with DISTINCT, ORDER BY inside {name} can only name its arguments",
                    span=item.span,
                )
            operands.append(bound)
        keys.append(Key(operands.index(bound), item.descending, bool(item.nulls_first)))
    return Ordering(tuple(keys), own)
