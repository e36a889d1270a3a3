"""The logical plan: a closed set of plain nodes, what is known of each, and how they read."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from functools import cached_property

from cep.catalog import Relation
from cep.planner.expressions import Expression, Input
from cep.planner.properties import Properties, WindowColumns
from cep.runtime.aggregates.calls import AggregateCall
from cep.runtime.operators.aggregate import Emission
from cep.runtime.windows import Cumulating, Cut, Gap, Grid, Hopping, Trailing
from cep.types import INT, DataType, Field, Schema, Timestamp, TimestampLtz


@dataclass(frozen=True)
class Node(ABC):
    """A relation in the plan."""

    @property
    @abstractmethod
    def schema(self) -> Schema:
        """The columns of the relation."""

    @property
    @abstractmethod
    def properties(self) -> Properties:
        """What is known of the relation."""

    @abstractmethod
    def describe(self) -> str:
        """Return the node in one line, without its inputs."""

    def inputs(self) -> tuple[Node, ...]:
        """Return the relations it reads."""
        return ()

    def over(self, inputs: tuple[Node, ...]) -> Node:
        """Return the same node over other inputs."""
        return self


@dataclass(frozen=True)
class Unary(Node):
    """A node with one input."""

    input: Node

    def inputs(self) -> tuple[Node, ...]:
        return (self.input,)

    def over(self, inputs: tuple[Node, ...]) -> Node:
        return replace(self, input=inputs[0])


@dataclass(frozen=True)
class Scan(Node):
    """The rows of a stream. `columns` are the positions read, `filters` what is dropped at once."""

    relation: Relation
    columns: tuple[int, ...]
    filters: tuple[Expression, ...] = ()

    @cached_property
    def schema(self) -> Schema:
        fields = self.relation.schema.fields
        return Schema(tuple(fields[i] for i in self.columns))

    @cached_property
    def properties(self) -> Properties:
        time = self.relation.time
        state = "none" if time is None else "one watermark per partition"
        return Properties(
            bounded=self.relation.bounded,
            timed=time is not None,
            time=self.columns.index(time) if time in self.columns else None,
            state=state,
        )

    def describe(self) -> str:
        where = f", where {' AND '.join(map(str, self.filters))}" if self.filters else ""
        total = len(self.relation.columns)
        part = f", {len(self.columns)} of {total} columns" if len(self.columns) < total else ""
        source = self.relation.connector or "inserts"
        return f"Scan {self.relation.name} ({source}{part}{where})"


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
        return replace(self.input.properties, state="none")

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
        return self.input.properties.projected(positions)

    def describe(self) -> str:
        shown = [
            name if str(e) == name else f"{e} AS {name}"
            for name, e in zip(self.names, self.expressions, strict=True)
        ]
        return f"Project {', '.join(shown) or 'no columns'}{_sharing(self.shared)}"


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

    @property
    def schema(self) -> Schema:
        return self.branches[0].schema

    @cached_property
    def properties(self) -> Properties:
        parts = [b.properties for b in self.branches]
        first = parts[0]
        return Properties(
            append_only=all(p.append_only for p in parts),
            bounded=all(p.bounded for p in parts),
            timed=all(p.timed for p in parts),
            time=first.time if all(p.time == first.time for p in parts) else None,
            window=first.window if all(p.window == first.window for p in parts) else None,
        )

    def describe(self) -> str:
        return "Union all"


def time_unit(t: DataType) -> int:
    """Return the least step of a timestamp type, in microseconds."""
    precision = t.precision if isinstance(t, Timestamp | TimestampLtz) else 6
    return int(10 ** (6 - precision))


def duration(microseconds: int) -> str:
    """Return a length of time as people write it: `90 s`, `1 h`."""
    for unit, size in (("d", 86_400_000_000), ("h", 3_600_000_000), ("min", 60_000_000)):
        if microseconds and microseconds % size == 0:
            return f"{microseconds // size} {unit}"
    if microseconds % 1_000_000 == 0:
        return f"{microseconds // 1_000_000} s"
    return f"{microseconds / 1_000_000:g} s"


@dataclass(frozen=True)
class Window(Unary):
    """Every row once per window it lies in: adds window_start, window_end, window_time.

    `partition` are the columns by which sessions and trailing windows are cut. With `parts` the
    bounds are those of what an aggregate above puts windows together from: a slice, or the session
    of the row alone.
    """

    time: int
    cut: Cut
    partition: tuple[int, ...] = ()
    parts: bool = False

    @property
    def fixed(self) -> bool:
        """Whether the bounds of a row's windows follow from its time alone."""
        return isinstance(self.cut, Hopping | Cumulating)

    @property
    def unit(self) -> int:
        """The least step of the time column in microseconds."""
        return time_unit(self.input.schema.fields[self.time].type)

    @cached_property
    def schema(self) -> Schema:
        t = self.input.schema.fields[self.time].type
        added = tuple(Field(n, t, False) for n in ("window_start", "window_end", "window_time"))
        return Schema(self.input.schema.fields + added)

    @cached_property
    def properties(self) -> Properties:
        n = len(self.input.schema)
        state = "none"
        time = self.input.properties.time
        if not self.fixed and not self.parts:
            # The rows wait for the watermark, and with it their own time is past.
            state = "the rows of open windows, freed when the watermark closes them"
            time = n + 2
        nested = isinstance(self.cut, Cumulating)
        window = WindowColumns(n, n + 1, n + 2, self.unit, self._cutting(), self.partition, nested)
        return replace(self.input.properties, time=time, key=None, window=window, state=state)

    def describe(self) -> str:
        if self.parts:
            cut = self.cut
            what = f"slices of {duration(cut.width)}" if isinstance(cut, Grid) else "single rows"
            return f"{self._cutting()}, in {what}"
        return self._cutting()

    def _cutting(self) -> str:
        names = self.input.schema.names
        by = f" by {', '.join(names[i] for i in self.partition)}" if self.partition else ""
        return f"{_shape(self.cut)} on {names[self.time]}{by}{_shift(self.cut)}"


