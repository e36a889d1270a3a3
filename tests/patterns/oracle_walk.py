"""The labellings of a pattern from one row on, in the order of preference; part of the oracle.

A walk through the tree of the pattern yields every way to go through it, the preferred one first.
There is no memory of what failed and nothing is cut: this is exponential and meant to be.
"""

from __future__ import annotations

import datetime as dt
import itertools
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, NamedTuple

from cep.grammar import ast
from tests.patterns.oracle_expressions import Evaluate, Refused, Row, Taken, View, duration


class Exhausted(Exception):
    """The walk is longer than the budget allows."""


@dataclass
class Gap:
    """The rows passed over before the right side of an arrow; says whether a row has ended it."""

    ended: bool = False


class Absent(NamedTuple):
    """A `!B` that waits for what follows, or for its time to pass."""

    label: str
    limit: Any


class State(NamedTuple):
    """Where a walk stands: the rows taken, the next row, and what is open."""

    taken: tuple[Taken, ...]
    at: int
    shown: bool = True
    gap: Gap | None = None
    absent: tuple[Absent, ...] = ()


class Found(NamedTuple):
    """A labelling that completes the pattern; `deadline` is set where an absence completed it."""

    taken: tuple[Taken, ...]
    deadline: Any = None


@dataclass
class Walk:
    """Walks the tree of a pattern over the rows of a partition.

    `times` are the event times of the rows, `within` the bound after PATTERN, `budget` the number
    of steps that are left. Rows from `end` on are there to be read, not to be matched.
    """

    rows: Sequence[Row]
    times: Sequence[Any]
    conditions: Mapping[str, Evaluate]
    within: dt.timedelta | None
    number: int
    budget: int
    end: int
    partials: list[Found] = field(default_factory=list)
    """Rows taken where a further row was wanted, but its time had run out."""

    def labellings(self, pattern: ast.Pattern, start: int) -> Iterator[Found]:
        """Return the ways to match from a row on, the preferred first; some may be equal."""
        self.partials.clear()
        for state in self._walk(pattern, State((), start)):
            if not state.absent:
                yield Found(state.taken)
            elif (deadline := self._stays_absent(state)) is not None:
                yield Found(state.taken, deadline)

    # ------------------------------------------------------------ the tree

    def _walk(self, pattern: ast.Pattern, state: State) -> Iterator[State]:
        self._step()
        match pattern:
            case ast.EmptyPattern():
                yield state
            case ast.PatternVariable(name=name):
                yield from self._take(name.value, state)
            case ast.Anchor(kind=kind):
                if state.at == (0 if kind == "^" else self.end):
                    yield state
            case ast.PatternConcatenation(parts=parts):
                yield from self._sequence(parts, state)
            case ast.PatternAlternation(alternatives=alternatives):
                for alternative in alternatives:
                    yield from self._walk(alternative, state)
            case ast.Permutation(parts=parts):
                for order in itertools.permutations(parts):
                    yield from self._sequence(order, state)
            case ast.Exclusion(operand=operand):
                for inside in self._walk(operand, state._replace(shown=False)):
                    yield inside._replace(shown=state.shown)
            case ast.Quantified():
                yield from self._repeat(pattern, state, 0)
            case ast.FollowedBy():
                for left in self._walk(pattern.left, state):
                    yield from self._follow(pattern, left)
            case _:
                raise Refused(f"{type(pattern).__name__} out of place")

    def _sequence(self, parts: Sequence[ast.Pattern], state: State) -> Iterator[State]:
        if not parts:
            yield state
            return
        for after in self._walk(parts[0], state):
            yield from self._sequence(parts[1:], after)

    def _repeat(self, loop: ast.Quantified, state: State, done: int) -> Iterator[State]:
        """Go on with a loop that has made `done` iterations."""
        may_end = done >= loop.minimum
        if may_end and loop.reluctant:
            yield state
        if loop.maximum is None or done < loop.maximum:
            for after in self._walk(loop.operand, state):
                if after.at == state.at and done + 1 >= loop.minimum:
                    # Nothing was taken and no iteration is owed: this was the last one.
                    yield after
                else:
                    yield from self._repeat(loop, after, done + 1)
        if may_end and not loop.reluctant:
            yield state

    def _follow(self, arrow: ast.FollowedBy, left: State) -> Iterator[State]:
        """Pass over rows until the right side of an arrow can begin."""
        step = duration(arrow.within)
        limit = None if step is None else self.times[left.taken[-1].row] + step
        if isinstance(arrow.right, ast.Absence):
            absent = Absent(arrow.right.name.value, limit)
            yield left._replace(absent=(*left.absent, absent))
            return
        if any(a.limit is not None for a in left.absent):
            raise Refused("WITHIN stands after the last arrow of a gap")
        for row in range(left.at, self.end):
            if self._out_of_time(row, left, limit):
                return
            gap = Gap()
            yield from self._walk(arrow.right, left._replace(at=row, gap=gap, absent=()))
            if gap.ended and not arrow.any:
                return
            if any(self._holds(a.label, left._replace(at=row)) for a in left.absent):
                return
        self._ran_out(left, limit)

    # ------------------------------------------------------------ rows

    def _take(self, label: str, state: State) -> Iterator[State]:
        if state.absent:
            raise Refused("an absence is followed by an arrow, or ends the pattern")
        if state.at == self.end:
            self._ran_out(state, None)
        elif not self._out_of_time(state.at, state, None) and self._holds(label, state):
            if state.gap is not None:
                state.gap.ended = True
            taken = (*state.taken, Taken(state.at, label, state.shown))
            yield State(taken, state.at + 1, state.shown)

    def _holds(self, label: str, state: State) -> bool:
        """Say whether a row satisfies the definition of a variable."""
        self._step()
        condition = self.conditions.get(label)
        if condition is None:
            return True
        taken = (*state.taken, Taken(state.at, label))
        return condition(View(self.rows, taken, len(taken), self.number), -1) is True

    def _stays_absent(self, state: State) -> Any:
        """Return until when nothing came that should be absent; None if something did."""
        deadlines = []
        for absent in state.absent:
            limit = _earlier(absent.limit, self._deadline(state))
            if limit is None:
                raise Refused("an absence at the end wants WITHIN")
            deadlines.append(limit)
            for row in range(state.at, self.end):
                if self.times[row] >= limit:
                    break
                if self._holds(absent.label, state._replace(at=row)):
                    return None
        return max(deadlines)

    # ------------------------------------------------------------ time

    def _deadline(self, state: State) -> Any:
        if self.within is None or not state.taken:
            return None
        return self.times[state.taken[0].row] + self.within

    def _out_of_time(self, row: int, state: State, limit: Any) -> bool:
        """Say whether a row comes too late; what was taken is then a partial match."""
        deadline = _earlier(limit, self._deadline(state))
        if deadline is None or self.times[row] < deadline:
            return False
        self._ran_out(state, limit)
        return True

    def _ran_out(self, state: State, limit: Any) -> None:
        deadline = _earlier(limit, self._deadline(state))
        if deadline is not None and state.taken:
            self.partials.append(Found(state.taken, deadline))

    def _step(self) -> None:
        self.budget -= 1
        if self.budget < 0:
            raise Exhausted


