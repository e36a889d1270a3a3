"""The written pattern becomes a bound one: variables numbered, arrows and absences put together."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass, field

from cep.errors import BindError
from cep.grammar import ast
from cep.grammar.unparse import quoted
from cep.grammar.walk import walk
from cep.planner.binder.context import Context
from cep.planner.binder.expressions import ExpressionBinder
from cep.planner.binder.scope import Scope
from cep.planner.expressions import Constant
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
from cep.types import DAY_INTERVAL, MONTH_INTERVAL

MOST_TIMES = 1_000_000
"""The greatest number of times that may be written in a quantifier."""


@dataclass
class TreeBinder:
    """Binds one PATTERN (…).

    `bounded` says whether the input ends, `timed` whether its rows are in the order of a time,
    `within` whether the whole pattern has a WITHIN, `inputs` are the names of merged streams.
    `variables` and `labels` are found on the way: all names by number, and which of them can be
    labels of rows.
    """

    context: Context
    bounded: bool
    timed: bool
    within: bool
    inputs: Collection[str] = ()
    variables: list[str] = field(default_factory=list)
    labels: set[int] = field(default_factory=set)

    def bind(self, written: ast.Pattern) -> Pattern:
        """Return the bound form of a whole pattern."""
        return self._bind(written, last=True)

    def _bind(self, written: ast.Pattern, *, last: bool) -> Pattern:
        """Bind a part. `last` says that nothing follows it in the pattern, so that it may lack."""
        match written:
            case ast.PatternVariable(name=name):
                number = self._number(name)
                self.labels.add(number)
                return Take(number)
            case ast.EmptyPattern():
                return Empty()
            case ast.Anchor():
                return self._edge(written)
            case ast.PatternConcatenation(parts=parts):
                ends = len(parts) - 1
                return _sequenced(
                    [self._bind(p, last=last and i == ends) for i, p in enumerate(parts)]
                )
            case ast.PatternAlternation(alternatives=alternatives):
                return _choice([self._bind(p, last=last) for p in alternatives])
            case ast.Permutation(parts=parts):
                items = tuple(self._bind(p, last=False) for p in parts)
                return items[0] if len(items) == 1 else Permute(items)
            case ast.Exclusion(operand=operand):
                return Exclude(self._bind(operand, last=last))
            case ast.Quantified():
                return self._repeat(written)
            case ast.FollowedBy():
                return self._chain(written, last=last)
        raise BindError(
            "what is absent stands at the right of an arrow",
            span=written.span,
            hint="write A -> !B, or A -> !B -> C",
        )

    def _number(self, name: ast.Name) -> int:
        if name.value in self.inputs:
            raise BindError(
                f"{quoted(name.value)} is the name of an input, and cannot be a variable too",
                span=name.span,
                hint="call the variable otherwise, or give the input an alias",
            )
        if name.value not in self.variables:
            self.variables.append(name.value)
        return self.variables.index(name.value)

    def _edge(self, written: ast.Anchor) -> Pattern:
        if written.kind == "$" and not self.bounded:
            raise BindError(
                "$ is the end of the input, and this stream has none",
                span=written.span,
                hint="leave $ out; with WITHIN a match is said when its time has passed",
            )
        return Edge(written.kind == "$")

    def _repeat(self, written: ast.Quantified) -> Pattern:
        least, most = written.minimum, written.maximum
        if most is not None and least > most:
            raise BindError(
                f"at least {least} times is more than at most {most}",
                span=written.span,
                hint=f"write {{{most},{least}}}",
            )
        if most == 0:
            raise BindError(
                "what is repeated at most 0 times takes no row, and says nothing",
                span=written.span,
                hint="leave it out; () is the pattern that takes no row",
            )
        if max(least, most or 0) > MOST_TIMES:
            raise BindError(
                f"a quantifier counts to {MOST_TIMES:,} at most",
                span=written.span,
                hint="write + or * where any number will do",
            )
        operand = self._bind(written.operand, last=False)
        if (least, most) == (1, 1):
            return operand
        return Repeat(operand, least, most, written.reluctant)

    # ------------------------------------------------------------ arrows

    def _chain(self, written: ast.FollowedBy, *, last: bool) -> Pattern:
        """Bind arrows from left to right; absences go with the arrow behind them."""
        arrows = [written]
        while isinstance(arrows[-1].left, ast.FollowedBy):
            arrows.append(arrows[-1].left)
        arrows.reverse()
        left = self._side(arrows[0].left, last=False)
        absent: list[int] = []
        for arrow, following in zip(arrows, [*arrows[1:], None], strict=True):
            if isinstance(arrow.right, ast.Absence):
                absent.append(self._absent(arrow, arrow.right, following))
                continue
            right = self._side(arrow.right, last=last and following is None)
            within = self._within(arrow)
            left = Follow(left, right, arrow.any, tuple(absent), within)
            absent = []
        if not absent:
            return left
        if not last:
            name = quoted(self.variables[absent[-1]])
            raise BindError(
                f"a wait for no {name} can only end the whole pattern, and be no part to repeat",
                span=written.span,
                hint=f"if a row ends the wait, write it behind another arrow: A -> !{name} -> C",
            )
        within = self._within(written)
        if within is None and not self.within:
            raise BindError(
                "that something does not come is known when a time has passed, and none is given",
                span=written.span,
                hint="write A -> !B WITHIN INTERVAL '5' MINUTE, or WITHIN … after PATTERN (…)",
            )
        return Lack(left, tuple(absent), within)

    def _absent(
        self, arrow: ast.FollowedBy, absence: ast.Absence, following: ast.FollowedBy | None
    ) -> int:
        name = quoted(absence.name.value)
        if arrow.any:
            raise BindError(
                "->> says that a later row may be taken, and of what is absent none is",
                span=arrow.right.span,
                hint=f"write -> !{name}; the arrow behind it says how its row is taken",
            )
        if arrow.within is not None and following is not None:
            raise BindError(
                f"the gap with !{name} does not end here, so it has no WITHIN yet",
                span=arrow.within.span,
                hint=f"write WITHIN after the last arrow of the gap: A -> !{name} -> C WITHIN …",
            )
        return self._number(absence.name)

    def _side(self, written: ast.Pattern, *, last: bool) -> Pattern:
        bound = self._bind(written, last=last)
        if bound.nullable():
            raise BindError(
                "what stands beside an arrow must take at least one row",
                span=written.span,
                hint="write + for *, or an alternative without the arrow: (A -> B+ | A)",
            )
        return bound

    def _within(self, arrow: ast.FollowedBy) -> int | None:
        if arrow.within is None:
            return None
        return length_within(arrow.within, self.context, timed=self.timed)


def length_within(written: ast.Expression, context: Context, *, timed: bool) -> int:
    """Return the constant length of a WITHIN, in microseconds."""
    if not timed:
        raise BindError(
            "WITHIN goes by time, and these rows are not in the order of one",
            span=written.span,
            hint="let ORDER BY begin with an ascending TIMESTAMP",
        )
    if any(isinstance(part, ast.ColumnReference) for part in walk(written)):
        raise BindError(
            "WITHIN takes a length of time that is the same for all rows",
            span=written.span,
            hint="write WITHIN INTERVAL '5' MINUTE; what depends on rows belongs in DEFINE: "
            "B AS B.ts < A.ts + A.patience",
        )
    bound = ExpressionBinder(Scope(), context, place="in WITHIN").bind(written)
    if bound.type == MONTH_INTERVAL:
        raise BindError(
            "a month has no fixed length, so WITHIN cannot be reckoned in months",
            span=written.span,
            hint="write it in days: WITHIN INTERVAL '30' DAY",
        )
    if (
        not isinstance(bound, Constant)
        or bound.type != DAY_INTERVAL
        or not bound.value.is_valid
        or bound.value.value <= 0
    ):
        raise BindError(
            "WITHIN takes a length of time, more than nothing",
            span=written.span,
            hint="write WITHIN INTERVAL '5' MINUTE",
        )
    return int(bound.value.value)


def _sequenced(items: list[Pattern]) -> Pattern:
    """Put parts one after the other; what is in parentheses only for order loses them."""
    flat: list[Pattern] = []
    for item in items:
        flat += item.items if isinstance(item, Sequenced) else [item]
    taking = [p for p in flat if not isinstance(p, Empty)]
    if len(taking) <= 1:
        return taking[0] if taking else Empty()
    return Sequenced(tuple(taking))


def _choice(items: list[Pattern]) -> Pattern:
    flat: list[Pattern] = []
    for item in items:
        flat += item.items if isinstance(item, Choice) else [item]
    return Choice(tuple(flat))
