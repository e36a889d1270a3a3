"""Aggregates written in Python: an object per group, or a function of all values of a group."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import pyarrow as pa

from cep.errors import StateError
from cep.runtime.aggregates.accumulator import Accumulator, Rows, Valued
from cep.runtime.aggregates.lists import Listing
from cep.runtime.functions.python import as_column, said
from cep.runtime.rowerrors import Messages, failed
from cep.runtime.state.column import Column, Ids
from cep.runtime.state.vectors import integers, view
from cep.types import DataType

_OBJECT_BYTES = 200
"""What an object of a user is reckoned to take; nobody can know."""


@dataclass(frozen=True)
class Written:
    """What a user has written.

    `make` returns a new object with `add(…)`, `merge(other)`, `value()` and perhaps `retract(…)`.
    With a `state` type it also has `to_state()`, and `from_state` makes an object of that.
    """

    name: str
    make: Callable[[], Any]
    state: DataType | None = None
    from_state: Callable[[Any], Any] | None = None


@dataclass(slots=True)
class _Group:
    """One group: the user's object, and the rows that it refused, each with how often and why.

    The object is None until a row comes.
    """

    object: Any = None
    refused: dict[tuple[Any, ...], tuple[int, str]] = field(default_factory=dict)


class Objects(Accumulator):
    """An object of the user per group.

    Rows come in the order of their arrival. A row that `add` raises for leaves its group without a
    value until the row is taken back; its message stands in place of the value.
    """

    def __init__(self, written: Written, types: Sequence[DataType]) -> None:
        self.written = written
        self.types = tuple(types)
        self.count = Column(np.int64)
        self.columns = (self.count,)
        self.groups: dict[int, _Group] = {}

    def add(self, rows: Rows, arguments: Sequence[pa.Array]) -> None:
        self.count.data[rows.groups] += rows.counts
        owners = rows.groups[rows.local].tolist()
        weights = [1] * len(rows) if rows.weights is None else rows.weights.tolist()
        given = zip(*(a.to_pylist() for a in arguments), strict=True)
        for owner, weight, one in zip(owners, weights, given, strict=True):
            group = self._group(owner)
            for _ in range(abs(weight)):
                self._change(group, one, insert=weight > 0)
        for owner in rows.groups[self.count.data[rows.groups] == 0].tolist():
            self.groups.pop(owner, None)

    def _group(self, owner: int) -> _Group:
        group = self.groups.get(owner)
        if group is None:
            group = self.groups[owner] = _Group()
        return group

    def _of(self, group: _Group) -> Any:
        """Return the object of a group; the user's constructor may raise."""
        if group.object is None:
            group.object = self.written.make()
        return group.object

    def _change(self, group: _Group, row: tuple[Any, ...], *, insert: bool) -> None:
        count, message = group.refused.get(row, (0, ""))
        if not insert and count:
            if count == 1:
                del group.refused[row]
            else:
                group.refused[row] = count - 1, message
            return
        try:
            made = self._of(group)
            (made.add if insert else made.retract)(*row)
        except Exception as error:
            group.refused[row] = count + 1, said(self.written.name, error)

    def merge(self, groups: Ids, other: Accumulator, others: Ids) -> None:
        assert isinstance(other, Objects)
        np.add.at(self.count.data, groups, other.count.data[others])
        for mine, theirs in zip(groups.tolist(), others.tolist(), strict=True):
            if theirs not in other.groups:
                continue
            group, added = self._group(mine), other.groups[theirs]
            try:
                if added.object is not None:
                    self._of(group).merge(added.object)
            except Exception as error:
                group.refused[()] = 1, said(self.written.name, error)
            for row, (count, message) in added.refused.items():
                group.refused[row] = group.refused.get(row, (0, ""))[0] + count, message

    def value(self, groups: Ids, result: DataType) -> Valued:
        """Ask the objects; NULL where there is no row."""
        values: list[Any] = []
        messages: Messages = np.full(len(groups), None, dtype=object)
        for i, owner in enumerate(groups.tolist()):
            group = self.groups.get(owner) if self.count.data[owner] > 0 else None
            value = None
            if group is not None and group.refused:
                messages[i] = next(iter(group.refused.values()))[1]
            elif group is not None:
                try:
                    value = group.object.value()
                except Exception as error:
                    messages[i] = said(self.written.name, error)
            values.append(value)
        return _checked(self.written.name, values, messages, result)

    def clear(self, groups: Ids) -> None:
        super().clear(groups)
        for owner in groups.tolist():
            self.groups.pop(owner, None)

    def reset(self) -> None:
        super().reset()
        self.groups = {}

    def keep(self, groups: Ids, capacity: int) -> None:
        super().keep(groups, capacity)
        kept = enumerate(groups.tolist())
        self.groups = {new: self.groups[old] for new, old in kept if old in self.groups}

    @property
    def nbytes(self) -> int:
        return super().nbytes + _OBJECT_BYTES * len(self.groups)

    def snapshot(self, groups: Ids) -> Mapping[str, pa.Table]:
        written = self.written
        if written.state is None:
            raise StateError(
                f"the state of the aggregate {written.name} cannot be saved",
                hint="give engine.aggregate a state type, and the class to_state and from_state",
            )
        kept = [(i, self.groups[g]) for i, g in enumerate(groups.tolist()) if g in self.groups]
        there = [(i, g) for i, g in kept if g.object is not None]
        try:
            states = pa.array([g.object.to_state() for _, g in there], written.state.arrow)
        except Exception as error:
            raise StateError(
                f"the state of an aggregate cannot be saved: {said(written.name, error)}",
                hint=f"to_state has to return a value of {written.state}",
            ) from error
        tables = {"groups": super().snapshot(groups)["groups"]}
        position = integers(np.array([i for i, _ in there], np.int64))
        tables["objects"] = pa.table({"group": position, "state": states})
        refused = [(i, n, m, row) for i, g in kept for row, (n, m) in g.refused.items() if row]
        columns: dict[str, pa.Array] = {
            "group": pa.array([r[0] for r in refused], pa.int64()),
            "count": pa.array([r[1] for r in refused], pa.int64()),
            "message": pa.array([r[2] for r in refused], pa.string()),
        }
        for k, t in enumerate(self.types):
            columns[str(k)] = pa.array([r[3][k] for r in refused], t.arrow)
        tables["refused"] = pa.table(columns)
        return tables

    def restore(self, groups: Ids, tables: Mapping[str, pa.Table]) -> None:
        super().restore(groups, tables)
        assert self.written.from_state is not None
        position, states = (c.combine_chunks() for c in tables["objects"].columns)
        for i, state in zip(view(position).tolist(), states.to_pylist(), strict=True):
            self.groups[int(groups[i])] = _Group(self.written.from_state(state))
        for i, count, message, *row in zip(
            *(c.to_pylist() for c in tables["refused"].columns), strict=True
        ):
            self._group(int(groups[i])).refused[tuple(row)] = count, message


