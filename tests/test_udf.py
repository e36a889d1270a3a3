"""Functions and aggregates of a program: how they are called, and what goes wrong in them."""

from __future__ import annotations

import json
import math
from collections.abc import Callable
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc
import pytest

import cep
from cep.running import Running
from cep.types import BIGINT, DOUBLE


class Product:
    """Multiplies, and can divide again."""

    def __init__(self) -> None:
        self.logs = 0.0

    def add(self, x: float) -> None:
        if x <= 0:
            raise ValueError(f"{x} has no logarithm")
        self.logs += math.log(x)

    def retract(self, x: float) -> None:
        self.logs -= math.log(x)

    def merge(self, other: Product) -> None:
        self.logs += other.logs

    def value(self) -> float:
        return math.exp(self.logs)

    def to_state(self) -> float:
        return self.logs

    @classmethod
    def from_state(cls, logs: float) -> Product:
        made = cls()
        made.logs = logs
        return made


class Longest:
    """The longest text; it cannot take a row back."""

    def __init__(self) -> None:
        self.text = ""

    def add(self, text: str) -> None:
        self.text = max(self.text, text, key=lambda t: (len(t), t))

    def merge(self, other: Longest) -> None:
        self.add(other.text)

    def value(self) -> str:
        return self.text


@pytest.fixture
def engine() -> cep.Engine:
    engine = cep.Engine()
    engine.execute(
        "CREATE STREAM s (k VARCHAR, x DOUBLE, t VARCHAR, ts TIMESTAMP(3),"
        " WATERMARK FOR ts AS ts - INTERVAL '1' SECOND)"
    )
    return engine


def asked(engine: cep.Engine, sql: str) -> list[tuple[Any, ...]]:
    return [tuple(r) for r in engine.execute(sql).fetchall()]


def test_value_by_value(engine: cep.Engine) -> None:
    calls: list[float] = []

    @engine.function("half", ["DOUBLE"], "DOUBLE")
    def half(x: float) -> float:
        """Return the half."""
        calls.append(x)
        return x / 2

    sql = "SELECT HALF(x) FROM (VALUES (3e0), (NULL), (3e0), (5e0)) AS v (x)"
    assert asked(engine, sql) == [(1.5,), (None,), (1.5,), (2.5,)]
    assert calls == [3.0, 5.0], "once for equal values, never for NULL"
    assert half(1.0) == 0.5
    assert ("half", "half(DOUBLE)", "Return the half.") in asked(engine, "SHOW FUNCTIONS")
    assert ("half", "half(DOUBLE)", "Return the half.") not in asked(cep.Engine(), "SHOW FUNCTIONS")
    plan = "\n".join(r[0] for r in asked(engine, "EXPLAIN SELECT half(x) FROM s"))
    assert "python:     half (value by value)" in plan
    with pytest.raises(cep.BindError) as failure:
        engine.execute("SELECT hafl(1)")
    assert "did you mean half?" in str(failure.value)


def test_over_columns(engine: cep.Engine) -> None:
    seen: list[int] = []

    def norm(x: pa.Array, y: pa.Array) -> pa.Array:
        seen.append(len(x))
        return pc.sqrt(pc.add(pc.multiply(x, x), pc.multiply(y, y)))

    engine.function("norm", [DOUBLE, DOUBLE], DOUBLE, norm, vectorized=True)
    sql = "SELECT norm(x, 4) FROM (VALUES (3e0), (NULL), (0e0)) AS v (x)"
    assert asked(engine, sql) == [(5.0,), (None,), (4.0,)]
    assert seen == [3]
    plan = "\n".join(r[0] for r in asked(engine, "EXPLAIN SELECT 1 FROM s WHERE norm(x, 1) > 2"))
    assert "norm (over columns)" in plan


@pytest.mark.parametrize("vectorized", [True, False])
def test_an_exception_is_an_error_of_its_row(engine: cep.Engine, vectorized: bool) -> None:
    def parse(text: str) -> int:
        return int(json.loads(text)["n"])

    def parse_all(texts: pa.Array) -> list[int]:
        return [parse(t) for t in texts.to_pylist()]

    engine.function(
        "n_of", ["VARCHAR"], "INT", parse_all if vectorized else parse, vectorized=vectorized
    )
    query = engine.query("SELECT k, n_of(t) AS n FROM s")
    engine.insert(
        "s", [("a", 1, '{"n": 7}', "2026-01-01 00:00:00"), ("b", 1, "{}", "2026-01-01 00:00:00")]
    )
    engine.insert("s", [("c", 1, '{"n": 1e12}', "2026-01-01 00:00:01")])
    assert [tuple(r) for r in query.fetchall()] == [("a", 7)]
    errors = [str(r.error) for r in engine.execute("SELECT * FROM errors.query_1").fetchall()]
    assert errors[0] == "n_of: KeyError: 'n'"
    assert len(errors) == 2


