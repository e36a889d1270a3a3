"""The examples that join by time say what DuckDB says; the change log keeps a table current."""

from __future__ import annotations

import runpy
from pathlib import Path

import duckdb
import pytest

import cep
from cep.scripts import Script, fill, read_script

ROOT = Path(__file__).resolve().parent.parent.parent
FLIGHTS = ROOT / "examples/flights/data"
CDC = ROOT / "examples/cdc"


def run(name: str, **values: str) -> list[list[tuple[object, ...]]]:
    """Run an example; return the rows of each of its queries."""
    script = read_script(str(ROOT / "examples" / name))
    (filled,) = fill([Script(script.text, script.origin)], values)
    with cep.Engine() as engine:
        results = engine.script(filled.text, origin=filled.origin, drive=True)
        return [[tuple(r) for r in result.fetchall()] for result in results if len(result.schema)]


def test_weather() -> None:
    files = {name: str(FLIGHTS / f"{name}.csv") for name in ("flights", "weather", "planes")}
    by_wind, worst = run("flights/weather.sql", **files)
    with duckdb.connect() as duck:
        for name, path in files.items():
            duck.execute(f"CREATE TABLE {name} AS FROM read_csv('{path}', nullstr = 'NA')")
        duck.execute("""
            CREATE VIEW departures AS
            SELECT f.*, w.wind_speed, w.visib, p.seats
            FROM (SELECT *, time_hour + to_minutes(minute::INT) AS departs FROM flights) f
              ASOF LEFT JOIN weather w ON f.origin = w.origin AND f.departs >= w.time_hour
              LEFT JOIN planes p USING (tailnum)
        """)
        expected = duck.execute("""
            SELECT CASE WHEN visib < 3 THEN 'bad' ELSE 'good' END AS sight,
              (floor(wind_speed / 10) * 10)::INT AS wind, count(*),
              count(*) FILTER (WHERE dep_delay IS NULL), avg(dep_delay), sum(seats)::BIGINT
            FROM departures WHERE wind_speed IS NOT NULL GROUP BY ALL ORDER BY ALL
        """).fetchall()
    assert len(by_wind) == 7
    assert [(*r[:4], r[5]) for r in by_wind] == [(*r[:4], r[5]) for r in expected]
    assert [r[4] for r in by_wind] == [pytest.approx(r[4], abs=0.051) for r in expected]
    delays = [r[4] for r in worst]
    assert delays == [853, 788, 786, 747, 592]


def test_tiers() -> None:
    files = {"changes": str(CDC / "customers.jsonl"), "orders": str(CDC / "orders.csv")}
    orders, customers = run("cdc/tiers.sql", **files)
    assert sorted(orders, key=str) == [
        (1, 120, "Ann", "Oslo", "gold"),
        (2, 80, "Bob", "Bergen", "basic"),
        (3, 75, "Bob", "Oslo", "basic"),
        (4, 60, "Cid", "Oslo", "basic"),
        (5, 65, "Cid", "Oslo", "gold"),
        (6, 10, None, None, None),
        (7, 200, "Dee", "Tromsø", "gold"),
        (8, 15, None, None, None),
    ]
    assert [c[0] for c in customers] == [2, 3, 4, 5]


def test_current(capsys: pytest.CaptureFixture[str]) -> None:
    runpy.run_path(str(CDC / "current.py"), run_name="__main__")
    said = capsys.readouterr().out.splitlines()
    assert said[-6:] == [
        "  2 Bob, Oslo, basic",
        "  3 Cid, Oslo, gold",
        "  4 Dee, Tromsø, gold",
        "  5 Eve, Tromsø, basic",
        "  Oslo: 280",
        "  Tromsø: 200",
    ]
    changes = [line.split(maxsplit=1) for line in said if line[2:3] in {"+", "-"}]
    stands: list[str] = []
    for sign, row in changes:
        (stands.append if sign == "+" else stands.remove)(row)
    assert sorted(stands) == ["Oslo: 280 spent, by 2", "Tromsø: 200 spent, by 1"]
