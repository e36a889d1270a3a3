"""Columns as they are found become columns of the declared types; values that cannot are named.

The functions work on whole columns. A value that has no place in the declared type yields NULL and
a message in an array as long as the column (`cep.runtime.rowerrors`); the row is broken then.
"""

from __future__ import annotations

import base64
import re
from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal as Number

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from cep.errors import ConnectorError
from cep.runtime.functions.years import within_years
from cep.runtime.rowerrors import Messages, Operand, RowFailure, attempt, failed, merge
from cep.types import (
    Boolean,
    Bytes,
    DataType,
    Date,
    DayInterval,
    Decimal,
    Float,
    Integer,
    MonthInterval,
    Time,
    Timestamp,
    TimestampLtz,
    Varchar,
)

_SHOWN = 60
"""How much of a value a message shows."""

_INTEGER = r"^-?(\d+|0[xX][0-9a-fA-F]+)$"
FLOAT_TEXT = (
    r"^[-+]?((\d+\.?\d*|\.\d+)([eE][-+]?\d+)?|[iI][nN][fF]([iI][nN][iI][tT][yY])?|[nN][aA][nN])$"
)
_DECIMAL = r"^[-+]?(\d+\.?\d*|\.\d+)([eE][-+]?\d+)?$"
DATE_TEXT = r"^\d{4}-\d\d-\d\d$"
_INFINITE = r"^[-+]?[iI][nN][fF]"
_TIME = r"^\d\d:\d\d(:\d\d(\.\d+)?)?$"
ZONE_TEXT = r"(Z|[-+]\d\d(:?\d\d)?)$"
TIMESTAMP_TEXT = r"^\d{4}-\d\d-\d\d([T ]\d\d(:\d\d(:\d\d(\.\d+)?)?)?(Z|[-+]\d\d(:?\d\d)?)?)?$"
_DAYS = r"^(?P<sign>-?)(?P<d>\d+) (?P<h>\d+):(?P<m>\d\d):(?P<s>\d\d)(?:\.(?P<f>\d{1,6}))?$"
_MONTHS = r"^(?P<sign>-?)(?P<y>\d+)-(?P<m>\d+)$"

_PATTERNS: Mapping[type[DataType], str] = {
    Integer: _INTEGER,
    Float: FLOAT_TEXT,
    Decimal: _DECIMAL,
    Date: DATE_TEXT,
    Time: _TIME,
    Timestamp: TIMESTAMP_TEXT,
    TimestampLtz: TIMESTAMP_TEXT,
    DayInterval: _DAYS,
    MonthInterval: _MONTHS,
}

_EPOCHS = {"epoch_s": 1_000_000, "epoch_ms": 1_000, "epoch_us": 1}

_JAVA = {
    "yyyy": "%Y",
    "uuuu": "%Y",
    "yy": "%y",
    "MM": "%m",
    "M": "%m",
    "MMM": "%b",
    "MMMM": "%B",
    "dd": "%d",
    "d": "%d",
    "DDD": "%j",
    "HH": "%H",
    "H": "%H",
    "hh": "%I",
    "h": "%I",
    "a": "%p",
    "mm": "%M",
    "ss": "%S",
    "EEE": "%a",
    "EEEE": "%A",
    "XXX": "%z",
    "XX": "%z",
    "X": "%z",
    "Z": "%z",
}


@dataclass(frozen=True, slots=True)
class TimeFormat:
    """How timestamps are written: a strptime pattern, with a fraction after it, or since 1970.

    `epoch` is how many microseconds a unit of the number has; 0 where they are not numbers.
    """

    pattern: str = ""
    fraction: bool = False
    epoch: int = 0

    @property
    def iso(self) -> bool:
        """Whether timestamps are ISO 8601, the default."""
        return not self.pattern and not self.epoch


ISO = TimeFormat()


