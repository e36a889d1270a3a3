"""What has been declared: streams, tables, views and sinks, as plain data.

Expressions in a declaration are kept as canonical SQL and bound anew where they are used, so the
catalog can be written down as the statements that made it.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from enum import Enum
from functools import cached_property

from cep.errors import BindError, Span, did_you_mean
from cep.types import Field, Schema

MAINTAINED = "materialized view"
"""The kind of a view that is kept up to date."""


class Origin(Enum):
    """Where the values of a column come from."""

    INPUT = "input"
    METADATA = "metadata"
    COMPUTED = "computed"


@dataclass(frozen=True)
class Column:
    """A column of a stream or table; `detail` is the metadata key or the SQL of the expression."""

    field: Field
    origin: Origin = Origin.INPUT
    detail: str = ""


@dataclass(frozen=True)
class WatermarkRule:
    """`WATERMARK FOR column AS column - delay MARKED BY … PER … IDLE AFTER … MAX AHEAD …`.

    Lengths of time are in microseconds, `marked_by` is SQL, `per` names columns. With `clock` the
    column is PROCTIME() and the watermark is what the engine's clock shows; that is not written.
    """

    column: str
    delay: int = 0
    marked_by: str = ""
    per: tuple[str, ...] = ()
    idle_after: int | None = None
    max_ahead: int | None = None
    clock: bool = False


@dataclass(frozen=True)
class Relation:
    """A declared stream or table. Without a connector it is fed by INSERT and the program.

    `kind` is `stream`, `table`, `system` for what the engine keeps itself, or `MAINTAINED`. `key`
    names the columns of a table's PRIMARY KEY; with a watermark it is versioned.
    """

    name: str
    columns: tuple[Column, ...]
    watermark: WatermarkRule | None = None
    options: Mapping[str, str] = field(default_factory=dict, hash=False)
    bounded: bool = False
    statement: str = ""
    kind: str = "stream"
    key: tuple[str, ...] = ()
    changes: bool = False
    """Whether its rows come with what they do."""

    @cached_property
    def inputs(self) -> Schema:
        """The columns that a program inserts: all but metadata and computed ones."""
        return Schema(tuple(c.field for c in self.columns if c.origin is Origin.INPUT))

    @property
    def connector(self) -> str | None:
        """The name of its connector, or None for a stream that the program feeds."""
        return self.options.get("connector")

    @property
    def is_table(self) -> bool:
        """Whether its rows are current values, which change, and not events."""
        return self.kind == "table"

    @property
    def versioned(self) -> bool:
        """Whether it is a table whose rows are known at any time, as far back as they are kept."""
        return self.is_table and self.watermark is not None

    @property
    def key_positions(self) -> tuple[int, ...]:
        """The positions of the columns of the key."""
        return tuple(self.schema.names.index(name) for name in self.key)

    @property
    def schema(self) -> Schema:
        """The columns a query sees."""
        return Schema(tuple(c.field for c in self.columns))

    @property
    def time(self) -> int | None:
        """The position of the event-time column, or None."""
        return None if self.watermark is None else self.schema.index(self.watermark.column)


@dataclass(frozen=True)
class View:
    """A named query, expanded where it is used; `query` is its SQL.

    Of a materialized view, which is not expanded, `relation` are the rows that are kept.
    """

    name: str
    query: str
    columns: tuple[str, ...] = ()
    statement: str = ""
    kind: str = "view"
    relation: Relation | None = None


@dataclass(frozen=True)
class SinkEntry:
    """A declared sink."""

    name: str
    options: Mapping[str, str]
    statement: str = ""
    kind: str = "sink"

    @property
    def connector(self) -> str:
        """The name of its connector."""
        return self.options["connector"]


Entry = Relation | View | SinkEntry


class Catalog:
    """All declarations of an engine, by name; streams, views and sinks share one space of names."""

    def __init__(self) -> None:
        self._entries: dict[str, Entry] = {}

    def __iter__(self) -> Iterator[Entry]:
        return iter(self._entries.values())

    def get(self, name: str) -> Entry | None:
        """Return the declaration called `name`, or None."""
        return self._entries.get(name)

    def lookup(self, name: str, span: Span | None = None) -> Entry:
        """Return the declaration called `name`; raise BindError where there is none."""
        entry = self._entries.get(name)
        if entry is None:
            hint = did_you_mean(name, self._entries) or (
                "declare it first: CREATE STREAM …"
                if not self._entries
                else f"there are: {', '.join(sorted(self._entries)[:8])}"
            )
            raise BindError(f"there is no stream, view or sink called {name}", span=span, hint=hint)
        return entry

    def put(
        self,
        entry: Entry,
        *,
        if_not_exists: bool = False,
        or_replace: bool = False,
        span: Span | None = None,
    ) -> bool:
        """Add a declaration; return False where IF NOT EXISTS left an older one standing."""
        old = self._entries.get(entry.name)
        if old is not None:
            if if_not_exists:
                return False
            if not or_replace:
                raise BindError(
                    f"{entry.name} exists already, as a {old.kind}",
                    span=span,
                    hint=f"write CREATE OR REPLACE, CREATE … IF NOT EXISTS, or "
                    f"DROP {old.kind.upper()} {entry.name} first",
                )
        self._entries[entry.name] = entry
        return True

    def drop(
        self, kind: str, name: str, *, if_exists: bool = False, span: Span | None = None
    ) -> bool:
        """Remove a declaration; return False where IF EXISTS found none."""
        entry = self._entries.get(name)
        if entry is None and if_exists:
            return False
        found = self.lookup(name, span)
        if found.kind != kind:
            raise BindError(
                f"{name} is a {found.kind}, not a {kind}",
                span=span,
                hint=f"write DROP {found.kind.upper()} {name}",
            )
        del self._entries[name]
        return True
