"""Queries that begin alike share what they begin with.

Of two queries over the same streams, equal parts of their plans are computed once: filters and
projections always, since what they say of a row depends on that row alone; whatever keeps something
only where both queries begin with the same row.
"""

from __future__ import annotations

from collections.abc import Mapping

from cep.feeds import Feed
from cep.planner import expressions as ex
from cep.planner.logical import (
    Aggregate,
    Expand,
    Filter,
    Join,
    Match,
    Node,
    Over,
    Project,
    Reading,
    Scan,
    SetOperation,
    Union,
    Window,
    walk,
)
from cep.planner.lowering import Lowered
from cep.planner.parts import own_expressions
from cep.runtime.graph import GraphNode

_EACH_ROW = (Scan, Filter, Project, Union)
"""What says of a row what follows from that row alone."""

_TIMELESS = (*_EACH_ROW, Window, Expand, Aggregate, Over, Match, Join, SetOperation)
"""What neither reads the clock nor ends before its input does."""


class Sharing:
    """Knows which operators compute which plans, and lets later queries use them."""

    def __init__(self) -> None:
        self._known: dict[Node, tuple[list[GraphNode], Mapping[str, Feed]]] = {}

    def share(self, plan: Node, lowered: Lowered, feeds: Mapping[str, Feed]) -> None:
        """Put operators of other queries in the place of equal ones of a graph.

        `feeds` are the streams that it reads, by name. What is left is for later queries to share.
        """
        self._forget()
        todo = [(plan, False)]
        while todo:
            node, sharable = todo.pop()
            sharable = sharable or (_sharable(node) and (len(feeds) == 1 or not _may_be_idle(node)))
            # What is read by what can be shared can be, too.
            below = [(n, sharable) for n in node.inputs()]
            if not sharable or id(node) not in lowered.spans:
                todo += below
                continue
            first, last = lowered.spans[id(node)]
            found = self._find(node, feeds)
            if found is not None and lowered.graph in found[-1].graphs:
                # The plan has this part twice.
                continue
            if found is not None:
                lowered.graph.share(first, found)
                continue
            self._known[node] = (lowered.graph.nodes[first : last + 1], feeds)
            todo += below

    def _find(self, node: Node, feeds: Mapping[str, Feed]) -> list[GraphNode] | None:
        nodes, read = self._known.get(node, ([], feeds))
        names = [n.relation.name for n in walk(node) if isinstance(n, Scan)]
        if not nodes or any(read[name] is not feeds[name] for name in names):
            return None
        each_row = all(isinstance(n, _EACH_ROW) for n in walk(node))
        return nodes if each_row or all(n.untouched for n in nodes) else None

    def _forget(self) -> None:
        """Let go of operators that no query has any more."""
        gone = [plan for plan, (nodes, _) in self._known.items() if not nodes[-1].graphs]
        for plan in gone:
            del self._known[plan]


def _may_be_idle(plan: Node) -> bool:
    """Say whether the time of a stream in it may go on with that of others a query reads."""
    read = (n.relation for n in walk(plan) if isinstance(n, Scan))
    return any(r.watermark is not None and r.watermark.idle_after is not None for r in read)


def _sharable(plan: Node) -> bool:
    """Say whether equal plans say the same: no chance, no clock, and over streams only."""
    for node in walk(plan):
        if not isinstance(node, _TIMELESS) or getattr(node, "ttl", None) is not None:
            return False
        if isinstance(node, Scan) and node.reading is not Reading.EVENTS:
            return False
        if not all(map(ex.is_deterministic, own_expressions(node))):
            return False
    try:
        hash(plan)
    except TypeError:
        return False
    return True
