"""The examples over the sample of flights say what DuckDB, or plain Python, says of that file."""

from __future__ import annotations

import csv
from collections.abc import Iterator
from datetime import datetime, timedelta
from decimal import ROUND_HALF_UP, Decimal
from pathlib import Path

import duckdb
import pytest

import cep
from cep.results import Row
from cep.scripts import Script, fill, read_script

ROOT = Path(__file__).resolve().parent.parent.parent
FLIGHTS = ROOT / "examples/flights/data/flights.csv"


@pytest.fixture
def engine() -> Iterator[cep.Engine]:
    with cep.Engine() as engine:
        yield engine


@pytest.fixture(scope="module")
def duck() -> Iterator[duckdb.DuckDBPyConnection]:
    with duckdb.connect() as connection:
        connection.execute("SET TimeZone = 'UTC'")
        connection.execute(f"""
            CREATE TABLE flights AS
            SELECT origin, dep_delay, time_hour::TIMESTAMP AS hour
            FROM read_csv('{FLIGHTS}', nullstr = 'NA')
        """)
        yield connection


def run(engine: cep.Engine, name: str, **values: str) -> list[list[Row]]:
    """Run an example; return the rows of each of its queries."""
    script = read_script(str(ROOT / "examples/flights" / f"{name}.sql"))
    (filled,) = fill([Script(script.text, script.origin)], {"flights": str(FLIGHTS), **values})
    results = engine.script(filled.text, origin=filled.origin, drive=True)
    return [r.fetchall() for r in results if len(r.schema)]


def plain(rows: list[Row]) -> list[tuple[object, ...]]:
    return [tuple(row) for row in rows]


def one_digit(dividend: int, divisor: int) -> float:
    """Divide exactly and round half away from zero, to one digit."""
    exact = Decimal(dividend) / Decimal(divisor)
    return float(exact.quantize(Decimal("0.1"), ROUND_HALF_UP))


def test_delays(engine: cep.Engine, duck: duckdb.DuckDBPyConnection) -> None:
    (rows,) = run(engine, "delays")
    expected = duck.execute("""
        SELECT origin, hour, COUNT(*), SUM(dep_delay), COUNT(*) FILTER (WHERE dep_delay > 30)
        FROM flights
        WHERE dep_delay IS NOT NULL
        GROUP BY origin, hour
    """).fetchall()
    assert sorted(plain(rows)) == sorted(
        (origin, hour, n, one_digit(total, n), one_digit(100 * over, n))
        for origin, hour, n, total, over in expected
    )
    hours = [row.hour for row in rows]
    assert hours == sorted(hours), "hours are said in the order in which they end"


def test_delays_are_the_same_however_closely_the_file_is_read(engine: cep.Engine) -> None:
    (whole,) = run(engine, "delays")
    with cep.Engine() as other:
        other.execute("SET batch_rows = 500")
        (parts,) = run(other, "delays")
    assert sorted(plain(parts)) == sorted(plain(whole))


def test_worst_hour(engine: cep.Engine, duck: duckdb.DuckDBPyConnection) -> None:
    changes, last = run(engine, "worst_hour")
    expected = duck.execute("""
        SELECT hour, COUNT(*) FILTER (WHERE dep_delay > 30) AS delayed
        FROM flights GROUP BY hour ORDER BY delayed DESC, hour LIMIT 5
    """).fetchall()
    assert plain(last) == expected
    assert len(changes) > 10
    # Every row but the last is taken back when the next one is said, and it only gets worse.
    said = [(r.worst_hour, r.delayed) for r in changes if r.op == "+"]
    taken_back = [(r.worst_hour, r.delayed) for r in changes if r.op == "-"]
    assert [r.op for r in changes] == ["+", *["-", "+"] * len(taken_back)]
    assert said[:-1] == taken_back
    assert said[-1] == expected[0]
    assert [n for _, n in said] == sorted({n for _, n in said})


@pytest.mark.parametrize("lateness", [2, 6])
def test_late(engine: cep.Engine, lateness: int) -> None:
    first, by_day = run(engine, "late", lateness=str(lateness))
    expected = late_rows(timedelta(hours=lateness))
    assert engine.queries["hourly"].aside.late_rows.count == len(expected)
    assert sum(row.late_rows for row in by_day) == len(expected)
    assert {row.day.date(): row.late_rows for row in by_day} == {
        day: sum(hour.date() == day for hour, *_ in expected)
        for day in {hour.date() for hour, *_ in expected}
    }
    shown = [(r.hour, r.watermark, r.origin, int(r.dep_delay)) for r in first]
    assert len(shown) == min(10, len(expected))
    assert set(shown) <= set(expected)
    assert [w for _, w, *_ in shown] == sorted(w for _, w, *_ in expected)[:10]


def late_rows(lateness: timedelta) -> list[tuple[datetime, datetime, str, int]]:
    """Return hour, watermark, origin and delay of the rows whose hour had been closed before."""
    found = []
    highest = datetime.min
    with FLIGHTS.open(newline="") as file:
        for row in csv.DictReader(file):
            hour = datetime.fromisoformat(row["time_hour"]).replace(tzinfo=None)
            watermark = highest - lateness if highest > datetime.min else datetime.min
            highest = max(highest, hour)
            if row["dep_delay"] != "NA" and hour + timedelta(hours=1) <= watermark:
                found.append((hour, watermark, row["origin"], int(row["dep_delay"])))
    return found
