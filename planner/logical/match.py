"""MATCH_RECOGNIZE: matches of a row pattern."""

from __future__ import annotations

from dataclasses import dataclass, replace
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
from cep.runtime.matcher.program import Frame
from cep.types import Field, Schema


class Said(Enum):
    """Which rows are said of a match."""

    ONE = "one row per match"
    TIMEOUTS = "one row per match, with timeout rows"
    ALL = "all rows per match"
    NONEMPTY = "all rows per match, without empty matches"
    UNMATCHED = "all rows per match, with unmatched rows"
    EVERY = "every row with its match"

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
    `within` is in microseconds. With `merged` the rows come from several streams. `ties` decide
    between rows that are equal in the order, where these did not arrive in one that means anything.

    The columns of the output: with one row per match the partition columns, then the measures; with
    all rows the partition and order columns, the measures, then all others. `late` are columns of
    the input that are there for whoever gets the late rows.

    With `frame` it is the pattern of a window: all rows are said, with the columns of the input and
    then the measures, which are NULL in those without a match. Those in `functions` are over the
    rows of the match, and over none of them in rows without one.
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
    frame: Frame | None = None
    functions: frozenset[int] = frozenset()
    ties: tuple[SortKey, ...] = ()

    @cached_property
    def carried(self) -> tuple[tuple[int, ...], tuple[int, ...]]:
        """The columns of the input that stand before the measures, and those after."""
        if self.said.one:
            return self.partition, ()
        if self.frame is not None:
            return tuple(range(len(self.input.schema))), ()
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
        if self.frame is not None:
            same = replace(below, as_came=False, also=(), state=self._state())
            return same if self.timely else replace(same, timed=False, time=None, window=None)
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
        if self.frame is not None:
            kept = "the rows since each partition's oldest row whose match is undecided"
        if self._open:
            return f"{kept}: nothing bounds them (a frame of so many rows FOLLOWING would)"
        if self.within is not None:
            return f"{kept}, at most {duration(self.within)} of them"
        if self.input.properties.bounded:
            return f"{kept}, until the input ends"
        most = self._longest()
        if most is not None and self.frame is not None:
            return f"{kept}: {most} {'row decides' if most == 1 else 'rows decide'} it"
        if most is not None:
            return f"{kept}: it has at most {most} {'row' if most == 1 else 'rows'}"
        if limited(self.pattern):
            return f"{kept}, as long as the WITHINs in the pattern allow"
        return f"{kept}: nothing bounds them (WITHIN would)"

    @property
    def _open(self) -> bool:
        """Whether a match is looked for without end, until there is one."""
        if self.frame is None or self.input.properties.bounded:
            return False
        return self.frame.seek and self.frame.following is None

    def _longest(self) -> int | None:
        """Return how many rows are looked at from a start at most; None: any."""
        most = longest(self.pattern)
        if self.frame is None or self.frame.following is None:
            return most
        rows = self.frame.following + 1
        return rows if most is None or self.frame.seek else min(rows, most)

    def caution(self) -> str:
        if self._open:
            return (
                "nothing bounds how far SEEK looks for a match of "
                f"({self.pattern.show(self._written)}), and rows are kept until one is found\n"
                "  write ROWS BETWEEN CURRENT ROW AND 100 FOLLOWING, as far as a match may be"
            )
        if self.within is not None or self.input.properties.bounded or limited(self.pattern):
            return ""
        if self._longest() is not None:
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
        # Behind what is written stand the input and the partition, where there are several inputs.
        written = self.order[:-2] if self.merged else self.order
        order = ", ".join(k.show(names) for k in written)
        within = "" if self.within is None else f" within {duration(self.within)}"
        what = f"Match ({self.pattern.show(self._written)}){within}{by}"
        said = self.said.value if self.frame is None else _framed(self.frame)
        return f"{what} ordered by {order or 'arrival'}, {said}, {self.skip}"


def _framed(frame: Frame) -> str:
    """Return how a row comes to its match, as EXPLAIN shows it."""
    whose = "the first match from it on" if frame.seek else "the match that starts there"
    if frame.following is None:
        return f"every row with {whose}"
    rows = "1 row" if frame.following == 1 else f"{frame.following} rows"
    return f"every row with {whose}, up to {rows} following"
