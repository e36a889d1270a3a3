"""What each kind of statement does to an engine."""

from __future__ import annotations

import itertools
import math
from collections import Counter
from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Any

import pyarrow as pa

from cep.catalog import Column, Relation, SinkEntry, View, WatermarkRule
from cep.errors import AssertionFailed, BindError, Span, UnsupportedError, did_you_mean
from cep.feeds import Feed
from cep.grammar import ast
from cep.grammar.unparse import unparse
from cep.planner.binder.declarations import bind_relation, bind_sink, bind_view
from cep.planner.binder.expressions import ExpressionBinder
from cep.planner.binder.scope import Scope
from cep.planner.explain import explain
from cep.planner.expressions import Constant
from cep.planner.ingestion import plan_ingest
from cep.planner.optimizer.rules import Step
from cep.results import Result
from cep.rows import positional
from cep.runtime.aggregates.builtin import AGGREGATES
from cep.runtime.batch import Batch
from cep.runtime.connectors import memory
from cep.runtime.functions.builtin import BUILTIN
from cep.runtime.functions.years import FIRST, LAST
from cep.runtime.quarantine import ERRORS, KEPT, Quarantine
from cep.runtime.session import time_zone
from cep.types import BIGINT, TIMESTAMP, VARCHAR, DataType, Field, Schema

if TYPE_CHECKING:
    from cep.engine import Engine, Parameters

Handler = Callable[..., Result]


def run(engine: Engine, statement: ast.Statement, parameters: Parameters, *, drive: bool) -> Result:
    """Carry out one statement.

    With `drive`, what it starts is also run: a query over finished data to its end, and a SELECT
    over an unbounded stream for as long as its result is asked for rows.
    """
    handler = _HANDLERS.get(type(statement))
    if handler is None:
        raise UnsupportedError(_spoken(statement), span=statement.span)
    return handler(engine, statement, parameters, drive)


def _spoken(statement: ast.Statement) -> str:
    """Return the kind of a statement as it is written: `CreateAlert` is CREATE ALERT."""
    name = type(statement).__name__
    words = "".join(f" {c}" if c.isupper() else c for c in name).split()
    return " ".join(words).upper()


def done(message: str) -> Result:
    """Return the result of a statement that has no rows."""
    return Result(Schema(()), message=message)


def table(
    names: Sequence[str], rows: Sequence[Sequence[object]], types: Sequence[DataType] = ()
) -> Result:
    """Return rows that the engine says of itself; VARCHAR unless `types` says otherwise."""
    kinds = types or [VARCHAR] * len(names)
    schema = Schema(tuple(Field(n, t) for n, t in zip(names, kinds, strict=True)))
    columns = list(zip(*rows, strict=True)) or [()] * len(names)
    arrays = tuple(pa.array(c, t.arrow) for c, t in zip(columns, kinds, strict=True))
    result = Result(schema)
    if rows:
        result.put(Batch(schema, arrays, len(rows)))
    return result


# ---------------------------------------------------------------- queries


def _query(
    engine: Engine, statement: ast.QueryStatement, parameters: Parameters, drive: bool
) -> Result:
    if drive and not engine.plan(statement.query, parameters).properties.bounded:
        return engine.live(statement.query, parameters)
    return engine.once(statement.query, parameters)


def _start(
    engine: Engine, statement: ast.StartQuery, parameters: Parameters, drive: bool
) -> Result:
    name = statement.name.value
    result = engine.start(statement.query, parameters, name=name)
    engine.queries[name].keep = KEPT
    if drive:
        return _started(engine, name, f"started {name}", drive)
    result.message = f"started {name}"
    return result


def _started(engine: Engine, name: str, message: str, drive: bool) -> Result:
    """Run a query that has just been started to its end, if its input has one."""
    running = engine.queries[name]
    if not drive or not running.plan.properties.bounded:
        return done(message)
    engine.drive(running)
    late, errors = running.aside.late_rows.count, running.aside.errors.count
    rows = running.rows_out
    parts = [f"{name}: {rows:,} {'row' if rows == 1 else 'rows'}"]
    if late:
        parts.append(f"{late:,} late (SELECT * FROM late.{name})")
    if errors:
        parts.append(f"{errors:,} in error (SELECT * FROM errors.{name})")
    return done(", ".join(parts))


