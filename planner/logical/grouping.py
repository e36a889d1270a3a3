"""GROUP BY and DISTINCT, and the grouping sets below them."""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import cached_property

from cep.planner.logical.node import Unary
from cep.planner.properties import Properties, WindowColumns
from cep.planner.units import duration
from cep.runtime.aggregates.calls import AggregateCall
from cep.runtime.operators.aggregate import Emission
from cep.runtime.windows import Cut, Grid, Trailing
from cep.types import INT, Field, Schema


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
        elif isinstance(self.cut, Trailing):
            state = "the rows of open windows, freed when the last window with them closes"
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
