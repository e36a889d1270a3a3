"""Windows that overlap, and sessions, beside DuckDB's: hop, hop with growing overlap, session."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from benchmarks import contest, data, ours, report, rival
from benchmarks.options import Options

PER_SECOND = 10_000
"""Rows in a second of event time."""

OVERLAPS = (5, 25, 100)
"""How many windows a row lies in, where the cost of that is measured."""

AGGREGATES = "count(*) AS n, sum(v) AS total, avg(v) AS mean, max(v) AS most"

HOP = f"""
    SELECT k, window_start, {AGGREGATES}
    FROM HOP(TABLE bids, DESCRIPTOR(ts), INTERVAL '{{slide}}' SECOND, INTERVAL '{{size}}' SECOND)
    GROUP BY k, window_start, window_end
"""

# Aggregated per slice and then put together, as a person who knows would write it.
DUCKDB_HOP = """
    WITH slices AS (
        SELECT k, epoch_us(ts) // {slide} * {slide} AS slice,
               count(*) AS n, sum(v) AS total, max(v) AS most
        FROM '{path}' GROUP BY k, slice)
    SELECT k, make_timestamp(slice - i * {slide}) AS window_start, sum(n) AS n,
           sum(total) AS total, sum(total) / sum(n) AS mean, max(most) AS most
    FROM slices, range({many}) AS windows (i) GROUP BY k, window_start
"""

SESSION = f"""
    SELECT k, window_start, window_end, {AGGREGATES}
    FROM SESSION(TABLE bids PARTITION BY (k), DESCRIPTOR(ts), INTERVAL '5' SECOND)
    GROUP BY k, window_start, window_end
"""

DUCKDB_SESSION = f"""
    WITH marked AS (
        SELECT *, coalesce(ts - lag(ts) OVER (PARTITION BY k ORDER BY ts) >= INTERVAL '5' SECOND,
                           true)::INT AS begins FROM '{{path}}'),
    counted AS (
        SELECT *, sum(begins) OVER (PARTITION BY k ORDER BY ts ROWS UNBOUNDED PRECEDING) AS session
        FROM marked)
    SELECT k, min(ts) AS window_start, max(ts) + INTERVAL '5' SECOND AS window_end, {AGGREGATES}
    FROM counted GROUP BY k, session
"""


def run(options: Options) -> Iterator[report.Line]:
    """Measure hops and sessions over bids; the answers must be equal."""
    path = data.bids(options.folder, options.rows, PER_SECOND)
    for many in OVERLAPS:
        slide = 10_000_000 // many
        hop = HOP.format(slide=slide / 1e6, size=10)
        theirs = DUCKDB_HOP.format(path=path, slide=slide, many=many)
        yield _line(options, f"hop 10 s every {slide / 1e6:g} s", path, hop, theirs)
    yield _line(options, "session 5 s", path, SESSION, DUCKDB_SESSION.format(path=path))


def _line(options: Options, what: str, path: Path, query: str, theirs: str) -> report.Line:
    contenders = {"ours": ours.contender(path, query), "duckdb": rival.contender(theirs)}
    outcomes = contest.race(
        contenders, rounds=options.rounds, runs=options.runs, folder=options.folder
    )
    mine, other = (outcomes[n] for n in contenders)
    ratio = other.seconds / mine.seconds
    wrong = contest.unlike([mine, other])
    return report.Line(
        "windows",
        f"{what}, {options.rows:,} rows",
        ours=report.rate(mine.rate(options.rows)),
        duckdb=report.rate(other.rate(options.rows)),
        ratio=report.ratio(ratio),
        bar=report.bar("≥ 0.5", ratio >= 0.5),
        answer=wrong or "equal",
        wrong=wrong is not None,
    )
