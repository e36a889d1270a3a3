"""Intervals as text. Day-time intervals are microseconds, year-month intervals are months."""

from __future__ import annotations

import decimal
import re

from cep.runtime.functions.readtext import DAY, HOUR, MINUTE, unreadable
from cep.runtime.time import SECOND
from cep.types import DAY_INTERVAL, MONTH_INTERVAL, DataType

_MONTHS = {"YEAR": 12, "QUARTER": 3, "MONTH": 1}
_MICROSECONDS = {
    "WEEK": 7 * DAY,
    "DAY": DAY,
    "HOUR": HOUR,
    "MINUTE": MINUTE,
    "SECOND": SECOND,
    "MILLISECOND": 1000,
    "MICROSECOND": 1,
}
_FIELDS = ("DAY", "HOUR", "MINUTE", "SECOND")
_LIMITS = {"HOUR": 23, "MINUTE": 59, "SECOND": 59}
_SINGLE = re.compile(r"([+-]?)\s*(\d+(?:\.\d*)?|\.\d+)", re.ASCII)
_YEAR_MONTH = re.compile(r"([+-]?)(\d+)-(\d+)", re.ASCII)


def interval_type(unit: str) -> DataType:
    """Return the type of an interval whose first (or only) unit is this one."""
    return MONTH_INTERVAL if unit.upper() in _MONTHS else DAY_INTERVAL


def parse_interval(text: str, unit: str, to: str | None = None) -> int:
    """Read the text of an interval literal, as `'1 02:03:04.5' DAY TO SECOND`.

    Returns months for YEAR, QUARTER and MONTH, and microseconds for the other units. Raises
    ValueError with a message for the user.
    """
    unit, last = unit.upper(), (to or unit).upper()
    what = f"INTERVAL {unit}" + (f" TO {last}" if to else "")
    if unit not in _MONTHS and unit not in _MICROSECONDS:
        raise ValueError(f"{unit} is not a unit of an interval")
    if last == unit:
        return _single(text, unit, what)
    if (unit, last) == ("YEAR", "MONTH"):
        return _year_to_month(text, what)
    if unit not in _FIELDS or last not in _FIELDS or _FIELDS.index(last) < _FIELDS.index(unit):
        raise ValueError(f"there is no {what}")
    return _fields(text, _FIELDS[_FIELDS.index(unit) : _FIELDS.index(last) + 1], what)


def _single(text: str, unit: str, what: str) -> int:
    found = _SINGLE.fullmatch(text.strip())
    if not found:
        raise unreadable(text, what)
    size = _MONTHS.get(unit) or _MICROSECONDS[unit]
    amount = decimal.Decimal(found[2]) * size
    if amount != int(amount):
        smallest = "a month" if unit in _MONTHS else "a microsecond"
        raise ValueError(f"cannot read '{text}' as {what}: {smallest} is the smallest part")
    return _bounded(-int(amount) if found[1] == "-" else int(amount), unit in _MONTHS, what)


def _year_to_month(text: str, what: str) -> int:
    found = _YEAR_MONTH.fullmatch(text.strip())
    if not found or int(found[3]) > 11:
        raise unreadable(text, what)
    months = int(found[2]) * 12 + int(found[3])
    return _bounded(-months if found[1] == "-" else months, True, what)


def _fields(text: str, names: tuple[str, ...], what: str) -> int:
    pattern = r"([+-]?)(\d+)"
    for name in names[1:]:
        pattern += r"\s+(\d+)" if name == "HOUR" and names[0] == "DAY" else r":(\d+)"
    if names[-1] == "SECOND":
        pattern += r"(\.\d*)?"
    found = re.fullmatch(pattern, text.strip(), re.ASCII)
    if not found:
        raise unreadable(text, what)
    total = 0
    for position, name in enumerate(names):
        count = int(found[position + 2])
        if position and count > _LIMITS[name]:
            raise unreadable(text, what)
        total += count * _MICROSECONDS[name]
    if names[-1] == "SECOND":
        total += int((found[len(names) + 2] or ".")[1:7].ljust(6, "0"))
    return _bounded(-total if found[1] == "-" else total, False, what)


def _bounded(amount: int, months: bool, what: str) -> int:
    if abs(amount) >= 1 << (31 if months else 63):
        raise ValueError(f"the {what} is too long")
    return amount


def show_day_interval(microseconds: int) -> str:
    """Write a day-time interval as `1 02:03:04.5`."""
    rest = abs(microseconds)
    days, rest = divmod(rest, DAY)
    hours, rest = divmod(rest, HOUR)
    minutes, rest = divmod(rest, MINUTE)
    seconds, fraction = divmod(rest, SECOND)
    shown = f"{days} {hours:02}:{minutes:02}:{seconds:02}"
    if fraction:
        shown += f".{fraction:06}".rstrip("0")
    return f"-{shown}" if microseconds < 0 else shown


def show_month_interval(months: int) -> str:
    """Write a year-month interval as `1-06`."""
    years, rest = divmod(abs(months), 12)
    return f"{'-' if months < 0 else ''}{years}-{rest:02}"
