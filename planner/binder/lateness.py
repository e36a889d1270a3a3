"""LATE ROWS: what becomes of rows whose window was complete when they came, and AFTER DELAY.

Both are written at the end of a query and hold for all of it, so they are worked into its plan when
that is bound.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from cep.catalog import Relation, SinkEntry
from cep.errors import BindError, Span, UnsupportedError, did_you_mean
from cep.grammar import ast
from cep.planner.binder.context import Context
from cep.planner.binder.expressions import ExpressionBinder
from cep.planner.binder.scope import Scope
from cep.planner.expressions import Constant, Expression, Input
from cep.planner.ingestion import input_schema
from cep.planner.logical import (
    Aggregate,
    ByTime,
    ClockedFilter,
    Delay,
    Expand,
    Filter,
    Join,
    Limit,
    Lookup,
    Match,
    Node,
    Over,
    Project,
    Scan,
    SetOperation,
    Sort,
    TopN,
    Union,
    Values,
    Window,
    transform,
    walk,
)
from cep.runtime.saying import Saying
from cep.types import DAY_INTERVAL, Field, Schema

_KNOWN = (
    *(Scan, Values, Filter, Project, Union, Window, Expand, Aggregate, Over, Match),
    *(Sort, Limit, SetOperation, TopN, ClockedFilter, Join, ByTime, Lookup),
)
"""Nodes of which it is known here what they do with late rows."""


_SPOKEN: dict[type[Node], str] = {
    Sort: "ORDER BY",
    SetOperation: "INTERSECT or EXCEPT",
    TopN: "ROW_NUMBER",
    Join: "JOIN",
}


def with_late_rows(plan: Node, written: ast.LateRows, context: Context) -> Node:
    """Return the plan of a query that ends with LATE ROWS; DROP is what a plan does by itself."""
    if written.kind == "drop":
        return plan
    if not any(_refuses(n) for n in walk(plan)):
        raise BindError(
            "no part of this query refuses late rows",
            span=written.span,
            hint="a GROUP BY of windows does: FROM TUMBLE(…) GROUP BY window_start, window_end",
        )
    if written.kind == "correct":
        _all_known(plan, written)
        assert written.within is not None
        return _corrected(plan, written, length(written.within, "CORRECT WITHIN", context))
    if written.kind == "to":
        _all_known(plan, written)
        assert written.target is not None
        return _carrying(plan, written.target, context)
    return plan


def _refuses(node: Node) -> bool:
    """Say whether a node refuses rows that come too late."""
    if isinstance(node, Aggregate):
        return node.window is not None and node.input.properties.timed
    if isinstance(node, Over):
        return node.timed
    if isinstance(node, Match):
        return node.timely
    if isinstance(node, Sort | SetOperation | TopN):
        return node.timed and not _in_time(node)
    if isinstance(node, Join):
        return node.bound is not None
    if isinstance(node, Window):
        return not node.fixed and node.input.properties.timed
    return not isinstance(node, _KNOWN)


def _all_known(plan: Node, written: ast.LateRows) -> None:
    for node in walk(plan):
        what = None
        if isinstance(node, Over) and written.kind == "correct":
            what = "OVER"
        elif isinstance(node, Sort | SetOperation | TopN) and node.timed:
            what = _SPOKEN[type(node)] if written.kind == "correct" or _refuses(node) else None
        elif isinstance(node, Join) and _refuses(node):
            # Rows of two inputs have different columns, and partners that are gone are not found.
            what = _SPOKEN[Join]
        elif not isinstance(node, _KNOWN):
            what = type(node).__name__.upper()
        if what is not None:
            raise UnsupportedError(
                f"LATE ROWS {written.kind.upper()} with {what}", span=written.span
            )


def _corrected(plan: Node, written: ast.LateRows, within: int) -> Node:
    """Let the windows of a plan be corrected for a while."""

    def change(node: Node) -> Node | None:
        if isinstance(node, Aggregate) and _refuses(node):
            return replace(node, correct=within)
        if isinstance(node, Window) and _refuses(node):
            # An aggregate says what is complete, and corrects it; it is told everything at once.
            early = node.saying.early or node.grouped
            return replace(node, saying=Saying(early, within))
        if isinstance(node, Match):
            raise BindError(
                "a row pattern is not matched again when a late row comes",
                span=written.span,
                hint="write LATE ROWS TO s, or let the stream wait longer: "
                "WATERMARK FOR ts AS ts - INTERVAL '1' MINUTE",
            )
        if isinstance(node, Limit) and not node.input.properties.append_only:
            raise UnsupportedError(
                "LIMIT over rows that may be corrected",
                span=written.span,
                hint="ORDER BY … LIMIT over finished data, or LATE ROWS DROP",
            )
        return None

    return transform(plan, change)


def _carrying(plan: Node, name: ast.Name, context: Context) -> Node:
    """Let the rows that a plan may refuse have the columns that their target takes, by name."""
    target = context.catalog.lookup(name.value, name.span)
    if not isinstance(target, Relation | SinkEntry) or (
        isinstance(target, Relation) and target.connector is not None
    ):
        raise BindError(
            f"{name.value} takes no rows",
            span=name.span,
            hint="late rows go to a stream without a connector, or to a sink",
        )
    fields = input_schema(target).fields if isinstance(target, Relation) else None

    def change(node: Node) -> Node | None:
        if not isinstance(node, Aggregate | Over | Window | Match) or not _refuses(node):
            return None
        if _in_time(node.inputs()[0]):
            return None
        if isinstance(node, Over):
            wanted = _wanted(_selected(node.input), fields, name.span)
            return replace(node, carried=tuple(e.index for e in wanted))
        if not node.input.properties.append_only:
            raise UnsupportedError("LATE ROWS TO over rows that may be taken back", span=name.span)
        if isinstance(node, Match):
            return _late_of_match(node, fields, name.span)
        if isinstance(node, Window):
            wanted = _wanted(node.schema, fields, name.span)
            return replace(node, carried=tuple(e.index for e in wanted))
        expand = node.input if isinstance(node.input, Expand) else None
        below = node.input if expand is None else expand.input
        if not isinstance(below, Project):
            below = Project(below, _inputs(below.schema), below.schema.names)
        wanted = _wanted(below.input.schema, fields, name.span)
        added = tuple(e for e in wanted if e not in below.expressions)
        every = (*below.expressions, *added)
        names = (*below.names, *(e.name for e in added))
        wide = replace(below, expressions=every, names=names)
        if expand is None:
            return replace(node, input=wide, carried=tuple(every.index(e) for e in wanted))
        first = 1 + len(expand.keys)
        carried = tuple(first + every.index(e) for e in wanted)
        return replace(node, input=replace(expand, input=wide), carried=carried)

    return transform(plan, change)


def _in_time(node: Node) -> bool:
    """Say whether no row can be late: what windows and row patterns have said never is."""
    if isinstance(node, Scan):
        return not node.properties.timed
    if isinstance(node, Aggregate | Over | Match) or (isinstance(node, Window) and not node.fixed):
        return True
    return all(map(_in_time, node.inputs()))


def _selected(node: Node) -> Schema:
    """Return the columns of FROM, where what windows compute of them stands behind them."""
    return node.input.schema if isinstance(node, Project) else node.schema


def _late_of_match(node: Match, fields: Sequence[Field] | None, span: Span) -> Match:
    """Let the rows that a row pattern refuses have the columns that are wanted of them."""
    schema = node.input.schema if node.frame is None else _selected(node.input)
    wanted = _wanted(schema, fields, span)
    names = node.input.schema.names
    hidden = {k.index for k in node.order if names[k.index].startswith("$")}
    return replace(node, late=tuple(e.index for e in wanted if e.index not in hidden))


def _inputs(schema: Schema) -> tuple[Expression, ...]:
    return tuple(Input(f.type, i, f.name) for i, f in enumerate(schema.fields))


def _wanted(schema: Schema, fields: Sequence[Field] | None, span: Span) -> list[Input]:
    """Return the columns of late rows that a target takes: all of them, where it is a sink."""
    if fields is None:
        return [Input(f.type, i, f.name) for i, f in enumerate(schema.fields)]
    found = []
    for field in fields:
        if schema.names.count(field.name) != 1:
            raise BindError(
                f"late rows have no column {field.name}, which the target takes",
                span=span,
                hint=did_you_mean(field.name, schema.names)
                or f"their columns are {', '.join(schema.names)}",
            )
        index = schema.names.index(field.name)
        kind = schema.fields[index].type
        if kind != field.type:
            raise BindError(
                f"{field.name} is {kind} in late rows, and {field.type} in the target",
                span=span,
                hint=f"declare the target with {field.name} {kind}",
            )
        found.append(Input(kind, index, field.name))
    return found


def with_delay(plan: Node, emit: ast.Emit, context: Context) -> Node:
    """Return the plan of a query that says its changes with EMIT STREAM AFTER DELAY."""
    assert emit.delay is not None
    delay = length(emit.delay, "AFTER DELAY", context)
    # A row that is never taken back changes once, when it comes.
    return plan if plan.properties.append_only else Delay(plan, delay)


def length(written: ast.Expression, clause: str, context: Context) -> int:
    """Return a constant length of time, more than nothing, in microseconds."""
    bound = ExpressionBinder(Scope(), context, place=f"in {clause}").bind(written)
    if not isinstance(bound, Constant) or bound.type != DAY_INTERVAL or bound.value.value <= 0:
        raise BindError(
            f"{clause} takes a length of time, more than nothing",
            span=written.span,
            hint=f"write {clause} INTERVAL '10' SECOND",
        )
    return int(bound.value.value)
