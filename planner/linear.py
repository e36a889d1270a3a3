"""Conditions on the distance of two times, whatever form they are written in."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from functools import reduce

from cep.planner.distances import Distance, Distances
from cep.planner.expressions import Call, Cast, Constant, Expression, Input, Logical
from cep.planner.units import time_unit
from cep.types import DAY_INTERVAL, MONTH_INTERVAL, Integer, TimestampLtz, is_instant

_SECOND = 1_000_000
_HOUR = 3600 * _SECOND
_DAY = 24 * _HOUR
_SIZES = {
    "microsecond": 1,
    "millisecond": 1000,
    "second": _SECOND,
    "minute": 60 * _SECOND,
    "hour": _HOUR,
    "day": _DAY,
    "week": 7 * _DAY,
    "month": 31 * _DAY,
    "quarter": 92 * _DAY,
    "year": 366 * _DAY,
}
"""How long the units of the calendar are at most."""

_EVEN = frozenset(size for unit, size in _SIZES.items() if unit not in {"month", "quarter", "year"})
"""The units that are all of one length."""

_SHIFT = 3 * _HOUR
"""More than any zone moves its clocks by at a time."""


@dataclass(frozen=True)
class Linear:
    """A sum of time columns, each so many times, and microseconds from `low` to `high`.

    These two differ where the sum is not known better: a month may have 28 to 31 days.
    """

    terms: Mapping[int, int] = field(default_factory=dict)
    low: int = 0
    high: int = 0

    def plus(self, other: Linear, sign: int) -> Linear:
        """Return the sum, or with -1 the difference."""
        terms = dict(self.terms)
        for column, times in other.terms.items():
            terms[column] = terms.get(column, 0) + sign * times
        kept = {column: times for column, times in terms.items() if times}
        ends = sorted((sign * other.low, sign * other.high))
        return Linear(kept, self.low + ends[0], self.high + ends[1])

    def times(self, factor: int) -> Linear:
        """Return the sum so many times."""
        terms = {column: factor * times for column, times in self.terms.items() if factor}
        return Linear(terms, *sorted((factor * self.low, factor * self.high)))


def linear(e: Expression) -> Linear | None:
    """Return a timestamp or a length of time as a sum, or None where it is none."""
    match e:
        case Input() if is_instant(e.type):
            return Linear({e.index: 1})
        case Constant() if (is_instant(e.type) or e.type == DAY_INTERVAL) and e.value.is_valid:
            constant = int(e.value.cast("int64").as_py())
            return Linear({}, constant, constant)
        case Constant() if e.type == MONTH_INTERVAL and e.value.is_valid:
            return _months(int(e.value.cast("int32").as_py()))
        case Cast() if _more_digits(e):
            return linear(e.operand)
        case Call():
            return _called(e)
    return None


def _months(many: int) -> Linear:
    ends = sorted((many * 28 * _DAY, many * 31 * _DAY))
    return Linear({}, ends[0] - _SHIFT, ends[1] + _SHIFT)


def _called(e: Call) -> Linear | None:
    name, arguments = e.function.name, e.arguments
    if name in {"date_trunc", "floor to"}:
        return _floor(e)
    if name == "*":
        for factor, other in (arguments, arguments[::-1]):
            whole = _whole(factor)
            if whole is not None:
                part = linear(other)
                return None if part is None else part.times(whole)
        return None
    parts = [linear(a) for a in arguments]
    sums = [p for p in parts if p is not None]
    if len(sums) < len(parts):
        return None
    if name == "negate":
        return sums[0].times(-1)
    if name in {"+", "-"} and len(sums) == 2:
        return sums[0].plus(sums[1], 1 if name == "+" else -1)
    return None


def _whole(e: Expression) -> int | None:
    """Return the value of a constant whole number."""
    if isinstance(e, Cast) and isinstance(e.type, Integer):
        return _whole(e.operand)
    if isinstance(e, Constant) and isinstance(e.type, Integer) and e.value.is_valid:
        return int(e.value.as_py())
    return None


def _unit(e: Call) -> int | None:
    """Return how long the unit is at most that a function names first."""
    unit = e.arguments[0]
    if not isinstance(unit, Constant):
        return None
    size = _SIZES.get(str(unit.value.as_py()))
    shifted = any(isinstance(a.type, TimestampLtz) for a in e.arguments[1:])
    return size if size is None or size < _DAY or not shifted else size + _SHIFT


def _floor(e: Call) -> Linear | None:
    """Return the start of a unit: a time, less up to a unit."""
    time, size = linear(e.arguments[1]), _unit(e)
    if time is None or size is None:
        return None
    return time.plus(Linear({}, 0, size - 1), -1)


def _counted(e: Expression, number: Expression) -> tuple[Linear, Linear] | None:
    """Return what TIMESTAMPDIFF and a number that it is compared with say in microseconds."""
    many = _whole(number)
    if not (isinstance(e, Call) and e.function.name == "timestampdiff") or many is None:
        return None
    start, end = (linear(a) for a in e.arguments[1:])
    size = _unit(e)
    if start is None or end is None or size not in _EVEN:
        return None
    rounded = Linear({}, 1 - size, size - 1)
    return end.plus(start, -1).plus(rounded, 1), Linear({}, many * size, many * size)


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


_OPPOSITE = {"<": ">=", "<=": ">", ">": "<=", ">=": "<"}
_MIRRORED = {"<": ">", "<=": ">=", ">": "<", ">=": "<=", "=": "="}


@dataclass(frozen=True)
class Comparison:
    """What follows from a condition for the distance of two times; all it says, if `exact`."""

    distance: Distance
    exact: bool


def comparison(condition: Expression) -> Comparison | None:
    """Return what a condition says of how far apart two time columns are, None where nothing.

    The one with the lower position is the left one.
    """
    negated = False
    while isinstance(condition, Call) and condition.function.name == "not":
        negated, condition = not negated, condition.arguments[0]
    if not (isinstance(condition, Call) and condition.function.name in _MIRRORED):
        return None
    operator: str | None = condition.function.name
    if negated:
        operator = _OPPOSITE.get(condition.function.name)
    sides = _sides(*condition.arguments)
    if sides is None or operator is None:
        return None
    apart = sides[0].plus(sides[1], -1)
    if len(apart.terms) != 2 or sum(apart.terms.values()) != 0:
        return None
    left, right = sorted(apart.terms)
    if apart.terms[right] < 0:
        apart, operator = apart.times(-1), _MIRRORED[operator]
    # The condition is: times (right - left) + something from low to high (operator) 0.
    times = apart.terms[right]
    low = {">": -apart.high // times + 1, ">=": -(apart.high // times)}
    high = {"<": -(apart.low // times) - 1, "<=": -apart.low // times}
    low["="], high["="] = low[">="], high["<="]
    distance = Distance(left, right, low.get(operator), high.get(operator))
    return Comparison(distance, apart.low == apart.high)


def distances(conditions: Iterable[Expression]) -> tuple[Distance, ...]:
    """Return what follows from conditions for how far apart times are."""
    return tuple(d for c in conditions for d in _follows(c))


def _follows(condition: Expression) -> tuple[Distance, ...]:
    if not isinstance(condition, Logical):
        said = comparison(condition)
        return () if said is None else (said.distance,)
    if condition.operator == "and":
        return distances(condition.operands)
    ways = [Distances(_follows(o)) for o in condition.operands]
    pairs = dict.fromkeys((d.left, d.right) for o in condition.operands for d in _follows(o))
    found: list[Distance] = []
    for pair in pairs:
        every = [w.between(*pair) for w in ways]
        known = [d for d in every if d is not None]
        if len(known) == len(every):
            found.append(reduce(Distance.or_else, known))
    return tuple(found)


def _sides(a: Expression, b: Expression) -> tuple[Linear, Linear] | None:
    counted = _counted(a, b)
    if counted is not None:
        return counted
    counted = _counted(b, a)
    if counted is not None:
        return counted[::-1]
    sums = linear(a), linear(b)
    return None if sums[0] is None or sums[1] is None else (sums[0], sums[1])
