"""The net of a batch: equal rows put together, and those that cancel out left out."""

from __future__ import annotations

import numpy as np

from cep.runtime.batch import Batch
from cep.runtime.state.column import Ids
from cep.runtime.state.keys import KeyTable
from cep.runtime.state.vectors import integers, is_fixed, numbered, view

_FEW = 16
"""Rows among which a look for equal ones is cheaper than a table."""


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
    if batch.rows <= _FEW and batch.weight.all() and _plainly_different(batch):
        return batch
    ids = _equals(batch)
    many = int(ids.max()) + 1 if len(ids) else 0
    totals = np.zeros(many, np.int64)
    np.add.at(totals, ids, batch.weight)
    first = np.full(many, batch.rows)
    first[ids[::-1]] = np.arange(batch.rows - 1, -1, -1)
    first.sort()
    kept = first[totals[ids[first]] != 0]
    if len(kept) == batch.rows:
        return batch
    net = batch.take(kept)
    return Batch(net.schema, net.columns, net.rows, net.time, net.lateness, totals[ids[kept]])


def _plainly_different(batch: Batch) -> bool:
    """Say whether one column alone, of numbers, shows at a glance that no two rows are equal."""
    if batch.rows == 1:
        return True
    for column in batch.columns:
        if is_fixed(column.type) and not column.null_count:
            values = view(column)
            if values.dtype.kind == "i" and values.ndim == 1:
                few = values.tolist()
                if len(set(few)) == len(few):
                    return True
    return False


def _equals(batch: Batch) -> Ids:
    """Return the same dense number for equal rows.

    Text is only looked at where all else is equal, since that is quicker to compare.
    """
    types = batch.schema.types
    short = [i for i, t in enumerate(types) if is_fixed(t.arrow)]
    long = [i for i, t in enumerate(types) if not is_fixed(t.arrow)]
    if not short:
        return KeyTable(types).group(batch.columns).local
    ids = KeyTable([types[i] for i in short]).group([batch.columns[i] for i in short]).local
    if not long:
        return ids
    shared = np.flatnonzero(np.bincount(ids)[ids] > 1)
    if not len(shared):
        return ids
    columns = [batch.columns[i].take(integers(shared)) for i in long]
    among = KeyTable([types[i] for i in long], prefix=1).group(columns, [ids[shared]])
    ids[shared] = among.local + int(ids.max()) + 1
    return numbered(ids)[1]
