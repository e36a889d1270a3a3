"""INTERSECT and EXCEPT."""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import cached_property

from cep.planner.logical.node import Node
from cep.planner.properties import Properties
from cep.planner.units import duration
from cep.runtime.operators.aggregate import Emission
from cep.runtime.operators.sets import SetKind
from cep.types import Schema


@dataclass(frozen=True)
class SetOperation(Node):
    """The rows of the left input that are, or are not, in the right one, which has the same types.

    `every` says ALL: equal rows count. With `timed`, equal rows of either input have equal event
    times, and a row is said when the watermark has passed its time, and corrected for `correct`
    microseconds after that. `carried` are the columns of
    the left, and of the right input, that whoever gets the late rows wants.
    """

    left: Node
    right: Node
    kind: SetKind
    every: bool
    emission: Emission
    timed: bool = False
    ttl: int | None = None
    correct: int = 0
    carried: tuple[tuple[int, ...], tuple[int, ...]] = ((), ())

    def inputs(self) -> tuple[Node, ...]:
        return (self.left, self.right)

    def over(self, inputs: tuple[Node, ...]) -> Node:
        left, right = inputs
        return replace(self, left=left, right=right)

    @cached_property
    def schema(self) -> Schema:
        pairs = zip(self.left.schema.fields, self.right.schema.fields, strict=True)
        both = self.kind is SetKind.INTERSECT
        return Schema(
            tuple(replace(a, nullable=a.nullable and (b.nullable or not both)) for a, b in pairs)
        )

    @cached_property
    def properties(self) -> Properties:
        left, right = self.left.properties, self.right.properties
        grows = self.kind is SetKind.INTERSECT and left.append_only and right.append_only
        final = self.emission is Emission.WATERMARK
        key = left.key
        if key is None and not self.every:
            key = tuple(range(len(self.schema)))
        return Properties(
            append_only=(final and not self.correct) or grows,
            bounded=left.bounded and right.bounded,
            timed=self.timed,
            time=left.time if self.timed and left.time == right.time else None,
            key=key,
            window=left.window if self.timed and left.window == right.window else None,
            state=self._state(left.bounded and right.bounded),
        )

    def _state(self, bounded: bool) -> str:
        what = "each different row of both inputs"
        if self.correct:
            return f"rows until the watermark is {duration(self.correct)} past them"
        if self.timed:
            return "rows until the watermark has passed them"
        if bounded:
            return f"{what}, until they end"
        if self.ttl is not None:
            return (
                f"{what}, forgotten {duration(self.ttl)} after it last came: "
                "a row that comes back later starts anew"
            )
        return f"{what}, for ever: nothing bounds it (WITH (state_ttl = …) would)"

    def describe(self) -> str:
        when = "when complete" if self.emission is Emission.WATERMARK else "as changes"
        if self.correct:
            when += f" and corrected for {duration(self.correct)}"
        return f"{self.kind.value}{' all' if self.every else ''}, said {when}"
