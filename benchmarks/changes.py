"""Sets, first rows and subqueries beside DuckDB's, and what a row costs as they change."""

from __future__ import annotations

import statistics
from collections.abc import Iterator
from pathlib import Path

from benchmarks import contest, data, ours, process, report, rival
from benchmarks.growth import FLAT
from benchmarks.options import Options

PER_SECOND = 10_000
"""Rows in a second of event time."""

QUERIES = {
    "three best of each key": (
        "SELECT k, ts, v FROM {source} "
        "QUALIFY ROW_NUMBER() OVER (PARTITION BY k ORDER BY v DESC, ts) <= 3"
    ),
    "the last of each key": (
        "SELECT k, ts, v FROM {source} "
        "QUALIFY ROW_NUMBER() OVER (PARTITION BY k ORDER BY ts DESC, v) = 1"
    ),
    "a hundred best": "SELECT k, ts, v FROM {source} ORDER BY v DESC, ts, k LIMIT 100",
    "INTERSECT": "SELECT k, ts FROM {source} INTERSECT SELECT k, ts FROM {source} WHERE v > 500",
    "EXCEPT ALL": "SELECT k, ts FROM {source} EXCEPT ALL SELECT k, ts FROM {source} WHERE v > 500",
    "above the mean of its key": (
        "SELECT k, ts, v FROM {source} AS b "
        "WHERE v > (SELECT AVG(v) FROM {source} AS x WHERE x.k = b.k)"
    ),
}

AS_CHANGES = ("three best of each key", "the last of each key", "a hundred best", "INTERSECT")


def run(options: Options) -> Iterator[report.Line]:
    """Measure each query over bids; the answers must be equal."""
    path = data.bids(options.folder, options.rows, PER_SECOND)
    for what in QUERIES:
        yield _line(options, what, path)
    for what in AS_CHANGES:
        yield from _growth(options, what)


def _line(options: Options, what: str, path: Path) -> report.Line:
    query = QUERIES[what]
    contenders = {
        "ours": ours.contender(path, query.format(source="bids")),
        "duckdb": rival.contender(query.format(source=f"'{path}'")),
    }
    outcomes = contest.race(
        contenders, rounds=options.rounds, runs=options.runs, folder=options.folder
    )
    mine, other = (outcomes[n] for n in contenders)
    ratio = other.seconds / mine.seconds
    wrong = contest.unlike([mine, other])
    return report.Line(
        "changes",
        f"{what}, {options.rows:,} rows",
        ours=report.rate(mine.rate(options.rows)),
        duckdb=report.rate(other.rate(options.rows)),
        ratio=report.ratio(ratio),
        answer=wrong or "equal",
        wrong=wrong is not None,
    )


def _growth(options: Options, what: str) -> Iterator[report.Line]:
    """Measure what a row costs in short streams and in long ones, where changes are said."""
    first = 0.0
    query = f"{QUERIES[what].format(source='bids')} EMIT STREAM"
    for rows in (10_000, 100_000) if options.smoke else (100_000, 1_000_000, 10_000_000):
        path = data.bids(options.folder, rows, PER_SECOND)
        arguments = ours.contender(path, query).arguments
        times = process.call(
            "benchmarks.growth:measure", **arguments, runs=1 if options.smoke else 3
        )
        each = statistics.median(times) / rows
        first = first or each
        yield report.Line(
            "changes",
            f"{what}, as changes, {rows:,} rows",
            ours=f"{each * 1e9:.0f} ns a row",
            bar=report.bar(f"< {FLAT} of the first", each < FLAT * first),
        )
