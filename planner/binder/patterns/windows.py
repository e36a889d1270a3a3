"""A row pattern in a window: functions over the rows of a match, and its measures."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace

from cep.errors import BindError, did_you_mean
from cep.grammar import ast
from cep.grammar.unparse import quoted, unparse
from cep.grammar.walk import walk
from cep.planner.binder.aggregates import bind_aggregate
from cep.planner.binder.expressions import ExpressionBinder
from cep.planner.binder.frames import BoundWindow, bind_window, some_type
from cep.planner.binder.over import FUNCTIONS, not_nested, positive, take_arguments
from cep.planner.binder.patterns.clauses import RowPattern, bind_row_pattern
from cep.planner.binder.patterns.rows import Rows
from cep.planner.expressions import Expression, Input
from cep.planner.patterns.expressions import MatchAggregate, MatchedExpression, Navigation
from cep.runtime.matcher.program import Frame
from cep.types import is_instant

_FRAME = "write ROWS BETWEEN CURRENT ROW AND UNBOUNDED FOLLOWING, or AND 10 FOLLOWING"
_PICKED = ("first_value", "last_value", "nth_value")


def bind_over_pattern(
    binder: ExpressionBinder,
    written: ast.Call | ast.MeasureReference,
    window: ast.WindowSpecification,
) -> Expression:
    """Return a function over the rows of each row's match, or a measure of that match."""
    pattern = window.row_pattern
    if pattern is None:
        raise BindError(
            f"there are no MEASURES in this window, and so no {quoted(written.name.value)}",
            span=written.name.span,
            hint="a row pattern has them: MEASURES … ROWS BETWEEN … PATTERN (…) DEFINE …; "
            f"a function is written with parentheses: {written.name.value.upper()}(…) OVER …",
        )
    _check_frame(window)
    _check_clauses(pattern)
    around = bind_window(binder, window, written.span)
    bound = _bound(binder, pattern, around)
    if isinstance(written, ast.MeasureReference):
        value = _measure(bound, written)
    else:
        value = _function(binder, written)
    assert around.frame.end is None or isinstance(around.frame.end, int)
    call = MatchedExpression(
        value.type,
        value,
        bound.conditions,
        around.partition,
        around.keys,
        around.order,
        bound.pattern,
        bound.variables,
        bound.skip,
        bound.within,
        Frame(around.frame.end, pattern.start == "seek"),
        isinstance(written, ast.Call),
        written.name.value,
        written.span,
    )
    return not_nested(call, written)


def _bound(binder: ExpressionBinder, pattern: ast.RowPattern, around: BoundWindow) -> RowPattern:
    time = None
    if around.keys and not around.order[0][0] and is_instant(around.keys[0].type):
        time = around.keys[0]
    known = binder.scope.properties
    timely = known is not None and isinstance(time, Input) and known.time == time.index
    rows = Rows(binder.scope)
    return bind_row_pattern(pattern, rows, binder.context, time=time, timely=timely, bounded=True)


# ---------------------------------------------------------------- what has no place in a window


def _check_frame(window: ast.WindowSpecification) -> None:
    """Refuse every frame but that of a row and rows behind it."""
    frame, pattern = window.frame, window.row_pattern
    assert pattern is not None
    if frame is None:
        raise BindError(
            "a row pattern in a window is looked for in a frame, and this has none",
            span=pattern.pattern.span,
            hint=f"{_FRAME}, before PATTERN",
        )
    if frame.unit != "rows":
        raise BindError(
            "the frame of a row pattern is counted in rows",
            span=frame.span,
            hint=f"{_FRAME}; WITHIN after PATTERN (…) limits the time of a match",
        )
    if frame.start.kind != "current row" or frame.end is None:
        raise BindError(
            "the frame of a row pattern goes from the row itself to rows behind it",
            span=frame.span,
            hint=_FRAME,
        )


