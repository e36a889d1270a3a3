"""Bound expressions: every name resolved to a column, every call to a kernel, every type known."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace

import pyarrow as pa

from cep.errors import Span
from cep.planner.units import duration
from cep.runtime.aggregates.calls import spoken
from cep.runtime.aggregates.registry import Aggregate, Ordering
from cep.runtime.functions.registry import Function
from cep.runtime.over.calls import Frame
from cep.types import BOOLEAN, DAY_INTERVAL, MONTH_INTERVAL, VARCHAR, DataType, converts


@dataclass(frozen=True)
class Expression:
    """A typed expression over the columns of one input."""

    type: DataType

    def children(self) -> tuple[Expression, ...]:
        """Return the operands, in order."""
        return ()

    def rebuilt(self, children: tuple[Expression, ...]) -> Expression:
        """Return the same expression over other operands."""
        return self


@dataclass(frozen=True)
class Constant(Expression):
    """A value known when the query is planned; `value` has the Arrow type of `type`."""

    value: pa.Scalar
    literal: bool = False
    """Whether it is a string as it was written, which may still become a date or a number."""

    def __str__(self) -> str:
        if not self.value.is_valid:
            return "NULL"
        if self.type == VARCHAR:
            return "'" + self.value.as_py().replace("'", "''") + "'"
        if self.type == BOOLEAN:
            return str(self.value.as_py()).upper()
        if self.type == DAY_INTERVAL:
            return duration(self.value.cast("int64").as_py())
        if self.type == MONTH_INTERVAL:
            months = self.value.cast("int32").as_py()
            return f"{months} {'month' if abs(months) == 1 else 'months'}"
        return str(self.value)


@dataclass(frozen=True)
class Input(Expression):
    """A column of the input, by position."""

    index: int
    name: str

    def __str__(self) -> str:
        return self.name


@dataclass(frozen=True)
class Call(Expression):
    """A scalar function of operands that have exactly its parameter types."""

    function: Function
    arguments: tuple[Expression, ...]

    def children(self) -> tuple[Expression, ...]:
        return self.arguments

    def rebuilt(self, children: tuple[Expression, ...]) -> Expression:
        return replace(self, arguments=children)

    def __str__(self) -> str:
        name, shown = self.function.name, [str(a) for a in self.arguments]
        if name == "negate":
            return f"-{shown[0]}"
        if name.startswith("is ") and len(shown) == 1:
            return f"({shown[0]} {name.upper()})"
        if len(shown) == 2 and not name[0].isalpha():
            return f"({shown[0]} {name} {shown[1]})"
        if name in ("like", "ilike", "similar", "is distinct from", "is not distinct from"):
            return f"({shown[0]} {name.upper()} {', '.join(shown[1:])})"
        return f"{name.upper()}({', '.join(shown)})"


@dataclass(frozen=True)
class Cast(Expression):
    """A conversion; `safe` turns failures into NULL."""

    operand: Expression
    safe: bool = False

    def children(self) -> tuple[Expression, ...]:
        return (self.operand,)

    def rebuilt(self, children: tuple[Expression, ...]) -> Expression:
        return replace(self, operand=children[0])

    def __str__(self) -> str:
        return f"{'TRY_CAST' if self.safe else 'CAST'}({self.operand} AS {self.type})"


@dataclass(frozen=True)
class Logical(Expression):
    """AND or OR of two or more conditions; `operator` is lower case."""

    operator: str
    operands: tuple[Expression, ...]

    def children(self) -> tuple[Expression, ...]:
        return self.operands

    def rebuilt(self, children: tuple[Expression, ...]) -> Expression:
        return replace(self, operands=children)

    def __str__(self) -> str:
        return "(" + f" {self.operator.upper()} ".join(map(str, self.operands)) + ")"


@dataclass(frozen=True)
class Case(Expression):
    """CASE WHEN conditions[i] THEN results[i] … ELSE otherwise END."""

    conditions: tuple[Expression, ...]
    results: tuple[Expression, ...]
    otherwise: Expression

    def children(self) -> tuple[Expression, ...]:
        return (*self.conditions, *self.results, self.otherwise)

    def rebuilt(self, children: tuple[Expression, ...]) -> Expression:
        n = len(self.conditions)
        return replace(
            self, conditions=children[:n], results=children[n : 2 * n], otherwise=children[-1]
        )

    def __str__(self) -> str:
        branches = " ".join(
            f"WHEN {c} THEN {r}" for c, r in zip(self.conditions, self.results, strict=True)
        )
        return f"CASE {branches} ELSE {self.otherwise} END"


@dataclass(frozen=True)
class Coalesce(Expression):
    """The first operand that is not NULL."""

    operands: tuple[Expression, ...]

    def children(self) -> tuple[Expression, ...]:
        return self.operands

    def rebuilt(self, children: tuple[Expression, ...]) -> Expression:
        return replace(self, operands=children)

    def __str__(self) -> str:
        return f"COALESCE({', '.join(map(str, self.operands))})"


@dataclass(frozen=True)
class Shared(Expression):
    """A part that its node computes once for several expressions, behind the input's columns."""

    index: int
    text: str

    def __str__(self) -> str:
        return self.text


