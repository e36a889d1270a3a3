"""Interval and timestamp literals as they are written."""

from __future__ import annotations

import random

import pytest

from cep.runtime.functions.intervals import (
    parse_interval,
    show_day_interval,
    show_month_interval,
)
from cep.runtime.functions.readtext import (
    DAY,
    HOUR,
    MINUTE,
    parse_date,
    parse_time,
    parse_timestamp,
)
from cep.runtime.time import SECOND


@pytest.mark.parametrize(
    ("text", "unit", "to", "expected"),
    [
        ("5", "SECOND", None, 5 * SECOND),
        ("1.5", "SECOND", None, 1_500_000),
        ("-5", "MINUTE", None, -5 * MINUTE),
        ("0.5", "HOUR", None, 30 * MINUTE),
        ("2", "WEEK", None, 14 * DAY),
        ("10", "MILLISECOND", None, 10_000),
        ("1:30", "HOUR", "MINUTE", 90 * MINUTE),
        ("1:30:05.25", "HOUR", "SECOND", 90 * MINUTE + 5_250_000),
        ("2:05", "MINUTE", "SECOND", 125 * SECOND),
        ("1 2", "DAY", "HOUR", DAY + 2 * HOUR),
        ("-1 02:03:04.5", "DAY", "SECOND", -(DAY + 2 * HOUR + 3 * MINUTE + 4_500_000)),
        ("1", "YEAR", None, 12),
        ("1", "QUARTER", None, 3),
        ("2-6", "YEAR", "MONTH", 30),
        ("-2-6", "YEAR", "MONTH", -30),
    ],
)
def test_interval(text: str, unit: str, to: str | None, expected: int) -> None:
    assert parse_interval(text, unit, to) == expected


@pytest.mark.parametrize(
    ("text", "unit", "to", "message"),
    [
        ("x", "DAY", None, "cannot read 'x' as INTERVAL DAY"),
        ("1:75", "HOUR", "MINUTE", "cannot read '1:75' as INTERVAL HOUR TO MINUTE"),
        ("1-12", "YEAR", "MONTH", "cannot read '1-12' as INTERVAL YEAR TO MONTH"),
        ("1", "MINUTE", "HOUR", "there is no INTERVAL MINUTE TO HOUR"),
        ("1", "FORTNIGHT", None, "FORTNIGHT is not a unit of an interval"),
        ("0.3", "YEAR", None, "cannot read '0.3' as INTERVAL YEAR: a month is the smallest part"),
        ("9" * 20, "DAY", None, "the INTERVAL DAY is too long"),
    ],
)
def test_interval_error(text: str, unit: str, to: str | None, message: str) -> None:
    with pytest.raises(ValueError) as error:  # noqa: PT011 - the message is compared below
        parse_interval(text, unit, to)
    assert str(error.value) == message


def test_intervals_are_shown_as_they_are_read() -> None:
    chance = random.Random(1)
    for _ in range(200):
        amount = chance.randrange(-(10**15), 10**15)
        assert parse_interval(show_day_interval(amount), "DAY", "SECOND") == amount
        count = chance.randrange(-(10**6), 10**6)
        assert parse_interval(show_month_interval(count), "YEAR", "MONTH") == count


def test_points_in_time() -> None:
    assert parse_date("1970-01-02") == 1
    assert parse_date("0000-03-01") - parse_date("0000-02-28") == 2
    assert parse_time("12:30") == 12 * HOUR + 30 * MINUTE
    assert parse_timestamp("1970-01-01 00:00:01.5") == 1_500_000
    assert parse_timestamp("1970-01-01T01:00:00+01:00") == 0
