"""UNION, INTERSECT and EXCEPT."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import reduce

from cep.errors import BindError, Span
from cep.grammar import ast
from cep.planner.binder import grouping
from cep.planner.binder.clocks import clocks
from cep.planner.binder.context import Context
from cep.planner.expressions import Cast, Expression, Input
from cep.planner.logical import (
    Aggregate,
    Filter,
    Node,
    Project,
    SetOperation,
    Union,
    walk,
)
from cep.runtime.operators.aggregate import Emission
from cep.runtime.operators.sets import SetKind
from cep.types import DataType, common_type

BodyBinder = Callable[[ast.QueryBody, Context], Node]

_KINDS = {"intersect": SetKind.INTERSECT, "except": SetKind.EXCEPT}


def bind_set_operation(body: ast.SetOperation, context: Context, bind: BodyBinder) -> Node:
    """Return the plan of a set operation; `bind` binds its parts."""
    name = body.kind.upper()
    parts = _parts(body)
    plans = _unified([bind(p, context) for p in parts], parts, name)
    if body.kind == "union":
        union: Node = Union(tuple(plans))
        return union if body.all else grouping.distinct(union, context, body.span)
    kind = _KINDS[body.kind]
    return reduce(lambda left, right: _combined(left, right, kind, body, context), plans)


def _parts(body: ast.SetOperation) -> list[ast.QueryBody]:
    """Flatten a chain of one operation, without recursion: generated queries have thousands.

    A UNION above UNION ALL is distinct, and so for INTERSECT. The right part of EXCEPT is one.
    """
    parts: list[ast.QueryBody] = []
    pending: list[ast.QueryBody] = [body]
    while pending:
        part = pending.pop()
        same = isinstance(part, ast.SetOperation) and part.kind == body.kind
        if isinstance(part, ast.SetOperation) and same and part.all == body.all:
            if body.kind == "except":
                parts.insert(0, part.right)
                pending.append(part.left)
            else:
                pending += [part.right, part.left]
        elif isinstance(part, ast.SetOperation) and same and body.kind == "union" and part.all:
            pending += [part.right, part.left]
        elif body.kind == "except":
            parts.insert(0, part)
        else:
            parts.append(part)
    return parts


def _unified(plans: Sequence[Node], parts: Sequence[ast.QueryBody], name: str) -> list[Node]:
    """Give all parts the same types."""
    width = len(plans[0].schema)
    common: list[DataType] = list(plans[0].schema.types)
    for plan, part in zip(plans, parts, strict=True):
        if len(plan.schema) != width:
            raise BindError(
                f"the parts of {name} differ: {len(plan.schema)} columns here, "
                f"{width} in the first",
                span=part.span,
            )
        for i, t in enumerate(plan.schema.types):
            joined = common_type(common[i], t)
            if joined is None:
                raise BindError(
                    f"column {i + 1} of {name} is {common[i]} before and {t} here",
                    span=part.span,
                    hint=f"write CAST(… AS {common[i]})",
                )
            common[i] = joined
    return [as_types(p, common) for p in plans]


def as_types(plan: Node, wanted: Sequence[DataType]) -> Node:
    """Return a relation with its columns cast to other types."""
    if plan.schema.types == tuple(wanted):
        return plan
    columns: list[Expression] = []
    for i, (field, t) in enumerate(zip(plan.schema.fields, wanted, strict=True)):
        column = Input(field.type, i, field.name)
        columns.append(column if field.type == t else Cast(t, column))
    return Project(plan, tuple(columns), plan.schema.names)


def _combined(
    left: Node, right: Node, kind: SetKind, body: ast.SetOperation, context: Context
) -> Node:
    """Return the rows of one input that are, or are not, in another one."""
    name = f"{body.kind.upper()}{' ALL' if body.all else ''}"
    if not body.all:
        # Rows of windows become rows of the windows' ends, whatever their own time is.
        left, right = (_of_windows(p, body.span, context) for p in (left, right))
    known = left.properties, right.properties
    timed = all(p.timed and p.append_only for p in known) and bool(
        clocks(left).items() & clocks(right).items()
    )
    bounded = all(p.bounded for p in known)
    windows = timed and any(isinstance(n, Aggregate) and n.window for n in walk(left))
    if context.emission is Emission.STREAM:
        emission = Emission.STREAM
    elif bounded or windows or (timed and context.emission is Emission.WATERMARK):
        emission = Emission.WATERMARK
    elif context.emission is Emission.WATERMARK:
        raise BindError(
            f"EMIT AFTER WATERMARK needs the event time: these rows of {name} are never complete",
            span=body.span,
            hint="select the event time in both parts, at the same place, or write EMIT STREAM",
        )
    else:
        emission = Emission.STREAM
    # Said as changes, rows are taken however late they are: so are those of finished data.
    timed = timed and (windows or context.emission is Emission.WATERMARK)
    timed = timed and emission is Emission.WATERMARK
    return SetOperation(left, right, kind, body.all, emission, timed, context.ttl)


def _of_windows(plan: Node, span: Span, context: Context) -> Node:
    window = plan.properties.window
    plain = window is not None and window.end >= 0 and not isinstance(_source(plan), Aggregate)
    return grouping.distinct(plan, context, span) if plain else plan


def _source(plan: Node) -> Node:
    """Return what is below projections and filters."""
    while isinstance(plan, Project | Filter):
        plan = plan.input
    return plan
