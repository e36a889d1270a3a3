"""When the rows of a row pattern in a window are said, and what is kept until then."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

import cep

STREAM = "CREATE STREAM s (n INT, v VARCHAR, ts TIMESTAMP(0), WATERMARK FOR ts AS ts)"


@pytest.fixture
def engine() -> Iterator[cep.Engine]:
    with cep.Engine() as engine:
        engine.execute(STREAM)
        yield engine


def text(pattern: str, frame: str = "UNBOUNDED") -> str:
    define = ", ".join(f"{v} AS v = '{v.lower()}'" for v in "AB")
    return (
        "SELECT n, COUNT(*) OVER (ORDER BY ts "
        f"ROWS BETWEEN CURRENT ROW AND {frame} FOLLOWING {pattern} DEFINE {define}) AS c FROM s"
    )


def insert(engine: cep.Engine, letters: str, first: int) -> None:
    """Insert a row for each letter, one second apart; rows wait for no other of their time."""
    for n, letter in enumerate(letters, first):
        engine.insert("s", [(n, letter, f"2026-01-01 00:00:{n:02}")])


def said(result: cep.Result) -> list[tuple[object, ...]]:
    return [tuple(row) for row in result.fetchall()]


def test_a_row_is_said_when_its_match_is_decided(engine: cep.Engine) -> None:
    result = engine.query(text("PATTERN (A B+)"))
    insert(engine, "xab", 0)
    assert said(result) == [(0, 0)]
    insert(engine, "b", 3)
    assert said(result) == []
    insert(engine, "x", 4)
    assert said(result) == [(1, 3), (2, 0), (3, 0), (4, 0)]


def test_the_last_row_of_a_frame_decides(engine: cep.Engine) -> None:
    result = engine.query(text("AFTER MATCH SKIP TO NEXT ROW PATTERN (A B+)", "2"))
    insert(engine, "ab", 0)
    assert said(result) == []
    insert(engine, "b", 2)
    assert said(result) == [(0, 3), (1, 0), (2, 0)]


def test_seek_gives_up_at_the_end_of_the_frame(engine: cep.Engine) -> None:
    result = engine.query(text("SEEK PATTERN (A B)", "2"))
    insert(engine, "xx", 0)
    assert said(result) == []
    insert(engine, "x", 2)
    assert said(result) == [(0, 0)]
    insert(engine, "ab", 3)
    assert said(result) == [(1, 0), (2, 2), (3, 0), (4, 0)]


def test_seek_without_an_end_waits_for_a_match(engine: cep.Engine) -> None:
    result = engine.query(text("AFTER MATCH SKIP TO NEXT ROW SEEK PATTERN (A B)"))
    insert(engine, "xxa", 0)
    assert said(result) == []
    insert(engine, "b", 3)
    assert said(result) == [(0, 2), (1, 2), (2, 2)]
    insert(engine, "xx", 4)
    engine.finish()
    assert said(result) == [(3, 0), (4, 0), (5, 0)]


def test_the_watermark_stands_at_the_oldest_row_that_is_not_said(engine: cep.Engine) -> None:
    counted = engine.query(
        "SELECT window_start, COUNT(*) AS n FROM TUMBLE(TABLE ("
        + text("PATTERN (A B+)").replace("SELECT n,", "SELECT ts,")
        + "), DESCRIPTOR(ts), INTERVAL '2' SECOND) GROUP BY window_start, window_end"
    )
    insert(engine, "xxab", 0)
    assert [n for _, n in said(counted)] == [2]
    insert(engine, "bbb", 4)
    assert said(counted) == []
    insert(engine, "xx", 7)
    assert [n for _, n in said(counted)] == [2, 2, 2]


def test_rows_that_are_said_are_kept_no_longer(engine: cep.Engine) -> None:
    engine.execute(f"START q AS {text('PATTERN (A B+)')}")
    insert(engine, "abbbb", 0)
    assert engine.queries["q"].graph.size().rows == 5
    insert(engine, "x", 5)
    assert engine.queries["q"].graph.size().rows == 0


@pytest.mark.parametrize(
    ("pattern", "frame", "state", "cautioned"),
    [
        ("PATTERN (A B)", "UNBOUNDED", ": 2 rows decide it", False),
        ("PATTERN (A B)", "0", ": 1 row decides it", False),
        ("PATTERN (A B+)", "5", ": 6 rows decide it", False),
        ("SEEK PATTERN (A B)", "5", ": 6 rows decide it", False),
        ("PATTERN (A B+)", "UNBOUNDED", ": nothing bounds them (WITHIN would)", True),
        (
            "PATTERN (A B+) WITHIN INTERVAL '5' SECOND",
            "UNBOUNDED",
            ", at most 5 s of them",
            False,
        ),
        (
            "SEEK PATTERN (A B)",
            "UNBOUNDED",
            ": nothing bounds them (a frame of so many rows FOLLOWING would)",
            True,
        ),
    ],
)
def test_what_bounds_the_state_is_said(
    engine: cep.Engine, pattern: str, frame: str, state: str, cautioned: bool
) -> None:
    plan = "\n".join(row[0] for row in engine.execute(f"EXPLAIN {text(pattern, frame)}").fetchall())
    kept = "the rows since each partition's oldest row whose match is undecided"
    assert f"{kept}{state}\n" in plan
    assert ("caution:" in plan) == cautioned
