"""What a program inserts: value -> what is made of it, or what is said.

A value that does not fit its column is an error of its row: the other rows go on, and the row is
kept. What is not rows at all is refused to the caller.
"""

from __future__ import annotations

import datetime as dt
import decimal
from typing import Any

import numpy as np
import pandas as pd
import polars as pl
import pyarrow as pa
import pyarrow.compute as pc
import pytest

import cep
from cep.errors import UsageError

TYPES = {
    "k": "VARCHAR",
    "n": "INT",
    "v": "DOUBLE",
    "m": "DECIMAL(10, 2)",
    "b": "BOOLEAN",
    "day": "DATE",
    "ts": "TIMESTAMP(3)",
    "list": "ARRAY<INT>",
    "map": "MAP<VARCHAR, INT>",
    "pair": "ROW<a INT, b VARCHAR>",
}
NESTED: list[Any] = []
NESTED.append(NESTED)


class Mute:
    """An object that cannot be shown."""

    def __repr__(self) -> str:
        raise RuntimeError("no words")


def engine() -> cep.Engine:
    e = cep.Engine()
    e.execute(f"CREATE STREAM s ({', '.join(f'{n} {t}' for n, t in TYPES.items())})")
    return e


FITTING: list[tuple[str, object, object]] = [
    ("n", 2.0, 2),
    ("n", "7", 7),
    ("n", True, 1),
    ("n", np.int64(5), 5),
    ("n", decimal.Decimal("3.00"), 3),
    ("v", np.float32(1.5), 1.5),
    ("v", 3, 3.0),
    ("m", 0.1, decimal.Decimal("0.10")),
    ("m", np.float64(0.1), decimal.Decimal("0.10")),
    ("b", np.bool_(True), True),
    ("k", "\0", "\0"),
    ("k", 5, "5"),
    ("ts", np.datetime64("2024-01-01T00:00:01"), dt.datetime(2024, 1, 1, 0, 0, 1)),
    ("ts", pd.Timestamp("2024-01-01 00:00:01.123456789"), dt.datetime(2024, 1, 1, 0, 0, 1, 123000)),
    ("ts", dt.date(2024, 1, 1), dt.datetime(2024, 1, 1)),
    ("list", np.array([1, 2]), [1, 2]),
    ("list", [1.0, None], [1, None]),
    ("map", [("a", 1)], {"a": 1}),
    ("pair", (1, "x"), {"a": 1, "b": "x"}),
]

FAILING: list[tuple[str, object, str]] = [
    ("n", 1.5, "n: '1.5' is not an INT"),
    ("n", np.float64(1.5), "n: '1.5' is not an INT"),
    ("n", decimal.Decimal("1.5"), "n: '1.5' is not an INT"),
    ("n", float("nan"), "n: 'nan' is not an INT"),
    ("n", 2**31, "n: '2147483648' is not an INT"),
    ("n", 2**70, "n: 1180591620717411303424 is not INT"),
    ("n", np.uint64(2**63), "n: '9223372036854775808' is not an INT"),
    ("n", pd.NA, "n: <NA> is not INT"),
    ("n", "x", "n: 'x' is not an INT"),
    ("m", float("inf"), "m: inf is not DECIMAL(10, 2)"),
    ("m", decimal.Decimal("NaN"), "m: Decimal('NaN') is not DECIMAL(10, 2)"),
    ("m", decimal.Decimal("1.005"), "m: '1.005' is not a DECIMAL(10, 2)"),
    ("k", b"\xff", "k: b'\\xff' is not VARCHAR"),
    ("k", "\ud800", "k: '\\ud800' is not VARCHAR"),
    ("k", Mute(), "k: <Mute> is not VARCHAR"),
    ("ts", 1.5, "ts: 1.5 is not TIMESTAMP(3)"),
    ("ts", pd.NaT, "ts: NaT is not TIMESTAMP(3)"),
    ("ts", dt.time(1), "ts: datetime.time(1, 0) is not TIMESTAMP(3)"),
    ("day", 1.5, "day: '1.5' is not a DATE"),
    ("list", [1.5], "list: [1.5] is not ARRAY<INT>"),
    ("list", ["a"], "list: ['a'] is not ARRAY<INT>"),
    ("list", 5, "list: 5 is not ARRAY<INT>"),
    ("list", NESTED, "list: [[...]] is not ARRAY<INT>"),
    ("map", {None: 1}, "map: {None: 1} is not MAP<VARCHAR, INT>"),
    ("map", [("a", 1, 2)], "map: [('a', 1, 2)] is not MAP<VARCHAR, INT>"),
    ("pair", {"a": 1.5}, "pair: {'a': 1.5} is not ROW<a INT, b VARCHAR>"),
    ("pair", {"c": 1}, "pair: {'c': 1} is not ROW<a INT, b VARCHAR>"),
    ("pair", (1,), "pair: (1,) is not ROW<a INT, b VARCHAR>"),
]

