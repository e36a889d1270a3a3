"""Queries over one stream share what they begin with, and say what each would say alone."""

from __future__ import annotations

import random
from collections import Counter
from pathlib import Path

import pytest

import cep
from cep.runtime.batch import Batch
from cep.runtime.graph import GraphNode

STREAM = """
    CREATE STREAM s (k INT, v INT, ts TIMESTAMP(0), WATERMARK FOR ts AS ts - INTERVAL '5' SECOND)
"""

QUERIES = (
    "SELECT k, v FROM s WHERE v > 2",
    "SELECT k, SUM(v) AS total FROM s WHERE v > 2 GROUP BY k",
    "SELECT k, SUM(v) + 1 AS total FROM s WHERE v > 2 GROUP BY k",
    "SELECT 60 / (v - 5) AS part FROM s WHERE v > 2",
    "SELECT MAX(60 / (v - 5)) AS part FROM s WHERE v > 2",
    """SELECT window_start, COUNT(*) AS n FROM TUMBLE(TABLE s, DESCRIPTOR(ts), INTERVAL '10' SECOND)
       GROUP BY window_start, window_end""",
    """SELECT window_start, n FROM (
         SELECT window_start, COUNT(*) AS n
         FROM TUMBLE(TABLE s, DESCRIPTOR(ts), INTERVAL '10' SECOND)
         GROUP BY window_start, window_end
       ) WHERE n > 1""",
    "SELECT a.v, b.v AS w FROM s a JOIN s b ON a.k = b.k AND a.v < b.v",
    "SELECT COUNT(*) AS n FROM s a JOIN s b ON a.k = b.k AND a.v < b.v",
    "SELECT k FROM s LIMIT 3",
)


Row = tuple[int, int, str]


def engine_after(past: list[list[Row]]) -> cep.Engine:
    engine = cep.Engine()
    engine.execute(STREAM)
    for rows in past:
        engine.insert("s", rows)
    return engine


def net(result: cep.Result) -> dict[tuple[object, ...], int]:
    """Return what has become of the rows since the last call; steps on the way do not count."""
    found: Counter[tuple[object, ...]] = Counter()
    for row in result.fetchall():
        sign, values = (row[0], row[1:]) if result.changes else ("+", row)
        found[tuple(values)] += 1 if sign == "+" else -1
    return {row: n for row, n in found.items() if n}


def nodes(engine: cep.Engine, *names: str) -> list[GraphNode]:
    return [n for name in names for n in engine.queries[name].graph.nodes]


def some_rows(chance: random.Random) -> list[Row]:
    return [
        (chance.randint(1, 3), chance.randint(0, 9), f"2026-01-01 00:00:{chance.randint(0, 59):02}")
        for _ in range(chance.randint(1, 6))
    ]


@pytest.mark.parametrize("seed", range(30))
def test_what_is_said_together_and_alone(seed: int) -> None:
    chance = random.Random(seed)
    past: list[list[Row]] = []
    together = engine_after(past)
    pairs: list[tuple[str, cep.Result, cep.Engine, cep.Result]] = []
    for step in range(10):
        while len(pairs) < 8 and chance.random() < (0.8 if step == 0 else 0.2):
            query = chance.choice(QUERIES)
            result = together.query(query)
            alone = engine_after(past)
            pairs.append((list(together.queries)[-1], result, alone, alone.query(query)))
        for name, _, alone, _ in pairs:
            if chance.random() < 0.05:
                together.execute(f"STOP {name}")
                alone.execute("STOP query_1")
        rows = some_rows(chance)
        past.append(rows)
        together.insert("s", rows)
        for _, result, alone, expected in pairs:
            alone.insert("s", rows)
            assert net(result) == net(expected)
    together.finish()
    for name, result, alone, expected in pairs:
        alone.finish()
        assert net(result) == net(expected)
        aside, other = together.queries[name].aside, alone.queries["query_1"].aside
        assert aside.errors.to_arrow() == other.errors.to_arrow()
        assert aside.late_rows.count == other.late_rows.count
        assert together.queries[name].closed


