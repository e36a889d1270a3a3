"""JOIN: two relations side by side, and the names that their columns go by."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

from cep.errors import BindError, Span
from cep.grammar import ast
from cep.planner.binder.context import Context
from cep.planner.binder.expressions import ExpressionBinder
from cep.planner.binder.scope import Scope, ScopeColumn
from cep.planner.binder.temporal import bind_right, is_temporal, temporal_join
from cep.planner.expressions import (
    Coalesce,
    Constant,
    Expression,
    Input,
    conjunction,
    conjuncts,
)
from cep.planner.joining import absorbed, join
from cep.planner.logical import Filter, Join, JoinKind, Node, Project, walk
from cep.planner.optimizer.folding import fold
from cep.runtime.operators.aggregate import Emission
from cep.types import Field

BindRelation = Callable[[ast.Relation], tuple[Node, Scope]]

_KINDS = {
    "inner": JoinKind.INNER,
    "cross": JoinKind.INNER,
    "left": JoinKind.LEFT,
    "right": JoinKind.RIGHT,
    "full": JoinKind.FULL,
    "semi": JoinKind.SEMI,
    "anti": JoinKind.ANTI,
}


def bind_join(written: ast.Join, context: Context, bind: BindRelation) -> tuple[Node, Scope]:
    """Return the plan of a join and the names of its columns; `bind` binds its inputs."""
    # A chain of joins leans to the left, and is walked without recursion.
    chain: list[ast.Join] = []
    first: ast.Relation = written
    while isinstance(first, ast.Join):
        chain.append(first)
        first = first.left
    plan, scope = bind(first)
    for one in reversed(chain):
        right = bind_right(one, context, bind) if is_temporal(one) else bind(one.right)
        plan, scope = _Joining(one, (plan, scope), right, context).bound()
    return plan, scope


def filtered(plan: Node, condition: Expression, context: Context) -> Node:
    """Return the rows that satisfy WHERE; what that says of several inputs goes into their join."""
    if not isinstance(plan, Join | Project):
        return Filter(plan, condition)
    parts = [fold(c, context.session) for c in conjuncts(condition)]
    below, rest = absorbed(plan, parts)
    if below is plan:
        return Filter(plan, condition)
    return Filter(below, conjunction(tuple(rest))) if rest else below


def require_final(plan: Node, span: Span) -> None:
    """Refuse EMIT AFTER WATERMARK where a join may never be sure that a row has no partner."""
    for node in walk(plan):
        if isinstance(node, Join) and node.revises:
            raise BindError(
                f"a {node.kind.value.lower()} join says rows without a partner, and here one may "
                "always come",
                span=span,
                hint="bound how far apart partners are: … AND b.ts BETWEEN a.ts - INTERVAL '1' "
                "MINUTE AND a.ts; or write EMIT STREAM",
            )


@dataclass(frozen=True)
class _Joining:
    """One join being bound."""

    written: ast.Join
    left: tuple[Node, Scope]
    right: tuple[Node, Scope]
    context: Context

    def bound(self) -> tuple[Node, Scope]:
        """Return the plan of the join and the names of its columns."""
        left, right = self.left[1], self.right[1]
        both = [s for s in left.relations() if right.has_relation(s)]
        if both:
            raise BindError(
                f"two relations here are called {both[0]}",
                span=self.written.right.span,
                hint=f"give them names of their own: {both[0]} AS a JOIN {both[0]} AS b",
            )
        kind = _KINDS[self.written.kind]
        scope = Scope((*left.columns, *right.columns), order=(*left.star(), *self._behind(right)))
        binder = ExpressionBinder(scope, self.context, place="in ON")
        pairs = self._merged()
        conditions = [self._equal(binder, name, a, b) for name, a, b in pairs]
        if self.written.on is not None:
            conditions += conjuncts(binder.condition(self.written.on))
        plan = self._plan(kind, conditions)
        if kind.one_sided:
            return plan, left
        fields = plan.schema.fields
        columns = tuple(replace(c, field=f) for c, f in zip(scope.columns, fields, strict=True))
        return self._with_merged(plan, replace(scope, columns=columns), pairs, kind)

    def _behind(self, right: Scope) -> list[int]:
        width = len(self.left[1].columns)
        return [width + i for i in right.star()]

    def _plan(self, kind: JoinKind, conditions: Sequence[Expression]) -> Node:
        if is_temporal(self.written):
            return temporal_join(self.written, self.left, self.right, conditions, self.context)
        folded = [fold(c, self.context.session) for c in conditions]
        wanted = [c for c in folded if not (isinstance(c, Constant) and c.value.as_py() is True)]
        return join(
            self.left[0],
            self.right[0],
            kind,
            wanted,
            final=self.context.emission is not Emission.STREAM,
            ttl=self.context.ttl,
        )

    # USING and NATURAL.

    def _merged(self) -> list[tuple[ast.Name, int, int]]:
        """Return the names that USING or NATURAL makes one column of, and the two columns."""
        left, right = self.left[1], self.right[1]
        names = list(self.written.using)
        if self.written.natural:
            span = self.written.span
            known = dict.fromkeys(left.columns[i].field.name for i in left.star())
            names = [ast.Name(n, span=span) for n in known if right.find(n) and n[:1] != "$"]
            if not names:
                raise BindError(
                    "NATURAL JOIN compares columns of one name, and there is none",
                    span=span,
                    hint="write … JOIN … ON a.x = b.y, or CROSS JOIN for all pairs",
                )
        pairs = []
        for i, name in enumerate(names):
            if name.value in {n.value for n in names[:i]}:
                raise BindError(f"{name.value} is named twice", span=name.span)
            a = left.resolve(name.value, None, name.span).index
            b = right.resolve(name.value, None, name.span).index
            pairs.append((name, a, len(left.columns) + b))
        return pairs

    def _equal(self, binder: ExpressionBinder, name: ast.Name, a: int, b: int) -> Expression:
        return binder.call("=", [binder.scope.input(a), binder.scope.input(b)], name.span)

    def _with_merged(
        self, plan: Node, scope: Scope, pairs: Sequence[tuple[ast.Name, int, int]], kind: JoinKind
    ) -> tuple[Node, Scope]:
        """Let each merged name mean one column: the first of *, and the one without qualifier."""
        if not pairs:
            return plan, scope
        columns = list(scope.columns)
        first: list[int] = []
        computed: list[Expression] = []
        for name, a, b in pairs:
            if kind is JoinKind.FULL:
                binder = ExpressionBinder(scope, self.context)
                values = binder.unified(
                    [scope.input(a), scope.input(b)], [name.span] * 2, "the columns of USING"
                )
                first.append(len(columns))
                columns.append(ScopeColumn(None, Field(name.value, values[0].type)))
                computed.append(Coalesce(values[0].type, tuple(values)))
            else:
                first.append(b if kind is JoinKind.RIGHT else a)
            for i in {a, b} - set(first):
                columns[i] = replace(columns[i], merged=True)
        gone = {i for _, a, b in pairs for i in (a, b)}
        order = (*first, *(i for i in scope.star() if i not in gone))
        if computed:
            fields = plan.schema.fields
            kept = (Input(f.type, i, f.name) for i, f in enumerate(fields))
            names = (*plan.schema.names, *(n.value for n, _, _ in pairs))
            plan = Project(plan, (*kept, *computed), names)
        return plan, replace(scope, columns=tuple(columns), order=order)