def _shape(cut: Cut) -> str:
    match cut:
        case Hopping(size=size) if cut.single:
            return f"Tumble {duration(size)}"
        case Hopping(step=step, size=size):
            return f"Hop {duration(size)} every {duration(step)}"
        case Cumulating(step=step, size=size):
            return f"Cumulate {duration(size)} by {duration(step)}"
        case Gap(gap=gap):
            return f"Session {duration(gap)}"
        case Trailing(size=size):
            return f"Slide {duration(size)}"


def _shift(cut: Cut) -> str:
    if not isinstance(cut, Grid):
        return ""
    offset = f", offset {duration(cut.offset)}" if cut.offset else ""
    return offset + (f", in {cut.zone.key}" if cut.zone is not None else "")


@dataclass(frozen=True)
class Expand(Unary):
    """Every row once per grouping set: its number, the keys that are in it, then all columns.

    `keys` are columns of the input, `sets` positions in them; a key that is not in a set is NULL.
    """

    keys: tuple[int, ...]
    sets: tuple[tuple[int, ...], ...]

    def _everywhere(self, key: int) -> bool:
        return all(key in s for s in self.sets)

    @cached_property
    def schema(self) -> Schema:
        fields = self.input.schema.fields
        keys = [
            replace(fields[k], nullable=fields[k].nullable or not self._everywhere(i))
            for i, k in enumerate(self.keys)
        ]
        return Schema((Field("$set", INT, False), *keys, *fields))

    @cached_property
    def properties(self) -> Properties:
        width = 1 + len(self.keys)
        positions = {i: width + i for i in range(len(self.input.schema))}
        # A window is one of the groups too where its bounds are in every set.
        positions |= {k: 1 + i for i, k in enumerate(self.keys) if self._everywhere(i)}
        return replace(self.input.properties, key=None).projected(positions)

    def describe(self) -> str:
        names = [self.input.schema.names[k] for k in self.keys]
        sets = ", ".join(f"({', '.join(names[i] for i in s)})" for s in self.sets)
        return f"Expand to grouping sets {sets}"


