"""Rounding to units of the calendar, and counting and adding them.

Of TIMESTAMP_LTZ, days and longer units are those of the session's zone; hours and shorter ones are
lengths of time.
"""

from __future__ import annotations

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from cep.runtime.functions.arithmetic import multiply_integers
from cep.runtime.functions.arrow import Numbers, as_type, build, call, numbers, refuse, valid
from cep.runtime.functions.calendarparts import wall_of
from cep.runtime.functions.families import CALENDAR, DAYTIME, LTZ, WALL
from cep.runtime.functions.readtext import DAY, HOUR, MINUTE
from cep.runtime.functions.registry import Choice, Functions, Variable
from cep.runtime.functions.temporalarithmetic import (
    add_months,
    between,
    later,
    months_later,
)
from cep.runtime.functions.zones import instant_of, is_utc, wall_time
from cep.runtime.rowerrors import Operand
from cep.runtime.session import Session
from cep.runtime.time import SECOND
from cep.types import (
    BIGINT,
    DATE,
    DAY_INTERVAL,
    INT,
    MONTH_INTERVAL,
    TIMESTAMP,
    DataType,
    is_instant,
)

functions = Functions()

_MONTHS = {"year": 12, "quarter": 3, "month": 1}
_DAYS = {"week": 7 * DAY, "day": DAY}
_SHORT = {
    "hour": HOUR,
    "minute": MINUTE,
    "second": SECOND,
    "millisecond": 1000,
    "microsecond": 1,
}
_DATE_UNIT = Choice("unit", (*_MONTHS, *_DAYS))
_UNIT = Choice("unit", (*_MONTHS, *_DAYS, *_SHORT))
_TIME_UNIT = Choice("unit", tuple(_SHORT))
_INSTANT = Variable("timestamp", is_instant, TIMESTAMP)


def _second(unit: DataType, operand: DataType) -> DataType:
    return operand


def _third(unit: DataType, count: DataType, operand: DataType) -> DataType:
    return operand


# ---------------------------------------------------------------- rounding


def _rounded(function: str, unit: str, t: Operand) -> Operand:
    if unit in _SHORT or unit == "day":
        size = _DAYS.get(unit) or _SHORT[unit]
        ticks = numbers(t) if function == "floor" else -numbers(t)
        down = ticks - ticks % size
        return build(down if function == "floor" else -down, valid(t), t.type, [t])
    return pc.call_function(f"{function}_temporal", [t], pc.RoundTemporalOptions(1, unit))


def _declare_rounding(names: list[str], function: str, summary: str) -> None:
    def of_date(unit: Operand, date: Operand) -> Operand:
        return date if unit.as_py() == "day" else _rounded(function, unit.as_py(), date)

    def of_wall(unit: Operand, wall: Operand) -> Operand:
        return _rounded(function, unit.as_py(), wall)

    def of_instant(unit: Operand, instant: Operand, session: Session) -> Operand:
        wall = wall_time(instant, session.zone)
        rounded = _rounded(function, unit.as_py(), wall)
        if unit.as_py() in _SHORT and not is_utc(session.zone):
            # Stays on the same side of a change of the clock, which the wall time does not show.
            return call("add", instant, call("subtract", rounded, wall))
        return instant_of(rounded, session.zone)

    def of_time(unit: Operand, time: Operand) -> Operand:
        rounded = numbers(_rounded(function, unit.as_py(), time)) % DAY
        return build(rounded, valid(time), time.type, [time])

    for kernel in (of_date, of_wall, of_instant, of_time):
        kernel.__doc__ = summary
    # Rounded up, the last year ends outside the calendar.
    up = function == "ceil"
    functions.scalar(names, [_DATE_UNIT, DATE], DATE, can_fail=up)(of_date)
    functions.scalar(names, [_UNIT, WALL], _second, can_fail=up)(of_wall)
    functions.scalar(names, [_UNIT, LTZ], _second, can_fail=up, session=True)(of_instant)
    functions.scalar(names, [_TIME_UNIT, DAYTIME], _second)(of_time)


_declare_rounding(["date_trunc", "floor to"], "floor", "Return the start of the unit it lies in.")
_declare_rounding(["ceil to"], "ceil", "Return the end of the unit it lies in, or itself if whole.")


# ---------------------------------------------------------------- counting


