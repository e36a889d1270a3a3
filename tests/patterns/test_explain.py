"""EXPLAIN of a row pattern: its program, how conditions are known, what is kept and how long."""

from __future__ import annotations

import pytest

import cep
from cep.notes import Notes

TICKS = """
CREATE STREAM ticks (
  symbol VARCHAR, price INT, ts TIMESTAMP(3), WATERMARK FOR ts AS ts - INTERVAL '5' SECOND)
"""

KEPT = "the rows since the start of each partition's oldest undecided match"


def explained(clauses: str, source: str = "ticks") -> list[str]:
    """Return what EXPLAIN says of a pattern, from its state on."""
    with cep.Engine() as engine:
        engine.execute(TICKS)
        query = (
            f"SELECT * FROM {source} MATCH_RECOGNIZE (PARTITION BY symbol ORDER BY ts {clauses})"
        )
        lines = [row[0].strip(" │") for row in engine.execute(f"EXPLAIN {query}").fetchall()]
    first = next(i for i, line in enumerate(lines) if line.startswith("state:"))
    last = next(i for i, line in enumerate(lines) if line.startswith("└─"))
    return lines[first:last]


def test_everything() -> None:
    assert explained(
        """
        MEASURES MATCH_NUMBER() AS m, FIRST(DOWN.price) AS high, PREV(FIRST(price), 2) AS before
        PATTERN (^ START DOWN+ {- UP{2,3} -} -> !DEEP) WITHIN INTERVAL '5' MINUTE
        DEFINE
          DOWN AS price < PREV(price),
          UP AS price > AVG(DOWN.price),
          DEEP AS price < MEDIAN(UP.price)
        """
    ) == [
        f"state:      {KEPT}, at most 5 min of them",
        "input:      unbounded",
        "measure:    MATCH_NUMBER() AS m",
        "measure:    FIRST(down.price) AS high",
        "measure:    PREV(FIRST(price), 2) AS before",
        "define:     start AS TRUE [always true]",
        "define:     down AS (price < PREV(price)) [a column]",
        "define:     up AS (price > AVG(down.price)) [per match]",
        "define:     deep AS (price < MEDIAN(up.price)) [per match, in Python]",
        "program:      0 first row",
        "1 take start",
        "2 take down",
        "3 fork 2, else 4",
        "4 take up, excluded",
        "5 take up, excluded",
        "6 fork 7, else 8",
        "7 take up, excluded",
        "8 lack deep",
        "9 done",
        "remembers:  how many matches each partition had: MATCH_NUMBER() is read",
        "remembers:  that each partition has begun: ^ is its first row",
        "remembers:  the last 2 rows of each partition: PREV looks back from the start of a match",
    ]


BOUNDS = [
    ("PATTERN (A+ B) WITHIN INTERVAL '1' DAY", f"{KEPT}, at most 1 d of them"),
    ("PATTERN (A{3} (B | C D)?)", f"{KEPT}: it has at most 5 rows"),
    ("PATTERN (PERMUTE(A, B{,2}))", f"{KEPT}: it has at most 3 rows"),
    ("PATTERN (A)", f"{KEPT}: it has at most 1 row"),
    (
        "PATTERN (A -> B WITHIN INTERVAL '1' MINUTE)",
        f"{KEPT}, as long as the WITHINs in the pattern allow",
    ),
    ("PATTERN (A B+)", f"{KEPT}: nothing bounds them (WITHIN would)"),
    ("PATTERN (A -> B)", f"{KEPT}: nothing bounds them (WITHIN would)"),
]


@pytest.mark.parametrize(("pattern", "state"), BOUNDS)
def test_what_bounds_the_state(pattern: str, state: str) -> None:
    lines = explained(f"MEASURES FIRST(price) AS first {pattern}")
    assert lines[0] == f"state:      {state}"
    cautions = [line for line in lines if line.startswith("caution:")]
    assert bool(cautions) == ("nothing bounds" in state)
    assert not [line for line in lines if line.startswith("remembers:")]


def test_rows_that_end_bound_the_state() -> None:
    source = "(VALUES ('x', 1, TIMESTAMP '2026-01-01 00:00:00')) AS ticks (symbol, price, ts)"
    lines = explained("MEASURES FIRST(price) AS first PATTERN (A B+)", source)
    assert lines[0] == f"state:      {KEPT}, until the input ends"
    assert not [line for line in lines if line.startswith("caution:")]


def test_a_query_that_nothing_bounds_is_spoken_of_once() -> None:
    with cep.Engine() as engine:
        engine.execute(TICKS)
        notes = Notes(engine)
        query = "SELECT * FROM ticks MATCH_RECOGNIZE (ORDER BY ts MEASURES COUNT(*) AS n {})"
        engine.execute("START bounded AS " + query.format("PATTERN (A B)"))
        assert list(notes.news()) == []
        engine.execute("START endless AS " + query.format("PATTERN (A B+)"))
        (note,) = notes.news()
        assert note == (
            "endless: nothing bounds how long a match of (a b+) may take, and its rows are kept "
            "until it is decided\n"
            "  write WITHIN INTERVAL '1' HOUR after PATTERN (…), as long as a match may take"
        )
        assert list(notes.news()) == []
