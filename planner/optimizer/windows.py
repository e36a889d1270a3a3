"""Windows that overlap, grow together or slide: aggregated by no more parts than there are rows."""

from __future__ import annotations

from dataclasses import replace

from cep.planner import expressions as ex
from cep.planner.logical import Aggregate, Filter, Node, Project, Window, transform
from cep.runtime.operators.aggregate import Emission
from cep.runtime.over.running import trails
from cep.runtime.session import Session
from cep.runtime.windows import Gap, Grid


def share_slices(plan: Node, session: Session) -> Node:
    """Let an aggregate put its windows together from slices, or from single rows.

    These are for sessions, and for trailing windows whose aggregates can follow them as they slide.
    Only where nothing between it and the windows reads their bounds; slices and trailing windows
    only where complete windows are said, once and for all.
    """

    def change(node: Node) -> Node | None:
        if not isinstance(node, Aggregate) or node.window is None or node.cut is not None:
            return None
        window = _cutting(node)
        if window is None or not _worthwhile(window, node):
            return None
        return replace(node, input=_by_parts(node.input), cut=window.cut)

    return transform(plan, change)


def _worthwhile(window: Window, node: Aggregate) -> bool:
    if node.carried or window.carried:
        # Late rows are wanted as they were.
        return False
    # Where changes are said, each row changes all its windows, and all of that is to be said.
    final = node.emission is Emission.WATERMARK and not node.correct
    if isinstance(window.cut, Grid):
        return final and not window.cut.single
    if not window.input.properties.append_only or not _all_rows(node, window):
        return False
    schema = node.input.schema
    return isinstance(window.cut, Gap) or (
        final and all(trails(call, schema) for call in node.calls)
    )


def _cutting(node: Aggregate) -> Window | None:
    """Return the windows of an aggregate, if all that is made of their bounds are its keys."""
    assert node.window is not None
    bounds = {node.window.start, node.window.end} | {node.window.time} - {-1}
    if not bounds - {node.window.time} <= set(node.keys):
        return None
    rows = set(node.keys) - bounds
    for call in node.calls:
        rows |= set(call.arguments) | (set() if call.filter is None else {call.filter})
    if rows & bounds:
        return None
    below = node.input
    while not isinstance(below, Window):
        if isinstance(below, Filter) and not below.shared:
            rows |= ex.inputs(below.predicate)
        elif isinstance(below, Project) and not below.shared:
            through = [below.expressions[i] for i in bounds]
            if not all(isinstance(e, ex.Input) for e in through):
                return None
            bounds = set().union(*(ex.inputs(e) for e in through))
            rows = set().union(*(ex.inputs(below.expressions[i]) for i in rows))
        else:
            return None
        if rows & bounds:
            return None
        below = below.input
    width = len(below.input.schema)
    if any(i < width for i in bounds) or any(i >= width for i in rows):
        return None
    return below


def _all_rows(node: Aggregate, window: Window) -> bool:
    """Say whether every row of a window gets to the aggregate, into one group for each window."""
    assert node.window is not None
    own = set(node.keys) - {node.window.start, node.window.end, node.window.time}
    below = node.input
    if own != set(node.window.partition):
        return False
    while below is not window:
        if not isinstance(below, Project) or any(ex.can_fail(e) for e in below.expressions):
            return False
        below = below.input
    return True


def _by_parts(node: Node) -> Node:
    if isinstance(node, Window):
        return replace(node, parts=True)
    (below,) = node.inputs()
    return node.over((_by_parts(below),))
