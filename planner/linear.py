"""Conditions on the distance of two times, whatever form they are written in."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from cep.planner.expressions import Call, Cast, Constant, Expression, Input
from cep.planner.units import time_unit
from cep.types import DAY_INTERVAL, is_instant


@dataclass(frozen=True)
class Linear:
    """A sum of time columns, each so many times, and a number of microseconds."""

    terms: Mapping[int, int] = field(default_factory=dict)
    constant: int = 0

    def plus(self, other: Linear, sign: int) -> Linear:
        """Return the sum, or with -1 the difference."""
        terms = dict(self.terms)
        for column, times in other.terms.items():
            terms[column] = terms.get(column, 0) + sign * times
        kept = {column: times for column, times in terms.items() if times}
        return Linear(kept, self.constant + sign * other.constant)


def linear(e: Expression) -> Linear | None:
    """Return a timestamp or a length of time as a sum, or None where it is none."""
    match e:
        case Input() if is_instant(e.type):
            return Linear({e.index: 1})
        case Constant() if (is_instant(e.type) or e.type == DAY_INTERVAL) and e.value.is_valid:
            return Linear({}, int(e.value.cast("int64").as_py()))
        case Cast() if _more_digits(e):
            return linear(e.operand)
        case Call():
            parts = [linear(a) for a in e.arguments]
            sums = [p for p in parts if p is not None]
            if len(sums) < len(parts):
                return None
            return _sum(e.function.name, sums)
    return None


def _sum(name: str, parts: list[Linear]) -> Linear | None:
    if name == "negate":
        return Linear().plus(parts[0], -1)
    if name in {"+", "-"} and len(parts) == 2:
        return parts[0].plus(parts[1], 1 if name == "+" else -1)
    return None


def _more_digits(e: Cast) -> bool:
    """Say whether a cast gives a timestamp of the same kind with no fewer digits."""
    before = e.operand.type
    return (
        type(e.type) is type(before)
        and is_instant(before)
        and time_unit(e.type) <= time_unit(before)
    )


def same_column(e: Expression) -> int | None:
    """Return the column that an expression is, or is with more digits of its time."""
    while isinstance(e, Cast) and _more_digits(e):
        e = e.operand
    return e.index if isinstance(e, Input) else None


@dataclass(frozen=True)
class Distance:
    """What a condition says of two times: low ≤ right - left ≤ high, in microseconds."""

    left: int
    right: int
    low: int | None
    high: int | None

    def and_also(self, other: Distance) -> Distance:
        """Return what two conditions on the same times say together."""
        lows = [d.low for d in (self, other) if d.low is not None]
        highs = [d.high for d in (self, other) if d.high is not None]
        return Distance(self.left, self.right, max(lows, default=None), min(highs, default=None))


_MIRRORED = {"<": ">", "<=": ">=", ">": "<", ">=": "<=", "=": "="}


def distance(condition: Expression, left: Iterable[int], right: Iterable[int]) -> Distance | None:
    """Return what a condition says of how far a `right` time is from a `left` one.

    None where it says something else.
    """
    if not (isinstance(condition, Call) and condition.function.name in _MIRRORED):
        return None
    sides = [linear(a) for a in condition.arguments]
    if sides[0] is None or sides[1] is None:
        return None
    apart, operator = sides[0].plus(sides[1], -1), condition.function.name
    if sorted(apart.terms.values()) != [-1, 1]:
        return None
    (later,) = (column for column, times in apart.terms.items() if times > 0)
    (earlier,) = (column for column, times in apart.terms.items() if times < 0)
    # The condition is: later - earlier + constant (operator) 0.
    limit = -apart.constant
    if later in set(left) and earlier in set(right):
        later, earlier, limit, operator = earlier, later, -limit, _MIRRORED[operator]
    elif not (later in set(right) and earlier in set(left)):
        return None
    low = {">": limit + 1, ">=": limit, "=": limit}.get(operator)
    high = {"<": limit - 1, "<=": limit, "=": limit}.get(operator)
    return Distance(earlier, later, low, high)
