"""The syntax tree: what was written, before anybody asks what it means.

Every node is a frozen dataclass that knows its place in the text; places do not take part in
equality, so two spellings of one statement compare equal. Names are already folded to lower
case unless they were quoted.
"""

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


# ---------------------------------------------------------------- types


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


# ---------------------------------------------------------------- expressions


@dataclass(frozen=True)
class Expression(Node):
    """Anything that has a value for a row."""


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


# ---------------------------------------------------------------- relations


@dataclass(frozen=True)
class Relation(Node):
    """Anything that may stand in FROM."""


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


# ---------------------------------------------------------------- row patterns


@dataclass(frozen=True)
class Pattern(Node):
    """A part of PATTERN (…)."""


@dataclass(frozen=True)
class PatternVariable(Pattern):
    """One row that satisfies the definition of a variable."""

    name: Name


@dataclass(frozen=True)
class EmptyPattern(Pattern):
    """`()`."""


@dataclass(frozen=True)
class Anchor(Pattern):
    """`^` or `$`: the first or the last row of the partition, without taking a row."""

    kind: str


@dataclass(frozen=True)
class PatternConcatenation(Pattern):
    """Two or more parts, one after the other in adjacent rows."""

    parts: tuple[Pattern, ...]


@dataclass(frozen=True)
class PatternAlternation(Pattern):
    """`a | b | …`: the left one is preferred."""

    alternatives: tuple[Pattern, ...]


@dataclass(frozen=True)
class Quantified(Pattern):
    """`p*`, `p+?`, `p{2,5}`; `maximum` is None where there is none."""

    operand: Pattern
    minimum: int
    maximum: int | None
    reluctant: bool = False


@dataclass(frozen=True)
class Permutation(Pattern):
    """`PERMUTE(a, b, …)`."""

    parts: tuple[Pattern, ...]


@dataclass(frozen=True)
class Exclusion(Pattern):
    """`{- p -}`: its rows take part in the match, but are not among the rows said."""

    operand: Pattern


@dataclass(frozen=True)
class Absence(Pattern):
    """`!B` at the right of an arrow: no row satisfies B."""

    name: Name


@dataclass(frozen=True)
class FollowedBy(Pattern):
    """`left -> right`, or `left ->> right` where a later row may be taken too (`any`).

    Associates to the left. `within` limits the time from the last row on the left to the first on
    the right.
    """

    left: Pattern
    right: Pattern
    any: bool = False
    within: Expression | None = None


@dataclass(frozen=True)
class Semantics(Expression):
    """`RUNNING LAST(a.x)` or `FINAL SUM(a.x)`; `kind` is lower case."""

    kind: str
    operand: Expression


@dataclass(frozen=True)
class Measure(Node):
    """`expression AS name` in MEASURES."""

    expression: Expression
    name: Name


@dataclass(frozen=True)
class RowsPerMatch(Node):
    """ONE ROW or ALL ROWS PER MATCH.

    `kind` is `one` or `all`; `empty` (for `all`) is `show`, `omit` or `unmatched` (WITH UNMATCHED
    ROWS), None where nothing was written; `timeouts` (for `one`) is WITH TIMEOUT ROWS.
    """

    kind: str
    empty: str | None = None
    timeouts: bool = False


@dataclass(frozen=True)
class AfterMatch(Node):
    """AFTER MATCH …: `kind` is `past last row`, `to next row`, `to first`, `to last`, `no skip`.

    `SKIP TO X` is `to last`.
    """

    kind: str
    variable: Name | None = None


@dataclass(frozen=True)
class Subset(Node):
    """`name = (a, b, …)` in SUBSET."""

    name: Name
    variables: tuple[Name, ...]


@dataclass(frozen=True)
class Definition(Node):
    """`variable AS condition` in DEFINE."""

    variable: Name
    condition: Expression


@dataclass(frozen=True)
class RowPattern(Node):
    """The clauses from MEASURES to DEFINE, of MATCH_RECOGNIZE or of a window.

    `start` is `initial` or `seek` in a window, None where nothing was written.
    """

    pattern: Pattern
    measures: tuple[Measure, ...] = ()
    rows_per_match: RowsPerMatch | None = None
    after_match: AfterMatch | None = None
    start: str | None = None
    within: Expression | None = None
    subsets: tuple[Subset, ...] = ()
    definitions: tuple[Definition, ...] = ()


@dataclass(frozen=True)
class MatchRecognize(Relation):
    """`source MATCH_RECOGNIZE (…) [alias]`; several sources are streams merged by event time."""

    sources: tuple[Relation, ...]
    partition_by: tuple[Expression, ...]
    order_by: tuple[OrderItem, ...]
    row_pattern: RowPattern
    alias: Alias | None = None


# ---------------------------------------------------------------- queries


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
class QueryBody(Node):
    """What stands before ORDER BY: SELECT, VALUES, a set operation, a query in parentheses."""


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


# ---------------------------------------------------------------- statements


@dataclass(frozen=True)
class Statement(Node):
    """Anything that ends in a semicolon."""


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
