"""DuckDB, with one thread, as a contender."""

from __future__ import annotations

from collections.abc import Iterator

import duckdb
import pyarrow as pa

from benchmarks.contest import Contender

_BATCH_ROWS = 65_536


def contender(query: str) -> Contender:
    """Ask `query` of DuckDB."""
    return Contender(f"{__name__}:batches", {"query": query})


def batches(query: str) -> Iterator[pa.RecordBatch]:
    """Yield the answer of a new database in memory."""
    with duckdb.connect() as connection:
        connection.execute("SET threads = 1")
        yield from connection.sql(query).to_arrow_reader(_BATCH_ROWS)
