"""What statements without rows say of what they did."""

from __future__ import annotations

import pytest

import cep


@pytest.mark.parametrize(
    ("statement", "said"),
    [
        ("INSERT INTO t VALUES (1, 1), (2, 2)", "inserted 2 rows into t"),
        (
            "INSERT INTO t VALUES (1, 1), (NULL, 2)",
            "inserted 1 row into t, 1 in error",
        ),
        (
            "INSERT INTO s VALUES (1, NULL)",
            "inserted 0 rows into s, 1 in error",
        ),
    ],
)
def test_what_could_not_be_inserted_is_not_counted_as_inserted(statement: str, said: str) -> None:
    engine = cep.Engine()
    engine.execute("CREATE TABLE t (k INT PRIMARY KEY, v INT)")
    engine.execute("CREATE STREAM s (k INT, v INT NOT NULL)")
    assert engine.execute(statement).message == said


def test_stopping_a_query_says_that_it_had_failed() -> None:
    engine = cep.Engine()
    engine.execute("CREATE STREAM s (k INT)")
    engine.execute("START q AS SELECT 1 / k AS x FROM s ON ERROR STOP")
    engine.insert("s", (0,))
    assert engine.execute("STOP q").message == "stopped q; it had failed: division by zero"
