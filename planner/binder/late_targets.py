"""LATE ROWS TO: which columns late rows have for the stream or the sink that gets them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from cep.catalog import Relation, SinkEntry
from cep.errors import BindError, Span, UnsupportedError, did_you_mean
from cep.grammar import ast
from cep.planner.binder.context import Context
from cep.planner.expressions import Expression, Input
from cep.planner.logical import (
    Aggregate,
    AsOf,
    Expand,
    Join,
    Match,
    Node,
    Over,
    Project,
    SetOperation,
    Sort,
    TopN,
    Window,
    late_inputs,
    transform,
    walk,
)
from cep.types import Field, Schema


def carrying(plan: Node, name: ast.Name, context: Context) -> Node:
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
    fields = target.inputs.fields if isinstance(target, Relation) else None
    offers = [
        _offer(node, port)
        for node in walk(plan)
        for port, late in enumerate(late_inputs(node))
        if late
    ]
    if fields is None:
        _check_sink(offers, name.span)
    else:
        _check(fields, offers, name.span)

    def change(node: Node) -> Node | None:
        late = late_inputs(node)
        if not any(late):
            return None
        _check_changes(node, late, name.span)
        wanted = [
            _wanted(_offer(node, port), fields) if one else [] for port, one in enumerate(late)
        ]
        return _carry(node, wanted)

    return transform(plan, change)


def _offer(node: Node, port: int) -> Schema:
    """Return the columns that late rows of an input could have."""
    match node:
        case Window():
            return node.schema
        case Aggregate():
            below = node.input.input if isinstance(node.input, Expand) else node.input
            return below.input.schema if isinstance(below, Project) else below.schema
        case Over() | TopN():
            return _selected(node.input)
        case Match():
            return node.input.schema if node.frame is None else _selected(node.input)
    # What is computed to join by, or to order by, has no name of its own.
    fields = node.inputs()[port].schema.fields
    return Schema(tuple(f for f in fields if not f.name.startswith("$")))


def _selected(node: Node) -> Schema:
    """Return the columns of FROM, where what windows compute of them stands behind them."""
    return node.input.schema if isinstance(node, Project) else node.schema


def _check_changes(node: Node, late: Sequence[bool], span: Span) -> None:
    """Refuse rows that are taken back; of the versions of a table those are that delete."""
    for port, below in enumerate(node.inputs()):
        versions = isinstance(node, AsOf) and node.versions and port == 1
        if late[port] and not below.properties.append_only and not versions:
            raise UnsupportedError("LATE ROWS TO over rows that may be taken back", span=span)


def _check(fields: Sequence[Field], offers: Sequence[Schema], span: Span) -> None:
    """Refuse a stream with a column that no late row has, or not as it is in the stream."""
    for field in fields:
        having = [o for o in offers if field.name in o.names]
        if not having:
            names = tuple(dict.fromkeys(n for o in offers for n in o.names))
            raise BindError(
                f"late rows have no column {field.name}, which the target takes",
                span=span,
                hint=did_you_mean(field.name, names) or f"their columns are {', '.join(names)}",
            )
        for offer in having:
            if offer.names.count(field.name) > 1:
                raise _twice(field.name, span)
            kind = offer.fields[offer.names.index(field.name)].type
            if kind != field.type:
                raise BindError(
                    f"{field.name} is {kind} in late rows, and {field.type} in the target",
                    span=span,
                    hint=f"declare the target with {field.name} {kind}",
                )
        if len(having) < len(offers) and not field.nullable:
            raise BindError(
                f"some late rows have no column {field.name}, which the target wants NOT NULL",
                span=span,
                hint=f"declare the target with {field.name} {field.type}: it is NULL then",
            )


def _check_sink(offers: Sequence[Schema], span: Span) -> None:
    """Refuse columns of one name that a sink could not keep apart, or not put together."""
    for offer in offers:
        for i, (name, kind) in enumerate(zip(offer.names, offer.types, strict=True)):
            if name in offer.names[:i]:
                raise _twice(name, span)
            for other in offers:
                if name not in other.names:
                    continue
                there = other.types[other.names.index(name)]
                if there != kind:
                    raise BindError(
                        f"{name} is {kind} in some late rows, and {there} in others",
                        span=span,
                        hint="give them names of their own in FROM (SELECT … AS …), or send the "
                        "rows to a stream with the columns that you want",
                    )


def _twice(name: str, span: Span) -> BindError:
    return BindError(
        f"late rows have two columns called {name}",
        span=span,
        hint=f"give them names of their own: FROM (SELECT …, {name} AS … FROM …)",
    )


def _wanted(schema: Schema, fields: Sequence[Field] | None) -> list[Input]:
    """Return the columns of late rows that a target takes: all of them, where it is a sink."""
    every = [Input(f.type, i, f.name) for i, f in enumerate(schema.fields)]
    if fields is None:
        return every
    return [every[schema.names.index(f.name)] for f in fields if f.name in schema.names]


def _carry(node: Node, wanted: Sequence[Sequence[Input]]) -> Node | None:
    """Return a node whose late rows have the columns that are wanted of each of its inputs."""
    places = [tuple(e.index for e in some) for some in wanted]
    match node:
        case Aggregate():
            return _of_aggregate(node, wanted[0])
        case Over() | TopN() | Window():
            return replace(node, carried=places[0])
        case Match():
            names = node.input.schema.names
            hidden = {k.index for k in node.order if names[k.index].startswith("$")}
            return replace(node, late=tuple(i for i in places[0] if i not in hidden))
        case Sort():
            return replace(node, carried=_named(node, 0, wanted[0]))
        case Join() | AsOf() | SetOperation():
            return replace(node, carried=(_named(node, 0, wanted[0]), _named(node, 1, wanted[1])))
    return None


def _named(node: Node, port: int, wanted: Sequence[Input]) -> tuple[int, ...]:
    """Return where columns of an offer stand in an input."""
    names = node.inputs()[port].schema.names
    return tuple(names.index(e.name) for e in wanted)


def _of_aggregate(node: Aggregate, wanted: Sequence[Input]) -> Aggregate:
    expand = node.input if isinstance(node.input, Expand) else None
    below = node.input if expand is None else expand.input
    if not isinstance(below, Project):
        below = Project(below, _inputs(below.schema), below.schema.names)
    added = tuple(e for e in wanted if e not in below.expressions)
    every = (*below.expressions, *added)
    names = (*below.names, *(e.name for e in added))
    wide = replace(below, expressions=every, names=names)
    if expand is None:
        return replace(node, input=wide, carried=tuple(every.index(e) for e in wanted))
    first = 1 + len(expand.keys)
    carried = tuple(first + every.index(e) for e in wanted)
    return replace(node, input=replace(expand, input=wide), carried=carried)


def _inputs(schema: Schema) -> tuple[Expression, ...]:
    return tuple(Input(f.type, i, f.name) for i, f in enumerate(schema.fields))
