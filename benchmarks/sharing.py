"""Many queries over one stream, and the row of one key of a view with a million of them.

A hundred continuous queries over inserted rows beside one: equal queries, queries with the same
filter and different aggregates, and queries that have nothing in common but the stream. Then how
long it takes to find the row of a key: in the index of a view, and as a SELECT from its text to its
rows.
"""

from __future__ import annotations

import statistics
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

import numpy as np
import pyarrow as pa

import cep
from benchmarks import process, report
from benchmarks.options import Options
from cep.runtime.kernels import compile as kernels

ROWS = 100_000
BATCH = 10_000
GROUPS = 100
KEYS = 1_000_000
QUERIES = 100
LOOKUPS = 500


@dataclass(frozen=True)
class Kind:
    """Queries of which `number` is the only difference: sums of v + `add`, where v > `more`."""

    name: str
    add: Callable[[int], int]
    more: Callable[[int], int]

    def query(self, number: int) -> str:
        """Return one of the queries."""
        total = f"SUM(v + {self.add(number)}) AS total"
        return f"SELECT k, {total} FROM s WHERE v > {self.more(number)} GROUP BY k"

    def answer(self, number: int, rows: pa.Table) -> dict[int, int]:
        """Return the sum of each key."""
        keys, values = (rows[name].to_numpy() for name in ("k", "v"))
        taken = values > self.more(number)
        sums = np.bincount(keys[taken], values[taken] + self.add(number), GROUPS)
        return {int(k): int(sums[k]) for k in np.unique(keys[taken])}


KINDS = {
    kind.name: kind
    for kind in (
        Kind("equal", lambda i: 0, lambda i: 50),
        Kind("with the same filter", lambda i: i, lambda i: 50),
        Kind("different", lambda i: 0, lambda i: i % GROUPS),
    )
}


def run(options: Options) -> Iterator[report.Line]:
    """Measure what many queries cost beside one, and what a lookup costs."""
    rows, many = (20_000, 10) if options.smoke else (ROWS, QUERIES)
    for name in KINDS:
        one, _ = process.call("benchmarks.sharing:queries", kind=name, rows=rows, many=1)
        all_, wrong = process.call("benchmarks.sharing:queries", kind=name, rows=rows, many=many)
        yield report.Line(
            "sharing",
            f"{many} queries, {name}, {rows:,} rows",
            ours=f"{report.seconds(all_)}, {all_ / one:.1f} times one",
            answer=wrong or "right",
            wrong=wrong is not None,
        )
    keys = rows if options.smoke else KEYS
    index, whole, found = process.call("benchmarks.sharing:lookups", keys=keys)
    yield report.Line(
        "sharing",
        f"a key among {keys:,} of a view",
        ours=f"{index * 1e6:.0f} µs in the index, {report.seconds(whole)} as SELECT",
        answer="right" if found else "another row was found",
        wrong=not found,
    )


def queries(kind: str, rows: int, many: int) -> tuple[float, str | None]:
    """Return the seconds of queries over rows inserted batch by batch, and what is wrong."""
    kernels.use("compiled")
    asked = KINDS[kind]
    chance = np.random.default_rng(0)
    given = pa.table({"k": chance.integers(0, GROUPS, rows), "v": chance.integers(0, 100, rows)})
    with cep.Engine() as engine:
        engine.execute("CREATE STREAM s (k BIGINT, v BIGINT)")
        results = [engine.query(asked.query(i)) for i in range(many)]
        engine.insert("s", given.slice(0, BATCH))  # compiles
        said = [list(result.batches()) for result in results]
        begun = time.process_time()
        for first in range(BATCH, rows, BATCH):
            engine.insert("s", given.slice(first, BATCH))
            for batches, result in zip(said, results, strict=True):
                batches.extend(result.batches())
        seconds = time.process_time() - begun
    last = {
        row["k"]: row["total"]
        for batch in said[-1]
        for row in batch.to_pylist()
        if row["op"] == "+"
    }
    return seconds, None if last == asked.answer(many - 1, given) else "the last query is wrong"


def lookups(keys: int) -> tuple[float, float, bool]:
    """Return the median seconds to find a row in the index, and by a whole SELECT; if it did."""
    kernels.use("compiled")
    with cep.Engine() as engine:
        engine.execute(
            "CREATE STREAM s (k BIGINT, v BIGINT);"
            "CREATE MATERIALIZED VIEW m AS SELECT k, SUM(v) AS total FROM s GROUP BY k"
        )
        rows = pa.table({"k": np.arange(keys), "v": np.arange(keys)})
        for first in range(0, keys, KEYS // 10):
            engine.insert("s", rows.slice(first, KEYS // 10))
        view = engine.views["m"].rows
        wanted = [int(k) for k in np.linspace(0, keys - 1, LOOKUPS)]
        found = [engine.execute(f"SELECT total FROM m WHERE k = {k}").fetchall() for k in wanted]
        return (
            _median(lambda key: view.find([pa.scalar(key, pa.int64())]), wanted),
            _median(lambda key: engine.execute(f"SELECT * FROM m WHERE k = {key}"), wanted),
            found == [[(k,)] for k in wanted],
        )


def _median(action: Callable[[int], object], keys: Sequence[int]) -> float:
    """Return the median time of doing something to each key, in seconds."""
    times = []
    for key in keys:
        begun = time.perf_counter()
        action(key)
        times.append(time.perf_counter() - begun)
    return statistics.median(times)
