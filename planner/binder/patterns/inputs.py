"""What stands before MATCH_RECOGNIZE: one relation, or several streams merged by event time."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

import pyarrow as pa

from cep.errors import BindError
from cep.grammar import ast
from cep.grammar.unparse import quoted
from cep.planner.binder import literals
from cep.planner.binder.patterns.remedies import require_final, without_time
from cep.planner.binder.patterns.rows import Merged, Rows, ordinal
from cep.planner.binder.scope import Scope, ScopeColumn
from cep.planner.binder.windows import is_trailing, require_groups
from cep.planner.expressions import Cast, Constant, Expression, Input
from cep.planner.logical import Node, Project, Union
from cep.types import INT, VARCHAR, DataType, Field, common_type

BindRelation = Callable[[ast.Relation], tuple[Node, Scope]]

ROWTIME = "rowtime"
"""The event time of merged rows, whatever each input calls its own."""


@dataclass(frozen=True)
class _Input:
    """One of several inputs: its plan, the name it goes by, and where its event time stands."""

    written: ast.Relation
    plan: Node
    name: str | None
    time: int

    @property
    def spoken(self) -> str:
        """The input as messages name it."""
        return "an input without a name" if self.name is None else quoted(self.name)


def bind_inputs(sources: Sequence[ast.Relation], bind: BindRelation) -> tuple[Node, Rows]:
    """Return the plan of the rows that a pattern is matched against, and what they can be called.

    Several inputs become one relation with the columns `rowtime`, the number of the input, the
    partition of its source, and all columns of the inputs by name, in the order in which they
    appear.
    """
    bound = [_source(s, bind) for s in sources]
    if len(bound) == 1:
        plan, scope = bound[0]
        return plan, Rows(scope)
    inputs = [_input(w, p, s) for w, (p, s) in zip(sources, bound, strict=True)]
    return _merged(inputs)


def _source(written: ast.Relation, bind: BindRelation) -> tuple[Node, Scope]:
    plan, scope = bind(written)
    require_groups(is_trailing(plan), None, written)
    require_final(plan, written.span)
    return plan, scope


# ---------------------------------------------------------------- several inputs


def _input(written: ast.Relation, plan: Node, scope: Scope) -> _Input:
    qualifiers = {c.qualifier for c in scope.columns}
    name = qualifiers.pop() if len(qualifiers) == 1 else None
    time = plan.properties.time
    if time is None:
        raise BindError(
            "inputs are merged by their event time, and this one has none",
            span=written.span,
            hint=without_time(plan),
        )
    return _Input(written, plan, name, time)


def _merged(inputs: Sequence[_Input]) -> tuple[Node, Rows]:
    _check_names(inputs)
    kind = _time_type(inputs)
    columns = _columns(inputs)
    hidden = (Field("$input", INT, False), Field("$partition", VARCHAR, False))
    fields = (Field(ROWTIME, kind), *hidden, *columns.values())
    names = tuple(f.name for f in fields)
    branches = tuple(_branch(i, number, fields) for number, i in enumerate(inputs))
    owned = [{f.name for f in i.plan.schema.fields} | {ROWTIME} for i in inputs]
    merged = tuple(
        Merged(
            i.name,
            {n: names.index(n) for n in names if n in own},
            frozenset(n for n in own if sum(n in o for o in owned) > 1),
        )
        for i, own in zip(inputs, owned, strict=True)
    )
    scope = Scope(tuple(ScopeColumn(None, f) for f in fields))
    return Union(branches), Rows(scope, merged, 1, 2)


def _check_names(inputs: Sequence[_Input]) -> None:
    for number, one in enumerate(inputs):
        if one.name is not None and one.name in {i.name for i in inputs[:number]}:
            raise BindError(
                f"two inputs are called {quoted(one.name)}",
                span=one.written.span,
                hint=f"give this one an alias: {quoted(one.name)} AS other",
            )
        names = one.plan.schema.names
        for name in names:
            if names.count(name) > 1:
                raise BindError(
                    f"two columns of this input are called {quoted(name)}",
                    span=one.written.span,
                    hint="give them different aliases in the inner query",
                )
        if ROWTIME in names and names.index(ROWTIME) != one.time:
            raise BindError(
                f"{ROWTIME} is the event time of merged rows, and a column here is called so",
                span=one.written.span,
                hint=f"call it otherwise: (SELECT …, {ROWTIME} AS other FROM …)",
            )


def _time_type(inputs: Sequence[_Input]) -> DataType:
    """Return the type of the event time of all."""
    first = inputs[0]
    kind = first.plan.schema.types[first.time]
    for one in inputs[1:]:
        own = one.plan.schema.types[one.time]
        joined = common_type(kind, own)
        if joined is None:
            raise BindError(
                f"inputs are merged by their event time, and that of {first.spoken} is {kind}, "
                f"that of {one.spoken} {own}",
                span=one.written.span,
                hint="declare the times of all streams as TIMESTAMP, or all as TIMESTAMP_LTZ",
            )
        kind = joined
    return kind


def _columns(inputs: Sequence[_Input]) -> dict[str, Field]:
    """Return the columns of all inputs by name; raise BindError where two do not agree in type."""
    found: dict[str, tuple[Field, _Input]] = {}
    for one in inputs:
        for field in one.plan.schema.fields:
            if field.name == ROWTIME:
                continue
            earlier, owner = found.setdefault(field.name, (replace(field, nullable=True), one))
            if earlier.type != field.type:
                raise BindError(
                    f"{quoted(field.name)} is {earlier.type} in {owner.spoken} and {field.type} "
                    f"in {one.spoken}",
                    span=one.written.span,
                    hint="give one of them another name or type: "
                    f"(SELECT …, CAST({quoted(field.name)} AS {earlier.type}) AS "
                    f"{quoted(field.name)} FROM …)",
                )
    return {name: field for name, (field, _) in found.items()}


def _branch(one: _Input, number: int, fields: Sequence[Field]) -> Node:
    """Return an input with the columns of all."""
    own = one.plan.schema.fields
    places = {f.name: i for i, f in enumerate(own)}

    def column(field: Field) -> Expression:
        if field.name not in places:
            return literals.null(field.type)
        return Input(field.type, places[field.name], field.name)

    time: Expression = Input(own[one.time].type, one.time, own[one.time].name)
    if time.type != fields[0].type:
        time = Cast(fields[0].type, time)
    which = (ordinal(number), Constant(VARCHAR, pa.scalar("")))
    rest = tuple(column(f) for f in fields[3:])
    return Project(one.plan, (time, *which, *rest), tuple(f.name for f in fields))
