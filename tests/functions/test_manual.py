"""What each function means, by example: a call and its value, or its error."""

from __future__ import annotations

import datetime as dt
import decimal
import math
from typing import Any

import pyarrow as pa
import pytest

from cep import types
from cep.runtime.functions.comparison import in_set
from tests.functions.evaluator import Typed, call, months, result_type

DAY = dt.timedelta(days=1)
HOUR = dt.timedelta(hours=1)


def date(text: str) -> dt.date:
    return dt.date.fromisoformat(text)


def ts(text: str) -> dt.datetime:
    return dt.datetime.fromisoformat(text)


def utc(text: str) -> dt.datetime:
    return dt.datetime.fromisoformat(text).replace(tzinfo=dt.UTC)


def tiny(value: int | None) -> Typed:
    return Typed(value, types.TINYINT)


D = decimal.Decimal
NAN, INF = math.nan, math.inf

ARITHMETIC: list[tuple[Any, ...]] = [
    ("+", 1, 2, 3),
    ("+", 2**40, 1, 2**40 + 1),
    ("+", 1, None, None),
    ("-", D("1.50"), 1, D("0.50")),
    ("*", D("1.5"), D("0.25"), D("0.375")),
    ("*", D("0.3"), 1.0, 0.3),
    ("/", 7, 2, 3),
    ("/", -7, 2, -3),
    ("/", D("1.00"), D("3.00"), D("0.333333")),
    ("/", D("2.00"), D("3.00"), D("0.666667")),
    ("/", 7.0, 2, 3.5),
    ("%", 7, -3, 1),
    ("%", -7, 3, -1),
    ("%", -7.5, 2.0, -1.5),
    ("%", D("-7.25"), D("2"), D("-1.25")),
    ("mod", 7, 4, 3),
    ("negate", 5, -5),
    ("abs", D("-1.5"), D("1.5")),
    ("*", 1e308, 10.0, INF),
]

