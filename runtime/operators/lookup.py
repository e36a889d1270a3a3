"""Each row beside the row that its key has in a table when it comes."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

import numpy as np
import pyarrow as pa

from cep.runtime.batch import Batch
from cep.runtime.consolidate import consolidate
from cep.runtime.nearest import Pairing, fingerprint, keyed
from cep.runtime.operator import Operator, StateSize
from cep.runtime.snapshots import batches_to_table, table_to_batches
from cep.runtime.state.column import Ids
from cep.runtime.state.records import NOWHERE, Records
from cep.runtime.state.vectors import integers
from cep.runtime.tables.base import last_of, picked
from cep.runtime.time import BEGINNING, END

LEFT, RIGHT = 0, 1


class Lookup(Operator):
    """Pairs each left row with the right row of its key, as that is when the left row comes.

    What is said is not corrected when the right row changes: what a row finds depends on when it
    comes. Where the right input is bounded, left rows wait for its end (`waits`). Right rows are
    changes of a relation in which the key is unique.

    Linear in the left input. State: one right row per key, and the left rows that wait.
    """

    ports = 2

    def __init__(self, pairing: Pairing, *, waits: bool) -> None:
        super().__init__(pairing.output)
        self.pairing = pairing
        self.waits = waits
        right = pairing.right.types
        self._rows = Records([right[k] for k in pairing.right_keys], right)
        self._early: list[Batch] = []

    def process(self, port: int, batch: Batch) -> Iterable[Batch]:
        """Answer left rows, or learn what has changed on the right."""
        if port == RIGHT:
            self._change(consolidate(batch))
            return ()
        if self.waits and self.watermarks[RIGHT] < END:
            self._early.append(batch)
            return ()
        return (self._answered(batch),)

    def advance(self, port: int, watermark: int) -> Iterable[Batch]:
        """Answer the rows that have waited for the whole right input."""
        super().advance(port, watermark)
        if port == RIGHT and watermark == END and self._early:
            early, self._early = self._early, []
            return map(self._answered, early)
        return ()

    def output_watermark(self) -> int:
        if self.waits and self.watermarks[RIGHT] < END:
            return BEGINNING
        return self.watermarks[LEFT]

    def _change(self, batch: Batch) -> None:
        """Put rows in their places, or take them away. A set of changes: what came stays."""
        there = keyed(batch, self.pairing.right_keys)
        batch = batch if there is None else batch.where(there)
        if not batch.rows:
            return
        rows = self._rows
        weights = batch.weights()
        order = np.concatenate([np.flatnonzero(weights < 0), np.flatnonzero(weights > 0)])
        met, _ = rows.intern([batch.columns[k] for k in self.pairing.right_keys], batch.rows)
        ids, last = last_of(met, order)
        comes = weights[last] > 0
        many = int(comes.sum())
        first = rows.append(picked(batch, last[comes]), many)
        places = np.full(len(ids), NOWHERE)
        places[comes] = np.arange(first, first + many)
        rows.put(ids, places)
        rows.release(ids[~comes])
        rows.compact()
        rows.tidy()

    def _answered(self, batch: Batch) -> Batch:
        return self.pairing.paired(batch, self._found(batch), self._rows.column, self.outlet)

    def _found(self, batch: Batch) -> Ids:
        """Return where the right row of each left row stands."""
        there = keyed(batch, self.pairing.left_keys)
        keys = [batch.columns[k] for k in self.pairing.left_keys]
        if there is not None:
            some = np.flatnonzero(there)
            keys = [k.take(integers(some)) for k in keys]
        ids, fresh = self._rows.intern(keys, len(keys[0]))
        places = self._rows.places(ids)
        self._rows.release(fresh)
        if there is None:
            return places
        every = np.full(batch.rows, NOWHERE)
        every[there] = places
        return every

    def size(self) -> StateSize:
        early = StateSize(sum(b.rows for b in self._early), sum(b.nbytes for b in self._early))
        return early + StateSize(len(self._rows), self._rows.nbytes)

    def snapshot(self) -> Mapping[str, pa.Table]:
        early = batches_to_table(self.pairing.left, self._early)
        return {"early": early, **self._rows.snapshot()}

    def restore(self, state: Mapping[str, pa.Table]) -> None:
        self._early = table_to_batches(self.pairing.left, state["early"])
        self._rows.restore(state)

    def fingerprint(self) -> str:
        return fingerprint("Lookup", self.pairing, self.waits)
