"""A batch: some rows in flight, column by column."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from cep.types import Schema

Instants = npt.NDArray[np.int64]
Weights = npt.NDArray[np.int64]
Indices = npt.NDArray[np.int64]
Mask = npt.NDArray[np.bool_]


@dataclass(frozen=True, slots=True)
class Batch:
    """Rows of one relation as Arrow arrays, with what the engine knows about each row.

    `time` is the event time of each row in microseconds, None where the relation has none; it
    outlives a projection that drops its column. `lateness` is the watermark W of the row's own
    partition just before it came; None where no row is behind its own. `weight` is how often the
    row is inserted (positive) or retracted (negative); None where every row is inserted once.
    These are `rows` long. `partition` is the part of a source that all rows are from, empty where
    they are of several, of none, or computed. A batch is a set: only the net of its weights counts.
    """

    schema: Schema
    columns: tuple[pa.Array, ...]
    rows: int
    time: Instants | None = None
    lateness: Instants | None = None
    weight: Weights | None = None
    partition: str = ""

    @classmethod
    def of(cls, schema: Schema, data: pa.RecordBatch) -> Batch:
        """Wrap an Arrow record batch that has the columns of `schema` in order."""
        return cls(schema, tuple(data.columns), data.num_rows)

    def to_arrow(self) -> pa.RecordBatch:
        """Return the visible columns as an Arrow record batch."""
        return pa.RecordBatch.from_arrays(list(self.columns), schema=self.schema.arrow)

    def where(self, mask: Mask) -> Batch:
        """Return the rows where `mask` is true."""
        if mask.all():
            return self
        return self.take(np.flatnonzero(mask))

    def take(self, indices: Indices) -> Batch:
        """Return the rows at `indices`, in that order."""
        picked = pa.array(indices)
        return Batch(
            self.schema,
            tuple(c.take(picked) for c in self.columns),
            len(indices),
            None if self.time is None else self.time[indices],
            None if self.lateness is None else self.lateness[indices],
            None if self.weight is None else self.weight[indices],
            self.partition,
        )

    def slice(self, start: int, length: int) -> Batch:
        """Return `length` rows from `start` on, without copying."""
        end = start + length
        return Batch(
            self.schema,
            tuple(c.slice(start, length) for c in self.columns),
            max(0, min(length, self.rows - start)),
            None if self.time is None else self.time[start:end],
            None if self.lateness is None else self.lateness[start:end],
            None if self.weight is None else self.weight[start:end],
            self.partition,
        )

    def replaced(self, schema: Schema, columns: Sequence[pa.Array]) -> Batch:
        """Return the same rows with other columns; what the engine knows about them stays."""
        known = (self.time, self.lateness, self.weight, self.partition)
        return Batch(schema, tuple(columns), self.rows, *known)

    def weights(self) -> Weights:
        """Return the weight of each row, also where all are one."""
        return np.ones(self.rows, np.int64) if self.weight is None else self.weight

    @property
    def nbytes(self) -> int:
        """Bytes of the visible columns."""
        return sum(c.nbytes for c in self.columns)


def concat(batches: Sequence[Batch]) -> Batch:
    """Put batches of one schema one after the other."""
    if len(batches) == 1:
        return batches[0]
    first = batches[0]
    columns = [pa.concat_arrays([b.columns[i] for b in batches]) for i in range(len(first.columns))]
    times = [b.time for b in batches if b.time is not None]
    return Batch(
        first.schema,
        tuple(columns),
        sum(b.rows for b in batches),
        np.concatenate(times) if len(times) == len(batches) else None,
        _joined([b.lateness for b in batches], [b.rows for b in batches], -(2**63)),
        _joined([b.weight for b in batches], [b.rows for b in batches], 1),
        first.partition if len({b.partition for b in batches}) == 1 else "",
    )


def _joined(
    parts: list[npt.NDArray[np.int64] | None], rows: list[int], default: int
) -> npt.NDArray[np.int64] | None:
    if all(p is None for p in parts):
        return None
    return np.concatenate(
        [
            np.full(n, default, np.int64) if p is None else p
            for p, n in zip(parts, rows, strict=True)
        ]
    )
