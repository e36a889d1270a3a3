"""The net of a batch: equal rows put together, and those that cancel out left out."""

from __future__ import annotations

import numpy as np

from cep.runtime.batch import Batch
from cep.runtime.state.keys import KeyTable


def consolidate(batch: Batch) -> Batch:
    """Return each distinct row once with the sum of its weights, in order of first arrival.

    A batch of plain inserts is returned as it is: nothing in it cancels out.
    """
    if batch.weight is None:
        return batch
    if not batch.columns:
        total = int(batch.weight.sum())
        return Batch(
            batch.schema, (), 1 if total else 0, weight=np.array([total][: bool(total)], np.int64)
        )
    table = KeyTable(batch.schema.types)
    ids, _ = table.intern(batch.columns)
    totals = np.zeros(int(ids.max()) + 1 if len(ids) else 0, np.int64)
    np.add.at(totals, ids, batch.weight)
    _, first = np.unique(ids, return_index=True)
    first.sort()
    kept = first[totals[ids[first]] != 0]
    net = batch.take(kept)
    return Batch(net.schema, net.columns, net.rows, net.time, net.lateness, totals[ids[kept]])
