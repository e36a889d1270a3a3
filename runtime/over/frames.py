"""Where the frame of each row begins and ends."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from zoneinfo import ZoneInfo

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from cep.runtime.kernels import sequences as kernels
from cep.runtime.over import calendar
from cep.runtime.over.calls import Bound, Frame, Months, distance
from cep.runtime.state.codes import code_floats, float_codes
from cep.runtime.state.column import Column, Ids
from cep.runtime.state.sequences import Positions, Sequences
from cep.runtime.state.vectors import Codes, valid, view
from cep.types import DATE, DataType, Decimal, Float

_LEAST = -(2**63)
_GREATEST = 2**63 - 1
_DAY = 86_400_000_000


@dataclass(frozen=True)
class Said:
    """Rows that are about to be said: their positions, which rise, and their partitions.

    `column` returns a column of the input for them.
    """

    positions: Positions
    owners: Ids
    column: Callable[[int], pa.Array]

    def __len__(self) -> int:
        return len(self.positions)


@dataclass(frozen=True)
class Arrived:
    """Rows that have just got their positions, from `first` on.

    `classes` are equal for rows that are equal in the order.
    """

    first: int
    owners: Ids
    columns: Sequence[pa.Array]
    classes: Codes

    @property
    def where(self) -> slice:
        """The positions."""
        return slice(self.first, self.first + len(self.owners))


class Peers:
    """The groups of rows that are equal in the order, by number, and where each begins."""

    def __init__(self, sequences: Sequences) -> None:
        self.sequences = sequences
        self.keys = sequences.row(np.int64)
        self.begin = sequences.row(np.int64)
        self._latest = sequences.part(np.int64, -1)
        self._groups = sequences.part(np.int64)
        self._begun = sequences.part(np.int64)

    def enter(self, rows: Arrived) -> None:
        """Give numbers to the groups of new rows."""
        kernels.rank(
            len(rows.owners),
            rows.first,
            rows.owners,
            rows.classes,
            self.sequences.number.data,
            self._latest.data,
            self._groups.data,
            self._begun.data,
            self.keys.data,
            self.begin.data,
        )


class Seen:
    """How many rows of the partition had a value in a column, up to each row."""

    def __init__(self, sequences: Sequences, column: int) -> None:
        self.column = column
        self.flags = sequences.row(np.bool_, False)
        self.keys = sequences.row(np.int64)
        self._many = sequences.part(np.int64)

    def enter(self, rows: Arrived) -> None:
        """Count on."""
        where = valid(rows.columns[self.column])
        self.flags.data[rows.where] = True if where is None else where
        kernels.count_valid(
            len(rows.owners), rows.first, rows.owners, self.flags.data, self._many.data,
            self.keys.data,
        )  # fmt: skip


class Distances:
    """The values that rows are ordered by, as numbers that rise, and how far from each is how much.

    Where the order descends these are the complements, so that they rise too. NULLs are the least
    or the greatest, and no distance leads to them or from them.
    """

    def __init__(self, sequences: Sequences, frame: Frame, kind: DataType) -> None:
        self.column = frame.key
        self.kind = kind
        self.flip = -1 if frame.descending else 0
        self.null = _LEAST if frame.nulls_first else _GREATEST
        self.keys = sequences.row(np.int64)

    def enter(self, rows: Arrived) -> None:
        """Take the values of new rows."""
        column = rows.columns[self.column]
        values = view(column)
        if isinstance(self.kind, Float):
            codes = float_codes(values.astype(np.float64, copy=False))
        elif isinstance(self.kind, Decimal):
            codes = values[:, 0]
        elif self.kind == DATE:
            codes = values.astype(np.int64) * _DAY
        else:
            codes = values.astype(np.int64, copy=False)
        codes = np.clip(codes ^ self.flip, _LEAST + 1, _GREATEST - 1)
        where = valid(column)
        if where is not None:
            codes = np.where(where, codes, self.null)
        self.keys.data[rows.where] = codes

    def moved(self, keys: Codes, by: float | Months) -> Codes:
        """Return the numbers that are so far on from others."""
        if isinstance(by, Months):
            moved = calendar.moved(keys ^ self.flip, *self._steps(by)) ^ self.flip
        elif isinstance(self.kind, Float):
            with np.errstate(over="ignore", invalid="ignore"):
                values = code_floats(keys ^ self.flip) + (-by if self.flip else by)
            moved = float_codes(values) ^ self.flip
        else:
            by = max(min(int(by), _GREATEST), _LEAST + 1)
            moved = keys + by
            # What wraps is beyond every value.
            beyond = moved < keys if by > 0 else moved > keys
            moved[beyond] = _GREATEST - 1 if by > 0 else _LEAST + 1
        return self._told(keys, moved)

    def least(self, keys: Codes, by: float | Months) -> Codes:
        """Return what is so far on from these numbers and all greater ones, or is less."""
        if not isinstance(by, Months):
            return self.moved(keys, by)
        bound = calendar.latest if self.flip else calendar.earliest
        return self._told(keys, bound(keys ^ self.flip, *self._steps(by)) ^ self.flip)

    def greatest(self, keys: Codes, by: Months) -> Codes:
        """Return what is so far on from these numbers and all less ones, or is greater."""
        bound = calendar.earliest if self.flip else calendar.latest
        return self._told(keys, bound(keys ^ self.flip, *self._steps(by)) ^ self.flip)

    def _steps(self, by: Months) -> tuple[int, ZoneInfo | None]:
        return (-by.many if self.flip else by.many), by.zone

    def _told(self, keys: Codes, moved: Codes) -> Codes:
        """Return numbers that others have moved to: not those of NULLs, and to none of these."""
        moved = np.clip(moved, _LEAST + 1, _GREATEST - 1)
        return np.where(keys == self.null, keys, moved)


Ordinals = Peers | Seen | Distances


class Track:
    """The frames of one kind, found row after row.

    Where bounds are months away a frame may begin or end before the one before it. It is then found
    anew, from a pointer that stands where the earliest frame yet to come can begin.
    """

    def __init__(self, sequences: Sequences, frame: Frame, ordinals: Ordinals | None) -> None:
        self.sequences = sequences
        self.frame = frame
        self.ordinals = ordinals
        bounded = frame.start is not None or frame.returning
        self.low = sequences.pointer(holding=True) if bounded else -1
        self.high = sequences.pointer(holding=True)
        self.passed = sequences.pin()
        self.steps: Codes = np.empty((5, 0), np.int64)
        if frame.returning:
            self._anchor = sequences.pointer(holding=True)
            self._latest = sequences.part(np.int64, _LEAST, 2)

    @property
    def keys(self) -> Column:
        """What the bounds are compared with."""
        return self.sequences.number if self.ordinals is None else self.ordinals.keys

    def step(self, said: Said) -> None:
        """Find the frames of rows: `steps` is as the kernels know it."""
        low, high = self._bounds(said)
        self.steps = np.empty((5, len(said)), np.int64)
        common = len(said), said.owners, self.keys.data, low, high, self.sequences.after.data
        slots = self.sequences.pointers, self.low, self.high
        if not self.frame.returning:
            kernels.bound(*common, *slots, self.passed.data, self.steps)
            return
        least = self._least(said)
        kernels.bound_anew(
            *common, *slots, self._anchor, least, self._latest.data, self.passed.data, self.steps
        )

    def _bounds(self, said: Said) -> tuple[Codes, Codes]:
        keys = self.keys.data[said.positions]
        start, end = self.frame.start, self.frame.end
        if isinstance(self.ordinals, Seen):
            first = distance(start)
            # The rows of one number are one with a value, and those without after it.
            base = keys
            if first < 0:
                base = keys - self.ordinals.flags.data[said.positions] + 1
            wanted = base + first
            # Before the first value there is none.
            wanted = np.where(wanted < 1, _LEAST, wanted)
            return wanted, wanted
        return self._from(keys, start, _LEAST), self._from(keys, end, _GREATEST)

    def _from(self, keys: Codes, bound: Bound, unbounded: int) -> Codes:
        if bound is None:
            return np.full(len(keys), unbounded)
        if isinstance(self.ordinals, Distances):
            return self.ordinals.moved(keys, bound)
        return keys + distance(bound)

    def _least(self, said: Said) -> Codes:
        """Return what the first rows of these frames, and of all later ones, are not below."""
        keys, start = self.keys.data[said.positions], self.frame.start
        if start is None or not isinstance(self.ordinals, Distances):
            return np.full(len(keys), _LEAST)
        return self.ordinals.least(keys, start)

    def until(self, where: slice, times: Codes) -> Codes:
        """Return, of rows and their times, the last time that can be in their frames, at most.

        These rise. The frames end at a distance from the time, or from what is as far from it in
        all rows.
        """
        end = self.frame.end
        if isinstance(end, Months):
            assert isinstance(self.ordinals, Distances)
            keys: Codes = self.keys.data[where]
            return self.ordinals.greatest(keys, end) - (keys - times)
        by = distance(end)
        until: Codes = np.minimum(times, np.int64(_GREATEST - by)) + np.int64(by)
        return until

    # What is known of the frames that were found last.

    @property
    def first(self) -> Positions:
        """The first row of each frame, -1 where it is empty; of frames that have one."""
        return np.where(self.sizes > 0, self.steps[1], -1)

    @property
    def last(self) -> Positions:
        """The last row of each frame, -1 where it is empty."""
        return np.where(self.sizes > 0, self.steps[4], -1)

    @property
    def sizes(self) -> Codes:
        """The number of rows of each frame."""
        number = self.sequences.number.data
        now, last = self.steps[1], self.steps[4]
        many = number[last] + 1
        if self.low < 0:
            return np.where(last >= 0, many, 0)
        some = (now >= 0) & (last >= now)
        sizes: npt.NDArray[np.int64] = np.where(some, many - number[now], 0)
        return sizes
