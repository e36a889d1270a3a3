"""Against Python's decimal and calendar, and DuckDB, where these mean the same."""

from __future__ import annotations

import calendar
import datetime as dt
import decimal
import random
from typing import Any

import duckdb
import pyarrow as pa
import pytest

from cep import types
from cep.runtime.functions.builtin import BUILTIN
from cep.types import DataType, Decimal
from tests.functions.columns import column
from tests.functions.evaluator import run, session

ROWS = 60


def evaluate(name: str, *arguments: tuple[DataType, pa.Array]) -> list[Any]:
    """Return the values of a call over columns, and 'error' for the rows that fail."""
    resolved = BUILTIN.resolve(name, [t for t, _ in arguments])
    assert resolved is not None
    function, converted = resolved
    assert list(converted) == [t for t, _ in arguments]
    columns = [c for _, c in arguments]
    outcome, errors = run(function, converted, columns, ROWS, session())
    failed = [False] * ROWS if errors is None else [e is not None for e in errors]
    return ["error" if bad else v for v, bad in zip(outcome.to_pylist(), failed, strict=True)]


def exact(name: str, a: Any, b: Any, result: Decimal) -> Any:
    """Return what a decimal operation must give."""
    if a is None or b is None:
        return None
    with decimal.localcontext(decimal.Context(prec=150)):
        if name in "/%" and b == 0:
            return "error"
        if name == "/":
            # Enough digits to round right: no quotient of 38-digit numbers is nearer to a tie.
            value = decimal.Decimal(a) / decimal.Decimal(b)
        else:
            value = {
                "+": lambda: a + b,
                "-": lambda: a - b,
                "*": lambda: a * b,
                "%": lambda: decimal.Decimal(a) % b,
            }[name]()
        unit = decimal.Decimal(1).scaleb(-result.scale)
        rounded = decimal.Decimal(value).quantize(unit, decimal.ROUND_HALF_UP)
        fits = abs(rounded) < decimal.Decimal(10) ** (result.precision - result.scale)
        return rounded if fits else "error"


DECIMALS = [
    (Decimal(5, 2), Decimal(5, 2)),
    (Decimal(10, 0), Decimal(8, 8)),
    (Decimal(18, 4), Decimal(18, 2)),
    (Decimal(38, 10), Decimal(10, 2)),
    (Decimal(38, 0), Decimal(38, 38)),
    (Decimal(38, 38), Decimal(38, 0)),
    (Decimal(38, 20), Decimal(38, 20)),
    (Decimal(9, 3), types.INT),
    (types.TINYINT, Decimal(20, 5)),
]


@pytest.mark.parametrize("kinds", DECIMALS, ids=str)
@pytest.mark.parametrize("name", ["+", "-", "*", "/", "%"])
def test_decimal_arithmetic_is_exact(name: str, kinds: tuple[DataType, DataType]) -> None:
    chance = random.Random(f"{name} {kinds}")
    a, b = (column(t, ROWS, chance) for t in kinds)
    resolved = BUILTIN.resolve(name, kinds)
    assert resolved is not None
    result = resolved[0].result_type(kinds)
    assert isinstance(result, Decimal)
    expected = [
        exact(name, x, y, result) for x, y in zip(a.to_pylist(), b.to_pylist(), strict=True)
    ]
    assert evaluate(name, (kinds[0], a), (kinds[1], b)) == expected


@pytest.mark.parametrize("t", [types.TINYINT, types.INT, types.BIGINT], ids=str)
@pytest.mark.parametrize("name", ["+", "-", "*", "/", "%"])
def test_integer_arithmetic_never_wraps(name: str, t: types.Integer) -> None:
    chance = random.Random(f"{name} {t}")
    a, b = column(t, ROWS, chance), column(t, ROWS, chance)

    def expected(x: int | None, y: int | None) -> Any:
        if x is None or y is None:
            return None
        if y == 0 and name in "/%":
            return "error"
        quotient = 0 if y == 0 else abs(x) // abs(y) * (1 if (x < 0) == (y < 0) else -1)
        value = {"+": x + y, "-": x - y, "*": x * y, "/": quotient, "%": x - quotient * y}[name]
        return value if -(1 << t.bits - 1) <= value < 1 << t.bits - 1 else "error"

    pairs = zip(a.to_pylist(), b.to_pylist(), strict=True)
    assert evaluate(name, (t, a), (t, b)) == [expected(x, y) for x, y in pairs]


def test_months_end_with_the_month() -> None:
    chance = random.Random(1)
    a, b = column(types.DATE, ROWS, chance), column(types.MONTH_INTERVAL, ROWS, chance)

    def expected(day: dt.date | None, months: int | None) -> dt.date | None:
        if day is None or months is None:
            return None
        years, month = divmod(day.year * 12 + day.month - 1 + months, 12)
        last = calendar.monthrange(years, month + 1)[1]
        return dt.date(years, month + 1, min(day.day, last))

    pairs = zip(a.to_pylist(), b.to_pylist(), strict=True)
    found = evaluate("+", (types.DATE, a), (types.MONTH_INTERVAL, b))
    assert found == [expected(x, y) for x, y in pairs]


