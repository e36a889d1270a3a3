"""How tables are fed and read: changes go in, and what follows from them goes to the queries."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from cep.catalog import Relation
from cep.errors import UsageError
from cep.feeds import Feed, Listener, Subscription
from cep.planner.ingestion import delivered_columns
from cep.planner.logical import Reading
from cep.planner.lowering import Entry
from cep.rows import Rows, to_rows
from cep.runtime.batch import Batch
from cep.runtime.connectors.changes import DELETE, INSERT, OP, OP_FIELD
from cep.runtime.consolidate import consolidate
from cep.runtime.ingest import Ingest
from cep.runtime.quarantine import LATE, Quarantine, add_errors, add_late
from cep.runtime.rowerrors import Messages
from cep.runtime.session import Session
from cep.runtime.tables.bag import BagTable
from cep.runtime.tables.base import Table
from cep.runtime.tables.keyed import KeyedTable
from cep.runtime.tables.versioned import VersionedTable
from cep.runtime.time import BEGINNING, END
from cep.types import Schema


@dataclass
class TableFeed(Feed):
    """A table being fed: its rows, and the queries that want to know what becomes of them.

    A change that comes with its time too late is refused by the table and counted here; a query
    that reads the versions themselves decides that by itself.
    """

    relation: Relation = field(kw_only=True)
    until_idle: bool = field(default=False, kw_only=True)
    """Whether the table is what can be read at this moment."""
    late_rows: Quarantine = field(default_factory=lambda: Quarantine(LATE))

    def __post_init__(self) -> None:
        super().__post_init__()
        self.latest = BEGINNING
        """The greatest event time so far."""
        self.table = self._made()

    def _made(self) -> Table:
        schema = Schema(tuple(self.relation.schema.fields[c] for c in self.columns))
        places = {column: i for i, column in enumerate(self.columns)}
        key = tuple(places[k] for k in self.relation.key_positions)
        if self.relation.time is not None:
            time = places[self.relation.time]
            return VersionedTable(schema, key, time, lambda b: add_late(self.late_rows, b))
        return KeyedTable(schema, key) if key else BagTable(schema, self._refuse)

    def _refuse(self, batch: Batch, messages: Messages) -> None:
        add_errors(self.errors, batch, messages)

    @property
    def now(self) -> int:
        """How far the table's event time has come."""
        return max(self.latest, self.said)

    def asked(self, key: Sequence[pa.Scalar] | None) -> SnapshotFeed:
        """Return the rows of this moment, or that of a key, for a query that is answered once."""
        found = None if key is None else self.table.find(key)
        still = (self.ingest.physical, self.ingest.schema, (), None, self.errors, _no_clock)
        return SnapshotFeed(
            *(self.name, Ingest(*still), self.errors, self.columns),
            rows=self.table.current() if found is None else found,
            versions=self.table.history() if found is None else found,
        )

    # Who listens.

    def subscribe(self, listener: Listener, entry: Entry) -> None:
        """Let a query listen from now on; `introduce` tells it what the table is."""
        self.subscriptions.append(Subscription(listener, entry, self._positions(entry)))
        if entry.watermarks:
            self.ingest.watermarks.exact = True

    def introduce(self, listener: Listener) -> None:
        """Tell a query that begins what the table is at this moment."""
        for subscription in self.subscriptions:
            if subscription.listener is not listener:
                continue
            versions = subscription.entry.reading.versions
            if subscription.entry.reading is Reading.CHANGES:
                subscription.push(_untimed(self.table.current()), BEGINNING)
            elif versions:
                subscription.push(self.table.history(), BEGINNING)
            if self.said > BEGINNING and (versions or self.ended):
                listener.advance(subscription.entry.node, self.said)

    def _of(self, reading: Reading) -> list[Subscription]:
        return [s for s in self.subscriptions if s.entry.reading is reading]

    def _of_versions(self) -> list[Subscription]:
        return [s for s in self.subscriptions if s.entry.reading.versions]

    # What comes in.

    def tick(self) -> None:
        """Let the watermark follow the engine's clock, where it depends on it."""
        if self.reads_clock and not self.ended:
            self.ingest.tick()
            self._advance()
            if self.ingest.watermarks.unheard:
                for subscription in self._of_versions():
                    subscription.listener.rest(subscription.entry.node)

    def step(self) -> bool:
        """Take the next changes from the source; return False where nothing has come."""
        if super().step():
            return True
        if self.until_idle:
            self.finish()
        return self.until_idle

    def _hand_on(self, batch: Batch | None) -> None:
        if batch is not None:
            if batch.time is not None:
                self.latest = max(self.latest, int(batch.time.max()))
            for subscription in self._of_versions():
                subscription.push(batch, self.said)
            changes = self.table.apply(batch)
            if changes.rows:
                for subscription in self._of(Reading.CHANGES):
                    subscription.push(_untimed(changes), self.said)
        self._advance()

    def finish(self) -> None:
        """Say that the table will not change any more, and what it has become."""
        rows = self.table.current()
        for subscription in self._of(Reading.SNAPSHOT):
            subscription.push(rows, BEGINNING)
        super().finish()

    def _advance(self) -> None:
        watermark = self.ingest.watermark()
        if watermark <= self.said:
            return
        self.said = watermark
        if watermark < END:
            self.table.advance(watermark)
        for subscription in self.subscriptions:
            if watermark == END or subscription.entry.reading.versions:
                subscription.listener.advance(subscription.entry.node, watermark)

    # What is kept.

    def kept(self) -> Mapping[str, pa.Table]:
        """Return the rows of the table, for a snapshot."""
        latest = pa.table({"latest": pa.array([self.latest], pa.int64())})
        return {"latest": latest, "late": self.late_rows.to_table(), **self.table.snapshot()}

    def restore(self, state: Mapping[str, pa.Table]) -> None:
        """Take up what `kept` returned."""
        self.latest = state["latest"]["latest"][0].as_py()
        self.late_rows.restore(state["late"])
        self.table.restore(state)


