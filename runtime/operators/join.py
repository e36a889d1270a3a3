"""Joins of two inputs: by keys, near in time, in the same window, with what has no partner."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import replace

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from cep.runtime.batch import Batch, Instants, Weights
from cep.runtime.consolidate import consolidate
from cep.runtime.joining import Near, Residual, Side, Together
from cep.runtime.operator import Operator, StateSize
from cep.runtime.rowerrors import Mask, failed
from cep.runtime.saying import Saying
from cep.runtime.snapshots import batches_to_table, table_to_batches
from cep.runtime.state.column import Ids
from cep.runtime.state.keys import KeyTable
from cep.runtime.state.partners import NEVER, NewRows, Partners
from cep.runtime.state.vectors import Codes, integers, numbered, valid, view
from cep.runtime.time import BEGINNING, END
from cep.types import Schema


class Join(Operator):
    """Pairs of rows with equal keys that satisfy a condition, and rows without a partner.

    With `pairs` the pairs are said; without, the rows of the left input: those without a partner if
    these are `kept`, otherwise those with one. `said` are the columns of the inputs that they have.

    Bilinear: what comes on one side is paired with all that is kept of the other, with the product
    of the weights. For each row whose partners matter their number is kept, in weights, so that it
    is known when the first comes and the last goes. Rows are kept as long as a partner may come:
    with a `bound` until the watermark of the other input has passed all of them, otherwise until
    that input ends, or for `ttl` microseconds of the engine's clock. A row whose time is before its
    lateness is refused; in a window, one whose window has ended by then. With `correct` both are so
    many microseconds more patient, and what was said of a row without partner is then taken back.

    The rows of the input `held` wait until the other has ended, and are answered in their turn: so
    they keep their times, and the watermarks that stood when they came.

    State: rows of both inputs and their keys, 40 to 64 bytes for each besides its values.
    """

    ports = 2

    def __init__(
        self,
        output: Schema,
        sides: tuple[Side, Side],
        *,
        pairs: bool,
        said: tuple[tuple[int, ...], tuple[int, ...]],
        residual: Residual | None = None,
        bound: Near | Together | None = None,
        ttl: int | None = None,
        held: int | None = None,
        correct: int = 0,
    ) -> None:
        super().__init__(output)
        self.sides = sides
        self.pairs = pairs
        self.said = said
        self.residual = residual
        self.bound = bound
        self.ttl = ttl
        self.held = held
        self.saying = Saying(correct=correct)
        self._now = BEGINNING
        # What a row has met matters where rows are said for it, or held back because of it.
        self._counted = (sides[0].kept or not pairs, sides[1].kept)
        self._reset()

    def _reset(self) -> None:
        # Rows with a NULL that equals nothing have no key.
        left = self.sides[0]
        types = [left.schema.types[k] for k in left.keys]
        self._keys = KeyTable(types, nullable=any(left.nulls))
        near = isinstance(self.bound, Near)
        self._rows = [
            Partners(
                s.schema.types,
                distinct=not s.append_only,
                timed=near,
                counted=self._counted[i],
                closing=self.saying.correct if s.kept else 0,
            )
            for i, s in enumerate(self.sides)
        ]
        self._waiting: list[Batch] = []

    # Rows come.

    def process(self, port: int, batch: Batch) -> Iterable[Batch]:
        if port == self.held and self.watermarks[1 - port] < END:
            self._waiting.append(batch)
            return
        side, mine, theirs = self.sides[port], self._rows[port], self._rows[1 - port]
        batch = _spread(batch) if side.append_only else consolidate(batch)
        times = self._times(port, batch.columns)
        batch, times = self._timely(port, batch, times)
        if not batch.rows:
            return
        wanted = self._expecting(port, batch.rows, times, self.saying.correct)
        owners, fresh = self._owners(port, batch, new=bool(wanted.any()))
        met = np.zeros(batch.rows, np.int64)
        settled: list[Ids] = []
        for pairs in theirs.pairs(owners, self._span(port, times)):
            here, there = self._satisfying(port, batch, *pairs)
            if len(here):
                yield from self._met(port, batch, here, there, met, times, settled)
        yield from self._own(port, batch, met, times)
        gone = self._keep(port, batch, owners, met, times, wanted)
        # Only now, since the search goes along these rows, and keys are named by their numbers.
        idle = [fresh, mine.remove(gone, theirs)]
        idle += [theirs.remove(rows, mine) for rows in settled]
        self._release(np.concatenate(idle))

    def _timely(
        self, port: int, batch: Batch, times: Instants | None
    ) -> tuple[Batch, Instants | None]:
        """Put aside the rows that are late, and return the others."""
        refusing = self.saying.refusing(batch.lateness)
        if refusing is None or times is None:
            return batch, times
        # The time of a window is its end, which is late when it has been reached.
        reached = isinstance(self.bound, Together)
        late = times <= refusing if reached else times < refusing
        if not late.any():
            return batch, times
        self.outlet.late(batch.where(late))
        return batch.where(~late), times[~late]

    def _times(self, port: int, columns: Sequence[pa.Array]) -> Instants | None:
        """Return what the bound looks at: the times of rows, or the ends of their windows."""
        if self.bound is None:
            return None
        column = self.bound.right if port else self.bound.left
        return view(columns[column])

    def _span(self, port: int, times: Instants | None) -> Codes | None:
        """Return the first and last times of partners: int64[2, n], where they must be near."""
        if times is None or not isinstance(self.bound, Near):
            return None
        low, high = self.bound.low, self.bound.high
        if port:
            low, high = _negative(high), _negative(low)
        span = np.empty((2, len(times)), np.int64)
        span[0] = BEGINNING if low is None else times + low
        span[1] = NEVER if high is None else times + high
        return span

    def _owners(self, port: int, batch: Batch, *, new: bool) -> tuple[Ids, Ids]:
        """Return the key of each row, -1 where it equals none, and the keys that are new.

        Unless `new` keys are to be kept, it may be -1 too where no row has it.
        """
        side = self.sides[port]
        n = batch.rows
        if not side.keys:
            one = self._keys.one()
            owners, fresh = np.repeat(one.ids, n), one.new
        else:
            columns = [batch.columns[k] for k in side.keys]
            there: npt.NDArray[np.bool_] | None = None
            for column, nulls in zip(columns, side.nulls, strict=True):
                where = None if nulls else valid(column)
                if where is not None:
                    there = where if there is None else there & where
            known = self._keys.find(columns) if there is None and not new else None
            if known is not None:
                owners, fresh = known, np.empty(0, np.int64)
            elif there is None:
                owners, fresh = self._keys.intern(columns)
            else:
                owners, fresh = np.full(n, -1, np.int64), np.empty(0, np.int64)
                found = np.flatnonzero(there)
                if len(found):
                    some = [c.take(integers(found)) for c in columns]
                    owners[found], fresh = self._keys.intern(some)
        for rows in self._rows:
            rows.reserve(self._keys.capacity)
        return owners, fresh

    def _satisfying(self, port: int, batch: Batch, here: Ids, there: Ids) -> tuple[Ids, Ids]:
        """Return the pairs for which the residual condition holds."""
        if self.residual is None:
            return here, there
        which = (self.residual.left, self.residual.right)
        own = [batch.columns[i].take(integers(here)) for i in which[port]]
        other = self._rows[1 - port].columns(there, which[1 - port])
        mask, errors = self.residual.predicate(
            [*other, *own] if port else [*own, *other], len(here)
        )
        if errors is not None:
            bad = np.flatnonzero(failed(errors))
            times = self._times(port, batch.columns)
            pairs = self._paired(port, batch, here[bad], there[bad], times)
            self.outlet.failed(pairs, errors[bad])
            mask = mask & ~failed(errors)
        return (here, there) if mask.all() else (here[mask], there[mask])

    # What is said.

    def _met(
        self,
        port: int,
        batch: Batch,
        here: Ids,
        there: Ids,
        met: Codes,
        times: Instants | None,
        settled: list[Ids],
    ) -> Iterator[Batch]:
        """Say pairs, and what has changed for rows of the other side by them.

        Adds to `met` the partners of the batch's rows, to `settled` the rows that need no more.
        """
        if self._counted[port]:
            weights = self._rows[1 - port].weights(there)
            if weights is None:
                met += np.bincount(here, minlength=len(met))
            else:
                np.add.at(met, here, weights)
        first = last = np.empty(0, np.int64)
        other, kept = self.sides[1 - port], self._rows[1 - port]
        if self._counted[1 - port]:
            first, last = self._found(1 - port, there, batch.weight, here)
            if self._settled(1 - port):
                settled.append(first)
            if other.kept and other.waits:
                first, last = (rows[self._closed(1 - port, rows)] for rows in (first, last))
        # What is taken back comes before what takes its place.
        if other.kept:
            yield from self._alone(1 - port, kept, first, -1)
        if self.pairs:
            yield self._paired(port, batch, here, there, times)
        elif port and not other.kept:
            yield from self._alone(0, kept, last, -1)
            yield from self._alone(0, kept, first, 1)
        if other.kept:
            yield from self._alone(1 - port, kept, last, 1)

    def _found(self, port: int, rows: Ids, weights: Weights | None, pairs: Ids) -> tuple[Ids, Ids]:
        """Count partners of rows that are kept: those at `pairs` of a batch with these weights.

        Returns the rows that have a partner now and had none, and those that have lost the last.
        """
        kept = self._rows[port]
        few, local = numbered(rows)
        net = np.zeros(len(few), np.int64)
        np.add.at(net, local, 1 if weights is None else weights[pairs])
        was = kept.matches.data[few]
        now = was + net
        kept.matches.data[few] = now
        return few[(was <= 0) & (now > 0)], few[(was > 0) & (now <= 0)]

    def _closed(self, port: int, rows: Ids) -> Mask:
        """Return which of the rows that wait have been said without a partner, if they had none."""
        if not self.saying.correct:
            # They go when they close.
            return np.zeros(len(rows), np.bool_)
        closed: Mask = self._rows[port].closes(rows) < self._mark(1 - port)
        return closed

    def _settled(self, port: int) -> bool:
        """Say whether all has been said of a row of an input when it has met one partner."""
        other = self.sides[1 - port]
        return not self.pairs and port == 0 and other.append_only

    def _own(self, port: int, batch: Batch, met: Codes, times: Instants | None) -> Iterator[Batch]:
        """Say rows that have just come, by themselves."""
        side = self.sides[port]
        if not self._counted[port]:
            return
        if not self.pairs and not side.kept:
            said = met > 0
        elif not side.waits:
            said = met <= 0
        else:
            said = (met <= 0) & ~self._expecting(port, batch.rows, times)
        if said.any():
            some = batch.where(said)
            moments = self._moments(port, None if times is None else times[said])
            columns = [some.columns[i] for i in self.said[port]]
            alone = self._padded(port, columns, some.rows, moments, some.weight)
            if port == self.held:
                alone = replace(alone, time=some.time, lateness=some.lateness)
            yield alone

    def _alone(self, port: int, kept: Partners, rows: Ids, weight: int) -> Iterator[Batch]:
        """Say rows that are kept, by themselves."""
        if not len(rows):
            return
        weights = kept.weights(rows)
        if weights is not None:
            weights = weights * weight
        elif weight != 1:
            weights = np.full(len(rows), weight)
        columns = kept.columns(rows, self.said[port])
        yield self._padded(port, columns, len(rows), self._kept_moments(port, rows), weights)

    def _padded(
        self,
        port: int,
        columns: list[pa.Array],
        rows: int,
        times: Instants | None,
        weights: Weights | None,
    ) -> Batch:
        """Return rows of one side, with NULLs for the other."""
        if self.pairs:
            types = self.sides[1 - port].schema.types
            missing = [pa.nulls(rows, types[i].arrow) for i in self.said[1 - port]]
            columns = [*missing, *columns] if port else [*columns, *missing]
        return Batch(self.schema, tuple(columns), rows, times, None, weights)

    def _paired(
        self, port: int, batch: Batch, here: Ids, there: Ids, times: Instants | None
    ) -> Batch:
        """Return pairs of rows of a batch, which have `times`, and rows that are kept."""
        theirs = self._rows[1 - port]
        weights = theirs.weights(there)
        own = [batch.columns[i] for i in self.said[port]]
        if len(here) != batch.rows or not (here == np.arange(batch.rows)).all():
            # Not each row just once, as where a stream is looked up in a table.
            picked = integers(here)
            own = [c.take(picked) for c in own]
            times = None if times is None else times[here]
        if batch.weight is not None:
            given = batch.weight[here]
            weights = given if weights is None else given * weights
        other = theirs.columns(there, self.said[1 - port])
        moments = None
        if self.bound is not None and (self.sides[0].timely or self.sides[1].timely):
            # The left time, where there are both.
            mine = self.sides[port].timely and (port == 0 or not self.sides[0].timely)
            moments = self._moments(port, times) if mine else self._kept_moments(1 - port, there)
        lateness = None
        if port == self.held:
            moments, lateness = _some(batch.time, here), _some(batch.lateness, here)
        columns = (*other, *own) if port else (*own, *other)
        return Batch(self.schema, columns, len(here), moments, lateness, weights)

    def _kept_moments(self, port: int, rows: Ids) -> Instants | None:
        """Return the event times of rows that are kept."""
        if self.bound is None or not self.sides[port].timely:
            return None
        kept = self._rows[port]
        ends = kept.due(rows) + 1 - self.saying.correct if self._windowed else kept.times(rows)
        return self._moments(port, ends)

    def _moments(self, port: int, times: Instants | None) -> Instants | None:
        """Return the event times of rows that are said, by what the bound looks at."""
        if times is None or not self.sides[port].timely:
            return None
        return times - self.bound.unit if isinstance(self.bound, Together) else times

    @property
    def _windowed(self) -> bool:
        return isinstance(self.bound, Together)

    # What is kept.

    def _due(self, port: int, rows: int, times: Instants | None) -> Codes:
        """Return how far the other input's watermark may come before rows can have no partner."""
        if times is None:
            if self.ttl is not None and self._now > BEGINNING:
                return np.full(rows, self._now + self.ttl)
            return np.full(rows, NEVER)
        distance = self._distance(port)
        if distance is None:
            return np.full(rows, NEVER)
        return times + distance + self.saying.correct

    def _distance(self, port: int) -> int | None:
        """Return how much later than a row's time its last partner may come; None for ever."""
        if isinstance(self.bound, Near):
            return _negative(self.bound.low) if port else self.bound.high
        return -1

    def _expecting(self, port: int, rows: int, times: Instants | None, correct: int = 0) -> Mask:
        """Return for which rows a partner may come, if it may be late by `correct`."""
        mark = Saying(correct=correct).past(self._mark(1 - port))
        distance = None if times is None else self._distance(port)
        if times is None or distance is None or mark in {BEGINNING, END}:
            return np.full(rows, mark < END)
        expecting: Mask = times >= mark - distance
        return expecting

    def _keep(
        self,
        port: int,
        batch: Batch,
        owners: Ids,
        met: Codes,
        times: Instants | None,
        wanted: Mask,
    ) -> Ids:
        """Keep the rows of a batch that are `wanted`, as partners may come, or take them back.

        Returns the kept rows of which none is left.
        """
        side = self.sides[port]
        if not (side.kept and side.waits):
            wanted = wanted & (owners >= 0)
        if self._settled(port):
            wanted = wanted & (met <= 0)
        if not wanted.any():
            return np.empty(0, np.int64)
        if not wanted.all():
            batch, owners, met = batch.where(wanted), owners[wanted], met[wanted]
            times = None if times is None else times[wanted]
        due = self._due(port, batch.rows, times)
        new = NewRows(owners, due, batch.columns, times, batch.weight, met)
        return self._rows[port].add(new)

    def _release(self, keys: Ids) -> None:
        """Forget those of some keys that no row has."""
        for rows in self._rows:
            keys = keys[rows.heads[keys] < 0]
        self._keys.release(numbered(keys)[0])
        if self._keys.wasteful():
            top = self._keys.capacity
            kept = self._keys.compact()
            numbers = np.full(top + 1, -1, np.int64)
            numbers[kept] = np.arange(len(kept))
            for rows in self._rows:
                rows.renumber(kept, numbers, self._keys.capacity)

    # Time passes.

    def advance(self, port: int, watermark: int) -> Iterable[Batch]:
        before = self.watermarks[port]
        super().advance(port, watermark)
        if self.saying.correct and self.sides[1 - port].kept:
            # They stay, so that a late partner can take back what is said of them.
            kept = self._rows[1 - port]
            rows = kept.close(before, watermark)
            yield from self._alone(1 - port, kept, rows[kept.matches.data[rows] <= 0], 1)
        if watermark == END and self.held == 1 - port:
            waiting, self._waiting = self._waiting, []
            for batch in waiting:
                yield from self.process(self.held, batch)
            if self.watermarks[self.held] == END:
                yield from self._expire(port, END)
        if self.bound is not None or self._mark(port) == END:
            yield from self._expire(1 - port, watermark)

    def _mark(self, port: int) -> int:
        """Return the watermark of an input; one whose rows still wait has not ended."""
        mark = self.watermarks[port]
        waits = port == self.held and self.watermarks[1 - port] < END
        return min(mark, END - 1) if waits else mark

    def tick(self, now: int) -> Iterable[Batch]:
        self._now = now
        if self.ttl is not None:
            for port in (0, 1):
                yield from self._expire(port, now)

    def _expire(self, port: int, limit: int) -> Iterator[Batch]:
        """Forget the rows that can have no more partners; say those that were waiting for one."""
        kept, side = self._rows[port], self.sides[port]
        rows = kept.expire(limit)
        if side.kept and side.waits and not self.saying.correct:
            yield from self._alone(port, kept, rows[kept.matches.data[rows] <= 0], 1)
        self._release(kept.remove(rows, self._rows[1 - port]))

    def output_watermark(self) -> int:
        left, right = map(self.saying.past, self.watermarks)
        if self.held is not None:
            # What waits may be of any time.
            return (
                self.watermarks[self.held] if self.watermarks[1 - self.held] == END else BEGINNING
            )
        if isinstance(self.bound, Near):
            # What a row of one side meets on the other may be older, by the interval at most.
            reached = []
            if self.sides[0].timely and self.bound.high is not None:
                reached.append(min(left, _earlier(right, self.bound.high)))
            if self.sides[1].timely and self.bound.low is not None:
                reached.append(min(right, _earlier(left, -self.bound.low)))
            return min(reached, default=min(left, right))
        mark = min(left, right)
        if isinstance(self.bound, Together) and mark not in {BEGINNING, END}:
            # The next window to end does so after the watermark; its rows stand one unit before.
            return max(mark // self.bound.unit * self.bound.unit, BEGINNING)
        return mark

    # Snapshots.

    def size(self) -> StateSize:
        nbytes = self._keys.nbytes + sum(r.nbytes for r in self._rows)
        nbytes += sum(b.nbytes for b in self._waiting)
        return StateSize(sum(map(len, self._rows)) + sum(b.rows for b in self._waiting), nbytes)

    def snapshot(self) -> Mapping[str, pa.Table]:
        left, right = (rows.snapshot() for rows in self._rows)
        schema = self.sides[self.held or 0].schema
        return {"left": left, "right": right, "waiting": batches_to_table(schema, self._waiting)}

    def restore(self, state: Mapping[str, pa.Table]) -> None:
        for port, name in enumerate(("left", "right")):
            table = state[name]
            if not table.num_rows:
                continue
            schema = self.sides[port].schema
            *columns, due, weights, matches = (c.combine_chunks() for c in table.columns)
            batch = Batch(schema, tuple(columns), table.num_rows)
            times = self._times(port, columns)
            owners, _ = self._owners(port, batch, new=True)
            self._rows[port].add(
                NewRows(owners, view(due), columns, times, view(weights), view(matches))
            )

        self._waiting = table_to_batches(self.sides[self.held or 0].schema, state["waiting"])

    def fingerprint(self) -> str:
        schemas = " and ".join(f"({s.schema})" for s in self.sides)
        return f"{super().fingerprint()} of {schemas} on {self._condition()}"

    def _condition(self) -> str:
        keys = [(s.keys, s.nulls, s.append_only, s.kept, s.waits) for s in self.sides]
        text = None if self.residual is None else self.residual.text
        how = f"{self.pairs} {self.ttl} {self.held} {self.saying.correct}"
        return f"{keys} {self.bound} {text} {how}"


def _spread(batch: Batch) -> Batch:
    """Return each row as often as its weight says."""
    if batch.weight is None:
        return batch
    once = batch.take(np.repeat(np.arange(batch.rows), batch.weight))
    return Batch(once.schema, once.columns, once.rows, once.time, once.lateness)


def _some(values: Instants | None, rows: Ids) -> Instants | None:
    return None if values is None else values[rows]


def _negative(distance: int | None) -> int | None:
    return None if distance is None else -distance


def _earlier(watermark: int, distance: int) -> int:
    """Return a watermark moved back; those before all and after all rows stay."""
    if watermark in {BEGINNING, END}:
        return watermark
    return max(watermark - distance, BEGINNING)
