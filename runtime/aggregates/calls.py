"""The aggregate calls of a query over one input, with what they share."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np
import pyarrow as pa

from cep.runtime.aggregates.accumulator import Accumulator, Rows, Turns, Valued
from cep.runtime.aggregates.counts import Count
from cep.runtime.aggregates.distinct import Distinct
from cep.runtime.aggregates.registry import Aggregate, Ordering
from cep.runtime.rowerrors import Messages, merge
from cep.runtime.state.column import Ids, capacity_for
from cep.runtime.state.vectors import integers, valid, view
from cep.types import DataType, Schema


@dataclass(frozen=True)
class AggregateCall:
    """A call of an aggregate: `arguments` and `filter` are columns of the input.

    The arguments have the types that `Aggregates.resolve` converted to; `filter` is BOOLEAN, and
    only rows where it is true count. `result` is the type of the outcome. `settings` are the
    constants that the value is asked with. `arrived` says that rows have an order of arrival that
    means something.
    """

    aggregate: Aggregate
    arguments: tuple[int, ...]
    result: DataType
    filter: int | None = None
    distinct: bool = False
    order: Ordering | None = None
    settings: tuple[object, ...] = ()
    arrived: bool = True

    def columns(self) -> tuple[int, ...]:
        """Return all columns of the input that it reads."""
        return self.arguments if self.filter is None else (*self.arguments, self.filter)

    def show(self, names: Sequence[str]) -> str:
        """Return the call with the names of the input's columns."""
        where = None if self.filter is None else names[self.filter]
        arguments = [names[a] for a in self.arguments]
        name = self.aggregate.name
        return spoken(name, arguments, where, self.distinct, self.order, self.settings)


def spoken(
    name: str,
    arguments: Sequence[str],
    where: str | None,
    distinct: bool,
    order: Ordering | None,
    settings: Sequence[object],
) -> str:
    """Return the call of an aggregate as EXPLAIN shows it."""
    own = arguments if order is None else arguments[: order.arguments]
    shown = ", ".join([*own, *(str(s) for s in settings if not isinstance(s, bool))]) or "*"
    if order is not None:
        keys = (
            arguments[k.argument]
            + (" DESC" if k.descending else "")
            + (" NULLS FIRST" if k.nulls_first else "")
            for k in order.keys
        )
        shown += f" ORDER BY {', '.join(keys)}"
    elif True in settings:
        shown += " DESC"
    condition = "" if where is None else f" FILTER (WHERE {where})"
    return f"{name.upper()}({'DISTINCT ' if distinct else ''}{shown}){condition}"


@dataclass(slots=True)
class _Input:
    """The rows and columns that some accumulators take; rows with a NULL in `strict` are not."""

    arguments: tuple[int, ...]
    filter: int | None
    strict: tuple[int, ...]
    accumulators: list[Accumulator] = field(default_factory=list)

    def taken(self, columns: Sequence[pa.Array]) -> tuple[Ids | None, list[pa.Array]]:
        """Return which rows it takes, None if all, and their arguments."""
        arguments = [columns[a] for a in self.arguments]
        mask = None if self.filter is None else _true(columns[self.filter])
        for column in self.strict:
            where = valid(columns[column])
            if where is not None:
                mask = where if mask is None else mask & where
        if mask is None or mask.all():
            return None, arguments
        kept = np.flatnonzero(mask)
        picked = integers(kept)
        return kept, [a.take(picked) for a in arguments]


