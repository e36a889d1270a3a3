"""Filters: put together, and moved towards the sources."""

from __future__ import annotations

from dataclasses import replace

from cep.planner import expressions as ex
from cep.planner.logical import (
    Aggregate,
    AsOf,
    ByTime,
    ClockedFilter,
    Filter,
    Join,
    Lookup,
    Match,
    Node,
    Over,
    Project,
    Scan,
    SetOperation,
    TopN,
    Union,
    Window,
    transform,
)
from cep.planner.optimizer.joins import push_through_join
from cep.runtime.session import Session


def merge_filters(plan: Node, session: Session) -> Node:
    """Make one filter of two that follow each other.

    Only where the earlier one cannot fail: AND would forgive it an error that must be said.
    """

    def change(node: Node) -> Node | None:
        if not (isinstance(node, Filter) and isinstance(node.input, Filter)):
            return None
        if ex.can_fail(node.input.predicate):
            return None
        both = ex.conjuncts(node.input.predicate) + ex.conjuncts(node.predicate)
        return Filter(node.input.input, ex.conjunction(tuple(dict.fromkeys(both))))

    return transform(plan, change)


def push_filters(plan: Node, session: Session) -> Node:
    """Move every condition as far down as it has a meaning, at last into the source."""
    return transform(plan, _push)


def _push(node: Node) -> Node | None:
    if not isinstance(node, Filter):
        return None
    conditions = ex.conjuncts(node.predicate)
    if any(not ex.is_deterministic(c) for c in conditions):
        return None
    below = node.input
    if isinstance(below, Scan):
        if any(ex.can_fail(f) for f in below.filters):
            # As with two filters: a source drops a row by any condition, and forgives its errors.
            return None
        return replace(below, filters=below.filters + conditions)
    if isinstance(below, Filter):
        # Two filters stay two where the lower may fail; the upper one never passes it.
        return None
    if isinstance(below, Project):
        moved = tuple(ex.substitute(c, lambda e: _computed(e, below)) for c in conditions)
        if not all(map(ex.is_deterministic, moved)):
            # It would be computed once for the condition and once more for the column.
            return None
        return replace(below, input=_filtered(below.input, moved))
    if isinstance(below, Join):
        return push_through_join(node, _filtered)
    if isinstance(below, ByTime):
        return below.over((_filtered(below.input, conditions),))
    if isinstance(below, Union):
        return Union(tuple(_filtered(b, conditions) for b in below.branches))
    if isinstance(below, SetOperation):
        # Equal rows pass alike; those that are not in the result must not be in error either.
        if any(map(ex.can_fail, conditions)):
            return None
        return below.over(tuple(_filtered(n, conditions) for n in below.inputs()))
    handed = _handed_on(below)
    if handed is None:
        return None
    positions, only_safe = handed
    safe = tuple(c for c in conditions if not (only_safe and ex.can_fail(c)))
    return _through(node, conditions, positions, safe)


def _handed_on(below: Node) -> tuple[dict[int, int], bool] | None:
    """Return the columns by which rows may be left out below a node as well, and where they are.

    Also, whether only by conditions that cannot fail: where one would be asked for rows that are
    not said. None where no row may be left out.
    """
    match below:
        case Window():
            # What sessions and trailing windows are made of must not change: whole keys may go.
            handed = range(len(below.input.schema)) if below.fixed else below.partition
            return {i: i for i in handed}, False
        case Over():
            # A frame must not lose rows: only whole partitions may go.
            return {i: i for i in below.partition}, False
        case TopN():
            return {i: i for i in below.partition}, True
        case ClockedFilter():
            return {i: i for i in range(len(below.schema))}, True
        case Aggregate() if not below.totals:
            # The group of a set without keys is there without rows, whatever they are.
            return dict(enumerate(below.keys)), False
        case AsOf() | Lookup():
            # A left row finds the same whatever others there are. What is asked of the right one
            # must not be asked before it is found: another would be found then.
            return {i: i for i in range(len(below.left.schema))}, True
        case Match():
            # Partitions do not know of each other, so one may be left out as a whole.
            before, _ = below.carried
            return {before.index(i): i for i in below.partition}, True
    return None


def _through(
    node: Filter,
    conditions: tuple[ex.Expression, ...],
    positions: dict[int, int],
    movable: tuple[ex.Expression, ...] | None = None,
) -> Node | None:
    """Move below a node the conditions that read only columns it hands on.

    `positions` maps those columns to where they stand in its input. A condition without columns
    stays: below an aggregate without keys it would mean something else. With `movable`, only those
    of them may go.
    """
    lower = tuple(
        c
        for c in (conditions if movable is None else movable)
        if ex.inputs(c) and ex.inputs(c) <= positions.keys()
    )
    if not lower:
        return None
    kept = tuple(c for c in conditions if c not in lower)
    below = node.input
    moved = tuple(ex.moved(c, positions) for c in lower)
    first, *others = below.inputs()
    pushed = below.over((_filtered(first, moved), *others))
    return Filter(pushed, ex.conjunction(kept)) if kept else pushed


def _computed(e: ex.Expression, project: Project) -> ex.Expression | None:
    return project.expressions[e.index] if isinstance(e, ex.Input) else None


def _filtered(node: Node, conditions: tuple[ex.Expression, ...]) -> Node:
    """Return the node under a filter that has already been moved down as far as it goes."""
    placed = Filter(node, ex.conjunction(conditions))
    return _push(placed) or placed
