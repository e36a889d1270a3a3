"""A growable array over dense ids."""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt
import pyarrow as pa

Ids = npt.NDArray[np.int64]

SMALLEST = 16
"""The rows that the first allocation holds."""


def capacity_for(rows: int) -> int:
    """Return the capacity at which an array for `rows` rows is kept: a power of two."""
    return 1 << max(rows - 1, SMALLEST - 1).bit_length() if rows else 0


class Column:
    """One value per id: `data` is an array of `width` or no columns, `fill` where nothing was said.

    It is allocated when it is first needed, and `data` is replaced when it grows, so nobody keeps
    it.
    """

    __slots__ = ("data", "fill")

    def __init__(self, dtype: npt.DTypeLike, fill: Any = 0, width: int | None = None) -> None:
        self.fill = fill
        shape = (0,) if width is None else (0, width)
        self.data: npt.NDArray[Any] = np.empty(shape, dtype)

    @property
    def nbytes(self) -> int:
        """The bytes of the array."""
        return self.data.nbytes

    def reserve(self, capacity: int) -> None:
        """Make room for the ids below `capacity`."""
        old = self.data
        if len(old) >= capacity:
            return
        self.data = np.empty((capacity, *old.shape[1:]), old.dtype)
        self.data[: len(old)] = old
        self.data[len(old) :] = self.fill

    def clear(self, ids: Ids) -> None:
        """Say nothing about `ids` any more."""
        self.data[ids] = self.fill

    def keep(self, ids: Ids, capacity: int) -> None:
        """Keep only `ids`, which become 0, 1, 2…, in an array for `capacity` of them."""
        kept = self.data[ids]
        self.data = np.empty((capacity, *kept.shape[1:]), kept.dtype)
        self.data[: len(kept)] = kept
        self.data[len(kept) :] = self.fill

    def to_arrow(self, ids: Ids) -> pa.Array:
        """Return the values of `ids`, copied, as an Arrow array; of lists, if it has a width."""
        taken = self.data[ids]
        if taken.ndim == 1:
            return pa.array(taken)
        return pa.FixedSizeListArray.from_arrays(pa.array(taken.reshape(-1)), taken.shape[1])

    def set(self, ids: Ids, values: pa.Array) -> None:
        """Take values over that `to_arrow` returned."""
        if self.data.ndim == 1:
            self.data[ids] = values.to_numpy(zero_copy_only=False)
        else:
            flat = values.flatten().to_numpy(zero_copy_only=False)
            self.data[ids] = flat.reshape(-1, self.data.shape[1])
