"""The engine: text in, rows out. A reader who opens only this file knows the house.

The life of a query, in `_prepare`:

1. *parse*: text becomes a syntax tree (`cep.grammar`);
2. *bind*: the tree becomes a typed logical plan; a user's errors of meaning are raised here
   (`cep.planner.binder`);
3. *optimize*: rules make the plan cheaper (`cep.planner.optimizer`);
4. *lower*: the plan becomes a graph of operators with compiled expressions
   (`cep.planner.lowering`);
5. *run*: rows and watermarks are pushed through the graph, and its root says the result
   (`cep.runtime`).
"""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable, Iterator, Sequence
from typing import Any, TypeVar

import pyarrow as pa

from cep import commands, udf, viewing
from cep.catalog import MAINTAINED, Catalog, Entry, Relation, SinkEntry, View
from cep.driving import Driver
from cep.errors import BindError, CepError, Span, UsageError
from cep.feeds import POLL_ROWS, Feed
from cep.grammar import ast
from cep.grammar.parser import parse
from cep.grammar.unparse import unparse
from cep.inserts import Inserts
from cep.outputs import Outputs
from cep.parameters import Parameters, check_call, check_count
from cep.planner.binder.context import Context
from cep.planner.binder.queries import bind_outermost
from cep.planner.logical import Node, Scan, walk
from cep.planner.lowering import lower
from cep.planner.optimizer.rules import Step, optimize
from cep.results import Result
from cep.rows import positional, to_columns
from cep.running import Output, Running
from cep.runtime.aggregates.builtin import AGGREGATES
from cep.runtime.aggregates.registry import Aggregates
from cep.runtime.connectors.registry import Connectors
from cep.runtime.functions.builtin import BUILTIN
from cep.runtime.functions.registry import Functions
from cep.runtime.quarantine import Quarantine
from cep.runtime.session import Session, time_zone
from cep.runtime.time import Clock, WallClock
from cep.sharing import Sharing
from cep.snapshots import Snapshot
from cep.sources import Sources
from cep.subscriptions import Subscription
from cep.system import system_relation
from cep.tables import TableFeed
from cep.types import DataType, Schema
from cep.views import Views

T = TypeVar("T")
F = TypeVar("F", bound=Callable[..., Any])

_UNNAMED = "query_"
"""What the name of a query without one begins with."""

_REMEMBERED = 100
"""How many ended queries without a name can still be looked at."""


