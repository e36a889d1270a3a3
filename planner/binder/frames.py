"""OVER (…): which window is meant, and the frame in it."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from cep import types
from cep.errors import BindError, Span, did_you_mean
from cep.grammar import ast
from cep.planner.binder import literals
from cep.planner.expressions import Cast, Constant, Expression
from cep.planner.units import duration, months
from cep.runtime.functions.zones import is_utc
from cep.runtime.over.calls import UP_TO_PEERS, WHOLE, Bound, Frame, Months, Unit
from cep.types import DATE, DAY_INTERVAL, DataType, Decimal, Float, Integer, common_type

if TYPE_CHECKING:
    from cep.planner.binder.expressions import ExpressionBinder

Specifications = Mapping[str, ast.WindowSpecification]
"""The windows that WINDOW names."""

OverPattern = Callable[
    ["ExpressionBinder", ast.Call | ast.MeasureReference, ast.WindowSpecification], Expression
]
"""What binds a function, or a measure, over a window with a row pattern."""


@dataclass(frozen=True)
class WindowScope:
    """The windows of a SELECT that have names, and what binds calls over row patterns in them."""

    named: Specifications
    over_pattern: OverPattern


_TEMPORAL = types.Timestamp | types.TimestampLtz
_DIGITS = 18


@dataclass(frozen=True)
class BoundWindow:
    """A window of rows: what makes a partition, its order, and the frame.

    `measured` is what distances of the frame are between; `text` is the frame as EXPLAIN shows it.
    """

    partition: tuple[Expression, ...]
    keys: tuple[Expression, ...]
    order: tuple[tuple[bool, bool], ...]
    frame: Frame
    measured: Expression | None
    text: str


def resolve(
    written: ast.WindowSpecification | ast.Name, named: Specifications
) -> ast.WindowSpecification:
    """Return a window with everything that it takes from the one it is based on."""
    if isinstance(written, ast.Name):
        return _named(written, named)
    if written.base is None:
        return written
    base = _named(written.base, named)
    name = written.base.value
    if written.partition_by:
        raise BindError(
            f"the window {name} says what the partitions are",
            span=written.partition_by[0].span,
            hint=f"leave PARTITION BY out, or write the window without {name}",
        )
    if written.order_by and base.order_by:
        raise BindError(
            f"the window {name} has an order",
            span=written.order_by[0].span,
            hint=f"leave ORDER BY out, or write the window without {name}",
        )
    if base.row_pattern is not None:
        raise BindError(
            f"the window {name} has a row pattern, so no other can be made of it",
            span=written.base.span,
            hint=f"write OVER {name}, or leave the pattern of {name} out",
        )
    if base.frame is not None:
        raise BindError(
            f"the window {name} has a frame, so no other can be made of it",
            span=written.base.span,
            hint=f"write OVER {name}, or leave the frame of {name} out",
        )
    order = written.order_by or base.order_by
    return replace(written, base=None, partition_by=base.partition_by, order_by=order)


def _named(name: ast.Name, named: Specifications) -> ast.WindowSpecification:
    found = named.get(name.value)
    if found is None:
        hint = did_you_mean(name.value, list(named)) or (
            f"the windows here are: {', '.join(named)}"
            if named
            else f"declare it behind FROM, WHERE, GROUP BY and HAVING: WINDOW {name.value} AS (…)"
        )
        raise BindError(f"there is no window called {name.value}", span=name.span, hint=hint)
    return found


def named_windows(written: Sequence[ast.NamedWindow]) -> Specifications:
    """Return the windows of a WINDOW clause; each may be based on those before it."""
    named: dict[str, ast.WindowSpecification] = {}
    for one in written:
        if one.name.value in named:
            raise BindError(f"there are two windows called {one.name.value}", span=one.name.span)
        named[one.name.value] = resolve(one.window, named)
    return named


def bind_window(
    binder: ExpressionBinder, written: ast.WindowSpecification, span: Span
) -> BoundWindow:
    """Bind what stands in OVER (…); `binder` binds the expressions."""
    partition = tuple(some_type(binder.bind(e)) for e in written.partition_by)
    keys, order = [], []
    for item in written.order_by:
        if isinstance(item.expression, ast.NumberLiteral):
            raise BindError(
                "ORDER BY of a window takes no position: this is the same number for every row",
                span=item.span,
                hint="write the expression itself",
            )
        bound = some_type(binder.bind(item.expression))
        if isinstance(bound.type, types.Array | types.Map | types.Row):
            raise BindError(f"{bound.type} has no order", span=item.span)
        keys.append(bound)
        order.append((item.descending, bool(item.nulls_first)))
    frame, measured = _frame(binder, written, keys, span)
    if frame.unit is Unit.DISTANCE:
        descending, nulls_first = order[0]
        frame = replace(frame, descending=descending, nulls_first=nulls_first)
    text = _spoken(frame, measured)
    return BoundWindow(partition, tuple(keys), tuple(order), frame, measured, text)


def some_type(bound: Expression) -> Expression:
    """Return an expression that has a type, also where it is a bare NULL."""
    return literals.null(types.VARCHAR) if isinstance(bound.type, types.Null) else bound


def _frame(
    binder: ExpressionBinder, window: ast.WindowSpecification, keys: list[Expression], span: Span
) -> tuple[Frame, Expression | None]:
    written = window.frame
    if written is None:
        return UP_TO_PEERS if keys else WHOLE, None
    start, end = written.start, written.end
    if end is None:
        end = ast.FrameBound("current row")
    _check_order(start, end, written)
    if written.unit == "rows":
        frame = Frame(Unit.ROWS, _rows(binder, start), _rows(binder, end))
        return frame, None
    if start.distance is None and end.distance is None:
        if start.kind.startswith("unbounded") and end.kind.startswith("unbounded"):
            return WHOLE, None
        first, last = (None if b.kind.startswith("unbounded") else 0 for b in (start, end))
        return Frame(Unit.PEERS, first, last), None
    if len(keys) != 1:
        place = (start if start.distance is not None else end).span
        raise BindError(
            "a distance of RANGE needs one key to ORDER BY, "
            f"and there {'is none' if not keys else f'are {len(keys)}'}",
            span=place,
            hint="ORDER BY the one column that the distance is of, or write ROWS",
        )
    return _distances(binder, keys[0], start, end, window.order_by[0].span)


def _check_order(start: ast.FrameBound, end: ast.FrameBound, written: ast.Frame) -> None:
    """Refuse a frame that ends before it begins, whatever the distances are."""
    places = ("unbounded preceding", "preceding", "current row", "following", "unbounded following")
    first, last = places.index(start.kind), places.index(end.kind)
    if first > last or start.kind == "unbounded following" or end.kind == "unbounded preceding":
        raise BindError(
            f"a frame from {start.kind.upper()} to {end.kind.upper()} has no rows",
            span=written.span,
            hint="write the bound that comes first in the order first, and both with BETWEEN",
        )


def _rows(binder: ExpressionBinder, bound: ast.FrameBound) -> int | None:
    """Return a bound of ROWS as a number of rows from the row on."""
    if bound.kind.startswith("unbounded"):
        return None
    if bound.distance is None:
        return 0
    value = _constant(binder, bound.distance)
    number = value.value.as_py() if isinstance(value.type, Integer) else None
    if not isinstance(number, int) or number < 0:
        raise BindError(
            "ROWS counts rows: 0 or more of them",
            span=bound.distance.span,
            hint="write RANGE for a length of time"
            if value.type == DAY_INTERVAL
            else "write a whole number",
        )
    return -number if bound.kind == "preceding" else number


def _constant(binder: ExpressionBinder, written: ast.Expression) -> Constant:
    bound = binder.constant(written)
    if bound is None:
        raise BindError(
            "the bound of a frame is the same for all rows, so it must be a constant",
            span=written.span,
        )
    return bound


def _distances(
    binder: ExpressionBinder,
    key: Expression,
    start: ast.FrameBound,
    end: ast.FrameBound,
    place: Span,
) -> tuple[Frame, Expression | None]:
    """Bind the bounds of RANGE, of which one at least is a distance from the row's own value."""
    written = [b.distance for b in (start, end)]
    values = [None if w is None else _constant(binder, w) for w in written]
    measured = key
    for value, expression in zip(values, written, strict=True):
        if value is not None and expression is not None:
            measured = _converted(measured, _measure(measured.type, value.type, expression, place))
    first, last = (
        _distance(binder, bound, value, measured.type)
        for bound, value in zip((start, end), values, strict=True)
    )
    return Frame(Unit.DISTANCE, first, last), measured


