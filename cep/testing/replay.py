"""Running one query over the events of a stage: as a table, in batches, shuffled, restored."""

from __future__ import annotations

import random
from collections import Counter
from collections.abc import Callable, Iterable, Sequence

from cep import snapshots
from cep.engine import Engine
from cep.errors import EvaluationError
from cep.grammar import ast
from cep.running import Output
from cep.runtime.batch import Batch
from cep.runtime.quarantine import Quarantine
from cep.testing.arrange import Event, batches, by_moment, random_batches, shuffled
from cep.testing.outcome import Outcome, rows_of
from cep.testing.stage import Moment, Stage, go_on, insert

NAME = "asserted"
"""What the query under test is called while it runs."""

RESTARTS = 40
"""How often a query is restarted at most, about."""

Cut = Iterable[tuple[list[Event], int]]
"""Batches of one stream each, with how many events have come by then (-1: no point to compare)."""


class _Listener:
    """Takes what a query says, and notes after how many events it was said."""

    def __init__(self) -> None:
        self.outcome = Outcome()
        self.position = 0

    def take(self, batch: Batch) -> None:
        """Note the changes of a batch."""
        for row, weight in zip(
            rows_of(batch.columns, batch.rows), batch.weights().tolist(), strict=True
        ):
            self.outcome.changes.append((self.position, row, weight))


def once(stage: Stage, query: ast.Query) -> Outcome:
    """Ask the query once, over the streams as finished tables; an evaluation that fails ends it."""
    engine = stage.finished_tables()
    engine.run()
    listener = _Listener()
    try:
        result = engine.once(query, stage.parameters)
        operations = 1 if result.changes else 0
        for batch in result.batches():
            signs = batch.column(0).to_pylist() if operations else ["+"] * batch.num_rows
            rows = rows_of(batch.columns[operations:], batch.num_rows)
            listener.outcome.changes += [
                (0, row, 1 if sign == "+" else -1) for row, sign in zip(rows, signs, strict=True)
            ]
    except EvaluationError as error:
        listener.outcome.raised = error.message
    return listener.outcome


def of_the_moment(stage: Stage, query: ast.Query, *, finished: bool = False) -> Outcome:
    """Ask the query once of tables, after everything has happened to them.

    With `finished` the streams have ended too, so that views over them are complete.
    """
    engine = stage.engine()
    for part, _ in by_moment(stage.events(), lambda some: batches(some, 7)):
        go_on(engine, part[0].now)
        insert(engine, part[0].stream, [e.row for e in part])
    if finished:
        engine.finish()
    outcome = Outcome()
    for batch in engine.once(query, stage.parameters).batches():
        outcome.changes += [(0, row, 1) for row in rows_of(batch.columns, batch.num_rows)]
    return outcome


def started_late(stage: Stage, query: ast.Query, chance: random.Random) -> Outcome:
    """Start the query over tables to which something has happened already."""
    events = stage.events()
    return _continuous(
        stage,
        query,
        events,
        lambda some: random_batches(some, chance),
        before=chance.randint(0, len(events)),
    )


def over_tables(stage: Stage, query: ast.Query) -> Outcome:
    """Run the query as a continuous one, over the streams as finished tables."""
    engine = stage.finished_tables()
    listener = _Listener()
    engine.start(query, stage.parameters, name=NAME, output=Output(listener.take))
    engine.run()
    _aside(engine, stage, listener.outcome)
    return listener.outcome


def in_batches(
    stage: Stage, query: ast.Query, size: int | None, *, as_came: bool = False
) -> Outcome:
    """Run the query over inserted events, `size` at a time (None: all at once).

    With `as_came`, rows of several streams come in their order, in batches as large as may be.
    """

    def cut(events: Sequence[Event]) -> Cut:
        return batches(events, size or max(len(events), 1), as_came=as_came)

    return _continuous(stage, query, stage.events(), cut)


def in_another_order(stage: Stage, query: ast.Query, chance: random.Random) -> Outcome:
    """Run the query over the events in another order of arrival, in batches of random sizes."""
    events = stage.events()
    order = shuffled(events, stage.delays(), chance)
    outcome = _continuous(
        stage, query, [events[i] for i in order], lambda some: random_batches(some, chance)
    )
    # Where the same events have come as in the order written, the same must have been said.
    seen = 0
    same = []
    for n, i in enumerate(order, 1):
        seen = max(seen, i + 1)
        if seen == n:
            same.append(n)
    outcome.positions = [p for p in outcome.positions if p in same]
    return outcome


