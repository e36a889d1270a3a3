"""What of a row says its event time, and what the order in which rows came."""

from __future__ import annotations

from collections.abc import Mapping

from cep.planner.expressions import Input
from cep.planner.logical import (
    Aggregate,
    Filter,
    Limit,
    Node,
    Project,
    Scan,
    SetOperation,
    Sort,
    SortKey,
    TopN,
    Values,
    Window,
    walk,
)
from cep.planner.logical.rows import Reading
from cep.types import Array, Map, Row


def clocks(node: Node) -> Mapping[int, object]:
    """Return the columns from which the event time of a row follows, each with how it does.

    Where two relations have one of them in common, equal rows have equal times.
    """
    found: dict[int, object] = {}
    known = node.properties
    if not known.timed:
        return found
    if isinstance(node, Project):
        below = clocks(node.input)
        for i, e in enumerate(node.expressions):
            if isinstance(e, Input) and e.index in below:
                found[i] = below[e.index]
    elif isinstance(node, Filter | TopN):
        found |= clocks(node.input)
    elif isinstance(node, SetOperation):
        found |= dict(clocks(node.left).items() & clocks(node.right).items())
    elif isinstance(node, Aggregate) and known.window is not None:
        window = known.window
        found[window.end] = window.unit
        cut = next((n.cut for n in walk(node) if isinstance(n, Window)), None)
        if cut is not None and not (window.nested or window.partition):
            found[window.start] = (cut, window.unit)
    if known.time is not None:
        found[known.time] = "itself"
    return {i: how for i, how in found.items() if i >= 0}


def as_inserted(node: Node) -> bool:
    """Say whether the rows are those of one stream, or written down, in the order they came in."""
    if isinstance(node, Filter | Project) or (isinstance(node, Window) and node.fixed):
        return as_inserted(node.input)
    if isinstance(node, Scan):
        # Rows of tables and views change, and stand there in no order, asked once or always.
        return node.reading is Reading.EVENTS and node.known is None
    return isinstance(node, Values)


def arrived(node: Node) -> bool:
    """Say whether the rows that are grouped have an order of arrival: sorted ones have theirs."""
    while isinstance(node, Filter | Project | Window | Limit):
        node = node.input
    return isinstance(node, Sort) or as_inserted(node)


def ties(node: Node, keys: tuple[SortKey, ...]) -> tuple[SortKey, ...]:
    """Return what decides between rows that are equal in `keys`, before event time and arrival.

    Nothing, where they have an order of arrival that means something. Otherwise their values do: so
    it cannot matter in which order changes were said of them.
    """
    if as_inserted(node):
        return ()
    named = {k.index for k in keys}
    return tuple(
        SortKey(i)
        for i, t in enumerate(node.schema.types)
        if i not in named and not isinstance(t, Array | Map | Row)
    )
