"""Does a row cost the same at the end of a long stream as at the beginning of a short one?

Every kind of window of `benchmarks.windows` over 10^5, 10^6 and 10^7 rows; what it costs to plan
the query is not counted, nor is compiling. Processor time, one core, after a run that warms up; the
median of several. The fewest rows are ten seconds of a stream, so that there is a window to close.
"""

from __future__ import annotations

import statistics
import time
from collections.abc import Iterator

import cep
from benchmarks import data, ours, process, report, windows
from benchmarks.options import Options
from cep.runtime.kernels import compile as kernels

FLAT = 1.25
"""How much more than over the fewest rows a row may cost."""


def run(options: Options) -> Iterator[report.Line]:
    for kind in windows.KINDS[: 1 if options.smoke else None]:
        first = 0.0
        for rows in (10_000, 100_000) if options.smoke else (100_000, 1_000_000, 10_000_000):
            path = data.bids(options.folder, rows, windows.PER_SECOND)
            arguments = ours.contender(path, kind.query).arguments
            times = process.call(
                "benchmarks.growth:measure", **arguments, runs=1 if options.smoke else 3
            )
            each = statistics.median(times) / rows
            first = first or each
            yield report.Line(
                "growth",
                f"{kind.name}, {rows:,} rows",
                ours=f"{each * 1e9:.0f} ns a row",
                bar=report.bar(f"< {FLAT} of the first", each < FLAT * first),
            )


def measure(declare: str, query: str, runs: int) -> list[float]:
    """Return the seconds of runs without their planning."""
    kernels.use("compiled")  # the fewest rows alone would not be worth it
    times = []
    for _ in range(runs + 1):
        engine = cep.Engine()
        engine.execute(declare)
        result = engine.execute(query)
        begun = time.process_time()
        for batch in result.batches():
            del batch
        times.append(time.process_time() - begun)
    return times[1:]
