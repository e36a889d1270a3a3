"""Nodes that treat each row by itself: scans, filters, projections, unions."""

from __future__ import annotations

from dataclasses import dataclass, replace
from enum import Enum
from functools import cached_property

from cep.catalog import Relation, WatermarkRule
from cep.planner.expressions import Cast, Expression, Input, conjuncts
from cep.planner.linear import distances
from cep.planner.logical.node import Node, Unary
from cep.planner.lookups import pinned
from cep.planner.properties import Properties
from cep.planner.units import duration, time_unit
from cep.types import Field, Schema


class Reading(Enum):
    """What a scan says of its relation."""

    EVENTS = "the events of a stream"
    CHANGES = "the rows of a table, and from then on what changes them"
    SNAPSHOT = "the rows of a table when it has been read, or at the moment of the question"
    VERSIONS = "what changes the rows of a table, with the time from which on that holds"
    HISTORY = "such versions as are known at the moment of the question"

    @property
    def final(self) -> bool:
        """Whether there is no more to say after that."""
        return self in {Reading.SNAPSHOT, Reading.HISTORY}

    @property
    def versions(self) -> bool:
        """Whether rows of several times are said, and not what is so now."""
        return self in {Reading.VERSIONS, Reading.HISTORY}


_OF_ROWS = frozenset((Reading.CHANGES, Reading.SNAPSHOT))
"""The readings that say which rows there are now."""


@dataclass(frozen=True)
class Scan(Node):
    """The rows of a stream, a table or a materialized view.

    `columns` are the positions read, `filters` what is dropped at once, `known` what is known of
    the rows of a view.
    """

    relation: Relation
    columns: tuple[int, ...]
    filters: tuple[Expression, ...] = ()
    reading: Reading = Reading.EVENTS
    known: Properties | None = None

    @cached_property
    def schema(self) -> Schema:
        fields = self.relation.schema.fields
        return Schema(tuple(fields[i] for i in self.columns))

    @cached_property
    def properties(self) -> Properties:
        if self.known is not None:
            return self._of_view(self.known)
        if self.reading is not Reading.EVENTS:
            return self._of_table()
        time = self.relation.time
        rule = self.relation.watermark
        state = "none" if rule is None else _watermarks(rule, self.relation.connector)
        return Properties(
            bounded=self.relation.bounded,
            timed=time is not None,
            as_came=time is not None,
            time=self.columns.index(time) if time in self.columns else None,
            apart=distances(self.filters),
            state=state,
        )

    def _of_table(self) -> Properties:
        at = {column: i for i, column in enumerate(self.columns)}
        key = self.relation.key_positions
        unique = bool(key) and all(k in at for k in key)
        final, versions = self.reading.final, self.reading.versions
        timed = self.relation.versioned and (final or versions)
        kept = "one row per key" if key else "all rows"
        if self.relation.versioned:
            kept = "one row per key, and those that are not behind the watermark"
        shared = ", shared by all queries" if self.relation.connector is None else ""
        return Properties(
            append_only=final and not versions,
            bounded=final or self.relation.bounded,
            timed=timed,
            time=at.get(self.relation.time) if timed and self.relation.time is not None else None,
            key=tuple(at[k] for k in key) if unique and not versions else None,
            state=kept + shared,
        )

    def _of_view(self, known: Properties) -> Properties:
        final = self.reading is Reading.SNAPSHOT
        return replace(
            known.projected({column: i for i, column in enumerate(self.columns)}),
            append_only=final or known.append_only,
            bounded=final or known.bounded,
            state="the rows of the view, shared by all that read it",
        )

    def details(self) -> tuple[tuple[str, str], ...]:
        kept = self.relation.connector is None and self.reading in _OF_ROWS
        if not kept or pinned(self.filters, self.columns, self.relation.key_positions) is None:
            return ()
        return (("lookup", "a SELECT that is answered once finds the row by its key"),)

    def describe(self) -> str:
        where = f", where {' AND '.join(map(str, self.filters))}" if self.filters else ""
        total = len(self.relation.columns)
        part = f", {len(self.columns)} of {total} columns" if len(self.columns) < total else ""
        source = self.relation.connector or "inserts"
        if self.known is not None:
            source = self.relation.kind
        if self.reading is not Reading.EVENTS:
            source = f"{source}, {self.reading.name.lower()}"
        return f"Scan {self.relation.name} ({source}{part}{where})"


