"""Subqueries that read columns of the query around them become relations that do not.

What a subquery says of those columns is lifted out of it, up to its top, where it becomes the
condition of a join with the query around (Kim, 1982; Galindo-Legaria and Joshi, 2001). Below
aggregates, DISTINCT and LIMIT the columns that it compares with them become keys, so that each of
their values has its groups and its first rows.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

import numpy as np

from cep.errors import BindError, Span
from cep.planner.binder.clocks import ties
from cep.planner.binder.context import Context
from cep.planner.binder.expressions import ExpressionBinder
from cep.planner.binder.grouping import distinct
from cep.planner.binder.scope import Scope
from cep.planner.expressions import (
    Call,
    Constant,
    Expression,
    Input,
    conjunction,
    conjuncts,
    inputs,
    moved,
    substitute,
)
from cep.planner.joining import join
from cep.planner.logical import (
    Aggregate,
    ClockedFilter,
    Filter,
    Join,
    JoinKind,
    Limit,
    Node,
    Project,
    Sort,
    TopN,
    Window,
)
from cep.planner.optimizer.folding import fold
from cep.planner.subqueries import Outer, correlated, outer_columns, reads_outer
from cep.runtime.aggregates.calls import Calls
from cep.runtime.operators.aggregate import Emission
from cep.runtime.ranks import Ranks

_ALL = 2**62
"""The number of the last row, where there is no LIMIT."""


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

    def lift(self, plan: Node) -> Lifted:
        """Return a subquery without the columns around it; BindError where it needs them."""
        return _Lifting(self).lift(plan)

    def beside(self, lifted: Lifted) -> Lifted:
        """Return a relation that only equality relates, and whose columns read nothing around it.

        What else it reads is put beside its rows: the different values that there are around.
        """
        odd = [c for c in lifted.conditions if inputs(c) and _sides(c) is None]
        read = sorted({i for e in (*odd, *lifted.columns) for i in outer_columns(e)})
        if not read:
            return lifted
        some = tuple(self.arguments[i] for i in read)
        values = distinct(Project(self.plan, some, names_of(some)), self.context, self.span)
        first = len(lifted.node.schema)
        places = {
            i: replace(e, index=first + n)
            for (n, e), i in zip(enumerate(every_column(values)), read, strict=True)
        }

        def placed(e: Expression) -> Expression:
            return substitute(e, lambda x: places.get(x.index) if isinstance(x, Outer) else None)

        inside = [c for c in lifted.conditions if inputs(c) and outer_columns(c) <= set(read)]
        joined = join(
            lifted.node,
            values,
            JoinKind.INNER,
            [placed(c) for c in inside],
            final=self.context.emission is not Emission.STREAM,
            ttl=self.context.ttl,
        )
        binder = ExpressionBinder(Scope(), self.context)
        same = [
            binder.call(
                "is not distinct from", (place, Outer(place.type, i, place.name)), self.span
            )
            for i, place in places.items()
        ]
        kept = (c for c in lifted.conditions if c not in inside)
        columns = tuple(map(placed, lifted.columns))
        return replace(lifted, node=joined, columns=columns, conditions=(*kept, *same))


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
            raise _refusal(f"{e} is computed with a column of the query around", span)
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


def _refusal(why: str, span: Span) -> BindError:
    return BindError(
        f"this subquery cannot be made a join: {why}",
        span=span,
        hint="join the relations yourself: FROM a JOIN b ON …, with GROUP BY the columns of a "
        "where the subquery aggregates",
    )


class _Lifting:
    """Lifts what relates a subquery to the query around it."""

    def __init__(self, around: Around) -> None:
        self.around = around
        self.span = around.span
        self.session = around.context.session

    def lift(self, node: Node) -> Lifted:
        if not correlated(node):
            return Lifted(node, every_column(node))
        handler = _HANDLERS.get(type(node))
        if handler is None:
            raise self._refused(node)
        return handler(self, node)

    def _refused(self, node: Node) -> BindError:
        return _refusal(
            f"a column of the query around is read below “{node.describe()}”", self.span
        )

    def _filter(self, node: Filter) -> Lifted:
        below = self.lift(node.input)
        parts = conjuncts(_over(node.predicate, below.columns))
        empty = below.empty
        if empty is not None:
            if any(map(reads_outer, parts)):
                raise self._refused(node)
            without = fold(_over(node.predicate, empty), self.session)
            if not isinstance(without, Constant) or without.value.as_py() is True:
                why = "HAVING is also true of no rows at all"
                raise _refusal(why, self.span)
            empty = None
        outside = tuple(p for p in parts if reads_outer(p))
        inside = tuple(p for p in parts if not reads_outer(p))
        filtered = Filter(below.node, conjunction(inside)) if inside else below.node
        return Lifted(filtered, below.columns, (*below.conditions, *outside), empty)

    def _project(self, node: Project) -> Lifted:
        below = self.lift(node.input)
        columns = tuple(_over(e, below.columns) for e in node.expressions)
        empty = below.empty
        if empty is not None:
            empty = tuple(_over(e, empty) for e in node.expressions)
        return replace(below, columns=columns, empty=empty)

    def _aggregate(self, node: Aggregate) -> Lifted:
        lifted = self.lift(node.input)
        if lifted.empty is not None:
            raise self._refused(node)
        # Rows of a DISTINCT may be told apart by whatever conditions read of them.
        keyed = by_value(lifted, self.around) if node.calls else plain(lifted, self.span)
        keys, many = len(node.keys), len(keyed.keys)
        added = keyed.node.schema.names[keyed.width :]
        names = (*node.names[:keys], *added, *node.names[keys:])
        grouped = replace(node, input=keyed.node, keys=(*node.keys, *keyed.keys), names=names)
        places = [*range(keys), *range(keys + many, len(grouped.schema))]
        fields = grouped.schema.fields
        columns = tuple(Input(fields[p].type, p, fields[p].name) for p in places)
        shift = {k: keys + n for n, k in enumerate(keyed.keys)}
        conditions = tuple(moved(c, shift) for c in keyed.conditions)
        empty = None if node.keys else self._of_nothing(node)
        return Lifted(grouped, columns, conditions, empty)

    @staticmethod
    def _of_nothing(node: Aggregate) -> tuple[Expression, ...]:
        """Return the values of aggregates over no rows."""
        calls = Calls(node.input.schema, node.calls, append_only=True)
        calls.reserve(16)
        values, _ = calls.values(np.zeros(1, np.int64))
        return tuple(
            Constant(c.result, v[0].cast(c.result.arrow))
            for c, v in zip(node.calls, values, strict=True)
        )

    def _sort(self, node: Sort) -> Lifted:
        if node.limit is None and not node.offset:
            return self.lift(node.input)
        last = _ALL if node.limit is None else node.offset + node.limit
        return self._first_rows(node.input, node, node.offset + 1, last)

    def _limit(self, node: Limit) -> Lifted:
        last = _ALL if node.limit is None else node.offset + node.limit
        order = Sort(node.input, (), ties=ties(node.input, ()))
        return self._first_rows(node.input, order, node.offset + 1, last)

    def _first_rows(self, below: Node, order: Sort, first: int, last: int) -> Lifted:
        final = below.properties.bounded
        emission = Emission.WATERMARK if final else Emission.STREAM
        top = TopN(below, (), order.keys, order.ties, Ranks.ROW_NUMBER, first, last, None, emission)
        return self._top(top)

    def _top(self, node: TopN) -> Lifted:
        lifted = self.lift(node.input)
        if lifted.empty is not None:
            raise self._refused(node)
        keyed = by_value(lifted, self.around)
        top = replace(node, input=keyed.node, partition=(*node.partition, *keyed.keys))
        columns = list(every_column(top))
        del columns[keyed.width : keyed.width + len(keyed.keys)]
        return Lifted(top, tuple(columns), keyed.conditions)

    def _join(self, node: Join) -> Lifted:
        inner = node.kind is JoinKind.INNER
        ways = (inner or not node.kind.keeps_right, inner or node.kind is JoinKind.RIGHT)
        for way, side in zip(ways, node.inputs(), strict=True):
            if not way and correlated(side):
                raise self._refused(node)
        parts = () if node.residual is None else conjuncts(node.residual)
        if not inner and any(map(reads_outer, parts)):
            raise self._refused(node)
        sides = [self.lift(side) for side in node.inputs()]
        if any(s.empty is not None for s in sides):
            raise self._refused(node)
        left, right = (plain(s, self.span) for s in sides)
        first = len(left.node.schema)
        shift = {i: i if i < left.width else first + i - left.width for i in _both(node)}
        outside = tuple(moved(p, shift) for p in parts if reads_outer(p))
        inside = tuple(moved(p, shift) for p in parts if not reads_outer(p))
        joined = replace(
            node,
            left=left.node,
            right=right.node,
            residual=conjunction(inside) if inside else None,
        )
        behind = {i: first + i for i in range(len(right.node.schema))}
        theirs = tuple(moved(c, behind) for c in right.conditions)
        fields = joined.schema.fields
        places = [shift[i] for i in range(len(node.schema))]
        columns = tuple(Input(fields[p].type, p, fields[p].name) for p in places)
        return Lifted(joined, columns, (*left.conditions, *theirs, *outside))

    def _window(self, node: Window) -> Lifted:
        if not node.fixed:
            raise self._refused(node)
        lifted = self.lift(node.input)
        if lifted.empty is not None:
            raise self._refused(node)
        keyed = plain(lifted, self.span)
        cut = replace(node, input=keyed.node)
        columns = list(every_column(cut))
        del columns[keyed.width : keyed.width + len(keyed.keys)]
        return Lifted(cut, tuple(columns), keyed.conditions)

    def _clocked(self, node: ClockedFilter) -> Lifted:
        if reads_outer(node.predicate):
            raise self._refused(node)
        lifted = self.lift(node.input)
        if lifted.empty is not None:
            raise self._refused(node)
        keyed = plain(lifted, self.span)
        filtered = replace(node, input=keyed.node)
        return Lifted(filtered, every_column(filtered)[: keyed.width], keyed.conditions)


def _both(node: Join) -> range:
    return range(len(node.left.schema) + len(node.right.schema))


def _over(e: Expression, columns: Sequence[Expression]) -> Expression:
    """Return an expression over columns as one over what these are computed of."""
    return substitute(e, lambda x: columns[x.index] if isinstance(x, Input) else None)


_HANDLERS: dict[type[Node], Callable[..., Lifted]] = {
    Filter: _Lifting._filter,
    Project: _Lifting._project,
    Aggregate: _Lifting._aggregate,
    Sort: _Lifting._sort,
    Limit: _Lifting._limit,
    TopN: _Lifting._top,
    Join: _Lifting._join,
    Window: _Lifting._window,
    ClockedFilter: _Lifting._clocked,
}
