"""Making dates and timestamps of text and numbers, and text of them."""

from __future__ import annotations

import decimal

import numpy as np
import pyarrow as pa

from cep.runtime.functions import casttext, timepatterns
from cep.runtime.functions.arrow import (
    build,
    by_parameters,
    constant_text,
    numbers,
    per_distinct,
    refuse,
    valid,
)
from cep.runtime.functions.calendarparts import wall_of
from cep.runtime.functions.families import CALENDAR, LTZ, WALL
from cep.runtime.functions.readtext import DAY, HOUR, MINUTE, days_from_civil
from cep.runtime.functions.registry import Functions
from cep.runtime.functions.zones import find_zone, instant_of, wall_time
from cep.runtime.rowerrors import Operand
from cep.runtime.session import Session
from cep.runtime.time import SECOND
from cep.types import (
    BIGINT,
    DATE,
    INT,
    TIMESTAMP,
    TIMESTAMP_LTZ,
    VARCHAR,
    DataType,
    Decimal,
    Timestamp,
    TimestampLtz,
)

functions = Functions()

_USUAL = constant_text("yyyy-MM-dd HH:mm:ss")


@functions.scalar("to_timestamp", [VARCHAR, VARCHAR], TIMESTAMP, optional=1, can_fail=True)
def to_timestamp(text: Operand, pattern: Operand | None = None) -> Operand:
    """Read a TIMESTAMP, in a pattern such as 'yyyy-MM-dd HH:mm:ss.SSS' or as CAST does."""
    if pattern is None:
        return casttext.read_timestamp(text, TIMESTAMP)
    return per_distinct(
        lambda t, p: timepatterns.read(t, p, "TIMESTAMP"), [text, pattern], TIMESTAMP.arrow
    )


@functions.scalar("to_date", [VARCHAR, VARCHAR], DATE, optional=1, can_fail=True)
def to_date(text: Operand, pattern: Operand | None = None) -> Operand:
    """Read a DATE, in a pattern such as 'dd.MM.yyyy' or as CAST does."""
    if pattern is None:
        return casttext.read_date(text)
    days = per_distinct(
        lambda t, p: timepatterns.read(t, p, "DATE") // DAY, [text, pattern], pa.int32()
    )
    return days.cast(DATE.arrow)


@functions.scalar("to_timestamp_ltz", [BIGINT, INT], TIMESTAMP_LTZ, optional=1, can_fail=True)
def to_timestamp_ltz(epoch: Operand, precision: Operand | None = None) -> Operand:
    """Return the instant so many seconds after 1970; with precision 3 or 6 milli- or microseconds.

    Without a precision they are milliseconds.
    """
    digits = pa.scalar(3, pa.int32()) if precision is None else precision
    operands = [epoch, digits]
    where, n, p = valid(*operands), numbers(epoch), numbers(digits)
    refuse((p < 0) | (p > 6), where, "the precision must be from 0 to 6", operands)
    unit = 10 ** (6 - np.clip(p, 0, 6).astype(np.int64))
    refuse(
        np.abs(n.astype(np.float64)) >= 2.0**63 / unit, where, "timestamp out of range", operands
    )
    return build(n * unit, where, TIMESTAMP_LTZ.arrow, operands)


@functions.scalar(
    "to_timestamp_ltz", [VARCHAR, VARCHAR], TIMESTAMP_LTZ, optional=1, can_fail=True, session=True
)
def read_timestamp_ltz(
    text: Operand, pattern: Operand | None = None, *, session: Session
) -> Operand:
    """Read an instant by the session's clock, in a pattern or as CAST does."""
    if pattern is None:
        return casttext.read_timestamp_ltz(text, TIMESTAMP_LTZ, session)
    return instant_of(to_timestamp(text, pattern), session.zone)


