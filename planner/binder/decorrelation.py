"""Subqueries that read columns of the query around them become relations that do not.

What a subquery says of those columns is lifted out of it, up to its top, where it becomes the
condition of a join with the query around (Kim, 1982; Galindo-Legaria and Joshi, 2001). Below
aggregates, DISTINCT and LIMIT the columns that it compares with them become keys, so that each of
their values has its groups and its first rows. Where more than equality relates them, and below set
operations, the different values that there are around are joined with it first (Neumann and Kemper,
2015).
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace

import numpy as np

from cep.errors import BindError
from cep.planner.binder.around import (
    Around,
    Lifted,
    by_value,
    every_column,
    names_of,
    plain,
    refusal,
)
from cep.planner.binder.clocks import ties
from cep.planner.binder.grouping import emission
from cep.planner.expressions import (
    Constant,
    Expression,
    Input,
    conjunction,
    conjuncts,
    moved,
    substitute,
)
from cep.planner.logical import (
    Aggregate,
    ClockedFilter,
    Filter,
    Join,
    JoinKind,
    Limit,
    Node,
    Project,
    SetOperation,
    Sort,
    TopN,
    Union,
    Window,
)
from cep.planner.optimizer.folding import fold
from cep.planner.subqueries import (
    columns_around,
    correlated,
    reads_outer,
)
from cep.runtime.aggregates.calls import Calls
from cep.runtime.operators.aggregate import Emission
from cep.runtime.ranks import Ranks

_ALL = 2**62
"""The number of the last row, where there is no LIMIT."""


def lift(plan: Node, around: Around) -> Lifted:
    """Return a subquery without the columns around it; BindError where it needs them."""
    return _Lifting(around).lift(plan)


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
        return refusal(f"a column of the query around is read below “{node.describe()}”", self.span)

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
                raise refusal(why, self.span)
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
        if node.calls or any(map(reads_outer, lifted.columns)):
            keyed = by_value(lifted, self.around)
        else:
            keyed = plain(lifted, self.span)
        if _goes_on(keyed.node, node.input):
            node = replace(node, emission=self._emission(keyed.node), window=None)
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

    def _emission(self, read: Node) -> Emission:
        """Return when rows are said that are complete only with the query around them."""
        return emission(self.around.context, read, False, self.span)

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
        when = Emission.WATERMARK if final else Emission.STREAM
        top = TopN(below, (), order.keys, order.ties, Ranks.ROW_NUMBER, first, last, None, when)
        return self._top(top)

    def _top(self, node: TopN) -> Lifted:
        lifted = self.lift(node.input)
        if lifted.empty is not None:
            raise self._refused(node)
        keyed = by_value(lifted, self.around)
        if _goes_on(keyed.node, node.input):
            node = replace(node, emission=self._emission(keyed.node), timed=False)
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

    def _set_operation(self, node: Union | SetOperation) -> Lifted:
        """Lift a set operation: each value around has rows of its own in all parts."""
        read = sorted(columns_around(node))
        parts: list[Node] = []
        for part in map(self.lift, node.inputs()):
            if part.empty is not None:
                raise self._refused(node)
            beside = self.around.beside_values(part, read)
            values = every_column(beside.node)[len(beside.node.schema) - len(read) :]
            names = (*node.schema.names, *names_of(values))
            parts.append(Project(beside.node, (*beside.columns, *values), names))
        if isinstance(node, SetOperation):
            node = replace(node, emission=self._emission(Union(tuple(parts))), timed=False)
        whole = node.over(tuple(parts))
        width = len(node.schema)
        every = every_column(whole)
        conditions = self.around.equal(read, every[width:])
        return Lifted(whole, every[:width], tuple(conditions))

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


def _goes_on(node: Node, before: Node) -> bool:
    """Say whether rows that were complete in the end, or by their time, are not any more."""
    now, then = node.properties, before.properties
    return (then.bounded and not now.bounded) or (then.timed and not now.timed)


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
    Union: _Lifting._set_operation,
    SetOperation: _Lifting._set_operation,
    Window: _Lifting._window,
    ClockedFilter: _Lifting._clocked,
}
