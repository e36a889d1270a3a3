"""Random columns of every SQL type, rich in the values that go wrong."""

from __future__ import annotations

import datetime as dt
import decimal
import random
from typing import Any

import pyarrow as pa

from cep import types
from cep.runtime.functions.registry import ArrayOf, Choice, Family, Function, MapOf, Variable
from cep.types import DataType, Field

POOL: tuple[DataType, ...] = (
    types.BOOLEAN,
    types.TINYINT,
    types.SMALLINT,
    types.INT,
    types.BIGINT,
    types.REAL,
    types.DOUBLE,
    types.Decimal(5, 2),
    types.Decimal(18, 0),
    types.Decimal(38, 10),
    types.VARCHAR,
    types.BYTES,
    types.DATE,
    types.Time(6),
    types.Timestamp(6),
    types.TimestampLtz(6),
    types.DAY_INTERVAL,
    types.MONTH_INTERVAL,
    types.Array(types.INT),
    types.Array(types.VARCHAR),
    types.Map(types.VARCHAR, types.INT),
    types.Row((Field("a", types.INT), Field("b", types.VARCHAR))),
)

TEXTS = (
    "",
    " ",
    "a",
    "abc",
    "Abc def",
    "  x ",
    "é",
    "日本語",
    "a%b",
    "a_",
    "%",
    "(",
    "[a-c]+",
    "a.c",
    "\\",
    ",",
    "a,b,,c",
    "12",
    "-7",
    "1.5",
    "2024-02-29",
    "2024-02-29 12:34:56",
    "2024-02-29T12:34:56.789Z",
    "yyyy-MM-dd",
    "HH:mm",
    "Europe/Berlin",
    "UTC",
    "utf-8",
    "HOST",
    "http://user@host:80/path?key=a&x=%20#ref",
    '{"a": [1, {"b": "x"}]}',
    "[1, 2]",
    "$.a[1].b",
    "$",
    "YQ==",
    "CAFE",
)
_EPOCH = dt.datetime(1970, 1, 1)


def value(t: DataType, chance: random.Random) -> Any:  # noqa: PLR0912 - one case for each type
    """Return a random value of a type, sometimes NULL."""
    if chance.random() < 0.15:
        return None
    match t:
        case types.Boolean():
            return chance.random() < 0.5
        case types.Integer(bits):
            edge = 1 << (bits - 1)
            return chance.choice((0, 1, -1, 2, 3, 7, -7, 30, edge - 1, -edge, edge // 3))
        case types.Float():
            special = (0.0, -0.0, 1.0, -1.5, 2.5, 0.1, 1e-8, 1e10, float("nan"), float("inf"))
            return chance.choice((*special, chance.uniform(-100, 100)))
        case types.Decimal(precision, scale):
            digits = chance.choice((1, 2, precision // 2, precision))
            number = decimal.Decimal(chance.randrange(-(10**digits) + 1, 10**digits))
            return number.scaleb(-scale, decimal.Context(prec=60))
        case types.Varchar():
            return chance.choice(TEXTS)
        case types.Bytes():
            return chance.choice((b"", b"abc", b"\xff\x00", "é".encode()))
        case types.Date():
            return dt.date(1970, 1, 1) + dt.timedelta(days=chance.randrange(-40000, 40000))
        case types.Time():
            return (_EPOCH + dt.timedelta(microseconds=chance.randrange(86_400_000_000))).time()
        case types.Timestamp():
            return _EPOCH + dt.timedelta(microseconds=chance.randrange(-(10**15), 4 * 10**15))
        case types.TimestampLtz():
            wall = _EPOCH + dt.timedelta(microseconds=chance.randrange(-(10**15), 4 * 10**15))
            return wall.replace(tzinfo=dt.UTC)
        case types.DayInterval():
            return dt.timedelta(microseconds=chance.choice((0, 1, -1, 3_600_000_000, -(10**14))))
        case types.MonthInterval():
            return chance.choice((0, 1, -1, 12, -25, 1200))
        case types.Array(element):
            return [value(element, chance) for _ in range(chance.randrange(4))]
        case types.Map(_, item):
            keys = chance.sample(("a", "abc", "", "é"), chance.randrange(4))
            return [(k, value(item, chance)) for k in keys]
        case types.Row(fields):
            return {f.name: value(f.type, chance) for f in fields}
        case types.Null():
            return None
    raise TypeError(str(t))


def column(t: DataType, rows: int, chance: random.Random) -> pa.Array:
    """Return a random column; a slice out of the middle of a longer one."""
    values = [value(t, chance) for _ in range(rows + 5)]
    return pa.array(values, t.arrow).slice(3, rows)


def argument_types(function: Function, chance: random.Random) -> list[DataType | str]:
    """Return types that a function takes, and for a Choice one of its words."""
    least = len(function.parameters) - function.optional
    count = chance.randrange(least, len(function.parameters) + 1)
    if function.variadic and count == len(function.parameters):
        count += function.variadic * chance.randrange(3)
    while not function.takes(count):
        count += 1
    variables: dict[str, DataType] = {}

    def taken(v: Variable) -> DataType:
        if v.name not in variables:
            variables[v.name] = chance.choice([t for t in POOL if v.accepts(t)])
        return variables[v.name]

    out: list[DataType | str] = []
    for position in range(count):
        match function.parameter(position):
            case Family() as family:
                out.append(chance.choice([t for t in POOL if family.accepts(t)]))
            case Variable() as variable:
                out.append(taken(variable))
            case ArrayOf(element):
                out.append(types.Array(taken(element)))
            case MapOf(_, item):
                variables["K"] = types.VARCHAR
                out.append(types.Map(types.VARCHAR, taken(item)))
            case Choice() as choice:
                out.append(chance.choice(choice.words))
            case DataType() as fixed:
                out.append(fixed)
    return out
