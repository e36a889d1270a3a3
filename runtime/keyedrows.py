"""Rows that are kept per key and by time, which operators cut windows of."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np
import pyarrow as pa

from cep.runtime.aggregates.accumulator import Rows
from cep.runtime.aggregates.kept import KeptRows
from cep.runtime.batch import Batch, Mask
from cep.runtime.operator import Operator, StateSize
from cep.runtime.rowerrors import Messages
from cep.runtime.state.column import Column, Ids
from cep.runtime.state.keys import KeyTable
from cep.runtime.state.vectors import Codes, integers, view
from cep.runtime.time import END
from cep.types import Schema


class KeyedRows(Operator):
    """What operators share that keep the rows of each key until their windows have closed.

    `partition` are the key columns, `time` the time column, `unit` its precision in microseconds.
    `kept` are the columns that are kept. For each key there is the instant at which something is
    next to be done for it. Rows can be taken back unless it is `append_only`.
    """

    def __init__(
        self,
        input: Schema,  # noqa: A002 - that is what it is
        output: Schema,
        partition: tuple[int, ...],
        time: int,
        unit: int,
        kept: Schema,
        *,
        append_only: bool,
    ) -> None:
        super().__init__(output)
        self.input = input
        self.partition = partition
        self.time = time
        self.unit = unit
        self.append_only = append_only
        self._columns = kept
        self._arrived = 0
        self._reset()

    def _reset(self) -> None:
        self._keys = KeyTable([self.input.types[k] for k in self.partition])
        self._kept = KeptRows(self._columns, append_only=self.append_only)
        self._due = Column(np.int64, END)

    # What comes in.

    def _without(self, batch: Batch, bad: Mask, message: str) -> Batch:
        """Put rows that lie in no window aside, and return the others."""
        if not bad.any():
            return batch
        messages: Messages = np.full(batch.rows, None, dtype=object)
        messages[bad] = message
        self.outlet.failed(batch, messages)
        return batch.take(np.flatnonzero(~bad))

    def _timed(self, batch: Batch) -> Batch:
        """Put rows without a time aside, and return the others."""
        column = batch.columns[self.time]
        missing = column.is_null().to_numpy(zero_copy_only=False)
        return self._without(batch, missing, "the time of the window is NULL")

    def _owners(self, keys: Sequence[pa.Array], rows: int) -> Ids:
        """Return the id of the key of each row."""
        if self.partition:
            owners, _ = self._keys.intern(keys)
        else:
            owners = np.repeat(self._keys.one().ids, rows)
        self._due.reserve(self._keys.capacity)
        self._kept.reserve(self._keys.capacity)
        return owners

    def _keep(self, owners: Ids, batch: Batch, columns: Sequence[pa.Array]) -> None:
        """Keep the rows of a batch, or take them back; `columns` are those that are kept."""
        arrivals = np.arange(self._arrived, self._arrived + batch.rows)
        self._arrived += batch.rows
        times = view(batch.columns[self.time])
        rows = Rows(owners, np.arange(batch.rows), batch.weight, times, arrivals)
        self._kept.add(rows, columns)

    # What is kept.

    def _let_go(self, keys: Ids, rows: list[pa.Array], owner: Ids, gone: Mask, due: Codes) -> None:
        """Forget those of the rows of `keys` that are `gone`, and note when each key is due next.

        `rows` and their `owner`s are what is kept of the keys: times, arrivals, columns; `due` is
        for each row when something is to be done because of it.
        """
        left = np.zeros(len(keys), np.bool_)
        left[owner[~gone]] = True
        partly = np.flatnonzero(gone & left[owner])
        if len(partly):
            some = [c.take(integers(partly)) for c in rows]
            weights = np.full(len(partly), -1)
            mine = Rows(keys[owner[partly]], np.arange(len(partly)), weights, *map(view, some[:2]))
            self._kept.add(mine, some[2:])
        self._due.data[keys] = END
        np.minimum.at(self._due.data, keys[owner[~gone]], due[~gone])
        self._release(keys[~left])

    def _release(self, keys: Ids) -> None:
        """Forget keys and their rows."""
        if not len(keys):
            return
        if len(keys) == len(self._keys):
            self._reset()
            return
        self._due.clear(keys)
        self._kept.clear(keys)
        self._keys.release(keys)
        if self._keys.wasteful():
            kept = self._keys.compact()
            self._due.keep(kept, self._keys.capacity)
            self._kept.keep(kept, self._keys.capacity)

    def size(self) -> StateSize:
        nbytes = self._keys.nbytes + self._kept.nbytes + self._due.nbytes
        return StateSize(len(self._kept), nbytes)

    def snapshot(self) -> Mapping[str, pa.Table]:
        keys = self._keys.live()
        rows, sizes = self._kept.rows(keys)
        names = ["key", *(str(i) for i in range(len(rows)))]
        owner = integers(np.repeat(np.arange(len(keys)), sizes))
        own = self._keys.columns(keys)
        return {
            "rows": pa.table([owner, *rows], names=names),
            "keys": pa.table(list(own), names=[str(i) for i in range(len(own))]),
            "due": pa.table({"due": integers(self._due.data[keys])}),
            "arrived": pa.table({"arrived": integers(np.array([self._arrived]))}),
        }

    def restore(self, state: Mapping[str, pa.Table]) -> None:
        (self._arrived,) = state["arrived"]["arrived"].to_pylist()
        due = view(state["due"]["due"].combine_chunks())
        if not len(due):
            return
        owners = self._owners([c.combine_chunks() for c in state["keys"].columns], len(due))
        self._due.data[owners] = due
        owner, time, arrival, *rows = (c.combine_chunks() for c in state["rows"].columns)
        keys = owners[view(owner)]
        self._kept.add(Rows(keys, np.arange(len(keys)), None, view(time), view(arrival)), rows)
