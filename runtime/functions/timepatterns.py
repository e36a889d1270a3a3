"""Patterns such as `yyyy-MM-dd HH:mm:ss`, in the letters of Java's DateTimeFormatter.

Shown and read: y M d D H h m s S a E Q (also MMM, MMMM, EEE, EEEE for names in English); read only:
X and Z for an offset. Text stands in 'quotes'; what is no letter stands for itself.
"""

from __future__ import annotations

import functools
import re
from collections.abc import Callable
from typing import NamedTuple

import pyarrow as pa
import pyarrow.compute as pc

from cep.runtime.functions.arrow import Numbers, build, call, numbers, valid
from cep.runtime.functions.calendarparts import DAY_NAMES, MONTH_NAMES, named
from cep.runtime.functions.readtext import DAY, HOUR, MINUTE, days_from_civil, unreadable
from cep.runtime.rowerrors import Operand
from cep.runtime.time import SECOND

_TOKEN = re.compile(r"'((?:[^']|'')*)'|([A-Za-z])\2*|(.)", re.DOTALL)
_SHORT_DAYS = tuple(d[:3] for d in DAY_NAMES)
_SHORT_MONTHS = tuple(m[:3] for m in MONTH_NAMES)


class Token(NamedTuple):
    """A letter with the number of times it is repeated, or (with no letter) literal text."""

    letter: str
    width: int
    text: str


@functools.lru_cache(maxsize=256)
def tokens(pattern: str) -> tuple[Token, ...]:
    """Split a pattern; raise ValueError for a letter that means nothing here."""
    found: list[Token] = []
    for m in _TOKEN.finditer(pattern):
        if m[1] is not None:
            found.append(Token("", 0, m[1].replace("''", "'") or "'"))
        elif m[3] is not None:
            found.append(Token("", 0, m[3]))
        elif m[2] in "yuMdDHhmsSaEQXZ":
            found.append(Token("y" if m[2] == "u" else m[2], len(m[0]), m[0]))
        else:
            raise ValueError(f"the letter {m[2]} in the pattern '{pattern}' has no meaning")
    return tuple(found)


# ---------------------------------------------------------------- showing


def _clock(compute: Callable[[Numbers], Numbers]) -> Callable[[Operand], Operand]:
    return lambda wall: build(compute(numbers(wall)), valid(wall), pa.int64(), [wall])