@dataclass
class SnapshotFeed(Feed):
    """The rows of a table at the moment at which a question is asked."""

    rows: Batch = field(kw_only=True)
    versions: Batch = field(kw_only=True)

    def introduce(self, listener: Listener) -> None:
        """Wait until the question is driven."""

    @property
    def driven(self) -> bool:
        """Whether whoever reads it has to drive it."""
        return True

    @property
    def live(self) -> bool:
        """Whether the rows have yet to be said."""
        return not self.ended

    def step(self) -> bool:
        """Say all rows, and that there are no more."""
        for subscription in self.subscriptions:
            batch = self.versions if subscription.entry.reading.versions else self.rows
            if batch.rows:
                subscription.push(batch, BEGINNING)
        self.ingest.rows += self.rows.rows
        self.finish()
        return True


def _no_clock() -> int:
    """Tell the time to what does not ask for it."""
    return BEGINNING


def _untimed(batch: Batch) -> Batch:
    """Return changes of current rows, which have no event time of their own."""
    return batch if batch.time is None else replace(batch, time=None, lateness=None)


def changes_of(
    data: object,
    relation: Relation,
    session: Session,
    *,
    delete: bool = False,
    now: int = BEGINNING,
    op: pa.Array | None = None,
) -> Iterator[Rows]:
    """Yield rows that a program gives as changes of a table, with what they do in a last column.

    That is what `op` says of each of them, or else a column `op` that dicts, tables and frames may
    have, where the table has none of that name. A row that deletes need only have the key; of a
    versioned table, where the time of the change is not given, it is `now`.
    """
    schema = relation.inputs
    own = OP in schema.names or op is not None
    whole = schema if own else Schema((OP_FIELD, *schema.fields))
    first = 0 if own else 1
    positional = tuple(range(first, len(whole)))
    if delete and relation.key:
        missing = [k for k in relation.key if k not in schema.names]
        if missing:
            raise UsageError(
                f"{missing[0]} of {relation.name} is not given by programs, and rows are deleted "
                "by their key"
            )
        positional = tuple(whole.names.index(k) for k in relation.key)
    for rows in to_rows(data, whole, relation.name, session, positional=positional):
        columns = list(rows.batch.columns)
        does = pa.repeat(DELETE if delete else INSERT, rows.batch.num_rows) if op is None else op
        if not own:
            given = columns.pop(0)
            does = does if delete else pc.fill_null(given, INSERT)
        rule = relation.watermark
        if rule is not None and rule.column in schema.names and now > BEGINNING:
            at = schema.names.index(rule.column)
            since = pa.scalar(now, pa.int64()).cast(columns[at].type)
            unknown = pc.and_(pc.is_null(columns[at]), pc.equal(does, DELETE))
            columns[at] = pc.if_else(unknown, since, columns[at])
        names = [*schema.names, OP]
        yield replace(rows, batch=pa.RecordBatch.from_arrays([*columns, does], names=names))


def one_batch(table: pa.Table) -> pa.RecordBatch:
    """Return the rows of an Arrow table in one piece."""
    columns = [c.combine_chunks() for c in table.columns]
    return pa.RecordBatch.from_arrays(columns, names=table.column_names)


def replacing(old: pa.Table | None, new: pa.RecordBatch, relation: Relation) -> pa.RecordBatch:
    """Return rows in front of which others go, told by `op`; these may have the key alone."""
    schema = relation.inputs
    if old is None:
        does = pa.repeat(INSERT, new.num_rows)
        return pa.RecordBatch.from_arrays([*new.columns, does], names=[*schema.names, OP])
    gone = {name: old.column(name).combine_chunks() for name in old.column_names}
    nothing = [pa.nulls(old.num_rows, t.arrow) for t in schema.types]
    before = [
        gone[n].cast(t.arrow) if n in gone else empty
        for n, t, empty in zip(schema.names, schema.types, nothing, strict=True)
    ]
    columns = [pa.concat_arrays(pair) for pair in zip(before, new.columns, strict=True)]
    does = pa.concat_arrays([pa.repeat(DELETE, old.num_rows), pa.repeat(INSERT, new.num_rows)])
    return pa.RecordBatch.from_arrays([*columns, does], names=[*schema.names, OP])


def table_columns(relation: Relation, wanted: tuple[int, ...]) -> tuple[int, ...]:
    """Return the columns that have to be read of a table, so that its rows are known."""
    if not relation.key:
        return delivered_columns(relation)
    time = () if relation.time is None else (relation.time,)
    return tuple(sorted({*wanted, *relation.key_positions, *time}))


def as_changes(batch: Batch, relation: Relation, session: Session) -> Iterator[Rows]:
    """Yield the rows of a query that writes into a table as changes of it, deletions first.

    A row of weight n stands there n times where the table is a bag.
    """
    batch = consolidate(batch)
    weights = batch.weights()
    order = np.concatenate([np.flatnonzero(weights < 0), np.flatnonzero(weights > 0)])
    many = np.abs(weights[order])
    rows = order if relation.key else np.repeat(order, many)
    op = pa.array(np.where(weights[rows] > 0, INSERT, DELETE), pa.string())
    names = list(relation.inputs.names)
    data = pa.RecordBatch.from_arrays(list(batch.take(rows).columns), names=names)
    yield from changes_of(data, relation, session, op=op)
