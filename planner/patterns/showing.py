"""What EXPLAIN says of a row pattern: its program, how conditions are known, what is remembered."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from cep.planner.expressions import walk
from cep.planner.patterns.analysis import Analysis, analyse
from cep.planner.patterns.expressions import MatchNumber
from cep.planner.patterns.tree import Edge
from cep.planner.patterns.tree import walk as parts_of

if TYPE_CHECKING:
    from cep.planner.logical.match import Match


def facts(node: Match) -> tuple[tuple[str, str], ...]:
    """Return titles and lines: measures, conditions and how each is known, the program."""
    analysis = analyse(node)
    known = iter(analysis.program.conditions)
    found = [
        (title, f"{line} [{next(known).reads.value}]" if title == "define" else line)
        for title, line in node.details()
    ]
    listing = list(analysis.program.listing())
    found += zip(["program", *[""] * len(listing)], listing, strict=False)
    found += [("remembers", line) for line in _remembered(node, analysis)]
    return tuple(found)


def _remembered(node: Match, analysis: Analysis) -> Iterator[str]:
    """Yield what is kept of a partition of which no match is under way."""
    read = (e for e in (*node.measures, *node.conditions) if e is not None)
    if any(isinstance(part, MatchNumber) for e in read for part in walk(e)):
        yield "how many matches each partition had: MATCH_NUMBER() is read"
    if any(isinstance(p, Edge) and not p.end for p in parts_of(node.pattern)):
        yield "that each partition has begun: ^ is its first row"
    if analysis.back:
        rows = "the last row" if analysis.back == 1 else f"the last {analysis.back} rows"
        yield f"{rows} of each partition: PREV looks back from the start of a match"
