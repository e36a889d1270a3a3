"""Many queries over one stream, and the row of one key of a view with a million of them.

A hundred continuous queries over inserted rows beside one: equal queries, queries with the same
filter and different aggregates, and queries that have nothing in common but the stream. Then how
long it takes to find the row of a key: in the index of a view, and as a SELECT from its text to its
rows.

    python -m benchmarks.sharing
"""

from __future__ import annotations

import statistics
import time
from collections.abc import Callable, Sequence

import numpy as np
import pyarrow as pa

import cep

ROWS = 100_000
BATCH = 10_000
KEYS = 1_000_000
QUERIES = 100

KINDS: dict[str, Callable[[int], str]] = {
    "equal": lambda i: "SELECT k, SUM(v) AS total FROM s WHERE v > 50 GROUP BY k",
    "the same filter": lambda i: f"SELECT k, SUM(v + {i}) AS total FROM s WHERE v > 50 GROUP BY k",
    "different": lambda i: f"SELECT k, SUM(v) AS total FROM s WHERE v > {i} GROUP BY k",
}


def data(rows: int, keys: int) -> pa.Table:
    """Return rows of random keys and values."""
    chance = np.random.default_rng(0)
    return pa.table({"k": chance.integers(0, keys, rows), "v": chance.integers(0, 100, rows)})


def seconds(queries: Sequence[str]) -> float:
    """Return how long queries take over rows that are inserted batch by batch."""
    with cep.Engine() as engine:
        engine.execute("CREATE STREAM s (k BIGINT, v BIGINT)")
        for number, query in enumerate(queries):
            engine.execute(f"START q{number} AS {query}")
        rows = data(ROWS + BATCH, 100)
        engine.insert("s", rows.slice(0, BATCH))
        start = time.perf_counter()
        for first in range(BATCH, rows.num_rows, BATCH):
            engine.insert("s", rows.slice(first, BATCH))
        return time.perf_counter() - start


def lookups() -> tuple[float, float]:
    """Return the median seconds to find a row in the index, and to answer the whole SELECT."""
    with cep.Engine() as engine:
        engine.execute(
            "CREATE STREAM s (k BIGINT, v BIGINT);"
            "CREATE MATERIALIZED VIEW m AS SELECT k, SUM(v) AS total FROM s GROUP BY k"
        )
        keys = pa.table({"k": np.arange(KEYS), "v": np.arange(KEYS)})
        for first in range(0, KEYS, 100_000):
            engine.insert("s", keys.slice(first, 100_000))
        rows = engine.views["m"].rows
        wanted = [pa.scalar(int(k), pa.int64()) for k in np.linspace(0, KEYS - 1, 500)]

        def select(key: pa.Scalar) -> object:
            return engine.execute(f"SELECT * FROM m WHERE k = {key}").fetchall()

        return median(lambda key: rows.find([key]), wanted), median(select, wanted)


def median(action: Callable[[pa.Scalar], object], keys: Sequence[pa.Scalar]) -> float:
    """Return the median time of doing something to each key, in seconds."""
    times = []
    for key in keys:
        start = time.perf_counter()
        action(key)
        times.append(time.perf_counter() - start)
    return statistics.median(times)


def main() -> None:
    """Print what a hundred queries cost beside one, and what a lookup costs."""
    for kind, query in KINDS.items():
        one = seconds([query(1)])
        many = seconds([query(i) for i in range(QUERIES)])
        print(f"{QUERIES} queries, {kind}: {many:.2f} s beside {one:.3f} s: {many / one:.1f} times")
    index, whole = lookups()
    print(f"a key among {KEYS:,}: {index * 1e6:.0f} us in the index, {whole * 1e3:.2f} ms as SQL")


if __name__ == "__main__":
    main()
