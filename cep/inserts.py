"""What the program, and queries that write into streams and tables, give an engine to read."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from contextlib import suppress

import pyarrow as pa

from cep.catalog import Catalog, Relation
from cep.driving import Driver
from cep.errors import UsageError, did_you_mean
from cep.feeds import Feed
from cep.planner.binder.literals import of_python
from cep.rows import Rows, to_rows
from cep.running import Output
from cep.runtime.batch import Batch
from cep.runtime.functions.casts import cast
from cep.runtime.functions.years import FIRST, LAST, OUTSIDE
from cep.runtime.session import Session
from cep.sources import Sources
from cep.tables import TableFeed, as_changes, changes_of, replacing
from cep.types import TIMESTAMP


class Inserts:
    """Hands rows and promises to the feeds of streams and tables without a connector.

    They go through the driver's queue, so that they may come from any thread and from callbacks.
    """

    def __init__(
        self, catalog: Catalog, session: Session, sources: Sources, driver: Driver
    ) -> None:
        self._catalog = catalog
        self._session = session
        self._sources = sources
        self._driver = driver
        self.noted: Callable[[Feed, Rows], None] = lambda feed, rows: None
        """Told what the program inserts, just before."""

    def insert(self, name: str, rows: object) -> None:
        """Append events to a stream, or put rows into a table."""
        relation = self._fed_by_program(name)
        given = (
            changes_of(rows, relation, self._session)
            if relation.is_table
            else to_rows(rows, relation.inputs, name, self._session)
        )
        self._give(self._open_feed(relation), given)

    def delete(self, name: str, rows: object) -> None:
        """Delete rows from a table by their keys."""
        relation = self._fed_by_program(name)
        if not relation.is_table:
            raise UsageError(
                f"{name} is a stream: its rows are events, which have happened",
                hint="CREATE TABLE declares rows that can be deleted",
            )
        feed = self._table(relation)
        self._give(feed, changes_of(rows, relation, self._session, delete=True, now=feed.now))

    def change(self, relation: Relation, old: pa.Table | None, new: pa.RecordBatch) -> None:
        """Put new rows of a table in the place of old ones, all at one moment."""
        feed = self._table(relation)
        *columns, op = replacing(old, new, relation).columns
        rows = pa.RecordBatch.from_arrays(columns, names=list(relation.inputs.names))
        self._give(feed, changes_of(rows, relation, self._session, now=feed.now, op=op))

    def advance(self, name: str, to: object) -> None:
        """Promise that no row with an event time before `to` will be inserted any more."""
        relation = self._fed_by_program(name)
        if relation.watermark is None:
            raise UsageError(
                f"{name} has no event time to advance",
                hint="declare it with WATERMARK FOR ts AS ts - INTERVAL '5' SECOND",
            )
        if relation.watermark.clock:
            raise UsageError(
                f"the time of {name} is the engine's clock, and goes on by itself",
                hint="call tick() to let its windows close",
            )
        feed = self._sources.inserted(relation)
        instant = self._instant(to)
        self._driver.enqueue(lambda: feed.promise(instant))

    def feed(self, name: str) -> Feed:
        """Return what the program feeds under a name."""
        return self._sources.inserted(self._fed_by_program(name))

    def output(self, target: Relation) -> Output:
        """Return what inserts rows of a query that have a relation's columns in order."""
        schema = target.inputs
        feed = self.feed(target.name)

        def change(batch: Batch) -> None:
            self._enqueue(feed, as_changes(batch, target, self._session))

        def write(batch: Batch) -> None:
            data = pa.RecordBatch.from_arrays(list(batch.columns), names=list(schema.names))
            self._enqueue(feed, to_rows(data, schema, target.name, self._session))

        return Output(change if target.is_table else write, into=feed)

    def _enqueue(self, feed: Feed, given: Iterable[Rows]) -> None:
        for some in given:
            self._driver.enqueue(lambda some=some: feed.insert(some))  # type: ignore[misc]  # bound now

    def _give(self, feed: Feed, given: Iterable[Rows]) -> None:
        """Insert rows of the program; what waits for another stream may no longer have to."""
        for some in given:

            def take(some: Rows = some) -> None:
                self.noted(feed, some)
                self._sources.tick()
                feed.insert(some)

            self._driver.enqueue(take)

    def _open_feed(self, relation: Relation) -> Feed:
        feed = self._sources.inserted(relation)
        if feed.ended:
            raise UsageError(
                f"{feed.name} has ended, and no rows can be inserted any more",
                hint="insert before finish(), or declare another stream",
            )
        return feed

    def _table(self, relation: Relation) -> TableFeed:
        feed = self._open_feed(relation)
        assert isinstance(feed, TableFeed)
        return feed

    def _instant(self, to: object) -> int:
        instant: int | None = None
        if isinstance(to, int) and not isinstance(to, bool):
            instant = to
        else:
            # Whatever is wrong with the value, it is no timestamp.
            with suppress(Exception):
                constant = of_python(to)
                value = cast(constant.value, constant.type, TIMESTAMP, self._session)
                instant = int(value.value) if value.is_valid else None
        if instant is None:
            raise UsageError(f"{to!r} is not a timestamp", hint="write '2026-01-31 12:30:00'")
        if instant > LAST:
            raise UsageError(
                f"{to!r} {OUTSIDE}", hint="finish() says that no row will come any more"
            )
        return max(instant, FIRST)

    def _fed_by_program(self, name: str) -> Relation:
        entry = self._catalog.get(name)
        if entry is None:
            raise UsageError(
                f"there is no stream called {name}",
                hint=did_you_mean(name, [e.name for e in self._catalog])
                or "declare it with CREATE STREAM",
            )
        if not isinstance(entry, Relation) or entry.connector is not None:
            read = isinstance(entry, Relation)
            kind = entry.kind if read else "stream"
            what = (
                f"the {kind} {name} is read by its connector"
                if read
                else f"{name} is a {entry.kind}"
            )
            raise UsageError(
                f"{what}, so nothing can be inserted",
                hint=f"only a {kind} that was declared without WITH (connector = …) takes inserts",
            )
        return entry
