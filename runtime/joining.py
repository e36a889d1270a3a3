"""What a join is told of its inputs, and of what makes two rows partners."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import pyarrow as pa

from cep.runtime.rowerrors import Mask, Messages
from cep.types import Schema

Predicate = Callable[[Sequence[pa.Array], int], tuple[Mask, Messages | None]]


@dataclass(frozen=True)
class Near:
    """Partners are near in time: low ≤ right - left ≤ high, in microseconds; None is no bound.

    `left` and `right` are time columns of the inputs.
    """

    left: int
    right: int
    low: int | None
    high: int | None


@dataclass(frozen=True)
class Together:
    """Partners are in the same window, whose end is in these columns of the inputs.

    `unit` is the precision of the times in microseconds.
    """

    left: int
    right: int
    unit: int


@dataclass(frozen=True)
class Side:
    """What is to be known of an input.

    `keys` are its columns that must equal those of the other; `nulls` says of each whether NULL
    equals NULL. `kept` is whether rows without a partner are said, `waits` whether only when none
    can come any more. `timely` is whether its time is one of the output.
    """

    schema: Schema
    keys: tuple[int, ...]
    nulls: tuple[bool, ...]
    append_only: bool
    kept: bool
    waits: bool
    timely: bool


@dataclass(frozen=True)
class Residual:
    """A condition on pairs: it reads these columns of the left, then these of the right input."""

    left: tuple[int, ...]
    right: tuple[int, ...]
    predicate: Predicate
    text: str