class Replayed(Listing):
    """All rows of each group in the order of another listing; the user's function gets arrays."""

    def __init__(
        self, like: Listing, types: Sequence[DataType], name: str, function: Callable[..., Any]
    ) -> None:
        super().__init__(like.ranking, types)
        self.name = name
        self.function = function

    def value(self, groups: Ids, result: DataType) -> Valued:
        """Call the function once per group; NULL where there is no row."""
        columns, ends, some = self._rows(groups)
        values: list[Any] = []
        messages: Messages = np.full(len(groups), None, dtype=object)
        for i in range(len(groups)):
            value = None
            if some[i]:
                start, length = int(ends[i]), int(ends[i + 1] - ends[i])
                try:
                    value = self.function(*(c.slice(start, length) for c in columns))
                except Exception as error:
                    messages[i] = said(self.name, error)
            values.append(value.as_py() if isinstance(value, pa.Scalar) else value)
        return _checked(self.name, values, messages, result)


def replaying(written: Written) -> Callable[..., Any]:
    """Return a function of arrays that gives each row to a new object of a class."""

    def function(*columns: pa.Array) -> Any:
        made = written.make()
        for row in zip(*(c.to_pylist() for c in columns), strict=True):
            made.add(*row)
        return made.value()

    return function


def _checked(name: str, values: list[Any], messages: Messages, result: DataType) -> Valued:
    column, wrong = as_column(name, values, result)
    if wrong is not None:
        messages = np.where(failed(messages), messages, wrong)
    return column, messages if failed(messages).any() else None
