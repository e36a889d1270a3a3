"""Statements, and what they are made of."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from cep.grammar.ast.node import Expression, Name, Node, Statement, TypeName

if TYPE_CHECKING:
    from cep.grammar.ast.queries import Option, Query


@dataclass(frozen=True)
class QueryStatement(Statement):
    """A query on its own."""

    query: Query


@dataclass(frozen=True)
class ColumnDefinition(Node):
    """One column of a CREATE STREAM or TABLE.

    Either `type` alone (read from the input), `type` with `metadata` (the connector's key, None if
    it is the column's name) or `computed` (an expression over the others).
    """

    name: Name
    type: TypeName | None = None
    not_null: bool = False
    computed: Expression | None = None
    from_metadata: bool = False
    metadata: str | None = None
    primary_key: bool = False


@dataclass(frozen=True)
class Watermark(Node):
    """`WATERMARK FOR c AS c - d MARKED BY p PER cols IDLE AFTER i MAX AHEAD i`."""

    column: Name
    expression: Expression | None = None
    marked_by: Expression | None = None
    per: tuple[Name, ...] = ()
    idle_after: Expression | None = None
    max_ahead: Expression | None = None


@dataclass(frozen=True)
class CreateRelation(Statement):
    """CREATE STREAM or CREATE TABLE; `kind` is `stream` or `table`."""

    kind: str
    name: Name
    columns: tuple[ColumnDefinition, ...] = ()
    primary_key: tuple[Name, ...] = ()
    watermarks: tuple[Watermark, ...] = ()
    checks: tuple[Expression, ...] = ()
    options: tuple[Option, ...] = ()
    if_not_exists: bool = False
    or_replace: bool = False


@dataclass(frozen=True)
class CreateView(Statement):
    """CREATE [MATERIALIZED] VIEW."""

    name: Name
    query: Query
    columns: tuple[Name, ...] = ()
    materialized: bool = False
    if_not_exists: bool = False
    or_replace: bool = False


@dataclass(frozen=True)
class CreateSink(Statement):
    """CREATE SINK, with the query that feeds it where one is written."""

    name: Name
    options: tuple[Option, ...] = ()
    query: Query | None = None
    if_not_exists: bool = False
    or_replace: bool = False


@dataclass(frozen=True)
class Throttle(Node):
    """`THROTTLE n PER interval [BY (labels)]`."""

    count: Expression
    per: Expression
    by: tuple[Name, ...] = ()


@dataclass(frozen=True)
class CreateAlert(Statement):
    """CREATE ALERT with its clauses."""

    name: Name
    query: Query
    severity: str | None = None
    labels: tuple[Option, ...] = ()
    message: str | None = None
    dedup_by: tuple[Name, ...] = ()
    dedup_for: Expression | None = None
    throttle: Throttle | None = None
    holding_for: Expression | None = None
    keep_firing_for: Expression | None = None
    targets: tuple[Name, ...] = ()
    if_not_exists: bool = False
    or_replace: bool = False


@dataclass(frozen=True)
class SilenceAlert(Statement):
    """SILENCE ALERT a [WHERE …] [FOR interval]."""

    name: Name
    where: Expression | None = None
    duration: Expression | None = None


@dataclass(frozen=True)
class UnsilenceAlert(Statement):
    """UNSILENCE ALERT a."""

    name: Name


@dataclass(frozen=True)
class BacktestAlert(Statement):
    """BACKTEST ALERT a OVER 'file'."""

    name: Name
    path: str


@dataclass(frozen=True)
class Drop(Statement):
    """DROP STREAM | TABLE | VIEW | MATERIALIZED VIEW | SINK | ALERT; `kind` is lower case."""

    kind: str
    name: Name
    if_exists: bool = False


@dataclass(frozen=True)
class Show(Statement):
    """SHOW STREAMS and so on; `what` is lower case and plural."""

    what: str


@dataclass(frozen=True)
class Describe(Statement):
    """DESCRIBE x."""

    name: Name


@dataclass(frozen=True)
class Explain(Statement):
    """EXPLAIN [ANALYZE] statement."""

    statement: Statement
    analyze: bool = False


@dataclass(frozen=True)
class SetOption(Statement):
    """SET name = value."""

    name: str
    value: Expression


@dataclass(frozen=True)
class StartQuery(Statement):
    """START name AS query."""

    name: Name
    query: Query


@dataclass(frozen=True)
class StopQuery(Statement):
    """STOP name [DRAIN | CANCEL]; `mode` is lower case."""

    name: Name
    mode: str = "drain"


@dataclass(frozen=True)
class Insert(Statement):
    """INSERT INTO target [(columns)] query; INSERT … VALUES is a query whose body is Values."""

    target: Name
    query: Query
    columns: tuple[Name, ...] = ()


@dataclass(frozen=True)
class Assignment(Node):
    """`column = expression` in UPDATE … SET."""

    column: Name
    value: Expression


@dataclass(frozen=True)
class Update(Statement):
    """UPDATE t SET … [WHERE …]."""

    target: Name
    assignments: tuple[Assignment, ...]
    where: Expression | None = None


@dataclass(frozen=True)
class Delete(Statement):
    """DELETE FROM t [WHERE …]."""

    target: Name
    where: Expression | None = None


@dataclass(frozen=True)
class AssertRows(Statement):
    """ASSERT ROWS query VALUES (…), …; ASSERT EMPTY query has no rows."""

    query: Query
    rows: tuple[tuple[Expression, ...], ...] = ()


@dataclass(frozen=True)
class Subscribe(Statement):
    """SUBSCRIBE [TO] v [WITH (SNAPSHOT, PROGRESS)]."""

    name: Name
    snapshot: bool = False
    progress: bool = False


@dataclass(frozen=True)
class Checkpoint(Statement):
    """CHECKPOINT."""


@dataclass(frozen=True)
class Replay(Statement):
    """REPLAY query FROM timestamp."""

    name: Name
    start: Expression


@dataclass(frozen=True)
class Alter(Statement):
    """ALTER QUERY | VIEW | ALERT x AS query; `kind` is lower case."""

    kind: str
    name: Name
    query: Query


@dataclass(frozen=True)
class Script(Node):
    """All statements of a text, in order."""

    statements: tuple[Statement, ...]
