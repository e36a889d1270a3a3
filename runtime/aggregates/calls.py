"""The aggregate calls of a query over one input, with what they share."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np
import pyarrow as pa

from cep.runtime.aggregates.accumulator import Accumulator, Rows
from cep.runtime.aggregates.counts import Count
from cep.runtime.aggregates.registry import Aggregate
from cep.runtime.rowerrors import Messages, merge
from cep.runtime.state.column import Ids
from cep.runtime.state.vectors import valid, view
from cep.types import DataType, Schema


@dataclass(frozen=True)
class AggregateCall:
    """A call of an aggregate: `arguments` and `filter` are columns of the input.

    The arguments have the types that `Aggregates.resolve` converted to; `filter` is BOOLEAN, and
    only rows where it is true count. `result` is the type of the outcome.
    """

    aggregate: Aggregate
    arguments: tuple[int, ...]
    result: DataType
    filter: int | None = None
    distinct: bool = False


@dataclass(slots=True)
class _Input:
    """The rows and columns that some accumulators take."""

    arguments: tuple[int, ...]
    filter: int | None
    takes_nulls: bool
    accumulators: list[Accumulator] = field(default_factory=list)


class Calls:
    """The accumulators of several calls: one for all calls that keep the same of the same rows.

    With `retracting` input there is also the net number of rows of each group, as `rows`.
    """

    def __init__(
        self, schema: Schema, calls: Sequence[AggregateCall], *, append_only: bool
    ) -> None:
        self.calls = tuple(calls)
        self._inputs: dict[tuple[object, ...], _Input] = {}
        self._made: dict[tuple[object, ...], Accumulator] = {}
        self.rows: Count | None = None
        if not append_only:
            count = self._accumulator(Count, schema, (), None, False)
            assert isinstance(count, Count)
            self.rows = count
        self._of_call = [
            self._accumulator(
                call.aggregate.make(append_only),
                schema,
                call.arguments,
                call.filter,
                call.aggregate.takes_nulls,
            )
            for call in self.calls
        ]
        self.accumulators = tuple(self._made.values())
        self.times = any(a.times for a in self.accumulators)

    def _accumulator(
        self,
        make: object,
        schema: Schema,
        arguments: tuple[int, ...],
        where: int | None,
        takes_nulls: bool,
    ) -> Accumulator:
        given = (arguments, where, takes_nulls)
        key = (make, *given)
        if key not in self._made:
            assert callable(make)
            self._made[key] = make([schema.types[a] for a in arguments])
            taker = self._inputs.setdefault(given, _Input(*given))
            taker.accumulators.append(self._made[key])
        return self._made[key]

    def add(self, rows: Rows, columns: Sequence[pa.Array]) -> None:
        """Add the rows of a batch to all accumulators."""
        filtered: dict[int | None, tuple[Rows, np.ndarray | None]] = {None: (rows, None)}
        for taker in self._inputs.values():
            if taker.filter not in filtered:
                assert taker.filter is not None
                kept = np.flatnonzero(_true(columns[taker.filter]))
                all_kept = len(kept) == len(rows)
                filtered[taker.filter] = (rows, None) if all_kept else (rows.take(kept), kept)
            some, kept_rows = filtered[taker.filter]
            arguments = [columns[a] for a in taker.arguments]
            if not taker.takes_nulls:
                present = _present(arguments)
                if present is not None:
                    if kept_rows is not None:
                        present[...] &= _mask(kept_rows, len(present))
                    kept_rows = np.flatnonzero(present)
                    some = rows.take(kept_rows)
            if not len(some):
                continue
            if kept_rows is not None and arguments:
                picked = pa.array(kept_rows)
                arguments = [a.take(picked) for a in arguments]
            for accumulator in taker.accumulators:
                accumulator.add(some, arguments)

    def values(self, groups: Ids) -> tuple[tuple[pa.Array, ...], Messages | None]:
        """Return the value of each call for `groups`, and messages where one has none."""
        arrays = []
        messages: Messages | None = None
        for call, accumulator in zip(self.calls, self._of_call, strict=True):
            values, errors = call.aggregate.value(accumulator, groups, call.result)
            arrays.append(values)
            messages = merge(messages, errors)
        return tuple(arrays), messages

    def reserve(self, capacity: int) -> None:
        """Make room for the groups below `capacity`."""
        for accumulator in self.accumulators:
            accumulator.reserve(capacity)

    def clear(self, groups: Ids) -> None:
        """Empty groups, each named once."""
        for accumulator in self.accumulators:
            accumulator.clear(groups)

    def reset(self) -> None:
        """Empty all groups and let go of the memory."""
        for accumulator in self.accumulators:
            accumulator.reset()

    def keep(self, groups: Ids, capacity: int) -> None:
        """Renumber: `groups` become 0, 1, 2…, the others are gone."""
        for accumulator in self.accumulators:
            accumulator.keep(groups, capacity)

    @property
    def nbytes(self) -> int:
        """The bytes kept."""
        return sum(a.nbytes for a in self.accumulators)

    def snapshot(self, groups: Ids) -> dict[str, pa.Table]:
        """Return what is kept for `groups`; row i of `groups` is group i of the tables."""
        return {
            f"{i}.{name}": table
            for i, accumulator in enumerate(self.accumulators)
            for name, table in accumulator.snapshot(groups).items()
        }

    def restore(self, groups: Ids, tables: Mapping[str, pa.Table]) -> None:
        """Take over what `snapshot` returned, for `groups` in the same order."""
        for i, accumulator in enumerate(self.accumulators):
            mine = f"{i}."
            accumulator.restore(
                groups, {n.removeprefix(mine): t for n, t in tables.items() if n.startswith(mine)}
            )


def _true(column: pa.Array) -> np.ndarray:
    flags = view(column)
    where = valid(column)
    return flags if where is None else flags & where


def _present(arguments: Sequence[pa.Array]) -> np.ndarray | None:
    """Return where no argument is NULL, as a mask to write to, or None where that is everywhere."""
    present: np.ndarray | None = None
    for argument in arguments:
        where = valid(argument)
        if where is not None:
            present = where.copy() if present is None else present & where
    return present


def _mask(rows: np.ndarray, n: int) -> np.ndarray:
    mask = np.zeros(n, np.bool_)
    mask[rows] = True
    return mask