def time_format(text: str | None) -> TimeFormat:
    """Read the option `timestamp_format`: strptime's or Java's letters, 'ISO-8601' or an epoch."""
    if text is None or text.upper() in {"ISO-8601", "ISO", "SQL"}:
        return ISO
    if text.lower() in _EPOCHS:
        return TimeFormat(epoch=_EPOCHS[text.lower()])
    pattern, fraction = (text, False) if "%" in text else _from_java(text)
    if pattern.endswith((".%f", ",%f")):
        pattern, fraction = pattern[:-3], True
    if "%f" in pattern:
        raise ConnectorError(
            f"timestamp_format '{text}' has its fraction of a second amid the rest",
            hint="the fraction can only stand at the end, behind a point",
        )
    return TimeFormat(pattern, fraction)


def _from_java(text: str) -> tuple[str, bool]:
    out: list[str] = []
    fraction = False
    i = 0
    while i < len(text):
        c = text[i]
        if c == "'":
            end = text.find("'", i + 1)
            end = len(text) if end < 0 else end
            out.append(text[i + 1 : end] or "'")
            i = end + 1
        elif c.isalpha():
            j = i
            while j < len(text) and text[j] == c:
                j += 1
            run = text[i:j]
            if c == "S" and j == len(text) and out and out[-1] in ".,":
                out.pop()
                fraction = True
            elif run in _JAVA:
                out.append(_JAVA[run])
            else:
                raise ConnectorError(
                    f"timestamp_format '{text}' has the unknown part '{run}'",
                    hint="write it as in Java, like 'yyyy-MM-dd HH:mm:ss.SSS', or with % as in "
                    "strptime; 'epoch_ms' reads numbers since 1970",
                )
            i = j
        else:
            out.append("%%" if c == "%" else c)
            i += 1
    return "".join(out), fraction


def truncate(column: pa.Array, t: DataType) -> pa.Array:
    """Cut times to the digits their type has."""
    if not isinstance(t, Time | Timestamp | TimestampLtz) or t.precision >= 6:
        return column
    step = 10 ** (6 - t.precision)
    values = column.view(pa.int64())
    numbers = np.asarray(values.fill_null(0) if values.null_count else values)
    rest = numbers % step
    if not rest.any():
        return column
    mask = np.asarray(column.is_null()) if column.null_count else None
    return pa.array(numbers - rest, mask=mask).view(column.type)


def check_digits(column: pa.Array, t: DataType, texts: pa.Array | None = None) -> None:
    """Raise RowFailure for numbers that are too large for their type, which pyarrow lets pass.

    Without the `texts` a DOUBLE that is infinite is refused, since it may have become so.
    """
    if isinstance(t, Float) and len(column):
        bad = np.asarray(pc.is_inf(column).fill_null(False))
        if bad.any() and texts is not None:
            bad &= ~np.asarray(pc.match_substring_regex(texts, _INFINITE).fill_null(True))
        if bad.any():
            raise RowFailure(bad, str(t))
    if isinstance(t, Decimal) and len(column):
        whole = t.precision - t.scale
        most = pa.scalar(Number(f"0{'9' * whole}.{'9' * t.scale}"), t.arrow)
        bad = np.asarray(pc.greater(pc.abs(column), most).fill_null(False))
        if bad.any():
            raise RowFailure(bad, str(t))


def describe(value: object, t: DataType) -> str:
    """Say that a value is none of the type."""
    shown = str(value)
    if len(shown) > _SHOWN:
        shown = shown[:_SHOWN] + "..."
    return f"'{shown}' is not {a(t)}"


def a(t: DataType) -> str:
    """Write a type with its article."""
    return f"{'an' if str(t)[0] in 'AEIOU' else 'a'} {t}"


def from_text(
    column: pa.Array, t: DataType, form: TimeFormat = ISO
) -> tuple[pa.Array, Messages | None]:
    """Read values of a type from their text; `column` is a string or binary array."""
    rows = len(column)
    utf8: Messages | None = None
    if pa.types.is_binary(column.type):
        texts, utf8 = attempt(_decode, [column], rows, pa.string())
        if utf8 is not None:
            utf8[failed(utf8)] = "bytes that are not UTF-8"
        column = _array(texts, rows)
    if isinstance(t, Varchar):
        return column, utf8
    if not isinstance(t, Bytes):
        column = pc.ascii_trim(column, " \t")
        column = pc.if_else(pc.equal(column, ""), None, column)

    def kernel(texts: Operand) -> Operand:
        return _parse(texts, t, form)

    values, messages = attempt(kernel, [column], rows, t.arrow)
    if messages is not None:
        bad = np.flatnonzero(failed(messages))
        messages[bad] = [describe(column[i].as_py(), t) + _why(column[i].as_py(), t) for i in bad]
    return truncate(_array(values, rows), t), merge(utf8, messages)


