"""What the queries of an engine read: feeds of inserted rows, of connectors, tables and views."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from cep.catalog import MAINTAINED, Entry, Relation
from cep.feeds import Feed, columns_wanted
from cep.planner import expressions as ex
from cep.planner.ingestion import delivered_columns, plan_ingest
from cep.planner.lowering import Entry as ScanEntry
from cep.runtime.connectors.options import settle
from cep.runtime.quarantine import ERRORS, Quarantine
from cep.system import system_feed
from cep.tables import TableFeed, table_columns
from cep.views import asked_key, reading

if TYPE_CHECKING:
    from cep.engine import Engine


class Sources:
    """Opens what is read, once for all queries that can share it.

    All queries read the same inserted rows, tables and views. A connector is opened by the first
    query that reads a stream, and read by all those that start before its first row has been read.
    """

    def __init__(self, engine: Engine) -> None:
        self._engine = engine
        self._inserted: dict[str, Feed] = {}
        self._clocked: list[Feed] = []
        """Those of the feeds whose watermark depends on the clock."""
        self._unread: dict[str, tuple[Feed, tuple[ex.Expression, ...]]] = {}
        """The feeds of connectors that have not been read, and what they need not deliver."""

    def feed(self, relation: Relation, entries: Sequence[ScanEntry], *, alone: bool) -> Feed:
        """Return what reads a relation; `alone`: for one query, whatever others read."""
        final = any(e.reading.final for e in entries)
        if relation.kind == "system":
            return system_feed(self._engine, relation, columns_wanted(entries))
        if relation.kind == MAINTAINED:
            return reading(self._engine.views[relation.name], relation, entries)
        if relation.connector is None:
            feed = self.inserted(relation)
            if not (final and isinstance(feed, TableFeed)):
                return feed
            return feed.asked(asked_key(relation, entries))
        if relation.is_table:
            return self._table(relation, entries, final=final)
        return self._stream(relation, entries, alone=alone)

    def inserted(self, relation: Relation) -> Feed:
        """Return the feed of the rows that the program inserts."""
        feed = self._inserted.get(relation.name)
        if feed is None:
            engine = self._engine
            errors = engine.errors.setdefault(relation.name, Quarantine(ERRORS))
            columns = delivered_columns(relation)
            _, ingest = plan_ingest(relation, columns, (), engine.context(()), errors)
            given = (relation.name, ingest, errors, columns)
            feed = Feed(*given)
            if relation.is_table:
                feed = TableFeed(*given, relation=relation)
                engine.late[relation.name] = feed.late_rows
            self._inserted[relation.name] = feed
            if feed.reads_clock:
                self._clocked.append(feed)
        return feed

    def _stream(self, relation: Relation, entries: Sequence[ScanEntry], *, alone: bool) -> Feed:
        columns = columns_wanted(entries)
        filters = entries[0].filters if len(entries) == 1 else ()
        feed, left = self._unread.get(relation.name, (None, ()))
        if feed is None or feed.begun or not feed.readers or alone:
            self._engine.errors[relation.name] = errors = Quarantine(ERRORS)
            feed = self._opened(relation, columns, filters, errors)
        elif not set(columns) <= set(feed.columns) or left:
            # Filters are about columns by position: only those of one query are.
            columns = tuple(sorted({*columns, *feed.columns}))
            filters = ()
            feed.widen(self._opened(relation, columns, filters, feed.errors))
        else:
            filters = ()
        if not alone:
            self._unread[relation.name] = feed, filters
        return feed

    def _table(self, relation: Relation, entries: Sequence[ScanEntry], *, final: bool) -> Feed:
        # What its rows are does not follow from those that pass the filter.
        columns = table_columns(relation, columns_wanted(entries))
        self._engine.errors[relation.name] = errors = Quarantine(ERRORS)
        opened = self._opened(relation, columns, (), errors)
        table = TableFeed(
            *(opened.name, opened.ingest, errors, columns, opened.source),
            batch_rows=opened.batch_rows,
            relation=relation,
            until_idle=final,
        )
        self._engine.late[relation.name] = table.late_rows
        return table

    def _opened(
        self,
        relation: Relation,
        columns: tuple[int, ...],
        filters: Sequence[ex.Expression],
        errors: Quarantine,
    ) -> Feed:
        engine = self._engine
        assert relation.connector is not None
        read, ingest = plan_ingest(relation, columns, filters, engine.context(()), errors)
        connector = engine.connectors.lookup(relation.connector)
        source = connector.source(settle(connector, relation.options), read)
        given = (relation.name, ingest, errors, columns, source)
        return Feed(*given, batch_rows=engine.batch_rows)

    def tick(self) -> None:
        """Let the watermarks of streams that the program feeds follow the clock."""
        for feed in self._clocked:
            feed.tick()

    def left(self) -> list[Feed]:
        """Return the feeds of inserted rows that have not ended."""
        return [f for f in self._inserted.values() if not f.ended]

    def reading(self) -> list[Feed]:
        """Return everything that is being read."""
        feeds = list(self._inserted.values())
        for query in self._engine.queries.values():
            if not query.closed:
                feeds += [f for f in query.feeds if f not in feeds]
        return feeds

    def forget(self, entry: Entry) -> None:
        """Let go of what is kept for a declaration that was dropped."""
        feed = self._inserted.pop(entry.name, None)
        if feed in self._clocked:
            self._clocked.remove(feed)
        self._unread.pop(entry.name, None)
        self._engine.errors.pop(entry.name, None)
        self._engine.late.pop(entry.name, None)
