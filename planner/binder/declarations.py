"""CREATE statements become entries of the catalog."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager

from cep.catalog import Column, Origin, Relation, SinkEntry, View, WatermarkRule
from cep.errors import BindError, ConnectorError, UnsupportedError, did_you_mean
from cep.grammar import ast
from cep.grammar.unparse import unparse
from cep.planner.binder.context import Context
from cep.planner.binder.expressions import ExpressionBinder
from cep.planner.binder.lateness import length
from cep.planner.binder.queries import bind_query
from cep.planner.binder.scope import Scope
from cep.planner.binder.tables import check_versions, keyed
from cep.planner.binder.types import bind_type
from cep.planner.expressions import Constant, is_deterministic
from cep.runtime.connectors.base import Connector
from cep.runtime.connectors.options import settle
from cep.runtime.connectors.registry import Connectors
from cep.types import (
    BIGINT,
    DAY_INTERVAL,
    DataType,
    Date,
    Field,
    Integer,
    Schema,
    Varchar,
    is_instant,
)


def options_of(written: Sequence[ast.Option], context: Context) -> dict[str, str]:
    """Return WITH (…) as plain text by key; keys fold to lower case."""
    options: dict[str, str] = {}
    for option in written:
        key = option.key.lower()
        if key in options:
            raise BindError(f"the option {key} is given twice", span=option.span)
        options[key] = _option_text(option, context)
    return options


def _option_text(option: ast.Option, context: Context) -> str:
    value = option.value
    if isinstance(value, ast.StringLiteral):
        return value.value
    if isinstance(value, ast.ColumnReference) and len(value.parts) == 1:
        return value.parts[0].value
    bound = ExpressionBinder(Scope(), context, place="in WITH").bind(value)
    if not isinstance(bound, Constant):
        raise BindError(f"the option {option.key} must be a constant", span=value.span)
    if bound.type == DAY_INTERVAL:
        return f"{bound.value.value} us"
    text = bound.value.as_py()
    return str(text).lower() if isinstance(text, bool) else str(text)


def _misspelt(options: Mapping[str, str]) -> str | None:
    """Return a hint where one of the options may have been meant to be `connector`."""
    likely = [key for key in options if did_you_mean(key, ["connector"])]
    return f"did you mean connector, for {likely[0]}?" if likely else None


def _connector(
    options: Mapping[str, str],
    connectors: Connectors,
    written: ast.CreateRelation | ast.CreateSink,
) -> Connector:
    with _blamed(written):
        connector = connectors.lookup(options["connector"])
        settle(connector, options)
    return connector


@contextmanager
def _blamed(written: ast.CreateRelation | ast.CreateSink) -> Iterator[None]:
    """Let an error of a connector point to the option to blame, or else to the name."""
    try:
        yield
    except ConnectorError as error:
        spans = {o.key.lower(): o.span for o in written.options}
        error.span = error.span or spans.get(error.option or "", written.name.span)
        raise


def bind_relation(
    written: ast.CreateRelation, context: Context, connectors: Connectors
) -> Relation:
    """Return the catalog entry of CREATE STREAM or TABLE; its schema is inferred if need be."""
    is_table = written.kind == "table"
    if not is_table and (written.primary_key or any(c.primary_key for c in written.columns)):
        raise BindError(
            "a stream has no PRIMARY KEY: its rows are events, not current values",
            span=written.span,
            hint="leave it out",
        )
    if written.if_not_exists and written.or_replace:
        raise BindError(
            "OR REPLACE and IF NOT EXISTS contradict each other",
            span=written.span,
            hint="leave one of them out",
        )
    if written.checks:
        raise UnsupportedError("CHECK", span=written.checks[0].span)
    options = options_of(written.options, context)
    connector = None
    if options and "connector" not in options:
        for option in written.options:
            if option.key.lower() in ("log", "retention", "compaction"):
                raise UnsupportedError(f"the option {option.key.lower()}", span=option.span)
        raise BindError(
            f"WITH (…) does not say which connector reads the {written.kind}",
            span=written.options[0].span,
            hint=_misspelt(options) or "write WITH (connector = 'file', path = '…')",
        )
    if options:
        connector = _connector(options, connectors, written)
        if not connector.reads:
            raise BindError(f"the connector {connector.name} only writes", span=written.span)
    changes = connector is not None and connector.delivers_changes(options)
    if changes and not is_table:
        raise BindError(
            "a stream takes events, and these rows may take others back",
            span=written.span,
            hint=f"write CREATE TABLE {written.name.value} (…, PRIMARY KEY (…)) WITH (…)",
        )
    columns = _columns(written, context, connector, options)
    key: tuple[str, ...] = ()
    if is_table:
        columns, key = keyed(written, columns, options if changes else {})
    watermark = _watermark(written, columns, context)
    if is_table:
        check_versions(written, key, watermark)
    return Relation(
        written.name.value,
        tuple(columns),
        watermark,
        options,
        bounded=connector is not None and connector.is_bounded(options),
        statement=unparse(written),
        kind=written.kind,
        key=key,
        changes=changes or (is_table and connector is None),
    )


def _columns(
    written: ast.CreateRelation,
    context: Context,
    connector: Connector | None,
    options: Mapping[str, str],
) -> list[Column]:
    names = [c.name.value for c in written.columns]
    for definition in written.columns:
        if names.count(definition.name.value) > 1:
            raise BindError(
                f"there are two columns called {definition.name.value}", span=definition.name.span
            )
    columns: list[Column] = []
    if not any(_is_input(c) for c in written.columns):
        if connector is None or not connector.infers:
            why = "" if connector is None else f", and {connector.name} does not tell them"
            raise BindError(
                f"the {written.kind} {written.name.value} has no columns{why}",
                span=written.name.span,
                hint=f"write CREATE {written.kind.upper()} {written.name.value} "
                "(id BIGINT, ts TIMESTAMP(3), …)",
            )
        with _blamed(written):
            inferred = connector.infer(settle(connector, options))
        columns = [Column(f) for f in inferred.fields if f.name not in names]
    columns += [_plain(c, connector) for c in written.columns if c.computed is None]
    scope = Scope.of(Schema(tuple(c.field for c in columns)), None)
    place = {c.field.name: c for c in columns}
    for definition in written.columns:
        if definition.computed is None:
            continue
        binder = ExpressionBinder(scope, context, place="in a computed column")
        bound = binder.bind(definition.computed)
        if definition.type is not None:
            bound = binder.converted(bound, bind_type(definition.type), definition.span)
        field = Field(definition.name.value, bound.type, not definition.not_null)
        place[field.name] = Column(field, Origin.COMPUTED, unparse(definition.computed))
    inferred_names = [n for n in place if n not in names]
    return [place[n] for n in (*inferred_names, *names)]


def _is_input(definition: ast.ColumnDefinition) -> bool:
    return definition.computed is None and not definition.from_metadata


def _plain(definition: ast.ColumnDefinition, connector: Connector | None) -> Column:
    assert definition.type is not None
    field = Field(definition.name.value, bind_type(definition.type), not definition.not_null)
    if not definition.from_metadata:
        return Column(field)
    key = definition.metadata or definition.name.value
    known = {} if connector is None else connector.metadata
    if key not in known:
        raise BindError(
            f"there is no metadata column '{key}'",
            span=definition.span,
            hint=did_you_mean(key, known)
            or (f"there are {', '.join(known)}" if known else "it has no connector"),
        )
    if known[key] != field.type:
        raise BindError(
            f"the metadata column '{key}' is {known[key]}, not {field.type}",
            span=definition.span,
            hint=f"write {field.name} {known[key]} METADATA FROM '{key}'",
        )
    return Column(field, Origin.METADATA, key)


def _computed(name: str, kind: DataType) -> str:
    """Say how a column that is no instant becomes one, if it can."""
    match kind:
        case Varchar():
            made = f"TO_TIMESTAMP({name})"
        case Integer():
            made = f"TO_TIMESTAMP_LTZ({name}, {3 if kind == BIGINT else 0})"
        case Date():
            made = f"CAST({name} AS TIMESTAMP(0))"
        case _:
            return ""
    return f", or compute it: ts AS {made}"


def _watermark(
    written: ast.CreateRelation, columns: Sequence[Column], context: Context
) -> WatermarkRule | None:
    if not written.watermarks:
        return _by_clock(written)
    if len(written.watermarks) > 1:
        raise BindError("a stream has one event time", span=written.watermarks[1].span)
    rule = written.watermarks[0]
    scope = Scope.of(Schema(tuple(c.field for c in columns)), None)
    name = rule.column.value
    column = scope.resolve(name, None, rule.column.span)
    if not is_instant(column.type):
        raise BindError(
            f"{name} is {column.type}, and an event time is a TIMESTAMP",
            span=rule.column.span,
            hint="declare it as TIMESTAMP(3)" + _computed(name, column.type),
        )
    if rule.marked_by is not None:
        marker = ExpressionBinder(scope, context, place="in MARKED BY").condition(rule.marked_by)
        if not is_deterministic(marker):
            raise BindError(
                "MARKED BY must say the same of a row whenever it is asked",
                span=rule.marked_by.span,
                hint="read columns of the row only, not the clock or chance",
            )
    per = tuple(dict.fromkeys(c.value for c in rule.per))
    for column_name in rule.per:
        scope.resolve(column_name.value, None, column_name.span)
        if column_name.value == name:
            raise BindError(
                f"{name} is the event time, and PER names what tells producers apart",
                span=column_name.span,
                hint="write PER device_id, or leave PER out",
            )
    return WatermarkRule(
        name,
        _delay(rule, context),
        "" if rule.marked_by is None else unparse(rule.marked_by),
        per,
        None if rule.idle_after is None else length(rule.idle_after, "IDLE AFTER", context),
        None if rule.max_ahead is None else length(rule.max_ahead, "MAX AHEAD", context),
    )


def _by_clock(written: ast.CreateRelation) -> WatermarkRule | None:
    """Return the rule of a stream whose only time is the engine's clock: a column PROCTIME()."""
    for definition in written.columns:
        computed = definition.computed
        if isinstance(computed, ast.Call) and computed.name.value == "proctime":
            return WatermarkRule(definition.name.value, clock=True)
    return None


