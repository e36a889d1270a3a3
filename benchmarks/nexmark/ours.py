"""This engine, asked the queries of the suite."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq

import cep
from benchmarks.nexmark.queries import declarations, parameters, query
from cep.runtime.kernels import compile as kernels
from cep.runtime.time import VirtualClock


def batches(name: str, events: str, rate: str, folder: str) -> Iterator[pa.RecordBatch]:
    """Yield the answer of a new engine, with compiled kernels."""
    kernels.use("compiled")
    yield from answer(name, int(events), float(rate), Path(folder))


def answer(
    name: str, events: int, rate: float, folder: Path, batch_rows: int | None = None
) -> Iterator[pa.RecordBatch]:
    """Yield what a query says, changes with their `op`; of q10, what is in its file.

    The clock stands still, so that q12 has an answer that others can have too.
    """
    engine = cep.Engine(clock=VirtualClock())
    given = parameters(events, rate, folder)
    engine.execute(declarations(), given)
    if batch_rows is not None:
        engine.execute(f"SET batch_rows = {batch_rows}")
    for result in engine.script(query(name).text, given, drive=True):
        yield from result.batches()
    if name == "q10":
        yield from pq.ParquetFile(str(given["log"])).iter_batches()
