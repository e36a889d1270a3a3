"""A subquery and the query around it: what relates them, and the values that there are around."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

from cep.errors import BindError, Span
from cep.planner.binder.context import Context
from cep.planner.binder.expressions import ExpressionBinder
from cep.planner.binder.grouping import distinct
from cep.planner.binder.scope import Scope
from cep.planner.expressions import Call, Expression, Input, inputs, moved, substitute
from cep.planner.joining import join
from cep.planner.logical import JoinKind, Node, Project
from cep.planner.subqueries import Outer, outer_columns, reads_outer
from cep.runtime.operators.aggregate import Emission


@dataclass(frozen=True)
class Lifted:
    """A relation without the columns of the query around, and what relates it to that.

    `columns` are those of the subquery, and `conditions` what must hold: expressions over the
    columns of `node` and of the query around. `empty` are the columns where no row of `node` is
    related, if there is a row all the same, as of an aggregate without GROUP BY.
    """

    node: Node
    columns: tuple[Expression, ...]
    conditions: tuple[Expression, ...] = ()
    empty: tuple[Expression, ...] | None = None


@dataclass(frozen=True)
class Around:
    """The query around a subquery: the relation that it is asked for, and what it reads of that."""

    plan: Node
    arguments: tuple[Expression, ...]
    span: Span
    context: Context

    def beside(self, lifted: Lifted) -> Lifted:
        """Return a relation that only equality relates, and whose columns read nothing around it.

        What else it reads is put beside its rows: the different values that there are around.
        """
        odd = [c for c in lifted.conditions if inputs(c) and _sides(c) is None]
        read = {i for e in (*odd, *lifted.columns) for i in outer_columns(e)}
        return self.beside_values(lifted, sorted(read)) if read else lifted

    def beside_values(self, lifted: Lifted, read: Sequence[int]) -> Lifted:
        """Return a relation with the values of columns around beside its rows, and so for each.

        The last conditions say that these equal those around, in their order.
        """
        some = tuple(self.arguments[i] for i in read)
        values = distinct(Project(self.plan, some, names_of(some)), self.context, self.span)
        first = len(lifted.node.schema)
        places = {
            i: replace(e, index=first + n)
            for (n, e), i in zip(enumerate(every_column(values)), read, strict=True)
        }

        def placed(e: Expression) -> Expression:
            return substitute(e, lambda x: places.get(x.index) if isinstance(x, Outer) else None)

        inside = [c for c in lifted.conditions if outer_columns(c) <= set(read)]
        joined = join(
            lifted.node,
            values,
            JoinKind.INNER,
            [placed(c) for c in inside],
            final=self.context.emission is not Emission.STREAM,
            ttl=self.context.ttl,
        )
        same = self.equal(read, list(places.values()))
        kept = (c for c in lifted.conditions if c not in inside)
        columns = tuple(map(placed, lifted.columns))
        return replace(lifted, node=joined, columns=columns, conditions=(*kept, *same))

    def equal(self, read: Sequence[int], columns: Sequence[Input]) -> list[Expression]:
        """Return that columns are those of the query around."""
        binder = ExpressionBinder(Scope(), self.context)
        return [
            binder.call("is not distinct from", (c, Outer(c.type, i, c.name)), self.span)
            for i, c in zip(read, columns, strict=True)
        ]


def every_column(node: Node) -> tuple[Input, ...]:
    """Return the columns of a node as expressions."""
    return tuple(Input(f.type, i, f.name) for i, f in enumerate(node.schema.fields))


def widened(node: Node, added: Sequence[Expression], names: Sequence[str]) -> Node:
    """Return a node with more columns behind its own."""
    if not added:
        return node
    return Project(node, (*every_column(node), *added), (*node.schema.names, *names))


@dataclass(frozen=True)
class Keyed:
    """A relation with the columns that are compared with those around behind its own `width`.

    `conditions` are over these columns and those around. `keys` are the positions of the former.
    """

    node: Node
    width: int
    conditions: tuple[Expression, ...]

    @property
    def keys(self) -> tuple[int, ...]:
        """The positions of the columns that are compared."""
        return tuple(range(self.width, len(self.node.schema)))


def plain(lifted: Lifted, span: Span) -> Keyed:
    """Return a lifted relation with its own columns first, and behind them what conditions read."""
    for e in lifted.columns:
        if reads_outer(e):
            raise refusal(f"{e} is computed with a column of the query around", span)
    width = len(lifted.columns)
    read = sorted(frozenset().union(*map(inputs, lifted.conditions)))
    fields = lifted.node.schema.fields
    added = [Input(fields[i].type, i, fields[i].name) for i in read]
    positions = {i: width + n for n, i in enumerate(read)}
    conditions = tuple(moved(c, positions) for c in lifted.conditions)
    if not added and lifted.columns == every_column(lifted.node):
        return Keyed(lifted.node, width, conditions)
    names = names_of(lifted.columns)
    node = Project(lifted.node, (*lifted.columns, *added), (*names, *names_of(added)))
    return Keyed(node, width, conditions)


def by_value(lifted: Lifted, around: Around) -> Keyed:
    """Do the same where only equality may relate: each value around has rows of its own."""
    lifted = around.beside(lifted)
    width = len(lifted.columns)
    added: list[Expression] = []
    conditions: list[Expression] = []
    for condition in lifted.conditions:
        sides = _sides(condition)
        if sides is None:
            conditions.append(condition)
            continue
        inner, other = sides
        if inner not in added:
            added.append(inner)
        assert isinstance(condition, Call)
        key = Input(inner.type, width + added.index(inner), names_of([inner])[0])
        conditions.append(replace(condition, arguments=(key, other)))
    below = plain(replace(lifted, conditions=()), around.span).node
    if not added:
        return Keyed(below, width, tuple(conditions))
    if below is lifted.node:
        node = widened(below, added, names_of(added))
    else:
        assert isinstance(below, Project)
        columns = (*below.expressions, *added)
        node = Project(below.input, columns, (*below.names, *names_of(added)))
    return Keyed(node, width, tuple(conditions))


def names_of(expressions: Sequence[Expression]) -> tuple[str, ...]:
    """Return what columns that are computed go by."""
    return tuple(e.name if isinstance(e, Input) else str(e) for e in expressions)


def _sides(condition: Expression) -> tuple[Expression, Expression] | None:
    """Return what of the subquery equals what of the query around."""
    if isinstance(condition, Call) and condition.function.name in {"=", "is not distinct from"}:
        a, b = condition.arguments
        for inner, other in ((a, b), (b, a)):
            if inputs(inner) and not reads_outer(inner) and not inputs(other):
                return inner, other
    return None


def refusal(why: str, span: Span) -> BindError:
    """Return the error where a subquery cannot be lifted."""
    return BindError(
        f"this subquery cannot be made a join: {why}",
        span=span,
        hint="join the relations yourself: FROM a JOIN b ON …, with GROUP BY the columns of a "
        "where the subquery aggregates",
    )
