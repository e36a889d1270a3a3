"""The first rows of each partition, said as changes or when they are sure."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

import numpy as np
import pyarrow as pa

from cep.runtime.batch import Batch, concat
from cep.runtime.consolidate import consolidate
from cep.runtime.operator import Operator, StateSize
from cep.runtime.ranks import Ranks, Top, best
from cep.runtime.revisable import Revisable
from cep.runtime.snapshots import batches_to_table, table_to_batches
from cep.runtime.state.ages import Ages
from cep.runtime.state.bags import Bags
from cep.runtime.state.column import Ids
from cep.runtime.state.keys import KeyTable
from cep.runtime.state.vectors import Codes, integers, numbered, view
from cep.runtime.time import BEGINNING, END
from cep.types import BIGINT, BOOLEAN, DataType, Schema

_BUFFERED = 100_000
"""Rows that may pile up beyond those that are wanted before they are looked through."""

_FEW = 64
"""Rows of a batch that are not worth looking through before they are kept."""

_Rows = tuple[Ids, Codes, Codes]
"""Rows that are kept: nodes of the bags, their numbers, and how often they are wanted."""


class TopN(Operator):
    """Keeps the first rows of each partition up to date.

    `partition` are columns of the input; `top` says which rows are wanted. With `number` the output
    has the number of the row behind the columns of the input, and a row whose number changes is
    taken back and said anew.

    Each batch is answered with the rows that leave the result and then those that enter it, by
    partition in the order of their first rows in the batch, and then in order.

    State: over inserts (`append_only`) the rows up to the last wanted number, by event time and
    arrival where nothing else decides; otherwise all rows, and equal rows are one with its count.
    Where rows can be taken back, what decides between equals has to be among `top.ties`. `ttl`
    forgets a partition, and takes nothing back, when for so many microseconds of the engine's clock
    (see `tick`) no row has come for it.
    """

    def __init__(
        self,
        input: Schema,  # noqa: A002 - that is what it is
        output: Schema,
        partition: tuple[int, ...],
        top: Top,
        *,
        number: bool,
        append_only: bool,
        ttl: int | None = None,
    ) -> None:
        super().__init__(output)
        assert top.last is not None
        self.input = input
        self.partition = partition
        self.top = top
        self.last = top.last
        self.number = number
        self.append_only = append_only
        self.ttl = ttl
        self._now = BEGINNING
        self._arrived = 0
        self._layout()
        self._keys = KeyTable([input.types[k] for k in partition])
        self._bags = Bags(self._types, self._order, self._carried)
        self._ages = Ages()

    def _layout(self) -> None:
        """Decide in which columns of the bags what of a row is kept, and how they order it."""
        fields = self.input.fields
        self._types: list[DataType] = []
        self._order: list[tuple[int, bool]] = []
        self._flags: list[int] = []
        self._places: dict[int, int] = {}
        self._ranked = 0
        for i, key in enumerate(self.top.order):
            if key.index in self._places:
                continue
            if fields[key.index].nullable:
                self._order.append((len(self._types), key.nulls_first))
                self._types.append(BOOLEAN)
                self._flags.append(key.index)
            self._order.append((len(self._types), key.descending))
            self._places[key.index] = len(self._types)
            self._types.append(fields[key.index].type)
            if i < len(self.top.keys):
                self._ranked = len(self._order)
        if self.append_only:
            # Event time and arrival, by which every row is one of its own.
            self._order += [(len(self._types), False), (len(self._types) + 1, False)]
            self._types += [BIGINT, BIGINT]
        known = len(self._types)
        for i, field in enumerate(fields):
            if i not in self._places and i not in self.partition:
                self._places[i] = len(self._types)
                self._types.append(field.type)
        # The others need not be compared to tell one row from another.
        self._carried = len(self._types) - known if self.append_only else 0

    # What comes in.

    def process(self, port: int, batch: Batch) -> Iterable[Batch]:
        if self.ttl is not None:
            self._expire()
        owners, touched = self._owners([batch.columns[k] for k in self.partition], batch.rows)
        arrivals = np.arange(self._arrived, self._arrived + batch.rows)
        self._arrived += batch.rows
        if self.append_only and batch.rows > _FEW:
            # Most rows of a large batch are behind others of it.
            some, _ = best(batch, owners, _from_first(self.top))
            some.sort()
            batch, owners, arrivals = batch.take(some), owners[some], arrivals[some]
        before = self._wanted(self._head(touched))
        gone = self._bags.change(owners, self._kept(batch, arrivals), batch.weights(), arrivals)
        head = self._head(touched)
        said = self._changes(before, self._wanted(head))
        if self.append_only:
            every, _ = self._bags.all(touched)
            if len(every) > len(head[0]):
                self._bags.drop(np.setdiff1d(every, head[0], assume_unique=True))
        else:
            self._bags.let_go(gone)
            self._release(touched[self._bags.empty(touched)])
        return (said,) if said.rows else ()

    def _owners(self, keys: Sequence[pa.Array], rows: int) -> tuple[Ids, Ids]:
        """Return the partition of each row, and the different ones in the order of appearance."""
        if self.partition:
            met = self._keys.group(keys)
            owners = met.ids[met.local]
        else:
            met = self._keys.one()
            owners = np.repeat(met.ids, rows)
        self._bags.reserve(self._keys.capacity)
        if self.ttl is not None:
            self._ages.touch(met.ids, met.new, self._now, self._keys.capacity)
        return owners, met.ids

    def _kept(self, batch: Batch, arrivals: Codes) -> list[pa.Array]:
        """Return what is kept of rows, column by column as the bags have it."""
        columns: list[pa.Array] = [None] * len(self._types)
        for index, place in self._places.items():
            columns[place] = batch.columns[index]
        for index in self._flags:
            columns[self._places[index] - 1] = batch.columns[index].is_null()
        if self.append_only:
            place = self._order[-2][0]
            time = np.zeros(batch.rows, np.int64) if batch.time is None else batch.time
            columns[place], columns[place + 1] = integers(time), integers(arrivals)
        return columns

    # What goes out.

    def _head(self, touched: Ids) -> tuple[Ids, Codes]:
        """Return the rows of partitions up to the last wanted number: nodes and numbers."""
        return self._bags.head(touched, self.top.ranks.value, self.last, self._ranked)

    def _wanted(self, head: tuple[Ids, Codes]) -> _Rows:
        """Return the wanted ones of such rows, with how often they are wanted."""
        top = self.top
        nodes, numbers = head
        counts = self._bags.counts(nodes)
        if top.ranks is not Ranks.ROW_NUMBER:
            wanted = numbers >= top.first
            return nodes[wanted], numbers[wanted], counts[wanted]
        begin = np.maximum(numbers, top.first)
        times = np.minimum(numbers + counts - 1, self.last) - begin + 1
        wanted = times > 0
        nodes, begin, times = nodes[wanted], begin[wanted], times[wanted]
        if self.number and (times > 1).any():
            position = np.arange(times.sum()) - np.repeat(np.cumsum(times) - times, times)
            nodes, begin = np.repeat(nodes, times), np.repeat(begin, times) + position
            times = np.ones(len(nodes), np.int64)
        return nodes, begin, times

    def _changes(self, before: _Rows, after: _Rows) -> Batch:
        """Return what leaves the result and what enters it."""
        many = len(before[0])
        nodes, numbers = (np.concatenate(pair) for pair in zip(before[:2], after[:2], strict=True))
        which = nodes
        if self.number:
            which = nodes * (int(numbers.max(initial=0)) + 1) + numbers
        _, same = numbered(which)
        net = np.zeros(len(nodes), np.int64)
        np.subtract.at(net, same[:many], before[2])
        np.add.at(net, same[many:], after[2])
        gone = np.flatnonzero(net[same[:many]] < 0)
        come = many + np.flatnonzero(net[same[many:]] > 0)
        chosen = np.concatenate([gone, come])
        times = np.abs(net[same[chosen]])
        if (times > 1).any():
            chosen = np.repeat(chosen, times)
        weights = np.where(chosen < many, -1, 1)
        return self._rows(nodes[chosen], numbers[chosen], weights)

    def _rows(self, nodes: Ids, numbers: Codes, weights: Codes) -> Batch:
        kept = self._bags.columns(nodes)
        own = dict(zip(self.partition, self._keys.columns(self._bags.groups(nodes)), strict=True))
        columns = [own[i] if i in own else kept[self._places[i]] for i in range(len(self.input))]
        if self.number:
            columns.append(integers(np.ascontiguousarray(numbers)))
        plain = None if (weights > 0).all() else weights
        return Batch(self.schema, tuple(columns), len(nodes), weight=plain)

    # The passing of time.

    def tick(self, now: int) -> Iterable[Batch]:
        self._now = max(now, self._now)
        if self.ttl is not None:
            self._expire()
        return ()

    def _expire(self) -> None:
        if self.ttl is not None:
            old = self._ages.expired(self._now - self.ttl, len(self._keys))
            self._bags.clear(old)
            self._release(old)

    def output_watermark(self) -> int:
        watermark = self.watermarks[0]
        return watermark if watermark == END else BEGINNING

    # What is kept.

    def _release(self, owners: Ids) -> None:
        """Forget partitions without rows."""
        if not len(owners):
            return
        if self.ttl is not None:
            self._ages.remove(owners)
        self._keys.release(owners)
        if self._keys.wasteful() or not len(self._keys):
            top = self._keys.capacity
            kept = self._keys.compact()
            capacity = self._keys.capacity
            self._bags.keep(kept, capacity)
            if self.ttl is not None:
                self._ages.keep(kept, capacity, top)

    def size(self) -> StateSize:
        nbytes = self._keys.nbytes + self._bags.nbytes + self._ages.nbytes
        return StateSize(len(self._bags), nbytes)

    def snapshot(self) -> Mapping[str, pa.Table]:
        owners = self._keys.live()
        touched = np.zeros(len(owners), np.int64)
        if self.ttl is not None:
            owners = self._ages.all(len(self._keys))
            touched = self._ages.touches(owners)
        nodes, position = self._bags.everything(owners)
        counts, arrivals = self._bags.counts(nodes), self._bags.arrivals(nodes)
        known = [integers(c) for c in (position, counts, arrivals)]
        keys = self._keys.columns(owners)
        return {
            "keys": _numbered([*keys, integers(touched)]),
            "rows": _numbered([*self._bags.columns(nodes), *known]),
            "clock": pa.table({"clock": integers(np.array([self._now, self._arrived]))}),
        }

    def restore(self, state: Mapping[str, pa.Table]) -> None:
        self._now, self._arrived = state["clock"]["clock"].to_pylist()
        *keys, touched = (c.combine_chunks() for c in state["keys"].columns)
        if not len(touched):
            return
        owners = self._keys.intern(keys)[0] if keys else self._keys.one().ids
        self._bags.reserve(self._keys.capacity)
        if self.ttl is not None:
            self._ages.restore(owners, view(touched), self._keys.capacity)
        *rows, position, counts, arrivals = (c.combine_chunks() for c in state["rows"].columns)
        if len(position):
            self._bags.add(owners[view(position)], rows, view(counts), view(arrivals))

    def fingerprint(self) -> str:
        how = f"{self.number} {self.append_only} {self.ttl}"
        return f"TopN([{self.input}] {self.partition} {self.top} {how})"


class FinalTopN(Operator):
    """Says the first rows of each partition once: when the input has ended.

    With `timed` the rows of a partition all have one event time, and they are said when the
    watermark has passed it, by time; rows whose time is before their lateness are refused. They are
    kept for `correct` microseconds, and what comes for a partition that has been said takes back
    what has changed by it.

    State: the rows that wait, or the first of them, where no row can be taken back (`append_only`).
    """

    def __init__(
        self,
        input: Schema,  # noqa: A002 - that is what it is
        output: Schema,
        partition: tuple[int, ...],
        top: Top,
        *,
        number: bool,
        timed: bool,
        append_only: bool,
        correct: int = 0,
    ) -> None:
        super().__init__(output)
        self.input = input
        self.partition = partition
        self.top = top
        self.number = number
        self.timed = timed
        self.append_only = append_only
        self._buffer: list[Batch] = []
        self._buffered = 0
        self._least = 0
        self._rows = Revisable(input, correct)

    def process(self, port: int, batch: Batch) -> Iterable[Batch]:
        """Let the rows wait."""
        if self.timed:
            batch = self._rows.timely(batch, self.outlet)
            if not batch.rows:
                return ()
            self._rows.add(batch)
            return self._rows.revised(self._first)
        self._buffer.append(batch)
        self._buffered += batch.rows
        if self.append_only and self._buffered > 2 * self._least + _BUFFERED:
            self._look_through()
        return ()

    def _look_through(self) -> None:
        """Let go of the rows that are behind others."""
        rows = concat(self._buffer)
        some, _ = best(rows, self._owners(rows), _from_first(self.top))
        some.sort()
        self._buffer = [rows.take(some)]
        self._buffered = self._least = len(some)

    def _owners(self, rows: Batch) -> Ids:
        if not self.partition:
            return np.zeros(rows.rows, np.int64)
        table = KeyTable([self.input.types[k] for k in self.partition])
        return table.group([rows.columns[k] for k in self.partition]).local

    def advance(self, port: int, watermark: int) -> Iterable[Batch]:
        super().advance(port, watermark)
        if self.timed:
            return self._rows.passed(watermark, self._first)
        if watermark < END or not self._buffer:
            return ()
        said = self._first(concat(self._buffer))
        self._buffer, self._buffered, self._least = [], 0, 0
        return (said,) if said.rows else ()

    def _first(self, rows: Batch) -> Batch:
        """Return the first rows of each partition, given all of them."""
        rows = consolidate(rows)
        if rows.weight is not None:
            rows = rows.take(np.repeat(np.arange(rows.rows), np.maximum(rows.weight, 0)))
        some, numbers = best(rows, self._owners(rows), self.top)
        chosen = rows.take(some)
        columns = chosen.columns
        if self.number:
            columns = (*columns, integers(np.ascontiguousarray(numbers)))
        return Batch(self.schema, columns, len(some), chosen.time if self.timed else None)

    def output_watermark(self) -> int:
        watermark = self.watermarks[0]
        if self.timed:
            return self._rows.saying.past(watermark)
        return watermark if watermark == END else BEGINNING

    def size(self) -> StateSize:
        nbytes = sum(b.nbytes for b in self._buffer)
        return StateSize(self._buffered, nbytes) + self._rows.size()

    def snapshot(self) -> Mapping[str, pa.Table]:
        return {"buffer": batches_to_table(self.input, self._buffer), **self._rows.snapshot()}

    def restore(self, state: Mapping[str, pa.Table]) -> None:
        self._buffer = table_to_batches(self.input, state["buffer"])
        self._buffered = sum(b.rows for b in self._buffer)
        self._rows.restore(state)

    def fingerprint(self) -> str:
        how = f"{self.number} {self.timed} {self._rows.saying.correct}"
        return f"FinalTopN([{self.input}] {self.partition} {self.top} {how})"


def _from_first(top: Top) -> Top:
    """Return what has to be kept: also the rows before those that are wanted."""
    return Top(top.ranks, top.keys, top.ties, 1, top.last)


def _numbered(columns: Sequence[pa.Array]) -> pa.Table:
    return pa.table(list(columns), names=[str(i) for i in range(len(columns))])