@functions.scalar("timestampdiff", [_UNIT, CALENDAR, CALENDAR], BIGINT, session=True)
def timestampdiff(unit: Operand, start: Operand, end: Operand, session: Session) -> Operand:
    """Return the number of whole units from the first to the second."""
    name = unit.as_py()
    if name in _SHORT:
        a, b = (numbers(t.cast(TIMESTAMP.arrow)) for t in (start, end))
    else:
        a, b = (numbers(wall_of(t, session)) for t in (start, end))
    if name in _MONTHS:
        months = whole_months(a, b)
        count = np.sign(months) * (np.abs(months) // _MONTHS[name])
    else:
        length = b - a
        count = np.sign(length) * (np.abs(length) // (_DAYS.get(name) or _SHORT[name]))
    return build(count, valid(start, end), BIGINT.arrow, [start, end])


def whole_months(start: Numbers, end: Numbers) -> Numbers:
    """Return how many months fit between two times in microseconds since 1970."""
    days, rest = np.divmod(start, DAY)
    months = end.astype("datetime64[us]").astype("datetime64[M]") - start.astype(
        "datetime64[us]"
    ).astype("datetime64[M]")
    count = months.astype(np.int64)
    arrived = add_months(days, count) * DAY + rest
    return count - ((count > 0) & (arrived > end)) + ((count < 0) & (arrived < end))


@functions.scalar("datediff", [CALENDAR, CALENDAR], INT, session=True)
def datediff(end: Operand, start: Operand, session: Session) -> Operand:
    """Return the number of days from the second date to the first."""
    a, b = (numbers(wall_of(t, session).cast(DATE.arrow, safe=False)) for t in (end, start))
    return build(a - b, valid(end, start), INT.arrow, [end, start])


# ---------------------------------------------------------------- adding


def _span(unit: str, count: Operand) -> Operand:
    """Return so many units as an interval."""
    if unit in _MONTHS:
        months = multiply_integers(count, pa.scalar(_MONTHS[unit], pa.int64()))
        fits = np.abs(numbers(months)) < 2**31
        refuse(~fits, valid(count), "interval out of range", [count])
        return months.cast(MONTH_INTERVAL.arrow)
    size = pa.scalar(_DAYS.get(unit) or _SHORT[unit], pa.int64())
    return multiply_integers(count, size).cast(DAY_INTERVAL.arrow)


@functions.scalar("timestampadd", [_UNIT, BIGINT, WALL], _third, can_fail=True)
def timestampadd(unit: Operand, count: Operand, wall: Operand) -> Operand:
    """Return the timestamp a number of units later."""
    span = _span(unit.as_py(), count)
    return months_later(wall, span) if unit.as_py() in _MONTHS else later(wall, span)


@functions.scalar("timestampadd", [_DATE_UNIT, BIGINT, DATE], DATE, can_fail=True)
def timestampadd_date(unit: Operand, count: Operand, date: Operand) -> Operand:
    """Return the date a number of units later."""
    moved = timestampadd(unit, count, date.cast(TIMESTAMP.arrow))
    return moved.cast(DATE.arrow)


@functions.scalar("timestampadd", [_UNIT, BIGINT, LTZ], _third, can_fail=True, session=True)
def timestampadd_ltz(unit: Operand, count: Operand, instant: Operand, session: Session) -> Operand:
    """Return the instant a number of units later."""
    if unit.as_py() in _SHORT:
        return later(instant, _span(unit.as_py(), count))
    moved = timestampadd(unit, count, wall_time(instant, session.zone))
    return instant_of(moved, session.zone)


@functions.scalar("date_add", [CALENDAR, INT], DATE, can_fail=True, session=True)
def date_add(calendar: Operand, days: Operand, session: Session) -> Operand:
    """Return the date a number of days later."""
    date = wall_of(calendar, session).cast(DATE.arrow, safe=False)
    return timestampadd_date(pa.scalar("day"), days.cast(pa.int64()), date)


@functions.scalar("date_sub", [CALENDAR, INT], DATE, can_fail=True, session=True)
def date_sub(calendar: Operand, days: Operand, session: Session) -> Operand:
    """Return the date a number of days earlier."""
    back = call("negate", days.cast(pa.int64()))
    date = wall_of(calendar, session).cast(DATE.arrow, safe=False)
    return timestampadd_date(pa.scalar("day"), back, date)


@functions.scalar("corrected_time", [_INSTANT, _INSTANT, _INSTANT], _INSTANT, can_fail=True)
def corrected_time(created: Operand, sent: Operand, received: Operand) -> Operand:
    """Return when it happened by the server's clock: created + (received - sent).

    All that the device's clock said is wrong by the same amount, which `received - sent` shows (and
    the time on the way, which is short).
    """
    wall = TIMESTAMP.arrow
    delay = between(as_type(received, wall), as_type(sent, wall))
    return later(created, delay)