def with_restarts(stage: Stage, query: ast.Query, chance: random.Random) -> Outcome:
    """Run the query, and at random points throw it away and restore it from its snapshot's bytes.

    The events come one by one, so that every point between two of them may be met, where they are
    few enough.
    """
    events = stage.events()
    few = len(events) <= RESTARTS
    return _continuous(
        stage,
        query,
        events,
        (lambda some: batches(some, 1)) if few else (lambda some: random_batches(some, chance)),
        restart=lambda: chance.random() < RESTARTS / max(2 * len(events), RESTARTS),
    )


def _continuous(
    stage: Stage,
    query: ast.Query,
    events: Sequence[Event],
    cut: Callable[[Sequence[Event]], Cut],
    restart: Callable[[], bool] = lambda: False,
    before: int = 0,
) -> Outcome:
    listener = _Listener()
    output = Output(listener.take)
    engine = stage.engine()
    for event in events[:before]:
        go_on(engine, event.now)
        insert(engine, event.stream, [event.row])
    events = events[before:]
    engine.start(query, stage.parameters, name=NAME, output=output)
    pipelines = stage.pipelines()
    for pipeline in pipelines:
        stage.do(engine, pipeline)
    if restart():
        engine = _restarted(stage, engine, query, output, keep=bool(pipelines))
    for part, end in by_moment(events, lambda some: iter(cut(some))):
        go_on(engine, part[0].now)
        listener.position += len(part)
        insert(engine, part[0].stream, [e.row for e in part])
        if end >= 0:
            listener.outcome.positions.append(end)
        if restart() and not engine.queries[NAME].closed:
            engine = _restarted(stage, engine, query, output, keep=bool(pipelines))
    go_on(engine, stage.now)
    listener.position += 1
    for stream in stage.finishing_order():
        engine.finish(stream)
    _aside(engine, stage, listener.outcome)
    return listener.outcome


def _restarted(
    stage: Stage, engine: Engine, query: ast.Query, output: Output, *, keep: bool
) -> Engine:
    """Return an engine that goes on where the query stood; `keep` the one with its pipelines."""
    running = engine.queries[NAME]
    kept = snapshots.to_bytes(running.snapshot())
    if keep:
        running.close()
    else:
        now = engine.session.clock.now()
        engine.close()
        engine = stage.engine()
        go_on(engine, now)
    snapshot = snapshots.from_bytes(kept)
    engine.start(query, stage.parameters, name=NAME, output=output, snapshot=snapshot)
    return engine


def _aside(engine: Engine, stage: Stage, outcome: Outcome) -> None:
    """Note what went aside, for the query and for every stream; raise what stopped the query."""
    running = engine.queries[NAME]
    if running.failure is not None:
        raise running.failure
    _count(outcome.errors, NAME, running.aside.errors)
    for relation in stage.streams():
        if relation.name in engine.errors:
            _count(outcome.errors, relation.name, engine.errors[relation.name])
    stores = [running.aside.late_rows]
    stores += [engine.late[r.name] for r in stage.streams() if r.name in engine.late]
    for store in stores:
        late = store.to_arrow()
        for time, mark, weight in zip(
            *(late.column(n).to_pylist() for n in ("event_time", "watermark", "weight")),
            strict=True,
        ):
            outcome.late[time, mark] += weight
    outcome.late = Counter({key: n for key, n in outcome.late.items() if n})


def _count(errors: Counter[tuple[str, str]], where: str, store: Quarantine) -> None:
    rows = store.to_arrow()
    for message, weight in zip(
        rows.column("error").to_pylist(), rows.column("weight").to_pylist(), strict=True
    ):
        errors[where, message] += weight
        if not errors[where, message]:
            del errors[where, message]


def system_rows(stage: Stage, query: ast.Query, cut: Callable[[Sequence[Event]], Cut]) -> Outcome:
    """Play everything that happened again, and then ask for what the engine keeps itself."""
    engine = stage.bare_engine()
    pending: list[Event] = []

    def flush() -> None:
        for part, _ in cut(pending):
            insert(engine, part[0].stream, [e.row for e in part])
        pending.clear()

    for happening in stage.happened:
        if isinstance(happening, Event):
            pending.append(happening)
            continue
        flush()
        if isinstance(happening, Moment):
            go_on(engine, happening.now)
        else:
            stage.do(engine, happening.statement)
    flush()
    outcome = Outcome()
    result = engine.once(query, stage.parameters)
    for batch in result.batches():
        outcome.changes += [(0, row, 1) for row in rows_of(batch.columns, batch.num_rows)]
    return outcome
