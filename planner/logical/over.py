"""Functions over the rows around a row."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property

from cep.errors import BindError
from cep.planner.logical.node import Unary
from cep.planner.logical.ordering import SortKey
from cep.planner.properties import Properties
from cep.planner.units import duration, months
from cep.runtime.over.calls import Bound, Months, OverCall, Unit, distance
from cep.types import Field, Schema


@dataclass(frozen=True)
class Over(Unary):
    """The rows of the input, in order, with what functions say of the rows around each.

    `partition` and what `calls` read are columns of the input. With `timed` the order begins with
    the event time, and a row is said when its frames are complete; otherwise the input ends, and
    all rows are said then. `correct` is for how many microseconds what was said is corrected;
    `ties` decide between equals before arrival does, where rows may be taken back. `carried` are
    columns that nothing reads but whoever gets the late rows.
    `refusal` is why the rows of a function that numbers them would never be complete.
    """

    partition: tuple[int, ...]
    order: tuple[SortKey, ...]
    calls: tuple[OverCall, ...]
    names: tuple[str, ...]
    timed: bool
    correct: int = 0
    ties: tuple[SortKey, ...] = ()
    carried: tuple[int, ...] = ()
    refusal: BindError | None = field(default=None, compare=False)

    @cached_property
    def schema(self) -> Schema:
        added = (Field(n, c.result) for n, c in zip(self.names, self.calls, strict=True))
        return Schema((*self.input.schema.fields, *added))

    @cached_property
    def properties(self) -> Properties:
        before = self.input.properties
        same = replace(before, append_only=not self.correct, as_came=False, also=())
        if not self.timed:
            state = "all rows, until the input ends"
            return replace(same, timed=False, time=None, window=None, state=state)
        return replace(same, state=self._state())

    def _state(self) -> str:
        """Say what is kept, and what bounds it."""
        frames = {c.frame for c in self.calls}
        parts = []
        if self.correct:
            parts.append(f"rows until the watermark is {duration(self.correct)} past them")
        away = {f for f in frames if f.unit is Unit.DISTANCE}
        ahead = [f.end for f in away if distance(f.end) > 0]
        if any(c.final for c in self.calls):
            parts.append("all rows, until the input ends")
        elif ahead:
            parts.append(f"rows until the watermark is {_longest(ahead)} past them")
        if any(distance(f.end) > 0 for f in frames - away):
            parts.append("rows until those that follow have come")
        back = [f.start for f in away if distance(f.start) < 0]
        if back:
            parts.append(f"the rows of {_longest(back)}")
        for unit, what in ((Unit.ROWS, "rows"), (Unit.VALUES, "values, and all rows since")):
            counted = [-distance(f.start) for f in frames if f.unit is unit]
            if any(b > 0 for b in counted):
                whose = "of each partition, for ever" if self.partition else "of them"
                parts.append(f"the last {max(counted)} {what} {whose}")
        if any(f.start is None and f.returning for f in frames):
            # These may end before the one before them, so no row is only what it adds to a sum.
            parts.append("all rows of each partition" if self.partition else "all rows")
        if any(c.running and not c.frame.returning for c in self.calls):
            parts.append(
                "what frames hold of each partition, for ever: nothing bounds it"
                if self.partition and not self.input.properties.bounded
                else "what frames hold of each partition"
                if self.partition
                else "what frames hold"
            )
        return "; ".join(parts) or "rows until the watermark has passed them"

    def describe(self) -> str:
        names = self.input.schema.names
        calls = ", ".join(c.show(names) for c in self.calls)
        by = f" by {', '.join(names[i] for i in self.partition)}" if self.partition else ""
        keys = ", ".join(k.show(names) for k in self.order)
        order = f" in order of {keys}" if keys else ""
        when = "when complete" if self.timed else "at the end"
        if self.correct:
            when += f" and corrected for {duration(self.correct)}"
        return f"Over {calls}{by}{order}, said {when}"


def _longest(bounds: Sequence[Bound]) -> str:
    """Return the length of the bound that is furthest away."""
    furthest = max(bounds, key=lambda b: abs(distance(b)))
    if isinstance(furthest, Months):
        return months(abs(furthest.many))
    return duration(abs(distance(furthest)))
