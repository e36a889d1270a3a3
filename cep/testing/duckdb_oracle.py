"""Asking DuckDB the same question over the same events."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

import duckdb
import pyarrow as pa

from cep.bags import Row, plain
from cep.catalog import Relation
from cep.grammar import ast
from cep.running import Output
from cep.runtime.batch import Batch
from cep.testing.arrange import watermarks
from cep.testing.duckdb_dialect import FULL, LATENESS, DuckDbWriter, Untranslatable, fits
from cep.testing.duckdb_temporal import VERSIONS, stretches
from cep.testing.lateness import BEGINNING
from cep.testing.stage import Stage
from cep.types import Schema

__all__ = ["Untranslatable", "answer", "translated"]


def answer(stage: Stage, query: ast.Query) -> list[Row]:
    """Return the rows of a query over all events of a stage, or raise Untranslatable."""
    connection = duckdb.connect()
    connection.execute(f"SET TimeZone = '{stage.main.session.zone}'")
    text = translated(stage, query, load(connection, stage))
    try:
        rows = connection.execute(text).fetchall()
    except duckdb.Error as error:
        message = str(error).partition("\n")[0]
        if isinstance(error, FAILURES) or "Division by zero" in message:
            # It computes what is not needed: both sides of an OR, every branch of a CASE.
            raise Untranslatable(f"an evaluation fails there: {message[:80]}") from error
        raise RuntimeError(f"DuckDB refuses the translation: {error}\n{text}") from error
    return [tuple(plain(v) for v in row) for row in rows]


FAILURES = (duckdb.ConversionException, duckdb.OutOfRangeException)
"""What DuckDB raises where a value cannot be computed."""


@dataclass(frozen=True)
class Loaded:
    """What became of the streams: those with late rows, those DuckDB cannot hold, and why."""

    late: frozenset[str] = frozenset()
    missing: Mapping[str, str] = field(default_factory=dict)


def translated(stage: Stage, query: ast.Query, loaded: Loaded) -> str:
    """Return the query as DuckDB would be asked it."""
    context = stage.finished_tables().context(stage.parameters)
    return DuckDbWriter(context, loaded.late, loaded.missing).query(query)


def load(connection: duckdb.DuckDBPyConnection, stage: Stage) -> Loaded:
    """Make a table of every stream, and a full one with the watermark before each row."""
    late: set[str] = set()
    missing: dict[str, str] = {}
    for relation in stage.streams():
        if not fits(relation.schema):
            missing[relation.name] = "has a column of a type that DuckDB has not"
            continue
        if relation.is_table:
            connection.register("$given", current(stage, relation))
            name = _quoted(relation.name)
            connection.execute(f'CREATE TABLE {name} AS SELECT * FROM "$given"')
            connection.unregister("$given")
            if relation.versioned:
                connection.register("$given", stretches(stage, relation))
                name = _quoted(VERSIONS + relation.name)
                connection.execute(f'CREATE TABLE {name} AS SELECT * FROM "$given"')
                connection.unregister("$given")
            continue
        rows = _rows(stage, relation.name, relation.schema)
        if rows is None:
            missing[relation.name] = "has a computed column that fails for some rows"
            continue
        table, times = rows
        delay = stage.delays().get(relation.name)
        marks = [BEGINNING] * len(times)
        if delay is not None:
            events = [e for e in stage.events() if e.stream == relation.name]
            mark = zip(events, watermarks(events, delay), strict=True)
            marks = [w for e, w in mark if e.time is not None and not e.marker]
        if any(t is not None and t < w for t, w in zip(times, marks, strict=True)):
            late.add(relation.name)
        full = table.append_column(LATENESS, pa.array(marks, pa.int64()))
        connection.register("$given", full)
        name = _quoted(FULL + relation.name)
        connection.execute(f'CREATE TABLE {name} AS SELECT * FROM "$given"')
        columns = f"* EXCLUDE ({_quoted(LATENESS)})"
        connection.execute(f"CREATE VIEW {_quoted(relation.name)} AS SELECT {columns} FROM {name}")
        connection.unregister("$given")
    return Loaded(frozenset(late), missing)


def _rows(
    stage: Stage, stream: str, schema: Schema
) -> tuple[pa.Table, Sequence[int | None]] | None:
    """Return the rows of a stream with its computed columns, in order of arrival, and their times.

    None where a column cannot be computed for some of them.
    """
    batches: list[pa.RecordBatch] = []
    times: list[int | None] = []
    engine = stage.engine()

    def note(batch: Batch) -> None:
        batches.append(batch.to_arrow())
        times.extend([None] * batch.rows if batch.time is None else map(int, batch.time))

    item = ast.SelectItem(ast.Star())
    everything = ast.Query(ast.Select((item,), ast.TableReference(ast.Name(stream))))
    engine.start(everything, name="$rows", output=Output(note))
    for event in stage.events():
        if event.stream == stream:
            engine.insert(stream, [event.row])
    if engine.queries["$rows"].aside.errors.count:
        return None
    nullable = pa.schema([f.with_nullable(True) for f in schema.arrow])
    parts = [pa.RecordBatch.from_arrays(b.columns, schema=nullable) for b in batches]
    return pa.Table.from_batches(parts, schema=nullable), times


def current(stage: Stage, relation: Relation) -> pa.Table:
    """Return the rows that a table has in the end, a change at a time and in plain Python."""
    names = relation.inputs.names
    events = [e for e in stage.events() if e.stream == relation.name]
    rule = relation.watermark
    marks = [BEGINNING] * len(events) if rule is None else watermarks(events, rule.delay)
    rows: dict[object, tuple[object, ...]] = {}
    since: dict[object, int] = {}
    bag: list[tuple[object, ...]] = []
    for event, mark in zip(events, marks, strict=True):
        *values, op = event.row
        row = tuple(values)
        key = tuple(row[names.index(k)] for k in relation.key)
        inserts = str(op).startswith("+")
        if any(v is None for v in key) or (rule is not None and event.time is None):
            continue
        if not relation.key:
            if inserts:
                bag.append(row)
            elif row in bag:
                bag.remove(row)
            continue
        time = event.time or 0
        if (rule is not None and time < mark) or time < since.get(key, time):
            continue
        since[key] = time
        if inserts:
            rows[key] = row
        else:
            rows.pop(key, None)
    found = [*rows.values(), *bag]
    columns = list(zip(*found, strict=True)) or [()] * len(names)
    arrays = [
        pa.array(c, f.type.arrow) for c, f in zip(columns, relation.inputs.fields, strict=True)
    ]
    return pa.table(arrays, names=list(names))


def _quoted(name: str) -> str:
    return '"' + name.replace('"', '""') + '"'