def _earlier(one: Any, other: Any) -> Any:
    return min((t for t in (one, other) if t is not None), default=None)


def check(pattern: ast.Pattern) -> None:
    """Raise Refused for an arrow one of whose sides could take no row."""
    match pattern:
        case ast.FollowedBy(left=left, right=right):
            if least_rows(left) == 0 or (
                not isinstance(right, ast.Absence) and least_rows(right) == 0
            ):
                raise Refused("each side of an arrow takes a row")
            if isinstance(left, ast.Absence):
                raise Refused("an absence cannot be first")
            check(left)
            if not isinstance(right, ast.Absence):
                check(right)
        case ast.PatternConcatenation(parts=parts) | ast.Permutation(parts=parts):
            for part in parts:
                check(part)
        case ast.PatternAlternation(alternatives=alternatives):
            for alternative in alternatives:
                check(alternative)
        case ast.Quantified(operand=operand) | ast.Exclusion(operand=operand):
            check(operand)
        case ast.Absence():
            raise Refused("an absence stands at the right of an arrow")


def least_rows(pattern: ast.Pattern) -> int:
    """Return how many rows a pattern takes at least."""
    match pattern:
        case ast.PatternVariable():
            return 1
        case ast.PatternConcatenation(parts=parts) | ast.Permutation(parts=parts):
            return sum(map(least_rows, parts))
        case ast.PatternAlternation(alternatives=alternatives):
            return min(map(least_rows, alternatives))
        case ast.Quantified(operand=operand, minimum=minimum):
            return minimum * least_rows(operand)
        case ast.Exclusion(operand=operand):
            return least_rows(operand)
        case ast.FollowedBy(left=left, right=right):
            return least_rows(left) + least_rows(right)
    return 0