DATES: list[tuple[Any, ...]] = [
    ("+", ts("2024-01-31 12:00"), DAY, ts("2024-02-01 12:00")),
    ("-", ts("2024-01-31 12:00"), HOUR, ts("2024-01-31 11:00")),
    ("+", ts("2024-01-31 12:00"), months(1), ts("2024-02-29 12:00")),
    ("-", ts("2024-03-31 12:00"), months(13), ts("2023-02-28 12:00")),
    ("+", date("2024-01-31"), months(1), date("2024-02-29")),
    ("+", date("2024-01-31"), HOUR, ts("2024-01-31 01:00")),
    ("-", ts("2024-01-02 00:00"), ts("2024-01-01 12:00"), 12 * HOUR),
    ("-", date("2024-03-01"), date("2024-02-01"), 29 * DAY),
    ("+", dt.time(23), 2 * HOUR, dt.time(1)),
    ("-", dt.time(1), dt.time(2), -HOUR),
    ("*", HOUR, 3, 3 * HOUR),
    ("*", D("1.5"), HOUR, 1.5 * HOUR),
    ("/", HOUR, 4, HOUR / 4),
    ("+", months(1), months(2), 3),
    ("*", months(2), 6, 12),
    ("negate", HOUR, -HOUR),
    (
        "corrected_time",
        ts("2024-01-01 10:00"),
        ts("2024-01-01 10:05"),
        ts("2024-01-01 12:06"),
        ts("2024-01-01 12:01"),
    ),
    ("extract", "year", ts("2024-02-29 12:34:56.789"), 2024),
    ("extract", "quarter", ts("2024-02-29 12:34:56.789"), 1),
    ("extract", "week", date("2024-12-30"), 1),
    ("extract", "isoyear", date("2024-12-30"), 2025),
    ("extract", "dow", date("2024-12-29"), 1),
    ("extract", "isodow", date("2024-12-29"), 7),
    ("extract", "doy", date("2024-12-31"), 366),
    ("extract", "second", ts("2024-02-29 12:34:56.789"), 56),
    ("extract", "millisecond", ts("2024-02-29 12:34:56.789"), 56789),
    ("extract", "epoch", ts("1969-12-31 23:59:59.5"), -1),
    ("extract", "hour", dt.time(12, 34), 12),
    ("extract", "hour", -(DAY + 2 * HOUR), -2),
    ("extract", "month", months(-14), -2),
    ("year", date("2024-02-29"), 2024),
    ("dayofweek", date("2024-12-29"), 1),
    ("hour", dt.time(12, 34), 12),
    ("dayname", date("2024-02-29"), "Thursday"),
    ("monthname", date("2024-02-29"), "February"),
    ("last_day", ts("2024-02-10 12:00"), date("2024-02-29")),
    ("date_trunc", "hour", ts("2024-02-29 12:34:56"), ts("2024-02-29 12:00")),
    ("date_trunc", "week", ts("2024-02-29 12:34:56"), ts("2024-02-26 00:00")),
    ("date_trunc", "month", date("2024-02-29"), date("2024-02-01")),
    ("date_trunc", "second", ts("1969-12-31 23:59:59.5"), ts("1969-12-31 23:59:59")),
    ("ceil to", "day", ts("2024-02-29 12:34:56"), ts("2024-03-01 00:00")),
    ("ceil to", "day", ts("2024-02-29 00:00"), ts("2024-02-29 00:00")),
    ("floor to", "year", ts("2024-02-29 12:34:56"), ts("2024-01-01 00:00")),
    ("timestampdiff", "month", ts("2024-01-31 00:00"), ts("2024-02-29 00:00"), 1),
    ("timestampdiff", "month", ts("2024-01-15 12:00"), ts("2024-02-15 11:00"), 0),
    ("timestampdiff", "day", ts("2024-01-02 00:00"), ts("2024-01-01 01:00"), 0),
    ("timestampdiff", "year", date("2024-02-29"), date("2025-02-28"), 1),
    ("timestampadd", "month", 1, ts("2024-01-31 12:00"), ts("2024-02-29 12:00")),
    ("timestampadd", "week", -1, date("2024-01-31"), date("2024-01-24")),
    ("date_add", date("2024-02-28"), 2, date("2024-03-01")),
    ("date_sub", date("2024-03-01"), 1, date("2024-02-29")),
    ("datediff", date("2024-03-01"), date("2024-02-01"), 29),
    ("to_timestamp", "2024-02-29 12:34:56.5", ts("2024-02-29 12:34:56.5")),
    ("to_timestamp", "29.02.2024 1:05 PM", "dd.MM.yyyy h:mm a", ts("2024-02-29 13:05")),
    ("to_timestamp", "20240229T123456", "yyyyMMdd'T'HHmmss", ts("2024-02-29 12:34:56")),
    ("to_date", "29 Feb 2024", "d MMM yyyy", date("2024-02-29")),
    ("to_timestamp_ltz", 1500, 3, utc("1970-01-01 00:00:01.5")),
    ("to_timestamp_ltz", 1500, 0, utc("1970-01-01 00:25:00")),
    (
        "date_format",
        ts("2024-02-09 03:04:05.678"),
        "yyyy-MM-dd HH:mm:ss.SSS",
        "2024-02-09 03:04:05.678",
    ),
    ("date_format", ts("2024-02-09 15:04:05"), "EEE, d MMM yy 'at' h a", "Fri, 9 Feb 24 at 3 PM"),
    ("from_unixtime", 0, "1970-01-01 00:00:00"),
    ("unix_timestamp", "1970-01-01 00:01:00", 60),
    ("at_time_zone", ts("2024-07-01 12:00"), "Europe/Berlin", utc("2024-07-01 10:00")),
    ("at_time_zone", utc("2024-07-01 10:00"), "Europe/Berlin", ts("2024-07-01 12:00")),
    ("make_date", 2024, 2, 29, date("2024-02-29")),
    ("make_timestamp", 2024, 2, 29, 1, 2, D("3.5"), ts("2024-02-29 01:02:03.5")),
    ("current_date", date("2026-01-01")),
    ("now", utc("2026-01-01 00:00")),
]

