"""Odd uses of an engine: after its end, with odd parameters, from many threads."""

from __future__ import annotations

import datetime as dt
import decimal
import threading
from collections.abc import Callable

import numpy as np
import pyarrow as pa
import pytest

import cep
from cep.errors import BindError, CepError, UsageError

TS = "2024-01-01 00:00:01"


@pytest.fixture
def engine() -> cep.Engine:
    e = cep.Engine()
    e.execute("CREATE STREAM s (k VARCHAR, n INT, ts TIMESTAMP(3), WATERMARK FOR ts)")
    return e


@pytest.mark.parametrize(
    "use",
    [
        lambda e: e.execute("SELECT 1"),
        lambda e: e.query("SELECT k FROM s"),
        lambda e: e.insert("s", ("a", 1, TS)),
        lambda e: e.advance("s", TS),
        lambda e: e.finish(),
        lambda e: e.finish("s"),
        lambda e: e.run(),
    ],
)
def test_after_it_is_closed(engine: cep.Engine, use: Callable[[cep.Engine], object]) -> None:
    query = engine.query("SELECT k FROM s")
    engine.insert("s", ("a", 1, TS))
    engine.close()
    engine.close()
    with pytest.raises(UsageError, match="the engine is closed"):
        use(engine)
    assert query.fetchall() == [("a",)]


@pytest.mark.parametrize(
    ("statement", "user"),
    [
        ("START q AS SELECT k FROM s", "DROP STREAM s"),
        ("START q AS SELECT k FROM s", "CREATE OR REPLACE STREAM s (z INT)"),
        ("INSERT INTO t SELECT k FROM s", "DROP STREAM t"),
        ("INSERT INTO t SELECT k FROM s", "CREATE OR REPLACE STREAM t (z INT)"),
        ("INSERT INTO hole SELECT k FROM s", "DROP SINK hole"),
        (
            "CREATE SINK pit WITH (connector = 'blackhole') AS SELECT k FROM s",
            "CREATE OR REPLACE SINK pit WITH (connector = 'blackhole') AS SELECT n FROM s",
        ),
    ],
)
def test_what_is_used_is_not_taken_away(engine: cep.Engine, statement: str, user: str) -> None:
    engine.execute("CREATE STREAM t (k VARCHAR); CREATE SINK hole WITH (connector = 'blackhole')")
    engine.execute(statement)
    running = list(engine.queries.values())[-1]
    with pytest.raises(BindError, match=f"is being used by {running.name}"):
        engine.execute(user)
    engine.insert("s", ("a", 1, TS))
    assert running.rows_out == 1
    engine.execute(f"STOP {running.name}")
    engine.execute(user)


PARAMETERS: list[tuple[object, object]] = [
    (decimal.Decimal("1E+3"), decimal.Decimal(1000)),
    (decimal.Decimal("0.001"), decimal.Decimal("0.001")),
    (decimal.Decimal("-0.00"), decimal.Decimal("0.00")),
    (2**63, decimal.Decimal(2**63)),
    (np.int64(3), 3),
    (np.float32(1.5), 1.5),
    (np.bool_(True), True),
    (np.str_("x"), "x"),
    (np.datetime64("2024-01-01T00:00:00", "us"), dt.datetime(2024, 1, 1)),
    (dt.datetime.max, dt.datetime.max),
    (b"\xff", b"\xff"),
    (None, None),
]


@pytest.mark.parametrize(("value", "kept"), PARAMETERS, ids=repr)
def test_parameters(engine: cep.Engine, value: object, kept: object) -> None:
    assert engine.execute("SELECT ? AS v", [value]).fetchall() == [(kept,)]
    assert engine.execute("SELECT :v AS v", {"v": value}).fetchall() == [(kept,)]


@pytest.mark.parametrize(
    "value",
    [
        decimal.Decimal("NaN"),
        decimal.Decimal("1E+50"),
        decimal.Decimal("1E-50"),
        2**200,
        -(2**127),
        dt.timedelta.max,
        "\ud800",
        [1, 2],
        {"a": 1},
        pytest.param(object(), id="object()"),
    ],
    ids=repr,
)
def test_what_is_no_parameter(engine: cep.Engine, value: object) -> None:
    with pytest.raises(UsageError, match="a parameter cannot be"):
        engine.execute("SELECT ?", [value])


