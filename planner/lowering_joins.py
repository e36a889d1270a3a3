"""From the plan of a join to its operator."""

from __future__ import annotations

from cep.planner import expressions as ex
from cep.planner.compiler import compile_predicate
from cep.planner.logical import Interval, Join, Node, SameWindow
from cep.runtime.operators import join
from cep.runtime.session import Session


def join_operator(node: Join, session: Session) -> join.Join:
    """Return the operator of a join."""
    return join.Join(
        node.schema,
        (_side(node, left=True), _side(node, left=False)),
        pairs=not node.kind.one_sided,
        residual=None if node.residual is None else _residual(node, node.residual, session),
        bound=_bound(node),
        ttl=node.ttl,
    )


def _side(node: Join, *, left: bool) -> join.Side:
    plan: Node = node.left if left else node.right
    return join.Side(
        plan.schema,
        tuple(k.left if left else k.right for k in node.keys),
        tuple(k.null_safe for k in node.keys),
        append_only=plan.properties.append_only,
        kept=node.kind.keeps_left if left else node.kind.keeps_right,
        waits=node.waits(left=left),
        timely=node.timely[0 if left else 1],
    )


def _residual(node: Join, condition: ex.Expression, session: Session) -> join.Residual:
    width = len(node.left.schema)
    read = sorted(ex.inputs(condition))
    predicate = compile_predicate(
        ex.moved(condition, {old: new for new, old in enumerate(read)}), session
    )
    left = tuple(i for i in read if i < width)
    right = tuple(i - width for i in read if i >= width)
    return join.Residual(left, right, predicate, str(condition))


def _bound(node: Join) -> join.Near | join.Together | None:
    match node.bound:
        case Interval(left, right, low, high):
            return join.Near(left, right, low, high)
        case SameWindow():
            here, there = node.left.properties.window, node.right.properties.window
            assert here is not None
            assert there is not None
            return join.Together(here.end, there.end, max(here.unit, there.unit))
    return None