COMPARISONS: list[tuple[Any, ...]] = [
    ("=", 1, D("1.0"), True),
    ("=", D("0.3"), 0.3, True),
    ("<", "Z", "a", True),
    ("<", "\uffff", "\U00010000", True),
    ("=", NAN, NAN, True),
    (">", NAN, INF, True),
    ("<", 1.0, NAN, True),
    ("<>", NAN, 1.0, True),
    ("=", 1, None, None),
    ("<", False, True, True),
    ("=", date("2024-01-01"), ts("2024-01-01 00:00"), True),
    ("is distinct from", 1, None, True),
    ("is not distinct from", None, None, True),
    ("=", [1, 2], [1, 2], True),
    ("=", [1, None], [1, None], None),
    ("=", [1, None], [2, None], False),
    ("is not distinct from", [1, None], [1, None], True),
    ("=", {"a": 1, "b": 2}, {"b": 2, "a": 1}, True),
    ("=", (1, "x"), (1, "y"), False),
    ("<", (1, "x"), (1, "y"), True),
    ("<", (1, None), (2, "y"), True),
    ("is null", None, True),
    ("is true", None, False),
    ("is not true", None, True),
    ("is unknown", None, True),
    ("not", None, None),
    ("greatest", 1, D("2.5"), 2, D("2.5")),
    ("greatest", 1.0, NAN, NAN),
    ("least", "b", "a", "a"),
    ("least", 1, None, None),
    ("nullif", 1, 1, None),
    ("nullif", 1, 2, 1),
    ("ifnull", None, 1, 1),
    ("if", None, 1, 2, 2),
]

TEXT: list[tuple[Any, ...]] = [
    ("upper", "été", "ÉTÉ"),
    ("lower", "ÀB", "àb"),
    ("initcap", "hello wORLD", "Hello World"),
    ("char_length", "日本", 2),
    ("octet_length", "日本", 6),
    ("||", "a", "b", "ab"),
    ("||", "a", None, None),
    ("concat", "a", "b", "c", "abc"),
    ("concat_ws", ",", "a", None, "c", "a,c"),
    ("concat_ws", ",", Typed(None, types.VARCHAR), ""),
    ("substring", "abcdef", 2, "bcdef"),
    ("substring", "abcdef", 2, 3, "bcd"),
    ("substring", "abc", -1, 3, "a"),
    ("left", "abc", 2, "ab"),
    ("left", "abc", -1, "ab"),
    ("right", "abc", 2, "bc"),
    ("right", "abc", 0, ""),
    ("trim", "  a ", "a"),
    ("btrim", "xxaxx", "x", "a"),
    ("ltrim", "xxa", "x", "a"),
    ("rtrim", "axx", "x", "a"),
    ("lpad", "7", 3, "0", "007"),
    ("lpad", "abc", 2, "ab"),
    ("lpad", "a", 6, "xyz", "xyzxya"),
    ("rpad", "a", 3, "xy", "axy"),
    ("repeat", "ab", 2, "abab"),
    ("repeat", "ab", -1, ""),
    ("replace", "aXbX", "X", "--", "a--b--"),
    ("replace", "a", "", "x", "a"),
    ("reverse", "abc", "cba"),
    ("position", "語", "日本語", 3),
    ("strpos", "abc", "x", 0),
    ("locate", "a", "banana", 3, 4),
    ("overlay", "abcdef", "XX", 2, "aXXdef"),
    ("overlay", "abcdef", "XX", 2, 3, "aXXef"),
    ("split", "a,b", ",", ["a", "b"]),
    ("split_part", "a,b,c", ",", 2, "b"),
    ("split_part", "a,b,c", ",", -1, "c"),
    ("split_part", "a,b,c", ",", 9, ""),
    ("split_part", "a,b,c", ",", -4, ""),
    ("split_part", "", ",", 1, ""),
    ("split_part", None, ",", 1, None),
    ("split_index", "a,b,c", ",", 0, "a"),
    ("split_index", "a,b,c", ",", 1, "b"),
    ("split_index", "a,b,c", ",", 9, None),
    ("split_index", "a,b,c", ",", -1, None),
    ("split_index", "a--b--", "--", 2, ""),
    ("starts_with", "abc", "ab", True),
    ("ends_with", "abc", "ab", False),
    ("contains", "abc", "b", True),
    ("ascii", "é", 233),
    ("chr", 233, "é"),
    ("translate", "banana", "an", "o", "booo"),
    ("levenshtein", "kitten", "sitting", 3),
    ("like", "abc", "a%", True),
    ("like", "a\nc", "a_c", True),
    ("like", "a%c", "a!%c", "!", True),
    ("like", "abc", "a!%c", "!", False),
    ("like", "a\\c", "a\\c", True),
    ("like", "a.c", "a.c", True),
    ("like", "abc", "a.c", False),
    ("ilike", "ABC", "a%", True),
    ("similar", "abc", "(a|x)b_", True),
    ("similar", "abcd", "ab", False),
    ("similar", "a.c", "a.c", True),
    ("similar", "abc", "a.c", False),
    ("similar", "aab", "a{2}b+", True),
    ("regexp_like", "abc123", "[0-9]+", True),
    ("regexp_replace", "john smith", r"(\w+) (\w+)", r"$2 \1", "smith john"),
    ("regexp_extract", "abc123def45", "[0-9]+", "123"),
    ("regexp_extract", "key=value", "(\\w+)=(\\w+)", 2, "value"),
    ("regexp_extract", "abc", "[0-9]+", None),
    ("regexp_extract", "b", "(a)?b", 1, ""),
    ("regexp_extract", "x(1)", "[(](?:x|(?P<digit>\\d))\\)", 1, "1"),
    ("regexp_extract", "x(1)", "\\Qx(\\E(\\d)", 1, "1"),
    ("regexp_extract", "a]b", "[]([:alpha:]]+(b)", 1, "b"),
    ("regexp_extract", "HIJ", "(?i)(h)i(j)", 2, "J"),
    ("regexp_count", "a1b22", "[0-9]+", 2),
    ("md5", "a", "0cc175b9c0f1b6a831c399e269772661"),
    ("crc32", "a", 3904355907),
    ("to_base64", "abc", "YWJj"),
    ("hll_sketch_estimate", bytes.fromhex("0201070c030801082bf2fb06"), 1),
    ("hll_sketch_estimate", bytes.fromhex("0201070c030c0008"), 0),
    ("kll_sketch_get_quantile_double", bytes.fromhex("02010f01c8000800"), 0.5, None),
    ("kll_sketch_get_quantile_double", bytes.fromhex("02020f04c8000800000000000000f03f"), 0.5, 1.0),
    ("from_base64", "YWJj", "abc"),
    ("encode", "é", "UTF-8", b"\xc3\xa9"),
    ("decode", b"\xe9", "ISO-8859-1", "é"),
    ("hex", 255, "FF"),
    ("hex", "é", "C3A9"),
    ("unhex", "C3A9", b"\xc3\xa9"),
    ("url_encode", "a b&c", "a+b%26c"),
    ("url_decode", "a+b%26c", "a b&c"),
    ("parse_url", "http://h.org/p?a=1&b=2#r", "HOST", "h.org"),
    ("parse_url", "http://h.org/p?a=1&b=2#r", "QUERY", "b", "2"),
]

