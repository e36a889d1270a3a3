"""MATCH_RECOGNIZE becomes a plan: bindings.txt has queries, and what each of them is bound to.

    python -m tests.patterns.test_binding

writes what is there now into that file.
"""

from __future__ import annotations

from pathlib import Path

import pytest

import cep
from cep.grammar.parser import parse_query
from cep.planner.binder.queries import bind_outermost
from cep.planner.explain import explain, outline
from cep.planner.logical import Aggregate, Match, Node, late_schemas, walk
from cep.planner.optimizer.rules import optimize

TABLE = Path(__file__).parent / "bindings.txt"
STREAMS = """
CREATE STREAM ticks (
  symbol VARCHAR, price INT, volume INT, ts TIMESTAMP(3),
  WATERMARK FOR ts AS ts - INTERVAL '5' SECOND);
CREATE STREAM orders (card INT NOT NULL, total INT, ts TIMESTAMP(3), WATERMARK FOR ts);
CREATE STREAM payments (card INT NOT NULL, amount INT, at TIMESTAMP(0), WATERMARK FOR at);
CREATE STREAM shipments (card INT NOT NULL, total INT, ts TIMESTAMP(3), WATERMARK FOR ts);
CREATE STREAM behind (price INT, symbol VARCHAR);
"""


@pytest.fixture(scope="module")
def engine() -> cep.Engine:
    return _engine()


def _engine() -> cep.Engine:
    engine = cep.Engine()
    engine.execute(STREAMS)
    return engine


def bound(engine: cep.Engine, query: str, parameters: tuple[object, ...] = ()) -> Node:
    """Return the plan of a query as it is bound."""
    return bind_outermost(parse_query(query), engine.context(parameters))


def optimized(engine: cep.Engine, query: str) -> Node:
    """Return the plan of a query after all rules."""
    return optimize(bound(engine, query), engine.session)


def match(plan: Node) -> Match:
    """Return the one MATCH_RECOGNIZE of a plan."""
    (found,) = (n for n in walk(plan) if isinstance(n, Match))
    return found


def shown(plan: Node) -> str:
    """Return the outline of a plan, and the measures and conditions of what it matches."""
    lines = [outline(plan), f"=> {plan.schema}"]
    for node in walk(plan):
        lines += [f"{title} {line}" for title, line in node.details()]
    return "\n".join(lines)


def blocks() -> list[tuple[str, str, str]]:
    """Return what the table has: a line of comment, a query, what it is bound to."""
    parts = TABLE.read_text(encoding="utf-8").split("\n-------- ")
    found = []
    for part in parts[1:]:
        comment, _, rest = part.partition("\n")
        query, _, plan = rest.partition(";\n")
        found.append((comment, query, plan.strip("\n")))
    return found


@pytest.mark.parametrize(("query", "plan"), [b[1:] for b in blocks()], ids=[b[0] for b in blocks()])
def test_binding(engine: cep.Engine, query: str, plan: str) -> None:
    assert shown(bound(engine, query)) == plan


def test_steps_may_be_parameters(engine: cep.Engine) -> None:
    query = (
        "SELECT * FROM ticks MATCH_RECOGNIZE (ORDER BY ts "
        "MEASURES FIRST(price, ?) AS x, PREV(price, ?) AS y PATTERN (A) "
        "WITHIN INTERVAL '1' SECOND)"
    )
    node = match(bound(engine, query, (2, 3)))
    assert [str(m) for m in node.measures] == ["FIRST(price, 2)", "PREV(price, 3)"]
    with pytest.raises(cep.CepError, match="PREV steps 0 to 2,147,483,647 rows, not -3"):
        bound(engine, query, (2, -3))


def test_variables_are_numbered_as_they_are_first_written(engine: cep.Engine) -> None:
    node = match(
        bound(
            engine,
            "SELECT * FROM ticks MATCH_RECOGNIZE (ORDER BY ts MEASURES U.price AS x "
            "AFTER MATCH SKIP TO U PATTERN (B (A | B) -> !D -> C) SUBSET U = (C, A))",
        )
    )
    assert node.variables == ("b", "a", "d", "c")
    assert node.skip.variables == frozenset((1, 3))