def _array(values: Operand, rows: int) -> pa.Array:
    return values if isinstance(values, pa.Array) else pa.repeat(values, rows)


def _decode(column: Operand) -> Operand:
    return column.cast(pa.string())


def _why(text: str, t: DataType) -> str:
    """Add the reason where it is not plain to see."""
    if isinstance(t, Decimal):
        whole, _, digits = text.lstrip("+-").partition(".")
        if digits.isdigit() and len(digits) > t.scale:
            return f": it has more than {t.scale} digits after the point"
        if (whole + digits).isdigit():
            return ": it is too large"
    if isinstance(t, Float) and re.match(_DECIMAL, text):
        return ": it is out of range"
    if isinstance(t, Integer) and text.lstrip("-").isdigit():
        return ": it is out of range"
    return ""


def _parse(texts: Operand, t: DataType, form: TimeFormat) -> Operand:
    """Read one column of texts; raises RowFailure or ArrowInvalid where some cannot be read."""
    instant = isinstance(t, Timestamp | TimestampLtz)
    pattern = _PATTERNS.get(type(t))
    if pattern is not None and not (instant and not form.iso):
        _demand(pc.match_substring_regex(texts, pattern), t)
    if isinstance(t, Timestamp | TimestampLtz):
        return _instants(texts, t, form)
    if isinstance(t, Time):
        return _times(texts)
    if isinstance(t, DayInterval):
        return _day_intervals(texts)
    if isinstance(t, MonthInterval):
        return _month_intervals(texts)
    if isinstance(t, Bytes):
        return _from_base64(texts)
    if isinstance(t, Boolean | Integer | Float | Decimal | Date):
        values = texts.cast(t.arrow)
        check_digits(values, t, texts)
        return values
    raise ConnectorError(f"a {t} cannot be read from text", hint="declare it VARCHAR")


def _demand(good: Operand, t: DataType) -> None:
    """Raise RowFailure for the rows where `good` is false (where it is NULL the value is NULL)."""
    mask = np.asarray(pc.invert(good).fill_null(False))
    if mask.any():
        raise RowFailure(mask, str(t))


def _instants(texts: Operand, t: DataType, form: TimeFormat) -> Operand:
    if form.epoch:
        _demand(pc.match_substring_regex(texts, r"^-?\d+$"), t)
        return from_epoch(texts.cast(pa.int64()), t, form)
    if form.iso:
        return _iso_instants(texts).view(t.arrow)
    fraction = None
    if form.fraction:
        parts = pc.extract_regex(texts, r"^(?P<head>.*?)(?:[.,](?P<f>\d{1,9}))?$")
        texts = pc.struct_field(parts, "head")
        digits = pc.utf8_slice_codeunits(pc.utf8_rpad(pc.struct_field(parts, "f"), 6, "0"), 0, 6)
        fraction = np.asarray(digits.cast(pa.int64()).fill_null(0))
    instants = pc.strptime(texts, form.pattern, "us", error_is_null=True)
    _demand(pc.or_(instants.is_valid(), texts.is_null()), t)
    instants = instants.cast(pa.timestamp("us"))
    if fraction is not None:
        instants = _add(instants, fraction)
    return instants.view(t.arrow)


def _add(instants: pa.Array, more: npt.NDArray[np.int64]) -> pa.Array:
    numbers = instants.view(pa.int64())
    mask = np.asarray(numbers.is_null()) if numbers.null_count else None
    return pa.array(np.asarray(numbers.fill_null(0)) + more, mask=mask).view(instants.type)


