"""LATE ROWS: what becomes of rows whose window was complete when they came, and AFTER DELAY.

Both are written at the end of a query and hold for all of it, so they are worked into its plan when
that is bound.
"""

from __future__ import annotations

from dataclasses import replace

from cep.errors import BindError, UnsupportedError
from cep.grammar import ast
from cep.planner.binder.clocks import ties
from cep.planner.binder.context import Context
from cep.planner.binder.expressions import ExpressionBinder
from cep.planner.binder.late_targets import carrying
from cep.planner.binder.scope import Scope
from cep.planner.expressions import Constant
from cep.planner.logical import (
    Aggregate,
    AsOf,
    Delay,
    Join,
    Limit,
    Lookup,
    Match,
    Node,
    Over,
    SetOperation,
    Sort,
    TopN,
    Window,
    late_inputs,
    refusing,
    transform,
    walk,
)
from cep.runtime.saying import Saying
from cep.types import DAY_INTERVAL, MONTH_INTERVAL

_NEVER: dict[type[Node], str] = {
    Match: "a row pattern is not matched again when a late row comes",
    Sort: "rows that have been said in their order cannot be put into another one",
    AsOf: "a row is put beside the last one before it once, and not again when a late one comes",
}
"""What cannot be corrected, and why."""


def with_late_rows(plan: Node, written: ast.LateRows, context: Context) -> Node:
    """Return the plan of a query that ends with LATE ROWS; DROP is what a plan does by itself."""
    if written.kind == "drop":
        return plan
    if not any(any(late_inputs(n)) for n in walk(plan)):
        raise BindError(
            "no part of this query refuses late rows",
            span=written.span,
            hint="a GROUP BY of windows does: FROM TUMBLE(…) GROUP BY window_start, window_end",
        )
    if written.kind == "correct":
        assert written.within is not None
        return _corrected(plan, written, length(written.within, "CORRECT WITHIN", context))
    if written.kind == "to":
        assert written.target is not None
        return carrying(plan, written.target, context)
    return plan


def _corrected(plan: Node, written: ast.LateRows, within: int) -> Node:
    """Let what a plan has said be corrected for a while."""

    def change(node: Node) -> Node | None:
        _check(node, written)
        if isinstance(node, Aggregate) and any(refusing(node)):
            return replace(node, correct=within)
        if isinstance(node, Window) and any(refusing(node)):
            # An aggregate says what is complete, and corrects it; it is told everything at once.
            early = node.saying.early or node.grouped
            return replace(node, saying=Saying(early, within))
        if isinstance(node, Join | SetOperation | TopN | Over) and any(late_inputs(node)):
            return replace(node, correct=within)
        if isinstance(node, Over) and not node.input.properties.append_only:
            return replace(node, ties=ties(node.input, node.order))
        return None

    changed = transform(plan, change)
    for old, new in zip(walk(plan), walk(changed), strict=True):
        inputs = zip(refusing(old), old.inputs(), new.inputs(), strict=True)
        if any(r and a.properties.timed and not b.properties.timed for r, a, b in inputs):
            raise UnsupportedError(
                "LATE ROWS CORRECT of rows that are joined to what ends, and go on in time",
                span=written.span,
                hint="join them last, to the result of the windows",
            )
    return changed


def _check(node: Node, written: ast.LateRows) -> None:
    """Refuse what cannot be corrected, or cannot take back what it made of corrected rows."""
    if isinstance(node, Over) and late_inputs(node)[0] and not node.input.properties.append_only:
        raise UnsupportedError(
            "LATE ROWS CORRECT of OVER rows that come late, and such as are taken back",
            span=written.span,
        )
    why = _NEVER.get(type(node))
    if why is not None and (any(refusing(node)) or isinstance(node, Match)):
        hint = "write LATE ROWS TO s, or let the stream wait longer: "
        hint += "WATERMARK FOR ts AS ts - INTERVAL '1' MINUTE"
        if isinstance(node, Sort):
            hint = "leave ORDER BY out, and order what has been corrected; or write LATE ROWS TO s"
        raise BindError(why, span=written.span, hint=hint)
    if isinstance(node, Limit) and not node.input.properties.append_only:
        raise UnsupportedError(
            "LIMIT over rows that may be corrected",
            span=written.span,
            hint="ORDER BY … LIMIT over finished data, or LATE ROWS DROP",
        )
    if isinstance(node, Lookup) and not (node.left.properties.append_only or node.waits):
        raise BindError(
            "what is taken back finds another row than it found when it was said",
            span=written.span,
            hint="join the table first, or without FOR SYSTEM_TIME: then it is corrected when the "
            "table changes",
        )


def with_delay(plan: Node, emit: ast.Emit, context: Context) -> Node:
    """Return the plan of a query that says its changes with EMIT STREAM AFTER DELAY."""
    assert emit.delay is not None
    delay = length(emit.delay, "AFTER DELAY", context)
    # A row that is never taken back changes once, when it comes.
    return plan if plan.properties.append_only else Delay(plan, delay)


def length(written: ast.Expression, clause: str, context: Context) -> int:
    """Return a constant length of time, more than nothing, in microseconds."""
    bound = ExpressionBinder(Scope(), context, place=f"in {clause}").bind(written)
    if not isinstance(bound, Constant) or bound.type != DAY_INTERVAL or bound.value.value <= 0:
        raise BindError(
            f"{clause} takes a length of time, more than nothing",
            span=written.span,
            hint=f"a month has no fixed length: write {clause} INTERVAL '30' DAY"
            if bound.type == MONTH_INTERVAL
            else f"write {clause} INTERVAL '10' SECOND",
        )
    return int(bound.value.value)
