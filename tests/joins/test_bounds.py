"""What EXPLAIN says of the rows that a join keeps, and the note where nothing bounds them."""

from __future__ import annotations

import pytest

import cep
from cep.notes import Notes

_WINDOWS = (
    "TUMBLE(TABLE a, DESCRIPTOR(ts), INTERVAL '1' MINUTE) a "
    "JOIN TUMBLE(TABLE b, DESCRIPTOR(ts), INTERVAL '1' MINUTE) b USING (window_start, window_end)"
)
_NOTE = (
    "  bound how far apart in event time partners are: … AND b.ts BETWEEN a.ts AND a.ts + "
    "INTERVAL '1' HOUR,\n  or write WITH (state_ttl = INTERVAL '1' DAY) at the end"
)
_TABLE_NOTE = (
    "  if rows need not be corrected when the table changes, write JOIN t FOR SYSTEM_TIME AS OF "
    "PROCTIME(),\n  or write WITH (state_ttl = INTERVAL '1' DAY) at the end"
)
_SHORT_NOTE = "  write WITH (state_ttl = INTERVAL '1' DAY) at the end"
_INTERVAL = "b.ts BETWEEN a.ts - INTERVAL '1' MINUTE AND a.ts + INTERVAL '5' SECOND"


@pytest.fixture
def engine() -> cep.Engine:
    engine = cep.Engine()
    engine.execute("CREATE STREAM a (k INT, x INT, ts TIMESTAMP(3), WATERMARK FOR ts)")
    engine.execute("CREATE STREAM b (k INT, y INT, ts TIMESTAMP(3), WATERMARK FOR ts)")
    engine.execute("CREATE TABLE t (k INT, z INT, PRIMARY KEY (k))")
    return engine


def _said(engine: cep.Engine, query: str) -> list[str]:
    """Return what EXPLAIN says of the sides of the join."""
    rows = engine.execute(f"EXPLAIN {query}").fetchall()
    lines = [line.strip(" │├└─") for row in rows for line in row[0].splitlines()]
    return [line for line in lines if line.startswith(("left:", "right:"))]


@pytest.mark.parametrize(
    ("query", "left", "right"),
    [
        (
            f"SELECT x, y FROM a JOIN b ON a.k = b.k AND {_INTERVAL}",
            "rows are kept until the watermark of the other input passes ts + 5 s",
            "rows are kept until the watermark of the other input passes ts + 1 min",
        ),
        (
            "SELECT x, y FROM a JOIN b ON b.ts > a.ts + INTERVAL '2' SECOND",
            "all rows are kept, for ever: nothing bounds them",
            "rows are kept until the watermark of the other input passes ts - 2 s",
        ),
        (
            f"SELECT x, y FROM {_WINDOWS}",
            "rows are kept until the watermark of the other input closes their window",
            "rows are kept until the watermark of the other input closes their window",
        ),
        (
            "SELECT x, y FROM a JOIN b ON a.k = b.k",
            "all rows are kept, for ever: nothing bounds them",
            "all rows are kept, for ever: nothing bounds them",
        ),
        (
            "SELECT x, y FROM a JOIN b ON a.k = b.k WITH (state_ttl = INTERVAL '1' HOUR)",
            "rows are kept for 1 h",
            "rows are kept for 1 h",
        ),
        (
            "SELECT x, z FROM a JOIN t ON a.k = t.k",
            "all rows are kept, for ever: nothing bounds them",
            "rows are kept until they are taken back",
        ),
        (
            "SELECT x, n FROM a JOIN (VALUES (1, 'one')) AS v (k, n) ON a.k = v.k",
            "rows wait until the other input has ended",
            "all rows are kept, and the input ends",
        ),
    ],
)
def test_explain_states_the_bound_of_each_side(
    engine: cep.Engine, query: str, left: str, right: str
) -> None:
    assert _said(engine, query) == [f"left:       {left}", f"right:      {right}"]


@pytest.mark.parametrize(
    ("query", "whose", "remedy"),
    [
        ("SELECT x, y FROM a JOIN b ON a.k = b.k", "both inputs", _NOTE),
        ("SELECT x FROM a JOIN b ON a.ts <= b.ts", "the left input", _NOTE),
        ("SELECT x, z FROM a LEFT JOIN t ON a.k = t.k", "the left input", _TABLE_NOTE),
        ("SELECT x, z FROM t LEFT JOIN a ON a.k = t.k", "the right input", _SHORT_NOTE),
        ("SELECT x, (SELECT MAX(z) FROM t) AS most FROM a", "the left input", _SHORT_NOTE),
    ],
)
def test_a_note_is_given_where_nothing_bounds_a_stream(
    engine: cep.Engine, query: str, whose: str, remedy: str
) -> None:
    notes = Notes(engine)
    engine.execute(f"START q AS {query}")
    note = f"q: all rows of {whose} of a join are kept, as a partner may always come\n{remedy}"
    assert list(notes.news()) == [note]


@pytest.mark.parametrize(
    "query",
    [
        f"SELECT x, y FROM a JOIN b ON a.k = b.k AND {_INTERVAL}",
        "SELECT x, y FROM a JOIN b ON a.k = b.k WITH (state_ttl = INTERVAL '1' HOUR)",
        "SELECT x, n FROM a JOIN (VALUES (1, 'one')) AS v (k, n) ON a.k = v.k",
    ],
)
def test_no_note_is_given_where_all_is_bounded(engine: cep.Engine, query: str) -> None:
    notes = Notes(engine)
    engine.execute(f"START q AS {query}")
    assert list(notes.news()) == []
