"""WITH (state_ttl = …): a group that no row has come for is forgotten, by the engine's clock."""

from __future__ import annotations

import cep

SECOND = 1_000_000


def test_a_key_that_comes_back_later_starts_anew() -> None:
    clock = cep.VirtualClock()
    engine = cep.Engine(clock=clock)
    engine.execute("CREATE STREAM s (k VARCHAR)")
    query = engine.query(
        "SELECT k, COUNT(*) AS n FROM s GROUP BY k WITH (state_ttl = INTERVAL '10' SECOND)"
    )
    engine.insert("s", [("a",), ("b",)])
    clock.set(9 * SECOND)
    engine.insert("s", ("a",))
    clock.set(15 * SECOND)
    engine.insert("s", [("a",), ("b",)])
    changes = [tuple(row) for row in query]
    # b had been forgotten after 10 s without a row, and nothing is taken back for it.
    assert changes == [
        ("+", "a", 1), ("+", "b", 1),
        ("-", "a", 1), ("+", "a", 2),
        ("-", "a", 2), ("+", "a", 3), ("+", "b", 1),
    ]  # fmt: skip


def test_the_state_is_freed_when_the_clock_goes_on() -> None:
    clock = cep.VirtualClock()
    engine = cep.Engine(clock=clock)
    engine.execute("CREATE STREAM s (k INT)")
    engine.execute(
        "START q AS SELECT k, COUNT(*) FROM s GROUP BY k WITH (state_ttl = INTERVAL '1' MINUTE)"
    )
    engine.insert("s", [(n,) for n in range(100)])
    assert engine.queries["q"].graph.size().rows == 100
    clock.set(61 * SECOND)
    engine.tick()
    assert engine.queries["q"].graph.size().rows == 0
