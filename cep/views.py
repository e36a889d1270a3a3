"""Materialized views: the rows of a query, kept up to date, and how they reach those who read them.

A view changes between two moments, never within one: what follows from one insert, one step of a
source or one watermark is put together, and is said, when all of it is known. So whoever reads
several views at a moment reads them all as they are after the same events.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Protocol

import pyarrow as pa

from cep.catalog import Relation, View
from cep.errors import CepError, EvaluationError
from cep.feeds import Feed, Listener, Subscription
from cep.planner.logical import Node, Reading
from cep.planner.lookups import pinned
from cep.planner.lowering import Entry
from cep.planner.properties import Properties
from cep.running import Output, Running
from cep.runtime.arrangement import Arrangement, arrangement
from cep.runtime.batch import Batch, concat
from cep.runtime.consolidate import consolidate
from cep.runtime.ingest import Ingest
from cep.runtime.operator import StateSize
from cep.runtime.quarantine import ERRORS, Quarantine
from cep.runtime.time import BEGINNING, END
from cep.snapshots import Snapshot
from cep.tables import SnapshotFeed

_QUERY = "query "
"""What the names of the tables begin with, in a snapshot, that are of the view's own query."""

_ROWS = "rows "
"""What those begin with that hold its rows."""


class Prepare(Protocol):
    """Makes the query of a view, given where its rows go; `alone`, if it shares nothing."""

    def __call__(self, output: Output, *, alone: bool = False) -> Running:
        """Return a query that is wired to what it reads, and has not begun."""


@dataclass
class ViewFeed(Feed):
    """The rows of a materialized view, and the queries that want to know what becomes of them."""

    number: int = field(kw_only=True)
    """Views come after those that they read."""
    rows: Arrangement = field(kw_only=True)
    running: Running = field(init=False)
    """The query whose rows they are."""
    changed: Callable[[ViewFeed], None] = field(kw_only=True)
    """Told that there is something to settle."""
    renew: Callable[[Snapshot], None] = field(kw_only=True)
    """Puts a query that goes on from a snapshot in the place of the running one."""
    pending: list[Batch] = field(default_factory=list)
    complete: bool = False
    """Whether the query has said its last row."""

    @property
    def output(self) -> Output:
        """Where the query says its rows."""

        def finished() -> None:
            self.complete = True
            self.changed(self)

        def moved() -> None:
            self.changed(self)

        return Output(self.pending.append, finished, moved, moved=moved)

    def settle(self) -> None:
        """Take what the query has said since the last moment, and hand it on as one change."""
        if self.running.failure is not None:
            self._fail(self.running.failure)
            return
        if self.pending:
            said = [b.replaced(self.ingest.schema, b.columns) for b in self.pending]
            self.pending.clear()
            net = consolidate(concat(said))
            if net.rows:
                self.rows.apply(net)
                self.ingest.rows += net.rows
                for subscription in self.subscriptions:
                    subscription.push(net, self.said)
        watermark = self.running.graph.watermark
        if self.complete and not self.ended:
            self.ended = True
            watermark = END
        if watermark > self.said:
            self.said = watermark
            for subscription in self.subscriptions:
                subscription.listener.advance(subscription.entry.node, watermark)

    def _fail(self, failure: CepError) -> None:
        self._stop(f"the view {self.name}, which it reads, has stopped: {failure.message}")

    def drop(self) -> None:
        """Say no more: the view has been dropped."""
        self._stop(f"the view {self.name} was dropped")

    def _stop(self, why: str) -> None:
        """Stop those who read the view, since they would never hear of it again."""
        stopped = EvaluationError(why)
        for subscription in list(self.subscriptions):
            subscription.listener.fail(stopped)

    def asked(self, key: Sequence[pa.Scalar] | None) -> SnapshotFeed:
        """Return the rows of this moment, or that of a key, for a query that is answered once."""
        failure = self.running.failure
        if failure is not None:
            raise EvaluationError(
                f"the view {self.name} has stopped: {failure.message}", hint=failure.hint
            )
        found = None if key is None else self.rows.find(key)
        rows = self.rows.current() if found is None else found
        return SnapshotFeed(
            *(self.name, _still(rows, self.errors), self.errors, self.columns),
            rows=rows,
            versions=rows,
        )

    def subscribe(self, listener: Listener, entry: Entry) -> None:
        """Let a query listen from now on; `introduce` tells it what the rows are."""
        self.subscriptions.append(Subscription(listener, entry, self._positions(entry)))

    def introduce(self, listener: Listener) -> None:
        """Tell a query that begins what the rows are at this moment."""
        for subscription in self.subscriptions:
            if subscription.listener is listener:
                rows = self.rows.current()
                if rows.rows:
                    subscription.push(rows, BEGINNING)
                if self.said > BEGINNING:
                    listener.advance(subscription.entry.node, self.said)

    def kept(self) -> Mapping[str, pa.Table]:
        """Return the rows and the state of the query, for a snapshot of one that reads them."""
        tables = {_ROWS + name: table for name, table in self.rows.snapshot().items()}
        for owner, state in self.running.snapshot().items():
            tables |= {f"{_QUERY}{len(owner)} {owner}{name}": t for name, t in state.items()}
        return tables

    def restore(self, state: Mapping[str, pa.Table]) -> None:
        """Take up what `kept` returned."""
        query: dict[str, dict[str, pa.Table]] = {}
        rows: dict[str, pa.Table] = {}
        for name, table in state.items():
            if name.startswith(_ROWS):
                rows[name.removeprefix(_ROWS)] = table
                continue
            length, _, rest = name.removeprefix(_QUERY).partition(" ")
            owner, inner = rest[: int(length)], rest[int(length) :]
            query.setdefault(owner, {})[inner] = table
        self.pending.clear()
        self.renew(query)
        self.rows.restore(rows)

    def size(self) -> StateSize:
        """Return how much the view keeps, and its query."""
        return self.rows.size() + self.running.graph.size()


