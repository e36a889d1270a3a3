"""What a row pattern asks for: its program, and what has to be known of each row beforehand.

Expressions over a row see a table: the input's columns and behind them its `shifts`. This needs no
session, so EXPLAIN shows it without anything being run.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import pyarrow as pa

from cep.planner.expressions import Constant, Expression, Input, can_fail, inputs, transform, walk
from cep.planner.patterns.code import ambiguous, instructions, marked
from cep.planner.patterns.expressions import Label, MatchAggregate, MatchNumber, Navigation
from cep.planner.patterns.places import Shifted, leaves, local, place, shifted
from cep.planner.patterns.scalars import Inexpressible, Pool, Scalars
from cep.planner.patterns.tree import (
    Choice,
    Edge,
    Empty,
    Exclude,
    Follow,
    Lack,
    Pattern,
    Permute,
    Repeat,
    Sequenced,
    Take,
)
from cep.planner.patterns.tree import (
    walk as parts_of,
)
from cep.runtime.matcher.program import After, Condition, Program, Reads
from cep.types import VARCHAR

if TYPE_CHECKING:
    from cep.planner.logical.match import Match


@dataclass(frozen=True)
class Analysis:
    """The program of a `Match`, and the expressions of its columns over the table.

    `flags` are the conditions that are columns, by variable; `values` the numbers that conditions
    read, each with whether it is a DOUBLE; `asked` the conditions that are evaluated per match, by
    variable.
    """

    program: Program
    shifts: tuple[tuple[int, int], ...]
    flags: tuple[tuple[int, Expression], ...]
    values: tuple[tuple[Expression, bool], ...]
    asked: tuple[tuple[int, Expression], ...]
    context: int
    ahead: int
    back: int
    lasting: bool


def analyse(node: Match) -> Analysis:
    """Find out how the conditions of a pattern are known, and write its program."""
    return _Analysis(node).result()


class _Analysis:
    def __init__(self, node: Match) -> None:
        self.node = node
        self.width = len(node.input.schema)
        self.shifts: list[tuple[int, int]] = []
        self.pool = Pool()
        self.flags: list[tuple[int, Expression]] = []
        self.asked: list[tuple[int, Expression]] = []

    def result(self) -> Analysis:
        node = self.node
        conditions = tuple(self._condition(v, c) for v, c in enumerate(node.conditions))
        values = tuple((self._table(e), floating) for e, floating in self.pool.values)
        for measure in (*node.measures, *(c for _, c in self.asked)):
            for e in walk(measure):
                if isinstance(e, Navigation) and e.shift:
                    self._table(shifted(e.operand, e.shift))
        ahead = max((s for _, s in self.shifts), default=0)
        behind = max((-s for _, s in self.shifts), default=0)
        shifts = (max(behind, 0), max(ahead, 0))
        lasting = self._lasting()
        return Analysis(
            self._program(conditions),
            tuple(self.shifts),
            tuple(self.flags),
            values,
            tuple(self.asked),
            sum(shifts),
            shifts[1],
            self._back(),
            lasting,
        )

    def _lasting(self) -> bool:
        """Say whether the number of matches or rows of a partition is read."""
        edge = any(isinstance(p, Edge) and not p.end for p in parts_of(self.node.pattern))
        return edge or any(isinstance(e, MatchNumber) for e in self._read())

    def _read(self) -> Iterator[Expression]:
        for expression in (*self.node.measures, *self.node.conditions):
            if expression is not None:
                yield from walk(expression)

    # ------------------------------------------------------------ conditions

    def _table(self, expression: Expression) -> Expression:
        """Return an expression over a row as one over the table."""

        def change(e: Expression) -> Expression | None:
            if not isinstance(e, Shifted):
                return None
            wanted = (e.index, e.shift)
            if wanted not in self.shifts:
                self.shifts.append(wanted)
            return Input(e.type, self.width + self.shifts.index(wanted), str(e))

        return transform(expression, change)

    def _condition(self, variable: int, expression: Expression | None) -> Condition:
        if expression is None:
            return Condition(Reads.NOTHING, "TRUE")
        text = str(expression)
        ahead = _reads_ahead(expression)
        expression = self._with_own_label(variable, expression)
        if _current_only(variable, expression):
            over_table = self._table(local(expression))
            self.flags.append((variable, over_table))
            return Condition(Reads.COLUMN, text, ahead, fails=can_fail(over_table))
        before = len(self.pool.values), len(self.pool.registers)
        try:
            scalars = Scalars(self.pool, variable, self.node.variables)
            return replace(scalars.condition(expression, ahead=ahead), text=text)
        except Inexpressible:
            del self.pool.values[before[0] :]
            del self.pool.registers[before[1] :]
            self.asked.append((variable, expression))
            return Condition(Reads.PYTHON, text, ahead, fails=True)

    def _with_own_label(self, variable: int, expression: Expression) -> Expression:
        """Replace CLASSIFIER() of the row under test: it is the variable itself."""
        name = Constant(VARCHAR, pa.scalar(self.node.variables[variable], pa.string()))

        def change(e: Expression) -> Expression | None:
            if not isinstance(e, Navigation) or e.shift or not place(e).is_current(variable):
                return None
            changed = transform(e.operand, lambda o: name if isinstance(o, Label) else None)
            return name if changed == name else replace(e, operand=changed)

        return transform(expression, change)

    # ------------------------------------------------------------ the program

    def _program(self, conditions: tuple[Condition, ...]) -> Program:
        node = self.node
        code, plain = instructions(node.pattern)
        after = After[_AFTER[node.skip.to.name]]
        each_start = node.within is not None
        places = () if after is After.EVERYWHERE else marked(code, conditions)
        if each_start and len(places) < 2:
            places = ()
        return Program(
            code,
            node.variables,
            conditions,
            tuple(self.pool.registers),
            plain,
            tuple(floating for _, floating in self.pool.values),
            places,
            each_start,
            after,
            node.skip.variables,
            node.within,
            node.said.name == "TIMEOUTS",
            node.said.name == "UNMATCHED",
            any(_reads_ahead(m) for m in node.measures),
            after is After.EVERYWHERE and ambiguous(code),
            node.frame,
        )

    # ------------------------------------------------------------ rows before the start

    def _back(self) -> int:
        """Return how many rows before the start of a match can be read."""
        depth, _ = _depths(self.node.pattern)
        least = 0
        for variable, condition in enumerate(self.node.conditions):
            if condition is None:
                continue
            for e in walk(condition):
                if isinstance(e, Navigation) and e.shift < 0:
                    current = place(e).is_current(variable)
                    at = depth.get(variable, 0) if current else self._depth(e, depth)
                    least = max(least, -e.shift - at)
        for measure in self.node.measures:
            for e in walk(measure):
                if isinstance(e, Navigation) and e.shift < 0:
                    least = max(least, -e.shift - self._depth(e, depth))
        return least

    def _depth(self, navigation: Navigation, depth: dict[int, int]) -> int:
        variables = navigation.variables
        if variables is None:
            return 0
        return min((depth.get(v, 0) for v in variables), default=0)


_AFTER = {
    "PAST_LAST": "PAST_LAST",
    "NEXT": "NEXT",
    "FIRST": "FIRST",
    "LAST": "LAST",
    "NONE": "EVERYWHERE",
}


def _reads_ahead(expression: Expression) -> bool:
    """Say whether columns of later rows are read; labels of later rows there are none."""
    return any(
        isinstance(e, Navigation) and e.shift > 0 and inputs(e.operand) for e in walk(expression)
    )


def _current_only(variable: int, expression: Expression) -> bool:
    """Say whether a condition reads the row under test alone, and rows at a fixed distance."""
    for leaf in leaves(expression):
        if isinstance(leaf, MatchAggregate | MatchNumber):
            return False
        if isinstance(leaf, Navigation):
            if not place(leaf).is_current(variable):
                return False
            if any(isinstance(e, Label) for e in walk(leaf.operand)):
                return False
    return True


def _depths(pattern: Pattern) -> tuple[dict[int, int], int]:
    """Return how many rows of a match come before each variable at least, and its least length."""
    match pattern:
        case Take(variable=v):
            return {v: 0}, 1
        case Empty() | Edge():
            return {}, 0
        case Sequenced(items=items):
            return _in_turn(items)
        case Choice(items=items):
            both = [_depths(i) for i in items]
            return _least(d for d, _ in both), min(n for _, n in both)
        case Permute(items=items):
            both = [_depths(i) for i in items]
            return _least(d for d, _ in both), sum(n for _, n in both)
        case Repeat(operand=operand, minimum=least):
            depth, length = _depths(operand)
            return depth, length * least
        case Exclude(operand=operand):
            return _depths(operand)
        case Follow(left=left, right=right, absent=absent):
            depth, length = _in_turn((left, right))
            return _least([depth, dict.fromkeys(absent, _depths(left)[1])]), length
        case Lack(left=left, absent=absent):
            depth, length = _depths(left)
            return _least([depth, dict.fromkeys(absent, length)]), length
    raise TypeError(pattern)


def _in_turn(items: Iterable[Pattern]) -> tuple[dict[int, int], int]:
    total, found = 0, []
    for item in items:
        depth, length = _depths(item)
        found.append({v: total + d for v, d in depth.items()})
        total += length
    return _least(found), total


def _least(found: Iterable[dict[int, int]]) -> dict[int, int]:
    least: dict[int, int] = {}
    for one in found:
        for variable, depth in one.items():
            least[variable] = min(depth, least.get(variable, depth))
    return least
