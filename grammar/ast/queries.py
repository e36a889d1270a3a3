"""SELECT and what surrounds it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from cep.grammar.ast.node import Expression, Name, Node, QueryBody, Relation

if TYPE_CHECKING:
    from cep.grammar.ast.calls import OrderItem, WindowSpecification


@dataclass(frozen=True)
class SelectItem(Node):
    """`expression [AS alias]`."""

    expression: Expression
    alias: Name | None = None


@dataclass(frozen=True)
class GroupingSets(Node):
    """`GROUPING SETS ((a, b), ())`, `ROLLUP (a, b)` or `CUBE (a, b)`; `kind` is lower case."""

    kind: str
    sets: tuple[tuple[Expression, ...], ...]


@dataclass(frozen=True)
class NamedWindow(Node):
    """`WINDOW name AS (…)`."""

    name: Name
    window: WindowSpecification


@dataclass(frozen=True)
class Select(QueryBody):
    """One SELECT block."""

    items: tuple[SelectItem, ...]
    source: Relation | None = None
    distinct: bool = False
    where: Expression | None = None
    group_by: tuple[Expression | GroupingSets, ...] | None = None
    having: Expression | None = None
    windows: tuple[NamedWindow, ...] = ()
    qualify: Expression | None = None


@dataclass(frozen=True)
class Values(QueryBody):
    """`VALUES (1, 'a'), (2, 'b')`."""

    rows: tuple[tuple[Expression, ...], ...]


@dataclass(frozen=True)
class SetOperation(QueryBody):
    """`left UNION | INTERSECT | EXCEPT [ALL] right`; `kind` is lower case."""

    kind: str
    all: bool
    left: QueryBody
    right: QueryBody


@dataclass(frozen=True)
class Nested(QueryBody):
    """A query in parentheses that has clauses of its own (ORDER BY, LIMIT, WITH)."""

    query: Query


@dataclass(frozen=True)
class CommonTable(Node):
    """`name (columns) AS (query)` in WITH."""

    name: Name
    columns: tuple[Name, ...]
    query: Query


@dataclass(frozen=True)
class Emit(Node):
    """`EMIT AFTER WATERMARK | STREAM [AFTER DELAY i]`; `kind` is `watermark` or `stream`."""

    kind: str
    delay: Expression | None = None


@dataclass(frozen=True)
class LateRows(Node):
    """`LATE ROWS DROP | ERROR | CORRECT WITHIN i | TO target`.

    `kind` is the first word, lower case.
    """

    kind: str
    within: Expression | None = None
    target: Name | None = None


@dataclass(frozen=True)
class Option(Node):
    """`key = value` in WITH or LABELS. Values are strings, also where they were written bare."""

    key: str
    value: Expression


@dataclass(frozen=True)
class Query(Node):
    """A whole query; also the statement that runs it."""

    body: QueryBody
    common: tuple[CommonTable, ...] = ()
    order_by: tuple[OrderItem, ...] = ()
    limit: Expression | None = None
    offset: Expression | None = None
    emit: Emit | None = None
    late: LateRows | None = None
    on_error_stop: bool = False
    options: tuple[Option, ...] = ()
