"""A join whose pairs nobody wants any more stops making them."""

from __future__ import annotations

import numpy as np
import pyarrow as pa

import cep


def test_a_limit_is_reached_before_all_pairs_are_made() -> None:
    rows = 6_000
    engine = cep.Engine()
    engine.execute("CREATE STREAM a (k INT, x INT); CREATE STREAM b (k INT, y INT)")
    made = 0

    def pair(x: pa.Array, y: pa.Array) -> pa.Array:
        nonlocal made
        made += len(x)
        return x

    engine.function("pair", ["INT", "INT"], "INT", pair, vectorized=True)
    query = engine.query("SELECT pair(x, y) AS p FROM a JOIN b USING (k) LIMIT 3")
    numbers = np.arange(rows, dtype=np.int32)
    for stream, column in (("a", "x"), ("b", "y")):
        engine.insert(stream, pa.table({"k": numbers % 2, column: numbers}))
    assert len(query.fetchall()) == 3
    assert 3 <= made < rows * rows // 8
    assert [row.state for row in engine.execute("SHOW QUERIES").fetchall()] == ["ended"]