def test_the_watermark_goes_by_the_time_of_the_order(engine: cep.Engine) -> None:
    query = "SELECT * FROM {} MATCH_RECOGNIZE (ORDER BY {} MEASURES {} AS at {} PATTERN (A B))"
    streaming = match(bound(engine, query.format("ticks", "ts", "MATCH_ROWTIME()", "")))
    assert streaming.time == 3
    assert (streaming.properties.timed, streaming.properties.time) == (True, 0)
    hidden = match(bound(engine, query.format("ticks", "ts", "FIRST(ts)", "")))
    assert (hidden.properties.timed, hidden.properties.time) == (True, None)
    rows = match(bound(engine, query.format("ticks", "ts", "1", "ALL ROWS PER MATCH")))
    assert rows.properties.time == 0
    merged = match(bound(engine, query.format("(orders, payments)", "rowtime", "1", "")))
    assert (merged.timely, merged.time) == (True, 0)
    # Over data that ends the order may be another one: then all is said at the end.
    values = "(VALUES (TIMESTAMP '2026-01-01 00:00:00')) AS v (ts)"
    finite = match(bound(engine, query.format(values, "ts", "MATCH_ROWTIME()", "")))
    assert (finite.time, finite.timely, finite.properties.timed) == (0, False, False)


def test_only_columns_that_are_read_are_kept(engine: cep.Engine) -> None:
    plan = optimized(
        engine,
        "SELECT n FROM ticks MATCH_RECOGNIZE (PARTITION BY symbol ORDER BY ts "
        "MEASURES SUM(volume) AS volume, COUNT(*) AS n PATTERN (A B) "
        "DEFINE B AS B.price > 1)",
    )
    assert outline(plan) == (
        "Project n\n"
        "  Match (a b) by symbol ordered by ts, one row per match, skip past last row\n"
        "    Scan ticks (inserts, 3 of 4 columns)"
    )
    assert [str(m) for m in match(plan).measures] == ["COUNT(*)"]
    assert str(match(plan).conditions[1]) == "(b.price > 1)"
    assert match(plan).time == 2


def test_all_rows_say_what_is_read_above(engine: cep.Engine) -> None:
    plan = optimized(
        engine,
        "SELECT volume, n FROM ticks MATCH_RECOGNIZE (ORDER BY ts MEASURES COUNT(*) AS n, "
        "A.price AS p ALL ROWS PER MATCH PATTERN (A B) DEFINE B AS symbol = 'x')",
    )
    assert outline(plan) == (
        "Project volume, n\n"
        "  Match (a b) ordered by ts, all rows per match, skip past last row\n"
        "    Scan ticks (inserts, 3 of 4 columns)"
    )
    assert str(plan.schema) == "volume INT, n BIGINT"
    assert match(plan).schema.names == ("ts", "n", "symbol", "volume")


def test_rows_are_counted_without_columns(engine: cep.Engine) -> None:
    plan = optimized(
        engine,
        "SELECT 1 AS one FROM ticks MATCH_RECOGNIZE (ORDER BY ts MEASURES COUNT(*) AS n, "
        "A.price AS p PATTERN (A))",
    )
    assert match(plan).names == ("n",)


def test_whole_partitions_are_filtered_before(engine: cep.Engine) -> None:
    plan = optimized(
        engine,
        "SELECT * FROM ticks MATCH_RECOGNIZE (PARTITION BY symbol, volume ORDER BY ts "
        "MEASURES COUNT(*) AS n PATTERN (A B)) "
        "WHERE symbol = 'x' AND n > 1 AND 10 / volume = 2 AND volume > 3",
    )
    assert outline(plan) == (
        "Filter ((n > 1) AND ((10 / volume) = 2))\n"
        "  Match (a b) by symbol, volume ordered by ts, one row per match, skip past last row\n"
        "    Scan ticks (inserts, 3 of 4 columns, where (symbol = 'x') AND (volume > 3))"
    )


def test_rows_that_are_said_are_filtered_after(engine: cep.Engine) -> None:
    plan = optimized(
        engine,
        "SELECT * FROM (SELECT * FROM ticks WHERE price > 0) MATCH_RECOGNIZE ("
        "PARTITION BY symbol ORDER BY ts MEASURES COUNT(*) AS n ALL ROWS PER MATCH PATTERN (A B)) "
        "WHERE price > 1",
    )
    assert outline(plan) == (
        "Filter (price > 1)\n"
        "  Match (a b) by symbol ordered by ts, all rows per match, skip past last row\n"
        "    Scan ticks (inserts, where (price > 0))"
    )


