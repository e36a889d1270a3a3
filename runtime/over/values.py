"""What one row of a frame says: FIRST_VALUE, LAST_VALUE, NTH_VALUE, LAG and LEAD."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from cep.runtime.kernels import sequences as kernels
from cep.runtime.over.calls import OverCall
from cep.runtime.over.frames import Said, Seen, Track
from cep.runtime.state.column import Column
from cep.runtime.state.sequences import Positions, Sequences
from cep.runtime.state.vectors import Codes, arrow
from cep.types import BOOLEAN

_LEAST = -(2**63)


class RowValue:
    """The value of the one row of each frame that a call means.

    Where frames begin with the partition, the row that is meant is kept for it, and no other.
    """

    def __init__(
        self, sequences: Sequences, call: OverCall, track: Track, seen: Seen | None, place: int
    ) -> None:
        self._sequences = sequences
        self._call = call
        self._track = track
        self._seen = seen
        self._place = place
        self._slot = -1
        bounded = track.low >= 0
        plain = seen is None and (call.name == "last_value" or (call.number == 1 and bounded))
        if call.name in {"first_value", "last_value", "nth_value"} and not plain:
            self._slot = sequences.pointer(pinned=not bounded)

    def values(self, said: Said) -> pa.Array:
        """Return the values for rows that are said."""
        positions = self._positions(said)
        values = self._sequences.shelf.take(self._place, positions)
        if len(self._call.arguments) > 1:
            there = arrow(positions >= 0, BOOLEAN.arrow)
            values = pc.if_else(there, values, said.column(self._call.arguments[1]))
        return values

    def _positions(self, said: Said) -> Positions:
        """Return the position of the row that is meant, -1 where there is none."""
        if self._slot < 0:
            return self._track.last if self._call.name == "last_value" else self._track.first
        track, keys = self._track, self._keys.data
        sizes, last = track.sizes, track.steps[4]
        if self._call.name == "last_value":
            wanted = keys[last]
        elif track.low < 0:
            # Values are numbered from 1, rows from 0.
            wanted = np.full(len(said), self._call.number - (self._seen is None))
        else:
            # The frame's first row counts too, if it has a value.
            now = track.steps[1]
            counts = 1 if self._seen is None else self._seen.flags.data[now].astype(np.int64)
            wanted = keys[now] + self._call.number - counts
        wanted = np.where(sizes > 0, wanted, _LEAST)
        found = np.empty(len(said), np.int64)
        kernels.seek(
            len(said), said.owners, keys, wanted, self._sequences.after.data, track.steps,
            self._sequences.pointers, self._slot, found,
        )  # fmt: skip
        return np.where(self._inside(found, wanted, sizes), found, -1)

    @property
    def _keys(self) -> Column:
        return self._sequences.number if self._seen is None else self._seen.keys

    def _inside(self, found: Positions, wanted: Codes, sizes: Codes) -> npt.NDArray[np.bool_]:
        """Return where the rows that were found are in the frames and are those meant."""
        inside = (found >= 0) & (sizes > 0) & (found <= self._track.steps[4])
        if self._track.low >= 0:
            inside &= found >= self._track.steps[1]
        if self._seen is not None:
            inside &= self._seen.flags.data[found] & (wanted > 0)
        inside &= self._keys.data[found] == wanted
        return inside
