"""`+ - * /` and unary minus on dates, times, timestamps and intervals.

A day-time interval is a length of time, so a day is 24 hours; months are steps on the calendar of
the timestamp (for TIMESTAMP_LTZ: of the session's zone), and from the 31st one arrives at the last
day of a shorter month. DATE plus a day-time interval is a TIMESTAMP, DATE plus months a DATE, and
the difference of two dates or timestamps a day-time interval. TIME turns round at midnight.
"""

from __future__ import annotations

import numpy as np
import pyarrow as pa

from cep.runtime.functions.arithmetic import (
    add_integers,
    divide_integers,
    multiply_integers,
    negate_integer,
    subtract_integers,
)
from cep.runtime.functions.arrow import (
    Numbers,
    as_type,
    build,
    call,
    numbers,
    refuse,
    valid,
)
from cep.runtime.functions.families import DAY, DAYTIME, INSTANT, LTZ
from cep.runtime.functions.readtext import DAY as MICROSECONDS_PER_DAY
from cep.runtime.functions.registry import Functions, Variable
from cep.runtime.functions.zones import instant_of, wall_time
from cep.runtime.rowerrors import Operand
from cep.runtime.session import Session
from cep.types import (
    BIGINT,
    DATE,
    DAY_INTERVAL,
    DOUBLE,
    INT,
    MONTH_INTERVAL,
    TIMESTAMP,
    DataType,
    TimestampLtz,
)

functions = Functions()

_ZONED = Variable("TIMESTAMP_LTZ", lambda t: isinstance(t, TimestampLtz), TimestampLtz())


def _first(a: DataType, b: DataType) -> DataType:
    return a


def _second(a: DataType, b: DataType) -> DataType:
    return b


def _checked(function: str, a: Operand, b: Operand, what: str) -> Operand:
    """Add or subtract 64-bit counts of microseconds."""
    try:
        return call(f"{function}_checked", a, b)
    except pa.ArrowInvalid:
        x, y = numbers(a), numbers(b)
        with np.errstate(over="ignore"):
            z = x + y if function == "add" else x - y
            right = y if function == "add" else ~y
        refuse(((x ^ z) & (right ^ z)) < 0, valid(a, b), f"{what} out of range", [a, b])
        raise


@functions.scalar("+", [INSTANT, DAY_INTERVAL], _first, can_fail=True)
def later(instant: Operand, interval: Operand) -> Operand:
    """Return the timestamp later by an interval."""
    return _checked("add", instant, interval, "timestamp")


@functions.scalar("+", [DAY_INTERVAL, INSTANT], _second, can_fail=True)
def later_reversed(interval: Operand, instant: Operand) -> Operand:
    """Return the timestamp later by an interval."""
    return later(instant, interval)


@functions.scalar("-", [INSTANT, DAY_INTERVAL], _first, can_fail=True)
def earlier(instant: Operand, interval: Operand) -> Operand:
    """Return the timestamp earlier by an interval."""
    return _checked("subtract", instant, interval, "timestamp")


@functions.scalar("+", [DATE, DAY_INTERVAL], TIMESTAMP, can_fail=True)
def date_later(date: Operand, interval: Operand) -> Operand:
    """Return the timestamp an interval after the start of a date."""
    return later(date.cast(TIMESTAMP.arrow), interval)


@functions.scalar("+", [DAY_INTERVAL, DATE], TIMESTAMP, can_fail=True)
def date_later_reversed(interval: Operand, date: Operand) -> Operand:
    """Return the timestamp an interval after the start of a date."""
    return date_later(date, interval)


@functions.scalar("-", [DATE, DAY_INTERVAL], TIMESTAMP, can_fail=True)
def date_earlier(date: Operand, interval: Operand) -> Operand:
    """Return the timestamp an interval before the start of a date."""
    return earlier(date.cast(TIMESTAMP.arrow), interval)


@functions.scalar("-", [DAY, DAY], DAY_INTERVAL, can_fail=True)
def between(end: Operand, start: Operand) -> Operand:
    """Return the time from the second date or timestamp to the first."""
    wall = TIMESTAMP.arrow
    return _checked("subtract", as_type(end, wall), as_type(start, wall), "interval")


