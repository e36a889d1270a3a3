"""What is read of matches: values at their rows, aggregates over them, and what is made of these.

Everything is computed for all matches of a batch at once. A leaf is one thing that is read; behind
them come expressions over the columns of leaves.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from cep.runtime.aggregates.accumulator import Rows
from cep.runtime.aggregates.calls import AggregateCall, Calls
from cep.runtime.matcher.rows import RowStore
from cep.runtime.rowerrors import Mask, Messages, merge
from cep.runtime.rowerrors import failed as is_failed
from cep.runtime.state.vectors import arrow, integers
from cep.runtime.time import BEGINNING
from cep.types import BIGINT, VARCHAR, DataType, Field, Schema

Ints = npt.NDArray[np.int64]
Evaluator = Callable[[Sequence[pa.Array], int], tuple[pa.Array, Messages | None]]


@dataclass(frozen=True)
class Spot:
    """A row of the match: the `offset`-th from the last, or first, labelled with a variable.

    `variables` is None for all. With `final` the whole match counts, else the rows so far.
    """

    variables: frozenset[int] | None
    last: bool
    offset: int
    final: bool


@dataclass(frozen=True)
class ValueLeaf:
    """The value at a spot of an expression over the kept columns, and the label.

    `column` is set where it is one of them. `label` says that the label is read, of the row `shift`
    rows later.
    """

    spot: Spot
    type: DataType
    column: int | None
    evaluate: Evaluator
    label: bool = False
    shift: int = 0


@dataclass(frozen=True)
class AggregateLeaf:
    """An aggregate over the rows of some variables; `arguments` are evaluated at each of them.

    The call's arguments and filter are positions in `arguments`.
    """

    call: AggregateCall
    arguments: tuple[Evaluator, ...]
    types: tuple[DataType, ...]
    variables: frozenset[int] | None
    final: bool


@dataclass(frozen=True)
class NumberLeaf:
    """The number of the match in its partition."""

    type: DataType = BIGINT


NO_TIME = BEGINNING
"""The time of a row of finite data that has none."""


@dataclass(frozen=True)
class TimeLeaf:
    """The event time of the match."""

    type: DataType


@dataclass(frozen=True)
class StatusLeaf:
    """Whether the match is complete."""

    type: DataType = VARCHAR


Leaf = ValueLeaf | AggregateLeaf | NumberLeaf | TimeLeaf | StatusLeaf


@dataclass(frozen=True)
class Found:
    """Matches: by match the number, the time, whether it is complete, and where its rows stand.

    `offsets` and `lengths` are into `rows` (slots) and `labels` (variables, as in `Results`).
    """

    numbers: Ints
    times: Ints
    complete: Mask
    offsets: Ints
    lengths: Ints
    rows: Ints
    labels: Ints


@dataclass(frozen=True)
class Positions:
    """Where measures are read: of match `match[i]`, with the rows up to `at[i]`.

    `at` is a position in the rows of all matches, one before the first where there is none.
    """

    match: Ints
    at: Ints


class Measures:
    """Expressions over matches."""

    def __init__(
        self,
        leaves: Sequence[Leaf],
        outputs: Sequence[Evaluator],
        variables: Sequence[str],
    ) -> None:
        self.leaves = tuple(leaves)
        self.outputs = tuple(outputs)
        self.names = pa.array(variables, pa.string())
        self._aggregates = [
            None
            if not isinstance(leaf, AggregateLeaf)
            else Calls(
                Schema(tuple(Field(str(i), t) for i, t in enumerate(leaf.types))),
                [leaf.call],
                append_only=True,
            )
            for leaf in self.leaves
        ]

    def evaluate(
        self, store: RowStore, found: Found, where: Positions
    ) -> tuple[list[pa.Array], Messages | None]:
        """Return the expressions at each position, and the messages of those that failed."""
        n = len(where.match)
        reader = _Reader(store, found, where, self.names)
        errors: Messages | None = None
        columns = []
        for leaf, calls in zip(self.leaves, self._aggregates, strict=True):
            values, more = reader.leaf(leaf, calls)
            columns.append(values)
            errors = merge(errors, more)
        outputs = []
        for output in self.outputs:
            values, more = output(columns, n)
            outputs.append(values)
            errors = merge(errors, more)
        return outputs, errors


class _Reader:
    """Reads leaves at positions; what several of them need is found once."""

    def __init__(self, store: RowStore, found: Found, where: Positions, names: pa.Array) -> None:
        self.store = store
        self.found = found
        self.where = where
        self.names = names
        self._members: dict[frozenset[int] | None, tuple[Ints, Ints]] = {}
        self._spots: dict[Spot, Ints] = {}

    @cached_property
    def variables(self) -> Ints:
        """The variable of each row."""
        labels = self.found.labels
        return np.where(labels < 0, -1 - labels, labels)

    @cached_property
    def begins(self) -> Ints:
        """Where the rows of the match of each position begin."""
        return self.found.offsets[self.where.match]

    @cached_property
    def ends(self) -> Ints:
        """The last row of the match of each position."""
        return self.begins + self.found.lengths[self.where.match] - 1

    def leaf(self, leaf: Leaf, calls: Calls | None) -> tuple[pa.Array, Messages | None]:
        """Return a leaf at each position."""
        match leaf:
            case NumberLeaf():
                return integers(self.found.numbers[self.where.match]), None
            case TimeLeaf(type=kind):
                times = self.found.times[self.where.match]
                missing = times == NO_TIME
                return arrow(times, kind.arrow, ~missing if missing.any() else None), None
            case StatusLeaf():
                words = pa.array(["timeout", "complete"], pa.string())
                done = self.found.complete[self.where.match].astype(np.int64)
                return words.take(integers(done)), None
            case ValueLeaf():
                return self._value(leaf)
            case AggregateLeaf():
                assert calls is not None
                return self._aggregate(leaf, calls)

    # ------------------------------------------------------------ rows

    def _members_of(self, variables: frozenset[int] | None) -> tuple[Ints, Ints]:
        """Return which rows are labelled so, and how many of them come before each row."""
        if variables not in self._members:
            n = len(self.variables)
            if variables is None:
                member = np.ones(n, np.bool_)
            else:
                table = np.zeros(len(self.names), np.bool_)
                table[sorted(variables)] = True
                member = table[self.variables]
            before = np.zeros(n + 1, np.int64)
            np.cumsum(member, out=before[1:])
            self._members[variables] = np.flatnonzero(member), before
        return self._members[variables]

    def spot(self, spot: Spot) -> Ints:
        """Return the position of a spot in the rows, for each position; -1 where there is none."""
        if spot not in self._spots:
            members, before = self._members_of(spot.variables)
            until = before[(self.ends if spot.final else self.where.at) + 1]
            first = before[self.begins]
            index = until - 1 - spot.offset if spot.last else first + spot.offset
            there = (index >= first) & (index < until)
            places = np.full(len(index), -1)
            places[there] = members[index[there]]
            self._spots[spot] = places
        return self._spots[spot]

    def _value(self, leaf: ValueLeaf) -> tuple[pa.Array, Messages | None]:
        places = self.spot(leaf.spot)
        there = places >= 0
        whole = bool(there.all())
        slots = np.full(len(places), -1)
        slots[there] = self.found.rows[places[there]]
        if leaf.column is not None:
            return self.store.take(leaf.column, slots), None
        rows = slots if whole else slots[there]
        labels = None
        if leaf.label:
            labels = self._labels(places if whole else places[there], leaf.shift)
        values, errors = self._over_rows(leaf.evaluate, rows, labels)
        if whole:
            return values, errors
        positions = np.cumsum(there) - 1
        picked = arrow(positions, pa.int64(), there)
        values = values.take(picked)
        if errors is None:
            return values, None
        spread = np.full(len(places), None, dtype=object)
        spread[there] = errors
        return values, spread

    def _over_rows(
        self, evaluate: Evaluator, rows: Ints, labels: pa.Array | None
    ) -> tuple[pa.Array, Messages | None]:
        """Evaluate an expression over the kept columns, and the label, of rows."""
        columns = _Columns(self.store, rows, labels)
        return evaluate(columns, len(rows))

    def _labels(self, places: Ints, shift: int) -> pa.Array:
        """Return the label of the row `shift` rows after each; NULL outside of the match."""
        if not shift:
            return self.names.take(integers(self.variables[places]))
        seq = self.store.arrays["seq"]
        numbers = np.repeat(np.arange(len(self.found.offsets)), self.found.lengths)
        wanted = seq[self.found.rows[places]] + shift
        moved = places.copy()
        # Rows that an arrow passed over have no label, so a place may be nearer than the shift.
        for _ in range(abs(shift)):
            there = (moved >= 0) & (moved < len(numbers))
            now = seq[self.found.rows[np.where(there, moved, 0)]]
            moved = np.where(there & (now > wanted), moved - 1, moved)
            moved = np.where(there & (now < wanted), moved + 1, moved)
        there = (moved >= 0) & (moved < len(numbers))
        safe = np.where(there, moved, 0)
        there &= numbers[safe] == numbers[places]
        there &= seq[self.found.rows[safe]] == wanted
        return self.names.take(arrow(self.variables[safe], pa.int64(), there))

    # ------------------------------------------------------------ aggregates

    def _aggregate(self, leaf: AggregateLeaf, calls: Calls) -> tuple[pa.Array, Messages | None]:
        members, before = self._members_of(leaf.variables)
        until = before[(self.ends if leaf.final else self.where.at) + 1]
        first = before[self.begins]
        if leaf.call.aggregate.name == "count" and not leaf.arguments:
            return integers(np.ascontiguousarray(until - first)), None
        used = np.unique(self.where.match)
        local = np.full(len(self.found.offsets), -1)
        local[used] = np.arange(len(used))
        owners = np.repeat(local, self.found.lengths)[members]
        members, rank = members[owners >= 0], np.flatnonzero(owners >= 0)
        owners = owners[owners >= 0]
        labels = self.names.take(integers(self.variables[members]))
        arguments, errors = [], None
        for evaluate in leaf.arguments:
            values, more = self._over_rows(evaluate, self.found.rows[members], labels)
            arguments.append(values)
            errors = merge(errors, more)
        calls.reset()
        calls.reserve(max(len(used), 1))
        group = local[self.where.match]
        if leaf.final or bool((until == before[self.ends + 1]).all()):
            self._add(calls, owners, arguments, rank)
            values, failed = _values(calls, group)
        else:
            values, failed = self._running(calls, owners, arguments, rank, group, until - first)
        if errors is not None:
            bad = np.full(len(used), None, dtype=object)
            culprits = np.flatnonzero(is_failed(errors))
            bad[owners[culprits]] = errors[culprits]
            failed = merge(failed, bad[group])
        return values, failed

    def _add(self, calls: Calls, owners: Ints, arguments: list[pa.Array], arrivals: Ints) -> None:
        groups, inverse = np.unique(owners, return_inverse=True)
        if len(groups):
            times = np.zeros(len(owners), np.int64)
            calls.add(Rows(groups, inverse, None, times, arrivals), arguments)

    def _running(
        self,
        calls: Calls,
        owners: Ints,
        arguments: list[pa.Array],
        rank: Ints,
        group: Ints,
        counted: Ints,
    ) -> tuple[pa.Array, Messages | None]:
        """Add one row of every match after the other, and ask after each.

        `counted` is how many rows of its match count at each position.
        """
        n = len(group)
        starts = np.searchsorted(owners, np.arange(int(owners.max(initial=-1)) + 2))
        step = np.arange(len(owners)) - starts[owners]
        order = np.argsort(counted, kind="stable")
        by_step = np.argsort(step, kind="stable")
        parts: list[pa.Array] = []
        errors: Messages | None = None
        asked, added = 0, 0
        for count in range(int(counted.max(initial=0)) + 1):
            if count:
                end = int(np.searchsorted(step[by_step], count, side="left"))
                rows = by_step[added:end]
                added = end
                picked = integers(np.ascontiguousarray(rows))
                self._add(calls, owners[rows], [a.take(picked) for a in arguments], rank[rows])
            end = int(np.searchsorted(counted[order], count, side="right"))
            some = order[asked:end]
            asked = end
            if len(some):
                values, failed = _values(calls, group[some])
                parts.append(values)
                if failed is not None:
                    errors = np.full(n, None, dtype=object) if errors is None else errors
                    errors[some] = failed
        back = np.empty(n, np.int64)
        back[order] = np.arange(n)
        return pa.concat_arrays(parts).take(integers(back)), errors


def _values(calls: Calls, groups: Ints) -> tuple[pa.Array, Messages | None]:
    """Return the value of a call for groups, which may repeat."""
    if not len(groups):
        return pa.nulls(0, calls.calls[0].result.arrow), None
    different, which = np.unique(groups, return_inverse=True)
    (values,), errors = calls.values(different)
    if len(different) == len(groups) and bool((different == groups).all()):
        return values, errors
    return values.take(integers(which)), None if errors is None else errors[which]


class _Columns(Sequence[pa.Array]):
    """The kept columns of rows, taken when they are asked for; -1 is their label."""

    def __init__(self, store: RowStore, rows: Ints, labels: pa.Array | None) -> None:
        self._store = store
        self._rows = rows
        self._labels = labels

    def __len__(self) -> int:
        return len(self._store.kept) + 1

    def __getitem__(self, index: int) -> pa.Array:  # type: ignore[override]  # never a slice
        if index < 0:
            return self._labels
        return self._store.take(index, self._rows)
