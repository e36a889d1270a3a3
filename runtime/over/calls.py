"""The calls of an OVER window, as the operator is given them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from enum import Enum
from zoneinfo import ZoneInfo

from cep.runtime.aggregates.calls import AggregateCall
from cep.types import DataType


class Unit(Enum):
    """What the bounds of a frame count."""

    ROWS = "rows"
    PEERS = "peers"
    """Groups of rows that are equal in the order: RANGE … CURRENT ROW."""
    DISTANCE = "distance"
    """The value that rows are ordered by: RANGE n PRECEDING."""
    VALUES = "values"
    """Rows in which a column is not NULL: LAG(x, n) IGNORE NULLS."""


@dataclass(frozen=True)
class Months:
    """A distance in steps on the calendar, that of a zone if there is one; negative before."""

    many: int
    zone: ZoneInfo | None = None


Bound = int | float | Months | None
"""Where a frame begins or ends, from its row on; None is unbounded."""


def distance(bound: Bound) -> int:
    """Return the number of a bound; of months, the most microseconds that they can be."""
    if isinstance(bound, Months):
        # Two days are more than the clocks of any zone are put forward or back.
        days = 31 * abs(bound.many) + 2
        longest = min(days * 86_400_000_000, 2**62)
        return longest if bound.many > 0 else -longest
    return int(bound or 0)


@dataclass(frozen=True)
class Frame:
    """The rows around a row that a function is over, in the order of its partition.

    `start` and `end` are counted from the row on, negative before it; None is unbounded. `key` is
    the column that distances are between, with its order, or whose values are counted. Distances of
    times are in microseconds, of a DECIMAL in units of its last digit.
    """

    unit: Unit
    start: Bound
    end: Bound
    key: int = -1
    descending: bool = False
    nulls_first: bool = False

    @property
    def returning(self) -> bool:
        """Say whether the frame of a row may begin or end before that of the row before it."""
        return isinstance(self.start, Months) or isinstance(self.end, Months)


WHOLE = Frame(Unit.ROWS, None, None)
"""All rows of the partition."""

SO_FAR = Frame(Unit.ROWS, None, 0)
"""The rows up to the row itself."""

UP_TO_PEERS = Frame(Unit.PEERS, None, 0)
"""The rows up to the row itself and its peers."""


@dataclass(frozen=True)
class OverCall:
    """A call of a function over a frame: of an aggregate, or by its `name`.

    `arguments` are columns of the input: the value, and behind it the default of LAG and LEAD.
    `number` is the row of NTH_VALUE and the groups of NTILE. Of LAG and LEAD the frame is the one
    row that they mean.
    """

    name: str
    result: DataType
    frame: Frame
    arguments: tuple[int, ...] = ()
    aggregate: AggregateCall | None = None
    number: int = 1
    ignore_nulls: bool = False
    text: str = ""
    """The frame as it is written."""

    @property
    def peers(self) -> bool:
        """Say whether it asks which rows are equal in the order."""
        return self.frame.unit is Unit.PEERS or self.name in {"rank", "dense_rank", "percent_rank"}

    @property
    def running(self) -> bool:
        """Say whether something of every partition is kept, however long ago its rows were."""
        return self.frame.start is None

    @property
    def final(self) -> bool:
        """Say whether it must wait for the last row of the partition."""
        return self.frame.end is None or self.name in {"percent_rank", "cume_dist", "ntile"}

    def columns(self) -> tuple[int, ...]:
        """Return all columns of the input that it reads."""
        own = self.arguments
        if self.aggregate is not None:
            own += self.aggregate.columns()
        return own + ((self.frame.key,) if self.frame.key >= 0 else ())

    def moved(self, positions: Mapping[int, int]) -> OverCall:
        """Return the call over a relation whose columns have moved."""
        aggregate = self.aggregate
        if aggregate is not None:
            where = aggregate.filter
            aggregate = replace(
                aggregate,
                arguments=tuple(positions[a] for a in aggregate.arguments),
                filter=None if where is None else positions[where],
            )
        frame = self.frame
        if frame.key >= 0:
            frame = replace(frame, key=positions[frame.key])
        arguments = tuple(positions[a] for a in self.arguments)
        return replace(self, frame=frame, arguments=arguments, aggregate=aggregate)

    def show(self, names: Sequence[str]) -> str:
        """Return the call with the names of the input's columns."""
        nulls = " IGNORE NULLS" if self.ignore_nulls else ""
        frame = f" over {self.text}" if self.text else ""
        if self.aggregate is not None:
            return f"{self.aggregate.show(names)}{frame}"
        shown = [names[a] for a in self.arguments]
        if self.name in {"nth_value", "ntile", "lag", "lead"}:
            shown.insert(min(len(shown), 1), str(self.number))
        return f"{self.name.upper()}({', '.join(shown)}){nulls}{frame}"
