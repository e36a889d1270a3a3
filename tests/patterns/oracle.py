"""What MATCH_RECOGNIZE says, found by trying everything.

It shares nothing with the engine but the syntax tree.

oracle_walk.py enumerates the labellings of a pattern in the order of preference, oracle_values.py
evaluates conditions and measures by looking through the labelled rows again each time
(oracle_expressions.py has what is not particular to patterns), and this module does the rest:
partitions and order, which row is tried next, and the rows that are said.

Where the language's description leaves something open, this is how it is read here:

 1. *Empty iterations.* An iteration that takes no row is the last one as soon as it leaves no
    iteration owed; before that it counts as one of the minimum. So `(A??){2,}` may be two empty
    iterations, and `(A??)*` prefers the empty match. Loops that differ only in empty iterations
    are the same labelling.
 2. *Empty matches* resume at the next row whatever AFTER MATCH says; SKIP TO a variable is an error
    only of a match that took rows.
 3. *A match with an error of skipping* is not said. It keeps its number, its rows are covered (so
    they are not unmatched), and the next row after its first is tried.
 4. *Unmatched rows* have NULL in all measures, COUNT and MATCH_NUMBER() included; measures of an
    empty match are evaluated over no rows: COUNT is 0, CLASSIFIER() NULL, COALESCE has its default.
 5. *CLASSIFIER()* is the variable as names are folded: `a` for A. In PREV and NEXT it is the label
    that the row reached has in the match, in DEFINE so far; also where RUNNING does not see that
    row yet. Of a row without a label it is NULL.
 6. *An arrow's right side* begins at the first later row that can be its first row, whichever of
    its alternatives takes it: in `A -> (B | C)` the first row that is B or C. That row is not
    reconsidered, but its label and what follows it may be. Both sides must take a row.
 7. *`->>`* prefers the earlier row. All labellings from one row come before those from a later one.
 8. *WITHIN of a step* is strict, as WITHIN of the pattern is: the row's time < the time of the last
    row on the left + i.
 9. *An absence* in the middle is tested on each row that is passed over, and has no WITHIN of its
    own. At the end its deadline is that of the step or of the pattern, whichever comes first; it
    may stand at the end of an alternative. Several absences in a row must all hold.
10. *A timeout row* is said if a start has no match at all and a partial match with at least one row
    wanted a further one when its time was out (of the pattern or of a step), or at the end of the
    input. Of these the one with most rows, then the preferred one. It takes a match number.
    MATCH_ROWTIME() is that deadline.
11. *NO SKIP* counts labellings that differ in no row and no label once, at the place of the
    preferred one. An empty match is one of them. Only a start without any match gives a timeout.
12. *MATCH_ROWTIME()* is the same in all rows of a match, and NULL in unmatched rows.
13. *Columns of ALL ROWS* are said once: an ordering column that partitions too is only in front.
14. *Merged inputs:* the columns after the measures are those of the inputs in the order written,
    each name once. A condition in DEFINE that reads columns of inputs by their names holds only for
    rows of one of these inputs (columns inside PREV, NEXT, FIRST, LAST and aggregates aside).
15. *The time of a row* is its first ORDER BY key.
"""

from __future__ import annotations

import functools
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from cep.grammar import ast
from tests.patterns.oracle_expressions import Evaluate, Refused, Row, Taken, View, duration
from tests.patterns.oracle_values import Meaning
from tests.patterns.oracle_walk import Found, Walk, check

Values = tuple[Any, ...]


@dataclass(frozen=True)
class Input:
    """A relation: its name in conditions, its columns, and its rows in the order of arrival.

    `time` is the column that `rowtime` reads where several inputs are merged.
    """

    columns: Sequence[str]
    rows: Sequence[Values]
    name: str = ""
    time: str = ""


@dataclass(frozen=True)
class Match:
    """A match, a timeout, or (with number None) a row that is in none."""

    start: int
    number: int | None
    taken: tuple[Taken, ...] = ()
    status: str = "complete"
    rowtime: Any = None


