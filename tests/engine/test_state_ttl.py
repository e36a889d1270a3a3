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


def test_rows_of_set_operations_and_partitions_are_forgotten_too() -> None:
    clock = cep.VirtualClock()
    engine = cep.Engine(clock=clock)
    engine.execute("CREATE STREAM s (k VARCHAR, v INT); CREATE STREAM t (k VARCHAR)")
    ttl = "WITH (state_ttl = INTERVAL '10' SECOND)"
    except_ = engine.query(f"SELECT k FROM s EXCEPT SELECT k FROM t {ttl}")
    first = engine.query(
        f"SELECT k, v FROM s QUALIFY ROW_NUMBER() OVER (PARTITION BY k ORDER BY v DESC) = 1 {ttl}"
    )
    engine.insert("s", [("a", 5), ("b", 7)])
    clock.set(5 * SECOND)
    engine.insert("s", ("b", 6))
    clock.set(11 * SECOND)
    engine.insert("s", [("a", 1), ("b", 1)])
    # a had been forgotten after 10 s without a row: nothing is taken back, and it starts anew.
    assert [tuple(r) for r in except_] == [("+", "a"), ("+", "b"), ("+", "a")]
    assert [tuple(r) for r in first] == [("+", "a", 5), ("+", "b", 7), ("+", "a", 1)]
    clock.set(60 * SECOND)
    engine.tick()
    assert all(q.graph.size().rows == 0 for q in engine.queries.values())


def test_rows_of_a_join_are_forgotten_too() -> None:
    clock = cep.VirtualClock()
    engine = cep.Engine(clock=clock)
    engine.execute("CREATE STREAM a (k INT, x INT); CREATE STREAM b (k INT, y INT)")
    query = engine.query(
        "SELECT x, y FROM a LEFT JOIN b ON a.k = b.k WITH (state_ttl = INTERVAL '10' SECOND)"
    )
    engine.insert("a", [(1, 10), (2, 20)])
    clock.set(6 * SECOND)
    engine.insert("b", (1, 100))
    clock.set(11 * SECOND)
    engine.insert("a", (1, 11))
    engine.insert("b", [(1, 101), (2, 200)])
    # What was said of a forgotten row stays said, and a partner that comes later is not found.
    assert [tuple(r) for r in query] == [
        ("+", 10, None), ("+", 20, None),
        ("-", 10, None), ("+", 10, 100),
        ("+", 11, 100), ("+", 11, 101),
    ]  # fmt: skip
    clock.set(30 * SECOND)
    engine.tick()
    (running,) = engine.queries.values()
    assert running.graph.size().rows == 0
