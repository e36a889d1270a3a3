"""Rows that are in the result while a condition on the clock holds."""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import cached_property

from cep.planner.expressions import Expression
from cep.planner.logical.node import Unary
from cep.planner.properties import Properties
from cep.planner.units import duration
from cep.types import Schema


@dataclass(frozen=True)
class ClockBound:
    """A comparison of the clock with a sum of `terms`, each with a sign, and microseconds.

    The clock is cut down to multiples of `grain` microseconds; `wall` says that it is what clocks
    in the session's zone show. `operator` stands behind the clock.
    """

    operator: str
    terms: tuple[tuple[int, Expression], ...]
    constant: int
    grain: int
    wall: bool

    @property
    def ends(self) -> bool:
        """Whether rows leave."""
        return self.operator in {"<", "<=", "="}

    @property
    def begins(self) -> bool:
        """Whether rows may have to wait."""
        return self.operator in {">", ">=", "="}

    def __str__(self) -> str:
        parts = [f"{'- ' if sign < 0 else '+ '}{e}" for sign, e in self.terms]
        if self.constant or not parts:
            parts.append(f"{'- ' if self.constant < 0 else '+ '}{duration(abs(self.constant))}")
        return " ".join(parts).removeprefix("+ ")


@dataclass(frozen=True)
class ClockedFilter(Unary):
    """The rows for which the conditions on the clock hold now; `predicate` is what was written."""

    predicate: Expression
    bounds: tuple[ClockBound, ...]

    @property
    def schema(self) -> Schema:
        return self.input.schema

    @cached_property
    def properties(self) -> Properties:
        before = self.input.properties
        until = [str(b) for b in self.bounds if b.ends]
        since = [str(b) for b in self.bounds if b.begins]
        kept = "rows until the clock has come to "
        if until:
            kept += until[0] if len(until) == 1 else f"the first of {', '.join(until)}"
        else:
            kept += since[0] if len(since) == 1 else f"the last of {', '.join(since)}"
        return replace(
            before,
            append_only=before.append_only and not until,
            timed=False,
            as_came=False,
            time=None,
            also=(),
            window=None,
            state=kept,
        )

    def details(self) -> tuple[tuple[str, str], ...]:
        enters = ", ".join(str(b) for b in self.bounds if b.begins)
        leaves = ", ".join(str(b) for b in self.bounds if b.ends)
        return tuple((n, t) for n, t in (("enters", enters), ("leaves", leaves)) if t)

    def describe(self) -> str:
        return f"Filter {self.predicate} as the clock goes"
