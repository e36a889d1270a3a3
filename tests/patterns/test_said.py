"""When matches are said: as soon as they are decided, by rows or by the watermark alone."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

import cep

STREAM = (
    "CREATE STREAM s (v VARCHAR, ts TIMESTAMP(0), WATERMARK FOR ts AS ts - INTERVAL '1' SECOND)"
)


@pytest.fixture
def engine() -> Iterator[cep.Engine]:
    with cep.Engine() as engine:
        engine.execute(STREAM)
        yield engine


def query(engine: cep.Engine, pattern: str, measures: str = "COUNT(*) AS n") -> cep.Result:
    define = ", ".join(f"{v} AS v = '{v.lower()}'" for v in "ABC" if v in pattern)
    return engine.query(
        f"SELECT * FROM s MATCH_RECOGNIZE (ORDER BY ts MEASURES {measures} "
        f"PATTERN ({pattern}) WITHIN INTERVAL '10' SECOND DEFINE {define})"
    )


def insert(engine: cep.Engine, letters: str, first: int) -> None:
    """Insert a row for each letter, one second apart."""
    for n, letter in enumerate(letters, first):
        engine.insert("s", [(letter, f"2026-01-01 00:00:{n:02}")])


def said(result: cep.Result) -> list[tuple[object, ...]]:
    return [tuple(row) for row in result.fetchall()]


def test_a_match_that_cannot_go_on_needs_no_row_more(engine: cep.Engine) -> None:
    result = query(engine, "A B")
    insert(engine, "ab", 0)
    assert said(result) == []  # the watermark is at 0: an `x` at 0 could still come between
    engine.advance("s", "2026-01-01 00:00:01")
    assert said(result) == [(2,)]


def test_a_match_that_could_go_on_waits_for_what_ends_it(engine: cep.Engine) -> None:
    result = query(engine, "A B+")
    insert(engine, "abb", 0)
    engine.advance("s", "2026-01-01 00:00:03")
    assert said(result) == []
    insert(engine, "x", 4)
    engine.advance("s", "2026-01-01 00:00:05")
    assert said(result) == [(3,)]


def test_within_ends_a_match_without_a_row(engine: cep.Engine) -> None:
    result = query(engine, "A B+")
    insert(engine, "abb", 0)
    engine.advance("s", "2026-01-01 00:00:09")
    assert said(result) == []
    engine.advance("s", "2026-01-01 00:00:10")
    assert said(result) == [(3,)]


def test_what_is_absent_is_said_by_the_watermark_alone(engine: cep.Engine) -> None:
    result = query(engine, "A -> !B", "MATCH_ROWTIME() AS at")
    insert(engine, "a", 0)
    engine.advance("s", "2026-01-01 00:00:09")
    assert said(result) == []
    engine.advance("s", "2026-01-01 00:00:10")
    ((at,),) = said(result)
    assert str(at) == "2026-01-01 00:00:10"


def test_the_preferred_alternative_is_waited_for(engine: cep.Engine) -> None:
    result = query(engine, "A B C | A", "CLASSIFIER() AS last")
    insert(engine, "ab", 0)
    engine.advance("s", "2026-01-01 00:00:02")
    assert said(result) == []  # a c may come
    insert(engine, "x", 3)
    engine.advance("s", "2026-01-01 00:00:04")
    assert said(result) == [("a",)]


def test_next_waits_for_its_row(engine: cep.Engine) -> None:
    result = query(engine, "A", "NEXT(v) AS next")
    insert(engine, "a", 0)
    engine.advance("s", "2026-01-01 00:00:05")
    assert said(result) == []
    insert(engine, "x", 6)
    engine.advance("s", "2026-01-01 00:00:07")
    assert said(result) == [("x",)]


def test_the_end_of_the_input_decides_what_is_left_and_a_stop_does_not(engine: cep.Engine) -> None:
    ended, stopped = query(engine, "A B+"), query(engine, "A B+")
    insert(engine, "abb", 0)
    stopped.close()
    engine.finish()
    assert said(ended) == [(3,)]
    assert said(stopped) == []
