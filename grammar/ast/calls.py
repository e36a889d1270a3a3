"""Calls of functions, with their arguments, orders and windows."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from cep.grammar.ast.node import Expression, Name, Node, Relation

if TYPE_CHECKING:
    from cep.grammar.ast.patterns import RowPattern


@dataclass(frozen=True)
class NamedArgument(Expression):
    """`name => value` in a call."""

    name: Name
    value: Expression


@dataclass(frozen=True)
class Descriptor(Expression):
    """`DESCRIPTOR(a, b)` in the call of a table function."""

    columns: tuple[Name, ...]


@dataclass(frozen=True)
class TableArgument(Expression):
    """`TABLE t | (query) [PARTITION BY (…)] [ORDER BY …]` in the call of a table function."""

    table: Relation
    partition_by: tuple[Expression, ...] = ()
    order_by: tuple[OrderItem, ...] = ()


@dataclass(frozen=True)
class OrderItem(Node):
    """`x [ASC | DESC] [NULLS FIRST | LAST]`; `nulls_first` is None where nothing was written."""

    expression: Expression
    descending: bool = False
    nulls_first: bool | None = None


@dataclass(frozen=True)
class FrameBound(Node):
    """Where a frame begins or ends.

    `kind` is one of `unbounded preceding`, `preceding`, `current row`, `following`,
    `unbounded following`.
    """

    kind: str
    distance: Expression | None = None


@dataclass(frozen=True)
class Frame(Node):
    """`ROWS | RANGE BETWEEN … AND …`; `unit` is lower case, `end` None for the short form."""

    unit: str
    start: FrameBound
    end: FrameBound | None = None


@dataclass(frozen=True)
class WindowSpecification(Node):
    """`([base] PARTITION BY … ORDER BY … frame)` of an OVER or a named window.

    With `row_pattern`, functions over it see the rows of the match, and its MEASURES.
    """

    base: Name | None = None
    partition_by: tuple[Expression, ...] = ()
    order_by: tuple[OrderItem, ...] = ()
    frame: Frame | None = None
    row_pattern: RowPattern | None = None


@dataclass(frozen=True)
class Call(Expression):
    """A function or aggregate call with every clause SQL allows on it.

    Special spellings become plain calls: `POSITION(a IN b)` is `position(a, b)`,
    `TRIM(BOTH c FROM s)` is `btrim(s, c)` (LEADING `ltrim`, TRAILING `rtrim`),
    `SUBSTRING(s FROM i FOR n)` is `substring(s, i, n)`,
    `OVERLAY(s PLACING r FROM i FOR n)` is `overlay(s, r, i, n)`.
    """

    name: Name
    arguments: tuple[Expression, ...] = ()
    distinct: bool = False
    order_by: tuple[OrderItem, ...] = ()
    within_group: tuple[OrderItem, ...] = ()
    filter: Expression | None = None
    ignore_nulls: bool = False
    over: WindowSpecification | Name | None = None


@dataclass(frozen=True)
class MeasureReference(Expression):
    """`name OVER w`: what a row pattern's MEASURES name, where the pattern stands in a window."""

    name: Name
    over: WindowSpecification | Name