def _check_clauses(written: ast.RowPattern) -> None:
    """Refuse what only MATCH_RECOGNIZE has."""
    for part in walk(written.pattern):
        if isinstance(part, ast.Anchor):
            edge = "first" if part.kind == "^" else "last"
            raise BindError(
                f"{part.kind} is the {edge} row of a partition, and in a window a match is looked "
                "for in the frame of each row",
                span=part.span,
                hint="leave it out: a match begins at the row itself, unless SEEK is written"
                if part.kind == "^"
                else "leave it out",
            )
    after = written.after_match
    if after is not None and after.kind == "no skip":
        raise BindError(
            "in a window each row has one match, and NO SKIP asks for all there are",
            span=after.span,
            hint="write AFTER MATCH SKIP TO NEXT ROW, so that every row may have one, or "
            "MATCH_RECOGNIZE (…) for all of them",
        )
    clauses: Iterable[ast.Node] = (*written.measures, *written.definitions)
    for call in (c for clause in clauses for c in walk(clause)):
        if isinstance(call, ast.Call) and call.name.value == "match_number":
            raise BindError(
                "in a window matches have no numbers: each is the match of a row",
                span=call.span,
                hint="number the rows, ROW_NUMBER() OVER (…), or write MATCH_RECOGNIZE (…)",
            )


# ---------------------------------------------------------------- what is asked for


def _measure(bound: RowPattern, written: ast.MeasureReference) -> Expression:
    name = written.name.value
    if name in bound.names:
        return bound.measures[bound.names.index(name)]
    known = ", ".join(map(quoted, bound.names))
    raise BindError(
        f"there is no measure called {quoted(name)} in this window",
        span=written.name.span,
        hint=did_you_mean(name, bound.names)
        or (f"its measures are {known}" if known else f"write MEASURES … AS {quoted(name)}"),
    )


def _function(binder: ExpressionBinder, written: ast.Call) -> Expression:
    """Return a function over the rows of a match; over none where a row has no match."""
    own = FUNCTIONS.get(written.name.value)
    if own is not None and own.name not in _PICKED:
        raise BindError(
            f"{own.name.upper()} is of all rows of a partition, and this window is the rows of a "
            "match",
            span=written.span,
            hint=f"write it over a window without PATTERN: {own.signature}",
        )
    if own is None or (own.name != "nth_value" and _is_aggregate(written)):
        return _aggregate(binder, written)
    take_arguments(own, written)
    if own.name == "nth_value":
        return _nth(binder, written)
    value = some_type(binder.bind(written.arguments[0]))
    last = own.name == "last_value"
    return Navigation(value.type, value, None, last=last, final=True, text=_text(written))


def _is_aggregate(written: ast.Call) -> bool:
    clauses = (written.distinct, written.filter, written.order_by, written.ignore_nulls)
    return any(clauses) or bool(written.within_group)


def _nth(binder: ExpressionBinder, written: ast.Call) -> Expression:
    number = positive(binder, written.arguments[1])
    if not written.ignore_nulls:
        value = some_type(binder.bind(written.arguments[0]))
        return Navigation(
            value.type, value, None, last=False, offset=number - 1, final=True, text=_text(written)
        )
    name = replace(written.name, value="array_agg")
    every = _aggregate(binder, replace(written, name=name, arguments=written.arguments[:1]))
    return binder.call("subscript", [every, binder.bind(written.arguments[1])], written.span)


def _aggregate(binder: ExpressionBinder, written: ast.Call) -> Expression:
    bound = bind_aggregate(binder, written)
    return MatchAggregate(
        bound.type,
        bound.aggregate,
        bound.arguments,
        None,
        bound.filter,
        bound.distinct,
        bound.order,
        bound.settings,
        final=True,
        text=_text(written),
    )


def _text(written: ast.Call) -> str:
    """Return a call as EXPLAIN shows it, without its window."""
    text = unparse(replace(written, over=None))
    name = written.name.value
    return name.upper() + text[len(name) :] if text.startswith(name) else text
