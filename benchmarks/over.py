"""OVER beside DuckDB's: a frame of ten seconds of each key, and one of a hundred rows.

Skewed keys, a row's frame among its own; the result has every row of the input.
"""

from __future__ import annotations

import statistics
from collections.abc import Iterator
from pathlib import Path

from benchmarks import contest, data, ours, process, report, rival
from benchmarks.growth import FLAT
from benchmarks.options import Options

PER_SECOND = 10_000
"""Rows in a second of event time."""

MEMORY_LIMIT = 400e6

SHOWN = """
    sum(v) OVER w AS total, count(*) OVER w AS n, avg(v) OVER w AS mean,
    min(v) OVER w AS least, max(v) OVER w AS most
"""

FRAMES = {
    "RANGE 10 s": "RANGE BETWEEN INTERVAL '10' SECOND PRECEDING AND CURRENT ROW",
    "ROWS 100": "ROWS BETWEEN 100 PRECEDING AND CURRENT ROW",
}

KEYS = {"RANGE 10 s": "ts", "ROWS 100": "ts, v"}
"""What orders the rows: where they are counted, those of one time must be told apart."""

QUERY = "SELECT k, ts, {shown} FROM {source} WINDOW w AS (PARTITION BY k ORDER BY {keys} {frame})"


def run(options: Options) -> Iterator[report.Line]:
    """Measure both frames over bids; the answers must be equal."""
    path = data.bids(options.folder, options.rows, PER_SECOND)
    for what in FRAMES:
        yield _line(options, what, path)
    for what in FRAMES:
        yield from _growth(options, what)
        used = contest.memory(ours.contender(path, _query("bids", what)))
        yield report.Line(
            "over",
            f"memory of {what}, {options.rows:,} rows",
            memory=f"{report.megabytes(used.peak)} ({report.megabytes(used.used)})",
            bar=report.bar("< 400 MB", used.peak < MEMORY_LIMIT),
        )


def _query(source: str, what: str) -> str:
    return QUERY.format(shown=SHOWN, source=source, keys=KEYS[what], frame=FRAMES[what])


def _growth(options: Options, what: str) -> Iterator[report.Line]:
    """Measure what a row costs in short streams and in long ones."""
    first = 0.0
    for rows in (10_000, 100_000) if options.smoke else (100_000, 1_000_000, 10_000_000):
        path = data.bids(options.folder, rows, PER_SECOND)
        arguments = ours.contender(path, _query("bids", what)).arguments
        times = process.call(
            "benchmarks.growth:measure", **arguments, runs=1 if options.smoke else 3
        )
        each = statistics.median(times) / rows
        first = first or each
        yield report.Line(
            "over",
            f"{what}, growth, {rows:,} rows",
            ours=f"{each * 1e9:.0f} ns a row",
            bar=report.bar(f"< {FLAT} of the first", each < FLAT * first),
        )


def _line(options: Options, what: str, path: Path) -> report.Line:
    contenders = {
        "ours": ours.contender(path, _query("bids", what)),
        "duckdb": rival.contender(_query(f"'{path}'", what)),
    }
    outcomes = contest.race(
        contenders, rounds=options.rounds, runs=options.runs, folder=options.folder
    )
    mine, other = (outcomes[n] for n in contenders)
    ratio = other.seconds / mine.seconds
    wrong = contest.unlike([mine, other])
    return report.Line(
        "over",
        f"{what}, {options.rows:,} rows",
        ours=report.rate(mine.rate(options.rows)),
        duckdb=report.rate(other.rate(options.rows)),
        ratio=report.ratio(ratio),
        bar=report.bar("≥ 0.5", ratio >= 0.5),
        answer=wrong or "equal",
        wrong=wrong is not None,
    )
