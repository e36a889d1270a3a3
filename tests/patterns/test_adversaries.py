"""Patterns that are slow elsewhere: the work grows with the rows, or is given up with a reason.

Nothing is timed: the choices that a walk goes back to are counted.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator

import pytest

import cep
from cep.errors import EvaluationError
from cep.runtime.kernels import compile as kernels
from cep.runtime.matcher import layout as at
from cep.runtime.matcher.walks import Walks

ROWS = 300


@pytest.fixture(autouse=True)
def plain() -> Iterator[None]:
    before = kernels.use("python")
    yield
    kernels.use(before)


def query(pattern: str, define: str, rows: int, kind: Callable[[int], int]) -> str:
    values = ", ".join(f"({i}, {kind(i)})" for i in range(rows))
    return f"""SELECT * FROM (VALUES {values}) AS t (i, x) MATCH_RECOGNIZE (
        ORDER BY i MEASURES COUNT(*) AS n PATTERN ({pattern}) DEFINE {define})"""


def turns(monkeypatch: pytest.MonkeyPatch, asked: str) -> int:
    """Return how many choices are gone back to while a query is answered."""
    total = 0
    run = Walks.run

    def counted(self: Walks, *args: object, **kwargs: object) -> Iterator[object]:
        nonlocal total
        machine = self._machine

        def tallied(*given: object) -> int:
            nonlocal total
            outcome = machine(*given)
            total += int(self.meta[at.TURNS])
            return outcome

        self._machine = tallied
        yield from run(self, *args, **kwargs)  # type: ignore[arg-type]  # handed on as they are
        self._machine = machine

    monkeypatch.setattr(Walks, "run", counted)
    cep.Engine().execute(asked).fetchall()
    return total


LETTERS = "ABCDEFGHIJ"


@pytest.mark.parametrize(
    ("pattern", "define", "kind"),
    [
        ("(A+)+ B", "A AS x = 1, B AS x = 2", lambda _: 1),
        ("(A | A)* B", "A AS x = 1, B AS x = 2", lambda _: 1),
        ("(A* A*)* B", "A AS x = 1, B AS x = 2", lambda _: 1),
        ("A+ B", "B AS x = 2", lambda _: 1),
        ("A+ A+ A+ B", "A AS x = 1, B AS x = 2", lambda _: 1),
        ("A -> B", "B AS x = 2", lambda _: 1),
        (
            f"PERMUTE({', '.join(LETTERS)})",
            ", ".join(f"{v} AS x = {i}" for i, v in enumerate(LETTERS)),
            lambda i: i * 7 % 10,
        ),
        ("PERMUTE(A+, B+, C+, D+)", "A AS x=0, B AS x=1, C AS x=2, D AS x=3", lambda i: i // 3 % 3),
    ],
)
def test_work_grows_with_the_rows(
    monkeypatch: pytest.MonkeyPatch, pattern: str, define: str, kind: Callable[[int], int]
) -> None:
    few = turns(monkeypatch, query(pattern, define, ROWS, kind))
    monkeypatch.undo()
    many = turns(monkeypatch, query(pattern, define, 4 * ROWS, kind))
    assert many <= 5 * few + ROWS


def test_permute_of_ten_remembers_sets(monkeypatch: pytest.MonkeyPatch) -> None:
    # Every row can be any part but the last: there are 9! orders, and 512 sets.
    asked = query(f"PERMUTE({', '.join(LETTERS)})", "J AS x = 9", 30, lambda _: 1)
    assert turns(monkeypatch, asked) < 30 * 9 * 512


ADVERSARY = """SELECT * FROM (VALUES {rows}) AS t (card, i, x) MATCH_RECOGNIZE (
    PARTITION BY card ORDER BY i MEASURES COUNT(*) AS n
    PATTERN ((A | B)* C)
    DEFINE A AS x >= FIRST(x), B AS x <= LAST(x, 1), C AS x > COUNT(*) + 1000)"""


def test_what_cannot_end_is_given_up(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("cep.runtime.matcher.walks.BUDGET", 20_000)
    rows = ", ".join(f"('visa', {i}, 1)" for i in range(60))
    with pytest.raises(EvaluationError) as error:
        cep.Engine().execute(ADVERSARY.format(rows=rows)).fetchall()
    assert error.value.message == (
        "the pattern ((a | b)* c) is given up in the partition card = 'visa': "
        "it goes back over its choices too often"
    )
    assert error.value.hint is not None
    assert "WITHIN" in error.value.hint


def test_too_many_matches_of_one_start_are_given_up(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("cep.runtime.matcher.walks.BUDGET", 20_000)
    times = ", ".join(f"(TIMESTAMP '2026-01-01 00:00:{i:02}')" for i in range(40))
    with pytest.raises(EvaluationError, match="is given up: it goes back over its choices"):
        cep.Engine().execute(
            f"""SELECT * FROM (VALUES {times}) AS t (ts) MATCH_RECOGNIZE (
                ORDER BY ts MEASURES COUNT(*) AS n AFTER MATCH NO SKIP
                PATTERN ((A | B)+) WITHIN INTERVAL '1' MINUTE)"""
        ).fetchall()


def test_what_keeps_too_much_is_given_up(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("cep.runtime.matcher.walks.ROOM", 1 << 10)
    engine = cep.Engine()
    engine.execute("CREATE STREAM t (card INT, ts TIMESTAMP(3), WATERMARK FOR ts AS ts)")
    engine.execute(
        """START q AS SELECT * FROM t MATCH_RECOGNIZE (
            PARTITION BY card ORDER BY ts MEASURES COUNT(*) AS n PATTERN (A+ B)
            DEFINE B AS FALSE)"""
    )
    rows = ", ".join(
        f"(7, TIMESTAMP '2026-01-01 00:00:00' + INTERVAL '{i}' SECOND)" for i in range(2000)
    )
    engine.execute(f"INSERT INTO t VALUES {rows}")
    (state,) = {q.state for q in engine.execute("SHOW QUERIES").fetchall()}
    assert state == "failed"
