"""From the plan of a join to its operator."""

from __future__ import annotations

from cep.planner import expressions as ex
from cep.planner.compiler import compile_predicate
from cep.planner.logical import AsOf, Interval, Join, Lookup, Node, SameWindow
from cep.runtime import joining, nearest
from cep.runtime.operator import Operator
from cep.runtime.operators import asof, join, lookup, upcoming
from cep.runtime.session import Session


def join_operator(node: Join, session: Session) -> join.Join:
    """Return the operator of a join."""
    width = len(node.left.schema)
    return join.Join(
        node.schema,
        (_side(node, left=True), _side(node, left=False)),
        pairs=not node.kind.one_sided,
        said=(
            tuple(i for i in node.columns if i < width),
            tuple(i - width for i in node.columns if i >= width),
        ),
        residual=None if node.residual is None else _residual(node, node.residual, session),
        bound=_bound(node),
        ttl=node.forgets,
        held=node.held,
        correct=node.correct,
    )


def _side(node: Join, *, left: bool) -> joining.Side:
    plan: Node = node.left if left else node.right
    return joining.Side(
        plan.schema,
        tuple(k.left if left else k.right for k in node.keys),
        tuple(k.null_safe for k in node.keys),
        append_only=plan.properties.append_only,
        kept=node.kind.keeps_left if left else node.kind.keeps_right,
        waits=node.waits(left=left),
        timely=node.timely[0 if left else 1],
    )


def _residual(node: Join, condition: ex.Expression, session: Session) -> joining.Residual:
    width = len(node.left.schema)
    read = sorted(ex.inputs(condition))
    predicate = compile_predicate(
        ex.moved(condition, {old: new for new, old in enumerate(read)}), session
    )
    left = tuple(i for i in read if i < width)
    right = tuple(i - width for i in read if i >= width)
    return joining.Residual(left, right, predicate, str(condition))


def _bound(node: Join) -> joining.Near | joining.Together | None:
    match node.bound:
        case Interval(left, right, low, high):
            return joining.Near(left, right, low, high)
        case SameWindow():
            here, there = node.left.properties.window, node.right.properties.window
            assert here is not None
            assert there is not None
            return joining.Together(here.end, there.end, max(here.unit, there.unit))
    return None


def beside_operator(node: AsOf | Lookup, session: Session) -> Operator:
    """Return the operator of a join that finds at most one row."""
    condition = node.residual
    pairing = nearest.Pairing(
        node.left.schema,
        node.right.schema,
        node.schema,
        tuple(a for a, _ in node.keys),
        tuple(b for _, b in node.keys),
        node.outer,
        timed=isinstance(node, Lookup) or node.timely[0],
        residual=None if condition is None else _condition(node, condition, session),
    )
    if isinstance(node, Lookup):
        return lookup.Lookup(pairing, waits=node.waits)
    make = upcoming.Upcoming if node.nearest.ahead else asof.AsOf
    return make(pairing, node.times, node.timely, strict=node.nearest.strict)


def _condition(node: AsOf | Lookup, condition: ex.Expression, session: Session) -> nearest.Residual:
    width = len(node.left.schema)
    read = sorted(ex.inputs(condition))
    moved = ex.moved(condition, {old: new for new, old in enumerate(read)})
    left = tuple(i for i in read if i < width)
    right = tuple(i - width for i in read if i >= width)
    return nearest.Residual(left, right, compile_predicate(moved, session), str(condition))
