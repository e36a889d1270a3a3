"""Calls with OVER: the functions that are only called so, and aggregates."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from cep.errors import BindError
from cep.grammar import ast
from cep.planner.binder.aggregates import bind_aggregate
from cep.planner.binder.frames import BoundWindow, bind_window, resolve, some_type
from cep.planner.expressions import Constant, Expression, OverExpression, walk
from cep.planner.patterns.expressions import MatchedExpression
from cep.runtime.over.calls import SO_FAR, UP_TO_PEERS, Frame, Unit
from cep.types import BIGINT, DOUBLE, DataType, Integer

if TYPE_CHECKING:
    from cep.planner.binder.expressions import ExpressionBinder


@dataclass(frozen=True)
class WindowFunction:
    """A function that is only called with OVER.

    `arguments` are shown in messages; `frame` is the one it has, where none can be written.
    """

    name: str
    arguments: str
    least: int
    most: int
    summary: str
    frame: Frame | None = None
    ordered: bool = True
    result: DataType = BIGINT

    @property
    def signature(self) -> str:
        """The call, as it is written."""
        return f"{self.name.upper()}({self.arguments}) OVER (…)"


FUNCTIONS = {
    f.name: f
    for f in (
        WindowFunction(
            "row_number", "", 0, 0, "The number of the row in its partition.", SO_FAR, False
        ),
        WindowFunction(
            "rank", "", 0, 0, "One more than the number of rows before it and its equals.", SO_FAR
        ),
        WindowFunction(
            "dense_rank", "", 0, 0, "One more than the number of different places before it.",
            SO_FAR,
        ),
        WindowFunction(
            "percent_rank", "", 0, 0, "RANK from 0 to 1.", SO_FAR, result=DOUBLE
        ),
        WindowFunction(
            "cume_dist", "", 0, 0, "The part of the rows up to it and its equals.",
            UP_TO_PEERS, result=DOUBLE,
        ),
        WindowFunction(
            "ntile", "groups", 1, 1, "In which of so many groups of one size the row is.", SO_FAR
        ),
        WindowFunction(
            "lag", "value [, rows [, default]]", 1, 3,
            "The value so many rows before (1), else the default.", SO_FAR,
        ),
        WindowFunction(
            "lead", "value [, rows [, default]]", 1, 3,
            "The value so many rows after (1), else the default.", SO_FAR,
        ),
        WindowFunction(
            "first_value", "value", 1, 1, "The value of the first row of the frame.", ordered=False
        ),
        WindowFunction(
            "last_value", "value", 1, 1, "The value of the last row of the frame.", ordered=False
        ),
        WindowFunction(
            "nth_value", "value, n", 2, 2, "The value of the n-th row of the frame.", ordered=False
        ),
    )
}  # fmt: skip
"""The functions of rows in a window, by name; FIRST_VALUE and LAST_VALUE are aggregates too."""

_SKIPPING = {"first_value", "last_value", "nth_value", "lag", "lead"}
"""Functions that can pass over rows without a value."""


def bind_over(binder: ExpressionBinder, written: ast.Call) -> Expression:
    """Return the call of a function over a window; `binder` binds what stands inside of it."""
    assert written.over is not None
    name = written.name.value
    own = FUNCTIONS.get(name)
    aggregates = binder.context.aggregates.overloads(name)
    # With an order of its own, or a condition, it is the aggregate of the rows of the frame.
    chosen = bool(aggregates) and bool(written.order_by or written.filter or written.distinct)
    windows = binder.windows
    assert windows is not None
    specification = resolve(written.over, windows.named)
    if specification.row_pattern is not None:
        return windows.over_pattern(binder, written, specification)
    if own is not None and not chosen:
        _check_clauses(own, written, specification)
    window = bind_window(binder, specification, written.span)
    if own is not None and not chosen:
        return _function(binder, own, written, window)
    bound = bind_aggregate(binder, written)
    call = OverExpression(
        bound.type,
        name,
        bound.arguments,
        window.partition,
        window.keys,
        window.order,
        window.frame,
        window.measured,
        written.span,
        aggregate=bound.aggregate,
        filter=bound.filter,
        distinct=bound.distinct,
        ordering=bound.order,
        settings=bound.settings,
        text=window.text,
    )
    return not_nested(call, written)


def bind_measure(binder: ExpressionBinder, written: ast.MeasureReference) -> Expression:
    """Return a measure of the row pattern in a window."""
    windows = binder.windows
    assert windows is not None
    return windows.over_pattern(binder, written, resolve(written.over, windows.named))


def _check_clauses(own: WindowFunction, written: ast.Call, window: ast.WindowSpecification) -> None:
    """Refuse what would be without effect."""
    name = own.name.upper()
    for clause, what in (
        (written.distinct, "DISTINCT"),
        (written.filter is not None, "FILTER"),
        (written.order_by, "ORDER BY inside the call"),
        (written.within_group, "WITHIN GROUP"),
        (written.ignore_nulls and own.name not in _SKIPPING, "IGNORE NULLS"),
    ):
        if clause:
            raise BindError(f"{name} takes no {what}", span=written.span)
    inline = written.over if isinstance(written.over, ast.WindowSpecification) else None
    if own.frame is not None and inline is not None and inline.frame is not None:
        raise BindError(
            f"{name} looks at all rows of the partition, so a frame has no effect on it",
            span=inline.frame.span,
            hint="leave the frame out",
        )
    if own.ordered and not window.order_by:
        raise BindError(
            f"{name} depends on the order of the rows, and the window has none",
            span=written.over.span if written.over is not None else written.span,
            hint="write ORDER BY in OVER (…)",
        )


def _function(
    binder: ExpressionBinder, own: WindowFunction, written: ast.Call, window: BoundWindow
) -> Expression:
    take_arguments(own, written)
    given = written.arguments
    frame = own.frame or window.frame
    measured, text, number, result = window.measured, window.text, 1, own.result
    values: list[Expression] = []
    if own.frame is not None:
        measured, text = None, ""
    if own.name == "ntile":
        number = _number(binder, given[0], "NTILE makes 1 group or more", 1)
    elif own.name == "nth_value":
        number = positive(binder, given[1])
        values = [binder.bind(given[0])]
    elif own.name in {"lag", "lead"}:
        if len(given) > 1:
            number = _number(binder, given[1], f"{own.name.upper()} goes 0 rows or more", 0)
        values = [binder.bind(a) for a in (given[0], *given[2:])]
        spans = [a.span for a in (given[0], *given[2:])]
        values = binder.unified(values, spans, f"the value and the default of {own.name.upper()}")
        by = -number if own.name == "lag" else number
        skipping = written.ignore_nulls and number > 0
        frame = Frame(Unit.VALUES if skipping else Unit.ROWS, by, by)
        measured = values[0] if skipping else None
    else:
        values = [binder.bind(a) for a in given]
    values = [some_type(v) for v in values]
    if values:
        result = values[0].type
    call = OverExpression(
        result,
        own.name,
        tuple(values),
        window.partition,
        window.keys,
        window.order,
        frame,
        None if measured is None else some_type(measured),
        written.span,
        number=number,
        ignore_nulls=written.ignore_nulls,
        text=text,
    )
    return not_nested(call, written)


def take_arguments(own: WindowFunction, written: ast.Call) -> None:
    """Raise BindError where a function is called with more arguments than it takes, or fewer."""
    given = written.arguments
    if not own.least <= len(given) <= own.most or any(isinstance(a, ast.Star) for a in given):
        raise BindError(
            f"{own.name.upper()} takes {_some(own)}",
            span=written.span,
            hint=f"write {own.signature}",
        )


def positive(binder: ExpressionBinder, written: ast.Expression) -> int:
    """Return the constant number of a row, counted from 1."""
    return _number(binder, written, "rows are counted from 1", 1)


def _some(own: WindowFunction) -> str:
    if not own.most:
        return "no arguments"
    if own.least == own.most:
        return "one argument" if own.most == 1 else f"{own.most} arguments"
    return f"{own.least} to {own.most} arguments"


def _number(binder: ExpressionBinder, written: ast.Expression, what: str, least: int) -> int:
    bound = binder.constant(written)
    value = bound.value.as_py() if isinstance(bound, Constant) else None
    if bound is None or not isinstance(bound.type, Integer) or not isinstance(value, int):
        raise BindError(
            "the number is the same for all rows, so it must be a constant whole number",
            span=written.span,
        )
    if not least <= value < 2**62:
        raise BindError(what, span=written.span)
    return value


def not_nested(
    call: OverExpression | MatchedExpression, written: ast.Call | ast.MeasureReference
) -> Expression:
    """Return the call; raise BindError where another one is inside of it."""
    if has_over(call.children()):
        raise BindError(
            "a window function inside another one",
            span=written.span,
            hint="put the inner one into a query of its own: FROM (SELECT …)",
        )
    return call


def has_over(expressions: Sequence[Expression]) -> bool:
    """Say whether a window function is called anywhere in the expressions."""
    kinds = OverExpression | MatchedExpression
    return any(isinstance(e, kinds) for top in expressions for e in walk(top))
