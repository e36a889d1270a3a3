"""SUBSCRIBE: the changes of a materialized view, as rows, as Arrow batches, or as Debezium JSON."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np
import pyarrow as pa

from cep.catalog import Relation
from cep.errors import CepError
from cep.planner.logical import Reading
from cep.planner.lowering import Entry
from cep.results import OPERATION, Result
from cep.runtime.batch import Batch
from cep.runtime.connectors.debezium import envelopes
from cep.runtime.functions.years import FIRST, LAST
from cep.runtime.session import Session
from cep.runtime.state.vectors import arrow, view
from cep.runtime.time import BEGINNING, END
from cep.types import BIGINT, TIMESTAMP, Field, Schema

if TYPE_CHECKING:
    from cep.views import ViewFeed

PROGRESS = "progress"
"""The `op` of a row that tells the watermark."""


class Subscription(Result):
    """The changes of a view from now on, as far as they have been fetched.

    A row has `op`, `+` or `-`, and `weight`, by which the number of such rows in the view changes;
    then the columns of the view. What becomes of it at one moment stands in one batch, what is
    taken back first. With `snapshot` the first batch are the rows that it has now; with `progress`
    there is a column `watermark`, and rows of `progress` say that no row with an event time before
    it will come.
    """

    def __init__(
        self,
        feed: ViewFeed,
        relation: Relation,
        session: Session,
        *,
        snapshot: bool,
        progress: bool,
    ) -> None:
        self.view = relation
        self._feed = feed
        self._session = session
        self._snapshot = snapshot
        self._progress = progress
        self._stopped: CepError | None = None
        front = [OPERATION, Field("weight", BIGINT, False)]
        fields = relation.schema.fields
        if progress:
            front.append(Field("watermark", TIMESTAMP))
            fields = tuple(replace(f, nullable=True) for f in fields)
        self._front = len(front)
        super().__init__(
            Schema((*front, *fields)),
            failure=lambda: self._stopped,
            close=lambda: self._feed.unsubscribe(self),
        )

    def begin(self) -> None:
        """Listen from now on."""
        columns = tuple(range(len(self.view.columns)))
        entry = Entry(0, self.view, columns, (), self.view.schema, reading=Reading.CHANGES)
        self._feed.subscribe(self, entry)
        if self._snapshot:
            self._feed.introduce(self)
        elif self._feed.said > BEGINNING:
            self.advance(0, self._feed.said)
        self._snapshot = False

    # What the view says.

    def push(self, node: int, batch: Batch) -> None:
        """Take changes."""
        weights = batch.weights()
        order = np.argsort(weights > 0, kind="stable")
        self._put(batch.take(order), weights[order])

    def _put(self, rows: Batch, weights: np.ndarray) -> None:
        op = pa.array(np.where(weights > 0, "+", "-"), pa.string())
        columns = [op, arrow(weights, pa.int64())]
        if self._progress:
            columns.append(pa.nulls(rows.rows, TIMESTAMP.arrow))
        self.put(Batch(self.schema, (*columns, *rows.columns), rows.rows))

    def advance(self, node: int, watermark: int) -> None:
        """Take a watermark; the end of the view is the end of its changes."""
        if watermark == END:
            self._feed.unsubscribe(self)
        elif self._progress and FIRST <= watermark <= LAST:
            columns = [
                pa.array([PROGRESS], pa.string()),
                pa.array([0], pa.int64()),
                pa.array([watermark], pa.int64()).cast(TIMESTAMP.arrow),
                *(pa.nulls(1, t.arrow) for t in self.view.schema.types),
            ]
            self.put(Batch(self.schema, tuple(columns), 1))

    def rest(self, node: int) -> None:
        """Wait for nothing."""

    def reached(self, node: int) -> int:
        """Take every row as it is."""
        return BEGINNING

    def settle(self) -> None:
        """Do nothing: the end of the view is the end of its changes."""

    def fail(self, error: CepError) -> None:
        """Raise why the view has stopped, after its last changes."""
        self._stopped = error
        self._feed.unsubscribe(self)

    # As a program wants it.

    def debezium(self) -> Iterator[str]:
        """Yield the changes that are left as Debezium's JSON, an envelope without schema each.

        A row that takes the place of another with its key is one update.
        """
        schema, key = self.view.schema, self.view.key
        for batch in self.batches():
            weights = view(batch.column(1))
            if not weights.all():  # it tells the watermark
                continue
            columns = batch.columns[self._front :]
            rows = pa.RecordBatch.from_arrays(columns, schema=schema.arrow)
            yield from envelopes(rows, weights, schema, key, self._session.clock.now()).to_pylist()
