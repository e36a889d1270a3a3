"""CURRENT_WATERMARK: how far the stream's time had come when a row came."""

from __future__ import annotations

from typing import TYPE_CHECKING

from cep.errors import BindError
from cep.grammar import ast
from cep.planner.expressions import CurrentWatermark, Expression, Input

if TYPE_CHECKING:
    from cep.planner.binder.expressions import ExpressionBinder

_USAGE = "write CURRENT_WATERMARK(ts), where ts is the event time"


def bind_watermark(binder: ExpressionBinder, written: ast.Call) -> Expression:
    """Return the watermark of a row; only where rows are as they came, with their event time."""
    if len(written.arguments) != 1:
        raise BindError(
            "CURRENT_WATERMARK takes the event-time column", span=written.span, hint=_USAGE
        )
    (argument,) = written.arguments
    bound = binder.bind(argument)
    if not isinstance(bound, Input):
        raise BindError(
            "CURRENT_WATERMARK takes a column, and this is computed",
            span=argument.span,
            hint=_USAGE,
        )
    known = binder.scope.properties
    if known is None:
        raise BindError(f"CURRENT_WATERMARK cannot stand {binder.place}", span=written.span)
    if known.timed and not known.as_came:
        raise BindError(
            "these rows are computed of several, and no watermark is that of one of them",
            span=written.span,
            hint="select CURRENT_WATERMARK(…) AS mark in the inner query, and go on with mark",
        )
    if known.time != bound.index:
        if known.time is not None:
            hint = f"the event time here is {binder.scope.columns[known.time].field.name}"
        elif known.timed:
            hint = "select the event-time column in the inner query, unchanged"
        else:
            hint = f"declare WATERMARK FOR {bound.name} AS {bound.name} - INTERVAL '5' SECOND"
        raise BindError(f"{bound.name} is not the event time", span=argument.span, hint=hint)
    return CurrentWatermark(bound.type, bound.name)
