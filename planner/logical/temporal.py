"""Joins that give each row of the left input at most one row of the right one, by time."""

from __future__ import annotations

from dataclasses import dataclass, replace
from enum import Enum
from functools import cached_property

from cep.planner.expressions import Expression, renamed
from cep.planner.logical.node import Node, told_apart
from cep.planner.properties import Properties
from cep.types import Schema


class Nearest(Enum):
    """Which right row is meant: the last one until a left row's time, or the first one from it."""

    UNTIL = ">="
    BEFORE = ">"
    FROM = "<="
    AFTER = "<"

    @property
    def ahead(self) -> bool:
        """Whether it comes after the left row."""
        return self in {Nearest.FROM, Nearest.AFTER}

    @property
    def strict(self) -> bool:
        """Whether it must not have the same time."""
        return self in {Nearest.BEFORE, Nearest.AFTER}


@dataclass(frozen=True)
class _Beside(Node):
    """Left rows, each beside one right row at most. `keys` are pairs of columns that are equal.

    `residual` reads the columns of the left input, then those of the right one. With `outer` a row
    without a partner is there too.
    """

    left: Node
    right: Node
    keys: tuple[tuple[int, int], ...]
    residual: Expression | None
    outer: bool

    def inputs(self) -> tuple[Node, ...]:
        return (self.left, self.right)

    def over(self, inputs: tuple[Node, ...]) -> Node:
        left, right = inputs
        return replace(self, left=left, right=right)

    @cached_property
    def schema(self) -> Schema:
        right = self.right.schema.fields
        if self.outer:
            right = tuple(replace(f, nullable=True) for f in right)
        return Schema((*self.left.schema.fields, *right))

    def _on(self) -> list[str]:
        left, right = self._names()
        on = [f"{left[a]} = {right[b]}" for a, b in self.keys]
        if self.residual is not None:
            on.append(str(renamed(self.residual, (*left, *right))))
        return on

    def _names(self) -> tuple[tuple[str, ...], tuple[str, ...]]:
        return told_apart(self.left.schema.names, self.right.schema.names)

    @property
    def _kind(self) -> str:
        return "Left" if self.outer else "Inner"


@dataclass(frozen=True)
class AsOf(_Beside):
    """Each left row beside the right row that is nearest in time.

    `times` are the columns compared. With `versions` the right rows are the versions of a table.
    `carried` are columns of the left, and of the right input, that are there for whoever gets the
    late rows.
    """

    times: tuple[int, int] = (0, 0)
    nearest: Nearest = Nearest.UNTIL
    versions: bool = False
    carried: tuple[tuple[int, ...], tuple[int, ...]] = ((), ())

    @property
    def timely(self) -> tuple[bool, bool]:
        """Whether the times are event times, left and right; if not, the input is bounded."""
        left, right = self.left.properties, self.right.properties
        return (
            left.timed and self.times[0] in {left.time, *left.also},
            right.timed and self.times[1] in {right.time, *right.also},
        )

    @cached_property
    def properties(self) -> Properties:
        left = self.left.properties
        timed, _ = self.timely
        others = tuple(i for i in (left.time, *left.also) if i is not None and i != self.times[0])
        return Properties(
            append_only=left.append_only,
            bounded=left.bounded and self.right.properties.bounded,
            timed=timed,
            time=self.times[0] if timed else None,
            also=others if timed else (),
            key=left.key,
            window=left.window if timed else None,
            state=self._state(),
        )

    def _state(self) -> str:
        waiting = "the rows that are not behind both watermarks"
        if self.nearest.ahead:
            return f"{waiting}, and left rows until a right row of their key has come"
        if self.versions:
            return f"{waiting}, and of each key of the table the last version that is"
        return f"{waiting}, and of each key the last right row that is: nothing bounds the keys"

    def describe(self) -> str:
        left, right = self._names()
        at = left[self.times[0]]
        if self.versions:
            how = f"as of {at}"
        else:
            how = f"nearest {at} {self.nearest.value} {right[self.times[1]]}"
        name = "temporal" if self.versions else "asof"
        on = " AND ".join(self._on())
        return f"{self._kind} {name} join{f' on {on}' if on else ''}, {how}"


@dataclass(frozen=True)
class Lookup(_Beside):
    """Each left row beside the row that its key has in the right input when it comes."""

    @cached_property
    def properties(self) -> Properties:
        left = self.left.properties
        return replace(
            left,
            bounded=left.bounded and self.right.properties.bounded,
            as_came=False,
            state="one row per key of the right input"
            + (", and the left rows until that has been read" if self.waits else ""),
        )

    @property
    def waits(self) -> bool:
        """Whether left rows wait until the right input is complete."""
        return self.right.properties.bounded

    def describe(self) -> str:
        return f"{self._kind} lookup join on {' AND '.join(self._on())}, as of now"
