"""The texts of the queries, which stand beside this file, and what they read."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

import pyarrow as pa
import pyarrow.csv

from benchmarks.data import made

HERE = Path(__file__).parent
NAMES = tuple(f"q{i}" for i in range(23))
STREAMS = ("person", "auction", "bid")

SIDE_ROWS = 10_000
"""Rows of the table of q13."""

_SHARE = {"person": 1, "auction": 3, "bid": 46}
_READ = {
    "q3": ("person", "auction"),
    "q4": ("auction", "bid"),
    "q6": ("auction", "bid"),
    "q8": ("person", "auction"),
    "q9": ("auction", "bid"),
    "q20": ("auction", "bid"),
}


@dataclass(frozen=True)
class Query:
    """A query of the suite: ours, and DuckDB's where it is written in another way."""

    name: str
    title: str
    text: str
    duckdb: str

    def rows(self, events: int) -> int:
        """Return how many rows it reads if there are so many events of all kinds."""
        return sum(_SHARE[s] for s in _READ.get(self.name, ("bid",))) * events // 50


def suite() -> Iterator[Query]:
    """Read all queries."""
    return map(query, NAMES)


def query(name: str) -> Query:
    """Read a query; its title is what its first line begins with."""
    text = (HERE / f"{name}.sql").read_text(encoding="utf-8")
    theirs = HERE / f"{name}.duckdb.sql"
    title = re.match(r"-- ([^:\n]*):", text)
    assert title is not None, f"{name}.sql has no title"
    duckdb = theirs.read_text(encoding="utf-8") if theirs.exists() else text
    return Query(name, title[1], text, duckdb.replace("EMIT STREAM", ""))


def declarations() -> str:
    """Return the statements that declare the streams."""
    return (HERE / "streams.sql").read_text(encoding="utf-8")


def side_input(folder: Path) -> Path:
    """Return the file with the table of q13."""

    def write(path: Path) -> None:
        keys = pa.array(range(SIDE_ROWS), pa.int64())
        values = pa.compute.binary_join_element_wise("value", keys.cast(pa.string()), " ")
        pa.csv.write_csv(pa.table({"key": keys, "value": values}), path)

    return made(folder / "nexmark-side-input.csv", write)


def parameters(events: int, rate: float, folder: Path) -> Mapping[str, object]:
    """Return what the texts leave open; `folder` has the files that are read and written."""
    return {
        "events": events,
        "rate": rate,
        "log": str(folder / "nexmark-log.parquet"),
        "side_input": str(side_input(folder)),
    }