@functions.scalar("date_format", [CALENDAR, VARCHAR], VARCHAR, can_fail=True, session=True)
def date_format(calendar: Operand, pattern: Operand, session: Session) -> Operand:
    """Show a date or timestamp in a pattern such as 'yyyy-MM-dd HH:mm:ss'."""
    wall = wall_of(calendar, session)
    return by_parameters(timepatterns.show, [wall], [pattern], VARCHAR.arrow)


@functions.scalar(
    "from_unixtime", [BIGINT, VARCHAR], VARCHAR, optional=1, can_fail=True, session=True
)
def from_unixtime(seconds: Operand, pattern: Operand = _USUAL, *, session: Session) -> Operand:
    """Show the instant so many seconds after 1970 by the session's clock."""
    return date_format(to_timestamp_ltz(seconds, pa.scalar(0)), pattern, session)


@functions.scalar("unix_timestamp", [], BIGINT, deterministic=False, session=True)
def unix_timestamp_now(session: Session) -> Operand:
    """Return the number of seconds since 1970 until now."""
    return pa.scalar(session.clock.now() // SECOND, BIGINT.arrow)


@functions.scalar(
    "unix_timestamp", [VARCHAR, VARCHAR], BIGINT, optional=1, can_fail=True, session=True
)
def unix_timestamp(text: Operand, pattern: Operand = _USUAL, *, session: Session) -> Operand:
    """Return the number of seconds from 1970 to a time as the session's clock shows it."""
    instant = read_timestamp_ltz(text, pattern, session=session)
    return build(numbers(instant) // SECOND, valid(instant), BIGINT.arrow, [instant])


def _same_precision(t: DataType, _: DataType) -> DataType:
    return TimestampLtz(t.precision) if isinstance(t, Timestamp) else TIMESTAMP_LTZ


def _wall_precision(t: DataType, _: DataType) -> DataType:
    return Timestamp(t.precision) if isinstance(t, TimestampLtz) else TIMESTAMP


@functions.scalar("at_time_zone", [WALL, VARCHAR], _same_precision, can_fail=True)
def instant_at_zone(wall: Operand, zone: Operand) -> Operand:
    """Return the instant at which clocks in a zone show the timestamp."""
    return by_parameters(
        lambda t, z: instant_of(t, find_zone(z)), [wall], [zone], TIMESTAMP_LTZ.arrow
    )


@functions.scalar("at_time_zone", [LTZ, VARCHAR], _wall_precision, can_fail=True)
def wall_at_zone(instant: Operand, zone: Operand) -> Operand:
    """Return the timestamp that clocks in a zone show at the instant."""
    return by_parameters(
        lambda t, z: wall_time(t, find_zone(z)), [instant], [zone], TIMESTAMP.arrow
    )


@functions.scalar("make_date", [INT, INT, INT], DATE, can_fail=True)
def make_date(year: Operand, month: Operand, day: Operand) -> Operand:
    """Return the date of a year, a month and a day."""
    days = per_distinct(_days, [year, month, day], pa.int32())
    return days.cast(DATE.arrow)


def _days(year: int, month: int, day: int) -> int:
    try:
        return days_from_civil(year, month, day)
    except (ValueError, OverflowError):
        raise ValueError(f"there is no date {year}-{month}-{day}") from None


@functions.scalar(
    "make_timestamp", [INT, INT, INT, INT, INT, Decimal(8, 6)], TIMESTAMP, can_fail=True
)
def make_timestamp(
    year: Operand, month: Operand, day: Operand, hour: Operand, minute: Operand, second: Operand
) -> Operand:
    """Return the timestamp of a year, month, day, hour, minute and second (with its fraction)."""

    def one(y: int, mo: int, d: int, h: int, mi: int, s: decimal.Decimal) -> int:
        if not (0 <= h < 24 and 0 <= mi < 60 and 0 <= s < 60):
            raise ValueError(f"there is no time {h}:{mi}:{s}")
        return _days(y, mo, d) * DAY + h * HOUR + mi * MINUTE + int(s * SECOND)

    return per_distinct(one, [year, month, day, hour, minute, second], TIMESTAMP.arrow)
