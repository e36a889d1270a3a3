"""What it costs that every producer has a watermark of its own.

The tumbling windows of `benchmarks.windows` over a stream with one watermark, with a hundred
producers, and with ten thousand.
"""

from __future__ import annotations

from collections.abc import Iterator

from benchmarks import contest, data, report, windows
from benchmarks.options import Options

BAR = 0.5
"""How much of the rate with one watermark is wanted."""

_STREAM = """
    CREATE STREAM bids (
      k BIGINT, v DOUBLE, ts TIMESTAMP(6), van AS k % 100,
      WATERMARK FOR ts AS ts - INTERVAL '1' SECOND {per}
    ) WITH (connector = 'file', path = '{path}')
"""

_KINDS = {"one": "", "of 100 producers": "PER van", "of 10,000 producers": "PER k"}


def run(options: Options) -> Iterator[report.Line]:
    path = data.bids(options.folder, options.rows, windows.PER_SECOND)
    contenders = {
        name: contest.Contender(
            "benchmarks.ours:batches",
            {"declare": _STREAM.format(per=per, path=path), "query": windows.TUMBLE.query},
        )
        for name, per in _KINDS.items()
    }
    outcomes = contest.race(
        contenders, rounds=options.rounds, runs=options.runs, folder=options.folder
    )
    one = next(iter(outcomes.values()))
    for name, outcome in outcomes.items():
        wrong = contest.unlike([one, outcome])
        share = one.seconds / outcome.seconds
        yield report.Line(
            "producers",
            f"watermark {name}",
            ours=report.rate(outcome.rate(options.rows)),
            bar=report.bar(f"≥ {BAR} of one watermark", share >= BAR) if outcome != one else "",
            answer=wrong or "equal",
            wrong=wrong is not None,
        )
