"""Parameters: `?` by position, `:name` by name; a value takes the SQL type nearest to it."""

from __future__ import annotations

import datetime as dt
import decimal

import pytest

import cep
from cep.errors import BindError, UsageError


@pytest.fixture
def engine() -> cep.Engine:
    return cep.Engine(clock=cep.VirtualClock())


def test_by_position_and_by_name(engine: cep.Engine) -> None:
    assert engine.execute("SELECT ? + 1, ?", [41, "x"]).fetchall() == [(42, "x")]
    assert engine.execute("SELECT :b, :a, :b", {"a": 1, "b": 2}).fetchall() == [(2, 1, 2)]


@pytest.mark.parametrize(
    "value",
    [
        None, True, 7, 2**40, 1.5, "it's", b"\x00", decimal.Decimal("1.50"),
        dt.date(2024, 2, 29), dt.time(12, 30), dt.datetime(2024, 2, 29, 12, 30),
        dt.timedelta(seconds=90),
    ],
)  # fmt: skip
def test_every_value_comes_back(engine: cep.Engine, value: object) -> None:
    assert engine.execute("SELECT ?", [value]).fetchall() == [(value,)]


def test_text_takes_the_type_it_is_compared_with(engine: cep.Engine) -> None:
    sql = "SELECT DATE '2024-02-29' = ?, TIMESTAMP '2024-02-29 00:00:00' < ?"
    assert engine.execute(sql, ["2024-02-29", "2024-03-01"]).fetchall() == [(True, True)]


def test_in_continuous_queries_and_inserts(engine: cep.Engine) -> None:
    engine.execute("CREATE STREAM s (k VARCHAR, v INT)")
    query = engine.query("SELECT k FROM s WHERE v > :least", {"least": 3})
    engine.execute("INSERT INTO s VALUES (?, ?), ('b', 9)", ["a", 2])
    assert query.fetchall() == [("b",)]


def test_missing_and_unfit_values(engine: cep.Engine) -> None:
    with pytest.raises(BindError, match="no value was given for parameter 2"):
        engine.execute("SELECT ?, ?", [1])
    with pytest.raises(BindError, match="no value was given for :b"):
        engine.execute("SELECT :b", {"a": 1})
    with pytest.raises(UsageError, match="cannot be a object"):
        engine.execute("SELECT ?", [object()])
