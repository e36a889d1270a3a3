"""Aggregates that follow a frame as it slides: a row is added once and taken back once.

Each keeps the state of a partition's current frame, and gives the accumulator that GROUP BY has for
the aggregate, with one group for each row that is said. So what is said of a sum, and when it does
not fit, is the same in both.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Mapping

import numpy as np
import numpy.typing as npt

from cep.runtime.aggregates.accumulator import Accumulator, Valued
from cep.runtime.aggregates.calls import AggregateCall, Calls
from cep.runtime.aggregates.counts import Count, Truths
from cep.runtime.aggregates.exact import ExactSum
from cep.runtime.aggregates.extremes import Extreme
from cep.runtime.aggregates.floats import FloatSum
from cep.runtime.kernels import sliding as kernels
from cep.runtime.over.frames import Arrived, Said, Track
from cep.runtime.state.column import Ids
from cep.runtime.state.sequences import Sequences
from cep.runtime.state.vectors import valid, view
from cep.types import DataType, Schema


class Flags:
    """Which rows count: those that the filter takes and whose arguments are not NULL."""

    def __init__(self, sequences: Sequences, arguments: tuple[int, ...], where: int | None) -> None:
        self.arguments = arguments
        self.filter = where
        self.column = sequences.row(np.bool_, False)

    def enter(self, rows: Arrived) -> None:
        """Take new rows."""
        mask: npt.NDArray[np.bool_] | None = None
        conditions = [valid(rows.columns[a]) for a in self.arguments]
        if self.filter is not None:
            column = rows.columns[self.filter]
            conditions += [view(column), valid(column)]
        for one in conditions:
            if one is not None:
                mask = one if mask is None else mask & one
        self.column.data[rows.where] = True if mask is None else mask


class Sliding(ABC):
    """The state of the frames of one aggregate; `outcome` has it for the rows said last."""

    def __init__(self, sequences: Sequences, track: Track, flags: Flags, argument: int) -> None:
        self.sequences = sequences
        self.track = track
        self.flags = flags
        self.argument = argument

    @abstractmethod
    def enter(self, rows: Arrived) -> None:
        """Take the values of new rows."""

    @abstractmethod
    def step(self, said: Said) -> Accumulator:
        """Follow the frames of rows, and return what they hold."""


class SlidingCount(Sliding):
    """Counts the rows with a flag."""

    def __init__(self, sequences: Sequences, track: Track, flags: Flags, argument: int) -> None:
        super().__init__(sequences, track, flags, argument)
        self._state = sequences.part(np.int64)

    def enter(self, rows: Arrived) -> None:
        """Nothing but the flags matters."""

    def step(self, said: Said) -> Accumulator:
        found = Count()
        if not self.flags.arguments and self.flags.filter is None:
            found.count.data = self.track.sizes
            return found
        found.count.data = np.empty(len(said), np.int64)
        kernels.count(
            len(said), said.owners, self.track.steps, self.sequences.after.data,
            self.flags.column.data, self._state.data, found.count.data,
        )  # fmt: skip
        return found


class SlidingTruths(Sliding):
    """Counts the rows that have a value, and those in which it is true."""

    def __init__(
        self, sequences: Sequences, track: Track, flags: Flags, argument: int, kind: DataType
    ) -> None:
        super().__init__(sequences, track, flags, argument)
        self._kind = kind
        self._true = sequences.row(np.bool_, False)
        self._states = sequences.part(np.int64), sequences.part(np.int64)

    def enter(self, rows: Arrived) -> None:
        flags = self.flags.column.data[rows.where]
        self._true.data[rows.where] = flags & view(rows.columns[self.argument])

    def step(self, said: Said) -> Accumulator:
        found = Truths([self._kind])
        parts = ((found.count, self.flags.column), (found.true, self._true))
        for (column, flags), state in zip(parts, self._states, strict=True):
            column.data = np.empty(len(said), np.int64)
            kernels.count(
                len(said), said.owners, self.track.steps, self.sequences.after.data,
                flags.data, state.data, column.data,
            )  # fmt: skip
        return found


class SlidingWhole(Sliding):
    """Sums integers, decimals and day intervals, exactly."""

    def __init__(
        self, sequences: Sequences, track: Track, flags: Flags, argument: int, kind: DataType
    ) -> None:
        super().__init__(sequences, track, flags, argument)
        self._kind = kind
        like = ExactSum([kind])
        self._decimal, self._wide = like.decimal, like.wide
        self._values = sequences.row(np.int64, 0, 2 if like.wide else 1)
        self._state = sequences.part(np.int64, 0, 1 + len(like.limbs))

    def enter(self, rows: Arrived) -> None:
        values = view(rows.columns[self.argument])
        self._values.data[rows.where] = (
            values if self._wide else values[:, :1] if self._decimal else values[:, None]
        )

    def step(self, said: Said) -> Accumulator:
        found = ExactSum([self._kind])
        limbs = np.empty((len(said), self._state.data.shape[1]), np.int64)
        kernels.whole(
            len(said), said.owners, self.track.steps, self.sequences.after.data,
            self._values.data, self.flags.column.data, self._state.data, limbs,
        )  # fmt: skip
        for column, values in zip(found.columns, limbs.T, strict=True):
            column.data = values
        return found


class SlidingFloats(Sliding):
    """Sums doubles, compensated; NaN and the infinities are counted apart."""

    def __init__(
        self, sequences: Sequences, track: Track, flags: Flags, argument: int, kind: DataType
    ) -> None:
        super().__init__(sequences, track, flags, argument)
        self._kind = kind
        self._values = sequences.row(np.float64)
        self._counts = sequences.part(np.int64, 0, 4)
        self._sums = sequences.part(np.float64, 0.0, 3)

    def enter(self, rows: Arrived) -> None:
        self._values.data[rows.where] = view(rows.columns[self.argument])

    def step(self, said: Said) -> Accumulator:
        found = FloatSum([self._kind])
        counts = np.empty((len(said), 4), np.int64)
        sums = np.empty((len(said), 2))
        kernels.floats(
            len(said), said.owners, self.track.steps, self.sequences.after.data,
            self._values.data, self.flags.column.data, self._counts.data, self._sums.data,
            counts, sums,
        )  # fmt: skip
        found.count.data = counts[:, 0]
        found.sum.data, found.lost.data = sums.T
        if counts[:, 1:].any():
            found.special.data = counts[:, 1:]
        return found


class SlidingLeast(Sliding):
    """Finds the least value or the greatest, of types whose order is that of one code."""

    def __init__(
        self,
        sequences: Sequences,
        track: Track,
        flags: Flags,
        argument: int,
        kind: DataType,
        *,
        greatest: bool,
    ) -> None:
        super().__init__(sequences, track, flags, argument)
        self._kind = kind
        self._greatest = greatest
        self._codec = Extreme([kind]).codec
        self._codes = sequences.row(np.int64)
        self._leaving = track.low >= 0
        if self._leaving:
            self._ends = sequences.pin(2)
            self._behind = sequences.link()
            self._before = sequences.link()
        else:
            self._state = sequences.part(np.int64, 0, 2)

    def enter(self, rows: Arrived) -> None:
        (codes,) = self._codec.encode(rows.columns[self.argument], None)
        self._codes.data[rows.where] = codes

    def step(self, said: Said) -> Accumulator:
        found = Extreme([self._kind], greatest=self._greatest)
        # Where a frame has none, its code is the greatest there is, as in an empty group.
        codes = np.full(len(said), found.least.fill ^ found.flip)
        some = np.empty(len(said), np.bool_)
        common = len(said), said.owners, self.track.steps, self.sequences.after.data
        given = self._codes.data, found.flip, self.flags.column.data
        if self._leaving:
            links = self._ends.data, self._behind.data, self._before.data
            kernels.least(*common, *given, *links, codes, some)
        else:
            kernels.least_ever(*common, *given, self._state.data, codes, some)
        found.least.data, found.some.data = codes ^ found.flip, some
        return found


def follows(call: AggregateCall, schema: Schema) -> Accumulator | None:
    """Return an accumulator like those of a call that can follow a frame; None of another call."""
    if call.order is not None or (call.distinct and not call.aggregate.once):
        return None
    like = call.aggregate.make(True)([schema.types[a] for a in call.arguments])
    return like if type(like) in {Count, Truths, ExactSum, FloatSum, Extreme} else None


class SlidingAggregates:
    """The sliding aggregates of an operator; calls that keep the same share one."""

    def __init__(self, sequences: Sequences, schema: Schema) -> None:
        self._sequences = sequences
        self._schema = schema
        self._flags: dict[object, Flags] = {}
        self._made: dict[object, Sliding] = {}
        self._outcomes: dict[Sliding, Accumulator] = {}

    def make(self, call: AggregateCall, track: Track) -> Sliding | None:
        """Return what follows the frames of a call, or None where that needs all their rows."""
        like = follows(call, self._schema)
        if like is None:
            return None
        kinds = [self._schema.types[a] for a in call.arguments]
        greatest = isinstance(like, Extreme) and like.flip != 0
        key = type(like), greatest, call.arguments, call.filter, track
        if key not in self._made:
            self._made[key] = self._sliding(like, call, track, kinds)
        return self._made[key]

    def _sliding(
        self, like: Accumulator, call: AggregateCall, track: Track, kinds: list[DataType]
    ) -> Sliding:
        rows = call.arguments, call.filter
        if rows not in self._flags:
            self._flags[rows] = Flags(self._sequences, *rows)
        argument = call.arguments[0] if call.arguments else -1
        given = self._sequences, track, self._flags[rows], argument
        match like:
            case Truths():
                return SlidingTruths(*given, kinds[0])
            case ExactSum():
                return SlidingWhole(*given, kinds[0])
            case FloatSum():
                return SlidingFloats(*given, kinds[0])
            case Extreme():
                return SlidingLeast(*given, kinds[0], greatest=like.flip != 0)
        return SlidingCount(*given)

    def enter(self, rows: Arrived) -> None:
        """Take new rows."""
        for flags in self._flags.values():
            flags.enter(rows)
        for sliding in self._made.values():
            sliding.enter(rows)

    def step(self, said: Said) -> None:
        """Follow the frames of rows that are about to be said."""
        self._outcomes = {s: s.step(said) for s in self._made.values()}

    def merge(self, slides: Mapping[int, Sliding], said: Ids, calls: Calls, groups: Ids) -> None:
        """Add to rows of the last step what groups of the same calls hold, a group to each row.

        `slides` are those of some calls by their position, the same perhaps for several.
        """
        for sliding, index in {s: i for i, s in slides.items()}.items():
            self._outcomes[sliding].merge(said, calls.of(index), groups)

    def value(self, sliding: Sliding, call: AggregateCall, rows: int) -> Valued:
        """Return the values of a call for the rows of the last step."""
        every = np.arange(rows)
        kept = self._outcomes[sliding]
        return call.aggregate.value(kept, every, call.result, *call.settings)
