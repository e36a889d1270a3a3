"""The kinds of types that functions take as they are."""

from __future__ import annotations

from cep.runtime.functions.registry import Family
from cep.types import (
    DATE,
    DOUBLE,
    NULL,
    TIME,
    TIMESTAMP,
    TINYINT,
    Array,
    Boolean,
    Bytes,
    DataType,
    Date,
    DayInterval,
    Decimal,
    Float,
    Integer,
    Map,
    MonthInterval,
    Row,
    Time,
    Timestamp,
    TimestampLtz,
    Varchar,
    is_exact,
    is_instant,
    is_numeric,
)

Flat = (
    Boolean | Varchar | Bytes | Date | Time | Timestamp | TimestampLtz | DayInterval | MonthInterval
)
"""What is ordered and is not a number."""


def is_integer(t: DataType) -> bool:
    """Say whether the type is TINYINT, SMALLINT, INT or BIGINT."""
    return isinstance(t, Integer)


def is_flat(t: DataType) -> bool:
    """Say whether the type has an order and is not a number."""
    return isinstance(t, Flat)


def is_nested(t: DataType) -> bool:
    """Say whether the type is ARRAY, MAP or ROW."""
    return isinstance(t, Array | Map | Row)


ANY = Family("any", lambda _: True, NULL)
# A NULL among numbers takes the smallest type, so that it does not widen the result.
INTEGER = Family("integer", is_integer, TINYINT)
EXACT = Family("exact number", is_exact, TINYINT)
FLOAT = Family("float", lambda t: isinstance(t, Float), DOUBLE)
DECIMAL = Family("DECIMAL", lambda t: isinstance(t, Decimal), Decimal(38, 0))
NUMBER = Family("number", is_numeric, DOUBLE)
INSTANT = Family("timestamp", is_instant, TIMESTAMP)
WALL = Family("TIMESTAMP", lambda t: isinstance(t, Timestamp), TIMESTAMP)
LTZ = Family("TIMESTAMP_LTZ", lambda t: isinstance(t, TimestampLtz), TimestampLtz())
DAYTIME = Family("TIME", lambda t: isinstance(t, Time), TIME)
DAY = Family("date or TIMESTAMP", lambda t: isinstance(t, Date | Timestamp), DATE)
CALENDAR = Family(
    "date or timestamp", lambda t: isinstance(t, Date | Timestamp | TimestampLtz), TIMESTAMP
)
COLLECTION = Family("array or map", lambda t: isinstance(t, Array | Map), Array(NULL))
NESTED = Family("array, map or row", is_nested, Array(NULL))