REFUSED: list[tuple[object, str]] = [
    (None, "a NoneType is not rows of s"),
    (5, "a int is not rows of s"),
    ("abc", "a str is not rows of s"),
    (np.array(5), "a ndarray is not rows of s"),
    (pa.chunked_array([[1]]), "a ChunkedArray is not rows of s"),
    (pl.Series("k", ["a"]), "a Series is not rows of s"),
    (pd.Series([1]), "a Series is not rows of s"),
    ([None], "a row for s has 10 values, and this is a NoneType"),
    (("a",), "a row for s has 10 values, and this is 1 values"),
    ([{"n": 1}, ("a",)], "the rows for s are not all dicts: one is a tuple"),
    ({"kk": 1}, "s has no column kk that can be inserted"),
    ({1: 2}, "s has no column 1 that can be inserted"),
    (pd.DataFrame([[1, 2]]), "s has no column 0 that can be inserted"),
    (
        pa.Table.from_arrays([pa.array(["a"]), pa.array(["b"])], names=["k", "k"]),
        "the rows for s have several columns called k",
    ),
]

TABLES: list[tuple[str, object, list[object]]] = [
    ("k", pa.table({"k": pa.array(["a", None]).dictionary_encode()}), ["a", None]),
    ("k", pa.table({"k": pa.array(["a"], pa.large_string())}), ["a"]),
    ("k", pa.table({"k": pa.array(["a"], pa.string_view())}), ["a"]),
    ("k", pa.table({"k": pa.chunked_array([["a"], [], ["b"]])}), ["a", "b"]),
    ("k", pa.table({"k": pa.nulls(2)}), [None, None]),
    ("k", pa.table({"k": pa.array([], pa.string())}), []),
    ("k", pa.table({}), []),
    ("n", pa.table({"n": pa.array([1, 2**32 - 1], pa.uint32())}), [1]),
    ("n", pa.table({"n": pc.run_end_encode(pa.array([1, 1]))}), [1, 1]),
    ("n", pa.table({"n": [1.0, 1.5]}), [1]),
    ("m", pa.table({"m": [1, 10**9]}), [decimal.Decimal("1.00")]),
    ("m", pa.table({"m": [0.1, 1.005]}), [decimal.Decimal("0.10")]),
    ("v", pa.table({"v": pa.array(np.array([1, 2], np.float16))}), [1.0, 2.0]),
    ("ts", pa.table({"ts": pa.array([0], pa.timestamp("ns"))}), [dt.datetime(1970, 1, 1)]),
    (
        "ts",
        pa.table({"ts": pa.array([0], pa.timestamp("s", "Asia/Tokyo"))}),
        [dt.datetime(1970, 1, 1)],
    ),
    ("list", pa.table({"list": pa.array([[1]], pa.large_list(pa.int64()))}), [[1]]),
    ("pair", pa.table({"pair": [{"b": "x"}]}), [{"a": None, "b": "x"}]),
    ("n", pd.DataFrame({"n": [1, None]}), [1, None]),
    ("k", pd.DataFrame({"k": pd.Categorical(["a", "b"])}), ["a", "b"]),
    ("k", pd.DataFrame({"k": ["a", 1, None, np.nan]}), ["a", "1", None, None]),
    ("k", pl.DataFrame({"k": ["a", None]}), ["a", None]),
    ("k", iter([{"k": "a"}, {}]), ["a", None]),
    ("k", iter(()), []),
    ("k", [], []),
]


