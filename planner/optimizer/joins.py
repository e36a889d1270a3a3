"""Joins: conditions that concern one input alone are asked before it is joined."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace

import pyarrow as pa

from cep.planner import expressions as ex
from cep.planner.joining import absorbed
from cep.planner.logical import Filter, Join, JoinKind, Node, transform
from cep.planner.optimizer.folding import fold
from cep.runtime.session import Session
from cep.types import Float

Conditions = tuple[ex.Expression, ...]
Filtered = Callable[[Node, Conditions], Node]
"""Puts a relation under conditions."""


def tighten_joins(plan: Node, session: Session) -> Node:
    """Leave out rows without a partner of which a filter above lets none pass."""

    def change(node: Node) -> Node | None:
        if not isinstance(node, Filter) or not isinstance(node.input, Join):
            return None
        join = node.input
        if join.kind.one_sided or join.kind is JoinKind.INNER:
            return None
        width, total = len(join.left.schema), len(join.schema)
        parts = ex.conjuncts(node.predicate)
        left = join.kind.keeps_left and not _refused(parts, range(width, total), session)
        right = join.kind.keeps_right and not _refused(parts, range(width), session)
        kind = _KINDS[left, right]
        return None if kind is join.kind else replace(node, input=replace(join, kind=kind))

    return transform(plan, change)


_KINDS = {
    (False, False): JoinKind.INNER,
    (True, False): JoinKind.LEFT,
    (False, True): JoinKind.RIGHT,
    (True, True): JoinKind.FULL,
}


def _refused(conditions: Conditions, missing: range, session: Session) -> bool:
    """Say whether a row whose columns in `missing` are NULL cannot satisfy all conditions."""

    def nothing(e: ex.Expression) -> ex.Expression | None:
        if isinstance(e, ex.Input) and e.index in missing:
            return ex.Constant(e.type, pa.scalar(None, e.type.arrow))
        if isinstance(e, ex.Call) and e.function.name in _STRICT:
            operands = (fold(ex.substitute(a, nothing), session) for a in e.arguments)
            if any(isinstance(o, ex.Constant) and not o.value.is_valid for o in operands):
                return ex.Constant(e.type, pa.scalar(None, e.type.arrow))
        return None

    for condition in conditions:
        if ex.can_fail(condition) or not ex.is_deterministic(condition):
            # Whether it is an error of the row must not depend on what is found out here.
            continue
        outcome = fold(ex.substitute(condition, nothing), session)
        if isinstance(outcome, ex.Constant) and outcome.value.as_py() is not True:
            return True
    return False


_STRICT = frozenset(("=", "<>", "<", "<=", ">", ">=", "+", "-", "*", "like", "not", "negate"))
"""Functions that give NULL where an operand is NULL."""


def push_join_conditions(plan: Node, session: Session) -> Node:
    """Ask what ON says of one input alone before that is joined, unless its rows are kept."""

    def change(node: Node) -> Node | None:
        if not isinstance(node, Join) or node.residual is None:
            return None
        sides = _Sides(node)
        conditions = ex.conjuncts(node.residual)
        # A row that is said without a partner is said all the more where ON is not true of it.
        left = sides.left_only(conditions) if not node.kind.keeps_left else ()
        right = sides.right_only(conditions) if not node.kind.keeps_right else ()
        if not left and not right:
            return None
        rest = tuple(c for c in conditions if c not in left and c not in right)
        kept = replace(node, residual=ex.conjunction(rest) if rest else None)
        return sides.over(kept, left, right, _filtered)

    return transform(plan, change)


def _filtered(node: Node, conditions: Conditions) -> Node:
    return Filter(node, ex.conjunction(conditions))


def push_through_join(node: Filter, filtered: Filtered) -> Node | None:
    """Move what a filter over a join says of one input below the join.

    Of an inner join it also becomes part of the join what relates both inputs. Conditions that can
    fail stay: they are errors only of rows that are said.
    """
    join = node.input
    assert isinstance(join, Join)
    conditions = ex.conjuncts(node.predicate)
    if join.kind is JoinKind.INNER:
        below, rest = absorbed(join, conditions)
        if below is not join:
            return filtered(below, tuple(rest)) if rest else below
    sides = _Sides(join)
    left = sides.left_only(conditions) if not join.kind.keeps_right else ()
    preserved = join.kind in {JoinKind.INNER, JoinKind.RIGHT}
    right = sides.right_only(conditions) if preserved else ()
    if not left and not right:
        return None
    rest = [c for c in conditions if c not in left and c not in right]
    below = sides.over(join, left, right, filtered)
    return Filter(below, ex.conjunction(tuple(rest))) if rest else below


@dataclass(frozen=True)
class _Sides:
    """The inputs of a join, and what conditions over the columns of both say of one alone."""

    join: Join

    @property
    def width(self) -> int:
        return len(self.join.left.schema)

    def left_only(self, conditions: Conditions) -> Conditions:
        """Return what may be asked of the left input."""
        return tuple(c for c in conditions if _safe(c) and max(ex.inputs(c)) < self.width)

    def right_only(self, conditions: Conditions) -> Conditions:
        """Return what may be asked of the right input."""
        return tuple(c for c in conditions if _safe(c) and min(ex.inputs(c)) >= self.width)

    def over(self, join: Join, left: Conditions, right: Conditions, filtered: Filtered) -> Join:
        """Return the join of the inputs under conditions, and these said of equal keys too."""
        width, kind = self.width, join.kind
        columns = {width + i: i for i in range(len(join.right.schema))}
        right = tuple(ex.moved(c, columns) for c in right)
        to_right = {k.left: k.right for k in join.keys if self._alike(k.left)}
        to_left = {k.right: k.left for k in join.keys if self._alike(k.left)}
        # A partner has the same keys, so that what is wanted of one is wanted of the other.
        also_right = _implied(left, to_right, join.right) if not kind.keeps_right else ()
        also_left = _implied(right, to_left, join.left) if not kind.keeps_left else ()
        left = tuple(dict.fromkeys((*left, *also_left)))
        right = tuple(dict.fromkeys((*right, *also_right)))
        return replace(
            join,
            left=filtered(join.left, left) if left else join.left,
            right=filtered(join.right, right) if right else join.right,
        )

    def _alike(self, column: int) -> bool:
        """Say whether equal values of a key are the same: 0.0 and -0.0 are not."""
        return not isinstance(self.join.left.schema.types[column], Float)


def _safe(condition: ex.Expression) -> bool:
    return (
        bool(ex.inputs(condition))
        and ex.is_deterministic(condition)
        and not ex.can_fail(condition)
        and not ex.reads_watermark((condition,))
    )


def _implied(conditions: Conditions, keys: Mapping[int, int], other: Node) -> Conditions:
    """Return what conditions on keys of one input say of those of the other."""
    names = other.schema.names

    def moved(e: ex.Expression) -> ex.Expression | None:
        if not isinstance(e, ex.Input):
            return None
        return replace(e, index=keys[e.index], name=names[keys[e.index]])

    return tuple(ex.transform(c, moved) for c in conditions if ex.inputs(c) <= keys.keys())