def _stop(engine: Engine, statement: ast.StopQuery, _: Parameters, drive: bool) -> Result:
    name = statement.name.value
    running = engine.queries.get(name)
    if running is None:
        raise BindError(
            f"there is no query called {name}",
            span=statement.name.span,
            hint=did_you_mean(name, engine.queries) or "SHOW QUERIES lists them",
        )
    if statement.mode == "cancel":
        running.cancel()
    else:
        running.close()
    return done(f"stopped {name}")


def _insert(engine: Engine, statement: ast.Insert, parameters: Parameters, drive: bool) -> Result:
    target = engine.catalog.lookup(statement.target.value, statement.target.span)
    if isinstance(target, View):
        raise BindError(
            f"{target.name} is a view, and rows cannot be inserted into it",
            span=statement.target.span,
            hint="insert into the stream it reads",
        )
    query = _arranged(engine, statement, target, parameters)
    if isinstance(target, Relation) and isinstance(statement.query.body, ast.Values):
        names = engine.input_schema(target).names
        width = len(engine.plan(query, parameters).schema)
        if width != len(names):
            raise BindError(
                f"{target.name} takes {len(names)} columns, and the rows have {width}",
                span=statement.query.span,
                hint=f"give values for {', '.join(names)}, or name the columns: "
                f"INSERT INTO {target.name} ({names[0]}, …) VALUES …",
            )
        result = engine.once(query, parameters)
        count = 0
        for batch in result.batches():
            count += batch.num_rows
            engine.insert(target.name, list(_tuples(batch)))
        return done(f"inserted {count} {'row' if count == 1 else 'rows'} into {target.name}")
    name = f"insert_into_{target.name}"
    number = itertools.count(2)
    while name in engine.queries:
        name = f"insert_into_{target.name}_{next(number)}"
    engine.start_into(name, query, parameters, target, statement.span)
    return _started(engine, name, f"started {name}", drive)


def _tuples(batch: pa.RecordBatch) -> Any:
    return zip(*(map(positional, c.to_pylist()) for c in batch.columns), strict=True)


def _arranged(
    engine: Engine, statement: ast.Insert, target: Relation | SinkEntry, parameters: Parameters
) -> ast.Query:
    """Return the query of an INSERT with its columns in the order of the target's."""
    if not statement.columns:
        return statement.query
    if isinstance(target, SinkEntry):
        raise BindError(
            "a sink takes the columns of the query as they are",
            span=statement.columns[0].span,
            hint="leave the list of columns out",
        )
    wanted = [f.name for f in engine.input_schema(target).fields]
    given = [c.value for c in statement.columns]
    for column in statement.columns:
        if column.value not in wanted:
            raise BindError(
                f"{target.name} has no column {column.value} that can be inserted",
                span=column.span,
                hint=did_you_mean(column.value, wanted) or f"its columns are {', '.join(wanted)}",
            )
    width = len(engine.plan(statement.query, parameters).schema)
    if width != len(given):
        raise BindError(
            f"{len(given)} columns are named, and the query has {width}",
            span=statement.columns[0].span.to(statement.columns[-1].span),
        )
    source = ast.DerivedTable(
        statement.query, ast.Alias(ast.Name("given"), statement.columns), span=statement.span
    )
    items = tuple(
        ast.SelectItem(
            ast.ColumnReference((ast.Name(n),)) if n in given else ast.NullLiteral(), ast.Name(n)
        )
        for n in wanted
    )
    return ast.Query(ast.Select(items, source), span=statement.span)


def _assert(
    engine: Engine, statement: ast.AssertRows, parameters: Parameters, drive: bool
) -> Result:
    result = engine.once(statement.query, parameters)
    found = [tuple(r) for r in result.fetchall()]
    expected: list[tuple[object, ...]] = []
    if statement.rows:
        values = ast.Query(ast.Values(statement.rows, span=statement.span), span=statement.span)
        expected = engine.values(values, parameters, result.schema)
    problem = difference(found, expected)
    if problem:
        raise AssertionFailed(f"ASSERT does not hold: {problem}", span=statement.span)
    return done(f"ASSERT holds: {len(found)} rows")


