"""Steps of months from times: what they are, and how far the rows around one can lead."""

from __future__ import annotations

import datetime as dt
from zoneinfo import ZoneInfo

import numpy as np
import pytest

import cep
from cep.grammar.parser import parse_query
from cep.running import Output
from cep.runtime.over import calendar
from tests.over.oracle import UTC, Months

HOUR = 3_600_000_000
STEPS = (-24, -13, -12, -2, -1, 1, 2, 12, 25)
ZONES = (None, "Europe/Berlin", "Australia/Lord_Howe", "America/New_York", "Pacific/Apia")


def times(zone: str | None) -> np.ndarray:
    """Return some years of times, so many to the hour that every change of the clocks is met."""
    first = 946_684_800_000_000 if zone is None else 1_262_304_000_000_000
    return first + np.arange(0, 1200 * 24) * HOUR + np.arange(0, 1200 * 24) % 7 * HOUR // 7


@pytest.mark.parametrize("zone", ZONES)
@pytest.mark.parametrize("months", STEPS)
def test_what_the_times_before_and_after_lead_to(months: int, zone: str | None) -> None:
    where = None if zone is None else ZoneInfo(zone)
    given = times(zone)
    there = calendar.moved(given, months, where)
    oracle = Months(months, where or ZoneInfo("UTC"))
    for i in range(0, len(given), 97):
        assert there[i] // 1000 == oracle.of(int(given[i]) // 1000)
    earliest = calendar.earliest(given, months, where)
    latest = calendar.latest(given, months, where)
    assert (np.diff(earliest) >= 0).all()
    assert (np.diff(latest) >= 0).all()
    least = np.minimum.accumulate(there[::-1])[::-1]
    most = np.maximum.accumulate(there)
    assert (earliest <= least).all()
    assert (latest >= most).all()
    # They are not far off either, most of the time.
    hours = 0 if zone is None else 60 if zone == "Pacific/Apia" else 12
    assert np.median(least - earliest) <= (24 + hours) * HOUR
    assert np.median(latest - most) <= hours * HOUR


def test_times_that_lead_nowhere_are_held_back() -> None:
    edge = np.array([-(2**63) + 1, -(2**62), 2**62, 2**63 - 2])
    for months in (-(2**31) + 1, -1, 1, 2**31 - 1):
        for zone in (None, ZoneInfo("Europe/Berlin")):
            there = calendar.moved(edge, months, zone)
            assert (calendar.earliest(edge, months, zone) <= there).all()
            assert (calendar.latest(edge, months, zone) >= there).all()


FRAMES = {
    "back": "INTERVAL '1' MONTH PRECEDING AND CURRENT ROW",
    "ahead": "CURRENT ROW AND INTERVAL '1' MONTH FOLLOWING",
    "both": "INTERVAL '1' MONTH PRECEDING AND INTERVAL '2' MONTH FOLLOWING",
}


@pytest.mark.parametrize("name", FRAMES)
def test_nothing_is_kept_that_is_out_of_reach(name: str) -> None:
    engine = cep.Engine()
    engine.execute("CREATE STREAM s (k INT, v INT, ts TIMESTAMP(3), WATERMARK FOR ts)")
    window = f"(PARTITION BY k ORDER BY ts RANGE BETWEEN {FRAMES[name]})"
    text = f"SELECT k, SUM(v) OVER {window}, MIN(v) OVER {window}, MEDIAN(v) OVER {window} FROM s"
    engine.start(parse_query(text), name="q", output=Output(lambda _: None))
    graph = engine.queries["q"].graph
    empty = graph.size().bytes
    for n in range(20):
        start = dt.datetime(2024, 1, 1) + dt.timedelta(days=120 * n)
        engine.insert(
            "s", [(100 * n + i % 100, i, start + dt.timedelta(hours=i)) for i in range(500)]
        )
        assert graph.size().rows < 5000
    engine.finish()
    assert (graph.size().rows, graph.size().bytes) == (0, empty)


def test_a_row_is_said_when_its_month_has_passed() -> None:
    """From January 30 a month leads to February 28, and from the 28th too: up to its midnight."""
    said: list[int] = []
    engine = cep.Engine()
    engine.execute("CREATE STREAM s (id INT, ts TIMESTAMP(3), WATERMARK FOR ts)")
    text = (
        "SELECT id, COUNT(*) OVER (ORDER BY ts RANGE BETWEEN CURRENT ROW "
        "AND INTERVAL '1' MONTH FOLLOWING) FROM s"
    )
    take = Output(lambda b: said.extend(b.columns[0].to_pylist()))
    engine.start(parse_query(text), name="q", output=take)
    for i, (time, wanted) in enumerate(
        (
            ("2026-01-27T09:00", []),
            ("2026-01-28T18:00", []),
            ("2026-01-30T06:00", []),
            ("2026-02-27T09:00", []),
            ("2026-02-27T09:00:00.001", [0]),
            ("2026-02-28T18:00:00.001", [0, 1]),
            ("2026-02-28T23:59:59.999", [0, 1]),
            ("2026-03-01T00:00", [0, 1, 2]),
        )
    ):
        engine.insert("s", [(i, dt.datetime.fromisoformat(time))])
        assert said == wanted


def test_instants_are_read_by_the_clock() -> None:
    zone = ZoneInfo("Europe/Berlin")
    noon = dt.datetime(2026, 3, 1, 12, tzinfo=zone)
    given = np.array([int(noon.astimezone(UTC).timestamp()) * 1_000_000])
    (later,) = calendar.moved(given, 1, zone)
    assert later - given[0] == (31 * 24 - 1) * HOUR
