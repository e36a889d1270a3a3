"""A running query can be thrown away and restored from bytes, with everything it had put aside."""

from __future__ import annotations

import pytest

import cep
from cep import snapshots
from cep.errors import StateError
from cep.grammar.parser import parse_query
from cep.running import Running

DECLARATION = """
CREATE STREAM s (k VARCHAR, v INT, ts TIMESTAMP(3), WATERMARK FOR ts AS ts - INTERVAL '5' SECOND)
"""
WINDOWS = """
SELECT k, window_start, SUM(10 / v) AS n
FROM TUMBLE(TABLE s, DESCRIPTOR(ts), INTERVAL '10' SECOND) GROUP BY k, window_start
"""


def started(query: str = WINDOWS) -> tuple[cep.Engine, Running]:
    engine = cep.Engine(clock=cep.VirtualClock())
    engine.execute(DECLARATION)
    engine.start(parse_query(query), name="q")
    return engine, engine.queries["q"]


def test_errors_and_late_rows_go_on_being_counted() -> None:
    engine, running = started()
    engine.insert("s", ("a", 0, "2024-01-01 00:00:01"))
    engine.insert("s", ("a", 1, "2024-01-01 00:00:30"))
    engine.insert("s", ("a", 1, "2024-01-01 00:00:02"))
    engine.insert("s", ("a", 1, None))
    kept = snapshots.to_bytes(running.snapshot())

    other = cep.Engine(clock=cep.VirtualClock())
    other.execute(DECLARATION)
    result = other.start(parse_query(WINDOWS), name="q", snapshot=snapshots.from_bytes(kept))
    other.insert("s", ("a", 0, "2024-01-01 00:00:31"))
    other.insert("s", ("a", 5, "2024-01-01 00:00:03"))
    other.finish()
    restored = other.queries["q"]
    assert restored.aside.errors.count == 2
    assert restored.aside.late_rows.count == 2
    assert other.errors["s"].count == 1
    assert [row.n for row in result] == [10]


def test_a_snapshot_of_another_query_is_refused() -> None:
    _, running = started()
    snapshot = running.snapshot()
    engine = cep.Engine()
    engine.execute(DECLARATION)
    engine.execute("CREATE STREAM t (a INT)")
    with pytest.raises(StateError, match="does not fit"):
        engine.start(parse_query("SELECT a FROM t"), snapshot=snapshot)
    with pytest.raises(StateError, match="does not fit"):
        engine.start(parse_query("SELECT k, COUNT(*) FROM s GROUP BY k"), snapshot=snapshot)


def test_a_finished_limit_stays_finished() -> None:
    engine, running = started("SELECT COUNT(*) FROM (SELECT k FROM s LIMIT 2)")
    engine.insert("s", ("a", 0, "2024-01-01 00:00:01"))
    snapshot = running.snapshot()
    other = cep.Engine()
    other.execute(DECLARATION)
    query = parse_query("SELECT COUNT(*) FROM (SELECT k FROM s LIMIT 2)")
    result = other.start(query, name="q", snapshot=snapshot)
    other.insert("s", [("b", 0, "2024-01-01 00:00:02"), ("c", 0, "2024-01-01 00:00:03")])
    assert [tuple(row) for row in result] == [(2,)]
    assert other.queries["q"].closed
