"""What every node of the syntax tree is, and the kinds that it may be of."""

from __future__ import annotations

from dataclasses import dataclass, field

from cep.errors import NOWHERE, Span


@dataclass(frozen=True, kw_only=True)
class Node:
    """Anything in the tree."""

    span: Span = field(default=NOWHERE, compare=False, repr=False)


@dataclass(frozen=True)
class Name(Node):
    """An identifier, folded to lower case unless it was quoted."""

    value: str


@dataclass(frozen=True)
class TypeName(Node):
    """A written type: `DECIMAL(10, 2)`, `ARRAY<INT>`, `ROW<a INT, b VARCHAR>`.

    `name` is upper case ("TIMESTAMP_LTZ", "INTERVAL DAY TO SECOND"); `parameters` are the numbers
    in parentheses; `arguments` the types in angle brackets, `fields` their names for a ROW.
    """

    name: str
    parameters: tuple[int, ...] = ()
    arguments: tuple[TypeName, ...] = ()
    fields: tuple[Name, ...] = ()


@dataclass(frozen=True)
class Expression(Node):
    """Anything that has a value for a row."""


@dataclass(frozen=True)
class Relation(Node):
    """Anything that may stand in FROM."""


@dataclass(frozen=True)
class QueryBody(Node):
    """What stands before ORDER BY: SELECT, VALUES, a set operation, a query in parentheses."""


@dataclass(frozen=True)
class Statement(Node):
    """Anything that ends in a semicolon."""
