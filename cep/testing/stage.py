"""What a script has declared and inserted so far, and fresh engines made from it."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace

import numpy as np
import pyarrow as pa

from cep import commands
from cep.catalog import MAINTAINED, Relation, WatermarkRule
from cep.engine import Engine
from cep.errors import CepError
from cep.feeds import Feed
from cep.grammar import ast
from cep.grammar.parser import parse_expression
from cep.planner.logical import Limit, Lookup, Node, Scan, Sort, TopN, walk
from cep.rows import Rows, positional, to_rows
from cep.running import Output
from cep.runtime.batch import Batch
from cep.runtime.connectors import memory
from cep.runtime.connectors.changes import OP, OP_FIELD
from cep.runtime.time import VirtualClock
from cep.tables import TableFeed
from cep.testing.arrange import Event
from cep.testing.lateness import FAREWELL
from cep.testing.outcome import rows_of
from cep.types import Schema

Parameters = Mapping[str, object]

FEED_ROWS = 5
"""Rows in one batch of a finished table: small, so that scripts of a few rows have several."""


@dataclass(frozen=True)
class Statement:
    """A statement that changes the world: a declaration, a query started or stopped, a setting."""

    statement: ast.Statement


@dataclass(frozen=True)
class Moment:
    """The clock goes on to `now`, and the engine notices."""

    now: int


Happening = Statement | Event | Moment


class RecordingEngine(Engine):
    """An engine that notes every row that is inserted into it, and every change of a table.

    A change is noted as the values of the row and what it does.
    """

    def __init__(self, clock: VirtualClock) -> None:
        super().__init__(clock=clock)
        self.inserted: list[tuple[str, tuple[object, ...]]] = []
        self.inserts.noted = self._note

    def insert(self, stream: str, rows: object) -> None:
        """Insert rows, and note them."""
        entry = self.catalog.get(stream)
        if isinstance(rows, list) and isinstance(entry, Relation) and not entry.is_table:
            self.inserted += [(stream, tuple(row)) for row in rows]
        super().insert(stream, rows)

    def _note(self, feed: Feed, rows: Rows) -> None:
        if isinstance(feed, TableFeed):
            values = (map(positional, c.to_pylist()) for c in rows.batch.columns)
            self.inserted += [(feed.name, row) for row in zip(*values, strict=True)]


def insert(engine: Engine, stream: str, rows: Sequence[tuple[object, ...]]) -> None:
    """Insert events of a stage into another engine: rows, or changes of a table."""
    entry = engine.catalog.get(stream)
    if isinstance(entry, Relation) and entry.is_table:
        names = (*entry.inputs.names, OP)
        engine.insert(stream, [dict(zip(names, row, strict=True)) for row in rows])
    else:
        engine.insert(stream, list(rows))


@dataclass
class Stage:
    """A script as far as it has come: what happened, in order.

    `now` is what the clock shows, and `began` what it showed at first; `parameters` are the values
    of `:name`.
    """

    parameters: Parameters = field(default_factory=dict)
    now: int = 0
    happened: list[Happening] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.began = self.now
        self.main = RecordingEngine(VirtualClock(self.now))

    @property
    def moved(self) -> bool:
        """Whether the clock has gone on since the script began."""
        return self.now > self.began

    def wait(self, now: int) -> None:
        """Let the clock go on."""
        self.now = now
        go_on(self.main, now)
        self.happened.append(Moment(now))

    def perform(self, statement: ast.Statement) -> None:
        """Run a statement in the main engine and remember it for the others."""
        before = len(self.main.inserted)
        commands.run(self.main, statement, self.parameters, drive=False)
        rows = self.main.inserted[before:]
        if isinstance(statement, ast.Update | ast.Delete):
            self.happened += self._events(statement.target.value, [row for _, row in rows])
            return
        if isinstance(statement, ast.Insert) and isinstance(statement.query.body, ast.Values):
            if not isinstance(self.main.catalog.get(statement.target.value), Relation):
                return
            self.happened += self._events(statement.target.value, [row for _, row in rows])
            return
        if isinstance(statement, ast.Drop):
            name = statement.name.value
            self.happened = [
                h for h in self.happened if not (isinstance(h, Event) and h.stream == name)
            ]
        self.happened.append(Statement(statement))

    def _events(self, stream: str, rows: Sequence[tuple[object, ...]]) -> list[Event]:
        """Return rows as events; one that has no event time, or cannot be read, is without."""
        entry = self.main.catalog.get(stream)
        assert isinstance(entry, Relation)
        rule = entry.watermark
        if rule is None or rule.clock:
            return [Event(stream, row, now=self.now) for row in rows]
        if entry.is_table:
            at = entry.inputs.names.index(rule.column)
            return [Event(stream, row, instant_of(row[at]), now=self.now) for row in rows]
        # Asked of a stream in which every row is data.
        plain = WatermarkRule(rule.column)
        engine = self.engine()
        engine.catalog.put(replace(entry, watermark=plain), or_replace=True)
        found: list[tuple[int, tuple[object, ...]]] = []

        def note(batch: Batch) -> None:
            assert batch.time is not None
            found.extend(zip(map(int, batch.time), rows_of(batch.columns, batch.rows), strict=True))

        marker = parse_expression(rule.marked_by) if rule.marked_by else ast.NullLiteral()
        columns = [ast.ColumnReference((ast.Name(n),)) for n in (rule.column, *rule.per)]
        items = tuple(ast.SelectItem(e) for e in (*columns, marker))
        query = ast.Query(ast.Select(items, ast.TableReference(ast.Name(stream))))
        engine.start(query, name="$times", output=Output(note))
        events: list[Event] = []
        for row in rows:
            found.clear()
            engine.insert(stream, [row])
            if not found:
                events.append(Event(stream, row, now=self.now))
                continue
            time, (_, *producer, marked) = found[0]
            far = rule.max_ahead is not None and time > self.now + rule.max_ahead
            if far and not (marked and time >= FAREWELL):
                events.append(Event(stream, row, now=self.now))
                continue
            whose = tuple(producer) if rule.per else None
            events.append(Event(stream, row, time, whose, marked is True, self.now))
        return events

    # ------------------------------------------------------------ fresh engines

    def bare_engine(self) -> Engine:
        """Return an engine in which nothing has happened yet; its clock and chance are fixed."""
        engine = Engine(clock=VirtualClock(self.began))
        engine.session.random = np.random.default_rng(0)
        return engine

    def engine(self) -> Engine:
        """Return an engine with all declarations, and nothing running in it but its views."""
        return self._declared(self.bare_engine(), {})

    def _declared(self, engine: Engine, instead: Mapping[str, Relation]) -> Engine:
        """Declare everything, and put `instead` in the place of what is declared."""
        for happening in self.happened:
            if isinstance(happening, Statement) and isinstance(
                happening.statement,
                ast.CreateRelation | ast.CreateView | ast.Drop | ast.SetOption,
            ):
                statement = happening.statement
                self.do(engine, statement)
                name = statement.name.value if isinstance(statement, ast.CreateRelation) else ""
                if name in instead and engine.catalog.get(name) == self.main.catalog.get(name):
                    engine.catalog.put(instead[name], or_replace=True)
        return engine

    def do(self, engine: Engine, statement: ast.Statement) -> None:
        """Carry out a statement again, in another engine."""
        commands.run(engine, statement, self.parameters, drive=False)

    def finished_tables(self) -> Engine:
        """Return an engine in which every stream is a finished table of all its events."""
        engine = self.bare_engine()
        engine.session.zone = self.main.session.zone
        feeds: dict[str, memory.Feed] = {}
        tables: dict[str, Relation] = {}
        engine.connectors.add(memory.MemoryConnector(feeds=feeds))
        for relation in self.streams():
            schema = relation.inputs
            if relation.is_table:
                schema = Schema((*schema.fields, OP_FIELD))
            feed = memory.Feed(schema.arrow, {"0": []})
            rows = [e.row for e in self.events() if e.stream == relation.name]
            for start in range(0, len(rows), FEED_ROWS):
                for batch in to_rows(
                    rows[start : start + FEED_ROWS], schema, relation.name, engine.session
                ):
                    feed.append(_as(batch.batch, schema.arrow))
            feeds[relation.name] = feed
            tables[relation.name] = replace(
                relation, bounded=True, options={"connector": "memory", "name": relation.name}
            )
        return self._declared(engine, tables)

    def events(self) -> list[Event]:
        """Return all rows inserted so far, in order of arrival."""
        return [h for h in self.happened if isinstance(h, Event)]

    def streams(self) -> list[Relation]:
        """Return the streams that take inserts."""
        return [e for e in self.main.catalog if isinstance(e, Relation) and e.connector is None]

    def delays(self) -> dict[str, int]:
        """Return the allowed lateness of every stream with a watermark, in microseconds."""
        rules = {r.name: r.watermark for r in self.streams()}
        return {s: rule.delay for s, rule in rules.items() if rule is not None and not rule.clock}

    def pipelines(self) -> list[ast.Insert]:
        """Return the queries that write into streams."""
        statements = [h.statement for h in self.happened if isinstance(h, Statement)]
        return [
            s
            for s in statements
            if isinstance(s, ast.Insert)
            and isinstance(self.main.catalog.get(s.target.value), Relation)
        ]

    def fed(self) -> list[str]:
        """Return the streams that queries write into, with their rows or with the late ones."""
        found: dict[str, None] = {}
        for pipeline in self.pipelines():
            found[pipeline.target.value] = None
            late = pipeline.query.late
            if late is not None and late.target is not None:
                found[late.target.value] = None
        return list(found)

    def finishing_order(self) -> list[str]:
        """Return the streams in an order in which they can end: those that queries feed last."""
        fed = self.fed()
        return [r.name for r in self.streams() if r.name not in fed] + fed

    def plan(self, query: ast.Query) -> Node:
        """Return the plan of a query over the streams as they are declared."""
        return self.main.plan(query, self.parameters)

    def bounded_plan(self, query: ast.Query) -> Node:
        """Return the plan of a query over the streams as finished tables."""
        return self.finished_tables().plan(query, self.parameters)


def go_on(engine: Engine, now: int) -> None:
    """Let the clock of an engine go on, and the engine notice, unless it is there."""
    clock = engine.session.clock
    assert isinstance(clock, VirtualClock)
    if clock.now() < now:
        clock.set(now)
        engine.tick()


def instant_of(value: object) -> int | None:
    """Return a timestamp in microseconds."""
    if not isinstance(value, dt.datetime):
        return None
    return (value - dt.datetime(1970, 1, 1, tzinfo=value.tzinfo)) // dt.timedelta(microseconds=1)


def _as(batch: pa.RecordBatch, schema: pa.Schema) -> pa.RecordBatch:
    return pa.RecordBatch.from_arrays(batch.columns, schema=schema)


@dataclass(frozen=True)
class Traits:
    """What a query is like, as far as it decides in which variants it can run.

    `reads` are streams and tables, also those that it reads through views. `tables` says that it
    reads nothing but tables and materialized views, whose rows are there at any moment; `views`
    that it reads some of the latter; `as_came` that what it says depends on the order in which rows
    of several streams come. `kept` says that first rows are kept up to date, and so said
    in the order in which they become that. `continuous` is None, or the reason why it has a meaning
    over finished tables only.
    """

    reads: tuple[str, ...]
    tables: bool
    views: bool
    as_came: bool
    system: bool
    external: bool
    derived: bool
    limited: bool
    ordered: bool
    kept: bool
    continuous: CepError | None = None


def _of_table(node: Node) -> bool:
    return isinstance(node, Scan) and node.relation.is_table


def _nodes(stage: Stage, plan: Node) -> Iterator[Node]:
    """Yield the nodes of a plan, and those of the materialized views that it reads."""
    for node in walk(plan):
        yield node
        if isinstance(node, Scan) and node.relation.kind == MAINTAINED:
            yield from _nodes(stage, stage.main.queries[node.relation.name].plan)


def traits(stage: Stage, query: ast.Query) -> Traits:
    """Look at a query; raises CepError where it has no meaning at all."""
    refusal: CepError | None = None
    try:
        plan = stage.plan(query)
    except CepError as error:
        plan = stage.bounded_plan(query)
        if not any(isinstance(n, Sort | Limit) or _of_table(n) for n in walk(plan)):
            raise
        refusal = error
    direct = [n.relation for n in walk(plan) if isinstance(n, Scan)]
    nodes = list(_nodes(stage, plan))
    scans = [n.relation for n in nodes if isinstance(n, Scan) and n.relation.kind != MAINTAINED]
    own = {r.name for r in stage.streams()}
    return Traits(
        reads=tuple(dict.fromkeys(r.name for r in scans)),
        as_came=any(isinstance(n, Lookup) for n in walk(plan)),
        tables=bool(direct) and all(r.is_table or r.kind == MAINTAINED for r in direct),
        views=any(r.kind == MAINTAINED for r in direct),
        system=any(r.kind == "system" for r in scans),
        external=any(r.kind != "system" and r.name not in own for r in scans),
        derived=any(r.name in stage.fed() for r in scans),
        limited=any(isinstance(n, Limit) for n in nodes),
        ordered=bool(query.order_by),
        kept=any(isinstance(n, TopN) for n in walk(plan)),
        continuous=refusal,
    )