def test_each_row_for_itself(engine: cep.Engine) -> None:
    numbers = iter(range(100))
    engine.function("next_id", [], "BIGINT", lambda: next(numbers), deterministic=False)
    engine.function("tag", ["VARCHAR"], "BIGINT", lambda _: next(numbers), deterministic=False)
    rows = asked(engine, "SELECT next_id(), tag('x') FROM (VALUES (1), (2), (3)) AS v (x)")
    assert len({v for row in rows for v in row}) == 6


def test_nulls_and_overloads(engine: cep.Engine) -> None:
    engine.function("shown", ["BIGINT"], "VARCHAR", lambda x: f"int {x}", nulls=True)
    engine.function("shown", ["VARCHAR"], "VARCHAR", lambda x: f"text {x}")
    assert asked(engine, "SELECT shown(1), shown('a'), shown(CAST(NULL AS BIGINT))") == [
        ("int 1", "text a", "int None")
    ]


def test_names(engine: cep.Engine) -> None:
    def refused(name: str, **options: Any) -> str:
        with pytest.raises(cep.UsageError) as failure:
            engine.function(name, ["INT"], "INT", lambda x: x, **options)
        return str(failure.value)

    assert "there is a function called abs" in refused("ABS")
    assert "there is a function called sum" in refused("sum")
    for name in ("coalesce", "cast", "a b", "case", "grouping"):
        assert "cannot be called as a function" in refused(name)
    engine.function("abs", ["INT"], "INT", lambda _: 42, replace=True)
    assert asked(engine, "SELECT abs(1)") == [(42,)]
    assert asked(cep.Engine(), "SELECT abs(1)") == [(1,)]
    engine.function("mine", ["INT"], "INT", abs)
    assert "there is a function called mine already" in refused("mine")
    with pytest.raises(cep.UsageError, match="no type"):
        engine.function("f", ["INTT"], "INT", abs)


def test_aggregate_of_arrays(engine: cep.Engine) -> None:
    @engine.aggregate("spread", ["DOUBLE"], "DOUBLE")
    def spread(x: pa.Array) -> Any:
        """Return how far the values lie apart."""
        return pc.subtract(pc.max(x), pc.min(x))

    sql = (
        "SELECT k, spread(x), spread(DISTINCT x) FILTER (WHERE x < 5) FROM"
        " (VALUES ('a', 1e0), ('a', 9e0), ('b', NULL), ('a', 3e0)) AS v (k, x) GROUP BY k"
    )
    assert asked(engine, sql) == [("a", 8.0, 2.0), ("b", None, None)]
    assert spread.__doc__ is not None
    plan = "\n".join(r[0] for r in asked(engine, "EXPLAIN SELECT spread(x) FROM s"))
    assert "spread (over the rows of a group)" in plan
    engine.aggregate("joined", ["VARCHAR"], "VARCHAR", lambda t: "".join(t.to_pylist()))
    assert asked(
        engine, "SELECT joined(t ORDER BY t DESC) FROM (VALUES ('a'), ('c'), ('b')) AS v (t)"
    ) == [("cba",)]


CHANGING = """
SELECT product(n) AS p, longest(m) AS l
FROM (SELECT k, SUM(x) AS n, MAX(t) AS m FROM s GROUP BY k)
"""


def declared(engine: cep.Engine) -> None:
    engine.aggregate("product", ["DOUBLE"], "DOUBLE", Product, state="DOUBLE")
    engine.aggregate("longest", ["VARCHAR"], "VARCHAR", Longest)


def rows(*values: tuple[str, float, str]) -> list[tuple[Any, ...]]:
    return [(*v, f"2026-01-01 00:00:{i:02}") for i, v in enumerate(values)]


def test_classes_under_retraction(engine: cep.Engine) -> None:
    declared(engine)
    query = engine.query(CHANGING)
    engine.insert("s", rows(("a", 2, "long"), ("b", 5, "x"), ("a", 1, "zz"), ("b", 1, "longest")))
    *_, last = query.fetchall()
    assert math.isclose(last.p, 18.0)
    assert last.l == "zz"


