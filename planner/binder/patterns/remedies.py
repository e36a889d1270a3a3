"""What a row pattern cannot be matched against, and what to write instead."""

from __future__ import annotations

from cep.errors import BindError, Span
from cep.grammar.unparse import quoted
from cep.planner.logical import Join, Node, Scan, TopN, walk

_WINDOW = (
    "group the inner query by a window, TUMBLE(…) for one, and leave EMIT STREAM out: its rows are "
    "then said once, when they are final"
)
_JOIN = (
    "bound the join in time, AND b.ts BETWEEN a.ts - INTERVAL '1' HOUR AND a.ts for one: its "
    "rows are then said once, when they are final"
)


def require_final(plan: Node, span: Span) -> None:
    """Refuse rows that may be taken back."""
    if plan.properties.append_only:
        return
    raise BindError(
        "a row pattern is matched against rows that stay, and these may be taken back again",
        span=span,
        hint=_remedy(plan),
    )


def _remedy(plan: Node) -> str:
    """Return how the lowest node that takes rows back could do without."""
    first = next(
        node
        for node in walk(plan)
        if not node.properties.append_only
        and all(below.properties.append_only for below in node.inputs())
    )
    if isinstance(first, Scan):
        return (
            f"ask once, SELECT without START, for what {quoted(first.relation.name)} holds at the "
            "moment, or match a STREAM of its changes"
        )
    if isinstance(first, TopN):
        return "leave ORDER BY … LIMIT out of the inner query: the first rows change as others come"
    return _JOIN if isinstance(first, Join) else _WINDOW


def without_time(plan: Node) -> str:
    """Return what to write where the rows of a plan have no event time."""
    if plan.properties.timed:
        return "select the event-time column in the inner query, unchanged"
    if any(node.properties.timed for node in walk(plan)):
        return (
            "DISTINCT, GROUP BY and joins lose the event time, unless they are by window or within "
            "an interval of time"
        )
    return "declare it: CREATE STREAM … (…, WATERMARK FOR ts AS ts - INTERVAL '5' SECOND)"
