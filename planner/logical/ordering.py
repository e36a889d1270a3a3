"""What comes last: order, limits, and the pace at which changes are said."""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import cached_property

from cep.planner.logical.node import Unary
from cep.planner.properties import Properties
from cep.planner.units import duration
from cep.types import Schema


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
    """All rows of a bounded input in order; with `limit`, only the first of them.

    `ties` are what decides between equals, besides event time and arrival. With `timed` the order
    begins with the event time, and rows are said when the watermark has passed them. `carried` are
    columns that are there for whoever gets the late rows.
    """

    keys: tuple[SortKey, ...]
    limit: int | None = None
    offset: int = 0
    ties: tuple[SortKey, ...] = ()
    timed: bool = False
    carried: tuple[int, ...] = ()

    @property
    def schema(self) -> Schema:
        return self.input.schema

    @cached_property
    def properties(self) -> Properties:
        if self.timed:
            state = "rows until the watermark has passed them"
            return replace(self.input.properties, as_came=False, state=state)
        keeps = "all rows" if self.limit is None else f"the first {self.limit + self.offset} rows"
        return replace(
            self.input.properties,
            append_only=True,
            timed=False,
            as_came=False,
            time=None,
            also=(),
            window=None,
            state=f"{keeps}, until the input ends",
        )

    def describe(self) -> str:
        keys = ", ".join(k.show(self.input.schema.names) for k in self.keys)
        if self.timed:
            return f"Sort by {keys}, said when complete"
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
        return replace(
            self.input.properties, timed=False, as_came=False, state="the changes that wait"
        )

    def describe(self) -> str:
        return f"Delay changes by {duration(self.delay)}"