class Calls:
    """The accumulators of several calls: one for all calls that keep the same of the same rows.

    With `retracting` input there is also the net number of rows of each group, as `rows`. Where it
    is `reversible`, those that keep more of many rows than of one can take back what was merged, if
    there are such for the aggregate. Where values are asked for `often`, that is not to cost more
    the more is kept.
    """

    def __init__(
        self,
        schema: Schema,
        calls: Sequence[AggregateCall],
        *,
        append_only: bool,
        reversible: bool = False,
        often: bool = False,
    ) -> None:
        self.calls = tuple(calls)
        self._schema = schema
        self._append_only = append_only
        self._reversible = reversible
        self._often = often
        self._inputs: dict[tuple[object, ...], _Input] = {}
        self._distinct: dict[tuple[object, ...], Distinct] = {}
        self._made: dict[tuple[object, ...], Accumulator] = {}
        self.accumulators: list[Accumulator] = []
        self.rows: Count | None = None
        if not append_only:
            self.rows = Count()
            self._enter(self.rows, (), None, ())
        self._holders: list[Accumulator] = []
        self._of_call = [self._accumulator(call) for call in self.calls]
        self.times = any(a.timed if isinstance(a, Distinct) else a.times for a in self.accumulators)

    def _accumulator(self, call: AggregateCall) -> Accumulator:
        """Find or make the accumulator of a call."""
        aggregate = call.aggregate
        distinct = call.distinct and not aggregate.once and bool(call.arguments)
        own = len(call.arguments) if call.order is None else call.order.arguments
        strict = () if aggregate.takes_nulls else call.arguments[:own]
        given = (call.arguments, call.filter, strict)
        make: object = aggregate.make(self._append_only, arrived=call.arrived)
        if call.order:
            make = aggregate.ordered
        key = (make, call.order, distinct, *given)
        if key in self._made:
            self._holders.append(self._distinct[given] if distinct else self._made[key])
            return self._made[key]
        made = self._make(call, distinct=distinct)
        self._made[key] = made
        if not distinct:
            self._enter(made, *given)
            self._holders.append(made)
            return made
        if given not in self._distinct:
            types = [self._schema.types[a] for a in call.arguments]
            self._distinct[given] = Distinct(types, arrived=call.arrived)
            self._enter(self._distinct[given], *given)
        self._distinct[given].inner.append(made)
        self._holders.append(self._distinct[given])
        return made

    def _make(self, call: AggregateCall, *, distinct: bool) -> Accumulator:
        types = [self._schema.types[a] for a in call.arguments]

        def make(append_only: bool) -> Accumulator:
            if call.order is None:
                return call.aggregate.make(append_only, arrived=call.arrived)(types)
            assert call.aggregate.ordered is not None
            return call.aggregate.ordered(types, call.order, append_only)

        made = make(self._append_only)
        if self._often and made.gathers:
            return make(False)
        if self._reversible and (distinct or not (made.constant or made.reversible)):
            return make(False)
        return made

    def _enter(
        self,
        made: Accumulator,
        arguments: tuple[int, ...],
        where: int | None,
        strict: tuple[int, ...],
    ) -> None:
        given = (arguments, where, strict)
        taker = self._inputs.setdefault(given, _Input(*given))
        taker.accumulators.append(made)
        self.accumulators.append(made)

    def add(self, rows: Rows, columns: Sequence[pa.Array]) -> None:
        """Add the rows of a batch to all accumulators."""
        for taker in self._inputs.values():
            kept, arguments = taker.taken(columns)
            if kept is not None and not len(kept):
                continue
            some = rows if kept is None else rows.take(kept)
            for accumulator in taker.accumulators:
                accumulator.add(some, arguments)

    @property
    def follows(self) -> bool:
        """Whether all accumulators can `follow` turns."""
        return all(a.follows for a in self.accumulators)

    def follow(
        self, turns: Turns, columns: Sequence[pa.Array]
    ) -> tuple[tuple[pa.Array, ...], Messages | None]:
        """Add rows turn by turn, and return the value of each call after each turn, as `values`."""
        every = np.arange(len(turns))
        after = Calls(
            self._schema, self.calls, append_only=self._append_only, reversible=self._reversible
        )
        after.reserve(capacity_for(len(turns)))
        arrays: dict[int, pa.Array] = {}
        messages: Messages | None = None

        def read(accumulator: Accumulator, kept: object) -> None:
            nonlocal messages
            for i, call in enumerate(self.calls):
                if self._of_call[i] is accumulator:
                    value = call.aggregate.value
                    arrays[i], errors = value(kept, every, call.result, *call.settings)
                    messages = merge(messages, errors)

        inputs = zip(self._inputs.values(), after._inputs.values(), strict=True)
        for mine, theirs in inputs:
            kept, arguments = mine.taken(columns)
            some = turns if kept is None else turns.take(kept)
            for accumulator, empty in zip(mine.accumulators, theirs.accumulators, strict=True):
                accumulator.follow(some, arguments, empty, read)
        return tuple(arrays[i] for i in range(len(self.calls))), messages

    def of(self, index: int) -> Accumulator:
        """Return what a call keeps."""
        return self._of_call[index]

    def holder(self, index: int) -> Accumulator:
        """Return which of `accumulators` has what a call keeps."""
        return self._holders[index]

    def values(
        self, groups: Ids, known: Mapping[int, Valued] | None = None
    ) -> tuple[tuple[pa.Array, ...], Messages | None]:
        """Return the value of each call for `groups`, and messages where one has none.

        Those of some calls may be `known`, by the positions of the calls.
        """
        arrays = []
        messages: Messages | None = None
        for i, call in enumerate(self.calls):
            if known and i in known:
                values, errors = known[i]
            else:
                kept = self._of_call[i]
                values, errors = call.aggregate.value(kept, groups, call.result, *call.settings)
            arrays.append(values)
            messages = merge(messages, errors)
        return tuple(arrays), messages

    def merge(self, groups: Ids, other: Calls, others: Ids) -> None:
        """Add what `other`, of the same calls, keeps for `others` to `groups`, which may repeat."""
        for mine, theirs in zip(self.accumulators, other.accumulators, strict=True):
            mine.merge(groups, theirs, others)

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
