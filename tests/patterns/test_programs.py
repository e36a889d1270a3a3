"""A pattern becomes a program: programs.txt has patterns, and the instructions of each.

    python -m tests.patterns.test_programs

writes what is there now into that file. Rows come from a table, so that $ is known; all patterns
may take an hour.
"""

from __future__ import annotations

from pathlib import Path

import pytest

import cep
from cep.grammar.parser import parse_query
from cep.planner.binder.queries import bind_outermost
from cep.planner.logical import Match, walk
from cep.planner.patterns.analysis import analyse

TABLE = Path(__file__).parent / "programs.txt"
QUERY = """
SELECT * FROM (VALUES (TIMESTAMP '2026-01-01 00:00:00')) AS s (ts) MATCH_RECOGNIZE (
  ORDER BY ts MEASURES COUNT(*) AS n PATTERN ({}) WITHIN INTERVAL '1' HOUR)
"""


def listing(pattern: str) -> str:
    """Return the program of a pattern."""
    engine = cep.Engine()
    plan = bind_outermost(parse_query(QUERY.format(pattern)), engine.context(()))
    (match,) = (n for n in walk(plan) if isinstance(n, Match))
    return "\n".join(analyse(match).program.listing())


def blocks() -> list[tuple[str, str]]:
    """Return the patterns of the table and their programs."""
    _, *parts = TABLE.read_text(encoding="utf-8").split("\n-------- ")
    return [(pattern, code.strip("\n")) for pattern, _, code in (p.partition("\n") for p in parts)]


@pytest.mark.parametrize(("pattern", "program"), blocks(), ids=[b[0] for b in blocks()])
def test_program(pattern: str, program: str) -> None:
    assert listing(pattern) == program


if __name__ == "__main__":
    head = TABLE.read_text(encoding="utf-8").partition("\n-------- ")[0]
    written = [f"-------- {pattern}\n{listing(pattern)}\n" for pattern, _ in blocks()]
    TABLE.write_text("\n".join([head, *written]), encoding="utf-8")
