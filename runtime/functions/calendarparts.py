"""EXTRACT, and the functions named after what they extract.

Weeks are those of ISO 8601; DOW and DAYOFWEEK count from Sunday as 1 (as Flink does), ISODOW from
Monday as 1; MILLISECOND and MICROSECOND include the seconds. TIMESTAMP_LTZ is read by the session's
clock, except for EPOCH, which is the number of seconds since 1970-01-01T00:00:00Z.
"""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from cep.runtime.functions.arrow import Numbers, build, call, numbers, valid
from cep.runtime.functions.families import CALENDAR, DAYTIME
from cep.runtime.functions.readtext import DAY, HOUR, MINUTE
from cep.runtime.functions.registry import Choice, Functions
from cep.runtime.functions.zones import wall_time
from cep.runtime.rowerrors import Operand
from cep.runtime.session import Session
from cep.runtime.time import SECOND
from cep.types import BIGINT, DATE, DAY_INTERVAL, MONTH_INTERVAL, TIMESTAMP, VARCHAR

functions = Functions()


def wall_of(calendar: Operand, session: Session) -> Operand:
    """Return a DATE, TIMESTAMP or TIMESTAMP_LTZ as the TIMESTAMP that it shows."""
    if pa.types.is_timestamp(calendar.type) and calendar.type.tz is not None:
        return wall_time(calendar, session.zone)
    return calendar if calendar.type == TIMESTAMP.arrow else calendar.cast(TIMESTAMP.arrow)


def _by_arrow(function: str) -> Callable[[Operand], Operand]:
    return lambda wall: call(function, wall)


def _of_number(compute: Callable[[Numbers], Numbers]) -> Callable[[Operand], Operand]:
    """Compute on the microseconds since 1970 (or since midnight)."""
    return lambda t: build(compute(numbers(t)), valid(t), BIGINT.arrow, [t])


def _of_year(compute: Callable[[Numbers], Numbers]) -> Callable[[Operand], Operand]:
    def part(wall: Operand) -> Operand:
        year = call("year", wall)
        return build(compute(numbers(year)), valid(wall), BIGINT.arrow, [wall])

    return part


