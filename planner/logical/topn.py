"""The first rows of each partition."""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import cached_property

from cep.planner.logical.node import Unary
from cep.planner.logical.ordering import SortKey
from cep.planner.properties import Properties
from cep.planner.units import duration
from cep.runtime.operators.aggregate import Emission
from cep.runtime.ranks import Ranks
from cep.types import BIGINT, Field, Schema


@dataclass(frozen=True)
class TopN(Unary):
    """The rows of each partition with a number from `first` to `last`, in the order of `keys`.

    `ties` are what decides between equals, besides event time and arrival. With `name` there is a
    column for the number. With `timed` the rows of a partition have one event time, and are said
    when the watermark has passed it, and corrected for `correct` microseconds after that. `ttl` is
    in microseconds. `carried` are columns that are there
    for whoever gets the late rows.
    """

    partition: tuple[int, ...]
    keys: tuple[SortKey, ...]
    ties: tuple[SortKey, ...]
    ranks: Ranks
    first: int
    last: int
    name: str | None
    emission: Emission
    timed: bool = False
    ttl: int | None = None
    correct: int = 0
    carried: tuple[int, ...] = ()

    @cached_property
    def schema(self) -> Schema:
        fields = self.input.schema.fields
        return Schema(fields if self.name is None else (*fields, Field(self.name, BIGINT)))

    @cached_property
    def properties(self) -> Properties:
        before = self.input.properties
        final = self.emission is Emission.WATERMARK
        one = self.ranks is Ranks.ROW_NUMBER and self.first == self.last
        key = self.partition if one else before.key
        if key is None and self.name is not None and self.ranks is Ranks.ROW_NUMBER:
            key = (*self.partition, len(self.schema) - 1)
        kept = replace(
            before,
            append_only=final and not self.correct,
            as_came=False,
            key=key,
            state=self._state(),
        )
        return kept if self.timed else replace(kept, timed=False, time=None, also=(), window=None)

    def _state(self) -> str:
        each = " of each partition" if self.partition else ""
        if self.correct:
            return f"rows until the watermark is {duration(self.correct)} past them"
        if self.timed:
            return "rows until the watermark has passed them"
        if not self.input.properties.append_only:
            what = f"all rows{each}"
        elif self.last == 1 and self.ranks is Ranks.ROW_NUMBER:
            what = f"one row{each}"
        else:
            what = f"the first {self.last} rows{each}"
        if self.input.properties.bounded:
            return f"{what}, until the input ends"
        if self.ttl is not None:
            return (
                f"{what}, forgotten {duration(self.ttl)} after the last one came: "
                "a partition that comes back later starts anew"
            )
        if self.partition:
            return f"{what}, for ever: nothing bounds it (WITH (state_ttl = …) would)"
        return what

    def describe(self) -> str:
        names = self.input.schema.names
        keys = ", ".join(k.show(names) for k in self.keys)
        by = f" by {', '.join(names[i] for i in self.partition)}" if self.partition else ""
        rows = f"{self.last}" if self.first == 1 else f"{self.first} to {self.last}"
        order = f" in order of {keys}" if keys else ""
        ranks = "" if self.ranks is Ranks.ROW_NUMBER else f" in {self.ranks.name}"
        when = "when complete" if self.emission is Emission.WATERMARK else "as changes"
        if self.correct:
            when += f" and corrected for {duration(self.correct)}"
        return f"Top {rows}{ranks}{by}{order}, said {when}"
