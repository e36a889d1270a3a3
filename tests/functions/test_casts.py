"""CAST, by example, and reading back what was shown."""

from __future__ import annotations

import datetime as dt
import decimal
import math
import random
from typing import Any

import pyarrow as pa
import pytest

from cep import types
from cep.runtime.functions.casts import cast, castable
from cep.runtime.rowerrors import attempt
from cep.types import (
    BIGINT,
    BOOLEAN,
    BYTES,
    DATE,
    DAY_INTERVAL,
    DOUBLE,
    INT,
    MONTH_INTERVAL,
    REAL,
    TINYINT,
    VARCHAR,
    DataType,
    Decimal,
    Time,
    Timestamp,
    TimestampLtz,
)
from tests.functions.columns import POOL, column
from tests.functions.evaluator import Typed, cast_value, session
from tests.functions.test_laws import show

D = decimal.Decimal
NOON = dt.datetime(2024, 2, 29, 12, 0, 0, 123456)

VALUES: list[tuple[Any, DataType, Any]] = [
    (1, BIGINT, 1),
    (1.9, INT, 1),
    (-1.9, INT, -1),
    (D("1.99"), INT, 1),
    (0.3, Decimal(3, 2), D("0.30")),
    (0.125, Decimal(3, 2), D("0.13")),
    (-2.5, Decimal(1, 0), D("-3")),
    (D("1.25"), Decimal(2, 1), D("1.3")),
    (D("0.3"), DOUBLE, 0.3),
    (True, INT, 1),
    (0, BOOLEAN, False),
    ("12", INT, 12),
    (" -12 ", INT, -12),
    ("+12", INT, 12),
    ("1.555", Decimal(5, 2), D("1.56")),
    ("1e3", Decimal(5, 1), D("1000.0")),
    ("1e3", DOUBLE, 1000.0),
    ("Infinity", DOUBLE, math.inf),
    ("Yes", BOOLEAN, True),
    ("2024-02-29", DATE, dt.date(2024, 2, 29)),
    ("12:00", Time(0), dt.time(12)),
    ("12:00:01.5", Time(3), dt.time(12, 0, 1, 500000)),
    ("2024-02-29T12:00:00.123456", Timestamp(6), NOON),
    ("2024-02-29 12:00:00.123456789", Timestamp(6), NOON),
    ("2024-02-29T12:00:00.123456Z", Timestamp(3), NOON.replace(microsecond=123000)),
    ("2024-02-29T14:00:00.123456+02:00", Timestamp(6), NOON),
    ("2024-02-29", Timestamp(0), dt.datetime(2024, 2, 29)),
    ("1 02:03:04.5", DAY_INTERVAL, dt.timedelta(1, 7384, 500000)),
    ("1-06", MONTH_INTERVAL, 18),
    (NOON, Timestamp(0), NOON.replace(microsecond=0)),
    (NOON, DATE, dt.date(2024, 2, 29)),
    (NOON, Time(0), dt.time(12)),
    (dt.date(2024, 2, 29), Timestamp(0), dt.datetime(2024, 2, 29)),
    (b"\xc3\xa9", VARCHAR, "é"),
    ("é", BYTES, b"\xc3\xa9"),
    (["1", None], types.Array(INT), [1, None]),
    (None, types.Array(INT), None),
    # shown
    (0.1, VARCHAR, "0.1"),
    (1.0, VARCHAR, "1"),
    (12345678901.5, VARCHAR, "12345678901.5"),
    (1e20, VARCHAR, "1e+20"),
    (math.nan, VARCHAR, "NaN"),
    (Typed(0.1, REAL), VARCHAR, "0.1"),
    (D("0.0000000100"), VARCHAR, "0.0000000100"),
    (True, VARCHAR, "true"),
    (Typed(NOON, Timestamp(3)), VARCHAR, "2024-02-29 12:00:00.123"),
    (Typed(NOON, Timestamp(0)), VARCHAR, "2024-02-29 12:00:00"),
    (Typed(dt.time(1, 2, 3), Time(1)), VARCHAR, "01:02:03.0"),
    (dt.timedelta(1, 7384, 500000), VARCHAR, "1 02:03:04.5"),
    (Typed(-18, MONTH_INTERVAL), VARCHAR, "-1-06"),
    ([1, None], VARCHAR, "[1, null]"),
    ({"a": D("1.5")}, VARCHAR, '{"a": 1.5}'),
    ((1, "x"), VARCHAR, '{"f0": 1, "f1": "x"}'),
]


