"""This engine as a contender.

Its kernels are compiled at their first call, in the run that is not counted; by itself the engine
runs them as plain Python until compiling pays.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pyarrow as pa

import cep
from benchmarks.contest import Contender
from cep.runtime.kernels import compile as kernels

BIDS = "(k BIGINT, v DOUBLE, ts TIMESTAMP(6), WATERMARK FOR ts AS ts - INTERVAL '1' SECOND)"
"""The columns of the stream `bids`, which `benchmarks.data.bids` makes."""


def contender(path: Path, query: str) -> Contender:
    """Ask `query` of the stream `bids` over a Parquet file."""
    declare = f"CREATE STREAM bids {BIDS} WITH (connector = 'file', path = '{path}')"
    return Contender(f"{__name__}:batches", {"declare": declare, "query": query})


def batches(declare: str, query: str) -> Iterator[pa.RecordBatch]:
    """Yield the answer of a new engine."""
    kernels.use("compiled")
    engine = cep.Engine()
    engine.execute(declare)
    yield from engine.execute(query).batches()
