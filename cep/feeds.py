"""How the rows of a stream reach the queries that read it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Protocol

import numpy as np
import pyarrow as pa

from cep.errors import CepError
from cep.planner.lowering import Entry
from cep.rows import Rows, as_text
from cep.runtime.batch import Batch
from cep.runtime.connectors.arrow_types import as_python
from cep.runtime.connectors.base import Chunk, PartitionEnd, Progress, Signal, Source
from cep.runtime.ingest import Ingest
from cep.runtime.quarantine import Quarantine
from cep.runtime.rowerrors import failed
from cep.runtime.time import BEGINNING

POLL_ROWS = 65_536
"""Rows asked of a source at a time, unless SET batch_rows says otherwise."""

INSERTED = ""
"""The partition of rows that the program inserts."""


class Listener(Protocol):
    """A query, as a stream sees it."""

    def push(self, node: int, batch: Batch) -> None:
        """Take rows at a node of its graph."""

    def advance(self, node: int, watermark: int) -> None:
        """Take a watermark at a node of its graph."""

    def rest(self, node: int) -> None:
        """Wait no longer for a node of its graph, to which nothing has ever come."""

    def reached(self, node: int) -> int:
        """Return the watermark that a node of its graph has come to."""

    def fail(self, error: CepError) -> None:
        """Stop, because nothing more will be heard of what it reads."""

    def settle(self) -> None:
        """Notice that something it reads has ended."""


@dataclass
class Subscription:
    """A query's interest in a stream: where its rows go, and which of the feed's columns."""

    listener: Listener
    entry: Entry
    positions: tuple[int, ...] | None
    """Positions of the wanted columns among the feed's, None where they are the same."""

    def push(self, batch: Batch, mark: int) -> None:
        """Send rows into the query; `mark` is the stream's watermark, as far as it was told."""
        reached = self.listener.reached(self.entry.node)
        if reached > mark:
            # It had not waited for this stream, which joins where the others have come to.
            batch = _not_before(batch, reached)
        if self.positions is not None:
            batch = batch.replaced(self.entry.schema, [batch.columns[p] for p in self.positions])
        self.listener.push(self.entry.node, batch)