def _iso_instants(texts: pa.Array) -> pa.Array:
    """Read ISO 8601 with any mixture of zones; those without one are taken as UTC."""
    texts = pc.replace_substring_regex(texts, r"(\.\d{6})\d+", r"\1")
    zoned = pc.and_(
        pc.match_substring_regex(texts, ZONE_TEXT), pc.greater(pc.binary_length(texts), 10)
    )
    if not pc.any(zoned).as_py():
        return texts.cast(pa.timestamp("us"))
    local = pc.if_else(zoned, None, texts).cast(pa.timestamp("us"))
    instants = pc.if_else(zoned, texts, None).cast(pa.timestamp("us", "UTC"))
    return pc.coalesce(instants.view(pa.timestamp("us")), local)


def from_epoch(numbers: pa.Array, t: DataType, form: TimeFormat) -> pa.Array:
    """Make instants of whole numbers since 1970.

    Raises ArrowInvalid where one overflows, RowFailure where one is outside the calendar.
    """
    micros = pc.multiply_checked(numbers, pa.scalar(form.epoch, pa.int64()))
    return within_years(micros.cast(pa.int64()).view(t.arrow))


def _from_base64(texts: pa.Array) -> pa.Array:
    """Read BYTES as Flink's text formats write them; Arrow has no function for it."""
    values: list[bytes | None] = []
    bad = np.zeros(len(texts), dtype=bool)
    for i, text in enumerate(texts.to_pylist()):
        try:
            values.append(None if text is None else base64.b64decode(text, validate=True))
        except ValueError:
            bad[i] = True
            values.append(None)
    if bad.any():
        raise RowFailure(bad, "BYTES")
    return pa.array(values, pa.binary())


def _group(parts: pa.Array, name: str) -> npt.NDArray[np.int64]:
    texts = pc.struct_field(parts, name)
    texts = pc.if_else(pc.equal(texts, ""), "0", texts)
    return np.asarray(texts.cast(pa.int64()).fill_null(0))


def _masked(numbers: npt.NDArray[np.int64], texts: pa.Array, t: pa.DataType) -> pa.Array:
    mask = np.asarray(texts.is_null()) if texts.null_count else None
    return pa.array(numbers, mask=mask).cast(t)


def _fraction(parts: pa.Array) -> npt.NDArray[np.int64]:
    digits = pc.utf8_slice_codeunits(pc.utf8_rpad(pc.struct_field(parts, "f"), 6, "0"), 0, 6)
    return np.asarray(digits.cast(pa.int64()).fill_null(0))


def _times(texts: pa.Array) -> pa.Array:
    parts = pc.extract_regex(texts, r"^(?P<h>\d\d):(?P<m>\d\d)(?::(?P<s>\d\d))?(?:\.(?P<f>\d+))?$")
    h, m, s = (_group(parts, g) for g in "hms")
    bad = (h > 23) | (m > 59) | (s > 59)
    if bad.any():
        raise RowFailure(bad, "TIME")
    micros = ((h * 60 + m) * 60 + s) * 1_000_000 + _fraction(parts)
    return _masked(micros, texts, pa.int64()).view(pa.time64("us"))


def _day_intervals(texts: pa.Array) -> pa.Array:
    parts = pc.extract_regex(texts, _DAYS)
    d, h, m, s = (_group(parts, g) for g in "dhms")
    micros = (((d * 24 + h) * 60 + m) * 60 + s) * 1_000_000 + _fraction(parts)
    sign = np.asarray(pc.equal(pc.struct_field(parts, "sign"), "-").fill_null(False))
    return _masked(np.where(sign, -micros, micros), texts, pa.int64()).view(pa.duration("us"))


def _month_intervals(texts: pa.Array) -> pa.Array:
    parts = pc.extract_regex(texts, _MONTHS)
    months = _group(parts, "y") * 12 + _group(parts, "m")
    sign = np.asarray(pc.equal(pc.struct_field(parts, "sign"), "-").fill_null(False))
    return _masked(np.where(sign, -months, months), texts, pa.int32())
