"""Reading dates, times, timestamps, numbers and truth values as text, one at a time.

These functions define what can be read. Columns are read by Arrow's parsers where these understand
every value (what they accept is accepted here, with the same meaning) and else value by value.
They raise ValueError with a message for the user.
"""

from __future__ import annotations

import datetime as dt
import decimal
import math
import re
from zoneinfo import ZoneInfo

from cep.runtime.time import SECOND

MINUTE = 60 * SECOND
HOUR = 60 * MINUTE
DAY = 24 * HOUR

_DATE = r"(\d{4})-(\d\d?)-(\d\d?)"
_TIME = r"(\d\d?)(?::(\d\d)(?::(\d\d)(?:\.(\d+))?)?)?"
_ZONE = r"\s*(?:(Z|z)|([+-])(\d\d):?(\d\d)?)"
_DATE_ONLY = re.compile(_DATE, re.ASCII)
_TIME_ONLY = re.compile(_TIME, re.ASCII)
_TIMESTAMP = re.compile(f"{_DATE}(?:(?:[Tt]|\\s+){_TIME}(?:{_ZONE})?)?", re.ASCII)
_INTEGER = re.compile(r"[+-]?\d+", re.ASCII)
_NUMBER = re.compile(r"[+-]?(\d+\.?\d*|\.\d+)([eE][+-]?\d+)?", re.ASCII)
_LARGEST_REAL = 3.4028235677973366e38
_SPECIAL = re.compile(r"[+-]?(inf|infinity|nan)", re.IGNORECASE | re.ASCII)
_TRUTH = {
    **dict.fromkeys(("true", "t", "yes", "y", "on", "1"), True),
    **dict.fromkeys(("false", "f", "no", "n", "off", "0"), False),
}


def unreadable(text: str, what: object) -> ValueError:
    """Return the error that says so."""
    shown = text if len(text) <= 60 else text[:57] + "…"
    return ValueError(f"cannot read '{shown}' as {what}")


def days_from_civil(year: int, month: int, day: int) -> int:
    """Return the days since 1970-01-01; year 0 is the one before year 1."""
    if year == 0:  # Python's calendar begins with year 1, and repeats itself every 400 years
        return dt.date(400, month, day).toordinal() - 146097 - 719163
    return dt.date(year, month, day).toordinal() - 719163


def parse_date(text: str) -> int:
    """Read `2026-01-31` as days since 1970."""
    found = _DATE_ONLY.fullmatch(text.strip())
    if not found:
        raise unreadable(text, "DATE")
    try:
        return days_from_civil(*map(int, found.groups()))
    except ValueError:
        raise unreadable(text, "DATE") from None


def parse_time(text: str) -> int:
    """Read `12:30`, `12:30:00` or `12:30:00.25` as microseconds since midnight."""
    found = _TIME_ONLY.fullmatch(text.strip())
    if not found:
        raise unreadable(text, "TIME")
    return _time_of_day(text, "TIME", *found.groups())


def parse_timestamp(text: str) -> int:
    """Read `2026-01-31`, `2026-01-31 12:30:00.25` or `2026-01-31T12:30:00+02:00`.

    Returns microseconds since 1970; a time with an offset is given in UTC.
    """
    return _timestamp(text, "TIMESTAMP", None)


def parse_timestamp_ltz(text: str, zone: ZoneInfo) -> int:
    """Read a timestamp as an instant, in `zone` where it does not say an offset itself."""
    return _timestamp(text, "TIMESTAMP_LTZ", zone)


def _timestamp(text: str, what: str, zone: ZoneInfo | None) -> int:
    found = _TIMESTAMP.fullmatch(text.strip())
    if not found:
        raise unreadable(text, what)
    year, month, day, hour, minute, second, fraction, utc, sign, hours, minutes = found.groups()
    try:
        wall = days_from_civil(int(year), int(month), int(day)) * DAY
    except ValueError:
        raise unreadable(text, what) from None
    if hour:
        wall += _time_of_day(text, what, hour, minute, second, fraction)
    if sign:
        if int(hours) > 23 or int(minutes or 0) > 59:
            raise unreadable(text, what)
        offset = int(hours) * HOUR + int(minutes or 0) * MINUTE
        return wall - offset if sign == "+" else wall + offset
    if utc or zone is None:
        return wall
    return instant_in(zone, wall)


def instant_in(zone: ZoneInfo, wall: int) -> int:
    """Return the instant at which clocks in the zone show `wall`, the first of two."""
    epoch = dt.datetime(1970, 1, 1)
    try:
        local = epoch + dt.timedelta(microseconds=wall)
    except OverflowError:
        raise ValueError("timestamp out of range") from None
    offset = zone.utcoffset(local) or dt.timedelta()
    return wall - offset // dt.timedelta(microseconds=1)


def _time_of_day(
    text: str, what: str, hour: str, minute: str | None, second: str | None, fraction: str | None
) -> int:
    h, m, s = int(hour), int(minute or 0), int(second or 0)
    if h > 23 or m > 59 or s > 59:
        raise unreadable(text, what)
    return h * HOUR + m * MINUTE + s * SECOND + int((fraction or "0")[:6].ljust(6, "0"))


def parse_integer(text: str, name: str, bits: int) -> int:
    """Read an integer of so many bits; `name` is its type's in messages."""
    stripped = text.strip()
    if not _INTEGER.fullmatch(stripped):
        raise unreadable(text, name)
    if len(stripped) > 60 or not -(1 << bits - 1) <= int(stripped) < 1 << bits - 1:
        raise ValueError(f"{stripped[:60]} is out of range for {name}")
    return int(stripped)


def parse_float(text: str, name: str) -> float:
    """Read a number with or without an exponent, or NaN, Infinity, -Infinity."""
    stripped = text.strip()
    if not (_NUMBER.fullmatch(stripped) or _SPECIAL.fullmatch(stripped)):
        raise unreadable(text, name)
    number = float(stripped)
    too_large = abs(number) > _LARGEST_REAL if name == "REAL" else math.isinf(number)
    if too_large and not _SPECIAL.fullmatch(stripped):
        raise ValueError(f"{stripped[:60]} is out of range for {name}")
    return number


def parse_decimal(text: str, precision: int, scale: int) -> decimal.Decimal:
    """Read a number and round it half up to `scale` digits."""
    name = f"DECIMAL({precision}, {scale})"
    stripped = text.strip()
    if not _NUMBER.fullmatch(stripped):
        raise unreadable(text, name)
    exact = decimal.Decimal(stripped)
    if exact and exact.adjusted() >= precision - scale:
        raise ValueError(f"{stripped[:60]} is out of range for {name}")
    context = decimal.Context(prec=100, rounding=decimal.ROUND_HALF_UP)
    rounded = exact.quantize(decimal.Decimal(1).scaleb(-scale), context=context)
    if rounded and rounded.adjusted() >= precision - scale:
        raise ValueError(f"{stripped[:60]} is out of range for {name}")
    return rounded


def parse_boolean(text: str) -> bool:
    """Read true, t, yes, y, on, 1 or their opposites, in any case."""
    try:
        return _TRUTH[text.strip().lower()]
    except KeyError:
        raise unreadable(text, "BOOLEAN") from None