@functions.scalar("-", [_ZONED, _ZONED], DAY_INTERVAL, can_fail=True)
def between_instants(end: Operand, start: Operand) -> Operand:
    """Return the time from the second instant to the first."""
    return _checked("subtract", end, start, "interval")


def add_months(days: Numbers, months: Numbers) -> Numbers:
    """Return days since 1970 moved by months, not past the end of the month arrived at."""
    day = days.astype("datetime64[D]")
    month = day.astype("datetime64[M]")
    arrived = month + months
    start, end = arrived.astype("datetime64[D]"), (arrived + 1).astype("datetime64[D]")
    in_month = np.minimum(day - month.astype("datetime64[D]"), end - start - 1)
    moved: Numbers = (start + in_month).astype(np.int64)
    return moved


def _move(wall: Operand, months: Operand, sign: int) -> Operand:
    """Move a DATE or TIMESTAMP by months."""
    where = valid(wall, months)
    a_day = 1 if pa.types.is_date(wall.type) else MICROSECONDS_PER_DAY
    limit = 2**31 if a_day == 1 else 2**63 // a_day - 1
    days, rest = np.divmod(numbers(wall).astype(np.int64, copy=False), a_day)
    moved = add_months(days, sign * numbers(months).astype(np.int64))
    refuse(np.abs(moved) >= limit, where, "timestamp out of range", [wall, months])
    return build(moved * a_day + rest, where, wall.type, [wall, months])


def months_later(calendar: Operand, months: Operand) -> Operand:
    """Return the DATE or TIMESTAMP a number of months later."""
    return _move(calendar, months, 1)


def _declare_months(symbol: str, sign: int) -> None:
    def on_calendar(calendar: Operand, months: Operand) -> Operand:
        """Return the date or timestamp a number of months away."""
        return _move(calendar, months, sign)

    def in_zone(instant: Operand, months: Operand, session: Session) -> Operand:
        """Return the instant a number of months away on the calendar of the session's zone."""
        return instant_of(_move(wall_time(instant, session.zone), months, sign), session.zone)

    functions.scalar(symbol, [DAY, MONTH_INTERVAL], _first, can_fail=True)(on_calendar)
    functions.scalar(symbol, [LTZ, MONTH_INTERVAL], _first, can_fail=True, session=True)(in_zone)
    if sign < 0:
        return

    def on_calendar_reversed(months: Operand, calendar: Operand) -> Operand:
        """Return the date or timestamp a number of months away."""
        return on_calendar(calendar, months)

    def in_zone_reversed(months: Operand, instant: Operand, session: Session) -> Operand:
        """Return the instant a number of months away on the calendar of the session's zone."""
        return in_zone(instant, months, session)

    functions.scalar(symbol, [MONTH_INTERVAL, DAY], _second, can_fail=True)(on_calendar_reversed)
    functions.scalar(symbol, [MONTH_INTERVAL, LTZ], _second, can_fail=True, session=True)(
        in_zone_reversed
    )


_declare_months("+", 1)
_declare_months("-", -1)


def _turn(time: Operand, interval: Operand, sign: int) -> Operand:
    shift = numbers(interval) % MICROSECONDS_PER_DAY
    turned = (numbers(time) + sign * shift) % MICROSECONDS_PER_DAY
    return build(turned, valid(time, interval), time.type, [time, interval])


@functions.scalar("+", [DAYTIME, DAY_INTERVAL], _first)
def time_later(time: Operand, interval: Operand) -> Operand:
    """Return the time of day after an interval."""
    return _turn(time, interval, 1)


@functions.scalar("+", [DAY_INTERVAL, DAYTIME], _second)
def time_later_reversed(interval: Operand, time: Operand) -> Operand:
    """Return the time of day after an interval."""
    return _turn(time, interval, 1)


@functions.scalar("-", [DAYTIME, DAY_INTERVAL], _first)
def time_earlier(time: Operand, interval: Operand) -> Operand:
    """Return the time of day before an interval."""
    return _turn(time, interval, -1)


