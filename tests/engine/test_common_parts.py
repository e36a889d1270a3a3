"""A WITH query that is named twice, and whatever else is equal in a query, is computed once."""

from __future__ import annotations

import cep


def operators(engine: cep.Engine) -> list[str]:
    (query,) = engine.queries.values()
    return [node.id.split(":")[1] for node in query.graph.nodes]


def engine_with(query: str) -> tuple[cep.Engine, cep.Result]:
    engine = cep.Engine()
    engine.execute("CREATE STREAM s (k VARCHAR, v INT)")
    result = engine.query(query)
    engine.insert("s", [("a", 1), ("b", 5), ("a", 2)])
    return engine, result


def test_a_common_query_is_computed_once() -> None:
    engine, result = engine_with(
        "WITH w AS (SELECT k, SUM(v) AS total FROM s GROUP BY k) "
        "SELECT k, total FROM w WHERE total = (SELECT MAX(total) FROM w)"
    )
    assert operators(engine).count("GroupAggregate") == 2  # the sums, and their greatest
    total = sum(1 if row[0] == "+" else -1 for row in result if row[1:] == ("b", 5))
    assert total == 1


def test_both_sides_of_a_join_may_be_one_relation() -> None:
    engine, result = engine_with("SELECT a.v, b.v AS w FROM s AS a JOIN s AS b ON a.k = b.k")
    assert operators(engine).count("Union") == 1
    assert sorted(map(tuple, result)) == [(1, 1), (1, 2), (2, 1), (2, 2), (5, 5)]


def test_chance_is_asked_each_time() -> None:
    engine, _ = engine_with("SELECT random() AS r FROM s UNION ALL SELECT random() AS r FROM s")
    assert operators(engine).count("Project") == 2