_DATE_PARTS: dict[str, Callable[[Operand], Operand]] = {
    "millennium": _of_year(lambda y: (y + 999) // 1000),
    "century": _of_year(lambda y: (y + 99) // 100),
    "decade": _of_year(lambda y: y // 10),
    "year": _by_arrow("year"),
    "isoyear": _by_arrow("iso_year"),
    "quarter": _by_arrow("quarter"),
    "month": _by_arrow("month"),
    "week": _by_arrow("iso_week"),
    "day": _by_arrow("day"),
    "doy": _by_arrow("day_of_year"),
    "dow": lambda wall: pc.day_of_week(wall, count_from_zero=False, week_start=7),
    "isodow": lambda wall: pc.day_of_week(wall, count_from_zero=False, week_start=1),
}
_TIME_PARTS: dict[str, Callable[[Operand], Operand]] = {
    "hour": _of_number(lambda t: t % DAY // HOUR),
    "minute": _of_number(lambda t: t % HOUR // MINUTE),
    "second": _of_number(lambda t: t % MINUTE // SECOND),
    "millisecond": _of_number(lambda t: t % MINUTE // 1000),
    "microsecond": _of_number(lambda t: t % MINUTE),
    "epoch": _of_number(lambda t: t // SECOND),
}
_PARTS = {**_DATE_PARTS, **_TIME_PARTS}


def _signed(unit: int, above: int | None) -> Callable[[Operand], Operand]:
    """Return a part of an interval: all parts of a negative one are negative."""

    def compute(t: Numbers) -> Numbers:
        rest = t if above is None else np.fmod(t, above)
        return np.trunc(rest / unit).astype(np.int64) if unit > 1 else rest

    return _of_number(compute)


_DAY_INTERVAL_PARTS = {
    "day": _signed(DAY, None),
    "hour": _signed(HOUR, DAY),
    "minute": _signed(MINUTE, HOUR),
    "second": _signed(SECOND, MINUTE),
    "millisecond": _signed(1000, MINUTE),
    "microsecond": _signed(1, MINUTE),
    "epoch": _signed(SECOND, None),
}
_MONTH_INTERVAL_PARTS = {"year": _signed(12, None), "month": _signed(1, 12)}


@functions.scalar(
    ["extract", "date_part"], [Choice("unit", tuple(_PARTS)), CALENDAR], BIGINT, session=True
)
def extract(unit: Operand, calendar: Operand, session: Session) -> Operand:
    """Return a part of a date or timestamp, such as its year."""
    name = unit.as_py()
    if name == "epoch":
        return _PARTS[name](calendar.cast(TIMESTAMP.arrow))
    return _PARTS[name](wall_of(calendar, session))


@functions.scalar(["extract", "date_part"], [Choice("unit", tuple(_TIME_PARTS)), DAYTIME], BIGINT)
def extract_from_time(unit: Operand, time: Operand) -> Operand:
    """Return a part of a time of day, such as its hour."""
    return _TIME_PARTS[unit.as_py()](time)


@functions.scalar(
    ["extract", "date_part"], [Choice("unit", tuple(_DAY_INTERVAL_PARTS)), DAY_INTERVAL], BIGINT
)
def extract_from_day_interval(unit: Operand, interval: Operand) -> Operand:
    """Return a part of a day-time interval, such as its days; EPOCH is its length in seconds."""
    return _DAY_INTERVAL_PARTS[unit.as_py()](interval)


@functions.scalar(
    ["extract", "date_part"],
    [Choice("unit", tuple(_MONTH_INTERVAL_PARTS)), MONTH_INTERVAL],
    BIGINT,
)
def extract_from_month_interval(unit: Operand, interval: Operand) -> Operand:
    """Return the years or the months of a year-month interval."""
    return _MONTH_INTERVAL_PARTS[unit.as_py()](interval)


_NAMED = {
    "year": "year",
    "quarter": "quarter",
    "month": "month",
    "week": "week",
    "dayofyear": "doy",
    "dayofmonth": "day",
    "day": "day",
    "dayofweek": "dow",
    "hour": "hour",
    "minute": "minute",
    "second": "second",
    "millisecond": "millisecond",
    "microsecond": "microsecond",
}


def _declare(name: str, part: str) -> None:
    def of_calendar(calendar: Operand, session: Session) -> Operand:
        return _PARTS[part](wall_of(calendar, session))

    def of_time(time: Operand) -> Operand:
        return _TIME_PARTS[part](time)

    of_calendar.__doc__ = f"Return the same as EXTRACT({part.upper()} FROM …)."
    of_time.__doc__ = of_calendar.__doc__
    functions.scalar(name, [CALENDAR], BIGINT, session=True)(of_calendar)
    if part in _TIME_PARTS:
        functions.scalar(name, [DAYTIME], BIGINT)(of_time)


for _name, _part in _NAMED.items():
    _declare(_name, _part)

DAY_NAMES = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")
MONTH_NAMES = (
    "January",
    "February",
    "March",
    "April",
    "May",
    "June",
    "July",
    "August",
    "September",
    "October",
    "November",
    "December",
)


def named(number: Operand, names: tuple[str, ...]) -> Operand:
    """Return the name of each number, counted from 1."""
    at = call("subtract", number, pa.scalar(1, pa.int64()))
    if isinstance(at, pa.Scalar):
        return pa.scalar(names[at.as_py()] if at.is_valid else None, VARCHAR.arrow)
    return pa.array(names, VARCHAR.arrow).take(at)


@functions.scalar("dayname", [CALENDAR], VARCHAR, session=True)
def dayname(calendar: Operand, session: Session) -> Operand:
    """Return the day of the week in English."""
    return named(_PARTS["isodow"](wall_of(calendar, session)), DAY_NAMES)


@functions.scalar("monthname", [CALENDAR], VARCHAR, session=True)
def monthname(calendar: Operand, session: Session) -> Operand:
    """Return the month in English."""
    return named(call("month", wall_of(calendar, session)), MONTH_NAMES)


@functions.scalar("last_day", [CALENDAR], DATE, session=True)
def last_day(calendar: Operand, session: Session) -> Operand:
    """Return the last day of the month."""
    wall = wall_of(calendar, session)
    month = numbers(wall.cast(DATE.arrow, safe=False)).astype("datetime64[D]")
    following = month.astype("datetime64[M]") + 1
    last = following.astype("datetime64[D]").astype(np.int64) - 1
    return build(last.astype(np.int32), valid(calendar), DATE.arrow, [calendar])
