"""Queries inside expressions, as long as they have not become joins."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from enum import Enum

from cep.errors import Span
from cep.planner.expressions import Expression, walk
from cep.planner.logical import ClockedFilter, Filter, Join, Node, Project, Scan, Values
from cep.planner.logical import walk as nodes


@dataclass(frozen=True)
class Outer(Expression):
    """In a subquery: a column of the query around it, by the position among its arguments."""

    index: int
    name: str

    def __str__(self) -> str:
        return self.name


class SubqueryKind(Enum):
    """What is asked of the rows of a subquery."""

    SCALAR = "a value"
    EXISTS = "EXISTS"
    IN = "IN"


@dataclass(frozen=True)
class Subquery(Expression):
    """A query inside an expression; lives only inside the binder, until it becomes a join.

    `arguments` are what it reads of the query around it; `operands` what stands before IN, each as
    the column of the plan at the same position.
    """

    kind: SubqueryKind
    plan: Node
    operands: tuple[Expression, ...]
    arguments: tuple[Expression, ...]
    span: Span = field(compare=False)

    def children(self) -> tuple[Expression, ...]:
        return (*self.operands, *self.arguments)

    def rebuilt(self, children: tuple[Expression, ...]) -> Expression:
        n = len(self.operands)
        return replace(self, operands=children[:n], arguments=children[n:])

    def __str__(self) -> str:
        before = ", ".join(map(str, self.operands))
        name = {SubqueryKind.EXISTS: "EXISTS ", SubqueryKind.IN: f"{before} IN "}
        return f"{name.get(self.kind, '')}(SELECT …)"


def has_subquery(e: Expression) -> bool:
    """Say whether an expression has a query inside."""
    return any(isinstance(x, Subquery) for x in walk(e))


def outer_columns(e: Expression) -> frozenset[int]:
    """Return the columns of the query around that an expression reads."""
    return frozenset(x.index for x in walk(e) if isinstance(x, Outer))


def reads_outer(e: Expression) -> bool:
    """Say whether an expression reads a column of the query around."""
    return bool(outer_columns(e))


def columns_around(plan: Node) -> frozenset[int]:
    """Return the columns of the query around that a plan reads."""
    read = (outer_columns(e) for node in nodes(plan) for e in _expressions(node))
    return frozenset().union(*read)


def correlated(plan: Node) -> bool:
    """Say whether a plan reads columns of the query around."""
    return bool(columns_around(plan))


def _expressions(node: Node) -> Iterable[Expression]:
    """Return the expressions of a node that may read columns of the query around."""
    match node:
        case Filter():
            return (node.predicate,)
        case Project():
            return node.expressions
        case Scan():
            return node.filters
        case Values():
            return tuple(e for row in node.rows for e in row)
        case Join() if node.residual is not None:
            return (node.residual,)
        case ClockedFilter():
            return (node.predicate,)
    return ()
