"""Materialized views as a program reads them: snapshots, changes, and what becomes of them."""

from __future__ import annotations

import json

import pytest

import cep

TURNOVER = "CREATE MATERIALIZED VIEW v AS SELECT k, SUM(x) AS total FROM s GROUP BY k"


@pytest.fixture
def engine() -> cep.Engine:
    made = cep.Engine()
    made.execute("CREATE STREAM s (k INT, x INT)")
    made.execute(TURNOVER)
    return made


def test_changes_with_their_weights(engine: cep.Engine) -> None:
    engine.insert("s", [(1, 10), (2, 20)])
    changes = engine.subscribe("v")
    whole = engine.subscribe("v", snapshot=True)
    engine.insert("s", [(1, 5), (1, 6), (3, 1)])
    said = [("-", -1, 1, 10), ("+", 1, 1, 21), ("+", 1, 3, 1)]
    assert sorted(changes) == sorted(said)
    assert list(whole)[:2] == [("+", 1, 1, 10), ("+", 1, 2, 20)]
    assert changes.fetchall() == []
    engine.insert("s", (3, 2))
    (batch,) = changes.batches()
    assert batch.schema.names == ["op", "weight", "k", "total"]
    assert batch.column("weight").to_pylist() == [-1, 1]


def test_what_cancels_within_a_moment_is_not_said(engine: cep.Engine) -> None:
    engine.insert("s", (1, 10))
    changes = engine.subscribe("v")
    engine.insert("s", [(1, 5), (1, -5)])
    assert changes.fetchall() == []


def test_debezium(engine: cep.Engine) -> None:
    changes = engine.subscribe("v")
    engine.insert("s", (1, 10))
    engine.insert("s", (1, 5))
    created, updated = map(json.loads, changes.debezium())
    assert (created["op"], created["before"], created["after"]) == (
        "c",
        None,
        {"k": 1, "total": 10},
    )
    assert (updated["op"], updated["before"]) == ("u", {"k": 1, "total": 10})


def test_progress() -> None:
    engine = cep.Engine()
    engine.execute("CREATE STREAM s (x INT, ts TIMESTAMP(0), WATERMARK FOR ts)")
    engine.execute("CREATE MATERIALIZED VIEW v AS SELECT x, ts FROM s WHERE x > 1")
    changes = engine.execute("SUBSCRIBE TO v WITH (PROGRESS)")
    engine.insert("s", [(1, "2026-01-01 00:00:05"), (2, "2026-01-01 00:00:03")])
    row, progress = changes
    assert (row.op, row.x, row.watermark) == ("+", 2, None)
    assert (progress.op, progress.weight, str(progress.watermark)) == (
        *("progress", 0, "2026-01-01 00:00:05"),
    )
    engine.finish()
    assert changes.fetchall() == []


def test_two_views_are_read_at_one_moment(engine: cep.Engine) -> None:
    engine.execute("CREATE MATERIALIZED VIEW w AS SELECT SUM(x) AS total FROM s")
    engine.execute("CREATE MATERIALIZED VIEW u AS SELECT SUM(total) AS total FROM v")
    seen: list[tuple[object, ...]] = []

    def look(x: int) -> int:
        both = "SELECT 'w' AS name, total FROM w UNION ALL SELECT 'u', total FROM u"
        seen.append(tuple(sorted(engine.execute(both).fetchall())))
        return x

    engine.function("look", ["INT"], "INT", look, deterministic=False)
    engine.execute("START looking AS SELECT look(x) AS x FROM s")
    engine.insert("s", (1, 10))
    engine.insert("s", (2, 5))
    # In the middle of an insert the views are what they were before it.
    assert seen == [(("u", None), ("w", None)), (("u", 10), ("w", 10))]


def test_a_view_of_which_nothing_more_comes(engine: cep.Engine) -> None:
    engine.insert("s", (1, 10))
    changes = engine.subscribe("v", snapshot=True)
    reading = engine.query("SELECT total FROM v")
    engine.finish()
    assert changes.fetchall() == [("+", 1, 1, 10)]
    assert reading.fetchall() == [("+", 10)]
    assert engine.queries["query_1"].closed
    assert engine.execute("SELECT * FROM v").fetchall() == [(1, 10)]


def test_a_view_that_is_dropped_ends_its_subscriptions(engine: cep.Engine) -> None:
    changes = engine.subscribe("v")
    engine.insert("s", (1, 10))
    engine.execute("DROP MATERIALIZED VIEW v")
    assert changes.fetchone() == ("+", 1, 1, 10)
    with pytest.raises(cep.EvaluationError, match="the view v was dropped"):
        changes.fetchall()


def test_a_view_that_stops_stops_those_that_read_it() -> None:
    engine = cep.Engine()
    engine.execute("CREATE STREAM s (x INT)")
    engine.execute("CREATE MATERIALIZED VIEW v AS SELECT 10 / x AS y FROM s ON ERROR STOP")
    reading = engine.query("SELECT y FROM v")
    engine.insert("s", (5,))
    engine.insert("s", (0,))
    assert reading.fetchone() == (2,)
    with pytest.raises(cep.EvaluationError, match="the view v, which it reads, has stopped"):
        reading.fetchall()
    with pytest.raises(cep.EvaluationError, match="the view v has stopped: division by zero"):
        engine.execute("SELECT * FROM v")


def test_what_views_keep_is_counted(engine: cep.Engine) -> None:
    engine.insert("s", [(k, 1) for k in range(100)])
    (shown,) = engine.execute("SHOW VIEWS")
    assert (shown.name, shown.kind, shown.state, shown.rows) == (
        *("v", "materialized view", "running", 100),
    )
    assert shown.bytes > 1000
    assert engine.execute("DESCRIBE v").fetchall() == [
        ("k", "INT", "materialized view, key"),
        ("total", "BIGINT", "materialized view"),
    ]
