"""What the operator of a row pattern is told."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from enum import Enum

import pyarrow as pa

from cep.runtime.matcher.measures import Measures
from cep.runtime.matcher.program import Program
from cep.runtime.ordering import Key
from cep.runtime.rowerrors import Mask, Messages
from cep.types import DataType, Schema

Column = Callable[[Sequence[pa.Array], int], tuple[pa.Array, Messages | None]]
Predicate = Callable[[Sequence[pa.Array], int], tuple[Mask, Messages | None]]


class Rows(Enum):
    """Which rows are said."""

    ONE = "one for each match"
    ALL = "all of each match"
    NONEMPTY = "all of each match that has some"
    EVERY = "every row, with its match in a window"


@dataclass(frozen=True)
class ValueColumn:
    """A number, or the code of a text, that conditions read of rows."""

    evaluate: Column
    type: DataType
    floating: bool


@dataclass(frozen=True)
class MatchPlan:
    """A row pattern over an input, all of its expressions compiled.

    Expressions over a row see the input's columns and behind them `shifts`: columns of the input,
    so many rows later in the partition. `kept` are positions among them that are kept with the
    rows; expressions over matches see those. `conditions` are the conditions that are columns, by
    variable, `python` those that are evaluated per match.

    `context` rows before a new row are read, `ahead` rows after it, and `back` of them before the
    start of a match. With `eager` rows may be taken when the watermark has reached them. With
    `lasting` the number of matches and rows of each partition is remembered. `before` and `after`
    are the positions in `kept` of the columns that are said before and after the measures, where
    all rows are; with one row per match the partition's columns come first.
    """

    input: Schema
    output: Schema
    partition: tuple[int, ...]
    order: tuple[Key, ...]
    timely: bool
    eager: bool
    program: Program
    shifts: tuple[tuple[int, int], ...]
    conditions: tuple[tuple[int, Predicate], ...]
    values: tuple[ValueColumn, ...]
    kept: tuple[int, ...]
    kept_types: tuple[DataType, ...]
    shown: Mapping[int, int]
    """Where the columns of the input stand in `kept`."""
    reads: frozenset[int]
    """The columns of the input that are looked at when a row comes."""
    context: int
    ahead: int
    back: int
    lasting: bool
    rows: Rows
    measures: Measures
    python: Mapping[int, Measures]
    before: tuple[int, ...]
    after: tuple[int, ...]
    time: int | None
    """The column of the input that WITHIN goes by."""
    pattern: str
    """The pattern as it was written."""
    origin: int | None = None
    """The column of the input that takes the name of each row's partition of its source."""
    functions: frozenset[int] = frozenset()
    """Which measures have a value also where there is no match: they are over no rows then."""
