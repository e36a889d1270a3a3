"""Conditions on the clock while it goes on and no rows come."""

from __future__ import annotations

import cep
from cep.runtime.time import SECOND, VirtualClock

QUERY = (
    "SELECT k FROM s WHERE ts > now() - INTERVAL '10' SECOND AND ts <= now() + INTERVAL '1' SECOND"
)


def test_rows_come_and_go_with_the_clock() -> None:
    clock = VirtualClock(0)
    engine = cep.Engine(clock=clock)
    engine.execute("CREATE STREAM s (k VARCHAR, ts TIMESTAMP(3))")
    query = engine.query(QUERY)
    engine.insert("s", [("a", "1970-01-01 00:00:00"), ("b", "1970-01-01 00:00:05")])
    assert query.fetchall() == [("+", "a")]
    clock.set(4 * SECOND - 1)
    engine.tick()
    assert query.fetchall() == []
    clock.set(4 * SECOND)
    engine.tick()
    assert query.fetchall() == [("+", "b")]
    clock.set(12 * SECOND)
    engine.tick()
    assert query.fetchall() == [("-", "a")]
    # What came and went while nobody looked is never said.
    engine.insert("s", ("c", "1970-01-01 00:00:15"))
    clock.set(60 * SECOND)
    engine.tick()
    assert query.fetchall() == [("-", "b")]
    assert engine.queries["query_1"].graph.size().rows == 0


def test_explain_says_when_rows_enter_and_leave() -> None:
    engine = cep.Engine(clock=VirtualClock(0))
    engine.execute("CREATE STREAM s (k VARCHAR, ts TIMESTAMP(3))")
    text = "\n".join(row[0] for row in engine.execute(f"EXPLAIN {QUERY}").fetchall())
    assert "leaves:     CAST(ts AS TIMESTAMP_LTZ(3)) + 10 s" in text
    assert "enters:     CAST(ts AS TIMESTAMP_LTZ(3)) - 1 s" in text
    assert "changes:    inserts and retractions" in text
