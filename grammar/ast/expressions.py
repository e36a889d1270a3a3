"""Values: literals, columns, operators, CASE, casts, subqueries."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from cep.grammar.ast.node import Expression, Name, Node, TypeName

if TYPE_CHECKING:
    from cep.grammar.ast.queries import Query


@dataclass(frozen=True)
class NullLiteral(Expression):
    """`NULL`."""


@dataclass(frozen=True)
class BooleanLiteral(Expression):
    """`TRUE` or `FALSE`."""

    value: bool


@dataclass(frozen=True)
class NumberLiteral(Expression):
    """A number as it was written: `1` is an integer, `1.5` a DECIMAL, `1.5e0` a DOUBLE."""

    text: str


@dataclass(frozen=True)
class StringLiteral(Expression):
    """`'it''s'`, with the quotes undone."""

    value: str


@dataclass(frozen=True)
class BytesLiteral(Expression):
    """`X'CAFE'`; `value` holds the hexadecimal digits in upper case."""

    value: str


@dataclass(frozen=True)
class TypedLiteral(Expression):
    """`DATE '2026-01-01'`, `TIME`, `TIMESTAMP` or `TIMESTAMP_LTZ` so; `kind` is upper case."""

    kind: str
    value: str


@dataclass(frozen=True)
class IntervalLiteral(Expression):
    """`INTERVAL '1:30' HOUR TO MINUTE`; units are upper case and singular.

    `negative` is set by a sign between INTERVAL and the string.
    """

    value: str
    unit: str
    to: str | None = None
    negative: bool = False


@dataclass(frozen=True)
class Parameter(Expression):
    """`?` (its position counted from 0 over the script) or `:name`."""

    key: int | str


@dataclass(frozen=True)
class ColumnReference(Expression):
    """`a`, `t.a`, `t.a.field`; also a bare function name such as CURRENT_TIMESTAMP."""

    parts: tuple[Name, ...]


@dataclass(frozen=True)
class Star(Expression):
    """`*` or `t.*`, as a select item or the argument of COUNT."""

    qualifier: Name | None = None


@dataclass(frozen=True)
class Unary(Expression):
    """`operator` is one of `-`, `+`, `not`."""

    operator: str
    operand: Expression


@dataclass(frozen=True)
class Binary(Expression):
    """`operator` is one of `or and = <> < <= > >= + - * / % ||`."""

    operator: str
    left: Expression
    right: Expression


@dataclass(frozen=True)
class Is(Expression):
    """`x IS [NOT] NULL | TRUE | FALSE | UNKNOWN`; `what` is lower case."""

    operand: Expression
    what: str
    negated: bool = False


@dataclass(frozen=True)
class IsDistinct(Expression):
    """`a IS [NOT] DISTINCT FROM b`."""

    left: Expression
    right: Expression
    negated: bool = False


@dataclass(frozen=True)
class Between(Expression):
    """`x [NOT] BETWEEN low AND high`."""

    operand: Expression
    low: Expression
    high: Expression
    negated: bool = False


@dataclass(frozen=True)
class InList(Expression):
    """`x [NOT] IN (a, b, …)`."""

    operand: Expression
    items: tuple[Expression, ...]
    negated: bool = False


@dataclass(frozen=True)
class InQuery(Expression):
    """`x [NOT] IN (SELECT …)`; several operands are a RowLiteral."""

    operand: Expression
    query: Query
    negated: bool = False


@dataclass(frozen=True)
class Exists(Expression):
    """`EXISTS (SELECT …)`."""

    query: Query


@dataclass(frozen=True)
class ScalarQuery(Expression):
    """`(SELECT …)` where a value is expected."""

    query: Query


@dataclass(frozen=True)
class Like(Expression):
    """`x [NOT] LIKE | ILIKE | SIMILAR TO pattern [ESCAPE c]`.

    `kind` is `like`, `ilike` or `similar`.
    """

    operand: Expression
    pattern: Expression
    escape: Expression | None = None
    kind: str = "like"
    negated: bool = False


@dataclass(frozen=True)
class When(Node):
    """One branch of a CASE."""

    condition: Expression
    result: Expression


@dataclass(frozen=True)
class Case(Expression):
    """`CASE [operand] WHEN … THEN … [ELSE …] END`."""

    operand: Expression | None
    branches: tuple[When, ...]
    otherwise: Expression | None = None


@dataclass(frozen=True)
class Cast(Expression):
    """`CAST(x AS t)`, `TRY_CAST(x AS t)` (safe), `x::t`."""

    operand: Expression
    type: TypeName
    safe: bool = False


@dataclass(frozen=True)
class Extract(Expression):
    """`EXTRACT(unit FROM x)`; `unit` is upper case."""

    unit: str
    operand: Expression


@dataclass(frozen=True)
class RoundTo(Expression):
    """`FLOOR(x TO unit)` or `CEIL(x TO unit)`; `kind` is `floor` or `ceil`, `unit` upper case."""

    kind: str
    operand: Expression
    unit: str


@dataclass(frozen=True)
class AtTimeZone(Expression):
    """`x AT TIME ZONE zone`."""

    operand: Expression
    zone: Expression


@dataclass(frozen=True)
class ArrayLiteral(Expression):
    """`ARRAY[a, b, …]`."""

    items: tuple[Expression, ...]


@dataclass(frozen=True)
class MapLiteral(Expression):
    """`MAP[k, v, k, v, …]`."""

    items: tuple[Expression, ...]


@dataclass(frozen=True)
class RowLiteral(Expression):
    """`ROW(a, b)` or `(a, b)`."""

    items: tuple[Expression, ...]


@dataclass(frozen=True)
class Subscript(Expression):
    """`array[i]` (counted from 1) or `map[key]`."""

    operand: Expression
    index: Expression


@dataclass(frozen=True)
class FieldAccess(Expression):
    """`(expression).field`."""

    operand: Expression
    field: Name