def difference(found: Sequence[tuple[Any, ...]], expected: Sequence[tuple[Any, ...]]) -> str | None:
    """Say how two bags of rows differ, or return None; DOUBLE values agree to 1e-9 relative."""
    missing = Counter(map(_comparable, expected))
    surplus = Counter(map(_comparable, found))
    missing, surplus = missing - surplus, surplus - missing
    left = list(surplus.elements())
    unmatched = []
    for row in missing.elements():
        close = next((r for r in left if _close(row, r)), None)
        if close is None:
            unmatched.append(row)
        else:
            left.remove(close)
    if not unmatched and not left:
        return None
    parts = [f"{len(found)} rows where {len(expected)} were expected"]
    parts += [f"missing {_shown(r)}" for r in unmatched[:3]]
    parts += [f"unexpected {_shown(r)}" for r in left[:3]]
    return "; ".join(parts)


def _comparable(row: tuple[Any, ...]) -> tuple[Any, ...]:
    return tuple(_hashable(v) for v in row)


def _hashable(value: Any) -> Any:
    if isinstance(value, list | tuple):
        return tuple(_hashable(v) for v in value)
    if isinstance(value, dict):
        return tuple((k, _hashable(v)) for k, v in value.items())
    if isinstance(value, float) and math.isnan(value):
        return "NaN"
    return value


def _close(a: tuple[Any, ...], b: tuple[Any, ...]) -> bool:
    return len(a) == len(b) and all(
        math.isclose(x, y, rel_tol=1e-9)
        if isinstance(x, float) and isinstance(y, float)
        else x == y
        for x, y in zip(a, b, strict=True)
    )


def _shown(row: tuple[Any, ...]) -> str:
    return "(" + ", ".join("NULL" if v is None else str(v) for v in row) + ")"


# ---------------------------------------------------------------- declarations


def _create_relation(
    engine: Engine, statement: ast.CreateRelation, parameters: Parameters, drive: bool
) -> Result:
    relation = bind_relation(statement, engine.context(parameters), engine.connectors)
    _no_system_name(statement.name)
    old = engine.catalog.get(relation.name)
    if statement.or_replace and old is not None:
        _unused(engine, statement.name)
    added = engine.catalog.put(
        relation,
        if_not_exists=statement.if_not_exists,
        or_replace=statement.or_replace,
        span=statement.name.span,
    )
    if added and old is not None:
        engine.forget(old)
    return done(f"created stream {relation.name}" if added else f"{relation.name} exists already")


def _create_view(
    engine: Engine, statement: ast.CreateView, parameters: Parameters, drive: bool
) -> Result:
    view = bind_view(statement, engine.context(parameters))
    _no_system_name(statement.name)
    added = engine.catalog.put(
        view,
        if_not_exists=statement.if_not_exists,
        or_replace=statement.or_replace,
        span=statement.name.span,
    )
    return done(f"created view {view.name}" if added else f"{view.name} exists already")


def _create_sink(
    engine: Engine, statement: ast.CreateSink, parameters: Parameters, drive: bool
) -> Result:
    sink = bind_sink(statement, engine.context(parameters), engine.connectors)
    _no_system_name(statement.name)
    if statement.query is not None:
        # A query that cannot run leaves no sink behind.
        engine.plan(statement.query, parameters)
    if statement.or_replace:
        _unused(engine, statement.name)
    added = engine.catalog.put(
        sink,
        if_not_exists=statement.if_not_exists,
        or_replace=statement.or_replace,
        span=statement.name.span,
    )
    if not added or statement.query is None:
        return done(f"created sink {sink.name}" if added else f"{sink.name} exists already")
    try:
        engine.start_into(sink.name, statement.query, parameters, sink, statement.span)
    except BaseException:
        engine.catalog.drop("sink", sink.name)
        raise
    return _started(engine, sink.name, f"created sink {sink.name} and started its query", drive)


