"""What SHOW, DESCRIBE and EXPLAIN say of an engine and its plans."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING

import pyarrow as pa

from cep.catalog import Column, Relation, SinkEntry, View, WatermarkRule
from cep.errors import BindError, UnsupportedError
from cep.grammar import ast
from cep.grammar.unparse import unparse
from cep.planner.binder.over import FUNCTIONS as WINDOW_FUNCTIONS
from cep.planner.explain import explain as explained
from cep.planner.optimizer.rules import Step
from cep.results import Result
from cep.running import Running
from cep.runtime.batch import Batch
from cep.runtime.functions.years import FIRST, LAST
from cep.runtime.operator import StateSize
from cep.system import system_relation
from cep.types import BIGINT, TIMESTAMP, VARCHAR, DataType, Field, Schema

if TYPE_CHECKING:
    from cep.engine import Engine
    from cep.parameters import Parameters


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


def show(engine: Engine, statement: ast.Show, _: Parameters, drive: bool) -> Result:
    """Answer SHOW."""
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
        if isinstance(e, Relation) and not e.is_table
    ]
    return table(("name", "fed_by", "input", "event_time", "columns"), rows)


def _show_tables(engine: Engine) -> Result:
    rows = [
        (
            e.name,
            e.connector or "inserts",
            ", ".join(e.key) or None,
            e.watermark.column if e.watermark else None,
            engine.table_rows(e),
            ", ".join(str(c.field) for c in e.columns),
        )
        for e in engine.catalog
        if isinstance(e, Relation) and e.is_table
    ]
    names = ("name", "fed_by", "key", "versions_by", "rows", "columns")
    return table(names, rows, (VARCHAR, VARCHAR, VARCHAR, VARCHAR, BIGINT, VARCHAR))


def _show_views(engine: Engine) -> Result:
    rows: list[Sequence[object]] = []
    for entry in engine.catalog:
        if isinstance(entry, View):
            kept = entry.name in engine.views
            size = engine.views[entry.name].rows.size() if kept else StateSize()
            state = _state(engine.queries[entry.name]) if kept else None
            rows.append((entry.name, entry.kind, state, size.rows, size.bytes, entry.query))
    names = ("name", "kind", "state", "rows", "bytes", "query")
    return table(names, rows, (VARCHAR, VARCHAR, VARCHAR, BIGINT, BIGINT, VARCHAR))


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
        kept = q.name in engine.views
        size = engine.views[q.name].size() if kept else q.graph.size()
        rows.append(
            (
                q.name,
                _state(q),
                q.rows_out,
                q.let_go,
                q.aside.late_rows.count,
                q.aside.errors.count,
                size.rows,
                size.bytes,
                ", ".join(_sharing(engine, q)) or None,
                q.text,
            )
        )
    counts = ("rows_out", "let_go", "late", "errors", "state_rows", "state_bytes")
    types = (VARCHAR, VARCHAR, *[BIGINT] * 6, VARCHAR, VARCHAR)
    return table(("name", "state", *counts, "shares_with", "query"), rows, types)


def _sharing(engine: Engine, query: Running) -> list[str]:
    """Return the other queries that have operators in common with a query."""
    graphs = {id(g) for node in query.graph.nodes if not query.closed for g in node.graphs}
    others = (q for q in engine.queries.values() if q is not query and not q.closed)
    return [q.name for q in others if id(q.graph) in graphs]


def _state(running: Running) -> str:
    return "failed" if running.failure else "ended" if running.closed else "running"


def _show_functions(engine: Engine) -> Result:
    rows = [(f.name, f.signature, f.summary) for f in engine.functions if f.name[0].isalpha()]
    rows += [(a.name, a.signature, a.summary) for a in engine.aggregates]
    rows += [(f.name, f.signature, f.summary) for f in WINDOW_FUNCTIONS.values()]
    return table(("name", "signature", "description"), sorted(rows))


def _show_watermarks(engine: Engine) -> Result:
    rows = []
    for feed in engine.reading():
        stream = feed.ingest.watermark()
        rows += [
            (
                feed.name,
                one.name or "inserts",
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
    "tables": _show_tables,
    "views": _show_views,
    "sinks": _show_sinks,
    "queries": _show_queries,
    "functions": _show_functions,
    "watermarks": _show_watermarks,
}


def describe(engine: Engine, statement: ast.Describe, _: Parameters, drive: bool) -> Result:
    """Answer DESCRIBE: the columns, and as message the statement that declares them."""
    name = statement.name
    system = system_relation(engine, name.value)
    entry = system or engine.catalog.lookup(name.value, name.span)
    if isinstance(entry, SinkEntry):
        return table(("option", "value"), list(entry.options.items()))
    if isinstance(entry, View):
        item = ast.SelectItem(ast.Star())
        query = ast.Query(ast.Select((item,), ast.TableReference(name)))
        schema = engine.plan(query).schema
        key = () if entry.relation is None else entry.relation.key
        rows = [
            (f.name, str(f.type), f"{entry.kind}, key" if f.name in key else entry.kind)
            for f in schema.fields
        ]
    else:
        rows = [(c.field.name, _column_type(c), _column_origin(entry, c)) for c in entry.columns]
    result = table(("column", "type", "from"), rows)
    result.message = entry.statement if isinstance(entry, View) else create_statement(entry)
    return result


def _column_type(column: Column) -> str:
    return str(column.field.type) + ("" if column.field.nullable else " NOT NULL")


def _column_origin(relation: Relation, column: Column) -> str:
    text = column.origin.value + (f" {column.detail}" if column.detail else "")
    if column.field.name in relation.key:
        text += ", key"
    if relation.watermark is not None and relation.watermark.column == column.field.name:
        text += ", event time"
    return text


def quoted(name: str) -> str:
    """Return a name as it must be written, in quotes where it needs them."""
    return unparse(ast.Name(name))


def create_statement(relation: Relation) -> str:
    """Return the statement that declares a stream or table, with all its columns written out."""
    lines = []
    for column in relation.columns:
        name = quoted(column.field.name)
        if column.origin.value == "computed":
            lines.append(f"{name} AS {column.detail}")
        elif column.origin.value == "metadata":
            lines.append(f"{name} {column.field.type} METADATA FROM '{column.detail}'")
        else:
            lines.append(f"{name} {_column_type(column)}")
    if relation.key:
        lines.append(f"PRIMARY KEY ({', '.join(map(quoted, relation.key))})")
    if relation.watermark is not None and not relation.watermark.clock:
        lines.append(_watermark_clause(relation.watermark))
    body = ",\n  ".join(lines)
    text = f"CREATE {relation.kind.upper()} {quoted(relation.name)} (\n  {body}\n)"
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


def explain(engine: Engine, statement: ast.Explain, parameters: Parameters, drive: bool) -> Result:
    """Answer EXPLAIN: the optimized plan; with ANALYZE also what went through its operators."""
    inner = statement.statement
    query = inner if isinstance(inner, ast.Query) else getattr(inner, "query", None)
    if not isinstance(query, ast.Query):
        raise BindError(
            "EXPLAIN shows the plan of a query", span=inner.span, hint="write EXPLAIN SELECT …"
        )
    trace: list[Step] = []
    plan = engine.plan(query, parameters, trace, snapshot=statement.analyze)
    lines = explained(plan).split("\n")
    lines.append("")
    lines.append("rules applied: " + (", ".join(s.rule for s in trace) or "none"))
    if statement.analyze:
        result = engine.once(query, parameters)
        rows = sum(b.num_rows for b in result.batches())
        lines.append(f"rows said: {rows:,}")
        for node in engine.last.graph.nodes if engine.last else ():
            lines.append(f"{node.id}: {node.rows_in:,} rows in, {node.rows_out:,} out")
    return table(("plan",), [(line,) for line in lines])