@dataclass(frozen=True)
class CurrentWatermark(Expression):
    """The watermark that stood just before the row came, which its operator puts last."""

    column: str

    def __str__(self) -> str:
        return f"CURRENT_WATERMARK({self.column})"


@dataclass(frozen=True)
class AggregateExpression(Expression):
    """The call of an aggregate; lives only inside the binder, until GROUP BY is planned."""

    aggregate: Aggregate
    arguments: tuple[Expression, ...]
    filter: Expression | None = None
    distinct: bool = False
    order: Ordering | None = None
    settings: tuple[object, ...] = ()
    span: Span | None = field(default=None, compare=False, repr=False)

    def children(self) -> tuple[Expression, ...]:
        return self.arguments + (() if self.filter is None else (self.filter,))

    def rebuilt(self, children: tuple[Expression, ...]) -> Expression:
        n = len(self.arguments)
        return replace(
            self, arguments=children[:n], filter=None if self.filter is None else children[n]
        )

    def __str__(self) -> str:
        where = None if self.filter is None else str(self.filter)
        arguments = [str(a) for a in self.arguments]
        name = self.aggregate.name
        return spoken(name, arguments, where, self.distinct, self.order, self.settings)


@dataclass(frozen=True)
class GroupingExpression(Expression):
    """GROUPING(…); lives only inside the binder, until GROUP BY is planned."""

    arguments: tuple[Expression, ...]

    def __str__(self) -> str:
        return f"GROUPING({', '.join(map(str, self.arguments))})"


@dataclass(frozen=True)
class OverExpression(Expression):
    """The call of a function over a window; lives only inside the binder, until these are planned.

    `order` has a direction and whether NULLs come first for each of `keys`. `measured` is what
    distances of the frame are between, or whose values it counts. An aggregate has `filter` and so
    on as in `AggregateExpression`.
    """

    name: str
    arguments: tuple[Expression, ...]
    partition: tuple[Expression, ...]
    keys: tuple[Expression, ...]
    order: tuple[tuple[bool, bool], ...]
    frame: Frame
    measured: Expression | None
    span: Span = field(compare=False)
    number: int = 1
    ignore_nulls: bool = False
    aggregate: Aggregate | None = None
    filter: Expression | None = None
    distinct: bool = False
    ordering: Ordering | None = None
    settings: tuple[object, ...] = ()
    text: str = ""

    def children(self) -> tuple[Expression, ...]:
        optional = tuple(e for e in (self.measured, self.filter) if e is not None)
        return self.arguments + self.partition + self.keys + optional

    def rebuilt(self, children: tuple[Expression, ...]) -> Expression:
        rest = list(children)

        def some(many: int) -> tuple[Expression, ...]:
            taken = tuple(rest[:many])
            del rest[:many]
            return taken

        return replace(
            self,
            arguments=some(len(self.arguments)),
            partition=some(len(self.partition)),
            keys=some(len(self.keys)),
            measured=None if self.measured is None else rest.pop(0),
            filter=None if self.filter is None else rest.pop(0),
        )

    def __str__(self) -> str:
        return f"{self.name.upper()}({', '.join(map(str, self.arguments))}) OVER (…)"