MATHEMATICS: list[tuple[Any, ...]] = [
    ("sign", D("-2.5"), -1),
    ("ceil", D("9.1"), D("10")),
    ("floor", D("-9.1"), D("-10")),
    ("ceil", 1.5, 2.0),
    ("round", 2.5, 3.0),
    ("round", -2.5, -3.0),
    ("round", 1.005, 2, 1.01),
    ("round", D("2.345"), 2, D("2.350")),
    ("round", D("9.99"), D("10")),
    ("round", 1250, -2, 1300),
    ("truncate", D("2.349"), 2, D("2.340")),
    ("truncate", -2.7, -2.0),
    ("power", 2, 10, 1024.0),
    ("sqrt", 2.25, 1.5),
    ("cbrt", 27, 3.0),
    ("ln", math.e, 1.0),
    ("log", 2, 8, 3.0),
    ("log10", 1000, 3.0),
    ("gcd", 12, 18, 6),
    ("lcm", 4, 6, 12),
    ("factorial", 5, 120),
    ("bitand", 12, 10, 8),
    ("bitxor", 12, 10, 6),
    ("shiftleft", 1, 4, 16),
    ("shiftright", -8, 1, -4),
    ("width_bucket", 5.5, 0, 10, 5, 3),
    ("isnan", NAN, True),
]

