"""Queries inside expressions become joins: semi and anti joins in conditions, left ones for values.

A value of a subquery stands behind the columns of the relation that it is computed for, so that
what has been bound to these stays as it is.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

from cep.planner.binder.around import (
    Around,
    Keyed,
    Lifted,
    by_value,
    every_column,
    plain,
    widened,
)
from cep.planner.binder.context import Context
from cep.planner.binder.decorrelation import lift
from cep.planner.binder.expressions import ExpressionBinder
from cep.planner.binder.grouping import distinct, emission
from cep.planner.binder.scope import Scope
from cep.planner.binder.subquery_terms import SINGLE, false, null, number, or_none, true
from cep.planner.expressions import (
    Call,
    Case,
    Constant,
    Expression,
    Input,
    Logical,
    conjunction,
    conjuncts,
    moved,
    substitute,
)
from cep.planner.joining import join
from cep.planner.logical import Aggregate, Filter, Join, JoinKind, Node, Project, Union
from cep.planner.subqueries import Outer, Subquery, SubqueryKind, has_subquery, reads_outer
from cep.runtime.aggregates.calls import AggregateCall
from cep.runtime.operators.aggregate import Emission
from cep.types import BIGINT, BOOLEAN


def restricted(
    plan: Node,
    condition: Expression,
    context: Context,
    plain_filter: Callable[[Node, Expression], Node],
) -> Node:
    """Return the rows for which a condition holds that may contain subqueries.

    `plain_filter` filters by what does not. The columns stay in their places.
    """
    parts = conjuncts(condition)
    simple = tuple(p for p in parts if not has_subquery(p))
    if simple:
        plan = plain_filter(plan, conjunction(simple))
    for part in parts:
        if part not in simple:
            plan = _restricted_by(plan, part, context)
    return plan


def _restricted_by(plan: Node, part: Expression, context: Context) -> Node:
    negated = False
    asked = part
    while isinstance(asked, Call) and asked.function.name == "not":
        negated, asked = not negated, asked.arguments[0]
    if isinstance(asked, Subquery) and not any(map(has_subquery, asked.children())):
        if asked.kind is SubqueryKind.EXISTS:
            return _Joining(plan, asked, context).exists(
                JoinKind.ANTI if negated else JoinKind.SEMI
            )
        if asked.kind is SubqueryKind.IN:
            joining = _Joining(plan, asked, context)
            return joining.not_in() if negated else joining.is_in()
    plan, (condition,) = with_values(plan, [part], context)
    return Filter(plan, condition)


def with_values(
    plan: Node, expressions: Sequence[Expression], context: Context
) -> tuple[Node, list[Expression]]:
    """Return a plan with the values of subqueries behind its columns, and expressions over it."""
    values: dict[int, tuple[Subquery, Expression]] = {}

    def found(e: Expression) -> Expression | None:
        nonlocal plan
        if not isinstance(e, Subquery):
            return None
        for known, value in values.values():
            if known == e:
                return value
        inner = replace(
            e,
            operands=tuple(substitute(o, found) for o in e.operands),
            arguments=tuple(substitute(a, found) for a in e.arguments),
        )
        plan, value = _Joining(plan, inner, context).value()
        values[len(values)] = e, value
        return value

    changed = [substitute(e, found) for e in expressions]
    return plan, changed


@dataclass(frozen=True)
class _Joining:
    """A relation and a subquery that is asked for each of its rows."""

    plan: Node
    asked: Subquery
    context: Context

    def _lifted(self) -> Lifted:
        return lift(self.asked.plan, self._around)

    @property
    def _around(self) -> Around:
        return Around(self.plan, self.asked.arguments, self.asked.span, self.context)

    @property
    def _width(self) -> int:
        return len(self.plan.schema)

    def _call(self, name: str, *arguments: Expression) -> Expression:
        return ExpressionBinder(Scope(), self.context).call(name, arguments, self.asked.span)

    def _across(self, e: Expression) -> Expression:
        """Return what is said inside of the subquery as said over both relations."""

        def found(x: Expression) -> Expression | None:
            if isinstance(x, Input):
                return replace(x, index=x.index + self._width)
            return self.asked.arguments[x.index] if isinstance(x, Outer) else None

        return substitute(e, found)

    def _joined(self, right: Node, kind: JoinKind, conditions: Sequence[Expression]) -> Node:
        return join(
            self.plan,
            right,
            kind,
            conditions,
            final=self.context.emission is not Emission.STREAM,
            ttl=self.context.ttl,
        )

    def _equal(self, columns: Sequence[Expression]) -> list[Expression]:
        """Return that the operands of IN equal columns of the subquery."""
        pairs = zip(self.asked.operands, columns, strict=True)
        return [self._call("=", o, self._across(c)) for o, c in pairs]

    # Conditions.

    def exists(self, kind: JoinKind) -> Node:
        """Return the rows for which the subquery has a row, or has none."""
        lifted = self._lifted()
        if lifted.empty is not None:
            return self.plan if kind is JoinKind.SEMI else Filter(self.plan, false())
        return self._met(kind, lifted)

    def _met(self, kind: JoinKind, lifted: Lifted, more: Sequence[Expression] = ()) -> Node:
        """Return the rows for which a relation has, or has not, a row that meets conditions."""
        each = plain(replace(lifted, columns=()), self.asked.span)
        conditions = [*map(self._across, each.conditions), *more]
        joined = self._joined(each.node, kind, conditions)
        made = joined.input if isinstance(joined, Project) else joined
        if isinstance(made, Join) and made.bound is not None:
            # Its rows are final, as long as each is asked at its own time.
            return joined
        keyed = self._told_apart(lifted)
        conditions = [*map(self._across, keyed.conditions), *more]
        return self._joined(keyed.node, kind, conditions)

    def _told_apart(self, lifted: Lifted) -> Keyed:
        """Return what conditions read of a subquery, each different row once."""
        columns = plain(replace(lifted, columns=()), self.asked.span)
        relation = columns.node
        if lifted.conditions and columns.keys:
            return Keyed(self._distinct(relation), 0, columns.conditions)
        return Keyed(self._some(relation), 0, columns.conditions)

    def _distinct(self, node: Node) -> Node:
        return distinct(node, self.context, self.asked.span)

    def _some(self, node: Node) -> Node:
        """Return one row without columns if a relation has rows."""
        counted = self._counted(node, (), {"n": None})
        there = Filter(counted, self._call(">", Input(BIGINT, 0, "n"), number(0)))
        return Project(there, (), ())

    def _counted(
        self, node: Node, keys: tuple[int, ...], counts: dict[str, int | None]
    ) -> Aggregate:
        """Return how many rows each key has: all of them, or those for which a column is true."""
        count = self.context.aggregates.resolve("count", [])
        assert count is not None
        calls = tuple(AggregateCall(count[0], (), BIGINT, where) for where in counts.values())
        names = (*(node.schema.names[k] for k in keys), *counts)
        when = emission(self.context, node, False, self.asked.span)
        return Aggregate(node, keys, calls, names, when, None, self.context.ttl)

    def is_in(self) -> Node:
        """Return the rows whose operands are in the subquery."""
        lifted = self._lifted()
        if _is_one_row(lifted):
            plan, found = self._in_one_row(lifted)
            return Filter(plan, found)
        columns = self._columns(lifted)
        conditions = [self._across(c) for c in columns.conditions]
        conditions += self._equal(every_column(columns.node)[: columns.width])
        return self._joined(columns.node, JoinKind.SEMI, conditions)

    def _columns(self, lifted: Lifted) -> Keyed:
        """Return the columns among which the operands are looked for, and what relates them."""
        if any(map(reads_outer, lifted.columns)):
            lifted = self._around.beside(lifted)
        return plain(lifted, self.asked.span)

    def _in_one_row(self, lifted: Lifted) -> tuple[Node, Expression]:
        """Return the relation with more columns, and whether they equal the operands.

        They are the one row that an aggregate without GROUP BY has for each row around.
        """
        assert lifted.empty is not None
        plan, equal = self.plan, []
        parts = zip(self.asked.operands, lifted.columns, lifted.empty, strict=True)
        for operand, column, empty in parts:
            one = replace(lifted, columns=(column,), empty=(empty,))
            plan, value = replace(self, plan=plan)._scalar(one)
            equal.append(self._call("=", operand, value))
        return plan, conjunction(tuple(equal))

    def not_in(self) -> Node:
        """Return the rows whose operands are surely not in the subquery.

        A NULL there may be anything, and so may an operand that is NULL, unless there is no row.
        """
        lifted = self._lifted()
        if _is_one_row(lifted):
            plan, found = self._in_one_row(lifted)
            return Filter(plan, self._call("not", found))
        columns = self._columns(lifted)
        related = [self._across(c) for c in columns.conditions]
        every = every_column(columns.node)[: columns.width]
        equal = self._equal(every)
        fields = columns.node.schema.fields
        unknown = [
            (o, c)
            for o, c in zip(self.asked.operands, every, strict=True)
            if self._nullable(o) or fields[c.index].nullable
        ]
        if len(equal) > 1 and unknown:
            return self._joined(columns.node, JoinKind.ANTI, [*related, self._maybe(equal)])
        plan = self._joined(columns.node, JoinKind.ANTI, [*related, *equal])
        for operand, column in unknown:
            if fields[column.index].nullable:
                missing = self._call("is null", column)
                some = Lifted(Filter(columns.node, missing), (), columns.conditions)
                plan = replace(self, plan=plan)._met(JoinKind.ANTI, some)
            if self._nullable(operand):
                some = Lifted(columns.node, (), columns.conditions)
                missing = self._call("is null", operand)
                plan = replace(self, plan=plan)._met(JoinKind.ANTI, some, [missing])
        return plan

    def _maybe(self, equal: Sequence[Expression]) -> Expression:
        """Return that none of some conditions is surely false."""
        return self._call("not", self._call("is false", conjunction(tuple(equal))))

    def _nullable(self, e: Expression) -> bool:
        if isinstance(e, Input):
            return self.plan.schema.fields[e.index].nullable
        return not (isinstance(e, Constant) and e.value.is_valid)

    # Values.

    def value(self) -> tuple[Node, Expression]:
        """Return the relation with more columns, and what the subquery is as an expression."""
        match self.asked.kind:
            case SubqueryKind.SCALAR:
                return self._scalar(self._lifted())
            case SubqueryKind.EXISTS:
                return self._whether_exists()
            case SubqueryKind.IN:
                return self._whether_in()

    def _scalar(self, lifted: Lifted) -> tuple[Node, Expression]:
        node, value, conditions = self._single(lifted)
        found = len(node.schema)
        if _is_one_row(lifted):
            node = widened(node, (true(),), ("$found",))
        plan = self._joined(node, JoinKind.LEFT, [self._across(c) for c in conditions])
        result = self._across(value)
        if lifted.empty is not None and lifted.conditions:
            mark = self._call("is not null", Input(BOOLEAN, self._width + found, "$found"))
            result = Case(result.type, (mark,), (result,), self._across(lifted.empty[0]))
        return plan, result

    def _single(self, lifted: Lifted) -> tuple[Node, Expression, tuple[Expression, ...]]:
        """Return a relation with one row for each that it is asked for, the value, and conditions.

        Where there may be several, the value is an error then.
        """
        value = lifted.columns[0]
        if self._is_single(lifted):
            return lifted.node, value, lifted.conditions
        keyed = by_value(lifted, self._around)
        first = self.context.aggregates.resolve("first_value", [value.type])
        assert first is not None
        counted = self._counted(keyed.node, keyed.keys, {"$rows": None})
        one = AggregateCall(first[0], (0,), value.type)
        single = replace(
            counted, calls=(*counted.calls, one), names=(*counted.names, keyed.node.schema.names[0])
        )
        many = len(keyed.keys)
        rows, only = every_column(single)[many:]
        positions = {k: i for i, k in enumerate(keyed.keys)}
        conditions = tuple(moved(c, positions) for c in keyed.conditions)
        return single, Call(value.type, SINGLE, (rows, only)), conditions

    def _is_single(self, lifted: Lifted) -> bool:
        """Say whether at most one row is related to each that it is asked for."""
        key = lifted.node.properties.key
        if key is None:
            return False
        known: set[int] = set()
        for condition in lifted.conditions:
            if isinstance(condition, Call) and _is_equality(condition):
                a, b = condition.arguments
                for one, other in ((a, b), (b, a)):
                    if isinstance(one, Input) and reads_outer(other):
                        known.add(one.index)
        return set(key) <= known

    def _whether_exists(self) -> tuple[Node, Expression]:
        lifted = self._lifted()
        if _is_one_row(lifted):
            return self.plan, true()
        if all(_is_equality(c) for c in lifted.conditions):
            keyed = self._told_apart(lifted)
            return self._marked(keyed.node, [self._across(c) for c in keyed.conditions])
        parts = [
            widened(self.exists(kind), (known,), ("$found",))
            for kind, known in ((JoinKind.SEMI, true()), (JoinKind.ANTI, false()))
        ]
        return Union(tuple(parts)), Input(BOOLEAN, self._width, "$found")

    def _marked(self, right: Node, conditions: Sequence[Expression]) -> tuple[Node, Expression]:
        """Return the rows with what matches of a relation, and whether anything does."""
        found = self._width + len(right.schema)
        marked = widened(right, (true(),), ("$found",))
        plan = self._joined(marked, JoinKind.LEFT, conditions)
        return plan, self._call("is not null", Input(BOOLEAN, found, "$found"))

    def _whether_in(self) -> tuple[Node, Expression]:
        lifted = self._lifted()
        if _is_one_row(lifted):
            return self._in_one_row(lifted)
        keyed = by_value(lifted, self._around)
        related = [self._across(c) for c in keyed.conditions]
        every = every_column(keyed.node)[: keyed.width]
        fields = keyed.node.schema.fields
        plan, found = self._marked(self._distinct(keyed.node), [*related, *self._equal(every)])
        unknown = [
            self._nullable(o) or fields[c.index].nullable
            for o, c in zip(self.asked.operands, every, strict=True)
        ]
        if not any(unknown):
            return plan, found
        if len(unknown) > 1:
            return self._three_ways(self._columns(lifted))
        (operand,), (column,) = self.asked.operands, every
        width = len(keyed.node.schema)
        nulls = widened(keyed.node, (self._call("is null", column),), ("$null",))
        counted = self._counted(nulls, keyed.keys, {"$rows": None, "$nulls": width})
        positions = {k: i for i, k in enumerate(keyed.keys)}
        after = replace(self, plan=plan)
        conditions = [after._across(moved(c, positions)) for c in keyed.conditions]
        plan = after._joined(counted, JoinKind.LEFT, conditions)
        rows, missing = (
            or_none(Input(BIGINT, after._width + len(keyed.keys) + i, n))
            for i, n in enumerate(("$rows", "$nulls"))
        )
        none = self._call("=", rows, number(0))
        maybe = self._call(">", missing, number(0))
        maybe = Logical(BOOLEAN, "or", (self._call("is null", operand), maybe))
        return plan, Case(BOOLEAN, (found, none, maybe), (true(), false(), null()), false())

    def _three_ways(self, columns: Keyed) -> tuple[Node, Expression]:
        """Return the rows that are in a subquery, those that are not, and those that may be."""
        related = [self._across(c) for c in columns.conditions]
        equal = self._equal(every_column(columns.node)[: columns.width])
        found, maybe = [*related, *equal], [*related, self._maybe(equal)]
        inside = self._joined(columns.node, JoinKind.SEMI, found)
        outside = self._joined(columns.node, JoinKind.ANTI, maybe)
        others = replace(self, plan=self._joined(columns.node, JoinKind.ANTI, found))
        ways = (
            (inside, true()),
            (outside, false()),
            (others._joined(columns.node, JoinKind.SEMI, maybe), null()),
        )
        parts = tuple(widened(plan, (known,), ("$found",)) for plan, known in ways)
        return Union(parts), Input(BOOLEAN, self._width, "$found")


def _is_one_row(lifted: Lifted) -> bool:
    """Say whether a subquery has one row for each row around, also where nothing is related."""
    return lifted.empty is not None and bool(lifted.conditions)


def _is_equality(condition: Expression) -> bool:
    name = condition.function.name if isinstance(condition, Call) else ""
    return name in {"=", "is not distinct from"}
