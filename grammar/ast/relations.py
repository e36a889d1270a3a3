"""What stands in FROM."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from cep.grammar.ast.node import Expression, Name, Node, Relation

if TYPE_CHECKING:
    from cep.grammar.ast.queries import Query


@dataclass(frozen=True)
class Alias(Node):
    """`[AS] name [(column, …)]` after a relation."""

    name: Name
    columns: tuple[Name, ...] = ()


@dataclass(frozen=True)
class TableReference(Relation):
    """A stream, table or view by name, with `FOR SYSTEM_TIME AS OF x` where it was written."""

    name: Name
    alias: Alias | None = None
    as_of: Expression | None = None


@dataclass(frozen=True)
class DerivedTable(Relation):
    """`(query) AS t (a, b)`; VALUES in FROM is one of these."""

    query: Query
    alias: Alias | None = None


@dataclass(frozen=True)
class TableFunction(Relation):
    """`TABLE(TUMBLE(…)) t` or `TUMBLE(…) t`, UNNEST(…) and the like."""

    name: Name
    arguments: tuple[Expression, ...]
    alias: Alias | None = None


@dataclass(frozen=True)
class Join(Relation):
    """A join. `kind` is one of `inner left right full cross semi anti`; `asof` marks an ASOF join.

    A comma in FROM is a cross join.
    """

    kind: str
    left: Relation
    right: Relation
    on: Expression | None = None
    using: tuple[Name, ...] = ()
    natural: bool = False
    asof: bool = False
    match_condition: Expression | None = None
