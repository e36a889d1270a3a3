"""MATCH_RECOGNIZE: matches of a row pattern."""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum
from functools import cached_property

from cep.grammar.unparse import quoted
from cep.planner.expressions import Expression
from cep.planner.logical.node import Unary
from cep.planner.logical.ordering import SortKey
from cep.planner.patterns.expressions import MatchRowtime, Variables
from cep.planner.patterns.tree import Pattern, limited, longest
from cep.planner.properties import Properties
from cep.planner.units import duration
from cep.types import Field, Schema


class Said(Enum):
    """Which rows are said of a match."""

    ONE = "one row per match"
    TIMEOUTS = "one row per match, with timeout rows"
    ALL = "all rows per match"
    NONEMPTY = "all rows per match, without empty matches"
    UNMATCHED = "all rows per match, with unmatched rows"

    @property
    def one(self) -> bool:
        """Whether a match is one row."""
        return self in {Said.ONE, Said.TIMEOUTS}


class SkipTo(Enum):
    """Where the next match may start."""

    PAST_LAST = "past last row"
    NEXT = "to next row"
    FIRST = "to first"
    LAST = "to last"
    NONE = "no skip"


@dataclass(frozen=True)
class Skip:
    """AFTER MATCH …; `variables` and `name` are those to skip to."""

    to: SkipTo = SkipTo.PAST_LAST
    variables: Variables = None
    name: str = ""

    def __str__(self) -> str:
        if self.to is SkipTo.NONE:
            return "no skip"
        return f"skip {self.to.value}{f' {self.name}' if self.name else ''}"


@dataclass(frozen=True)
class Match(Unary):
    """Matches of a row pattern in each partition, of rows in order.

    `partition` and `order` are columns of the input. `time` is the first order column where that is
    ascending time: WITHIN, MATCH_ROWTIME() and the watermark go by it. `variables` are the names by
    number; the condition of one that is not defined is None. `names` are those of the measures.
    `within` is in microseconds. With `merged` the rows come from several streams.

    The columns of the output: with one row per match the partition columns, then the measures; with
    all rows the partition and order columns, the measures, then all others. `late` are columns of
    the input that are there for whoever gets the late rows.
    """

    partition: tuple[int, ...]
    order: tuple[SortKey, ...]
    time: int | None
    pattern: Pattern
    variables: tuple[str, ...]
    conditions: tuple[Expression | None, ...]
    measures: tuple[Expression, ...]
    names: tuple[str, ...]
    said: Said = Said.ONE
    skip: Skip = Skip()
    within: int | None = None
    merged: bool = False
    late: tuple[int, ...] = ()

    @cached_property
    def carried(self) -> tuple[tuple[int, ...], tuple[int, ...]]:
        """The columns of the input that stand before the measures, and those after."""
        if self.said.one:
            return self.partition, ()
        first = tuple(dict.fromkeys((*self.partition, *(k.index for k in self.order))))
        rest = tuple(i for i in range(len(self.input.schema)) if i not in first)
        return first, rest

    @property
    def timely(self) -> bool:
        """Whether rows are in the order of their event time, so that the watermark decides.

        If not, the input is bounded, and all is said at its end.
        """
        below = self.input.properties
        return below.timed and self.time is not None and self.time == below.time

    @cached_property
    def schema(self) -> Schema:
        fields = self.input.schema.fields
        before, after = self.carried
        measures = (Field(n, m.type) for n, m in zip(self.names, self.measures, strict=True))
        return Schema((*(fields[i] for i in before), *measures, *(fields[i] for i in after)))

    @cached_property
    def properties(self) -> Properties:
        before, _ = self.carried
        below = self.input.properties
        time = None
        if self.timely:
            if self.said.one:
                for i, m in enumerate(self.measures):
                    if isinstance(m, MatchRowtime):
                        time = len(before) + i
                        break
            elif self.time in before:
                time = before.index(self.time)
        return Properties(bounded=below.bounded, timed=self.timely, time=time, state=self._state())

    def _state(self) -> str:
        kept = "the rows since the start of each partition's oldest undecided match"
        if self.within is not None:
            return f"{kept}, at most {duration(self.within)} of them"
        if self.input.properties.bounded:
            return f"{kept}, until the input ends"
        most = longest(self.pattern)
        if most is not None:
            return f"{kept}: it has at most {most} {'row' if most == 1 else 'rows'}"
        if limited(self.pattern):
            return f"{kept}, as long as the WITHINs in the pattern allow"
        return f"{kept}: nothing bounds them (WITHIN would)"

    def caution(self) -> str:
        if self.within is not None or self.input.properties.bounded or limited(self.pattern):
            return ""
        return (
            f"nothing bounds how long a match of ({self.pattern.show(self._written)}) may take, "
            "and its rows are kept until it is decided\n"
            "  write WITHIN INTERVAL '1' HOUR after PATTERN (…), as long as a match may take"
        )

    @cached_property
    def _written(self) -> tuple[str, ...]:
        return tuple(map(quoted, self.variables))

    def details(self) -> tuple[tuple[str, str], ...]:
        measures = zip(self.names, self.measures, strict=True)
        conditions = zip(self._written, self.conditions, strict=True)
        return (
            *(("measure", f"{m} AS {quoted(name)}") for name, m in measures),
            *(("define", f"{v} AS {'TRUE' if c is None else c}") for v, c in conditions),
        )

    def describe(self) -> str:
        names = self.input.schema.names
        by = f" by {', '.join(names[i] for i in self.partition)}" if self.partition else ""
        order = ", ".join(k.show(names) for k in self.order)
        within = "" if self.within is None else f" within {duration(self.within)}"
        what = f"Match ({self.pattern.show(self._written)}){within}{by}"
        return f"{what} ordered by {order or 'arrival'}, {self.said.value}, {self.skip}"