@dataclass
class Answer:
    """The rows said, for each partition in order, and the matches that had an error."""

    columns: tuple[str, ...]
    rows: dict[Values, list[Values]] = field(default_factory=dict)
    failed: list[tuple[Values, Match]] = field(default_factory=list)


class Oracle:
    """Answers one MATCH_RECOGNIZE; `budget` bounds the steps of each start."""

    def __init__(
        self, clause: ast.MatchRecognize, inputs: Sequence[Input], *, budget: int = 1_000_000
    ) -> None:
        self.pattern = clause.row_pattern
        check(self.pattern.pattern)
        self.budget = budget
        self.partition = [_column(e) for e in clause.partition_by]
        self.order = clause.order_by
        self.several = len(inputs) > 1
        self.inputs = inputs
        names = [c for i in inputs for c in i.columns]
        self.names = list(dict.fromkeys(["rowtime", *names] if self.several else names))
        variables = sorted(_variables(self.pattern.pattern))
        subsets = {s.name.value: [v.value for v in s.variables] for s in self.pattern.subsets}
        meaning = Meaning(variables, subsets, [i.name for i in inputs] if self.several else [])
        self.members = meaning.members
        self.conditions: Mapping[str, Evaluate] = {
            d.variable.value: meaning.condition(d.condition) for d in self.pattern.definitions
        }
        self.meaning = meaning
        self.measures = [(m.name.value, meaning.value(m.expression)) for m in self.pattern.measures]
        self.within = duration(self.pattern.within)
        self.mode = self.pattern.rows_per_match or ast.RowsPerMatch("one")
        self.after = self.pattern.after_match or ast.AfterMatch("past last row")

    # ------------------------------------------------------------ the answer

    def answer(self) -> Answer:
        """Return what is said."""
        said = Answer(self.columns())
        for key, rows in self._partitions().items():
            said.rows[key] = []
            for match in self._matches(rows):
                if match.status == "failed":
                    said.failed.append((key, match))
                else:
                    said.rows[key].extend(self._rows(key, rows, match))
        return said

    def columns(self) -> tuple[str, ...]:
        """Return the names of the columns."""
        measures = [name for name, _ in self.measures]
        if self.mode.kind == "one":
            return (*self.partition, *measures)
        return (*self.partition, *self._ordering(), *measures, *self._rest())

    def _ordering(self) -> list[str]:
        keys = [_column(o.expression) for o in self.order]
        return [k for k in dict.fromkeys(keys) if k not in self.partition]

    def _rest(self) -> list[str]:
        front = {*self.partition, *self._ordering()}
        return [n for n in self.names if n not in front]

    def _partitions(self) -> dict[Values, list[Row]]:
        """Return the rows of each partition in order."""
        rows = [
            Row(dict(zip(i.columns, values, strict=True)), i.name if self.several else None)
            for i in self.inputs
            for values in i.rows
        ]
        if self.several:
            times = {i.name: i.time for i in self.inputs}
            rows = [
                Row({**r.values, "rowtime": r.values[times[r.source or ""]]}, r.source)
                for r in rows
            ]
        partitions: dict[Values, list[Row]] = {}
        for row in sorted(rows, key=functools.cmp_to_key(self._compare)):
            partitions.setdefault(tuple(row.values[c] for c in self.partition), []).append(row)
        return partitions

    def _compare(self, one: Row, other: Row) -> int:
        for item in self.order:
            name = _column(item.expression)
            left, right = one.values[name], other.values[name]
            if left == right:
                continue
            if left is None or right is None:
                return 1 if (left is None) is not (item.nulls_first is True) else -1
            return 1 if (left > right) is not item.descending else -1
        return 0

    # ------------------------------------------------------------ matches

    def walk(self, rows: Sequence[Row], number: int, end: int) -> Walk:
        """Return a walk for match `number` of a partition, over the rows before `end`."""
        times = [r.values[_column(self.order[0].expression)] if self.order else None for r in rows]
        return Walk(rows, times, self.conditions, self.within, number, self.budget, end)

    def _matches(self, rows: Sequence[Row]) -> Iterator[Match]:
        """Return the matches and the unmatched rows of a partition, in order."""
        start, number, covered = 0, 0, -1
        while start < len(rows):
            walk = self.walk(rows, number + 1, len(rows))
            resume = start + 1
            found = list(self.matches_from(walk, start, number))
            if not found and start > covered:
                yield Match(start, None)
            for match in found:
                number += 1
                target = self.resume(match) if match.taken else start + 1
                if match.taken:
                    covered = max(covered, match.taken[-1].row)
                if target is None:
                    yield Match(start, number, match.taken, "failed")
                    continue
                resume = target
                yield match
            start = resume

    def matches_from(self, walk: Walk, start: int, number: int) -> Iterator[Match]:
        """Return the matches that start at a row: one, or with NO SKIP each distinct one."""
        seen = set()
        for found in walk.labellings(self.pattern.pattern, start):
            labels = tuple((t.row, t.label) for t in found.taken)
            if labels in seen:
                continue
            seen.add(labels)
            yield self._match(walk, start, number + len(seen), found, "complete")
            if self.after.kind != "no skip":
                return
            walk.number = number + 1 + len(seen)
        if not seen and self.mode.timeouts and walk.partials:
            longest = max(walk.partials, key=lambda p: len(p.taken))
            yield self._match(walk, start, number + 1, longest, "timeout")

    def _match(self, walk: Walk, start: int, number: int, found: Found, status: str) -> Match:
        last = found.taken[-1].row if found.taken else start
        rowtime = walk.times[last] if found.deadline is None else found.deadline
        return Match(start, number, found.taken, status, rowtime)

    def resume(self, match: Match) -> int | None:
        """Return the row to go on at after a match; None if that is an error."""
        if self.after.kind == "past last row":
            return match.taken[-1].row + 1
        if self.after.variable is None:
            return match.start + 1
        members = self.members[self.after.variable.value]
        rows = [t.row for t in match.taken if t.label in members]
        if not rows:
            return None
        target = rows[0] if self.after.kind == "to first" else rows[-1]
        return None if target == match.start else target

    # ------------------------------------------------------------ rows said

    def _rows(self, key: Values, rows: Sequence[Row], match: Match) -> Iterator[Values]:
        """Return the rows that are said for a match, or for an unmatched row."""
        view = View(
            rows, match.taken, len(match.taken), match.number or 0, match.status, match.rowtime
        )
        if self.mode.kind == "one":
            if match.number is not None:
                yield (*key, *self._measured(view))
        elif match.number is None:
            if self.mode.empty == "unmatched":
                yield self._whole(key, rows[match.start], [None] * len(self.measures))
        elif not match.taken:
            if self.mode.empty != "omit":
                yield self._whole(key, rows[match.start], self._measured(view))
        else:
            for seen, taken in enumerate(match.taken, 1):
                if taken.shown:
                    here = View(rows, match.taken, seen, match.number, match.status, match.rowtime)
                    yield self._whole(key, rows[taken.row], self._measured(here))

    def _measured(self, view: View) -> list[Any]:
        return [measure(view, -1) for _, measure in self.measures]

    def _whole(self, key: Values, row: Row, measures: Sequence[Any]) -> Values:
        ordering = [row.values.get(c) for c in self._ordering()]
        return (*key, *ordering, *measures, *(row.values.get(c) for c in self._rest()))


def _column(expression: ast.Expression) -> str:
    if not isinstance(expression, ast.ColumnReference):
        raise Refused("PARTITION BY and ORDER BY take columns")
    return expression.parts[-1].value


def _variables(pattern: ast.Pattern) -> set[str]:
    match pattern:
        case ast.PatternVariable(name=name) | ast.Absence(name=name):
            return {name.value}
        case ast.PatternConcatenation(parts=parts) | ast.Permutation(parts=parts):
            return set().union(*map(_variables, parts))
        case ast.PatternAlternation(alternatives=alternatives):
            return set().union(*map(_variables, alternatives))
        case ast.Quantified(operand=operand) | ast.Exclusion(operand=operand):
            return _variables(operand)
        case ast.FollowedBy(left=left, right=right):
            return _variables(left) | _variables(right)
    return set()
