"""What conditions and measures of a row pattern read besides the current row.

These expressions live only in the conditions and measures of a `Match`. Their operands are
expressions over the columns of its input, and over `Label`.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

from cep.errors import Span
from cep.planner.expressions import Expression
from cep.planner.patterns.tree import Pattern
from cep.runtime.aggregates.registry import Aggregate, Ordering
from cep.runtime.matcher.program import Frame

if TYPE_CHECKING:
    from cep.planner.logical.match import Skip

Variables = frozenset[int] | None
"""Which variables count; None is all of them, whatever there are."""


@dataclass(frozen=True)
class Label(Expression):
    """The name of the variable that a row is labelled with; NULL outside of the match."""

    def __str__(self) -> str:
        return "CLASSIFIER()"


@dataclass(frozen=True)
class Navigation(Expression):
    """The value of `operand` at one row: `shift` rows after a row of the match.

    That is the row `offset` before the last (after the first, unless `last`) of those labelled with
    one of `variables`; of all labelled so far or, with `final`, of the whole match. A negative
    shift is PREV. The value is NULL where there is no such row. In a condition the row under test
    counts already as the variable that is tested. `text` is how it was written.
    """

    operand: Expression
    variables: Variables
    last: bool = True
    offset: int = 0
    shift: int = 0
    final: bool = False
    text: str = ""

    def children(self) -> tuple[Expression, ...]:
        return (self.operand,)

    def rebuilt(self, children: tuple[Expression, ...]) -> Expression:
        return replace(self, operand=children[0], type=children[0].type)

    def __str__(self) -> str:
        return self.text


@dataclass(frozen=True)
class MatchAggregate(Expression):
    """An aggregate over the rows labelled with one of `variables`, so far or of the whole match.

    The arguments, converted to the parameter types already, and `filter` are expressions over one
    row. COUNT(*) has no arguments and all variables, COUNT(A.*) no arguments and those of A.
    """

    aggregate: Aggregate
    arguments: tuple[Expression, ...]
    variables: Variables
    filter: Expression | None = None
    distinct: bool = False
    order: Ordering | None = None
    settings: tuple[object, ...] = ()
    final: bool = False
    text: str = ""

    def children(self) -> tuple[Expression, ...]:
        return self.arguments + (() if self.filter is None else (self.filter,))

    def rebuilt(self, children: tuple[Expression, ...]) -> Expression:
        n = len(self.arguments)
        return replace(
            self, arguments=children[:n], filter=None if self.filter is None else children[n]
        )

    def __str__(self) -> str:
        return self.text


@dataclass(frozen=True)
class MatchNumber(Expression):
    """MATCH_NUMBER(): BIGINT, counted from 1 in each partition."""

    def __str__(self) -> str:
        return "MATCH_NUMBER()"


@dataclass(frozen=True)
class MatchRowtime(Expression):
    """MATCH_ROWTIME(): the event time of the last row, or the deadline; of the time's own type."""

    def __str__(self) -> str:
        return "MATCH_ROWTIME()"


@dataclass(frozen=True)
class MatchStatus(Expression):
    """MATCH_STATUS(): 'complete' or 'timeout'."""

    def __str__(self) -> str:
        return "MATCH_STATUS()"


@dataclass(frozen=True)
class MatchedExpression(Expression):
    """A value of the match that each row has in a window with a row pattern.

    Lives only inside the binder, until windows are planned. `value` is a measure, NULL where a row
    has no match, or with `function` one over the rows of the match, over none where there is none.
    The other fields are the window; `order` has a direction and whether NULLs come first for each
    of `keys`.
    """

    value: Expression
    conditions: tuple[Expression | None, ...]
    partition: tuple[Expression, ...]
    keys: tuple[Expression, ...]
    order: tuple[tuple[bool, bool], ...]
    pattern: Pattern
    variables: tuple[str, ...]
    skip: Skip
    within: int | None
    frame: Frame
    function: bool
    name: str
    span: Span = field(compare=False)

    @property
    def window(self) -> tuple[object, ...]:
        """What calls over one window have in common."""
        where = self.partition, self.keys, self.order, self.frame
        return *where, self.pattern, self.variables, self.conditions, self.skip, self.within

    def children(self) -> tuple[Expression, ...]:
        conditions = tuple(c for c in self.conditions if c is not None)
        return (self.value, *conditions, *self.partition, *self.keys)

    def rebuilt(self, children: tuple[Expression, ...]) -> Expression:
        value, *rest = children
        conditions = tuple(None if c is None else rest.pop(0) for c in self.conditions)
        n = len(self.partition)
        return replace(
            self,
            type=value.type,
            value=value,
            conditions=conditions,
            partition=tuple(rest[:n]),
            keys=tuple(rest[n:]),
        )

    def __str__(self) -> str:
        return f"{self.value} OVER (…)"
