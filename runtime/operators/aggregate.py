"""GROUP BY: aggregates per key, said when a window is complete or as changes."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from enum import Enum

import numpy as np
import pyarrow as pa

from cep.runtime.aggregates.accumulator import Rows
from cep.runtime.aggregates.calls import AggregateCall, Calls
from cep.runtime.batch import Batch, Mask
from cep.runtime.operator import Operator, StateSize
from cep.runtime.saying import Values, sound, spliced
from cep.runtime.state.chains import Chains
from cep.runtime.state.column import Column, Ids
from cep.runtime.state.interner import Interned
from cep.runtime.state.keys import KeyTable
from cep.runtime.state.panes import Panes
from cep.runtime.state.vectors import arrow, integers, view
from cep.runtime.time import BEGINNING, END
from cep.types import Schema


class Emission(Enum):
    """When a row of the result is said."""

    WATERMARK = "after watermark"
    STREAM = "stream"


@dataclass(frozen=True)
class WindowKey:
    """Which columns of the input hold the bounds of its window, both of them keys.

    `unit` is the precision of the time column in microseconds; every bound is a multiple of it.
    """

    start: int
    end: int
    unit: int


class GroupAggregate(Operator):
    """Groups rows by key columns and aggregates each group.

    `keys` and the arguments and filters of `calls` are columns of the input; the output has the
    keys in their order and then one column per call. Without calls it is DISTINCT. Without keys
    there is one group, which exists from the start.

    With Emission.WATERMARK a group is said once: those of a window when the watermark reaches its
    end, in the order of the windows' ends and then of the groups' first rows; without a window all
    at the end of the input, in the order of their first rows. `correct` keeps windows for so many
    microseconds after that; a row that comes then is answered at once by a retraction and an
    insertion.

    With Emission.STREAM each batch is answered with its net changes: the retractions of what was
    said of the groups it changed, then what is to be said now, both in the order of the groups'
    first rows in the batch. The row of the group without keys is said at the beginning. `ttl`
    forgets a group, and retracts nothing, when for so many microseconds of the engine's clock (see
    `tick`) no row has come for it.

    With `totals` the first key is the number of a grouping set, and every row comes once for each.
    The sets that `totals` names have no other keys: their one group exists from the start.

    State: with a window, the groups of the windows that are still open; without, all groups,
    bounded by `ttl` or by retractions only. A window refuses a row iff its end (plus `correct`) is
    not after the row's lateness. Rows whose value fails are not said but go to `outlet.failed`.
    """

    def __init__(
        self,
        input: Schema,  # noqa: A002 - that is what it is
        output: Schema,
        keys: tuple[int, ...],
        calls: tuple[AggregateCall, ...],
        *,
        window: WindowKey | None = None,
        emission: Emission = Emission.STREAM,
        append_only: bool = True,
        ttl: int | None = None,
        correct: int = 0,
        totals: tuple[int, ...] | None = None,
    ) -> None:
        super().__init__(output)
        self.input = input
        self.keys = keys
        self.window = window
        self.emission = emission
        self.append_only = append_only
        self.ttl = ttl
        self.correct = correct
        self.totals = totals
        self._revises = correct > 0 or not append_only
        bounds = (window.start, window.end) if window else ()
        self._own = tuple(k for k in keys if k not in bounds)
        self._table = KeyTable([input.types[k] for k in self._own], prefix=1 if window else 0)
        often = emission is Emission.STREAM
        self._calls = Calls(input, calls, append_only=append_only, often=often)
        self._panes = Panes() if window else None
        self._chains = Chains()
        self._touched = Column(np.int64)
        self._arrived = 0
        self._now = BEGINNING
        self._chains.reserve_owners(1)

    # What comes in.

    def begin(self) -> Iterable[Batch]:
        if self.emission is not Emission.STREAM:
            return ()
        return self._say(self._stand())

    def _stand(self) -> Ids:
        """Make the groups that exist without a row, where they are not there yet."""
        if not self.keys:
            standing = self._table.one()
        elif self.totals:
            marks = arrow(np.array(self.totals), self.input.types[self.keys[0]].arrow)
            others = [pa.nulls(len(marks), self.input.types[k].arrow) for k in self._own[1:]]
            standing = self._table.group([marks, *others])
        else:
            return np.empty(0, np.int64)
        self._welcome(standing.new)
        return standing.new

    def process(self, port: int, batch: Batch) -> Iterable[Batch]:
        batch = self._timely(batch)
        if not batch.rows:
            return ()
        if self.ttl is not None:
            self._expire()
        interned = self._intern(batch)
        rows = self._rows(interned, batch)
        if not self._answers(batch):
            self._calls.add(rows, batch.columns)
            if self.window is not None and batch.weight is not None:
                self._release(interned.ids[~self._exist(interned.ids)])
            return ()
        if not self._calls.calls and self.append_only and not self.correct:
            return self._say(interned.new)
        return self._answer(interned, rows, batch)

    def _timely(self, batch: Batch) -> Batch:
        """Refuse the rows whose window had been closed when they came."""
        if self.window is None or batch.lateness is None:
            return batch
        late = view(batch.columns[self.window.end]) + self.correct <= batch.lateness
        if not late.any():
            return batch
        # A row comes once per grouping set, and is late once.
        once = late if self.totals is None else late & (view(batch.columns[self.keys[0]]) == 0)
        if once.any():
            self.outlet.late(batch.where(once))
        return batch.where(~late)

    def _intern(self, batch: Batch) -> Interned:
        """Find or make the groups of the rows, and the lists that they are in."""
        columns = [batch.columns[k] for k in self._own]
        if self._panes is not None and self.window is not None:
            start = view(batch.columns[self.window.start])
            panes = self._panes.intern(start, view(batch.columns[self.window.end]))
            interned = self._table.group(columns, [panes])
            self._chains.reserve_owners(self._panes.capacity)
        elif columns:
            interned = self._table.group(columns)
        else:
            interned = self._table.one()
            interned.local = np.zeros(batch.rows, np.int64)
        self._welcome(interned.new)
        if self.ttl is not None:
            self._touch(interned)
        return interned

    def _welcome(self, new: Ids) -> None:
        """Make room for new groups, and enter them in the list of their window."""
        if not len(new):
            return
        capacity = self._table.capacity
        self._calls.reserve(capacity)
        self._chains.reserve_owners(1)
        self._chains.reserve_members(capacity)
        self._chains.append(self._owners(new), new)

    def _owners(self, groups: Ids) -> Ids:
        if self._panes is None:
            return np.zeros(len(groups), np.int64)
        return np.ascontiguousarray(self._table.codes(groups))

    def _rows(self, interned: Interned, batch: Batch) -> Rows:
        arrivals = None
        if self._calls.times:
            arrivals = np.arange(self._arrived, self._arrived + batch.rows)
            self._arrived += batch.rows
        weight = None if self.append_only else batch.weight
        return Rows(interned.ids, interned.local, weight, batch.time, arrivals)

    # What goes out.

    def _answers(self, batch: Batch) -> bool:
        """Say whether a batch is answered at once, by changes."""
        if self.emission is Emission.STREAM:
            return True
        if self.window is None or not self._revises:
            return False
        ended = view(batch.columns[self.window.end]) <= self.watermarks[0]
        return bool(ended.any())

    def _answer(self, interned: Interned, rows: Rows, batch: Batch) -> Iterable[Batch]:
        """Add the rows and say what changes because of them."""
        groups = interned.ids
        if len(interned.new) == len(groups):
            had = np.zeros(len(groups), np.bool_)
        else:
            had = self._exist(groups)
            if len(interned.new):
                had[np.isin(groups, interned.new)] = False
        old = Values(*self._calls.values(groups), len(groups))
        self._calls.add(rows, batch.columns)
        has = self._exist(groups)
        new = Values(*self._calls.values(groups), len(groups))

        changed = had != has
        if not changed.all():
            changed |= old.differ(new)
        if self.emission is Emission.WATERMARK and self._panes is not None:
            _, end = self._panes.bounds(self._owners(groups))
            changed &= end <= self.watermarks[0]
        gone, come = np.flatnonzero(had & changed), np.flatnonzero(has & changed)
        values = spliced([(old, gone), (new, come)])
        said = self._batch(
            groups[np.concatenate([gone, come])],
            values.columns,
            np.repeat(np.array([-1, 1]), [len(gone), len(come)]),
        )
        if not self.append_only and self.keys:
            self._release(groups[~has])
        return sound(said, values.messages, self.outlet)

    def _exist(self, groups: Ids) -> Mask:
        """Return which groups have a row in the result."""
        if self._calls.rows is None or not self.keys:
            return np.ones(len(groups), np.bool_)
        exist: Mask = self._calls.rows.count.data[groups] > 0
        if self.totals:
            exist |= np.isin(view(self._table.columns(groups)[0]), self.totals)
        return exist

    def _say(self, groups: Ids) -> Iterable[Batch]:
        """Return the rows of groups, as insertions."""
        if self._calls.rows is not None and self.keys:
            groups = groups[self._exist(groups)]
        if not len(groups):
            return ()
        values, messages = self._calls.values(groups)
        return sound(self._batch(groups, values, None), messages, self.outlet)

    def _batch(self, groups: Ids, values: Iterable[pa.Array], weight: np.ndarray | None) -> Batch:
        """Put the keys of groups before the values of the calls."""
        own = iter(self._table.columns(groups))
        time = None
        if self.window is None or self._panes is None:
            keys = list(own)
        else:
            start, end = self._panes.bounds(self._owners(groups))
            time = end - self.window.unit
            bounds = {self.window.start: start, self.window.end: end}
            keys = [
                arrow(bounds[k], self.input.types[k].arrow) if k in bounds else next(own)
                for k in self.keys
            ]
        return Batch(self.schema, (*keys, *values), len(groups), time, None, weight)

    # The passing of time.

    def advance(self, port: int, watermark: int) -> Iterable[Batch]:
        before = self.watermarks[port]
        super().advance(port, watermark)
        if self._panes is not None:
            return self._close(before, watermark)
        if watermark != END:
            return ()
        standing = self._stand()
        if self.emission is Emission.STREAM:
            return self._say(standing)
        groups, _ = self._chains.members(_ONLY, len(self._table))
        said = self._say(groups)
        self._release(groups)
        return said

    def _close(self, before: int, watermark: int) -> Iterable[Batch]:
        """Say what is complete, and forget the windows that can change no more."""
        assert self._panes is not None
        ended = self._panes.ending(watermark)
        if not len(ended):
            return ()
        self._chains.reserve_owners(self._panes.capacity)
        groups, sizes = self._chains.members(ended, len(self._table))
        ends = self._panes.bounds(ended)[1]
        said: Iterable[Batch] = ()
        if self.emission is Emission.WATERMARK:
            # What ended before has been said: kept to be corrected, or come by a later row.
            fresh = ends > before if self._revises else np.ones(len(ends), np.bool_)
            said = self._say(groups if fresh.all() else groups[np.repeat(fresh, sizes)])
        past = ends <= watermark - self.correct
        if watermark != END and not past.all():
            groups, ended = groups[np.repeat(past, sizes)], ended[past]
        if len(ended):
            self._chains.forget(ended)
            self._forget(groups)
            self._panes.close(ended)
        return said

    def output_watermark(self) -> int:
        watermark = self.watermarks[0]
        if self.window is None or watermark in {BEGINNING, END}:
            return watermark
        # The next window to end does so after the watermark, at a multiple of the unit, and its
        # rows stand one unit before.
        unit = self.window.unit
        return max((watermark - self.correct) // unit * unit, BEGINNING)

    def tick(self, now: int) -> Iterable[Batch]:
        self._now = max(now, self._now)
        if self.ttl is not None:
            self._expire()
        return ()

    def _touch(self, interned: Interned) -> None:
        """Note that rows have come for groups: they go to the end of the list."""
        self._touched.reserve(self._table.capacity)
        self._touched.data[interned.ids] = self._now
        owners = self._owners(interned.ids)
        self._chains.remove(owners, interned.ids)
        self._chains.append(owners, interned.ids)

    def _expire(self) -> None:
        """Forget the groups that no row has come for, at the head of the list."""
        if self.ttl is None or self._panes is not None or not len(self._table) or not self.keys:
            return
        n = self._chains.count_until(0, self._touched.data, self._now - self.ttl, len(self._table))
        if n:
            groups, _ = self._chains.members(_ONLY, len(self._table))
            self._release(groups[:n])

    # What is kept.

    def _release(self, groups: Ids) -> None:
        """Forget groups and take them out of their lists."""
        if len(groups):
            if len(groups) < len(self._table):
                self._chains.remove(self._owners(groups), np.ascontiguousarray(groups))
            self._forget(groups)

    def _forget(self, groups: Ids) -> None:
        """Forget groups that are in no list any more."""
        if len(groups) == len(self._table):
            self._table.release(groups)
            self._calls.reset()
            self._chains.reset()
            self._touched = Column(np.int64)
            return
        self._calls.clear(groups)
        self._table.release(groups)
        if self._table.wasteful():
            self._compact()

    def _compact(self) -> None:
        """Renumber the groups, when few are left of many, to let go of the memory."""
        top = self._table.capacity
        kept = self._table.compact()
        capacity = self._table.capacity
        self._calls.keep(kept, capacity)
        self._chains.keep_members(kept, capacity, top)
        if self.ttl is not None:
            self._touched.keep(kept, capacity)

    def size(self) -> StateSize:
        nbytes = self._table.nbytes + self._calls.nbytes + self._touched.nbytes
        if len(self._table):
            nbytes += self._chains.nbytes
        if self._panes is not None:
            nbytes += self._panes.nbytes
        return StateSize(len(self._table), nbytes)

    def snapshot(self) -> Mapping[str, pa.Table]:
        groups = self._in_order()
        keys = self._batch(groups, (), None).columns
        tables = self._calls.snapshot(groups)
        tables["keys"] = pa.table(list(keys), names=[str(i) for i in range(len(keys))])
        tables["touched"] = pa.table({"touched": integers(self._touches(groups))})
        clock = [len(groups), self.watermarks[0], self._arrived, self._now]
        tables["clock"] = pa.table({"clock": integers(np.array(clock, np.int64))})
        return tables

    def _in_order(self) -> Ids:
        """Return all groups: window by window, in each as they came (or were last touched)."""
        if not len(self._table):
            return np.empty(0, np.int64)
        panes = _ONLY if self._panes is None else self._panes.ending(END)
        groups, _ = self._chains.members(panes, len(self._table))
        return groups

    def _touches(self, groups: Ids) -> Ids:
        return self._touched.data[groups] if self.ttl is not None else np.empty(0, np.int64)

    def restore(self, state: Mapping[str, pa.Table]) -> None:
        n, watermark, arrived, now = state["clock"]["clock"].to_pylist()
        self.watermarks[0], self._arrived, self._now = watermark, arrived, now
        if not n:
            return
        keys = [c.combine_chunks() for c in state["keys"].columns]
        columns = [pa.nulls(n, t.arrow) for t in self.input.types]
        for k, values in zip(self.keys, keys, strict=True):
            columns[k] = values
        interned = self._intern(Batch(self.input, tuple(columns), n))
        self._calls.restore(interned.ids, state)
        if self.ttl is not None:
            self._touched.data[interned.ids] = view(state["touched"]["touched"].combine_chunks())

    def fingerprint(self) -> str:
        calls = ", ".join(
            f"{c.aggregate.signature}{c.arguments}{c.result}/{c.filter}/{c.distinct}"
            f"/{c.order}/{c.aggregate.takes_nulls}"
            for c in self._calls.calls
        )
        parts = [f"[{self.input}]", f"{self.keys}", f"[{calls}]", f"{self.window}"]
        parts += [self.emission.value, f"{self.append_only}", f"{self.ttl}", f"{self.correct}"]
        return f"GroupAggregate({' '.join(parts)})"


_ONLY = np.zeros(1, np.int64)
