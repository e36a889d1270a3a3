"""The loop that one would write by hand for `benchmarks.tumble`, and for nothing else.

It knows that there are 10,000 keys, numbered; that windows are 10 s and rows at most a second late,
so at most two are open; and it has no NULLs, no other types, no recovery.
"""

from __future__ import annotations

from collections.abc import Iterator

import numba
import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.parquet as pq

from benchmarks.data import KEYS

SIZE = 10_000_000
DELAY = 1_000_000
OPEN = 2

Ints = npt.NDArray[np.int64]
Floats = npt.NDArray[np.float64]


@numba.njit(cache=True, nogil=True)  # type: ignore[untyped-decorator]  # numba has no types
def _add(
    start: int, keys: Ints, values: Floats, times: Ints, count: Ints, total: Floats, most: Floats,
    state: Ints,
) -> int:  # fmt: skip
    """Add rows from `start` on; stop before the first that needs a window to be said first.

    `count`, `total` and `most`: [OPEN, KEYS]. `state`: the first open window and the greatest time.
    """
    first, greatest = state[0], state[1]
    i = start
    while i < len(keys):
        time = times[i]
        window = time // SIZE
        if greatest - DELAY >= (first + 1) * SIZE or window >= first + OPEN:
            break
        greatest = max(greatest, time)
        slot, key, value = window % OPEN, keys[i], values[i]
        count[slot, key] += 1
        total[slot, key] += value
        most[slot, key] = max(most[slot, key], value)
        i += 1
    state[1] = greatest
    return i


class _Windows:
    """The open windows."""

    def __init__(self) -> None:
        self.count = np.zeros((OPEN, KEYS), np.int64)
        self.total = np.zeros((OPEN, KEYS))
        self.most = np.full((OPEN, KEYS), -np.inf)
        self.state = np.zeros(2, np.int64)

    def add(self, start: int, keys: Ints, values: Floats, times: Ints) -> int:
        if not self.state[0]:
            self.state[0] = times[0] // SIZE - 1
        added: int = _add(start, keys, values, times, self.count, self.total, self.most, self.state)
        return added

    def close(self) -> pa.RecordBatch:
        """Say the first open window, and forget it."""
        window = self.state[0]
        slot = window % OPEN
        keys = np.flatnonzero(self.count[slot])
        count, total, most = self.count[slot, keys], self.total[slot, keys], self.most[slot, keys]
        self.count[slot] = 0
        self.total[slot] = 0
        self.most[slot] = -np.inf
        self.state[0] = window + 1
        start = pa.array(np.full(len(keys), window * SIZE)).view(pa.timestamp("us"))
        columns = [
            pa.array(keys),
            start,
            *(pa.array(a) for a in (count, total, total / count, most)),
        ]
        return pa.RecordBatch.from_arrays(
            columns, ["k", "window_start", "n", "total", "mean", "most"]
        )


def bare(path: str) -> Iterator[pa.RecordBatch]:
    windows = _Windows()
    for batch in pq.ParquetFile(path).iter_batches(65_536, use_threads=False):
        keys, values = (batch.column(i).to_numpy() for i in (0, 1))
        times = batch.column(2).view(pa.int64()).to_numpy()
        done = 0
        while (done := windows.add(done, keys, values, times)) < len(keys):
            yield windows.close()
    for _ in range(OPEN):
        yield windows.close()
