"""Sources whose rows are computed: row i of a column is a function of the seed and i alone.

So the rows do not depend on how many are asked for at once, on the columns that are read, or on
where reading was taken up again.
"""

from __future__ import annotations

import zlib
from abc import abstractmethod
from collections.abc import Mapping, Sequence

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from cep.runtime.connectors.base import Chunk, PartitionEnd, Progress, Read, Signal, Source
from cep.runtime.connectors.format_base import Piece, make_batch, read_schema, with_metadata
from cep.runtime.time import Clock
from cep.types import Field

Numbers = npt.NDArray[np.int64]
Bits = npt.NDArray[np.uint64]

_GOLDEN = 0x9E3779B97F4A7C15
_MASK = (1 << 64) - 1


class Dice:
    """Random numbers by position: a hash of the seed, a name and the row (SplitMix64)."""

    def __init__(self, seed: int) -> None:
        self._seed = seed

    def bits(self, name: str, rows: Numbers) -> Bits:
        """Return 64 random bits for each row; another name gives independent ones."""
        salt = (self._seed * _GOLDEN ^ zlib.crc32(name.encode()) * 0xD1B54A32D192ED03) & _MASK
        z = rows.astype(np.uint64) * np.uint64(_GOLDEN) + np.uint64(salt)
        z = (z ^ (z >> np.uint64(30))) * np.uint64(0xBF58476D1CE4E5B9)
        z = (z ^ (z >> np.uint64(27))) * np.uint64(0x94D049BB133111EB)
        return z ^ (z >> np.uint64(31))

    def uniform(self, name: str, rows: Numbers) -> npt.NDArray[np.float64]:
        """Return a number in [0, 1) for each row."""
        high = self.bits(name, rows) >> np.uint64(11)
        return high.astype(np.float64) * 2.0**-53

    def below(self, name: str, rows: Numbers, bound: int | Numbers) -> Numbers:
        """Return a whole number in [0, bound) for each row."""
        return (self.uniform(name, rows) * bound).astype(np.int64)

    def letters(self, name: str, rows: Numbers, length: int) -> pa.Array:
        """Return a text of `length` lower-case letters for each row."""
        if length == 0 or not len(rows):
            return pa.repeat("", len(rows))
        words = [self.bits(f"{name} {i}", rows) for i in range(-(-length // 8))]
        octets = np.stack(words, axis=1).view(np.uint8)[:, :length]
        text = np.ascontiguousarray(octets % 26 + ord("a"), dtype=np.uint8)
        offsets = np.arange(0, (len(rows) + 1) * length, length, dtype=np.int32)
        buffers = [None, pa.py_buffer(offsets), pa.py_buffer(text)]
        return pa.Array.from_buffers(pa.string(), len(rows), buffers)


class ComputedSource(Source):
    """Rows numbered from 0 and dealt out to the partitions in turn. Offsets count rows.

    `rows` is how many there are in all, None for no end. With a `clock`, row i is not given out
    before i * `interval` microseconds have passed since the first poll.
    """

    def __init__(
        self,
        read: Read,
        rows: int | None,
        partitions: int,
        clock: Clock | None = None,
        interval: float = 0.0,
    ) -> None:
        self.bounded = rows is not None
        self._read = read
        self._schema = read_schema(read)
        self._rows = rows
        self._clock = clock
        self._interval = interval
        self._begun: int | None = None
        self._at = [0] * partitions
        self._ended: set[int] = set()
        self._turn = 0

    @abstractmethod
    def column(self, field: Field, rows: Numbers) -> pa.Array:
        """Compute the values of a column for the rows with these numbers."""

    def partitions(self) -> Sequence[str]:
        return [str(p) for p in range(len(self._at))]

    def _limit(self, partition: int) -> int | None:
        """Return how many rows a partition has, or has by now; None for no end."""
        count = len(self._at)
        total = self._rows
        if self._clock is not None:
            if self._begun is None:
                self._begun = self._clock.now() - round(sum(self._at) * self._interval)
            due = int((self._clock.now() - self._begun) / self._interval) + 1
            total = due if total is None else min(due, total)
        return None if total is None else max(0, -(-(total - partition) // count))

    def poll(self, max_rows: int, partition: str | None = None) -> Chunk | PartitionEnd | Signal:
        count = len(self._at)
        first = self._turn
        if partition is not None and partition in self.partitions():
            first = int(partition)
        for p in [first, *((first + i) % count for i in range(1, count))]:
            if p in self._ended:
                continue
            at, limit = self._at[p], self._limit(p)
            stop = at + max(max_rows, 1) if limit is None else min(at + max(max_rows, 1), limit)
            if stop > at:
                self._turn = (p + 1) % count
                return self._chunk(p, at, stop)
            if self._rows is not None and at >= -(-(self._rows - p) // count):
                self._ended.add(p)
                return PartitionEnd(str(p))
        return Signal.END if len(self._ended) == count else Signal.IDLE

    def _chunk(self, partition: int, start: int, stop: int) -> Chunk:
        numbers = np.arange(start, stop, dtype=np.int64) * len(self._at) + partition
        arrays = [self.column(f, numbers) for f in self._read.fields]
        piece = Piece(make_batch(arrays, self._schema, stop - start), start + 1, "")
        self._at[partition] = stop
        batch = with_metadata(self._read, piece, start, {"partition": partition})
        return Chunk(str(partition), batch)

    def offsets(self) -> Mapping[str, int]:
        return {str(p): at for p, at in enumerate(self._at)}

    def seek(self, offsets: Mapping[str, int]) -> None:
        self._at = [offsets.get(str(p), 0) for p in range(len(self._at))]
        self._ended.clear()
        self._begun = None
        self._turn = 0

    def progress(self) -> Progress | None:
        return None if self._rows is None else Progress(sum(self._at), self._rows)


def instants(micros: Numbers, t: pa.DataType) -> pa.Array:
    """Return an Arrow column of instants given in microseconds."""
    return pa.array(micros).view(t)
