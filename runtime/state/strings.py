"""Strings to dense ids and back, each kept once and counted."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from cep.runtime.kernels import index
from cep.runtime.kernels import text as kernels
from cep.runtime.state.column import Column, Ids, capacity_for
from cep.runtime.state.interner import FEW
from cep.runtime.state.vectors import Valid, packed, text, view

_BLOCK = 4096

_TELLING = 1024
"""So many strings tell whether those that follow are new too."""


class Strings:
    """Gives each different string of bytes an id for as long as somebody refers to it.

    `intern` finds or makes ids, `acquire` and `release` count who refers to them; a string goes
    with its last reference, and the arena is closed up when half of it is dead. Bytes: the text, 24
    per string, and 8 per slot, of which there are 1.6 to 4 per string.
    """

    def __init__(self) -> None:
        self._reset()

    def _reset(self) -> None:
        self._slots = np.empty(0, np.int64)
        self._begin = Column(np.int64)
        self._length = Column(np.int64, -1)
        self._references = Column(np.int64)
        self._arena = np.empty(0, np.uint8)
        self._state = np.array([0, 0, -1, 0, 0], np.int64)

    def __len__(self) -> int:
        return int(self._state[kernels.LIVE])

    @property
    def nbytes(self) -> int:
        """The bytes of all arrays."""
        columns = self._begin.nbytes + self._length.nbytes + self._references.nbytes
        return self._slots.nbytes + self._arena.nbytes + columns

    @property
    def arrays(self) -> tuple[Ids, Ids, npt.NDArray[np.uint8]]:
        """Where each string begins and how long it is: int64[ids], and the text, for kernels."""
        return self._begin.data, self._length.data, self._arena

    def intern(self, array: pa.Array, where: Valid | None = None) -> Ids:
        """Return an id for each string of the array, 0 where it is NULL (`where` is false).

        A new string nobody acquires stays until somebody acquires and releases it. O(bytes).
        """
        n = len(array)
        if where is not None:
            ids = np.zeros(n, np.int64)
            some = np.flatnonzero(where)
            if len(some):
                ids[some] = self.intern(array.drop_null())
            return ids
        if n > FEW and not kernels.intern.compiled(n):
            encoded = array.dictionary_encode()
            ids = self._intern(encoded.dictionary)
            return ids[view(encoded.indices)]
        return self._intern(array)

    def _intern(self, array: pa.Array) -> Ids:
        n = len(array)
        offsets, data = text(array)
        ids = np.empty(n, np.int64)
        if not len(self._slots):
            self._grow(1, 0)
        done, known = 0, len(self)
        while True:
            done = kernels.intern(
                n - done,
                done,
                offsets,
                data,
                self._slots,
                self._begin.data,
                self._length.data,
                self._arena,
                self._state,
                ids,
            )
            if done == n:
                return ids
            # Where most were new, room for all that are left is made at once.
            end = n if done > _TELLING and 2 * (len(self) - known) > done else done + 1
            self._grow(end - done, int(offsets[end] - offsets[done]))

    def acquire(self, ids: Ids) -> None:
        """Count one more reference for each time an id is named."""
        np.add.at(self._references.data, ids, 1)

    def release(self, ids: Ids) -> None:
        """Count one less for each time an id is named, and forget those that nobody refers to."""
        references = self._references.data
        np.subtract.at(references, ids, 1)
        gone = ids[references[ids] == 0]
        if not len(gone):
            return
        if len(gone) > 1:  # each once: the last to write its number into an id's count stays
            numbers = np.arange(len(gone))
            references[gone] = numbers
            gone = gone[references[gone] == numbers]
            references[gone] = 0
        if len(gone) == len(self):
            self._reset()
            return
        kernels.remove(
            len(gone),
            gone,
            self._slots,
            self._begin.data,
            self._length.data,
            self._arena,
            self._state,
        )
        if int(self._state[kernels.DEAD]) * 2 > len(self._arena):
            self._close_up(0)

    def values(self, ids: Ids, kind: pa.DataType, where: Valid | None = None) -> pa.Array:
        """Return the strings of `ids` as a new array of the type `kind`; NULL where not `where`."""
        if where is not None:
            if not where.any():
                return pa.nulls(len(ids), kind)
            ids = np.where(where, ids, 0)
        lengths = self._length.data[ids]
        if where is not None:
            lengths = np.where(where, lengths, 0)
        offsets = np.zeros(len(ids) + 1, np.int64)
        np.cumsum(lengths, out=offsets[1:])
        if offsets[-1] > 2**31 - 1:
            raise OverflowError("the text of one batch is longer than 2 GiB")
        data = self._gather(self._begin.data[ids], lengths, offsets)
        buffers = [pa.py_buffer(offsets.astype(np.int32)), pa.py_buffer(data)]
        bitmap = None if where is None else packed(where)
        return pa.Array.from_buffers(kind, len(ids), [bitmap, *buffers])

    def _gather(self, begin: Ids, lengths: Ids, offsets: Ids) -> npt.NDArray[np.uint8]:
        """Copy pieces of the arena one after the other, in blocks to bound the scratch memory."""
        data = np.empty(int(offsets[-1]), np.uint8)
        for i in range(0, len(begin), _BLOCK):
            last = min(i + _BLOCK, len(begin))
            first, end = int(offsets[i]), int(offsets[last])
            shift = np.repeat(begin[i:last] - offsets[i:last], lengths[i:last])
            data[first:end] = self._arena[np.arange(first, end) + shift]
        return data

    def _grow(self, more: int, size: int) -> None:
        """Make room for so many more strings, of `size` bytes together, where there is none."""
        state = self._state
        if len(self) >= len(self._slots) // 8 * 5:
            old = self._slots
            many = max(2 * len(old), 2 * capacity_for(len(self) + more))
            self._slots = np.full(many, -1, np.int64)
            if len(self):
                index.rebuild(len(old), old, self._slots)
        if state[kernels.FREE] < 0 and state[kernels.TOP] >= len(self._begin.data):
            capacity = capacity_for(int(state[kernels.TOP]) + more)
            for column in (self._begin, self._length, self._references):
                column.reserve(capacity)
        if state[kernels.END] + size > len(self._arena):
            self._close_up(size)

    def _close_up(self, size: int) -> None:
        """Move the live text into an arena with room for as much again and for `size` bytes."""
        live = np.flatnonzero(self._length.data >= 0)
        lengths = self._length.data[live]
        offsets = np.zeros(len(live) + 1, np.int64)
        np.cumsum(lengths, out=offsets[1:])
        used = int(offsets[-1])
        arena = np.empty(capacity_for(max(2 * used, used + size, 256)), np.uint8)
        arena[:used] = self._gather(self._begin.data[live], lengths, offsets)
        self._begin.data[live] = offsets[:-1]
        self._arena = arena
        self._state[kernels.END] = used
        self._state[kernels.DEAD] = 0