@dataclass(frozen=True)
class Aggregate(Unary):
    """One row per group: the keys, then the aggregates. Without calls it is DISTINCT.

    `window` says that the keys hold the start and end of a window of the input; `ttl` is in
    microseconds. With `cut` these are bounds of parts, which it puts together to such windows.
    `totals` is given over an Expand: the numbers of the sets without keys.
    `correct` is for how many microseconds windows are kept and corrected after they were said.
    `carried` are columns of the input that nothing reads but whoever gets the late rows.
    """

    keys: tuple[int, ...]
    calls: tuple[AggregateCall, ...]
    names: tuple[str, ...]
    emission: Emission
    window: WindowColumns | None = None
    ttl: int | None = None
    cut: Cut | None = None
    totals: tuple[int, ...] | None = None
    correct: int = 0
    carried: tuple[int, ...] = ()

    @cached_property
    def schema(self) -> Schema:
        fields = self.input.schema.fields
        keys = [
            Field(name, fields[i].type, fields[i].nullable)
            for name, i in zip(self.names, self.keys, strict=False)
        ]
        calls = [
            Field(name, call.result)
            for name, call in zip(self.names[len(self.keys) :], self.calls, strict=True)
        ]
        return Schema((*keys, *calls))

    @cached_property
    def properties(self) -> Properties:
        before = self.input.properties
        final = self.emission is Emission.WATERMARK
        window, time = None, None
        if self.window is not None:
            position = {old: new for new, old in enumerate(self.keys)}
            time = position.get(self.window.time)
            window = self.window.moved(position)
        distinct = not self.calls and before.append_only
        if self.correct:
            state = f"one row per key and window, freed {duration(self.correct)} after its end"
        elif isinstance(self.cut, Grid):
            state = "one row per key and slice, freed when the last window with it closes"
        elif self.window is not None:
            state = "one row per key and open window, freed when the watermark closes it"
        elif before.bounded:
            state = "one row per key, until the input ends"
        elif not self.keys:
            state = "one row"
        elif self.ttl is not None:
            state = (
                f"one row per key, forgotten {duration(self.ttl)} after its last change: "
                "a key that comes back later starts anew"
            )
        else:
            state = "one row per key, for ever: nothing bounds it (WITH (state_ttl = …) would)"
        return Properties(
            append_only=(final and not self.correct) or distinct,
            bounded=before.bounded,
            timed=self.window is not None,
            time=time,
            key=tuple(range(len(self.keys))),
            window=window,
            state=state,
        )

    def describe(self) -> str:
        names = self.input.schema.names
        calls = ", ".join(c.show(names) for c in self.calls)
        keys = ", ".join(names[i] for i in self.keys)
        if not self.calls:
            head = f"Distinct on {keys}"
        else:
            head = f"Aggregate {calls}" + (f" by {keys}" if keys else "")
        if self.window is not None:
            head += f" per window ({self.window.description})"
        when = "when complete" if self.emission is Emission.WATERMARK else "as changes"
        if self.correct:
            when += f" and corrected for {duration(self.correct)}"
        return f"{head}, said {when}"


def late_schema(node: Aggregate) -> Schema:
    """Return the columns of late rows that whoever gets them wants."""
    return Schema(tuple(node.input.schema.fields[i] for i in node.carried))


@dataclass(frozen=True)
class SortKey:
    """A column to order by. NULLs come last unless `nulls_first`."""

    index: int
    descending: bool = False
    nulls_first: bool = False

    def show(self, names: tuple[str, ...]) -> str:
        """Return the key as it would be written."""
        text = names[self.index] + (" DESC" if self.descending else "")
        return text + (" NULLS FIRST" if self.nulls_first else "")


@dataclass(frozen=True)
class Sort(Unary):
    """All rows of a bounded input in order; with `limit`, only the first of them."""

    keys: tuple[SortKey, ...]
    limit: int | None = None
    offset: int = 0

    @property
    def schema(self) -> Schema:
        return self.input.schema

    @cached_property
    def properties(self) -> Properties:
        keeps = "all rows" if self.limit is None else f"the first {self.limit + self.offset} rows"
        return replace(
            self.input.properties,
            append_only=True,
            timed=False,
            time=None,
            window=None,
            state=f"{keeps}, until the input ends",
        )

    def describe(self) -> str:
        keys = ", ".join(k.show(self.input.schema.names) for k in self.keys)
        limit = "" if self.limit is None else f", first {self.limit}"
        return f"Sort by {keys}{limit}{f' after {self.offset}' if self.offset else ''}"


@dataclass(frozen=True)
class Limit(Unary):
    """The first rows to arrive, after which the query ends."""

    limit: int | None
    offset: int = 0

    @property
    def schema(self) -> Schema:
        return self.input.schema

    @cached_property
    def properties(self) -> Properties:
        ends = self.limit is not None or self.input.properties.bounded
        return replace(self.input.properties, bounded=ends, state="a counter")

    def describe(self) -> str:
        limit = "" if self.limit is None else f" {self.limit}"
        return f"Limit{limit}{f' after {self.offset}' if self.offset else ''}"


@dataclass(frozen=True)
class Delay(Unary):
    """The net of the input's changes, said so many microseconds after the first of them."""

    delay: int

    @property
    def schema(self) -> Schema:
        return self.input.schema

    @cached_property
    def properties(self) -> Properties:
        return replace(self.input.properties, timed=False, state="the changes that wait")

    def describe(self) -> str:
        return f"Delay changes by {duration(self.delay)}"


def walk(node: Node) -> Iterator[Node]:
    """Yield the node and everything below it, top down."""
    yield node
    for child in node.inputs():
        yield from walk(child)


def transform(node: Node, change: Callable[[Node], Node | None]) -> Node:
    """Rebuild a plan bottom up; `change` returns a replacement, or None to keep a node."""
    children = node.inputs()
    changed = tuple(transform(c, change) for c in children)
    if any(a is not b for a, b in zip(children, changed, strict=True)):
        node = node.over(changed)
    replacement = change(node)
    return node if replacement is None else replacement
