"""A SELECT with the whole key finds the row in an index, and says what a scan would."""

from __future__ import annotations

import random

import pytest

import cep

_KEPT = {
    "keyed": "CREATE TABLE kept (a INT, b VARCHAR, n INT, at TIMESTAMP(0), PRIMARY KEY (a, b))",
    "versioned": """
        CREATE TABLE kept (a INT, b VARCHAR, n INT, at TIMESTAMP(0), PRIMARY KEY (a, b),
          WATERMARK FOR at AS at - INTERVAL '10' SECOND)
    """,
    "view": """
        CREATE TABLE base (a INT, b VARCHAR, n INT, at TIMESTAMP(0), PRIMARY KEY (a, b));
        CREATE MATERIALIZED VIEW kept AS SELECT b, a, n FROM base WHERE n <> 3
    """,
}


def _rows_read(engine: cep.Engine) -> int:
    """Return how many rows the last SELECT looked at."""
    assert engine.last is not None
    return engine.last.graph.nodes[0].rows_in


@pytest.mark.parametrize("kind", _KEPT)
def test_the_row_of_a_key_is_found(kind: str) -> None:
    drawn = random.Random(7)
    engine = cep.Engine()
    engine.execute(_KEPT[kind])
    fed = "base" if kind == "view" else "kept"
    for second in range(25):
        key = drawn.randrange(4), drawn.choice("xyz")
        # Versions come out of order, and some of them late.
        at = f"2026-01-01 00:00:{max(0, second - drawn.randrange(15)):02}"
        row = {"a": key[0], "b": key[1], "n": drawn.randrange(5), "at": at}
        (engine.delete if drawn.random() < 0.3 else engine.insert)(fed, row)
        every = engine.execute("SELECT a, b, n FROM kept").fetchall()
        for a in range(5):
            wanted = [row for row in every if row.a == a and row.b == "x"]
            found = engine.execute("SELECT a, b, n FROM kept WHERE b = 'x' AND a = ?", [a])
            assert found.fetchall() == wanted
            assert _rows_read(engine) == len(wanted)


@pytest.mark.parametrize(
    ("condition", "found"),
    [
        ("a = 1 AND b = 'x'", True),
        ("'x' = b AND a = 1 AND n > 0", True),
        ("a = 1", False),
        ("a = 1 AND b > 'x'", False),
        ("a = 1 OR b = 'x'", False),
    ],
)
@pytest.mark.parametrize("kind", _KEPT)
def test_explain_says_whether_it_is_found(kind: str, condition: str, found: bool) -> None:
    engine = cep.Engine()
    engine.execute(_KEPT[kind])
    plan = str(engine.execute(f"EXPLAIN SELECT n FROM kept WHERE {condition}").fetchall())
    assert ("finds the row by its key" in plan) is found
