"""The queries of the Nexmark suite, q0 to q22, over the built-in generator.

Each runs as it would for ever: rows come in batches, and what is said is delivered as Arrow. Where
rows are taken back, so are they here: EMIT STREAM stands in those queries. The same question is
asked of DuckDB over the same rows, and what is left of the changes in the end must be equal.

Rates count the rows that a query reads, and the time has that of the generator in it, as in the
suite: q0 says how much that is at least.
"""

from __future__ import annotations

from collections.abc import Iterator

from benchmarks import contest, process, report
from benchmarks.nexmark.queries import Query, suite
from benchmarks.options import Options

RATE = 10_000
"""Events in a second of event time."""


def run(options: Options) -> Iterator[report.Line]:
    """Measure every query over as many events as `options.rows` says."""
    for query in suite():
        yield _line(options, query)


def _line(options: Options, query: Query) -> report.Line:
    asked = contest.Contender(
        "benchmarks.nexmark.ours:batches",
        {
            "name": query.name,
            "events": str(options.rows),
            "rate": str(RATE),
            "folder": str(options.folder),
        },
    )
    contenders = {"ours": asked}
    outcome = contest.race(contenders, rounds=1, runs=options.runs, folder=options.folder)["ours"]
    used = contest.memory(asked)
    wrong = process.call(
        "benchmarks.nexmark.theirs:check", **asked.arguments, answer=outcome.answer
    )
    return report.Line(
        "nexmark",
        f"{query.name} {query.title}",
        ours=report.rate(outcome.rate(query.rows(options.rows))),
        memory=f"{report.megabytes(used.peak)} ({report.megabytes(used.used)})",
        answer=wrong or "equal",
        wrong=wrong is not None,
    )