def _no_system_name(name: ast.Name) -> None:
    if name.value.startswith(("errors.", "late.")):
        raise BindError(f"{name.value} is a name that the engine keeps for itself", span=name.span)


def _unused(engine: Engine, name: ast.Name) -> None:
    """Refuse to take away what a running query reads or writes: it would go on into nothing."""
    users = engine.users(name.value)
    if users:
        raise BindError(
            f"{name.value} is being used by {', '.join(users)}",
            span=name.span,
            hint=f"STOP {users[0]} first",
        )


def _drop(engine: Engine, statement: ast.Drop, _: Parameters, drive: bool) -> Result:
    name = statement.name.value
    entry = engine.catalog.get(name)
    if entry is not None and entry.kind == statement.kind:
        _unused(engine, statement.name)
    dropped = engine.catalog.drop(
        statement.kind, name, if_exists=statement.if_exists, span=statement.name.span
    )
    if entry is not None and dropped:
        engine.forget(entry)
    return done(f"dropped {name}" if dropped else f"there is no {statement.kind} {name}")


def _set(engine: Engine, statement: ast.SetOption, parameters: Parameters, drive: bool) -> Result:
    name = statement.name.lower()
    setting = _SETTINGS.get(name)
    if setting is None:
        raise BindError(
            f"there is no setting {statement.name}",
            span=statement.span,
            hint=did_you_mean(name, _SETTINGS) or f"settings are: {', '.join(_SETTINGS)}",
        )
    bound = ExpressionBinder(Scope(), engine.context(parameters)).bind(statement.value)
    value = bound.value.as_py() if isinstance(bound, Constant) else None
    setting(engine, value, statement.value.span)
    return done(f"{name} is {value}")


def _set_time_zone(engine: Engine, value: object, span: Span) -> None:
    engine.session.zone = time_zone(str(value), span)


def _set_batch_rows(engine: Engine, value: object, span: Span) -> None:
    if not isinstance(value, int) or isinstance(value, bool) or value < 1:
        raise BindError(
            f"batch_rows cannot be {value!r}",
            span=span,
            hint="write how many rows to read at a time, a whole number of at least 1",
        )
    engine.batch_rows = value


_SETTINGS: dict[str, Callable[[Engine, object, Span], None]] = {
    "batch_rows": _set_batch_rows,
    "time_zone": _set_time_zone,
}


# ---------------------------------------------------------------- looking around


def _show(engine: Engine, statement: ast.Show, _: Parameters, drive: bool) -> Result:
    if statement.what not in _SHOWN:
        raise UnsupportedError(f"SHOW {statement.what.upper()}", span=statement.span)
    return _SHOWN[statement.what](engine)


def _show_streams(engine: Engine) -> Result:
    rows = [
        (
            e.name,
            e.connector or "inserts",
            "bounded" if e.bounded else "unbounded",
            e.watermark.column if e.watermark else None,
            ", ".join(str(c.field) for c in e.columns),
        )
        for e in engine.catalog
        if isinstance(e, Relation)
    ]
    return table(("name", "fed_by", "input", "event_time", "columns"), rows)


def _show_views(engine: Engine) -> Result:
    rows = [(e.name, e.query) for e in engine.catalog if isinstance(e, View)]
    return table(("name", "query"), rows)


def _show_sinks(engine: Engine) -> Result:
    rows = [
        (e.name, e.connector, ", ".join(f"{k} = {v}" for k, v in e.options.items()))
        for e in engine.catalog
        if isinstance(e, SinkEntry)
    ]
    return table(("name", "connector", "options"), rows)


def _show_queries(engine: Engine) -> Result:
    rows = []
    for q in engine.queries.values():
        size = q.graph.size()
        rows.append(
            (
                q.name,
                "failed" if q.failure else "ended" if q.closed else "running",
                q.rows_out,
                q.let_go,
                q.aside.late_rows.count,
                q.aside.errors.count,
                size.rows,
                size.bytes,
                q.text,
            )
        )
    counts = ("rows_out", "let_go", "late", "errors", "state_rows", "state_bytes")
    return table(
        ("name", "state", *counts, "query"), rows, (VARCHAR, VARCHAR, *[BIGINT] * 6, VARCHAR)
    )


