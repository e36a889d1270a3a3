"""Which row of a match an expression reads, and which parts of it read one row only."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from cep.planner.expressions import (
    Call,
    Case,
    Cast,
    Coalesce,
    Constant,
    Expression,
    Input,
    Logical,
    can_fail,
    is_deterministic,
    transform,
)
from cep.planner.patterns.expressions import Label, MatchAggregate, Navigation, Variables


@dataclass(frozen=True)
class Place:
    """A row of the match: the `offset`-th from the last, or the first, of some variables."""

    variables: Variables
    last: bool
    offset: int

    def is_current(self, variable: int) -> bool:
        """Say whether it is the row under test while it is tested as the variable."""
        own = self.variables is None or variable in self.variables
        return self.last and not self.offset and own


def place(navigation: Navigation) -> Place:
    """Return the row that a navigation starts from; its shift leads away from it."""
    return Place(navigation.variables, navigation.last, navigation.offset)


@dataclass(frozen=True)
class Shifted(Expression):
    """A column of the input, `shift` rows later in the partition; NULL where there is none."""

    index: int
    shift: int
    name: str

    def __str__(self) -> str:
        return f"{'PREV' if self.shift < 0 else 'NEXT'}({self.name}, {abs(self.shift)})"


_STRICT = frozenset(
    [
        "=",
        "<>",
        "<",
        "<=",
        ">",
        ">=",
        "+",
        "-",
        "*",
        "/",
        "%",
        "negate",
        "not",
        "abs",
        "upper",
        "lower",
        "like",
        "ilike",
        "length",
        "char_length",
        "floor",
        "ceil",
        "round",
        "substring",
    ]
)
"""Functions that are NULL where an operand is: they may be computed before it is known."""


def at_row(navigation: Navigation) -> Expression:
    """Return the operand of a navigation as an expression over the row it starts from."""
    return shifted(navigation.operand, navigation.shift)


def shifted(expression: Expression, shift: int) -> Expression:
    """Return an expression over the row so many rows later."""

    def change(e: Expression) -> Expression | None:
        return Shifted(e.type, e.index, shift, e.name) if shift and isinstance(e, Input) else None

    return transform(expression, change)


def leaves(expression: Expression) -> Iterator[Expression]:
    """Yield the parts that read something: navigations and what has no operands."""
    if isinstance(expression, Navigation | MatchAggregate) or not expression.children():
        yield expression
        return
    for child in expression.children():
        yield from leaves(child)


def one_place(expression: Expression, variable: int) -> Place | None:
    """Return the row that alone decides the expression's value, if there is one.

    It may be computed for every row beforehand: it cannot fail, and it is NULL where the row is
    missing, unless that is the row under test, which never is.
    """
    found: Place | None = None
    for leaf in leaves(expression):
        if isinstance(leaf, Constant):
            continue
        if not isinstance(leaf, Navigation) or reads_label(leaf.operand):
            return None
        here = place(leaf)
        if here.is_current(variable):
            here = CURRENT
        if found is not None and here != found:
            return None
        found = here
    if found is None or not is_deterministic(local(expression)):
        return None
    if found == CURRENT:
        return found
    return found if _strict(expression) and not can_fail(local(expression)) else None


CURRENT = Place(None, True, 0)
"""The row under test."""


def local(expression: Expression) -> Expression:
    """Return the expression over the one row that it reads."""
    if isinstance(expression, Navigation):
        return at_row(expression)
    children = expression.children()
    changed = tuple(local(c) for c in children)
    if any(a is not b for a, b in zip(children, changed, strict=True)):
        return expression.rebuilt(changed)
    return expression


def _strict(expression: Expression) -> bool:
    match expression:
        case Navigation() | Constant():
            return True
        case Call(function=function):
            strict = function.name in _STRICT
        case Cast():
            strict = True
        case Logical() | Case() | Coalesce():
            return False
        case _:
            return False
    return strict and all(_strict(c) for c in expression.children())


def reads_label(expression: Expression) -> bool:
    """Say whether CLASSIFIER() is part of an expression over one row."""
    return isinstance(expression, Label) or any(reads_label(c) for c in expression.children())