@dataclass
class Feed:
    """One stream being read: its ingest, its source if it has one, and the queries that listen.

    `columns` are the positions of the relation's columns that the ingest delivers.
    """

    name: str
    ingest: Ingest
    errors: Quarantine
    columns: tuple[int, ...]
    source: Source | None = None
    subscriptions: list[Subscription] = field(default_factory=list)
    readers: list[Listener] = field(default_factory=list)
    """The queries that read it, also those that share what another one subscribed."""
    begun: bool = False
    """Whether anything has been asked of the source."""
    ended: bool = False
    said: int = BEGINNING
    batch_rows: int = POLL_ROWS
    """Rows asked of the source at a time."""

    def __post_init__(self) -> None:
        partitions = (INSERTED,) if self.source is None else self.source.partitions()
        for partition in partitions:
            self.ingest.join(partition)

    def subscribe(self, listener: Listener, entry: Entry) -> None:
        """Let a query listen from now on; it learns the watermark at once."""
        # A new list: who listens from now on does not hear what is being said.
        mine = Subscription(listener, entry, self._positions(entry))
        self.subscriptions = [*self.subscriptions, mine]
        if entry.watermarks:
            self.ingest.watermarks.exact = True
        if self.said > BEGINNING:
            listener.advance(entry.node, self.said)

    def introduce(self, listener: Listener) -> None:
        """Tell a query that begins what is there already: of a stream, nothing."""

    def unsubscribe(self, listener: Listener) -> None:
        """Let a query that has ended hear no more; a source that nobody reads is closed."""
        self.subscriptions = [s for s in self.subscriptions if s.listener is not listener]
        self.readers = [r for r in self.readers if r is not listener]
        if not self.readers:
            self.close()

    def widen(self, other: Feed) -> None:
        """Read more columns, as another feed does, instead; nothing has been read yet."""
        self.close()
        self.ingest, self.source, self.columns = other.ingest, other.source, other.columns
        for subscription in self.subscriptions:
            entry = subscription.entry
            subscription.positions = self._positions(entry)
            if entry.watermarks:
                self.ingest.watermarks.exact = True

    def _positions(self, entry: Entry) -> tuple[int, ...] | None:
        same = entry.columns == self.columns
        return None if same else tuple(self.columns.index(c) for c in entry.columns)

    @property
    def timed(self) -> bool:
        """Whether its rows have event times."""
        return self.ingest.timing is not None

    @property
    def reads_clock(self) -> bool:
        """Whether its watermark depends on the engine's clock."""
        return self.ingest.watermarks.reads_clock

    def tick(self) -> None:
        """Let the watermark follow the engine's clock, where it depends on it."""
        if self.reads_clock and not self.ended:
            self.ingest.tick()
            self._advance()
            if self.ingest.watermarks.unheard:
                for subscription in self.subscriptions:
                    subscription.listener.rest(subscription.entry.node)

    def step(self) -> bool:
        """Take the next rows from the source; return False where nothing has come."""
        assert self.source is not None
        self.begun = True
        polled = self.source.poll(self.batch_rows, self._furthest_behind())
        if polled is Signal.IDLE:
            return False
        if isinstance(polled, Chunk):
            self._take(polled)
        elif isinstance(polled, PartitionEnd):
            self.ingest.watermarks.leave(polled.partition)
            self._advance()
        else:
            self.finish()
        return True

    def _furthest_behind(self) -> str | None:
        """Return the partition that holds the watermark back, so that reading it frees most."""
        marks = self.ingest.watermarks.partitions()
        return min(marks, key=marks.__getitem__) if len(marks) > 1 else None

    def _take(self, chunk: Chunk) -> None:
        if chunk.broken_count:
            self.errors.add(
                ((b.message, b.where, b.text, 1) for b in chunk.broken), chunk.broken_count
            )
        self._hand_on(self.ingest.take(chunk.partition, chunk.batch, chunk.skipped))

    def insert(self, rows: Rows) -> None:
        """Take rows from the program or a query; those that do not fit are put aside."""
        batch = rows.batch
        if self.ended:
            message = f"{self.name} has ended"
            self.errors.add(
                ((message, None, _shown(rows, i), 1) for i in range(batch.num_rows)), batch.num_rows
            )
            return
        if rows.errors is not None:
            mask = failed(rows.errors)
            bad = np.flatnonzero(mask)
            self.errors.add(
                ((rows.errors[i], None, _shown(rows, int(i)), 1) for i in bad), len(bad)
            )
            batch = batch.filter(pa.array(~mask))
        self._hand_on(self.ingest.take(INSERTED, batch))

    def promise(self, watermark: int) -> None:
        """Advance the watermark by hand."""
        self.ingest.watermarks.advance(watermark)
        self._advance()

    def finish(self) -> None:
        """Say that the stream has ended: everything in it is complete."""
        self.ended = True
        self.ingest.finish()
        self._advance()
        self.close()
        for reader in self.readers:
            reader.settle()

    def close(self) -> None:
        """Let go of the source."""
        if self.source is not None:
            self.source.close()

    def progress(self) -> Progress | None:
        """Return how far a source has come, where it can know."""
        return None if self.source is None else self.source.progress()

    def _hand_on(self, batch: Batch | None) -> None:
        if batch is not None:
            for subscription in self.subscriptions:
                subscription.push(batch, self.said)
        self._advance()

    def _advance(self) -> None:
        watermark = self.ingest.watermark()
        if watermark <= self.said:
            return
        self.said = watermark
        for subscription in self.subscriptions:
            subscription.listener.advance(subscription.entry.node, watermark)

    def kept(self) -> Mapping[str, pa.Table]:
        """Return what is kept beside watermarks and offsets, for a snapshot."""
        return {}

    def restore(self, state: Mapping[str, pa.Table]) -> None:
        """Take up what `kept` returned."""

    @property
    def driven(self) -> bool:
        """Whether whoever reads it has to drive it."""
        return self.source is not None

    @property
    def live(self) -> bool:
        """Whether a source may still deliver rows."""
        return self.source is not None and not self.ended


def _not_before(batch: Batch, mark: int) -> Batch:
    """Let rows have met at least a watermark, which is that of those they join."""
    if batch.time is None or (batch.lateness is None and not (batch.time < mark).any()):
        return batch
    marks = np.full(batch.rows, mark)
    if batch.lateness is not None:
        marks = np.maximum(marks, batch.lateness)
    return replace(batch, lateness=marks)


def _shown(rows: Rows, index: int) -> str:
    if isinstance(rows.given, pa.RecordBatch):
        columns = zip(rows.given.schema.names, rows.given.columns, strict=True)
        return str({name: as_python(column[index]) for name, column in columns})
    return as_text(rows.given[index]) if rows.given is not None else ""


def columns_wanted(entries: Sequence[Entry]) -> tuple[int, ...]:
    """Return the columns that some entries want of one stream, together."""
    return tuple(sorted({c for e in entries for c in e.columns}))
