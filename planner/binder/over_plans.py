"""OVER windows become nodes of the plan: one for each partitioning and order."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace

from cep.errors import BindError, UnsupportedError
from cep.planner.binder.clocks import ties
from cep.planner.binder.context import Context
from cep.planner.binder.patterns.window_plans import match_in_window
from cep.planner.expressions import (
    CurrentWatermark,
    Expression,
    Input,
    OverExpression,
    substitute,
    walk,
)
from cep.planner.logical import Aggregate, Filter, Match, Node, Over, Project, SortKey, by_time
from cep.planner.patterns.expressions import MatchedExpression
from cep.runtime.aggregates.calls import AggregateCall
from cep.runtime.operators.aggregate import Emission
from cep.runtime.over.calls import OverCall, Unit

_BY_TIME = "ORDER BY the event time first: rows are said as the watermark passes them"


RANKED = ("row_number", "rank", "dense_rank")
"""Functions that number rows by their order."""


_Call = OverExpression | MatchedExpression


@dataclass
class Windows:
    """The window functions of one SELECT, collected while its clauses are planned."""

    input: Node
    calls: list[_Call] = field(default_factory=list)
    columns: list[Expression] = field(default_factory=list)
    """The columns that the windows are over: those of the input, and what is computed of them."""
    places: dict[_Call, int] = field(default_factory=dict)
    names: dict[_Call, str] = field(default_factory=dict)

    def collect(self, expressions: Sequence[Expression]) -> None:
        """Note every call in the expressions; equal ones are computed once."""
        for expression in expressions:
            for e in walk(expression):
                if isinstance(e, _Call) and e not in self.calls:
                    self.calls.append(e)
                if isinstance(e, CurrentWatermark):
                    # Behind the windows rows are no longer as they came.
                    self._place(e)

    def plan(self, context: Context) -> Node:
        """Return the input with one more column for each call."""
        fields = self.input.schema.fields
        self.columns[:0] = [Input(f.type, i, f.name) for i, f in enumerate(fields)]
        for call in self.calls:
            # What row patterns read of a row is computed by them.
            pattern = isinstance(call, MatchedExpression)
            for e in (*call.partition, *call.keys) if pattern else call.children():
                self._place(e)
        plan: Node = self.input
        if len(self.columns) > len(fields):
            names = tuple(c.name if isinstance(c, Input) else str(c) for c in self.columns)
            plan = Project(plan, tuple(self.columns), names)
        windows: dict[tuple[object, ...], list[OverExpression]] = {}
        patterns: dict[tuple[object, ...], list[MatchedExpression]] = {}
        for call in self.calls:
            if isinstance(call, MatchedExpression):
                patterns.setdefault(call.window, []).append(call)
            else:
                windows.setdefault((call.partition, call.keys, call.order), []).append(call)
        for same in windows.values():
            plan = self._over(plan, same, context)
        for matched in patterns.values():
            names = self._added(plan, matched)
            plan = match_in_window(plan, matched, names, self._place, self.rewritten, context)
        return plan

    def _added(self, plan: Node, calls: Sequence[_Call]) -> tuple[str, ...]:
        """Note that calls are columns behind those of a plan, and return their names."""
        for i, call in enumerate(calls):
            self.places[call] = len(plan.schema) + i
            self.names[call] = f"${call.name}{len(self.names) or ''}"
        return tuple(self.names[c] for c in calls)

    def _place(self, e: Expression) -> int:
        if e not in self.columns:
            self.columns.append(e)
        return self.columns.index(e)

    def _over(self, plan: Node, calls: Sequence[OverExpression], context: Context) -> Node:
        first = calls[0]
        order = tuple(
            SortKey(self._place(e), descending, nulls_first)
            for e, (descending, nulls_first) in zip(first.keys, first.order, strict=True)
        )
        made = tuple(self._call(c) for c in calls)
        plan = by_time(plan, order[0].index) if order else plan
        timed = in_time(plan, order)
        refusal = None
        for call, one in zip(calls, made, strict=True):
            try:
                _check(plan, call, one, order, timed, context)
            except BindError as error:
                if len(calls) > 1 or call.name not in RANKED:
                    raise
                # A condition above may ask for the first rows only, and these can be kept.
                refusal = error
        names = self._added(plan, calls)
        partition = tuple(self._place(e) for e in first.partition)
        decided = ties(plan, order)
        return Over(plan, partition, order, made, names, timed, ties=decided, refusal=refusal)

    def _call(self, e: OverExpression) -> OverCall:
        aggregate = None
        arguments = tuple(self._place(a) for a in e.arguments)
        if e.aggregate is not None:
            where = None if e.filter is None else self._place(e.filter)
            aggregate = AggregateCall(
                e.aggregate, arguments, e.type, where, e.distinct, e.ordering, e.settings
            )
            arguments = ()
        frame = e.frame
        if e.measured is not None:
            frame = replace(frame, key=self._place(e.measured))
        return OverCall(
            e.name, e.type, frame, arguments, aggregate, e.number, e.ignore_nulls, e.text
        )

    def rewritten(self, expression: Expression) -> Expression:
        """Return an expression over the input as one over the plan."""

        def found(e: Expression) -> Expression | None:
            if isinstance(e, _Call):
                return Input(e.type, self.places[e], self.names[e])
            if isinstance(e, CurrentWatermark):
                return Input(e.type, self._place(e), str(e))
            return None

        return substitute(expression, found)


def in_time(plan: Node, order: Sequence[SortKey]) -> bool:
    """Say whether an order is that of the event time, so that it is known up to the watermark."""
    known = plan.properties
    if not (order and known.append_only and known.timed) or order[0].descending:
        return False
    return order[0].index in _rising(plan)


def _rising(node: Node, *, exactly: bool = False) -> frozenset[int]:
    """Return the columns that order rows as their event time does.

    `exactly` leaves out those that are not always the same length of time from it.
    """
    own = {node.properties.time} - {None}
    window = node.properties.window
    if isinstance(node, Aggregate) and window is not None:
        own |= {window.end, window.time}
        if not (exactly or window.nested or window.partition):
            own.add(window.start)
    elif isinstance(node, Project):
        below = _rising(node.input, exactly=exactly)
        for i, e in enumerate(node.expressions):
            if isinstance(e, Input) and e.index in below:
                own.add(i)
    elif isinstance(node, Filter | Over) or (isinstance(node, Match) and node.frame is not None):
        own |= _rising(node.input, exactly=exactly)
    return frozenset(i for i in own if i is not None and i >= 0)


def _check(
    plan: Node,
    e: OverExpression,
    call: OverCall,
    order: Sequence[SortKey],
    timed: bool,
    context: Context,
) -> None:
    """Refuse a call whose rows would never be complete, or not in the way that is asked for."""
    if context.emission is Emission.STREAM:
        raise BindError(
            "EMIT STREAM says changes, and the rows of OVER are said once, when they are complete",
            span=e.span,
            hint="leave EMIT STREAM out",
        )
    known = plan.properties
    if (
        timed
        and call.frame.unit is Unit.DISTANCE
        and call.frame.key not in _rising(plan, exactly=True)
    ):
        raise BindError(
            "RANGE cannot measure in the starts of windows",
            span=e.span,
            hint="ORDER BY window_end, which is the event time of their rows",
        )
    if known.bounded:
        return
    if not known.append_only:
        raise UnsupportedError(
            "OVER rows that may be taken back, on a stream",
            span=e.span,
            hint="group by a window, whose rows are final: FROM TUMBLE(…) GROUP BY window_start, "
            "window_end; or ask over finished data",
        )
    if not known.timed:
        raise BindError(
            "OVER an unbounded stream needs event time, and this has none",
            span=e.span,
            hint="declare it with WATERMARK FOR ts AS ts - INTERVAL '5' SECOND",
        )
    name = e.name.upper()
    if not order:
        raise BindError(
            f"{name} over a whole partition waits for the end of the stream",
            span=e.span,
            hint=_BY_TIME,
        )
    if not timed:
        raise BindError(
            "the ORDER BY of a window over an unbounded stream must begin with its event time, "
            "ascending",
            span=e.span,
            hint=_hint_of_time(plan),
        )
    if call.final and call.frame.end is not None:
        raise BindError(
            f"{name} needs all rows of the partition, and the stream does not end",
            span=e.span,
            hint="ask over finished data, or over the rows of a window of time",
        )
    if call.final:
        raise BindError(
            "a frame up to UNBOUNDED FOLLOWING waits for the end of the stream",
            span=e.span,
            hint="let it end at CURRENT ROW, or at a distance: INTERVAL '10' SECOND FOLLOWING",
        )


def _hint_of_time(plan: Node) -> str:
    rising = sorted(_rising(plan))
    if not rising:
        return "select the event time in the inner query, and ORDER BY it"
    return f"ORDER BY {plan.schema.names[rising[0]]}; what else decides may stand behind it"