NESTED: list[tuple[Any, ...]] = [
    ("array", 1, 2, [1, 2]),
    ("map", "a", 1, "b", 2, [("a", 1), ("b", 2)]),
    ("row", 1, "x", {"f0": 1, "f1": "x"}),
    ("subscript", [10, 20], 1, 10),
    ("subscript", [10, 20], 3, None),
    ("subscript", [10, 20], 0, None),
    ("subscript", {"a": 1}, "a", 1),
    ("subscript", {"a": 1}, "b", None),
    ("get_field", (1, "x"), "f1", "x"),
    ("cardinality", [1, None], 2),
    ("cardinality", {"a": 1}, 1),
    ("element", [7], 7),
    ("array_contains", [1, None], 1, True),
    ("array_contains", [1, None], None, True),
    ("array_contains", [1], 2, False),
    ("array_position", ["a", "b"], "b", 2),
    ("array_remove", [1, 2, 1], 1, [2]),
    ("array_concat", [1], [2, 3], [1, 2, 3]),
    ("||", [1], [2], [1, 2]),
    ("array_append", [1], 2, [1, 2]),
    ("array_prepend", [1], 2, [2, 1]),
    ("array_reverse", [1, 2, 3], [3, 2, 1]),
    ("array_slice", [1, 2, 3, 4], 2, 3, [2, 3]),
    ("array_slice", [1, 2, 3, 4], -2, [3, 4]),
    ("array_sort", [3, None, 1], [1, 3, None]),
    ("array_distinct", [2, 1, 2, None, None], [2, 1, None]),
    ("array_max", [1, None, 3], 3),
    ("array_min", [], None),
    ("array_join", ["a", None, "b"], "-", "a-b"),
    ("array_join", ["a", None, "b"], "-", "?", "a-?-b"),
    ("map_keys", {"a": 1}, ["a"]),
    ("map_values", {"a": 1}, [1]),
    ("map_from_arrays", ["a"], [1], [("a", 1)]),
    ("json_value", '{"a": [1, {"b": "x"}]}', "$.a[1].b", "x"),
    ("json_value", '{"a": 1.5}', "$['a']", "1.5"),
    ("json_value", '{"a": {}}', "$.a", None),
    ("json_value", '{"a": 1}', "lax $.b", None),
    ("json_query", '{"a": [1, 2]}', "$.a", "[1,2]"),
    ("json_exists", '{"a": null}', "$.a", True),
    ("json_exists", "no json", "$.a", False),
    ("is json", "{}", True),
    ("json_length", "[1, 2]", 2),
    ("json_type", "[1, 2]", "$[0]", "number"),
    ("json_string", [1, 2], "[1, 2]"),
]

ERRORS: list[tuple[Any, ...]] = [
    ("+", 2**63 - 1, 1, "BIGINT overflow: 9223372036854775807 + 1"),
    ("*", tiny(100), tiny(2), "TINYINT overflow: 100 * 2"),
    ("/", tiny(-128), tiny(-1), "TINYINT overflow: -128 / -1"),
    ("negate", tiny(-128), "TINYINT overflow: -(-128)"),
    ("/", 1, 0, "division by zero"),
    ("%", 1, 0, "division by zero"),
    ("/", 1.0, 0.0, "division by zero"),
    ("/", D("1.5"), D("0"), "division by zero"),
    ("/", HOUR, 0, "division by zero"),
    ("sqrt", -1, "sqrt(-1.0) is not defined"),
    ("ln", 0, "ln(0.0) is not defined"),
    ("acos", 2, "acos(2.0) is not defined"),
    ("factorial", 21, "BIGINT overflow: factorial(21)"),
    ("substring", "abc", 1, -1, "the length of a substring cannot be -1"),
    ("like", "abc", "a!", "!", "the pattern 'a!' ends with its escape character"),
    ("regexp_like", "abc", "(", "Invalid regular expression: missing ): ("),
    ("chr", -1, "-1 is not the code point of a character"),
    ("from_base64", "?", "cannot read '?' as Base64 of text in UTF-8"),
    ("unhex", "X", "cannot read 'X' as hexadecimal digits"),
    ("make_date", 2023, 2, 29, "there is no date 2023-2-29"),
    ("to_timestamp", "x", "yyyy", "cannot read 'x' as TIMESTAMP: it is not written as 'yyyy'"),
    ("date_format", ts("2024-01-01 00:00"), "b", "the letter b in the pattern 'b' has no meaning"),
    ("at_time_zone", ts("2024-01-01 00:00"), "Mars", "there is no time zone 'Mars'"),
    ("json_value", "no", "$", "cannot read 'no' as JSON"),
    ("json_value", "{}", "a", "cannot read 'a' as a path, such as $.items[0].name"),
    ("element", [1, 2], "ELEMENT wants an array of one element"),
    ("map", Typed(None, types.VARCHAR), 1, "a key of a map cannot be NULL"),
]


