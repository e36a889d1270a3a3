"""PER: one watermark per producer, which is a value of some columns of the stream."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Mapping, Sequence

import numpy as np
import pyarrow as pa

from cep.runtime.batch import Instants, Mask
from cep.runtime.kernels import producers as kernels
from cep.runtime.state.column import Column, Ids
from cep.runtime.state.keys import KeyTable
from cep.runtime.state.vectors import integers, view
from cep.runtime.time import END
from cep.runtime.watermarks import FAREWELL, SHOWN, Standing, Watermarks, behind
from cep.types import DataType

_REMEMBERED = 100
"""How many of the producers that have left are named in SHOW WATERMARKS, the last ones."""


class ProducerWatermarks(Watermarks):
    """The watermarks of a stream's producers.

    A producer takes part from its first row on, starting at the stream's watermark, until it says
    that nothing more will come or is silent for too long; then it is forgotten, and its next row
    makes it join again. So what is kept is bounded by the producers that take part.

    A source partition has a watermark too, the greatest of its producers': it holds the stream
    back where a partition has been read less far than another, so that a producer met there for
    the first time is not behind just because of the order of reading; and where no producer is left
    it is the stream's.
    """

    def __init__(
        self, delay: int, types: Sequence[DataType], *, idle_after: int | None = None
    ) -> None:
        super().__init__(delay, idle_after=idle_after)
        self._table = KeyTable(types)
        self._levels = Column(np.int64)
        self._spots = Column(np.int64, -1)
        self._heap = Column(np.int64)
        self._last = Column(np.int64)
        self._homes = Column(np.int64)
        """The partition from which each was last heard, as a number."""
        self._numbers: dict[str, int] = {}
        self._count = 0
        self._left: OrderedDict[str, Standing] = OrderedDict()

    def __len__(self) -> int:
        """Return how many producers take part."""
        return self._count

    def take(
        self,
        partition: str,
        times: Instants,
        markers: Mask | None = None,
        producers: Sequence[pa.Array] = (),
    ) -> Instants | None:
        """Move the watermarks over rows; `producers` are the columns of PER."""
        rows = len(times)
        interned = self._table.group(producers)
        self._reserve()
        farewells = np.zeros(rows, np.bool_)
        if markers is not None:
            farewells = markers & (times >= FAREWELL)
        others = [m for p, m in self._marks.items() if p != partition]
        state = np.array(
            [self._count, self._said, self._marks[partition], min(others, default=END)], np.int64
        )
        marks = np.empty(rows, np.int64)
        kernels.follow(
            rows,
            np.ascontiguousarray(interned.ids[interned.local]),
            np.ascontiguousarray(self._promises(times, markers)),
            farewells,
            self._levels.data,
            self._spots.data,
            self._heap.data,
            state,
            marks,
        )
        self._count, self._said = int(state[kernels.SIZE]), int(state[kernels.SAID])
        self._raise(partition, int(state[kernels.OWN]))
        self._last.data[interned.ids] = self._now
        self._homes.data[interned.ids] = self._numbers.setdefault(partition, len(self._numbers))
        if farewells.any():
            ended = interned.ids[self._spots.data[interned.ids] < 0]
            self._forget(ended, "said its end")
        return marks if self.exact or behind(times, marks, markers) else None

    def _reserve(self) -> None:
        capacity = self._table.capacity
        for column in (self._levels, self._spots, self._heap, self._last, self._homes):
            column.reserve(capacity)

    def _least(self) -> int:
        least = super()._least() if self._marks else END
        return min(least, int(self._levels.data[self._heap.data[0]])) if self._count else least

    def advance(self, watermark: int) -> None:
        super().advance(watermark)
        # The order of the heap stays: what was less is at most equal.
        np.maximum(self._levels.data, watermark, out=self._levels.data)

    def _silence(self, limit: int) -> int:
        live = self._heap.data[: self._count]
        heard = self._last.data[live]
        self._dismiss(live[heard <= limit], "silent")
        # A partition is heard whenever one of its producers is, so it is silent last.
        last = super()._silence(limit)
        assert self.idle_after is not None
        if self._count:
            earliest = int(self._last.data[self._heap.data[: self._count]].min())
            self._wake = min(self._wake, earliest + self.idle_after)
        return last

    def leave(self, partition: str) -> None:
        number = self._numbers.get(partition)
        if number is not None:
            live = self._heap.data[: self._count]
            self._dismiss(live[self._homes.data[live] == number], "its partition has ended")
        super().leave(partition)

    def _dismiss(self, ids: Ids, why: str) -> None:
        """Let producers take part no more."""
        if not len(ids):
            return
        ids = np.sort(ids)
        self._count = kernels.dismiss(
            len(ids), ids, self._count, self._levels.data, self._spots.data, self._heap.data
        )
        self._forget(ids, why)

    def _forget(self, ids: Ids, why: str) -> None:
        """Let go of producers that take part no more, and remember the last ones' names."""
        named = ids[-_REMEMBERED:]
        for name, mark in zip(self._names(named), self._levels.data[named].tolist(), strict=True):
            self._left[name] = Standing(name, mark, why=why)
            self._left.move_to_end(name)
        while len(self._left) > _REMEMBERED:
            self._left.popitem(last=False)
        self._table.release(ids)
        if not self._count:
            self._rebuild(np.empty(0, np.int64))
        elif self._table.wasteful():
            self._compact()

    def _compact(self) -> None:
        """Renumber the producers, when few are left of many, to let go of the memory."""
        kept = self._table.compact()
        capacity = self._table.capacity
        levels = self._levels.data[kept]
        self._last.keep(kept, capacity)
        self._homes.keep(kept, capacity)
        self._rebuild(levels)

    def _rebuild(self, levels: Instants) -> None:
        """Let the producers 0, 1, 2… stand at `levels`."""
        count = len(levels)
        order = np.argsort(levels, kind="stable")
        self._levels, self._heap = Column(np.int64), Column(np.int64)
        self._spots = Column(np.int64, -1)
        if not count:
            self._last, self._homes = Column(np.int64), Column(np.int64)
        self._reserve()
        self._levels.data[:count] = levels
        self._heap.data[:count] = order
        self._spots.data[order] = np.arange(count)
        self._count = count

    def _names(self, ids: Ids) -> list[str]:
        """Return producers as people write them."""
        columns = [c.to_pylist() for c in self._table.columns(ids)]
        return [
            ", ".join("NULL" if v is None else str(v) for v in row)
            for row in zip(*columns, strict=True)
        ]

    def standings(self) -> Sequence[Standing]:
        """Return where the producers stand that are furthest behind, and which have left lately."""
        least = self._least() if self._marks or self._count else END
        live = self._heap.data[: self._count]
        levels = self._levels.data[live]
        shown = live[np.argsort(levels, kind="stable")[:SHOWN]]
        found = [
            Standing(name, mark, mark == least)
            for name, mark in zip(
                self._names(shown), self._levels.data[shown].tolist(), strict=True
            )
        ]
        # A partition is worth a line only where it has been read less far than the producers say.
        first = int(levels.min()) if len(levels) else END
        behind_all = [Standing(p, m, m == least) for p, m in self._marks.items() if m < first]
        taking_part = set(self._names(live)) if self._left else set()
        left = [s for s in self._left.values() if s.name not in taking_part]
        return [*sorted(behind_all, key=lambda s: s.watermark), *found, *left]

    def snapshot(self) -> dict[str, pa.Table]:
        tables = super().snapshot()
        ids = np.sort(self._heap.data[: self._count])
        columns = {str(i): c for i, c in enumerate(self._table.columns(ids))}
        columns["watermark"] = integers(self._levels.data[ids])
        columns["age"] = integers(self._now - self._last.data[ids])
        names = list(self._numbers)
        columns["partition"] = pa.array(
            [names[n] for n in self._homes.data[ids].tolist()], pa.string()
        )
        tables["producers"] = pa.table(columns)
        left = list(self._left.values())
        tables["left"] = pa.table(
            {
                "name": pa.array([s.name for s in left], pa.string()),
                "watermark": pa.array([s.watermark for s in left], pa.int64()),
                "why": pa.array([s.why for s in left], pa.string()),
            }
        )
        return tables

    def restore(self, state: Mapping[str, pa.Table], now: int) -> None:
        super().restore(state, now)
        self._left = OrderedDict(
            (row["name"], Standing(row["name"], row["watermark"], why=row["why"]))
            for row in state["left"].to_pylist()
        )
        *keys, levels, ages, homes = [c.combine_chunks() for c in state["producers"].columns]
        self._table = KeyTable(self._table.types)
        self._numbers = {p: n for n, p in enumerate(dict.fromkeys(homes.to_pylist()))}
        if len(levels):
            self._table.group(keys)
        self._rebuild(view(levels))
        count = len(levels)
        self._last.data[:count] = now - view(ages)
        self._homes.data[:count] = [self._numbers[p] for p in homes.to_pylist()]
