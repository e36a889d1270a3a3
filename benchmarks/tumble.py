"""Tumbling windows: count, sum, mean and maximum per key and 10 seconds, delivered as Arrow.

10,000 skewed keys, batches of 65,536 rows, at two densities: with 1,000 rows a second most groups
of a window are small and the result is large; with 10,000 a second groups are larger. Beside it
the bare loop: Parquet, numba, and arrays that know beforehand how many keys there are. And the
memory of our process, which hands its results on and keeps none of them.
"""

from __future__ import annotations

from collections.abc import Iterator

from benchmarks import contest, data, ours, report, rival
from benchmarks.options import Options

RATES = (1_000, 10_000)
MEMORY_LIMIT = 400e6
FLAT = 1.1
"""How much of the peak over few rows the peak over many may be."""

QUERY = """
    SELECT k, window_start, COUNT(*) AS n, SUM(v) AS total, AVG(v) AS mean, MAX(v) AS most
    FROM TABLE(TUMBLE(TABLE bids, DESCRIPTOR(ts), INTERVAL '10' SECOND))
    GROUP BY k, window_start, window_end
"""

DUCKDB = """
    SELECT k, time_bucket(INTERVAL '10 seconds', ts) AS window_start,
           count(*) AS n, sum(v) AS total, avg(v) AS mean, max(v) AS most
    FROM '{path}' GROUP BY k, window_start
"""


def run(options: Options) -> Iterator[report.Line]:
    for per_second in RATES:
        path = data.bids(options.folder, options.rows, per_second)
        contenders = {
            "ours": ours.contender(path, QUERY),
            "duckdb": rival.contender(DUCKDB.format(path=path)),
            "bare": contest.Contender("benchmarks.bare_tumble:bare", {"path": str(path)}),
        }
        outcomes = contest.race(
            contenders, rounds=options.rounds, runs=options.runs, folder=options.folder
        )
        mine, theirs, bare = (outcomes[n] for n in contenders)
        ratio = theirs.seconds / mine.seconds
        wrong = contest.unlike([mine, theirs, bare])
        yield report.Line(
            "tumble",
            f"{options.rows:,} rows, {per_second:,} a second",
            ours=report.rate(mine.rate(options.rows)),
            duckdb=report.rate(theirs.rate(options.rows)),
            ratio=report.ratio(ratio),
            bare=report.rate(bare.rate(options.rows)),
            bar=report.bar("≥ 0.5", ratio >= 0.5),
            answer=wrong or "equal",
            wrong=wrong is not None,
        )
    yield from _memory(options)


def _memory(options: Options) -> Iterator[report.Line]:
    few = 0.0
    for rows in (options.rows, 10 * options.rows):
        path = data.bids(options.folder, rows, RATES[-1])
        used = contest.memory(ours.contender(path, QUERY))
        few = few or used.peak
        flat = used.peak <= FLAT * few
        reached = used.peak < MEMORY_LIMIT and flat
        yield report.Line(
            "tumble",
            f"memory over {rows:,} rows",
            memory=f"{report.megabytes(used.peak)} ({report.megabytes(used.used)})",
            bar=report.bar("< 400 MB" + (", flat" if rows > options.rows else ""), reached),
        )
