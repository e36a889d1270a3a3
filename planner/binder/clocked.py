"""Conditions on the clock in WHERE and HAVING: over a stream they hold for a while."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from cep.errors import BindError, Span
from cep.planner.binder.context import Context
from cep.planner.expressions import (
    Call,
    Cast,
    Constant,
    Expression,
    conjunction,
    conjuncts,
    walk,
)
from cep.planner.logical import ClockBound, ClockedFilter, Node
from cep.planner.optimizer.folding import fold
from cep.planner.units import time_unit
from cep.types import (
    DATE,
    DAY_INTERVAL,
    MONTH_INTERVAL,
    DataType,
    Timestamp,
    TimestampLtz,
    is_instant,
)

_INSTANTS = {"now", "current_timestamp", "proctime", "current_row_timestamp"}
_WALLS = {"localtimestamp"}
_DATES = {"current_date"}
_CLOCK = _INSTANTS | _WALLS | _DATES | {"current_time", "localtime"}

_MILLISECOND = 1_000
_DAY = 86_400_000_000

_MIRRORED = {"<": ">", "<=": ">=", ">": "<", ">=": "<=", "=": "="}


def reads_clock(e: Expression) -> bool:
    """Say whether an expression depends on what time it is."""
    return any(isinstance(x, Call) and x.function.name in _CLOCK for x in walk(e))


def comparable(operands: Sequence[Expression]) -> list[Expression]:
    """Return two operands of a comparison: where one is the clock, a TIMESTAMP is an instant.

    It is what clocks in the session's zone show then.
    """
    kinds = [type(e.type) for e in operands]
    if set(kinds) != {Timestamp, TimestampLtz}:
        return list(operands)
    place = kinds.index(Timestamp)
    if not reads_clock(operands[1 - place]):
        return list(operands)
    precision = operands[place].type.precision  # type: ignore[attr-defined]  # it is a Timestamp
    changed = list(operands)
    changed[place] = Cast(TimestampLtz(precision), operands[place])
    return changed


def filtered(
    plan: Node,
    condition: Expression,
    span: Span,
    context: Context,
    plain: Callable[[Node, Expression], Node],
) -> Node:
    """Return the rows for which a condition holds, some of them as long as the clock has it so.

    `plain` filters by what does not read the clock. Over finished data, which is asked at one
    moment, the whole condition is like that.
    """
    parts = conjuncts(condition)
    clocked = tuple(c for c in parts if reads_clock(c))
    if plan.properties.bounded or not clocked:
        return plain(plan, condition)
    bounds = []
    for part in clocked:
        bound = _bound(fold(part, context.session))
        if bound is None:
            raise BindError(
                f"rows would come and go with the clock, and it is not plain when: {part}",
                span=span,
                hint="a month has no fixed length: write INTERVAL '30' DAY"
                if any(e.type == MONTH_INTERVAL for e in walk(part))
                else "compare a time with it: ts > now() - INTERVAL '1' HOUR, and join conditions "
                "with AND; or take the time at which a row came: FROM (SELECT *, now() AS came …)",
            )
        bounds.append(bound)
    rest = tuple(c for c in parts if c not in clocked)
    if rest:
        plan = plain(plan, conjunction(rest))
    return ClockedFilter(plan, conjunction(clocked), tuple(bounds))


@dataclass(frozen=True)
class _Sum:
    """A sum of expressions, and of how often the clock of a kind is in it."""

    terms: tuple[tuple[int, Expression], ...] = ()
    constant: int = 0
    clock: int = 0
    grain: int = 0
    wall: bool = False

    def plus(self, other: _Sum, sign: int) -> _Sum | None:
        """Return the sum, or with -1 the difference; None where two clocks meet."""
        if self.clock and other.clock:
            return None
        whose = other if other.clock else self
        return _Sum(
            (*self.terms, *((sign * s, e) for s, e in other.terms)),
            self.constant + sign * other.constant,
            self.clock + sign * other.clock,
            whose.grain,
            whose.wall,
        )


def _bound(condition: Expression) -> ClockBound | None:
    """Return a comparison solved for the clock, None where that cannot be done."""
    if not (isinstance(condition, Call) and condition.function.name in _MIRRORED):
        return None
    sides = [_sum(a) for a in condition.arguments]
    if sides[0] is None or sides[1] is None:
        return None
    apart = sides[0].plus(sides[1], -1)
    if apart is None or apart.clock not in {1, -1}:
        return None
    operator = condition.function.name
    # sign * clock + rest (operator) 0
    if apart.clock < 0:
        operator = _MIRRORED[operator]
    terms = tuple((-apart.clock * sign, e) for sign, e in apart.terms)
    terms = tuple(sorted(terms, key=lambda t: -t[0]))
    constant = -apart.clock * apart.constant
    return ClockBound(operator, terms, constant, apart.grain, apart.wall)


def _sum(e: Expression) -> _Sum | None:
    """Return a time or a length of time as a sum, None where it is none."""
    if not reads_clock(e):
        if isinstance(e, Constant) and e.value.is_valid and _is_time(e.type):
            return _Sum((), _microseconds(e))
        return _Sum(((1, e),)) if _is_time(e.type) else None
    if isinstance(e, Cast):
        return _cast(e)
    if not isinstance(e, Call):
        return None
    name = e.function.name
    if name in _INSTANTS:
        return _Sum((), 0, 1, _MILLISECOND)
    if name in _WALLS:
        return _Sum((), 0, 1, _MILLISECOND, True)
    if name in _DATES:
        return _Sum((), 0, 1, _DAY, True)
    parts = [_sum(a) for a in e.arguments]
    one = parts[0] if parts else None
    if one is None:
        return None
    if name == "negate":
        return _Sum().plus(one, -1)
    if name in {"+", "-"} and len(parts) == 2 and parts[1] is not None:
        return one.plus(parts[1], 1 if name == "+" else -1)
    return None


def _cast(e: Cast) -> _Sum | None:
    """Return a cast of the clock: to what clocks show, to the date, or to more digits."""
    inner = _sum(e.operand)
    before, after = e.operand.type, e.type
    if inner is None or inner.clock == 0:
        return None
    plain = inner == _Sum((), 0, 1, inner.grain, inner.wall)
    if isinstance(before, TimestampLtz) and isinstance(after, Timestamp):
        finer = time_unit(after) <= inner.grain
        return _Sum((), 0, 1, inner.grain, True) if plain and finer else None
    if after == DATE and plain and is_instant(before):
        return _Sum((), 0, 1, _DAY, True)
    same = type(before) is type(after) or (before == DATE and isinstance(after, Timestamp))
    finer = is_instant(after) and (before == DATE or time_unit(after) <= time_unit(before))
    return inner if same and finer else None


def _is_time(t: DataType) -> bool:
    return is_instant(t) or t in {DATE, DAY_INTERVAL}


def _microseconds(e: Constant) -> int:
    if e.type == DATE:
        return int(e.value.cast("int32").as_py()) * _DAY
    return int(e.value.cast("int64").as_py())
