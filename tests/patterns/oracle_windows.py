"""What a row pattern in a window says, found by trying everything; part of the oracle (oracle.py).

Where the language's description leaves something open, this is how it is read here:

 1. *The frame of a row* is the row and so many behind it in its partition. A match takes rows of it
    only, and an arrow passes over rows of it only. PREV and NEXT read any row of the partition.
 2. *An absence at the end* of a pattern looks at the rows of the frame.
 3. *Skipping* goes on from the row whose frame it was: TO NEXT ROW is the row after that. Rows
    before the one that a match leads to have none. An empty match leads to the next row.
 4. *An error of skipping* is one of the row whose match it is: that row is not said.
 5. *Measures* are those of ONE ROW PER MATCH, NULL in a row without a match; a function is over no
    rows then, and with an empty match.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

from cep.grammar import ast
from tests.patterns.oracle import Input, Match, Oracle, Values
from tests.patterns.oracle_expressions import Row, View


@dataclass(frozen=True)
class Window:
    """The frame of each row: so many rows following it, None for all of them.

    `functions` are over the rows of the match, written as measures.
    """

    following: int | None
    functions: Sequence[ast.Expression]


class WindowOracle(Oracle):
    """Answers a row pattern in a window: the input's columns, measures, then functions."""

    def __init__(
        self,
        clause: ast.MatchRecognize,
        inputs: Sequence[Input],
        window: Window,
        *,
        budget: int = 1_000_000,
    ) -> None:
        super().__init__(clause, inputs, budget=budget)
        self.window = window
        self.functions = [self.meaning.value(f) for f in window.functions]

    def columns(self) -> tuple[str, ...]:
        """Return the names of the columns; functions have none."""
        measures = [name for name, _ in self.measures]
        rest = [n for n in self.names if n not in self.partition]
        return (*self.partition, *rest, *measures, *("" for _ in self.functions))

    def _matches(self, rows: Sequence[Row]) -> Iterator[Match]:
        """Return the match of each row, or that it has none."""
        go_on = 0
        for row in range(len(rows)):
            match = self._in_frame(rows, row) if row >= go_on else None
            if match is None:
                yield Match(row, None)
                continue
            target = row + 1
            if match.taken and self.after.kind != "to next row":
                led = self.resume(match)
                if led is None:
                    yield replace(match, start=row, status="failed")
                    continue
                target = led
            go_on = target
            yield replace(match, start=row)

    def _in_frame(self, rows: Sequence[Row], row: int) -> Match | None:
        """Return the first match in the frame of a row; without SEEK it begins there."""
        end = len(rows)
        if self.window.following is not None:
            end = min(end, row + self.window.following + 1)
        for start in range(row, end if self.pattern.start == "seek" else row + 1):
            match = next(self.matches_from(self.walk(rows, 1, end), start, 0), None)
            if match is not None:
                return match
        return None

    def _rows(self, key: Values, rows: Sequence[Row], match: Match) -> Iterator[Values]:
        """Return the row that is said."""
        view = View(rows, match.taken, len(match.taken), 1, match.status, match.rowtime)
        measures = [None] * len(self.measures)
        if match.number is not None:
            measures = self._measured(view)
        values = rows[match.start].values
        rest = [values[n] for n in self.names if n not in self.partition]
        yield (*key, *rest, *measures, *(f(view, -1) for f in self.functions))
