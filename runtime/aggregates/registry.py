"""How an aggregate is declared: its name, its signature, what it keeps and what it says.

    aggregates.declare("avg", [DOUBLE], DOUBLE, state=FloatSum.of, value=FloatSum.mean)

`state` makes the accumulator for the (converted) types of the arguments; `retracting`, where given,
the one for input that is not append-only. Calls of different aggregates over the same rows share an
accumulator that comes from the same function: AVG(x) beside SUM(x) costs a division per group.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Any

from cep.runtime.aggregates.accumulator import Accumulator, Valued
from cep.runtime.functions.registry import Overloads, Parameter, Result, Signature
from cep.runtime.state.column import Ids
from cep.types import DataType

State = Callable[[Sequence[DataType]], Accumulator]
Value = Callable[[Any, Ids, DataType], Valued]
"""From an accumulator, some of its groups and the type of the result to their values."""


@dataclass(frozen=True)
class Aggregate(Signature):
    """One overload of an aggregate function.

    `takes_nulls` rows reach the accumulator although an argument is NULL. `once` says that equal
    rows count once anyway, so that DISTINCT changes nothing (MIN, BOOL_AND). `can_fail` says that a
    group may have no value because of an error (an overflow).
    """

    name: str
    parameters: tuple[Parameter, ...]
    result: Result
    state: State = field(repr=False)
    value: Value = field(repr=False)
    summary: str = ""
    retracting: State | None = field(default=None, repr=False)
    optional: int = 0
    variadic: bool = False
    takes_nulls: bool = False
    once: bool = False
    can_fail: bool = False

    def make(self, append_only: bool) -> State:
        """Return what makes the accumulator for input that is append-only or not."""
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