@pytest.mark.parametrize("to", [None, True, 1.5, float("nan"), "x", "2024-02-30", dt.time(1), []])
def test_what_is_no_time(engine: cep.Engine, to: object) -> None:
    with pytest.raises(UsageError, match="is not a timestamp"):
        engine.advance("s", to)


def test_watermarks_at_the_ends_of_the_calendar(engine: cep.Engine) -> None:
    for late in (10**18, 10**30, 2**63 - 1):
        with pytest.raises(UsageError, match="outside the years 1 to 9999"):
            engine.advance("s", late)
    engine.advance("s", -(10**30))
    engine.execute(
        "CREATE STREAM slow (ts TIMESTAMP(3), WATERMARK FOR ts AS ts - INTERVAL '106751990' DAY);"
        "START q AS SELECT ts FROM s; START r AS SELECT ts FROM slow"
    )
    engine.insert("slow", (TS,))
    engine.advance("s", "9999-12-31 23:59:59.999999")
    shown = engine.execute("SHOW WATERMARKS").fetchall()
    assert [(r.stream, r.watermark) for r in shown] == [("s", dt.datetime.max), ("slow", None)]


def test_rows_from_many_threads_are_all_there(engine: cep.Engine) -> None:
    query = engine.query("SELECT k, n FROM s")

    def work(name: str) -> None:
        for n in range(200):
            engine.insert("s", (name, n, TS))

    threads = [threading.Thread(target=work, args=(str(i),)) for i in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    rows = query.fetchall()
    assert sorted(rows) == sorted((str(i), n) for i in range(4) for n in range(200))
    for i in range(4):
        assert [r.n for r in rows if r.k == str(i)] == list(range(200))


def test_rows_inserted_while_the_result_is_read(engine: cep.Engine) -> None:
    query = engine.query("SELECT n FROM s")
    engine.insert("s", ("a", 0, TS))
    seen = []
    for row in query:
        seen.append(row.n)
        if row.n < 5:
            engine.insert("s", ("a", row.n + 1, TS))
    assert seen == [0, 1, 2, 3, 4, 5]


def test_names_of_all_kinds() -> None:
    engine = cep.Engine()
    columns = {"select": 1, "Größe": 2, "a.b": 3, 'q"x': 4, " ": 5, "_fields": 6, "count": 7}
    written = {n: '"' + n.replace('"', '""') + '"' for n in columns}
    engine.execute(f'CREATE STREAM "My Stream" ({", ".join(f"{w} INT" for w in written.values())})')
    query = engine.query(f'SELECT {", ".join(written.values())} FROM "My Stream"')
    engine.insert("My Stream", columns)
    (row,) = query.fetchall()
    assert tuple(row) == tuple(columns.values())
    declared = engine.execute('DESCRIBE "My Stream"').message
    assert declared is not None
    again = cep.Engine()
    again.execute(declared)
    assert again.execute('DESCRIBE "My Stream"').message == declared


def test_two_columns_of_one_name(engine: cep.Engine) -> None:
    def result() -> cep.Result:
        return engine.execute("SELECT 1 AS a, 2 AS a")

    assert result().fetchall() == [(1, 2)]
    assert result().arrow().column_names == ["a", "a"]
    assert list(result().pandas().columns) == ["a", "a"]
    with pytest.raises(UsageError, match="two columns called a"):
        result().polars()


def test_much_at_once(engine: cep.Engine) -> None:
    queries = [engine.query(f"SELECT n FROM s WHERE n % 100 = {i}") for i in range(100)]
    count = 200_000
    engine.insert(
        "s",
        pa.table(
            {
                "k": pa.array(["x" * 10] * (count - 1) + ["x" * 10_000_000]),
                "n": np.arange(count, dtype=np.int32),
                "ts": pa.array(np.arange(count), pa.timestamp("ms")),
            }
        ),
    )
    assert [q.arrow().num_rows for q in queries] == [count // 100] * 100


@pytest.mark.parametrize("stream", [None, 5, "t"])
def test_no_stream(engine: cep.Engine, stream: str) -> None:
    with pytest.raises(CepError, match="there is no stream called"):
        engine.insert(stream, {})
