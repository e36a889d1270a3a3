"""Keys of every type come back as they went in, and are equal where SQL says so."""

from __future__ import annotations

import datetime as dt
import math
from decimal import Decimal as Number
from typing import Any

import pyarrow as pa
import pytest

from cep.runtime.state.keys import KeyTable
from cep.types import (
    BIGINT,
    BOOLEAN,
    BYTES,
    DATE,
    DAY_INTERVAL,
    DOUBLE,
    MONTH_INTERVAL,
    REAL,
    TIME,
    TIMESTAMP,
    TIMESTAMP_LTZ,
    TINYINT,
    VARCHAR,
    Array,
    DataType,
    Decimal,
    Field,
    Map,
    Row,
)

ROW = Row((Field("a", BIGINT), Field("b", Array(VARCHAR)), Field("c", Decimal(30, 2))))
CASES: list[tuple[DataType, list[Any]]] = [
    (BOOLEAN, [True, False, None]),
    (TINYINT, [-128, 127, 0, None]),
    (BIGINT, [-(2**63), 2**63 - 1, 0, None]),
    (REAL, [0.5, -1.5, None]),
    (DOUBLE, [0.0, 1e300, -math.inf, math.nan, None]),
    (Decimal(5, 2), [Number("-1.25"), Number("999.99"), None]),
    (Decimal(38, 0), [Number(10**38 - 1), Number(1 - 10**38), Number(0), None]),
    (VARCHAR, ["", "a", "ä", None]),
    (BYTES, [b"", b"\x00", b"\xff", None]),
    (DATE, [dt.date(1, 1, 1), dt.date(9999, 12, 31), None]),
    (TIME, [dt.time(0), dt.time(23, 59, 59, 999999), None]),
    (TIMESTAMP, [dt.datetime(1, 1, 1), dt.datetime(2026, 1, 1), None]),
    (TIMESTAMP_LTZ, [dt.datetime(2026, 1, 1, tzinfo=dt.UTC), None]),
    (DAY_INTERVAL, [dt.timedelta(days=-1), dt.timedelta(0), None]),
    (MONTH_INTERVAL, [-1, 12, None]),
    (Array(BIGINT), [[1, 2], [1], [], [None], None]),
    (Array(Array(VARCHAR)), [[["a"], []], [[], ["a"]], [None], None]),
    (Map(VARCHAR, DOUBLE), [[("a", 1.0), ("b", None)], [], None]),
    (
        ROW,
        [
            {"a": 1, "b": ["x", None], "c": Number("1.00")},
            {"a": None, "b": None, "c": None},
            {"a": 1, "b": [], "c": Number(-1)},
            None,
        ],
    ),
]


@pytest.mark.parametrize(("kind", "values"), CASES, ids=[str(k) for k, _ in CASES])
def test_values_come_back(kind: DataType, values: list[Any]) -> None:
    table = KeyTable([kind, BIGINT])
    padded = pa.array([values[0], *values, *values], kind.arrow)
    column = padded[1:]  # a slice, as filters make them
    other = pa.array([1] * len(column), pa.int64())
    ids, new = table.intern([column, other])
    n = len(values)
    assert ids[:n].tolist() == ids[n:].tolist() == new.tolist()
    assert len(table) == len(set(new.tolist())) == n
    back, ones = table.columns(new)
    back.validate(full=True)
    assert back.type == kind.arrow
    assert str(back.to_pylist()) == str(column[:n].to_pylist())
    assert ones.to_pylist() == [1] * n
    table.release(new[1:])
    assert table.columns(new[:1])[0].to_pylist() == values[:1]
    table.release(new[:1])
    assert table.nbytes == 0


def test_equal_values_are_one_key() -> None:
    table = KeyTable([DOUBLE, Map(VARCHAR, BIGINT)])
    numbers = pa.array([0.0, -0.0, math.nan, -math.nan])
    maps = pa.array(
        [[("a", 1), ("b", 2)], [("b", 2), ("a", 1)], [], []], pa.map_(pa.string(), pa.int64())
    )
    ids, new = table.intern([numbers, maps])
    assert ids[0] == ids[1]
    assert ids[2] == ids[3]
    assert len(new) == 2