@pytest.mark.parametrize(("value", "target", "expected"), VALUES, ids=str)
def test_value(value: Any, target: DataType, expected: Any) -> None:
    assert cast_value(value, target) == expected


@pytest.mark.parametrize(
    ("value", "target", "message"),
    [
        (300, TINYINT, "300 is out of range for TINYINT"),
        (math.nan, INT, "nan is out of range for INT"),
        (1e10, INT, "10000000000.0 is out of range for INT"),
        (D("99.95"), Decimal(3, 1), "99.95 is out of range for DECIMAL(3, 1)"),
        ("abc", INT, "cannot read 'abc' as INT"),
        ("0x1F", INT, "cannot read '0x1F' as INT"),
        ("1.5", INT, "cannot read '1.5' as INT"),
        ("300", TINYINT, "300 is out of range for TINYINT"),
        ("", DOUBLE, "cannot read '' as DOUBLE"),
        ("1_0", DOUBLE, "cannot read '1_0' as DOUBLE"),
        ("2023-02-29", DATE, "cannot read '2023-02-29' as DATE"),
        ("24:00", Time(0), "cannot read '24:00' as TIME"),
        ("maybe", BOOLEAN, "cannot read 'maybe' as BOOLEAN"),
        (b"\xff", VARCHAR, "X'FF' is not text in UTF-8"),
        (["1", "x"], types.Array(INT), "cannot read 'x' as INT"),
    ],
    ids=str,
)
def test_error(value: Any, target: DataType, message: str) -> None:
    with pytest.raises(ValueError) as error:  # noqa: PT011 - the message is compared below
        cast_value(value, target)
    assert str(error.value) == message


def test_instants_are_read_and_shown_by_the_clock_of_the_session() -> None:
    berlin = "Europe/Berlin"
    read = cast_value("2024-07-01 12:00", TimestampLtz(3), berlin)
    assert read == dt.datetime(2024, 7, 1, 10, tzinfo=dt.UTC)
    assert cast_value("2024-07-01T12:00Z", TimestampLtz(3), berlin).hour == 12
    shown = cast_value(Typed(read, TimestampLtz(0)), VARCHAR, berlin)
    assert shown == "2024-07-01 12:00:00"
    assert cast_value(read, DATE, berlin) == dt.date(2024, 7, 1)
    skipped = cast_value("2024-03-31 02:30", TimestampLtz(3), berlin)
    assert cast_value(Typed(skipped, TimestampLtz(0)), VARCHAR, berlin) == "2024-03-31 03:30:00"


@pytest.mark.parametrize("t", [t for t in POOL if castable(VARCHAR, t) and t != BYTES], ids=str)
def test_what_is_shown_can_be_read(t: DataType) -> None:
    within = session("America/St_Johns")
    values = column(t, 50, random.Random(str(t)))
    text = cast(values, t, VARCHAR, within)
    if isinstance(t, TimestampLtz):  # the hour that comes twice is shown the same way
        text = cast(cast(text, VARCHAR, t, within), t, VARCHAR, within)
        values = cast(text, VARCHAR, t, within)
    again = cast(text, VARCHAR, t, within)
    assert show(again, None, 50) == show(values, None, 50)


@pytest.mark.parametrize("source", POOL, ids=str)
@pytest.mark.parametrize("target", POOL, ids=str)
def test_batch_equals_rows_equals_constants(source: DataType, target: DataType) -> None:
    within = session("Europe/Berlin")
    values = column(source, 20, random.Random(f"{source} {target}"))
    if not castable(source, target):
        with pytest.raises(TypeError):
            cast(values, source, target, within)
        return

    def kernel(operand: pa.Array | pa.Scalar) -> pa.Array | pa.Scalar:
        return cast(operand, source, target, within)

    together, errors = attempt(kernel, [values], 20, target.arrow)
    assert together.type == target.arrow
    alone, constant = [], []
    for row in range(20):
        outcome, error = attempt(kernel, [values.slice(row, 1)], 1, target.arrow)
        alone += show(outcome, error, 1)
        outcome, error = attempt(kernel, [values[row]], 1, target.arrow)
        constant += show(outcome, error, 1)
    assert show(together, errors, 20) == alone == constant
