"""Row patterns in windows become nodes of the plan: one for each pattern, frame, and order."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from cep.errors import BindError
from cep.grammar.unparse import quoted
from cep.planner.binder.clocks import ties
from cep.planner.binder.context import Context
from cep.planner.binder.patterns.remedies import require_final, without_time
from cep.planner.expressions import Expression
from cep.planner.logical import Match, Node, Said, SortKey, by_time
from cep.planner.patterns.expressions import MatchedExpression
from cep.runtime.operators.aggregate import Emission
from cep.types import is_instant


def match_in_window(
    plan: Node,
    calls: Sequence[MatchedExpression],
    names: tuple[str, ...],
    place: Callable[[Expression], int],
    moved: Callable[[Expression], Expression],
    context: Context,
) -> Match:
    """Return the node that adds a column for each call, all over one window, to a plan.

    `place` says in which column of the plan a key stands, `moved` what an expression over the
    relation is over the plan.
    """
    first = calls[0]
    order = tuple(
        SortKey(place(e), descending, nulls_first)
        for e, (descending, nulls_first) in zip(first.keys, first.order, strict=True)
    )
    plan = by_time(plan, order[0].index) if order else plan
    _check(plan, first, order, context)
    time = None
    if order and not order[0].descending and is_instant(plan.schema.types[order[0].index]):
        time = order[0].index
    return Match(
        plan,
        tuple(dict.fromkeys(map(place, first.partition))),
        order,
        time,
        first.pattern,
        first.variables,
        first.conditions,
        tuple(moved(c.value) for c in calls),
        names,
        Said.EVERY,
        first.skip,
        first.within,
        frame=first.frame,
        functions=frozenset(i for i, c in enumerate(calls) if c.function),
        ties=ties(plan, order),
    )


def _check(plan: Node, call: MatchedExpression, order: Sequence[SortKey], context: Context) -> None:
    """Refuse rows that are not final, or never complete."""
    if context.emission is Emission.STREAM:
        raise BindError(
            "EMIT STREAM says changes, and the rows of OVER are said once, when they are complete",
            span=call.span,
            hint="leave EMIT STREAM out",
        )
    known = plan.properties
    require_final(plan, call.span)
    if known.bounded or (order and order[0].index == known.time and not order[0].descending):
        return
    hint = without_time(plan)
    if known.time is not None:
        hint = f"write ORDER BY {quoted(plan.schema.names[known.time])}"
    raise BindError(
        "a row pattern on a stream goes by event time: ORDER BY begins with that, ascending",
        span=call.span,
        hint=hint,
    )