def test_what_is_shared() -> None:
    engine = engine_after([])
    grouped = "SELECT k, SUM(v) AS total FROM s WHERE v > 2 GROUP BY k"
    engine.execute(f"START a AS {grouped}; START b AS {grouped}; START c AS {QUERIES[0]}")
    assert nodes(engine, "a") == nodes(engine, "b")
    assert nodes(engine, "c")[0].shared
    engine.insert("s", (1, 3, "2026-01-01 00:00:01"))
    engine.execute(f"START d AS {grouped}")
    (filtered, summed, *_) = nodes(engine, "d")
    assert filtered is nodes(engine, "a")[0]
    assert not summed.shared


def test_show_queries_says_who_shares() -> None:
    engine = engine_after([])
    for name, query in zip("abc", (QUERIES[1], QUERIES[2], QUERIES[5]), strict=True):
        engine.execute(f"START {name} AS {query}")
    shown = engine.execute("SHOW QUERIES").fetchall()
    assert [(row.name, row.shares_with) for row in shown] == [("a", "b"), ("b", "a"), ("c", None)]
    engine.execute("STOP a")
    assert [row.shares_with for row in engine.execute("SHOW QUERIES")] == [None] * 3


@pytest.mark.parametrize("limits", [("", " LIMIT 1"), (" LIMIT 1", ""), (" LIMIT 2", " LIMIT 1")])
def test_a_query_that_has_enough_ends_and_the_others_go_on(limits: tuple[str, str]) -> None:
    engine = engine_after([])
    queries = [engine.query(f"SELECT v FROM s WHERE v > 2{limit}") for limit in limits]
    for v in range(6):
        engine.insert("s", [(1, v, f"2026-01-01 00:00:0{v}")])
    values = [[row.v for row in query.fetchall()] for query in queries]
    assert values == [[3, 4, 5][: int(limit[-1:] or 3)] for limit in limits]
    states = [row.state for row in engine.execute("SHOW QUERIES").fetchall()]
    assert states == ["ended" if limit else "running" for limit in limits]


def test_an_operator_that_breaks_stops_those_that_share_it_and_no_other() -> None:
    engine = engine_after([])
    broken = engine.query("SELECT k, SUM(v) AS total FROM s GROUP BY k")
    same = engine.query("SELECT k, SUM(v) AS total FROM s GROUP BY k")
    other = engine.query("SELECT v FROM s")
    operator = nodes(engine, "query_1")[1].operator

    def breaking(port: int, batch: object) -> list[Batch]:
        raise ZeroDivisionError("division by zero")

    operator.process = breaking  # type: ignore[method-assign]
    engine.insert("s", (1, 3, "2026-01-01 00:00:01"))
    for result in (broken, same):
        with pytest.raises(cep.EvaluationError, match="division by zero"):
            result.fetchall()
    assert other.fetchall() == [(3,)]


def test_a_sink_that_breaks_stops_its_own_query_only() -> None:
    engine = engine_after([])
    query = "SELECT v FROM s WHERE v > 1"
    engine.execute(f"START a AS {query}; START b AS {query}")

    def refuse(batch: object) -> None:
        raise cep.ConnectorError("the disk is full")

    engine.queries["a"].graph.output = refuse
    for v in (3, 4):
        engine.insert("s", (1, v, "2026-01-01 00:00:01"))
    assert engine.queries["a"].failure is not None
    assert engine.queries["b"].rows_out == 2


def test_a_file_is_read_once_by_the_queries_that_start_before_it_is_read(tmp_path: Path) -> None:
    path = tmp_path / "rows.csv"
    path.write_text("k,v,w\n1,2,3\n4,5,6\n")
    engine = cep.Engine()
    engine.execute(
        f"CREATE STREAM f (k INT, v INT, w INT) WITH (connector = 'file', path = '{path}')"
    )
    results = [engine.query(q) for q in ("SELECT k FROM f WHERE v > 2", "SELECT k, w FROM f")]
    (feed,) = engine.reading()
    engine.run()
    assert [r.fetchall() for r in results] == [[(4,)], [(1, 3), (4, 6)]]
    assert feed.ingest.rows == 2
    assert all(q.closed for q in engine.queries.values())
    again = engine.query("SELECT w FROM f")
    engine.run()
    assert again.fetchall() == [(3,), (6,)]
