"""What each kind of statement does to an engine."""

from __future__ import annotations

import itertools
from collections import Counter
from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Any

import pyarrow as pa

from cep import changing, inspection, viewing
from cep.bags import Bag, difference, plain
from cep.catalog import MAINTAINED, Relation, SinkEntry, View
from cep.errors import AssertionFailed, BindError, Span, UnsupportedError, did_you_mean
from cep.grammar import ast
from cep.grammar.parser import parse_query
from cep.grammar.walk import walk
from cep.planner.binder.declarations import bind_relation, bind_sink, bind_view
from cep.planner.binder.expressions import ExpressionBinder
from cep.planner.binder.scope import Scope
from cep.planner.expressions import Constant
from cep.results import Result
from cep.rows import positional
from cep.runtime import sketching
from cep.runtime.quarantine import KEPT
from cep.runtime.session import time_zone
from cep.types import Schema

if TYPE_CHECKING:
    from cep.engine import Engine
    from cep.parameters import Parameters

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


# ---------------------------------------------------------------- queries


def _query(
    engine: Engine, statement: ast.QueryStatement, parameters: Parameters, drive: bool
) -> Result:
    if drive and not engine.plan(statement.query, parameters, snapshot=True).properties.bounded:
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
        parts.append(_aside(late, "late", "late", name))
    if errors:
        parts.append(_aside(errors, "in error", "errors", name))
    return done(", ".join(parts))


def _aside(count: int, what: str, where: str, name: str) -> str:
    """Say how many rows went aside, and how they are read."""
    return f"{count:,} {what} (SELECT * FROM {where}.{name})"


def _in_error(engine: Engine, relation: Relation) -> int:
    """Return how many rows could not be inserted so far."""
    errors = engine.errors.get(relation.name)
    return 0 if errors is None else errors.count


def _stop(engine: Engine, statement: ast.StopQuery, _: Parameters, drive: bool) -> Result:
    name = statement.name.value
    running = engine.queries.get(name)
    if running is None:
        raise BindError(
            f"there is no query called {name}",
            span=statement.name.span,
            hint=did_you_mean(name, engine.queries) or "SHOW QUERIES lists them",
        )
    if name in engine.views:
        raise BindError(
            f"{name} is a materialized view, which is kept as long as it is there",
            span=statement.name.span,
            hint=f"DROP MATERIALIZED VIEW {name}",
        )
    if statement.mode == "cancel":
        running.cancel()
    else:
        running.close()
    failed = "" if running.failure is None else f"; it had failed: {running.failure.message}"
    return done(f"stopped {name}{failed}")


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
        names = target.inputs.names
        width = len(engine.plan(query, parameters).schema)
        if width != len(names):
            raise BindError(
                f"{target.name} takes {len(names)} columns, and the rows have {width}",
                span=statement.query.span,
                hint=f"give values for {', '.join(names)}, or name the columns: "
                f"INSERT INTO {target.name} ({names[0]}, …) VALUES …",
            )
        result = engine.once(query, parameters)
        before = _in_error(engine, target)
        count = 0
        for batch in result.batches():
            count += batch.num_rows
            engine.insert(target.name, list(_tuples(batch)))
        wrong = _in_error(engine, target) - before
        there = count - wrong
        said = f"inserted {there} {'row' if there == 1 else 'rows'} into {target.name}"
        return done(said + (f", {wrong} in error" if wrong else ""))
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
    wanted = [f.name for f in target.inputs.fields]
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
    problem = difference(_bag(found), _bag(expected))
    if problem:
        raise AssertionFailed(f"ASSERT does not hold: {problem}", span=statement.span)
    return done(f"ASSERT holds: {len(found)} rows")


def _bag(rows: Sequence[tuple[object, ...]]) -> Bag:
    return Counter(tuple(plain(v) for v in row) for row in rows)


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
    done_so = f"created {relation.kind} {relation.name}"
    return done(done_so if added else f"{relation.name} exists already")