def _delay(rule: ast.Watermark, context: Context) -> int:
    name = rule.column.value
    written = rule.expression
    base: ast.Expression | None = written
    delay = 0
    if isinstance(written, ast.Binary) and written.operator == "-":
        base = written.left
        bound = ExpressionBinder(Scope(), context).bind(written.right)
        if not isinstance(bound, Constant) or bound.type != DAY_INTERVAL or bound.value.value < 0:
            base = None
        else:
            delay = int(bound.value.value)
    plain = isinstance(base, ast.ColumnReference) and [p.value for p in base.parts] == [name]
    if written is not None and not plain:
        raise BindError(
            "a watermark is the event time less a constant delay",
            span=written.span,
            hint=f"write WATERMARK FOR {name} AS {name} - INTERVAL '5' SECOND",
        )
    return delay


def bind_view(written: ast.CreateView, context: Context) -> View:
    """Return the catalog entry of CREATE VIEW, after making sure that its query has a meaning."""
    plan = bind_query(written.query, context)
    if len(written.columns) > len(plan.schema):
        raise BindError(
            f"{len(written.columns)} names are given for {len(plan.schema)} columns",
            span=written.columns[-1].span,
        )
    names = tuple(c.value for c in written.columns)
    return View(written.name.value, unparse(written.query), names, unparse(written))


def bind_sink(written: ast.CreateSink, context: Context, connectors: Connectors) -> SinkEntry:
    """Return the catalog entry of CREATE SINK."""
    options = options_of(written.options, context)
    if "connector" not in options:
        raise BindError(
            "the sink does not say where its rows go",
            span=written.span,
            hint=_misspelt(options) or "write WITH (connector = 'file', path = 'out.parquet')",
        )
    connector = _connector(options, connectors, written)
    if not connector.writes:
        raise BindError(f"the connector {connector.name} only reads", span=written.span)
    return SinkEntry(written.name.value, options, unparse(written))