@pytest.mark.parametrize(
    "example", [*ARITHMETIC, *DATES, *COMPARISONS, *TEXT, *MATHEMATICS, *NESTED], ids=str
)
def test_value(example: tuple[Any, ...]) -> None:
    name, *given, expected = example
    value = call(name, *given)
    if isinstance(expected, float):
        assert value == pytest.approx(expected, nan_ok=True, rel=1e-15)
    else:
        assert value == expected
        assert isinstance(value, bool) == isinstance(expected, bool)


@pytest.mark.parametrize("example", ERRORS, ids=str)
def test_error(example: tuple[Any, ...]) -> None:
    name, *given, message = example
    with pytest.raises(ValueError) as error:  # noqa: PT011 - the message is compared below
        call(name, *given)
    assert str(error.value) == message


@pytest.mark.parametrize(
    ("call_of", "expected"),
    [
        (("+", types.TINYINT, types.SMALLINT), types.SMALLINT),
        (("+", types.INT, types.Decimal(5, 2)), types.Decimal(13, 2)),
        (("*", types.Decimal(10, 2), types.Decimal(5, 3)), types.Decimal(16, 5)),
        (("/", types.Decimal(10, 2), types.Decimal(5, 3)), types.Decimal(19, 8)),
        (("%", types.Decimal(10, 2), types.Decimal(5, 3)), types.Decimal(5, 3)),
        (("*", types.Decimal(38, 10), types.Decimal(38, 10)), types.Decimal(38, 6)),
        (("+", types.Decimal(5, 2), types.DOUBLE), types.DOUBLE),
        (("+", types.REAL, types.REAL), types.REAL),
        (("+", types.INT, types.REAL), types.DOUBLE),
        (("+", types.NULL, types.INT), types.INT),
        (("+", types.Timestamp(3), types.DAY_INTERVAL), types.Timestamp(3)),
        (("-", types.Timestamp(3), types.DATE), types.DAY_INTERVAL),
        (("+", types.DATE, types.MONTH_INTERVAL), types.DATE),
        (("round", types.Decimal(5, 2)), types.Decimal(4, 0)),
        (("subscript", types.Array(types.INT), types.INT), types.INT),
        (("array", types.INT, types.BIGINT), types.Array(types.BIGINT)),
        (("if", types.BOOLEAN, types.INT, types.Decimal(3, 1)), types.Decimal(11, 1)),
    ],
    ids=str,
)
def test_type(call_of: tuple[Any, ...], expected: types.DataType) -> None:
    assert result_type(*call_of) == expected


def test_months_and_days_of_an_instant_are_those_of_its_zone() -> None:
    # Clocks in Berlin go forward on 2024-03-31 and back on 2024-10-27.
    assert call("+", utc("2024-02-29 23:30"), months(1), zone="Europe/Berlin") == utc(
        "2024-03-31 22:30"
    )
    trunc = call("date_trunc", "day", utc("2024-03-31 12:00"), zone="Europe/Berlin")
    assert trunc == utc("2024-03-30 23:00")
    second_half_past_two = utc("2024-10-27 01:30")
    hour = call("date_trunc", "hour", second_half_past_two, zone="Europe/Berlin")
    assert hour == utc("2024-10-27 01:00")
    added = call("timestampadd", "day", 1, utc("2024-03-30 12:00"), zone="Europe/Berlin")
    assert added == utc("2024-03-31 11:00")
    assert call("extract", "hour", utc("2024-07-01 00:00"), zone="Europe/Berlin") == 2


def test_random_functions_draw_for_each_row_from_the_session() -> None:
    assert 0 <= call("random") < 1
    assert call("random") == call("random")  # two sessions with one seed
    assert len(call("uuid")) == 36


def test_membership_is_three_valued() -> None:
    some, with_null = pa.array([1, 3]), pa.array([1, None])
    column = pa.array([1, 2, None])
    assert in_set(column, some).to_pylist() == [True, False, None]
    assert in_set(column, with_null).to_pylist() == [True, None, None]
    assert in_set(column, some.slice(0, 0)).to_pylist() == [False, False, False]
    assert in_set(pa.scalar(2), some).as_py() is False
    floats = pa.array([-0.0, NAN, 1.0])
    assert in_set(floats, pa.array([0.0, NAN])).to_pylist() == [True, True, False]
