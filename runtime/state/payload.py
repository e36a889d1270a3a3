"""Columns that rows carry along, by the ids that somebody else has given these."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pyarrow as pa

from cep.runtime.state.arena import Arena
from cep.runtime.state.column import Column, Ids
from cep.types import DataType

_NOWHERE = -1

_FEW = 1024
"""Dead rows that are not worth closing up for."""


class Payload:
    """What rows have beside that by which they are known and ordered, as it came.

    A row is appended and its id remembers where; half of what is kept is alive, or more. Bytes: the
    rows, at most twice, and 8 for each id.
    """

    def __init__(self, types: Sequence[DataType]) -> None:
        self._arena = Arena(types)
        self._place = Column(np.int64, _NOWHERE)
        self._live = 0

    @property
    def nbytes(self) -> int:
        """The bytes of the rows and their places."""
        return self._arena.nbytes + self._place.nbytes

    def put(self, ids: Ids, columns: Sequence[pa.Array], capacity: int) -> None:
        """Keep a row for each of `ids`: different, new, and below `capacity`."""
        first = self._arena.rows
        self._arena.append(columns, len(ids))
        self._place.reserve(capacity)
        self._place.data[ids] = np.arange(first, first + len(ids))
        self._live += len(ids)

    def columns(self, ids: Ids) -> tuple[pa.Array, ...]:
        """Return the columns of rows; of NULLs where an id is -1."""
        places = np.where(ids < 0, _NOWHERE, self._place.data[ids]) if len(ids) else ids
        return tuple(self._arena.take(i, places) for i in range(len(self._arena.types)))

    def drop(self, ids: Ids) -> None:
        """Forget rows, each named once."""
        self._place.clear(ids)
        self._live -= len(ids)
        if self._arena.rows > 2 * self._live + _FEW:
            there = np.flatnonzero(self._place.data >= 0)
            there = there[np.argsort(self._place.data[there], kind="stable")]
            self._arena.keep(self._place.data[there])
            self._place.data[there] = np.arange(len(there))

    def keep(self, ids: Ids, capacity: int) -> None:
        """Renumber the rows: `ids`, which are all, become 0, 1, 2… below `capacity`."""
        self._place.keep(ids, capacity)
