"""Tables of keys: rows of values to dense ids and back."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pyarrow as pa

from cep.runtime.state.codes import Codec, codec
from cep.runtime.state.column import Ids
from cep.runtime.state.interner import Interned, Interner
from cep.runtime.state.vectors import Codes, Valid, valid
from cep.types import DataType


class KeyTable:
    """Gives each different row of key values a dense id until it is released.

    NULL is a value of its own, equal to itself; NaN equals NaN and -0.0 equals 0.0. Before the key
    columns a row may have `prefix` plain codes, such as the number of its window or its group, and
    after them one with a bit for each column that is NULL, unless none is ever `nullable`. The
    `compared` columns of strings keep them in one store.
    """

    def __init__(
        self,
        types: Sequence[DataType],
        *,
        prefix: int = 0,
        compared: Sequence[int] = (),
        nullable: bool = True,
    ) -> None:
        self.types = tuple(types)
        self.prefix = prefix
        self.nullable = nullable and bool(self.types)
        self.codecs: tuple[Codec, ...] = tuple(codec(t) for t in self.types)
        for k in compared[1:]:
            self.codecs[k].strings = self.codecs[compared[0]].strings
        self.places: list[int] = []
        width = prefix
        for one in self.codecs:
            self.places.append(width)
            width += one.width
        self._flags = width
        if self.nullable:
            width += 1
        if len(self.types) > 63:
            raise ValueError("a key of more than 63 columns")
        self.width = max(width, 1)
        self._owning = [k for k, c in enumerate(self.codecs) if c.strings is not None]
        self._interner = Interner(self.width)

    def __len__(self) -> int:
        return len(self._interner)

    @property
    def capacity(self) -> int:
        """Every id is below it."""
        return self._interner.capacity

    @property
    def nbytes(self) -> int:
        """The bytes of the index, the codes and the strings."""
        stores = {id(c.strings): c.nbytes for c in self.codecs}
        return self._interner.nbytes + sum(stores.values())

    def intern(self, columns: Sequence[pa.Array], prefix: Sequence[Codes] = ()) -> tuple[Ids, Ids]:
        """Return the id of each of n rows: int64[n], and which were made: int64[m]; O(n)."""
        interned = self.group(columns, prefix)
        return interned.ids[interned.local], interned.new

    def group(self, columns: Sequence[pa.Array], prefix: Sequence[Codes] = ()) -> Interned:
        """Find or make the ids of rows: key columns and `prefix` codes of n rows; O(n).

        A table without columns and prefix has one row, and `one` gives its id.
        """
        codes = self._encode(columns, prefix)
        interned = self._interner.intern(codes)
        if self._owning and len(interned.new):
            self._refer(interned.new, gain=True)
        return interned

    def find(self, columns: Sequence[pa.Array]) -> Ids | None:
        """Return the ids of rows, -1 where there is none; O(n).

        None where that cannot be said without making something: of strings and nested values.
        """
        if self._owning:
            return None
        return self._interner.find(self._encode(columns, ()))

    def one(self, rows: int = 1) -> Interned:
        """Find or make the only row of a table without columns, for so many rows that are it."""
        interned = self._interner.intern(np.zeros((1, 1), np.int64))
        interned.local = np.zeros(rows, np.int64)
        return interned

    def columns(self, ids: Ids) -> tuple[pa.Array, ...]:
        """Return the key columns of `ids`, as new arrays."""
        rows = self._interner.all_rows.take(ids, axis=0)  # a tenth of the time of indexing
        return tuple(
            one.decode([rows[:, first + i] for i in range(one.width)], self._valid(rows, k))
            for k, (one, first) in enumerate(zip(self.codecs, self.places, strict=True))
        )

    @property
    def rows(self) -> Codes:
        """All codes and one more column: int64[capacity, width + 1], for kernels."""
        return self._interner.all_rows

    def codes(self, ids: Ids, position: int = 0) -> Codes:
        """Return one of the codes of `ids`; the prefix codes come first."""
        return self._interner.rows[ids, position]

    def release(self, ids: Ids) -> None:
        """Forget live `ids`, each named once."""
        if not len(ids):
            return
        if self._owning:
            self._refer(ids, gain=False)
        self._interner.remove(ids)

    def live(self) -> Ids:
        """Return all ids, ascending; O(size)."""
        return self._interner.live()

    def wasteful(self) -> bool:
        """Say whether so few ids are live that `compact` is worth its cost."""
        return self._interner.wasteful()

    def compact(self) -> Ids:
        """Renumber the ids to 0, 1, 2… and return them by their old numbers."""
        return self._interner.compact()

    def _encode(self, columns: Sequence[pa.Array], prefix: Sequence[Codes]) -> Codes:
        n = len(columns[0]) if columns else len(prefix[0])
        codes = np.empty((n, self.width), np.int64)
        for j, code in enumerate(prefix):
            codes[:, j] = code
        if self.nullable:
            codes[:, self._flags] = 0
        for k, (one, column) in enumerate(zip(self.codecs, columns, strict=True)):
            where = valid(column)
            if where is not None:
                codes[:, self._flags] |= np.where(where, 0, 1 << k)
            first = self.places[k]
            for j, code in enumerate(one.encode(column, where)):
                codes[:, first + j] = code
        return codes

    def _valid(self, rows: Codes, k: int) -> Valid | None:
        if not self.nullable:
            return None
        null = (rows[:, self._flags] & (1 << k)) != 0
        return ~null if null.any() else None

    def _refer(self, ids: Ids, *, gain: bool) -> None:
        """Acquire or release what the codes of some rows stand for."""
        rows = self._interner.all_rows.take(ids, axis=0)
        for k in self._owning:
            one, first = self.codecs[k], self.places[k]
            codes = [rows[:, first + i] for i in range(one.width)]
            (one.acquire if gain else one.release)(codes, self._valid(rows, k))