TS = types.Timestamp(6)
IN_DUCKDB: list[tuple[str, str, tuple[DataType, ...]]] = [
    ("extract:year", "extract(year from a)", (TS,)),
    ("extract:quarter", "extract(quarter from a)", (TS,)),
    ("extract:week", "extract(week from a)", (TS,)),
    ("extract:isoyear", "extract(isoyear from a)", (TS,)),
    ("extract:dow", "extract(dow from a) + 1", (TS,)),
    ("extract:isodow", "extract(isodow from a)", (TS,)),
    ("extract:doy", "extract(doy from a)", (TS,)),
    ("extract:century", "extract(century from a)", (TS,)),
    ("extract:hour", "extract(hour from a)", (TS,)),
    ("extract:second", "extract(second from a)", (TS,)),
    ("extract:millisecond", "extract(millisecond from a)", (TS,)),
    ("extract:microsecond", "extract(microsecond from a)", (TS,)),
    ("extract:epoch", "floor(epoch(a))::bigint", (TS,)),
    *((f"date_trunc:{u}", f"date_trunc('{u}', a)", (TS,)) for u in ("year", "quarter", "month")),
    *((f"date_trunc:{u}", f"date_trunc('{u}', a)", (TS,)) for u in ("week", "day", "hour")),
    ("timestampdiff:month", "datesub('month', a, b)", (TS, TS)),
    ("timestampdiff:day", "datesub('day', a, b)", (TS, TS)),
    ("timestampdiff:hour", "datesub('hour', a, b)", (TS, TS)),
    ("last_day", "last_day(a)", (TS,)),
    ("datediff", "datediff('day', b, a)", (TS, TS)),
    ("upper", "upper(a)", (types.VARCHAR,)),
    ("reverse", "reverse(a)", (types.VARCHAR,)),
    ("char_length", "length(a)", (types.VARCHAR,)),
    ("strpos", "strpos(a, b)", (types.VARCHAR, types.VARCHAR)),
    ("contains", "contains(a, b)", (types.VARCHAR, types.VARCHAR)),
    ("starts_with", "starts_with(a, b)", (types.VARCHAR, types.VARCHAR)),
    ("trim", "trim(a)", (types.VARCHAR,)),
    ("md5", "md5(a)", (types.VARCHAR,)),
    ("sha256", "sha256(a)", (types.VARCHAR,)),
    ("<", "a < b", (types.VARCHAR, types.VARCHAR)),
    ("<", "a < b", (types.DOUBLE, types.DOUBLE)),
    ("=", "a = b", (types.DOUBLE, types.DOUBLE)),
    (">=", "a >= b", (types.DOUBLE, types.DOUBLE)),
    ("is distinct from", "a is distinct from b", (types.DOUBLE, types.DOUBLE)),
    ("<=", "a <= b", (types.Decimal(5, 2), types.Decimal(18, 0))),
    ("<>", "a <> b", (types.BOOLEAN, types.BOOLEAN)),
    ("floor", "floor(a)", (types.Decimal(5, 2),)),
    ("ceil", "ceil(a)", (types.Decimal(5, 2),)),
    ("sign", "sign(a)", (types.INT,)),
    ("bitand", "a & b", (types.INT, types.INT)),
    ("bitxor", "xor(a, b)", (types.INT, types.INT)),
    ("array_reverse", "list_reverse(a)", (types.Array(types.INT),)),
    ("array_max", "list_max(a)", (types.Array(types.INT),)),
    ("array_sort", "list_sort(a, 'asc', 'nulls last')", (types.Array(types.INT),)),
    ("array_concat", "a || b", (types.Array(types.INT), types.Array(types.INT))),
]


@pytest.mark.parametrize("example", IN_DUCKDB, ids=lambda e: f"{e[0]} {e[2][0]}")
def test_same_as_duckdb(example: tuple[str, str, tuple[DataType, ...]]) -> None:
    call, sql, kinds = example
    name, _, unit = call.partition(":")
    chance = random.Random(call)
    columns = [column(t, ROWS, chance) for t in kinds]
    table = pa.table(dict(zip("ab", columns, strict=False)))
    with duckdb.connect() as connection:
        connection.register("t", table)
        expected = [row[0] for row in connection.execute(f"select {sql} from t").fetchall()]
    arguments = list(zip(kinds, columns, strict=True))
    if unit:
        arguments.insert(0, (types.VARCHAR, pa.scalar(unit)))
    assert evaluate(name, *arguments) == expected
