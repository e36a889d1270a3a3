"""MATCH_RECOGNIZE: matches of a row pattern, said as soon as they are decided."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from cep.errors import EvaluationError
from cep.runtime.batch import Batch, concat
from cep.runtime.matcher import layout as at
from cep.runtime.matcher.generate import shape
from cep.runtime.matcher.measures import NO_TIME, Found, Positions
from cep.runtime.matcher.plan import MatchPlan, Rows
from cep.runtime.matcher.program import Reads
from cep.runtime.matcher.rows import RowStore
from cep.runtime.matcher.walks import Failures, OutOfBudget, Results, Walks
from cep.runtime.operator import Operator, StateSize
from cep.runtime.ordering import ordered
from cep.runtime.rowerrors import Messages, failed, only_where
from cep.runtime.snapshots import batches_to_table, table_to_batches
from cep.runtime.state.column import Ids
from cep.runtime.state.keys import KeyTable
from cep.runtime.state.vectors import arrow, integers, numbered, view
from cep.runtime.state.waiting import Waiting
from cep.runtime.time import BEGINNING, END

_CHUNK = 1 << 16
"""Rows that are walked over at a time."""


_DIGITS = 20
"""As many as the number of a partition may have."""

_NOBODY = np.empty(0, np.int64)


class Match(Operator):
    """Puts rows in order and finds the matches of a pattern in each partition.

    Rows wait until the watermark says that none will come before them; without event time, until
    the input ends. A row is refused iff its time is before its own watermark W. The output's
    watermark stands at the start of the oldest undecided match.

    State: the rows that wait, and of each partition those since its undecided start with the
    choices of the walk. Nothing of a partition that has none, but for what the pattern reads of it.
    """

    def __init__(self, plan: MatchPlan) -> None:
        super().__init__(plan.output)
        self.plan = plan
        self._waiting = Waiting(plan.input)
        self._kept: list[Batch] = []
        self._context_at = _NOBODY
        self._reset()

    def _reset(self) -> None:
        plan = self.plan
        self._keys = KeyTable([plan.input.types[k] for k in plan.partition])
        self._store = RowStore(
            plan.kept_types,
            [(v.type, v.floating) for v in plan.values],
            shape(plan.program).marks,
            frozenset(
                name
                for name, needed in (
                    ("prv", plan.context > 0),
                    ("bad", plan.program.fails),
                    ("ready", plan.ahead > 0),
                )
                if needed
            ),
        )
        self._walks = Walks(
            plan.program,
            self._store,
            plan.back,
            lasting=plan.lasting,
            python=self._ask if plan.python else None,
        )

    # ------------------------------------------------------------ rows that come

    def process(self, port: int, batch: Batch) -> Iterable[Batch]:
        if self.plan.timely and batch.lateness is not None:
            assert batch.time is not None
            late = batch.time < batch.lateness
            if late.any():
                self.outlet.late(batch.take(np.flatnonzero(late)))
                batch = batch.take(np.flatnonzero(~late))
        if batch.rows:
            if self.plan.origin is not None and batch.partition:
                batch = _named(batch, self.plan.origin)
            if self.plan.timely:
                self._waiting.add(batch)
            else:
                self._kept.append(batch)
        return ()

    def advance(self, port: int, watermark: int) -> Iterable[Batch]:
        super().advance(port, watermark)
        ended = watermark == END
        ready = self._release(watermark)
        if ready is not None:
            yield from self._walk_over(ready, watermark, ended=ended)
        walks = self._walks
        partitions = walks.under_way() if ended else walks.overdue(watermark)
        if len(partitions):
            if ended and self.plan.ahead:
                self._all_ready(partitions)
            yield from self._run(partitions, watermark, ended=ended, rows=len(partitions))
        if self._walks.wasteful():
            self._walks.compact()

    def _release(self, watermark: int) -> Batch | None:
        """Return the rows that nothing can come before any more, in order."""
        if not self.plan.timely:
            if watermark != END or not self._kept:
                return None
            rows = concat(self._kept)
            self._kept = []
            return rows.take(ordered(rows, self.plan.order)) if self.plan.order else rows
        ready = self._waiting.take(min(watermark, END - 1) + int(self.plan.eager))
        if ready is None or len(self.plan.order) == 1:
            return ready
        order, origin = self.plan.order, self.plan.origin
        if origin is not None and not pc.max(pc.binary_length(ready.columns[origin])).as_py():
            order = order[:-1]  # the program inserted them all, so that none is from a partition
        return ready.take(ordered(ready, order))

    def _walk_over(self, rows: Batch, watermark: int, *, ended: bool) -> Iterator[Batch]:
        """Take rows in, some at a time, and say what they decide."""
        for first in range(0, rows.rows, _CHUNK):
            part = rows if rows.rows <= _CHUNK else rows.slice(first, _CHUNK)
            until = watermark
            if first + _CHUNK < rows.rows:
                until = BEGINNING
                if self.plan.timely:
                    assert rows.time is not None
                    until = int(rows.time[first + _CHUNK])
            elif ended:
                until = BEGINNING if part.time is None else int(part.time[-1])
            partitions = self._take(part)
            yield from self._run(partitions, until, ended=False, rows=part.rows)
            if self._walks.wasteful():
                self._walks.compact()

    # ------------------------------------------------------------ taking rows in

    def _take(self, batch: Batch) -> Ids:
        """Put rows into the store, with what conditions say of them; return their partitions."""
        plan = self.plan
        if plan.partition:
            owners, _ = self._keys.intern([batch.columns[k] for k in plan.partition])
            partitions, local = numbered(owners)
        else:
            partitions = self._keys.one().ids
            local = np.zeros(batch.rows, np.int64)
        self._walks.reserve(self._keys.capacity)
        columns: list[pa.Array] = [
            c if i in plan.reads else None for i, c in enumerate(batch.columns)
        ]
        time = batch.time
        if plan.time is not None and not plan.timely:
            time = _times(batch.columns[plan.time])
        if len(partitions) > 1 and bool((local[1:] < local[:-1]).any()):
            narrow = local.astype(np.uint16) if len(partitions) <= 1 << 16 else local
            by_partition = np.argsort(narrow, kind="stable")
            picked = integers(by_partition)
            columns = [None if c is None else c.take(picked) for c in columns]
            time = None if time is None else time[by_partition]
            local = local[by_partition]
        counts = np.bincount(local, minlength=len(partitions))
        old, owner = _NOBODY, _NOBODY
        if plan.context:
            old, owner = self._walks.before(partitions, plan.context)
        first = self._store.append(batch.rows)
        new = np.arange(batch.rows)
        if len(old):
            columns, local, new = self._with_context(columns, local, old, owner, len(partitions))
        if plan.shifts:
            columns += [_shifted(columns[i], shift, local) for i, shift in plan.shifts]
        if time is not None:
            self._store.arrays["time"][first : first + batch.rows] = time
        self._put(columns, len(local), new, first, whole=not len(old))
        self._walks.link(partitions, counts, first)
        if plan.ahead:
            self._wait_for_next(partitions, counts, first, old, owner, columns, len(local))
        return partitions

    def _with_context(
        self, columns: list[pa.Array], local: Ids, old: Ids, owner: Ids, partitions: int
    ) -> tuple[list[pa.Array], Ids, Ids]:
        """Put rows that came before in front of those of their partition.

        Returns the columns, the partition of each row, and where the new rows stand.
        """
        before = np.cumsum(np.bincount(owner, minlength=partitions))
        new_before = np.cumsum(np.bincount(local, minlength=partitions))
        new = np.arange(len(local)) + before[local]
        context = np.arange(len(old)) + np.where(owner > 0, new_before[owner - 1], 0)
        order = np.empty(len(old) + len(local), np.int64)
        order[context] = np.arange(len(old))
        order[new] = np.arange(len(old), len(order))
        picked = integers(order)
        joined: list[pa.Array] = []
        for i, column in enumerate(columns):
            if column is None:
                joined.append(None)
                continue
            kept = self.plan.shown.get(i)
            if kept is None:
                earlier = pa.nulls(len(old), column.type)
            else:
                earlier = self._store.take(kept, old)
            joined.append(pa.concat_arrays([earlier, column]).take(picked))
        self._context_at = context
        owners = np.empty(len(order), np.int64)
        owners[context], owners[new] = owner, local
        return joined, owners, new

    def _put(
        self, columns: Sequence[pa.Array], n: int, new: Ids, first: int, *, whole: bool
    ) -> None:
        """Set what is known of new rows; `columns` have n rows, the new ones stand at `new`."""
        plan, store = self.plan, self._store
        slots = slice(first, first + len(new))
        flags, bad = self._conditions(columns, n)
        arrays = store.arrays
        arrays["flags"][slots] = flags if whole else flags[new]
        if plan.program.fails:
            arrays["bad"][slots] = bad if whole else bad[new]
        values = [v.evaluate(columns, n)[0] for v in plan.values]
        kept = [columns[k] for k in plan.kept]
        if not whole:
            picked = integers(new)
            values = [v.take(picked) for v in values]
            kept = [k.take(picked) for k in kept]
        store.put(slots, kept, values)

    def _conditions(self, columns: Sequence[pa.Array], n: int) -> tuple[Ids, Ids]:
        """Return the flags of rows: a bit for each variable that a row satisfies, or fails on."""
        flags, bad = np.zeros(n, np.int64), np.zeros(n, np.int64)
        for variable, evaluate in self.plan.conditions:
            mask, errors = evaluate(columns, n)
            bits = mask.astype(np.int64)
            bits <<= variable
            flags |= bits
            if errors is not None:
                wrong = failed(errors)
                bad |= wrong.astype(np.int64) << variable
                flags &= ~(wrong.astype(np.int64) << variable)
        return flags, bad

    # ---- rows that are read before they have come

    def _wait_for_next(
        self,
        partitions: Ids,
        counts: Ids,
        first: int,
        old: Ids,
        owner: Ids,
        columns: Sequence[pa.Array],
        n: int,
    ) -> None:
        """Mark the last rows of each partition as not ready, and renew those that are now."""
        ahead, ready = self.plan.ahead, self._store.arrays["ready"]
        ends = first + np.cumsum(counts)
        ready[first : first + int(counts.sum())] = 1
        for k in range(1, ahead + 1):
            slots = ends - k
            ready[slots[counts >= k]] = 0
        if not len(old):
            return
        stale = ready[old] == 0
        seq = self._store.arrays["seq"]
        tails = self._walks.field(partitions, at.TAIL)
        ready[old] = seq[tails[owner]] - seq[old] >= ahead
        self._renew(old[stale], self._context_at[stale], columns, n)

    def _renew(self, slots: Ids, where: Ids, columns: Sequence[pa.Array], n: int) -> None:
        """Compute again what depends on rows that have come since."""
        plan = self.plan
        if not len(slots):
            return
        picked = integers(np.ascontiguousarray(where))
        flags, bad = self._conditions(columns, n)
        self._store.arrays["flags"][slots] = flags[where]
        if plan.program.fails:
            self._store.arrays["bad"][slots] = bad[where]
        values = [v.evaluate(columns, n)[0].take(picked) for v in self.plan.values]
        self._store.put_values(slots, values)
        self._store.replace(slots, [columns[k].take(picked) for k in self.plan.kept])

    def _all_ready(self, partitions: Ids) -> None:
        """Learn that no rows will come after the last ones."""
        self._store.arrays["ready"][: self._store.top] = 1

    # ------------------------------------------------------------ walking

    def _run(self, partitions: Ids, watermark: int, *, ended: bool, rows: int) -> Iterator[Batch]:
        try:
            for outcome in self._walks.run(partitions, watermark, ended=ended, rows=rows):
                if isinstance(outcome, Failures):
                    self._failed_tests(outcome)
                else:
                    yield from self._say(outcome)
        except OutOfBudget as error:
            raise self._explained(error) from None
        idle = self._walks.settle(partitions)
        if len(idle):
            self._keys.release(idle)

    def _explained(self, error: OutOfBudget) -> EvaluationError:
        where = ""
        if self.plan.partition:
            names = [self.plan.input.names[k] for k in self.plan.partition]
            values = self._keys.columns(np.array([error.partition]))
            shown = ", ".join(f"{n} = {v[0].as_py()!r}" for n, v in zip(names, values, strict=True))
            where = f" in the partition {shown}"
        what = {
            "steps": "it goes back over its choices too often",
            "rows": "it keeps too many rows and choices",
        }[error.what]
        return EvaluationError(
            f"the pattern ({self.plan.pattern}) is given up{where}: {what}",
            hint="bound it with WITHIN, or let its conditions exclude each other",
        )

    def _ask(
        self, variable: int, partition: int, row: int, path: int, length: int, number: int
    ) -> bool:
        """Evaluate the condition of a variable for a row, if it were taken as that."""
        packed = self._walks.path(path, length)
        rows = np.append(packed >> at.LABEL_BITS, row)
        labels = np.append((packed & ((1 << at.LABEL_BITS) - 1)) >> 1, variable)
        one = np.zeros(1, np.int64)
        found = Found(
            one + number + 1, one, np.ones(1, np.bool_), one, one + length + 1, rows, labels
        )
        values, errors = self.plan.python[variable].evaluate(
            self._store, found, Positions(one, one + length)
        )
        if errors is not None and errors[0] is not None:
            told = self._store.arrays["bad"]
            if not told[row] >> variable & 1:
                told[row] |= 1 << variable
                self._fail_rows(one + row, errors)
            return False
        return values[0][0].as_py() is True

    # ------------------------------------------------------------ what is said

    def _failed_tests(self, failures: Failures) -> None:
        """Put rows aside for which a condition could not be computed."""
        plan = self.plan
        messages: Messages = np.full(len(failures.rows), None, dtype=object)
        for variable in np.unique(failures.variables):
            condition = plan.program.conditions[variable]
            mine = np.flatnonzero(failures.variables == variable)
            if condition.reads is Reads.COLUMN:
                messages[mine] = self._column_messages(variable, failures.rows[mine])
            else:
                for i in mine:
                    messages[i] = _WHY[int(failures.why[i])]
        self._fail_rows(failures.rows, messages)

    def _column_messages(self, variable: int, slots: Ids) -> Messages:
        """Compute a condition again for rows that it failed for, to learn why."""
        plan = self.plan
        width = len(plan.input)
        columns = [self._store.take(plan.shown[i], slots) for i in range(width)]
        place = {k: j for j, k in enumerate(plan.kept)}
        columns += [self._store.take(place[width + j], slots) for j in range(len(plan.shifts))]
        evaluate = dict(plan.conditions)[variable]
        _, errors = evaluate(columns, len(slots))
        if errors is None:
            return np.full(len(slots), "the condition has no value", dtype=object)
        return errors

    def _fail_rows(self, slots: Ids, messages: Messages) -> None:
        """Put rows aside with a message each."""
        self.outlet.failed(self._rows_of(slots), messages)

    def _rows_of(self, slots: Ids) -> Batch:
        """Return the rows as they came, as far as they are kept."""
        plan = self.plan
        columns = tuple(
            self._store.take(plan.shown[i], slots)
            if i in plan.shown
            else pa.nulls(len(slots), f.type.arrow)
            for i, f in enumerate(plan.input.fields)
        )
        time = self._store.arrays["time"][slots] if plan.timely else None
        return Batch(plan.input, columns, len(slots), time)

    def _say(self, results: Results) -> Iterator[Batch]:
        wrong = results.kinds >= at.SKIPS_TO_FIRST
        if wrong.any():
            self._misled(results, np.flatnonzero(wrong))
        if self.plan.rows is Rows.ONE:
            batch = self._one_row(results, np.flatnonzero(~wrong))
        elif self.plan.rows is Rows.EVERY:
            batch = self._every_row(results)
        else:
            batch = self._all_rows(results, ~wrong)
        if batch is not None:
            yield batch

    def _misled(self, results: Results, which: Ids) -> None:
        """Put matches aside whose AFTER MATCH leads nowhere."""
        name = " or ".join(
            self.plan.program.variables[v] for v in sorted(self.plan.program.to or ())
        )
        messages: Messages = np.full(len(which), None, dtype=object)
        for i, w in enumerate(which):
            if results.kinds[w] == at.SKIPS_TO_FIRST:
                messages[i] = (
                    f"AFTER MATCH SKIP leads to {name}, the first row of the match: "
                    "it would be found again for ever"
                )
            else:
                messages[i] = f"AFTER MATCH SKIP leads to {name}, but the match has no such row"
        self._fail_rows(results.starts[which], messages)

    def _found(self, results: Results) -> Found:
        return Found(
            results.numbers,
            results.times,
            results.kinds == at.COMPLETE,
            results.offsets,
            results.lengths,
            results.rows,
            results.labels,
        )

    def _one_row(self, results: Results, which: Ids) -> Batch | None:
        if not len(which):
            return None
        which = self._in_order(results, which)
        ends = results.offsets[which] + results.lengths[which] - 1
        found = self._found(results)
        measures, errors = self.plan.measures.evaluate(self._store, found, Positions(which, ends))
        keys = ()
        if self.plan.partition:
            keys = self._keys.columns(results.partitions[which])
        time = results.times[which] if self.plan.timely else None
        batch = Batch(self.schema, (*keys, *measures), len(which), time)
        return self._without(batch, errors)

    def _in_order(self, results: Results, which: Ids) -> Ids:
        """Return results by time, those of a partition in the order in which they were found."""
        if not self.plan.timely:
            return which
        times = results.times[which]
        if bool((times[1:] >= times[:-1]).all()):
            return which
        # In a partition the time may go back: an absence ends late, an empty match at its start.
        # So results go by the greatest time up to them.
        partitions = results.partitions[which]
        change = partitions[1:] != partitions[:-1]
        if not bool((change | (times[1:] >= times[:-1])).all()):
            _, ranks = np.unique(times, return_inverse=True)
            base = np.cumsum(np.concatenate([[False], change])) * (len(which) + 1)
            times = np.maximum.accumulate(base + ranks) - base
        return which[np.argsort(times, kind="stable")]

    def _all_rows(self, results: Results, fine: np.ndarray) -> Batch | None:
        """Return the rows of matches that are not excluded, and those that no match covers."""
        n = len(results.kinds)
        alone = results.kinds == at.UNMATCHED
        empty = (results.lengths == 0) & ~alone & fine
        if self.plan.rows is Rows.NONEMPTY:
            empty &= False
        single = np.flatnonzero((alone & fine) | empty)
        shown = results.labels >= 0
        owners = np.repeat(np.arange(n), results.lengths)
        shown &= fine[owners]
        places = np.flatnonzero(shown)
        match = np.concatenate([owners[places], single])
        where = np.concatenate([places, results.offsets[single] - 1])
        slots = np.concatenate([results.rows[places], results.starts[single]])
        if not len(match):
            return None
        order = np.lexsort((where, match))
        match, where, slots = match[order], where[order], slots[order]
        measures, errors = self.plan.measures.evaluate(
            self._store, self._found(results), Positions(match, where)
        )
        if alone.any():
            matched = ~alone[match]
            measures = [_only(m, matched) for m in measures]
            if errors is not None:
                errors = only_where(errors, matched)
        before = [self._store.take(k, slots) for k in self.plan.before]
        after = [self._store.take(k, slots) for k in self.plan.after]
        time = self._store.arrays["time"][slots] if self.plan.timely else None
        batch = Batch(self.schema, (*before, *measures, *after), len(match), time)
        return self._without(batch, errors)

    def _every_row(self, results: Results) -> Batch | None:
        """Return all rows, each with what is read of its match; that is NULL where it has none.

        A row whose match leads nowhere was put aside.
        """
        which = np.flatnonzero(results.kinds < at.SKIPS_TO_FIRST)
        if not len(which):
            return None
        matched = results.kinds[which] == at.COMPLETE
        ends = (results.offsets + results.lengths)[which] - 1
        measures, errors = self.plan.measures.evaluate(
            self._store, self._found(results), Positions(which, ends)
        )
        measures = [
            m if i in self.plan.functions else _only(m, matched) for i, m in enumerate(measures)
        ]
        slots = results.starts[which]
        before = [self._store.take(k, slots) for k in self.plan.before]
        time = self._store.arrays["time"][slots] if self.plan.timely else None
        batch = Batch(self.schema, (*before, *measures), len(which), time)
        return self._without(batch, only_where(errors, matched))

    def _without(self, batch: Batch, errors: Messages | None) -> Batch | None:
        """Put rows aside whose measures could not be computed."""
        if errors is None:
            return batch
        wrong = failed(errors)
        if wrong.any():
            self.outlet.failed(batch, errors)
            batch = batch.take(np.flatnonzero(~wrong))
        return batch if batch.rows else None

    # ------------------------------------------------------------ the rest

    def output_watermark(self) -> int:
        watermark = super().output_watermark()
        if watermark in {BEGINNING, END}:
            return watermark
        earliest = self._waiting.earliest()
        return min(watermark, self._walks.since(), END if earliest is None else earliest)

    def size(self) -> StateSize:
        rows = len(self._waiting) + sum(b.rows for b in self._kept) + self._walks.live
        size = self._waiting.nbytes + sum(b.nbytes for b in self._kept) + self._store.nbytes
        return StateSize(rows, size + self._walks.nbytes + self._keys.nbytes)

    def snapshot(self) -> Mapping[str, pa.Table]:
        plan = self.plan
        self._walks.compact()
        partitions = self._keys.live()
        top = np.arange(self._store.top)
        names = [str(i) for i in range(len(plan.kept))]
        rows = [self._store.take(i, top) for i in range(len(plan.kept))]
        for name, array in self._store.arrays.items():
            names.append(name)
            rows.append(pa.array(array[: self._store.top]))
        for i in range(len(plan.values)):
            names.append(f"value {i}")
            rows.append(self._store.value_array(i, top))
        keys = self._keys.columns(partitions) if plan.partition else (integers(partitions),)
        return {
            "waiting": self._waiting.snapshot(),
            "kept": batches_to_table(plan.input, self._kept),
            "keys": pa.table(list(keys), names=[str(i) for i in range(len(keys))]),
            "rows": pa.table(rows, names=names),
            **self._walks.snapshot(partitions),
        }

    def restore(self, state: Mapping[str, pa.Table]) -> None:
        plan = self.plan
        self._waiting.restore(state["waiting"])
        self._kept = table_to_batches(plan.input, state["kept"])
        self._reset()
        keys = [c.combine_chunks() for c in state["keys"].columns]
        if plan.partition:
            partitions, _ = self._keys.intern(keys)
        else:
            partitions = self._keys.one().ids if len(keys[0]) else np.empty(0, np.int64)
        self._walks.reserve(self._keys.capacity)
        rows = state["rows"].combine_chunks()
        n = rows.num_rows
        if n:
            first = self._store.append(n)
            columns = {name: _one_array(rows.column(name)) for name in rows.column_names}
            self._store.put(
                slice(first, n),
                [columns[str(i)] for i in range(len(plan.kept))],
                [columns[f"value {i}"] for i in range(len(plan.values))],
            )
            for name, array in self._store.arrays.items():
                array[:n] = columns[name].to_numpy(zero_copy_only=False)
        self._walks.restore(partitions, state)

    def fingerprint(self) -> str:
        conditions = "; ".join(c.text for c in self.plan.program.conditions)
        code = " ".join(self.plan.program.listing())
        frame = self.plan.program.frame or ""
        kept = f"{self.plan.kept} {self.plan.kept_types} {self.plan.shifts}"
        parts = f"{self.plan.partition} {code} {conditions} {kept} {frame}"
        return f"{super().fingerprint()} {parts}"


_WHY = ("", "division by zero", "the result is out of range")


def _times(column: pa.Array) -> Ids:
    """Return times as numbers; what has none stands before all."""
    times: Ids = view(column)
    return np.where(view(column.is_valid()), times, NO_TIME) if column.null_count else times


def _named(batch: Batch, column: int) -> Batch:
    """Write the partition that rows are from into a column, so that numbers sort as numbers."""
    name = batch.partition
    columns = list(batch.columns)
    columns[column] = pa.repeat(name.rjust(_DIGITS) if name.isdecimal() else name, batch.rows)
    return batch.replaced(batch.schema, columns)


def _shifted(column: pa.Array, shift: int, local: Ids) -> pa.Array:
    """Return the value so many rows later of the same partition; rows stand by partition."""
    n = len(local)
    where = np.arange(n) + shift
    there = (where >= 0) & (where < n)
    safe = np.where(there, where, 0)
    there &= local[safe] == local
    return column.take(arrow(safe, pa.int64(), there))


def _only(values: pa.Array, where: np.ndarray) -> pa.Array:
    """Return the values; NULL where `where` is false."""
    picked = arrow(np.arange(len(values)), pa.int64(), where)
    return values.take(picked)


def _one_array(column: pa.ChunkedArray) -> pa.Array:
    return column.combine_chunks() if column.num_chunks != 1 else column.chunk(0)