@pytest.mark.parametrize(("column", "value", "kept"), FITTING, ids=str)
def test_a_value_that_fits(column: str, value: object, kept: object) -> None:
    e = engine()
    query = e.query(f"SELECT {column} FROM s")
    e.insert("s", {column: value})
    assert [r[0] for r in query.fetchall()] == [kept]
    assert e.errors["s"].count == 0


@pytest.mark.parametrize(("column", "value", "message"), FAILING, ids=lambda v: type(v).__name__)
def test_a_value_that_does_not_fit(column: str, value: object, message: str) -> None:
    e = engine()
    query = e.query("SELECT b FROM s")
    e.insert("s", [{"b": True}, {column: value}, {"b": False}])
    assert [r.b for r in query.fetchall()] == [True, False]
    errors = e.execute("SELECT error, row, weight FROM errors.s").fetchall()
    assert [(r.error, r.weight) for r in errors] == [(message, 1)]
    assert errors[0].row
    assert e.errors["s"].count == 1


@pytest.mark.parametrize(("data", "message"), REFUSED, ids=[m for _, m in REFUSED])
def test_what_is_not_rows(data: object, message: str) -> None:
    e = engine()
    query = e.query("SELECT k FROM s")
    with pytest.raises(UsageError) as caught:
        e.insert("s", data)
    assert caught.value.message == message
    assert query.fetchall() == []


@pytest.mark.parametrize(("column", "data", "kept"), TABLES, ids=lambda v: type(v).__name__)
def test_tables(column: str, data: object, kept: list[object]) -> None:
    e = engine()
    query = e.query(f"SELECT {column} FROM s")
    e.insert("s", data)
    assert [r[0] for r in query.fetchall()] == kept


@pytest.mark.parametrize("as_table", [False, True])
def test_a_decimal_is_not_wrapped_around(as_table: bool) -> None:
    # What Arrow makes of these digits with 38 places overflows its 128 bits, and looks right.
    value = decimal.Decimal(-(2**63))
    e = cep.Engine()
    e.execute("CREATE STREAM s (m DECIMAL(38, 38))")
    query = e.query("SELECT m FROM s")
    e.insert("s", pa.table({"m": [value]}) if as_table else {"m": value})
    assert query.fetchall() == []
    assert e.errors["s"].count == 1
    with pytest.raises(cep.CepError, match="out of range"):
        e.execute(f"SELECT CAST(CAST({value} AS BIGINT) AS DECIMAL(38, 38))").fetchall()


def test_an_error_of_the_program_s_own_iterator_is_its_own() -> None:
    e = engine()
    query = e.query("SELECT k FROM s")

    def rows() -> Any:
        yield {"k": "a"}
        raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        e.insert("s", rows())
    assert query.fetchall() == []


def test_what_is_written_as_values_is_not_cut_either() -> None:
    e = cep.Engine()
    e.execute("CREATE STREAM s (n INT)")
    e.execute("INSERT INTO s VALUES (1.0), (1.5)")
    assert [r.error for r in e.execute("SELECT error FROM errors.s")] == ["n: '1.5' is not an INT"]
    with pytest.raises(cep.CepError, match=r"ASSERT does not hold|is not an INT"):
        e.execute("ASSERT ROWS SELECT 1 VALUES (1.5)")