def _converted(key: Expression, kind: DataType) -> Expression:
    return key if key.type == kind else Cast(kind, key)


def _measure(kind: DataType, by: DataType, written: ast.Expression, place: Span) -> DataType:
    """Return the type in which a distance from a value is measured."""
    dated = isinstance(kind, _TEMPORAL) or kind == DATE
    temporal = dated or kind in {types.TIME, DAY_INTERVAL}
    if (temporal and by == DAY_INTERVAL) or (dated and by == types.MONTH_INTERVAL):
        return kind
    if temporal:
        raise BindError(
            f"{kind} is measured in lengths of time, and this is {by}",
            span=written.span,
            hint="write INTERVAL '10' SECOND, or ROWS for a number of rows",
        )
    numeric = Integer | Decimal | Float
    if not isinstance(kind, numeric):
        raise BindError(
            f"there is no distance between values of {kind}",
            span=place,
            hint="ORDER BY a time or a number, or write ROWS for a number of rows",
        )
    if not isinstance(by, numeric):
        raise BindError(f"{kind} is measured in numbers, and this is {by}", span=written.span)
    joined = common_type(kind, by) if not isinstance(by, Integer) else kind
    if joined is None or (isinstance(joined, Decimal) and joined.precision > _DIGITS):
        raise BindError(
            f"RANGE measures distances of at most {_DIGITS} digits",
            span=place,
            hint="CAST the key to DECIMAL(18, …) or DOUBLE",
        )
    return joined