def _still(rows: Batch, errors: Quarantine) -> Ingest:
    return Ingest(rows.schema, rows.schema, (), None, errors, lambda: BEGINNING)


class Views:
    """The materialized views of an engine."""

    def __init__(self) -> None:
        self._plans: dict[str, Node] = {}
        self._feeds: dict[str, ViewFeed] = {}
        self._made = 0
        self._changed: dict[int, ViewFeed] = {}

    def __contains__(self, name: str) -> bool:
        return name in self._feeds

    def __getitem__(self, name: str) -> ViewFeed:
        return self._feeds[name]

    def declare(self, name: str, plan: Node) -> None:
        """Remember what the rows of a view are, so that it can be read."""
        self._plans[name] = plan

    def properties(self, name: str) -> Properties:
        """Return what is known of the rows of a view."""
        return self._plans[name].properties

    def make(
        self,
        view: View,
        plan: Node,
        prepare: Prepare,
    ) -> ViewFeed:
        """Wire a view to what it reads, without beginning."""
        rows = view.relation
        assert rows is not None
        known = plan.properties
        kept = arrangement(rows.schema, known.key, append_only=known.append_only, timed=known.timed)

        def renew(snapshot: Snapshot) -> None:
            feed.running.retire()
            feed.running = prepare(feed.output, alone=True)
            feed.running.restore(snapshot)

        errors = Quarantine(ERRORS)
        feed = ViewFeed(
            *(view.name, _still(kept.current(), errors), errors, tuple(range(len(rows.columns)))),
            number=self._made,
            rows=kept,
            changed=self._note,
            renew=renew,
        )
        self._made += 1
        feed.running = prepare(feed.output)
        self.declare(view.name, plan)
        self._feeds[view.name] = feed
        return feed

    def forget(self, name: str) -> None:
        """Let go of a view that was dropped."""
        self._plans.pop(name, None)
        feed = self._feeds.pop(name, None)
        if feed is not None:
            self._changed.pop(feed.number, None)
            feed.drop()

    def _note(self, feed: ViewFeed) -> None:
        self._changed[feed.number] = feed

    def settle(self) -> bool:
        """Let what has become of the views be known; return whether one of them has ended."""
        ended = False
        while self._changed:
            feed = self._changed.pop(min(self._changed))
            try:
                feed.settle()
            except Exception as error:  # whatever it is, it must not reach the other views
                failure = EvaluationError(f"the view {feed.name} failed: {error!r}")
                failure.__cause__ = error
                feed.running.fail(failure)
                feed.settle()
            ended = ended or feed.complete
        return ended


def reading(feed: ViewFeed, relation: Relation, entries: Sequence[Entry]) -> Feed:
    """Return what a query reads of a view: its rows of this moment, or what becomes of them."""
    if all(e.reading is not Reading.SNAPSHOT for e in entries):
        return feed
    return feed.asked(asked_key(relation, entries))


def asked_key(relation: Relation, entries: Sequence[Entry]) -> list[pa.Scalar] | None:
    """Return the key of the only row that a query which is answered once wants of a relation."""
    if len(entries) > 1 or entries[0].reading is not Reading.SNAPSHOT:
        return None
    return pinned(entries[0].filters, entries[0].columns, relation.key_positions)
