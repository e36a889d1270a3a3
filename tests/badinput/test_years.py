"""The calendar has the years 1 to 9999: what lies outside is an error of its row."""

from __future__ import annotations

import pathlib

import pyarrow as pa
import pytest

import cep
from cep.errors import BindError, EvaluationError

BEYOND = 253_402_300_800  # 10000-01-01, in seconds


@pytest.mark.parametrize(
    "expression",
    [
        "TIMESTAMP '9999-12-31 23:59:59' + INTERVAL '1' SECOND",
        "TIMESTAMP '0001-01-01 00:00:00' - INTERVAL '1' SECOND",
        "TIMESTAMP '9999-12-31 23:59:59' + INTERVAL '1' MONTH",
        "TIMESTAMP_LTZ '0001-01-01 00:00:00' - INTERVAL '1' YEAR",
        "DATE '9999-12-31' + INTERVAL '1' MONTH",
        "CEIL(DATE '9999-12-31' TO YEAR)",
        "CEIL(TIMESTAMP '9999-12-31 23:59:59.5' TO SECOND)",
        "DATE_ADD(DATE '9999-12-31', 1)",
        "TIMESTAMPADD(DAY, -1, TIMESTAMP '0001-01-01 00:00:00')",
        "TO_TIMESTAMP_LTZ(253402300800, 0)",
    ],
)
def test_what_is_computed(expression: str) -> None:
    with pytest.raises(EvaluationError, match=r"outside the years|out of range"):
        cep.Engine().execute(f"SELECT {expression}").fetchall()


def test_the_last_instant_is_a_value() -> None:
    result = cep.Engine().execute(
        "SELECT CAST(FLOOR(TIMESTAMP '9999-12-31 23:59:59.999999' TO YEAR) AS VARCHAR),"
        " CAST(FLOOR(TIMESTAMP '0001-01-01 00:00:00' TO WEEK) AS VARCHAR)"
    )
    assert [tuple(r) for r in result] == [("9999-01-01 00:00:00.000000", "0001-01-01 00:00:00")]


@pytest.mark.parametrize("unit", ["s", "ms", "us"])
def test_what_is_inserted(unit: str) -> None:
    factor = {"s": 1, "ms": 1_000, "us": 1_000_000}[unit]
    engine = cep.Engine()
    engine.execute("CREATE STREAM s (ts TIMESTAMP(3), day DATE, WATERMARK FOR ts)")
    query = engine.query("SELECT ts FROM s")
    times = pa.array([0, BEYOND * factor, 1 * factor], pa.timestamp(unit))
    days = pa.array([0, 0, 2_932_897], pa.date32())
    engine.insert("s", pa.table({"ts": times, "day": days}))
    assert len(query.fetchall()) == 1
    errors = engine.execute("SELECT error FROM errors.s").fetchall()
    assert [e.error.partition(" ")[0] for e in errors] == ["ts:", "day:"]
    assert all("10000-01-01" in e.error for e in errors)


@pytest.mark.parametrize(
    ("name", "lines"),
    [
        ("ts.csv", "ts,n\n253402300800000,1\n1000,2\n99999999999999999,3\n"),
        (
            "ts.jsonl",
            '{"ts": 253402300800000, "n": 1}\n{"ts": 1000, "n": 2}\n{"ts": 1e99, "n": 3}\n',
        ),
    ],
)
def test_what_is_read(tmp_path: pathlib.Path, name: str, lines: str) -> None:
    path = tmp_path / name
    path.write_text(lines)
    engine = cep.Engine()
    engine.execute(
        "CREATE STREAM f (ts TIMESTAMP(3), n INT) "
        f"WITH (connector = 'file', path = '{path}', timestamp_format = 'epoch_ms')"
    )
    assert [r.n for r in engine.execute("SELECT ts, n FROM f")] == [2]
    assert engine.errors["f"].count == 2


def test_a_window_that_sticks_out() -> None:
    engine = cep.Engine()
    engine.execute("CREATE STREAM s (ts TIMESTAMP(3), WATERMARK FOR ts)")
    engine.execute(
        "START q AS SELECT window_start, COUNT(*) AS n "
        "FROM TUMBLE(TABLE s, DESCRIPTOR(ts), INTERVAL '1' DAY, INTERVAL '106751990' DAY) "
        "GROUP BY window_start, window_end"
    )
    for ts in ("0001-01-01 00:00:00", "2024-01-01 12:00:00", "9999-12-31 00:00:00"):
        engine.insert("s", {"ts": ts})
    engine.finish("s")
    running = engine.queries["q"]
    assert [b.columns[1].to_pylist() for b in running.said] == [[1], [1]]
    errors = engine.execute("SELECT error, row FROM errors.q").fetchall()
    assert [e.error for e in errors] == ["the window is outside the years 1 to 9999"]
    assert "9999-12-31" in errors[0].row


def test_a_window_longer_than_the_calendar() -> None:
    engine = cep.Engine()
    engine.execute("CREATE STREAM s (ts TIMESTAMP(3), WATERMARK FOR ts)")
    with pytest.raises(BindError, match="no window is that long"):
        engine.query("SELECT * FROM TUMBLE(TABLE s, DESCRIPTOR(ts), INTERVAL '3652060' DAY)")
