"""The rows that undecided matches are made of, by slot."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from cep.runtime.state.codes import Codec, codec
from cep.runtime.state.column import SMALLEST, Ids
from cep.runtime.state.strings import Strings
from cep.runtime.state.vectors import Codes, Valid, arrow, valid, view
from cep.types import DataType, Varchar

_OWN: tuple[tuple[str, Any, int], ...] = (
    ("nxt", np.int64, -1),
    ("prv", np.int64, -1),
    ("time", np.int64, 0),
    ("flags", np.int64, 0),
    ("bad", np.int64, 0),
    ("ready", np.uint8, 1),
    ("seq", np.int64, 0),
)


_SPARE = 1 << 17
"""Rows for which room is kept, though there are fewer."""


_OPTIONAL = frozenset(("prv", "bad", "ready"))
"""Which of them not every pattern needs."""


class RowStore:
    """Columns of rows by slot; new rows are put at the top, and the living are moved together.

    `kept` are columns of any type, which can be asked for again; `values` say which of the numbers
    that conditions read are doubles: the others are codes (`cep.runtime.state.codes`), those of
    texts all in one store. `marks` is how many failures are remembered of each row, `optional`
    which of the own columns there are that not every pattern needs.
    """

    def __init__(
        self,
        kept: Sequence[DataType],
        values: Sequence[tuple[DataType, bool]],
        marks: int,
        optional: frozenset[str] = frozenset(),
    ) -> None:
        self._own = tuple(o for o in _OWN if o[0] not in _OPTIONAL or o[0] in optional)
        self.kept = tuple(kept)
        self.value_types = tuple(values)
        self.marks = marks
        self.reset()

    def reset(self) -> None:
        """Forget all rows and let go of the memory."""
        self.top = 0
        self.capacity = 0
        self.arrays: dict[str, npt.NDArray[Any]] = {
            name: np.empty(0, dtype) for name, dtype, _ in self._own
        }
        self._codecs: list[Codec] = [codec(t) for t in self.kept]
        self._codes: list[list[Codes]] = [
            [np.empty(0, np.int64) for _ in range(c.width)] for c in self._codecs
        ]
        self._where: list[Valid] = [np.empty(0, np.bool_) for _ in self.kept]
        texts = Strings()
        self._value_codecs: list[Codec | None] = []
        for kind, floating in self.value_types:
            one = None if floating else codec(kind)
            if one is not None and isinstance(kind, Varchar):
                one.strings = texts
            self._value_codecs.append(one)
        self.values: list[npt.NDArray[Any]] = [
            np.empty(0, np.float64 if floating else np.int64) for _, floating in self.value_types
        ]
        self.nulls: list[Valid] = [np.empty(0, np.bool_) for _ in self.value_types]
        self.memo = np.zeros((self.marks, 0), np.int64)

    @property
    def nbytes(self) -> int:
        """The bytes of all columns."""
        own = sum(a.nbytes for a in self.arrays.values()) + self.memo.nbytes
        kept = sum(c.nbytes for codes in self._codes for c in codes)
        kept += sum(w.nbytes for w in self._where) + sum(c.nbytes for c in self._codecs)
        values = sum(v.nbytes + n.nbytes for v, n in zip(self.values, self.nulls, strict=True))
        return own + kept + values

    def _all(self) -> list[tuple[list[npt.NDArray[Any]], int]]:
        """Return the arrays but for the memo, in the lists that hold them."""
        held: list[tuple[list[npt.NDArray[Any]], int]] = []
        for codes in self._codes:
            held += [(codes, i) for i in range(len(codes))]
        for arrays in (self._where, self.values, self.nulls):
            held += [(arrays, i) for i in range(len(arrays))]
        return held

    def reserve(self, rows: int) -> None:
        """Make room for so many rows at the top."""
        needed = self.top + rows
        if needed <= self.capacity:
            return
        capacity = max(SMALLEST, self.capacity)
        while capacity < needed:
            capacity += capacity // 2
        self.capacity = capacity
        for name, _, fill in self._own:
            self.arrays[name] = _grown(self.arrays[name], capacity, self.top, fill)
        for arrays, i in self._all():
            arrays[i] = _grown(arrays[i], capacity, self.top, 0)
        memo = np.zeros((self.marks, capacity), np.int64)
        memo[:, : self.top] = self.memo[:, : self.top]
        self.memo = memo

    def append(self, rows: int) -> int:
        """Take slots for so many rows and return the first of them."""
        self.reserve(rows)
        first = self.top
        self.top += rows
        self.memo[:, first : self.top] = 0
        return first

    def put(self, slots: Ids | slice, kept: Sequence[pa.Array], values: Sequence[pa.Array]) -> None:
        """Set the kept columns and the values of new rows."""
        for one, codes, where, array in zip(
            self._codecs, self._codes, self._where, kept, strict=True
        ):
            there = valid(array)
            made = one.encode(array, there)
            if one.strings is not None:
                one.acquire(made, there)
            for column, code in zip(codes, made, strict=True):
                column[slots] = code
            where[slots] = True if there is None else there
        self.put_values(slots, values, fresh=True)

    def put_values(
        self, slots: Ids | slice, values: Sequence[pa.Array], *, fresh: bool = False
    ) -> None:
        """Set the values of rows, which may have some already unless they are `fresh`."""
        for one, column, nulls, array in zip(
            self._value_codecs, self.values, self.nulls, values, strict=True
        ):
            there = valid(array)
            if one is None:
                numbers = view(array)
                column[slots] = numbers if there is None else np.where(there, numbers, 0.0)
            else:
                if one.strings is not None and not fresh:
                    one.release([column[slots]], ~nulls[slots])
                made = one.encode(array, there)
                if one.strings is not None:
                    one.acquire(made, there)
                column[slots] = made[0]
            nulls[slots] = False if there is None else ~there

    def replace(self, slots: Ids, kept: Sequence[pa.Array]) -> None:
        """Set the kept columns of rows that have some already."""
        for one, codes, where, array in zip(
            self._codecs, self._codes, self._where, kept, strict=True
        ):
            there = valid(array)
            if one.strings is not None:
                one.release([c[slots] for c in codes], where[slots])
            made = one.encode(array, there)
            if one.strings is not None:
                one.acquire(made, there)
            for column, code in zip(codes, made, strict=True):
                column[slots] = code
            where[slots] = True if there is None else there

    def take(self, column: int, slots: Ids) -> pa.Array:
        """Return a kept column of some rows; NULL where the slot is -1."""
        one = self._codecs[column]
        if not self.capacity:
            return pa.nulls(len(slots), self.kept[column].arrow)
        where = self._where[column][slots] & (slots >= 0)
        codes = [c[slots] for c in self._codes[column]]
        return one.decode(codes, None if where.all() else where)

    def value_array(self, column: int, slots: Ids) -> pa.Array:
        """Return a value column of some rows as an Arrow array of its own type."""
        kind, _ = self.value_types[column]
        where: Valid | None = ~self.nulls[column][slots]
        if where is not None and where.all():
            where = None
        one = self._value_codecs[column]
        if one is None:
            doubles = arrow(self.values[column][slots], pa.float64(), where)
            return doubles.cast(kind.arrow)  # REAL is held as DOUBLE
        return one.decode([self.values[column][slots]], where)

    def keep(self, slots: Ids) -> None:
        """Keep only some rows, which get the slots 0, 1, 2…; links must be renumbered."""
        self._release(slots)
        n = len(slots)
        if self.capacity > _SPARE and self.capacity > 8 * n:
            self._shrink(slots, max(_SPARE, 2 * n))
        else:
            for name in self.arrays:
                self.arrays[name][:n] = self.arrays[name][slots]
            for arrays, i in self._all():
                arrays[i][:n] = arrays[i][slots]
            self.memo[:, :n] = self.memo[:, slots]
        if "ready" in self.arrays:
            self.arrays["ready"][n:] = 1
        self.top = n

    def _shrink(self, slots: Ids, capacity: int) -> None:
        """Move rows into smaller arrays."""
        n = len(slots)
        for name, _, fill in self._own:
            self.arrays[name] = _moved(self.arrays[name], slots, capacity, fill)
        for arrays, i in self._all():
            arrays[i] = _moved(arrays[i], slots, capacity, 0)
        memo = np.zeros((self.marks, capacity), np.int64)
        memo[:, :n] = self.memo[:, slots]
        self.memo = memo
        self.capacity = capacity

    def _release(self, staying: Ids) -> None:
        """Give back what the texts of the rows that go stand for."""
        codecs = [*self._codecs, *self._value_codecs]
        if all(c is None or c.strings is None for c in codecs):
            return
        gone = np.ones(self.top, np.bool_)
        gone[staying] = False
        slots = np.flatnonzero(gone)
        for one, codes, where in zip(self._codecs, self._codes, self._where, strict=True):
            if one.strings is not None:
                one.release([c[slots] for c in codes], where[slots])
        for value, column, nulls in zip(self._value_codecs, self.values, self.nulls, strict=True):
            if value is not None and value.strings is not None:
                value.release([column[slots]], ~nulls[slots])


def _grown(array: npt.NDArray[Any], capacity: int, used: int, fill: int) -> npt.NDArray[Any]:
    grown = np.empty(capacity, array.dtype)
    grown[:used] = array[:used]
    grown[used:] = fill
    return grown


def _moved(array: npt.NDArray[Any], slots: Ids, capacity: int, fill: int) -> npt.NDArray[Any]:
    moved = np.empty(capacity, array.dtype)
    moved[: len(slots)] = array[slots]
    moved[len(slots) :] = fill
    return moved