def _create_view(
    engine: Engine, statement: ast.CreateView, parameters: Parameters, drive: bool
) -> Result:
    _no_system_name(statement.name)
    old = engine.catalog.get(statement.name.value)
    made = MAINTAINED if statement.materialized else "view"
    if statement.or_replace and old is not None and MAINTAINED in (old.kind, made):
        _unused(engine, statement.name)
    if statement.materialized:
        running = viewing.create(engine, statement, parameters)
        name = statement.name.value
        if running is None:
            return done(f"{name} exists already")
        return _started(engine, name, f"created materialized view {name}", drive)
    view = bind_view(statement, engine.context(parameters))
    added = engine.catalog.put(
        view,
        if_not_exists=statement.if_not_exists,
        or_replace=statement.or_replace,
        span=statement.name.span,
    )
    if added and old is not None and old.kind == MAINTAINED:
        engine.forget(old)
    return done(f"created view {view.name}" if added else f"{view.name} exists already")


def _create_sink(
    engine: Engine, statement: ast.CreateSink, parameters: Parameters, drive: bool
) -> Result:
    sink = bind_sink(statement, engine.context(parameters), engine.connectors)
    _no_system_name(statement.name)
    if statement.query is not None:
        # A query that cannot run leaves no sink behind.
        engine.plan(statement.query, parameters)
    old = engine.catalog.get(statement.name.value)
    if statement.or_replace:
        _unused(engine, statement.name)
    added = engine.catalog.put(
        sink,
        if_not_exists=statement.if_not_exists,
        or_replace=statement.or_replace,
        span=statement.name.span,
    )
    if added and old is not None:
        engine.forget(old)
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
        what = "DROP MATERIALIZED VIEW" if users[0] in engine.views else "STOP"
        raise BindError(
            f"{name.value} is being used by {', '.join(users)}",
            span=name.span,
            hint=f"{what} {users[0]} first",
        )


def _unnamed(engine: Engine, name: ast.Name) -> None:
    """Refuse to drop what the query of a view names, which could not be read any more."""
    for view in engine.catalog:
        if isinstance(view, View) and view.name != name.value:
            nodes = list(walk(parse_query(view.query)))
            own = {n.name.value for n in nodes if isinstance(n, ast.CommonTable)}
            named = {n.name.value for n in nodes if isinstance(n, ast.TableReference)}
            if name.value in named - own:
                raise BindError(
                    f"{name.value} is read by the {view.kind} {view.name}",
                    span=name.span,
                    hint=f"DROP {view.kind.upper()} {view.name} first",
                )


def _drop(engine: Engine, statement: ast.Drop, _: Parameters, drive: bool) -> Result:
    name = statement.name.value
    entry = engine.catalog.get(name)
    if entry is not None and entry.kind == statement.kind:
        _unused(engine, statement.name)
        _unnamed(engine, statement.name)
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


def _set_sketches(engine: Engine, value: object, span: Span) -> None:
    if value not in {"cep", sketching.NAME}:
        raise BindError(
            f"sketches cannot be {value!r}",
            span=span,
            hint=f"write 'cep', or '{sketching.NAME}' for those of Apache DataSketches",
        )
    if value == sketching.NAME:
        sketching.library(span, f"SET sketches = '{sketching.NAME}'")
    engine.session.sketches = str(value)


_SETTINGS: dict[str, Callable[[Engine, object, Span], None]] = {
    "batch_rows": _set_batch_rows,
    "sketches": _set_sketches,
    "time_zone": _set_time_zone,
}


_HANDLERS: dict[type[ast.Statement], Handler] = {
    ast.QueryStatement: _query,
    ast.StartQuery: _start,
    ast.StopQuery: _stop,
    ast.Insert: _insert,
    ast.Update: changing.update,
    ast.Delete: changing.delete,
    ast.AssertRows: _assert,
    ast.CreateRelation: _create_relation,
    ast.CreateView: _create_view,
    ast.Subscribe: viewing.subscribe,
    ast.CreateSink: _create_sink,
    ast.Drop: _drop,
    ast.SetOption: _set,
    ast.Show: inspection.show,
    ast.Describe: inspection.describe,
    ast.Explain: inspection.explain,
}