def _show_functions(engine: Engine) -> Result:
    rows = [(f.name, f.signature, f.summary) for f in BUILTIN if f.name[0].isalpha()]
    rows += [(a.name, a.signature, a.summary) for a in AGGREGATES]
    return table(("name", "signature", "description"), sorted(rows))


def _show_watermarks(engine: Engine) -> Result:
    rows = []
    for feed in engine.reading():
        stream = feed.ingest.watermark()
        rows += [
            (
                feed.name,
                one.name,
                _shown_instant(one.watermark),
                "yes" if one.holds and not feed.ended else "no",
                "ended" if feed.ended else one.why or None,
                _shown_instant(stream),
            )
            for one in feed.ingest.watermarks.standings()
        ]
    names = ("stream", "partition", "watermark", "holds_back", "left", "stream_watermark")
    return table(names, rows, (VARCHAR, VARCHAR, TIMESTAMP, VARCHAR, VARCHAR, TIMESTAMP))


def _shown_instant(instant: int) -> int | None:
    """Return a watermark as a timestamp, NULL where it is not on the calendar."""
    return instant if FIRST <= instant <= LAST else None


_SHOWN: dict[str, Callable[[Engine], Result]] = {
    "streams": _show_streams,
    "views": _show_views,
    "sinks": _show_sinks,
    "queries": _show_queries,
    "functions": _show_functions,
    "watermarks": _show_watermarks,
}


def _describe(engine: Engine, statement: ast.Describe, _: Parameters, drive: bool) -> Result:
    name = statement.name
    system = system_relation(engine, name.value)
    entry = system or engine.catalog.lookup(name.value, name.span)
    if isinstance(entry, SinkEntry):
        return table(("option", "value"), list(entry.options.items()))
    if isinstance(entry, View):
        item = ast.SelectItem(ast.Star())
        query = ast.Query(ast.Select((item,), ast.TableReference(name)))
        schema = engine.plan(query).schema
        rows = [(f.name, str(f.type), "view") for f in schema.fields]
    else:
        rows = [(c.field.name, _column_type(c), _column_origin(entry, c)) for c in entry.columns]
    result = table(("column", "type", "from"), rows)
    result.message = entry.statement if isinstance(entry, View) else create_statement(entry)
    return result


def _column_type(column: Column) -> str:
    return str(column.field.type) + ("" if column.field.nullable else " NOT NULL")


def _column_origin(relation: Relation, column: Column) -> str:
    text = column.origin.value + (f" {column.detail}" if column.detail else "")
    if relation.watermark is not None and relation.watermark.column == column.field.name:
        text += ", event time"
    return text


def quoted(name: str) -> str:
    """Return a name as it must be written, in quotes where it needs them."""
    return unparse(ast.Name(name))


def create_statement(relation: Relation) -> str:
    """Return the statement that declares a stream, with all its columns written out."""
    lines = []
    for column in relation.columns:
        name = quoted(column.field.name)
        if column.origin.value == "computed":
            lines.append(f"{name} AS {column.detail}")
        elif column.origin.value == "metadata":
            lines.append(f"{name} {column.field.type} METADATA FROM '{column.detail}'")
        else:
            lines.append(f"{name} {_column_type(column)}")
    if relation.watermark is not None and not relation.watermark.clock:
        lines.append(_watermark_clause(relation.watermark))
    body = ",\n  ".join(lines)
    text = f"CREATE STREAM {quoted(relation.name)} (\n  {body}\n)"
    if relation.options:
        options = ", ".join(
            "'{}' = '{}'".format(k, v.replace("'", "''")) for k, v in relation.options.items()
        )
        text += f" WITH ({options})"
    return text + ";"


