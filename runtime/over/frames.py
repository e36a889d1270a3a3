"""Where the frame of each row begins and ends."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from cep.runtime.kernels import sequences as kernels
from cep.runtime.over.calls import Frame
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

    def moved(self, keys: Codes, distance: float) -> Codes:
        """Return the numbers that are so far on from others."""
        if isinstance(self.kind, Float):
            with np.errstate(over="ignore", invalid="ignore"):
                values = code_floats(keys ^ self.flip) + (-distance if self.flip else distance)
            moved = float_codes(values) ^ self.flip
        else:
            by = max(min(int(distance), _GREATEST), _LEAST + 1)
            moved = keys + by
            # What wraps is beyond every value.
            beyond = moved < keys if by > 0 else moved > keys
            moved[beyond] = _GREATEST - 1 if by > 0 else _LEAST + 1
        moved = np.clip(moved, _LEAST + 1, _GREATEST - 1)
        return np.where(keys == self.null, keys, moved)


Ordinals = Peers | Seen | Distances


class Track:
    """The frames of one kind, found row after row."""

    def __init__(self, sequences: Sequences, frame: Frame, ordinals: Ordinals | None) -> None:
        self.sequences = sequences
        self.frame = frame
        self.ordinals = ordinals
        self.low = sequences.pointer(holding=True) if frame.start is not None else -1
        self.high = sequences.pointer(holding=True)
        self.passed = sequences.pin()
        self.steps: Codes = np.empty((5, 0), np.int64)

    @property
    def keys(self) -> Column:
        """What the bounds are compared with."""
        return self.sequences.number if self.ordinals is None else self.ordinals.keys

    def step(self, said: Said) -> None:
        """Find the frames of rows: `steps` is as the kernels know it."""
        low, high = self._bounds(said)
        self.steps = np.empty((5, len(said)), np.int64)
        kernels.bound(
            len(said), said.owners, self.keys.data, low, high, self.sequences.after.data,
            self.sequences.pointers, self.low, self.high, self.passed.data, self.steps,
        )  # fmt: skip

    def _bounds(self, said: Said) -> tuple[Codes, Codes]:
        keys = self.keys.data[said.positions]
        start, end = self.frame.start, self.frame.end
        if isinstance(self.ordinals, Seen):
            # The rows of one number are one with a value, and those without after it.
            base = keys
            if start is not None and start < 0:
                base = keys - self.ordinals.flags.data[said.positions] + 1
            wanted = base + int(start or 0)
            # Before the first value there is none.
            wanted = np.where(wanted < 1, _LEAST, wanted)
            return wanted, wanted
        return self._from(keys, start, _LEAST), self._from(keys, end, _GREATEST)

    def _from(self, keys: Codes, distance: float | None, unbounded: int) -> Codes:
        if distance is None:
            return np.full(len(keys), unbounded)
        if isinstance(self.ordinals, Distances):
            return self.ordinals.moved(keys, distance)
        return keys + int(distance)

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
