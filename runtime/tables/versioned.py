"""A versioned table: for each key its rows in event time, as far back as they can be asked for."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence

import numpy as np
import pyarrow as pa

from cep.runtime.batch import Batch, Indices, Mask, concat
from cep.runtime.operator import StateSize
from cep.runtime.state.column import Column, Ids
from cep.runtime.state.records import NOWHERE, Records
from cep.runtime.state.vectors import integers, view
from cep.runtime.state.waiting import Waiting
from cep.runtime.tables.base import Table, changed, difference, last_of, nothing, picked
from cep.runtime.time import BEGINNING
from cep.types import Schema


class VersionedTable(Table):
    """Keeps the versions of each key's row that are not behind the watermark, and the last that is.

    `key` and `time` are positions of columns. The current row of a key is that with the greatest
    (time, arrival), so that versions may come in any order; one whose time is before its lateness
    is given to `late` and changes nothing. A key that was deleted is forgotten when the watermark
    has passed that.
    """

    def __init__(
        self, schema: Schema, key: tuple[int, ...], time: int, late: Callable[[Batch], None]
    ) -> None:
        super().__init__(schema)
        self.key = key
        self.time = time
        self._late = late
        self._reset()

    def _reset(self) -> None:
        keys = [self.schema.types[k] for k in self.key]
        self._settled = Records(keys, self.schema.types)
        self._newest = Records(keys, self.schema.types)
        """The current rows of those keys that have a version which is not behind the watermark."""
        self._since = Column(np.int64, BEGINNING)
        """Since when the newest row is there, or is gone."""
        self._pending = Waiting(self.schema)

    def apply(self, batch: Batch) -> Batch:
        assert batch.time is not None
        if batch.lateness is not None:
            late = batch.time < batch.lateness
            if late.any():
                self._late(batch.where(late))
                batch = batch.where(~late)
            if not batch.rows:
                return nothing(self.schema)
        batch = Batch(self.schema, batch.columns, batch.rows, batch.time, weight=batch.weight)
        assert batch.time is not None
        self._pending.add(batch)
        keys = tuple(batch.columns[k] for k in self.key)
        met, _ = self._newest.intern(keys, batch.rows)
        self._since.reserve(self._newest.keys.capacity)
        ids, last = last_of(met, np.argsort(batch.time, kind="stable"))
        since = self._since.data[ids]
        newer = batch.time[last] >= since
        ids, last, since = ids[newer], last[newer], since[newer]
        self._since.data[ids] = batch.time[last]
        there = batch.weights()[last] > 0
        old, had = self._before(ids, since > BEGINNING, picked(batch, last))
        new = picked(batch, last[there])
        first = self._newest.append(new, int(there.sum()))
        places = np.full(len(ids), NOWHERE)
        places[there] = first + np.arange(int(there.sum()))
        self._newest.put(ids, places)
        self._newest.tidy()
        # A row that stays as it was is not said again.
        both = np.flatnonzero(had & there)
        differ = had | there
        if len(both):
            twins = tuple(c.take(integers(both)) for c in old)
            differ[both] = changed(twins, picked(batch, last[both]), len(both))
        gone, came = np.flatnonzero(had & differ), np.flatnonzero(differ[there])
        return difference(
            self.schema,
            tuple(c.take(integers(gone)) for c in old),
            len(gone),
            tuple(c.take(integers(came)) for c in new),
            len(came),
        )

    def _before(
        self, ids: Ids, pending: Mask, rows: tuple[pa.Array, ...]
    ) -> tuple[tuple[pa.Array, ...], Mask]:
        """Return the current rows of keys, NULLs where there is none, and where there is one.

        `pending` says of which the newest row is known; `rows` are rows that have the keys.
        """
        places = self._newest.places(ids)
        settled = np.full(len(ids), NOWHERE)
        others = np.flatnonzero(~pending)
        if len(others):
            keys = [rows[k].take(integers(others)) for k in self.key]
            found, new = self._settled.intern(keys, len(others))
            settled[others] = self._settled.places(found)
            self._settled.release(new)
        had = np.where(pending, places, settled) >= 0
        if not (places >= 0).any():
            return self._settled.take(settled), had
        return (
            tuple(
                pa.concat_arrays([a, b]).take(integers(_either(pending)))
                for a, b in zip(self._newest.take(places), self._settled.take(settled), strict=True)
            ),
            had,
        )

    def advance(self, watermark: int) -> None:
        passed = self._pending.take(watermark)
        if passed is None:
            return
        keys = [passed.columns[k] for k in self.key]
        settled = self._settled
        ids, last = last_of(settled.intern(keys, passed.rows)[0])
        there = passed.weights()[last] > 0
        many = int(there.sum())
        first = settled.append(picked(passed, last[there]), many)
        places = np.full(len(ids), NOWHERE)
        places[there] = first + np.arange(many)
        settled.put(ids, places)
        settled.release(ids[~there])
        settled.compact()
        settled.tidy()
        newest = self._newest.keys.live()
        old = newest[self._since.data[newest] < watermark]
        self._newest.put(old, np.full(len(old), NOWHERE))
        self._since.clear(old)
        self._newest.release(old)
        kept = self._newest.compact()
        if kept is not None:
            self._since.keep(kept, self._newest.keys.capacity)
        self._newest.tidy()

    def find(self, key: Sequence[pa.Scalar]) -> Batch:
        met, new = self._newest.intern([pa.array([value], value.type) for value in key], 1)
        self._since.reserve(self._newest.keys.capacity)
        records = self._settled if self._since.data[met[0]] == BEGINNING else self._newest
        self._newest.release(new)
        place = records.place(key)
        return Batch(self.schema, records.take(place), len(place))

    def current(self) -> Batch:
        keys, rows = self._settled.rows()
        stays = np.ones(len(self._settled), np.bool_)
        if len(keys[0]):
            met, new = self._newest.intern(keys, len(keys[0]))
            self._since.reserve(self._newest.keys.capacity)
            stays = self._since.data[met] == BEGINNING
            self._newest.release(new)
        _, newest = self._newest.rows()
        kept = integers(np.flatnonzero(stays))
        columns = tuple(
            pa.concat_arrays([a.take(kept), b]) for a, b in zip(rows, newest, strict=True)
        )
        found = self._timed(Batch(self.schema, columns, len(columns[0])))
        assert found.time is not None
        return found.take(np.argsort(found.time, kind="stable"))

    def history(self) -> Batch:
        _, rows = self._settled.rows()
        settled = self._timed(Batch(self.schema, rows, len(self._settled)))
        pending = self._pending.all()
        return settled if pending is None else concat([settled, pending])

    def _timed(self, batch: Batch) -> Batch:
        times = view(batch.columns[self.time]).astype(np.int64, copy=False)
        return Batch(self.schema, batch.columns, batch.rows, times)

    def size(self) -> StateSize:
        records = (self._settled, self._newest)
        nbytes = sum(r.nbytes for r in records) + self._since.nbytes + self._pending.nbytes
        return StateSize(len(self._settled) + len(self._pending), nbytes)

    def snapshot(self) -> Mapping[str, pa.Table]:
        state = {f"settled {n}": t for n, t in self._settled.snapshot().items()}
        return {**state, "pending": self._pending.snapshot()}

    def restore(self, state: Mapping[str, pa.Table]) -> None:
        self._reset()
        self._settled.restore({n: state[f"settled {n}"] for n in ("keys", "rows")})
        pending = Waiting(self.schema)
        pending.restore(state["pending"])
        versions = pending.all()
        if versions is not None:
            self.apply(versions)


def _either(first: Mask) -> Indices:
    """Return the positions of rows of which each is the first or the second of a pair of lists."""
    n = len(first)
    every = np.arange(n)
    chosen: Indices = np.where(first, every, n + every)
    return chosen