def _watermarks(rule: WatermarkRule, connector: str | None) -> str:
    """Say which watermarks a stream keeps, and what bounds them."""
    if rule.clock:
        return "one watermark, which is the clock"
    silent = ""
    if rule.idle_after is not None:
        silent = f" after {duration(rule.idle_after)} of silence"
    if rule.per:
        until = f"{silent} or at its end marker" if silent and rule.marked_by else silent
        if rule.marked_by and not silent:
            until = " at its end marker"
        freed = f", forgotten{until}" if until else ", for ever (IDLE AFTER would bound it)"
        return f"one watermark per {', '.join(rule.per)}{freed}"
    whose = " per partition" if connector is not None else ""
    return f"one watermark{whose}{f', not waited for{silent}' if silent else ''}"


@dataclass(frozen=True)
class Values(Node):
    """Rows written in the query."""

    fields: tuple[Field, ...]
    rows: tuple[tuple[Expression, ...], ...]

    @cached_property
    def schema(self) -> Schema:
        return Schema(self.fields)

    @property
    def properties(self) -> Properties:
        return Properties()

    def describe(self) -> str:
        return f"Values ({len(self.rows)} {'row' if len(self.rows) == 1 else 'rows'})"


@dataclass(frozen=True)
class Filter(Unary):
    """The rows for which the predicate is true. `shared` are parts that it reads more than once."""

    predicate: Expression
    shared: tuple[Expression, ...] = ()

    @property
    def schema(self) -> Schema:
        return self.input.schema

    @cached_property
    def properties(self) -> Properties:
        before = self.input.properties
        apart = (*before.apart, *distances(conjuncts(self.predicate)))
        return replace(before, apart=apart, state="none")

    def describe(self) -> str:
        return f"Filter {self.predicate}{_sharing(self.shared)}"


@dataclass(frozen=True)
class Project(Unary):
    """One expression per output column. `shared` are parts that several of them read."""

    expressions: tuple[Expression, ...]
    names: tuple[str, ...]
    shared: tuple[Expression, ...] = ()

    @cached_property
    def schema(self) -> Schema:
        return Schema(
            tuple(
                Field(name, e.type, self._nullable(e))
                for name, e in zip(self.names, self.expressions, strict=True)
            )
        )

    def _nullable(self, expression: Expression) -> bool:
        if isinstance(expression, Input):
            return self.input.schema.fields[expression.index].nullable
        return True

    @cached_property
    def properties(self) -> Properties:
        positions: dict[int, int] = {}
        for position, e in enumerate(self.expressions):
            if isinstance(e, Input):
                positions.setdefault(e.index, position)
        before = self.input.properties
        known = before.projected(positions)
        # An event time may be said twice, and each is one to go on by.
        same = [i for i, e in enumerate(self.expressions) if _is_column(e, before.time)]
        time = same[0] if same else None
        also = tuple(
            i
            for i, e in enumerate(self.expressions)
            if i != time and any(_is_column(e, t) for t in (before.time, *before.also))
        )
        return replace(known, time=time, also=also)

    def describe(self) -> str:
        shown = [
            name if str(e) == name else f"{e} AS {name}"
            for name, e in zip(self.names, self.expressions, strict=True)
        ]
        return f"Project {', '.join(shown) or 'no columns'}{_sharing(self.shared)}"


def _is_column(e: Expression, index: int | None) -> bool:
    """Say whether an expression is a column of the input, or that time with more digits."""
    if isinstance(e, Cast) and type(e.type) is type(e.operand.type):
        e = e.operand if time_unit(e.type) <= time_unit(e.operand.type) else e
    return isinstance(e, Input) and e.index == index


def _sharing(shared: tuple[Expression, ...]) -> str:
    """Say which parts are computed once for several expressions."""
    return f", sharing {', '.join(map(str, shared))}" if shared else ""


@dataclass(frozen=True)
class Union(Node):
    """The rows of all inputs, which have columns of the same types (UNION ALL)."""

    branches: tuple[Node, ...]

    def inputs(self) -> tuple[Node, ...]:
        return self.branches

    def over(self, inputs: tuple[Node, ...]) -> Node:
        return replace(self, branches=inputs)

    @cached_property
    def schema(self) -> Schema:
        columns = zip(*(b.schema.fields for b in self.branches), strict=True)
        return Schema(tuple(replace(c[0], nullable=any(f.nullable for f in c)) for c in columns))

    @cached_property
    def properties(self) -> Properties:
        parts = [b.properties for b in self.branches]
        first = parts[0]
        return Properties(
            append_only=all(p.append_only for p in parts),
            bounded=all(p.bounded for p in parts),
            timed=all(p.timed for p in parts),
            as_came=all(p.as_came for p in parts),
            time=first.time if all(p.time == first.time for p in parts) else None,
            window=first.window if all(p.window == first.window for p in parts) else None,
        )

    def describe(self) -> str:
        return "Union all"