def _watermark_clause(rule: WatermarkRule) -> str:
    name = quoted(rule.column)
    parts = [f"WATERMARK FOR {name} AS {name}"]
    if rule.delay:
        parts.append(f"- {_interval(rule.delay)}")
    if rule.marked_by:
        parts.append(f"MARKED BY {rule.marked_by}")
    if rule.per:
        columns = ", ".join(map(quoted, rule.per))
        parts.append(f"PER {columns}" if len(rule.per) == 1 else f"PER ({columns})")
    if rule.idle_after is not None:
        parts.append(f"IDLE AFTER {_interval(rule.idle_after)}")
    if rule.max_ahead is not None:
        parts.append(f"MAX AHEAD {_interval(rule.max_ahead)}")
    return " ".join(parts)


def _interval(microseconds: int) -> str:
    seconds = f"{microseconds / 1_000_000:f}".rstrip("0").rstrip(".")
    return f"INTERVAL '{seconds}' SECOND"


def _explain(engine: Engine, statement: ast.Explain, parameters: Parameters, drive: bool) -> Result:
    inner = statement.statement
    query = inner if isinstance(inner, ast.Query) else getattr(inner, "query", None)
    if not isinstance(query, ast.Query):
        raise BindError(
            "EXPLAIN shows the plan of a query", span=inner.span, hint="write EXPLAIN SELECT …"
        )
    trace: list[Step] = []
    plan = engine.plan(query, parameters, trace)
    lines = explain(plan).split("\n")
    lines.append("")
    lines.append("rules applied: " + (", ".join(s.rule for s in trace) or "none"))
    if statement.analyze:
        result = engine.once(query, parameters)
        rows = sum(b.num_rows for b in result.batches())
        lines.append(f"rows said: {rows:,}")
        for node in engine.last.graph.nodes if engine.last else ():
            lines.append(f"{node.id}: {node.rows_in:,} rows in, {node.rows_out:,} out")
    return table(("plan",), [(line,) for line in lines])


# ---------------------------------------------------------------- what the engine keeps itself


def system_relation(engine: Engine, name: str) -> Relation | None:
    """Return `errors.<name>` or `late.<name>` as a relation, or None for any other name."""
    kind, _, owner = name.partition(".")
    if kind not in ("errors", "late") or not owner:
        return None
    store = _store(engine, kind, owner)
    if store is None:
        known = [f"errors.{n}" for n in engine.errors]
        known += [f"{k}.{q}" for q in engine.queries for k in ("errors", "late")]
        raise BindError(
            f"there is nothing called {name}",
            hint=did_you_mean(name, known)
            or (
                f"there are {', '.join(sorted(known)[:8])}"
                if known
                else "name a query that was started, or a stream that was read"
            ),
        )
    return Relation(
        name, tuple(Column(f) for f in store.schema.fields), bounded=True, kind="system"
    )


def _store(engine: Engine, kind: str, owner: str) -> Quarantine | None:
    running = engine.queries.get(owner)
    if kind == "late":
        return None if running is None else running.aside.late_rows
    if running is not None:
        return running.aside.errors
    if owner in engine.errors:
        return engine.errors[owner]
    return Quarantine(ERRORS) if isinstance(engine.catalog.get(owner), Relation) else None


def system_feed(engine: Engine, relation: Relation, columns: tuple[int, ...]) -> Feed:
    """Return a feed of the rows kept in `errors.<name>` or `late.<name>` at this moment."""
    kind, _, owner = relation.name.partition(".")
    store = _store(engine, kind, owner)
    assert store is not None
    rows = memory.Feed.of(store.to_arrow())
    errors = Quarantine(ERRORS)
    read, ingest = plan_ingest(relation, columns, (), engine.context(()), errors)
    return Feed(relation.name, ingest, errors, columns, memory.MemorySource(rows, read))


_HANDLERS: dict[type[ast.Statement], Handler] = {
    ast.QueryStatement: _query,
    ast.StartQuery: _start,
    ast.StopQuery: _stop,
    ast.Insert: _insert,
    ast.AssertRows: _assert,
    ast.CreateRelation: _create_relation,
    ast.CreateView: _create_view,
    ast.CreateSink: _create_sink,
    ast.Drop: _drop,
    ast.SetOption: _set,
    ast.Show: _show,
    ast.Describe: _describe,
    ast.Explain: _explain,
}
