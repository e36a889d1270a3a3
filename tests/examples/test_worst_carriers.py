"""The example of a materialized view says of each day what DuckDB says of the whole file."""

from __future__ import annotations

import runpy
from pathlib import Path

import duckdb
import pytest

ROOT = Path(__file__).resolve().parent.parent.parent


def test_worst_carriers(capsys: pytest.CaptureFixture[str]) -> None:
    runpy.run_path(str(ROOT / "examples/flights/worst_carriers.py"), run_name="__main__")
    said = dict(line.split("  ", 1) for line in capsys.readouterr().out.splitlines())
    rows = duckdb.execute(f"""
        SELECT day::VARCHAR AS day, carrier, mean FROM (
          SELECT time_hour::DATE AS day, carrier, AVG(dep_delay) AS mean
          FROM read_csv('{ROOT}/examples/flights/data/flights.csv', nullstr = 'NA')
          GROUP BY ALL HAVING COUNT(dep_delay) >= 20
        )
        QUALIFY ROW_NUMBER() OVER (PARTITION BY day ORDER BY round(mean, 1) DESC, carrier) <= 3
    """).fetchall()
    last = max(day for day, _, _ in rows)
    assert len(said) > 15
    assert list(said) == sorted(said)
    # A day is asked for when the next one begins; the last one is complete.
    expected = sorted(((-mean, name) for day, name, mean in rows if day == last))
    assert said[last] == ", ".join(f"{name} {-mean:.1f} min" for mean, name in expected)
