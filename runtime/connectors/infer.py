"""The narrowest SQL type that holds every text of a sample."""

from __future__ import annotations

import pyarrow as pa
import pyarrow.compute as pc

from cep import types as sql
from cep.runtime.connectors.convert import (
    DATE_TEXT,
    FLOAT_TEXT,
    TIMESTAMP_TEXT,
    ZONE_TEXT,
    from_text,
)

_INTEGER = r"^-?(0|[1-9]\d*)$"
"""A whole number; one with leading zeros is a code, not a number."""

_TIME = r"^\d\d:\d\d:\d\d(\.\d+)?$"
_LONG_FRACTION = r"\.\d{4,}"


def infer_text(texts: pa.Array) -> sql.DataType:
    """Return the type of a column of texts; VARCHAR where no other holds them all.

    It is VARCHAR too where all are NULL. An instant whose text ends in `Z` or an offset is
    TIMESTAMP_LTZ. Instants have three digits after the second, or six if more are written.
    """
    texts = pc.ascii_trim(texts, " \t").drop_null()
    texts = texts.filter(pc.not_equal(texts, ""))
    if not len(texts):
        return sql.VARCHAR
    if _all(texts, r"^([tT]rue|TRUE|[fF]alse|FALSE)$"):
        return sql.BOOLEAN
    for t, pattern in ((sql.BIGINT, _INTEGER), (sql.DOUBLE, FLOAT_TEXT), (sql.DATE, DATE_TEXT)):
        if _all(texts, pattern) and not (t == sql.DOUBLE and _codes(texts)) and _holds(texts, t):
            return t
    precision = 6 if pc.any(pc.match_substring_regex(texts, _LONG_FRACTION)).as_py() else 3
    if _all(texts, _TIME) and _holds(texts, sql.Time(precision)):
        return sql.Time(precision)
    if _all(texts, TIMESTAMP_TEXT):
        zoned = pc.match_substring_regex(pc.utf8_slice_codeunits(texts, 10), ZONE_TEXT)
        if not pc.any(zoned).as_py() and _holds(texts, sql.Timestamp(precision)):
            return sql.Timestamp(precision)
        if pc.all(zoned).as_py() and _holds(texts, sql.TimestampLtz(precision)):
            return sql.TimestampLtz(precision)
    return sql.VARCHAR


def _all(texts: pa.Array, pattern: str) -> bool:
    return bool(pc.all(pc.match_substring_regex(texts, pattern)).as_py())


def _codes(texts: pa.Array) -> bool:
    return bool(pc.any(pc.match_substring_regex(texts, r"^-?0\d")).as_py())


def _holds(texts: pa.Array, t: sql.DataType) -> bool:
    return from_text(texts, t)[1] is None