_NUMBERS: dict[str, Callable[[Operand], Operand]] = {
    "y": lambda wall: call("year", wall),
    "M": lambda wall: call("month", wall),
    "d": lambda wall: call("day", wall),
    "D": lambda wall: call("day_of_year", wall),
    "Q": lambda wall: call("quarter", wall),
    "H": _clock(lambda t: t % DAY // HOUR),
    "h": _clock(lambda t: (t % DAY // HOUR + 11) % 12 + 1),
    "m": _clock(lambda t: t % HOUR // MINUTE),
    "s": _clock(lambda t: t % MINUTE // SECOND),
}


def show(wall: Operand, pattern: str) -> Operand:
    """Return TIMESTAMPs as text in a pattern."""
    pieces = [_shown(wall, token) for token in tokens(pattern)]
    # NULL comes through even where the pattern is literal text only.
    whole = call("if_else", call("is_valid", wall), pa.scalar(""), pa.scalar(None, pa.string()))
    return call("binary_join_element_wise", whole, *pieces, pa.scalar(""))


def _shown(wall: Operand, token: Token) -> Operand:
    letter, width, text = token
    if not letter:
        return pa.scalar(text)
    if letter == "M" and width >= 3:
        return named(call("month", wall), _SHORT_MONTHS if width == 3 else MONTH_NAMES)
    if letter == "E":
        day = pc.day_of_week(wall, count_from_zero=False)
        return named(day, _SHORT_DAYS if width <= 3 else DAY_NAMES)
    if letter == "a":
        half = _clock(lambda t: t % DAY // (12 * HOUR) + 1)(wall)
        return named(half, ("AM", "PM"))
    if letter == "S":
        micros = _clock(lambda t: t % SECOND)(wall)
        return pc.utf8_slice_codeunits(pc.utf8_rpad(_padded(micros, 6), width, "0"), 0, width)
    if letter in "XZ":
        raise ValueError(f"the letter {letter} can only be read: there is no offset to show")
    number = _NUMBERS[letter](wall)
    if letter == "y" and width == 2:
        number = build(numbers(number) % 100, valid(wall), pa.int64(), [wall])
    return _padded(number, width)


def _padded(number: Operand, width: int) -> Operand:
    return pc.utf8_lpad(number.cast(pa.string()), width, "0")


# ---------------------------------------------------------------- reading

_PARTS = {
    "D": r"\d{1,3}",
    "a": "[AaPp][Mm]",
    "X": r"Z|[+-]\d\d(?::?\d\d)?",
    "Z": r"[+-]\d{4}|[+-]\d\d:\d\d|Z",
    "E": "[A-Za-z]+",
}


def _part(token: Token) -> tuple[str, str]:
    """Return the name of what a token reads, and the regular expression that does."""
    letter, width, _ = token
    if letter == "M" and width >= 3:
        return "MMM", "[A-Za-z]+"
    if letter == "y":
        return ("yy", r"\d{2}") if width == 2 else ("y", r"\d{4}")
    if letter == "S":
        return "S", rf"\d{{1,{width}}}"
    return letter, _PARTS.get(letter) or (r"\d\d?" if width == 1 else rf"\d{{1,{width}}}")


@functools.lru_cache(maxsize=256)
def _expression(pattern: str) -> tuple[re.Pattern[str], tuple[str, ...]]:
    """Return the regular expression that reads a pattern, and the letter of each of its groups."""
    expression, letters = "", []
    for token in tokens(pattern):
        if not token.letter:
            expression += re.escape(token.text)
            continue
        letter, part = _part(token)
        expression += f"({part})"
        letters.append(letter)
    return re.compile(expression, re.ASCII), tuple(letters)


def read(text: str, pattern: str, what: str) -> int:
    """Return the microseconds since 1970 that a text in a pattern means; what it lacks is least."""
    expression, letters = _expression(pattern)
    found = expression.fullmatch(text.strip())
    if not found:
        raise ValueError(f"{unreadable(text, what)}: it is not written as '{pattern}'")
    parts = dict(zip(letters, found.groups(), strict=True))
    try:
        return _microseconds(parts)
    except (ValueError, KeyError):
        raise unreadable(text, what) from None


def _microseconds(parts: dict[str, str]) -> int:
    year = 2000 + int(parts["yy"]) if "yy" in parts else int(parts.get("y", "1970"))
    if "D" in parts:
        days = days_from_civil(year, 1, 1) + int(parts["D"]) - 1
        if not days_from_civil(year, 1, 1) <= days < days_from_civil(year + 1, 1, 1):
            raise ValueError
    else:
        month = int(parts.get("M", "1"))
        if "MMM" in parts:
            known = [m.lower() for m in _SHORT_MONTHS + MONTH_NAMES]
            month = known.index(parts["MMM"].lower()) % 12 + 1
        days = days_from_civil(year, month, int(parts.get("d", "1")))
    hour = int(parts.get("H", "0"))
    if "h" in parts:
        hour = int(parts["h"]) % 12 + (12 if parts.get("a", "am").lower() == "pm" else 0)
    minute, second = int(parts.get("m", "0")), int(parts.get("s", "0"))
    if hour > 23 or minute > 59 or second > 59:
        raise ValueError
    micros = int(parts.get("S", "0")[:6].ljust(6, "0"))
    wall = days * DAY + hour * HOUR + minute * MINUTE + second * SECOND + micros
    offset = parts.get("X", parts.get("Z", "Z"))
    if offset != "Z":
        digits = offset[1:].replace(":", "").ljust(4, "0")
        shift = int(digits[:2]) * HOUR + int(digits[2:]) * MINUTE
        wall += -shift if offset[0] == "+" else shift
    return wall