def test_a_refused_row_comes_and_goes(engine: cep.Engine) -> None:
    declared(engine)
    query = engine.query("SELECT product(n) AS p FROM (SELECT k, SUM(x) AS n FROM s GROUP BY k)")
    engine.insert("s", rows(("a", 2, ""), ("b", -5, "")))
    query.fetchall()
    errors = engine.execute("SELECT * FROM errors.query_1").fetchall()
    assert errors[0].error == "product: ValueError: -5.0 has no logarithm"
    engine.insert("s", rows(("b", 8, "")))
    *_, last = query.fetchall()
    assert math.isclose(last.p, 6.0)


@pytest.mark.parametrize("make", [Product, Longest])
def test_snapshots(engine: cep.Engine, make: Callable[[], Any]) -> None:
    declared(engine)
    sql = (
        "SELECT k, product(x) AS p FROM s GROUP BY k"
        if make is Product
        else "SELECT longest(t) AS l FROM s"
    )
    query = engine.query(sql)
    engine.insert("s", rows(("a", 2, "aa"), ("b", -1, "b"), ("a", 3, "c")))
    running: Running = engine.queries["query_1"]
    if make is Longest:
        with pytest.raises(cep.StateError, match="cannot be saved"):
            running.snapshot()
        return
    query.fetchall()
    from cep.grammar.parser import parse_query

    restored = engine.start(parse_query(sql), name="again", snapshot=running.snapshot())
    engine.insert("s", rows(("a", 5, "")))
    assert [(r.k, round(r.p)) for r in restored.fetchall()][-1:] == [("a", 30)]


def test_windows_merge(engine: cep.Engine) -> None:
    declared(engine)
    engine.aggregate("n_of", ["DOUBLE"], BIGINT, len)
    query = engine.query(
        "SELECT window_start, product(x) AS p, longest(t) AS l, n_of(x) AS n"
        " FROM HOP(TABLE s, DESCRIPTOR(ts), INTERVAL '2' SECOND, INTERVAL '4' SECOND)"
        " GROUP BY window_start"
    )
    engine.insert("s", rows(("a", 2, "aa"), ("b", 3, "b"), ("a", 5, "ccc"), ("a", 7, "d")))
    engine.finish()
    assert [(round(r.p), r.l, r.n) for r in query.fetchall()] == [
        (6, "aa", 2),
        (210, "ccc", 4),
        (35, "ccc", 2),
    ]


def test_a_class_must_be_complete(engine: cep.Engine) -> None:
    class Half:
        def add(self, x: float) -> None: ...

        def value(self) -> float:
            return 0.0

    with pytest.raises(cep.UsageError, match="has no merge"):
        engine.aggregate("half", ["DOUBLE"], "DOUBLE", Half)
    with pytest.raises(cep.UsageError, match="has no to_state"):
        engine.aggregate("half", ["DOUBLE"], "DOUBLE", Longest, state="DOUBLE")


def test_a_constructor_that_raises_is_an_error_of_its_group(engine: cep.Engine) -> None:
    class Refusing:
        def __init__(self) -> None:
            raise OSError("no room")

        def add(self, x: int) -> None: ...

        def merge(self, other: Refusing) -> None: ...

        def value(self) -> int:
            return 0

    engine.aggregate("refusing", ["INT"], "INT", Refusing)
    engine.execute("CREATE STREAM asked (x INT, ts TIMESTAMP(0), WATERMARK FOR ts)")
    engine.execute("""START q AS
        SELECT window_start, refusing(x) AS r
        FROM TABLE(HOP(TABLE asked, DESCRIPTOR(ts), INTERVAL '5' SECOND, INTERVAL '10' SECOND))
        GROUP BY window_start, window_end""")
    engine.insert("asked", [(1, "2026-01-01 00:00:03"), (2, "2026-01-01 00:00:30")])
    found = engine.execute("SELECT error FROM errors.q").fetchall()
    assert [row.error for row in found] == ["refusing: OSError: no room"] * 2
    with pytest.raises(cep.CepError, match="refusing: OSError: no room"):
        engine.execute("SELECT refusing(x) FROM (VALUES (1)) AS v (x)")


def test_another_error_takes_the_place_of_the_first(engine: cep.Engine) -> None:
    def picky(values: pa.Array) -> int:
        raise ValueError(f"{sum(values.to_pylist())} is no good")

    engine.aggregate("picky", ["INT"], "INT", picky)
    engine.execute("CREATE TABLE t (id INT PRIMARY KEY, n INT)")
    engine.execute("START q AS SELECT picky(n) AS p FROM t")
    for n in (2, 13, 7):
        engine.insert("t", [(1, n)])
    net: dict[str, int] = {}
    for row in engine.execute("SELECT error, weight FROM errors.q").fetchall():
        net[row.error] = net.get(row.error, 0) + row.weight
    assert {e: n for e, n in net.items() if n} == {"picky: ValueError: 7 is no good": 1}
