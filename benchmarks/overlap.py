"""What does a row that a hop says cost, where windows have ever more slices?

Windows that begin every second and last from ten seconds to two hundred: of 10,000 keys each says
about as many rows, put together from ever more slices. Processor time for each row that is said,
planning not counted; one core, after a run that warms up, the median of several. For aggregates
that keep as much of many rows as of one, and for those that keep all values.
"""

from __future__ import annotations

import statistics
import time
from collections.abc import Iterator

import cep
from benchmarks import data, ours, process, report
from benchmarks.options import Options
from cep.runtime.kernels import compile as kernels

PER_SECOND = 1_000
"""Rows in a second of event time: few beside the rows that are said."""

AGGREGATES = {
    "count, sum, mean, maximum": "count(*) AS n, sum(v) AS total, avg(v) AS mean, max(v) AS most",
    "median": "median(v) AS middle",
    "different values": "count(DISTINCT v) AS values",
}

FLAT = 1.5
"""How much more than of the shortest windows a row may cost: more of it is out of the cache."""


def run(options: Options) -> Iterator[report.Line]:
    rows = max(options.rows // 5, 20_000)
    path = data.bids(options.folder, rows, PER_SECOND)
    for name, aggregates in AGGREGATES.items():
        first = 0.0
        for size in (5, 10) if options.smoke else (10, 25, 50, 100, 200):
            query = (
                f"SELECT k, window_end, {aggregates} FROM HOP(TABLE bids, DESCRIPTOR(ts), "
                f"INTERVAL '1' SECOND, INTERVAL '{size}' SECOND) "
                "GROUP BY k, window_start, window_end"
            )
            arguments = ours.contender(path, query).arguments
            said, times = process.call(
                "benchmarks.overlap:measure", **arguments, runs=1 if options.smoke else 3
            )
            each = statistics.median(times) / said
            first = first or each
            yield report.Line(
                "overlap",
                f"{name}, {size} slices, {said:,} rows said",
                ours=f"{each * 1e9:.0f} ns a row said",
                bar=report.bar(f"< {FLAT} of the first", each < FLAT * first),
            )


def measure(declare: str, query: str, runs: int) -> tuple[int, list[float]]:
    """Return how many rows are said, and the seconds of runs without their planning."""
    kernels.use("compiled")
    times = []
    said = 0
    for _ in range(runs + 1):
        engine = cep.Engine()
        engine.execute(declare)
        result = engine.execute(query)
        begun = time.process_time()
        said = sum(batch.num_rows for batch in result.batches())
        times.append(time.process_time() - begun)
    return said, times[1:]