def _distance(
    binder: ExpressionBinder, bound: ast.FrameBound, value: Constant | None, kind: DataType
) -> Bound:
    """Return a bound of RANGE as a distance from the row on, in units of the key."""
    if bound.kind.startswith("unbounded"):
        return None
    if value is None or bound.distance is None:
        return 0
    number = value.value.as_py()
    if value.type == DAY_INTERVAL:
        number = int(value.value.cast("int64").as_py())
    elif value.type == types.MONTH_INTERVAL:
        number = int(value.value.cast("int32").as_py())
    elif isinstance(kind, Decimal) and number is not None:
        number = int(number * 10**kind.scale)
    elif isinstance(kind, Float) and number is not None:
        number = float(number)
    if number is None or not number >= 0:
        raise BindError(
            "the distance of a frame is 0 or more",
            span=bound.distance.span,
            hint="write PRECEDING for what comes before, FOLLOWING for what comes after",
        )
    distance: int | float = -number if bound.kind == "preceding" else number
    if value.type == types.MONTH_INTERVAL and distance:
        zone = binder.context.session.zone
        by_clock = isinstance(kind, types.TimestampLtz) and not is_utc(zone)
        return Months(int(distance), zone if by_clock else None)
    return distance


def _spoken(frame: Frame, measured: Expression | None) -> str:
    """Return the frame as EXPLAIN shows it; nothing where it is all there is."""
    if frame == WHOLE:
        return ""
    timed = measured is not None and not isinstance(measured.type, Integer | Decimal | Float)

    def shown(bound: Bound, unbounded: str) -> str:
        if bound is None:
            return unbounded
        if isinstance(bound, Months):
            return f"{months(abs(bound.many))} {'preceding' if bound.many < 0 else 'following'}"
        if not bound:
            return "current row"
        size: str = duration(int(abs(bound))) if timed else f"{abs(bound):g}"
        if measured is not None and isinstance(measured.type, Decimal):
            size = f"{abs(bound) / 10**measured.type.scale:g}"
        return f"{size} {'preceding' if bound < 0 else 'following'}"

    unit = "rows" if frame.unit is Unit.ROWS else "range"
    start, end = shown(frame.start, "unbounded preceding"), shown(frame.end, "unbounded following")
    return f"{unit} {start} to {end}"
