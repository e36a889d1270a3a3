"""An UPDATE is one change: whoever reads the table never sees a part of it."""

from __future__ import annotations

import pytest

import cep


@pytest.mark.parametrize(
    ("table", "update"),
    [
        ("t (k INT, v INT)", "UPDATE t SET v = v + 1"),
        ("t (k INT PRIMARY KEY, v INT)", "UPDATE t SET k = k + 1, v = v + 1"),
        (
            "t (k INT PRIMARY KEY, v INT, at TIMESTAMP(0), WATERMARK FOR at)",
            "UPDATE t SET k = k + 1, v = v + 1, at = TIMESTAMP '2026-01-02 00:00:00'",
        ),
    ],
)
def test_a_view_says_an_update_once(table: str, update: str) -> None:
    engine = cep.Engine()
    engine.execute(f"CREATE TABLE {table}")
    engine.execute("CREATE MATERIALIZED VIEW s AS SELECT COUNT(*) AS n, SUM(v) AS total FROM t")
    rows = [{"k": k, "v": 10 * k, "at": "2026-01-01 00:00:00"} for k in (1, 2, 3)]
    for row in rows:
        engine.insert("t", row if "at" in table else {"k": row["k"], "v": row["v"]})
    changes = engine.subscribe("s")
    assert engine.execute(update).message == "updated 3 rows of t"
    assert [tuple(row) for row in changes] == [("-", -1, 3, 60), ("+", 1, 3, 63)]
