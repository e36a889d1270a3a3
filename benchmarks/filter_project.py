"""Filter and project: half of the rows of a Parquet file, a column computed, delivered as Arrow.

`SELECT k, v * 2 AS w, ts FROM bids WHERE v > 5000`, in batches of 65,536 rows.
"""

from __future__ import annotations

from collections.abc import Iterator

from benchmarks import contest, data, ours, report, rival
from benchmarks.options import Options

QUERY = "SELECT k, v * 2 AS w, ts FROM {source} WHERE v > 5000"


def run(options: Options) -> Iterator[report.Line]:
    path = data.bids(options.folder, options.rows, 1000)
    contenders = {
        "ours": ours.contender(path, QUERY.format(source="bids")),
        "duckdb": rival.contender(QUERY.format(source=f"'{path}'")),
    }
    outcomes = contest.race(
        contenders, rounds=options.rounds, runs=options.runs, folder=options.folder
    )
    mine, theirs = outcomes["ours"], outcomes["duckdb"]
    used = contest.memory(contenders["ours"])
    ratio = theirs.seconds / mine.seconds
    wrong = contest.unlike([mine, theirs])
    yield report.Line(
        "filter_project",
        f"{options.rows:,} rows",
        ours=report.rate(mine.rate(options.rows)),
        duckdb=report.rate(theirs.rate(options.rows)),
        ratio=report.ratio(ratio),
        memory=f"{report.megabytes(used.peak)} ({report.megabytes(used.used)})",
        bar=report.bar("≥ 0.5", ratio >= 0.5),
        answer=wrong or "equal",
        wrong=wrong is not None,
    )