@functions.scalar("-", [DAYTIME, DAYTIME], DAY_INTERVAL)
def between_times(end: Operand, start: Operand) -> Operand:
    """Return the time from the second time of day to the first."""
    return call("subtract", end, start)


@functions.scalar("+", [DAY_INTERVAL, DAY_INTERVAL], DAY_INTERVAL, can_fail=True)
def add_intervals(a: Operand, b: Operand) -> Operand:
    """Return the sum of two lengths of time."""
    return _checked("add", a, b, "interval")


@functions.scalar("-", [DAY_INTERVAL, DAY_INTERVAL], DAY_INTERVAL, can_fail=True)
def subtract_intervals(a: Operand, b: Operand) -> Operand:
    """Return the difference of two lengths of time."""
    return _checked("subtract", a, b, "interval")


@functions.scalar("negate", [DAY_INTERVAL], DAY_INTERVAL)
def negate_interval(interval: Operand) -> Operand:
    """Return the interval with the other sign."""
    return call("negate", interval)


@functions.scalar("*", [DAY_INTERVAL, BIGINT], DAY_INTERVAL, can_fail=True)
def multiply_interval(interval: Operand, number: Operand) -> Operand:
    """Return so many times the length of time."""
    product = multiply_integers(interval.cast(pa.int64()), number)
    return product.cast(DAY_INTERVAL.arrow)


@functions.scalar("*", [BIGINT, DAY_INTERVAL], DAY_INTERVAL, can_fail=True)
def multiply_interval_reversed(number: Operand, interval: Operand) -> Operand:
    """Return so many times the length of time."""
    return multiply_interval(interval, number)


@functions.scalar("*", [DAY_INTERVAL, DOUBLE], DAY_INTERVAL, can_fail=True)
def scale_interval(interval: Operand, number: Operand) -> Operand:
    """Return so many times the length of time, to the nearest microsecond."""
    with np.errstate(all="ignore"):
        return _nearest(numbers(interval) * numbers(number), interval, number)


@functions.scalar("*", [DOUBLE, DAY_INTERVAL], DAY_INTERVAL, can_fail=True)
def scale_interval_reversed(number: Operand, interval: Operand) -> Operand:
    """Return so many times the length of time, to the nearest microsecond."""
    return scale_interval(interval, number)


@functions.scalar("/", [DAY_INTERVAL, DOUBLE], DAY_INTERVAL, can_fail=True)
def divide_interval(interval: Operand, number: Operand) -> Operand:
    """Return a fraction of the length of time, to the nearest microsecond."""
    divisor = numbers(number)
    where = valid(interval, number)
    refuse(divisor == 0, where, "division by zero", [interval, number])
    with np.errstate(all="ignore"):
        return _nearest(numbers(interval) / divisor, interval, number)


def _nearest(microseconds: Numbers, interval: Operand, number: Operand) -> Operand:
    where = valid(interval, number)
    fits = np.abs(microseconds) < 2.0**63
    refuse(~fits, where, "interval out of range", [interval, number])
    exact = np.rint(np.where(fits, microseconds, 0)).astype(np.int64)
    return build(exact, where, DAY_INTERVAL.arrow, [interval, number])


functions.scalar("+", [MONTH_INTERVAL, MONTH_INTERVAL], MONTH_INTERVAL, can_fail=True)(add_integers)
functions.scalar("-", [MONTH_INTERVAL, MONTH_INTERVAL], MONTH_INTERVAL, can_fail=True)(
    subtract_integers
)
functions.scalar("*", [MONTH_INTERVAL, INT], MONTH_INTERVAL, can_fail=True)(multiply_integers)
functions.scalar("*", [INT, MONTH_INTERVAL], MONTH_INTERVAL, can_fail=True)(multiply_integers)
functions.scalar("/", [MONTH_INTERVAL, INT], MONTH_INTERVAL, can_fail=True)(divide_integers)
functions.scalar("negate", [MONTH_INTERVAL], MONTH_INTERVAL, can_fail=True)(negate_integer)
