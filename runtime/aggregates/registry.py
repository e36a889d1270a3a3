"""How an aggregate is declared: its name, its signature, what it keeps and what it says.

    aggregates.declare("avg", [DOUBLE], DOUBLE, state=FloatSum.of, value=FloatSum.mean)

`state` makes the accumulator for the (converted) types of the arguments; `retracting`, where given,
the one for input that is not append-only; `valued` are both for rows that have no order of arrival
(those of a join, or of groups), so that values decide between rows of one time. Calls of
different aggregates over the same rows share an accumulator that comes from the same function:
AVG(x) beside SUM(x) costs a division per group.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Any

from cep.runtime.aggregates.accumulator import Accumulator, Valued
from cep.runtime.functions.registry import Overloads, Parameter, Result, Signature
from cep.types import DataType

State = Callable[[Sequence[DataType]], Accumulator]
Value = Callable[..., Valued]
"""From an accumulator, some of its groups and the type of the result to their values.

The settings of the call, in the order of their parameters, come behind.
"""


@dataclass(frozen=True)
class Key:
    """An argument, by position, that rows are ordered by inside a call."""

    argument: int
    descending: bool = False
    nulls_first: bool = False


@dataclass(frozen=True)
class Ordering:
    """ORDER BY inside a call: its keys, and how many of the arguments are the aggregate's own.

    The arguments behind those are there to be ordered by. Where rows have not `arrived` in an order
    that means something, their values decide between equals.
    """

    keys: tuple[Key, ...]
    arguments: int
    arrived: bool = True


Ordered = Callable[[Sequence[DataType], Ordering, bool], Accumulator]
"""From the types of the arguments, their order, and whether the input is append-only."""


@dataclass(frozen=True)
class Aggregate(Signature):
    """One overload of an aggregate function.

    `takes_nulls` rows reach the accumulator although an argument is NULL. `once` says that equal
    rows count once anyway, so that DISTINCT changes nothing (MIN, BOOL_AND). `can_fail` says that a
    group may have no value because of an error (an overflow). `ordered` makes the accumulator where
    ORDER BY is written inside the call. `within` takes its first argument from WITHIN GROUP (ORDER
    BY …), and the direction, true where it is descending, is its last setting.
    """

    name: str
    parameters: tuple[Parameter, ...]
    result: Result
    state: State = field(repr=False)
    value: Value = field(repr=False)
    summary: str = ""
    retracting: State | None = field(default=None, repr=False)
    valued: tuple[State, State] | None = field(default=None, repr=False)
    optional: int = 0
    variadic: bool = False
    takes_nulls: bool = False
    once: bool = False
    can_fail: bool = False
    ordered: Ordered | None = field(default=None, repr=False)
    within: bool = False
    python: str = ""
    """How it is called, where a program brought it."""
    sketch: str = ""
    """What it keeps, where that is a sketch of a library; such take no row back."""
    chance: bool = False
    """Whether it depends on the order of rows and on chance, within its error."""
    instead: bool = False
    """Whether the sketch is kept in place of what is kept by default."""

    @property
    def signature(self) -> str:
        """The call as a user would write it, and the sketch that is kept for it instead."""
        called = super().signature
        return f"{called} by {self.sketch}" if self.instead else called

    def make(self, append_only: bool, *, arrived: bool = True) -> State:
        """Return what makes the accumulator; `arrived` rows have an order that means something."""
        if not arrived and self.valued is not None:
            return self.valued[0 if append_only else 1]
        return self.state if append_only or self.retracting is None else self.retracting


class Aggregates(Overloads[Aggregate]):
    """A set of aggregate functions, by name; several overloads may share one."""

    def declare(
        self,
        name: str | Sequence[str],
        parameters: Sequence[Parameter],
        result: Result,
        summary: str,
        *,
        state: State,
        value: Value,
        **options: Any,
    ) -> None:
        """Declare an aggregate under a name, or under several (aliases); see `Aggregate`."""
        for one in [name] if isinstance(name, str) else name:
            self.add(Aggregate(one, tuple(parameters), result, state, value, summary, **options))