class Engine:
    """Declares streams, runs queries over them, and takes the rows the program inserts.

        engine = cep.Engine()
        engine.execute("CREATE STREAM s (k VARCHAR, v DOUBLE, ts TIMESTAMP(3), WATERMARK FOR ts)")
        query = engine.query("SELECT k, v FROM s WHERE v > 10")
        engine.insert("s", {"k": "a", "v": 12.5, "ts": "2026-01-01 00:00:01"})
        query.fetchall()

    One thread drives the engine at a time; `insert` and `advance` may be called from any thread,
    and from callbacks. Everything it refuses is a `CepError`.
    """

    def __init__(self, *, clock: Clock | None = None, zone: str = "UTC") -> None:
        self.catalog = Catalog()
        self.connectors = Connectors()
        self.functions = Functions((BUILTIN,))
        self.aggregates = Aggregates((AGGREGATES,))
        self.session = Session(clock or WallClock(), time_zone(zone))
        self.queries: dict[str, Running] = {}
        self.errors: dict[str, Quarantine] = {}
        self.late: dict[str, Quarantine] = {}
        """The changes that came too late, by table."""
        self.batch_rows = POLL_ROWS
        """How many rows a source is asked for at a time (SET batch_rows)."""
        self._targets: dict[str, str] = {}
        """Where the rows of a query go, by its name."""
        self.views = Views()
        self.sources = Sources(self)
        self.driver = Driver(self.queries, self.sources, self.views)
        self.inserts = Inserts(self.catalog, self.session, self.sources, self.driver)
        self._outputs = Outputs(self.catalog, self.connectors, self.inserts.output)
        self._sharing = Sharing()
        self._started = 0
        self._closed = False
        self.last: Running | None = None
        """The one-shot query that was answered last."""

    # ------------------------------------------------------------ statements

    def execute(self, sql: str, parameters: Parameters = ()) -> Result:
        """Run the statements of a script; return the result of the last one.

        A SELECT is answered once, over finite things; a query over an unbounded stream is refused
        and belongs into `query`. Raises CepError.
        """
        result = Result(Schema(()), message="nothing to do")
        for one in self.script(sql, parameters):
            result = one
        return result

    def script(
        self,
        sql: str,
        parameters: Parameters = (),
        *,
        origin: str | None = None,
        drive: bool = False,
    ) -> Iterator[Result]:
        """Run the statements of a script one by one and yield the result of each.

        `origin` names the text in messages. With `drive`, whatever a statement starts is also run:
        a query over finished data to its end, and a SELECT over an unbounded stream for as long as
        rows are fetched from its result.
        """
        self._check_open()
        check_call(sql, parameters)
        try:
            whole = parse(sql, origin)
            check_count(whole, parameters)
            for statement in whole.statements:
                yield commands.run(self, statement, parameters, drive=drive)
        except CepError as error:
            raise error.within(sql, origin) from None

    def query(self, sql: str, parameters: Parameters = ()) -> Result:
        """Start a continuous query; its result gives what has been said since it was last asked."""
        self._check_open()
        check_call(sql, parameters)
        try:
            whole = parse(sql)
            check_count(whole, parameters)
            statements = whole.statements
            if len(statements) != 1 or not isinstance(statements[0], ast.QueryStatement):
                raise UsageError(
                    "query() takes one SELECT", hint="run other statements with execute()"
                )
            return self.start(statements[0].query, parameters)
        except CepError as error:
            raise error.within(sql) from None

    def context(self, parameters: Parameters, *, snapshot: bool = False) -> Context:
        """Return what a statement is bound with; `snapshot`: tables are as they are now."""
        return Context(
            self.catalog,
            self.functions,
            self.aggregates,
            self.session,
            parameters,
            system=lambda name: system_relation(self, name),
            snapshot=snapshot,
            maintained=self.views.properties,
        )

    def plan(
        self,
        query: ast.Query,
        parameters: Parameters = (),
        trace: list[Step] | None = None,
        *,
        snapshot: bool = False,
    ) -> Node:
        """Bind and optimize a query; with `snapshot`, one that is answered once."""
        bound = bind_outermost(query, self.context(parameters, snapshot=snapshot))
        return optimize(bound, self.session, trace)

    def _prepare(
        self,
        name: str,
        query: ast.Query,
        plan: Node,
        *,
        once: bool = False,
        alone: bool = False,
        output: Output | None = None,
    ) -> Running:
        """Turn a plan into a query that is wired to what it reads.

        One that is answered once, or goes on from a snapshot, shares nothing: it is `alone`.
        """
        lowered = lower(plan, self.session)
        running = Running(
            name,
            unparse(query),
            plan,
            lowered,
            self.session,
            once=once,
            fatal=query.on_error_stop,
            output=output,
            late=self._outputs.of_late_rows(query, plan),
            late_fail=query.late is not None and query.late.kind == "error",
        )
        try:
            for relation in {e.relation.name: e.relation for e in lowered.entries}.values():
                entries = [e for e in lowered.entries if e.relation.name == relation.name]
                running.read(self.sources.feed(relation, entries, alone=once or alone))
            if not (once or alone or running.strict):
                self._sharing.share(plan, lowered, running.by_name)
            running.subscribe()
        except CepError:
            running.close()
            raise
        return running

    def once(self, query: ast.Query, parameters: Parameters = ()) -> Result:
        """Answer a query over finite things; its rows are computed while they are fetched."""
        plan = self.plan(query, parameters, snapshot=True)
        scans = [n.relation for n in walk(plan) if isinstance(n, Scan)]
        inserted = [r.name for r in scans if r.connector is None and r.kind == "stream"]
        if inserted or not plan.properties.bounded:
            unbounded = list(dict.fromkeys(inserted or [r.name for r in scans if not r.bounded]))
            are = "is" if len(unbounded) == 1 else "are"
            raise BindError(
                f"this SELECT has no end: it reads {', '.join(unbounded)}, which {are} unbounded",
                span=query.span,
                hint="start it: START name AS SELECT …, or query(…) in a program",
            )
        # At one moment, so that all the views it reads are as they are after the same events.
        running = self.driver.do(lambda: self._prepare("", query, plan, once=True))
        self.last = running
        self.driver.do(running.begin)
        return self._result(running)

    def values(
        self, query: ast.Query, parameters: Parameters, schema: Schema
    ) -> list[tuple[object, ...]]:
        """Return rows written as VALUES, converted to the types of a schema by position."""
        plan = self.plan(query, parameters)
        if len(plan.schema) != len(schema):
            raise BindError(
                f"the query has {len(schema)} columns, and the rows have {len(plan.schema)}",
                span=query.span,
            )
        rows: list[tuple[object, ...]] = []
        for batch in self.once(query, parameters).batches():
            columns = (map(positional, c.to_pylist()) for c in batch.columns)
            rows += zip(*columns, strict=True)
        arrays, errors = to_columns(rows, schema, self.session)
        if errors is not None:
            raise BindError(errors, span=query.span)
        return list(zip(*(a.to_pylist() for a in arrays), strict=True)) if arrays else rows

    def live(self, query: ast.Query, parameters: Parameters = ()) -> Result:
        """Start a continuous query that is driven while rows are fetched from its result."""
        result = self.start(query, parameters)
        running = self.queries[f"{_UNNAMED}{self._started}"]
        result.pump = self.driver.pump(running)
        result.live = True
        return result

    def drive(self, running: Running) -> None:
        """Run a query until its sources have ended."""
        self.driver.drive(running)

    def start_into(
        self,
        name: str,
        query: ast.Query,
        parameters: Parameters,
        target: Relation | SinkEntry,
        span: Span,
    ) -> None:
        """Start a continuous query whose rows go into a stream or a sink."""
        plan = self.plan(query, parameters)
        output = self._outputs.of_query(target, plan, span)
        try:
            self.start(query, parameters, name=name, output=output)
        except BaseException:
            output.abort()
            raise
        self._targets[name] = target.name

    def maintain(self, view: View, query: ast.Query, plan: Node) -> Running:
        """Start the query of a materialized view, which is in the catalog under its name."""

        def prepare(output: Output, *, alone: bool = False) -> Running:
            running = self._prepare(view.name, query, plan, output=output, alone=alone)
            self.queries[view.name] = running
            return running

        with self.driver.lock:
            feed = self.views.make(view, plan, prepare)
        self.driver.do(feed.running.begin)
        return feed.running

    def attach(self, subscription: Subscription, *, drive: bool) -> None:
        """Let a subscription listen; with `drive`, queries go on while its rows are fetched."""
        self.driver.do(subscription.begin)
        if drive:
            running = self.views[subscription.view.name].running
            subscription.pump = self.driver.pump(running)
            subscription.live = True

    def subscribe(
        self, view: str, *, snapshot: bool = False, progress: bool = False
    ) -> Subscription:
        """Return the changes of a materialized view from now on, as SUBSCRIBE does."""
        self._check_open()
        wanted = ast.Subscribe(ast.Name(view), snapshot, progress)
        return viewing.subscribe(self, wanted, (), drive=False)

    def users(self, name: str) -> list[str]:
        """Return the queries that are running and read a stream, or write into it or a sink."""
        return [
            q.name
            for q in self.queries.values()
            if not q.closed
            and (
                self._targets.get(q.name) == name
                or name in {n for n, _ in q.entries()}
                or name in {f.name for f in q.writes_into}
            )
        ]

    def start(
        self,
        query: ast.Query,
        parameters: Parameters = (),
        *,
        name: str | None = None,
        output: Output | None = None,
        snapshot: Snapshot | None = None,
    ) -> Result:
        """Start a continuous query under a name; its rows go to `output`, or into the result.

        With a snapshot that `Running.snapshot` took of the same query, it goes on from there.
        """
        self._started += 1
        name = name or f"{_UNNAMED}{self._started}"
        if name in self.queries and not self.queries[name].closed:
            raise BindError(
                f"a query called {name} is running", span=query.span, hint=f"STOP {name} first"
            )
        with self.driver.lock:
            self._forget_ended()
            plan, alone = self.plan(query, parameters), snapshot is not None
            running = self._prepare(name, query, plan, output=output, alone=alone)
            self.queries[name] = running
            self._targets.pop(name, None)
        self.driver.do(running.begin if snapshot is None else lambda: running.restore(snapshot))
        return self._result(running, continuous=True)

    def _forget_ended(self) -> None:
        """Let go of the oldest queries without a name that have ended."""
        ended = [n for n, q in self.queries.items() if q.closed and n.startswith(_UNNAMED)]
        for name in ended[:-_REMEMBERED]:
            del self.queries[name]

    def _result(self, running: Running, *, continuous: bool = False) -> Result:
        return Result(
            running.plan.schema,
            ready=running.said,
            changes=not running.plan.properties.append_only,
            pump=(lambda: False) if continuous else (lambda: self.driver.step(running, [running])),
            failure=lambda: running.failure,
            close=running.close,
        )

    # ------------------------------------------------------------ functions of the program

    def function(
        self,
        name: str,
        parameters: Sequence[str | DataType],
        result: str | DataType,
        implementation: Callable[..., Any] | None = None,
        *,
        vectorized: bool = False,
        nulls: bool = False,
        deterministic: bool = True,
        replace: bool = False,
    ) -> Callable[[F], F]:
        """Declare a scalar function of Python for this engine; without implementation a decorator.

        Types are SQL text or `cep.types`. It is called value by value with Python values, once for
        equal ones, and not where one is NULL, unless `nulls`; or, `vectorized`, with Arrow arrays
        of equal length, for an array of as many values. An exception is an error of its row. With
        `deterministic=False` it is called anew for every row. `replace` takes the place of a
        function of that name, also of one that is built in.
        """

        def declare(given: F) -> F:
            udf.function(
                *(self.functions, self.aggregates, name, parameters, result, given),
                vectorized=vectorized,
                nulls=nulls,
                deterministic=deterministic,
                replace=replace,
            )
            return given

        if implementation is not None:
            declare(implementation)
        return declare

    def aggregate(
        self,
        name: str,
        parameters: Sequence[str | DataType],
        result: str | DataType,
        implementation: Callable[..., Any] | None = None,
        *,
        state: str | DataType | None = None,
        replace: bool = False,
    ) -> Callable[[F], F]:
        """Declare an aggregate of Python for this engine; without implementation a decorator.

        A function gets the arguments of all rows of a group as Arrow arrays, by event time, and
        returns one value. A class is made once per group and has `add(…)`, `merge(other)`,
        `value()` and, where it can, `retract(…)`; without it rows that can be taken back are kept.
        So that it can be saved, name the SQL type of its `state`, which `to_state()` returns and
        the class method `from_state(…)` takes. Rows with NULL are left out. An exception is an
        error of the group's row.
        """

        def declare(given: F) -> F:
            udf.aggregate(
                *(self.functions, self.aggregates, name, parameters, result, given),
                state=state,
                replace=replace,
            )
            return given

        if implementation is not None:
            declare(implementation)
        return declare

    # ------------------------------------------------------------ rows and time

    def insert(self, stream: str, rows: object) -> None:
        """Append events to a stream that the program feeds, or put rows into a table.

        In a table with a key a row takes the place of the one that its key has; rows may have a
        column `op` that says '+I' or '-D' (delete), unless the table has a column of that name.

        Takes a dict, a tuple, a list or iterator of them, an Arrow table, batch or reader, a pandas
        or polars frame. When it returns, every query has said what follows from them, unless it
        was called from a callback: then the rows wait for the insert that is under way.
        """
        self._check_open()
        self.inserts.insert(stream, rows)

    def delete(self, table: str, rows: object) -> None:
        """Delete rows from a table that the program feeds, by their keys.

        Takes what `insert` takes; a dict needs only the key, and a tuple is the key. From a table
        without a key one row is taken away for each row given, which is equal to it. The rows of a
        versioned table are gone from the time on that is given, or else from the greatest one that
        the table has seen.
        """
        self._check_open()
        self.inserts.delete(table, rows)

    def change(self, relation: Relation, old: pa.Table | None, new: pa.RecordBatch) -> None:
        """Put new rows of a table in the place of old ones, all at one moment."""
        self.inserts.change(relation, old, new)

    async def insert_async(self, stream: str, rows: AsyncIterator[object]) -> None:
        """Append the events that an asynchronous iterator yields, each as it comes."""
        async for row in rows:
            self.insert(stream, row)

    def advance(self, stream: str, to: object) -> None:
        """Promise that no row with an event time before `to` will be inserted any more.

        `to` is a timestamp: a string, a datetime, or microseconds since 1970.
        """
        self._check_open()
        self.inserts.advance(stream, to)

    def finish(self, stream: str | None = None) -> None:
        """Say that a stream that the program feeds, or every one, has ended.

        A stream into which a query writes ends after that query, so that its last rows count; one
        whose writer still reads from a connector does not end yet.
        """
        self._check_open()
        self.driver.finish(None if stream is None else self.inserts.feed(stream))

    def tick(self) -> None:
        """Let queries that depend on the clock notice that it has gone on, though no row came."""
        self.driver.tick()

    # ------------------------------------------------------------ running

    def run(self, *, until: Callable[[], bool] = lambda: False) -> None:
        """Drive the sources of all continuous queries until they end or `until` says to stop."""
        self._check_open()
        self.driver.run(until)

    def table_rows(self, relation: Relation) -> int | None:
        """Return how many rows a table has; None for one that each query reads for itself."""
        if relation.connector is not None:
            return None
        feed = self.sources.inserted(relation)
        assert isinstance(feed, TableFeed)
        return feed.table.current().rows

    def reading(self) -> list[Feed]:
        """Return everything that is being read."""
        return self.sources.reading()

    def forget(self, entry: Entry) -> None:
        """Let go of what the engine keeps for a declaration that was dropped."""
        if entry.kind == MAINTAINED:
            self.queries.pop(entry.name).cancel()
            self.views.forget(entry.name)
        self.sources.forget(entry)

    def close(self) -> None:
        """Stop every query and let go of files and connections."""
        for running in self.queries.values():
            running.close()
        self._closed = True

    def _check_open(self) -> None:
        if self._closed:
            raise UsageError("the engine is closed", hint="make a new cep.Engine()")

    def __enter__(self) -> Engine:
        return self

    def __exit__(self, *exc: object) -> None:
        self.close()