def walk(expression: Expression) -> Iterator[Expression]:
    """Yield the expression and everything below it, top down."""
    yield expression
    for child in expression.children():
        yield from walk(child)


def transform(
    expression: Expression, change: Callable[[Expression], Expression | None]
) -> Expression:
    """Rebuild an expression bottom up; `change` returns a replacement, or None to keep a node."""
    children = expression.children()
    changed = tuple(transform(c, change) for c in children)
    if any(a is not b for a, b in zip(children, changed, strict=True)):
        expression = expression.rebuilt(changed)
    replacement = change(expression)
    return expression if replacement is None else replacement


def substitute(
    expression: Expression, found: Callable[[Expression], Expression | None]
) -> Expression:
    """Rebuild an expression top down; what `found` replaces is not looked into again."""
    replacement = found(expression)
    if replacement is not None:
        return replacement
    children = expression.children()
    changed = tuple(substitute(c, found) for c in children)
    if any(a is not b for a, b in zip(children, changed, strict=True)):
        return expression.rebuilt(changed)
    return expression


def inputs(expression: Expression) -> frozenset[int]:
    """Return the positions of the input columns that the expression reads."""
    return frozenset(e.index for e in walk(expression) if isinstance(e, Input))


def moved(expression: Expression, positions: Mapping[int, int]) -> Expression:
    """Return the expression with its input columns at new positions."""
    return transform(
        expression,
        lambda e: replace(e, index=positions[e.index]) if isinstance(e, Input) else None,
    )


def renamed(expression: Expression, names: Sequence[str]) -> Expression:
    """Return the expression with other names of its input columns, by their positions."""
    return transform(
        expression, lambda e: replace(e, name=names[e.index]) if isinstance(e, Input) else None
    )


def reads_watermark(expressions: Iterable[Expression]) -> bool:
    """Say whether one of the expressions reads the watermark of the row."""
    return any(isinstance(e, CurrentWatermark) for top in expressions for e in walk(top))


def can_fail(expression: Expression) -> bool:
    """Say whether a row may have no value: such an expression is never moved before a filter."""
    return any(
        (isinstance(e, Call) and e.function.can_fail)
        or (isinstance(e, Cast) and not e.safe and not converts(e.operand.type, e.type))
        for e in walk(expression)
    )


def is_deterministic(expression: Expression) -> bool:
    """Say whether equal rows always give equal values."""
    return all(e.function.deterministic for e in walk(expression) if isinstance(e, Call))


def conjuncts(predicate: Expression) -> tuple[Expression, ...]:
    """Split a condition at its ANDs, and at what every operand of an OR says too."""
    if not isinstance(predicate, Logical):
        return (predicate,)
    parts = [conjuncts(operand) for operand in predicate.operands]
    if predicate.operator == "and":
        return tuple(c for some in parts for c in some)
    common = tuple(
        c for c in parts[0] if is_deterministic(c) and all(c in some for some in parts[1:])
    )
    if not common:
        return (predicate,)
    rests = [tuple(c for c in some if c not in common) for some in parts]
    if not all(rests):
        # One of the operands says no more than what is common.
        return common
    return (*common, replace(predicate, operands=tuple(map(conjunction, rests))))


def conjunction(conditions: tuple[Expression, ...]) -> Expression:
    """Put conditions together with AND; at least one must be given."""
    return conditions[0] if len(conditions) == 1 else Logical(BOOLEAN, "and", conditions)