def test_constants_are_folded(engine: cep.Engine) -> None:
    node = match(
        optimized(
            engine,
            "SELECT * FROM ticks MATCH_RECOGNIZE (ORDER BY ts MEASURES SUM(1 + 1) AS x, "
            "LAST(A.price * (2 + 3)) AS y PATTERN (A B) DEFINE A AS 1 < 2, B AS price > 2 * 3)",
        )
    )
    assert [str(c) for c in node.conditions] == ["None", "(price > 6)"]
    assert [str(c) for m in node.measures for c in m.children()] == ["2", "(price * 5)"]


def test_explain_shows_measures_and_conditions(engine: cep.Engine) -> None:
    plan = bound(
        engine,
        "SELECT * FROM ticks MATCH_RECOGNIZE (PARTITION BY symbol ORDER BY ts "
        "MEASURES COUNT(*) AS n PATTERN (A B+) WITHIN INTERVAL '5' MINUTE DEFINE B AS price > 1)",
    )
    lines = [line.strip(" │") for line in explain(plan).splitlines()]
    assert "measure:    COUNT(*) AS n" in lines
    assert "define:     a AS TRUE [always true]" in lines
    assert "define:     b AS (price > 1) [a column]" in lines
    assert (
        "state:      the rows since the start of each partition's oldest undecided match, "
        "at most 5 min of them" in lines
    )


def test_merged_columns_are_null_where_an_input_has_none(engine: cep.Engine) -> None:
    plan = bound(
        engine,
        "SELECT * FROM (orders, (SELECT ts, total FROM shipments) s) MATCH_RECOGNIZE ("
        "ORDER BY rowtime MEASURES 1 AS x ALL ROWS PER MATCH PATTERN (A))",
    )
    assert str(plan.schema) == ("rowtime TIMESTAMP(3), x INT, card INT, total INT, ts TIMESTAMP(3)")


def test_late_rows_have_the_columns_that_their_target_takes(engine: cep.Engine) -> None:
    query = (
        "SELECT * FROM ticks MATCH_RECOGNIZE (PARTITION BY symbol ORDER BY ts, volume + 1 "
        "MEASURES COUNT(*) AS n PATTERN (A B)) LATE ROWS TO {}"
    )
    node = match(optimized(engine, query.format("behind")))
    assert late_schemas(node)[0].names == ("price", "symbol")
    assert node.input.schema.names == ("symbol", "price", "ts", "$order1")
    assert match(optimized(engine, query.partition(" LATE")[0])).late == ()


def test_late_rows_of_merged_inputs_are_whole_in_a_sink(engine: cep.Engine, tmp_path: Path) -> None:
    path = tmp_path / "late.jsonl"
    engine.execute(f"CREATE SINK aside WITH (connector = 'file', path = '{path}', format = 'json')")
    node = match(
        optimized(
            engine,
            "SELECT * FROM (orders, payments) MATCH_RECOGNIZE (PARTITION BY card ORDER BY rowtime "
            "MEASURES COUNT(*) AS n PATTERN (A B)) LATE ROWS TO aside",
        )
    )
    assert late_schemas(node)[0].names == ("rowtime", "card", "total", "ts", "amount", "at")


def test_what_a_pattern_says_is_never_late(engine: cep.Engine) -> None:
    plan = bound(
        engine,
        "SELECT window_start, COUNT(*) AS n FROM TUMBLE(TABLE (SELECT * FROM ticks "
        "MATCH_RECOGNIZE (ORDER BY ts MEASURES MATCH_ROWTIME() AS at PATTERN (A B))), "
        "DESCRIPTOR(at), INTERVAL '1' MINUTE) GROUP BY window_start, window_end "
        "LATE ROWS TO behind",
    )
    (windows,) = (n for n in walk(plan) if isinstance(n, Aggregate))
    assert windows.carried == ()
    assert late_schemas(match(plan))[0].names == ("price", "symbol")


if __name__ == "__main__":
    head = TABLE.read_text(encoding="utf-8").partition("\n-------- ")[0]
    written = [head]
    for comment, query, _ in blocks():
        written.append(f"-------- {comment}\n{query};\n{shown(bound(_engine(), query))}\n")
    TABLE.write_text("\n".join(written), encoding="utf-8")
