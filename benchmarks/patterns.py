"""Row patterns over ticks of 1,000 symbols, beside a loop in plain Python for the same question.

A V-shape with PREV, a running average, an absence; all measures delivered as Arrow. The loops only
count, and their rows are grouped by symbol beforehand. The first run of an installation, which
compiles the pattern, and how a stream comes to full speed; memory over ten times the rows; what an
idle partition costs, and a live one.
"""

from __future__ import annotations

import statistics
import tempfile
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pyarrow as pa

import cep
from benchmarks import contest, data, process, report
from benchmarks.contest import Contender
from benchmarks.memory import resident
from benchmarks.options import Options
from benchmarks.pattern_loops import JUMP
from cep.runtime.kernels import compile as kernels

MEASURES = "A.price AS a, LAST(B.price) AS b, C.price AS c, COUNT(B.*) AS n"
FLAT = 1.1
LIVE_LIMIT = 500
PARTITIONS = 1_000_000


@dataclass(frozen=True)
class Pattern:
    """A pattern, and how many times as long as the loop it may take."""

    name: str
    clauses: str
    allowed: float

    @property
    def query(self) -> str:
        """The whole question."""
        return f"""
    SELECT * FROM ticks MATCH_RECOGNIZE (
        PARTITION BY symbol ORDER BY ts {self.clauses})
"""


PATTERNS = (
    Pattern(
        "v-shape",
        f"""MEASURES {MEASURES} PATTERN (A B+ C)
            DEFINE B AS B.price < PREV(B.price), C AS C.price > PREV(C.price)""",
        2.5,
    ),
    Pattern(
        "running average",
        f"""MEASURES {MEASURES} PATTERN (A B+ C) WITHIN INTERVAL '1' MINUTE
            DEFINE B AS B.price > A.price, C AS C.price < AVG(B.price)""",
        1.0,
    ),
    Pattern(
        "absence",
        f"""MEASURES A.price AS a, A.ts AS since, MATCH_ROWTIME() AS until
            PATTERN (A -> !B) WITHIN INTERVAL '1' MINUTE
            DEFINE A AS A.price > PREV(A.price) + {JUMP}e0,
                   B AS B.price < PREV(B.price) - {JUMP}e0""",
        1.0,
    ),
)

TICKS = "(symbol VARCHAR, price DOUBLE, ts TIMESTAMP(6), WATERMARK FOR ts AS ts)"

CARDS = "(card BIGINT, amount DOUBLE, ts TIMESTAMP(6), WATERMARK FOR ts AS ts)"

FRAUD = """
    SELECT * FROM charges MATCH_RECOGNIZE (
        PARTITION BY card ORDER BY ts
        MEASURES COUNT(A.*) AS small, LAST(B.amount) AS amount, FIRST(A.ts) AS since
        PATTERN (A{3,} B) WITHIN INTERVAL '1' HOUR
        DEFINE A AS A.amount < 2, B AS B.amount > 100)
"""


def contender(path: Path, query: str) -> Contender:
    """Ask `query` of the stream `ticks` over a Parquet file."""
    declare = f"CREATE STREAM ticks {TICKS} WITH (connector = 'file', path = '{path}')"
    return Contender("benchmarks.ours:batches", {"declare": declare, "query": query})


def run(options: Options) -> Iterator[report.Line]:
    path = data.ticks(options.folder, options.rows)
    for pattern in PATTERNS:
        yield _race(pattern, path, options)
    yield from _cold(path, options)
    yield from _memory(options)
    yield from _partitions(options)


def _race(pattern: Pattern, path: Path, options: Options) -> report.Line:
    mine, theirs, count, found = [], [], 0, 0
    one = contender(path, pattern.query)
    for _ in range(options.rounds):
        took, found = process.call(
            "benchmarks.patterns:measure", **one.arguments, runs=options.runs
        )
        mine += took
        took, count = process.call(
            "benchmarks.pattern_loops:measure",
            path=str(path),
            name=pattern.name,
            runs=options.runs,
        )
        theirs += took
    ours, loop = statistics.median(mine), statistics.median(theirs)
    wrong = None if count == found else f"{found:,} matches, the loop counts {count:,}"
    return report.Line(
        "patterns",
        f"{pattern.name}, {options.rows:,} rows",
        ours=report.rate(options.rows / ours),
        bare=f"{report.rate(options.rows / loop)}, {ours / loop:.2f} times as long as it",
        bar=report.bar(f"≤ {pattern.allowed:g} times its time", ours <= pattern.allowed * loop),
        answer=wrong or f"{found:,} matches, as many",
        wrong=wrong is not None,
    )


def measure(declare: str, query: str, runs: int) -> tuple[list[float], int]:
    """Return the seconds of some runs, delivered as Arrow, and how many rows they give."""
    kernels.use("compiled")
    times, rows = [], 0
    for _ in range(runs + 1):
        engine = cep.Engine()
        engine.execute(declare)
        begun = time.process_time()
        rows = pa.Table.from_batches(list(engine.execute(query).batches())).num_rows
        times.append(time.process_time() - begun)
    return times[1:], rows


def _cold(path: Path, options: Options) -> Iterator[report.Line]:
    """Show what the very first run of a pattern costs, and the first of a process."""
    one = contender(path, PATTERNS[0].query)
    with tempfile.TemporaryDirectory() as folder:
        for what in ("nothing compiled yet", "compiled by an earlier process"):
            seconds, full = process.call(
                "benchmarks.patterns:measure_start", **one.arguments, cache=folder
            )
            yield report.Line(
                "patterns",
                f"v-shape, {what}",
                ours=f"{report.rate(options.rows / seconds)}; full speed after {full:.2f} s",
            )


def measure_start(declare: str, query: str, cache: str) -> tuple[float, float]:
    """Return the seconds of a first run, and after how many of them full speed is reached.

    That is half the rate of the last quarter of the batches.
    """
    import os  # noqa: PLC0415 - the folder must be named before anything is compiled

    os.environ["CEP_CACHE_DIR"] = cache
    engine = cep.Engine()
    engine.execute(declare)
    begun = time.process_time()
    said = [
        (time.process_time() - begun, batch.num_rows) for batch in engine.execute(query).batches()
    ]
    whole = time.process_time() - begun
    times = np.array([t for t, _ in said])
    rows = np.array([r for _, r in said])
    last = 3 * len(times) // 4
    full = rows[last:].sum() / max(times[-1] - times[last - 1], 1e-9)
    speed = rows[1:] / np.maximum(np.diff(times), 1e-9)
    slow = np.flatnonzero(speed < full / 4)
    return whole, float(times[slow[-1] + 1]) if len(slow) else float(times[0])


def _memory(options: Options) -> Iterator[report.Line]:
    few = 0.0
    for rows in (options.rows, 10 * options.rows):
        used = contest.memory(contender(data.ticks(options.folder, rows), PATTERNS[1].query))
        few = few or used.peak
        yield report.Line(
            "patterns",
            f"running average, memory over {rows:,} rows",
            memory=f"{report.megabytes(used.peak)} ({report.megabytes(used.used)})",
            bar=report.bar("flat", used.peak <= FLAT * few) if rows > options.rows else "",
        )


def _partitions(options: Options) -> Iterator[report.Line]:
    """Show what is kept of a million cards: with nothing suspicious, and with two small charges."""
    many = PARTITIONS // 100 if options.smoke else PARTITIONS
    for what, amount, charges in (("idle", 50.0, 1), ("live, two charges each", 1.0, 2)):
        rows, state, before, after = process.call(
            "benchmarks.patterns:measure_partitions",
            partitions=many,
            amount=amount,
            charges=charges,
        )
        limit = LIVE_LIMIT if rows else 1
        yield report.Line(
            "patterns",
            f"{many:,} partitions, {what}",
            ours=f"{rows:,} rows kept, {state / many:.0f} bytes a partition",
            memory=f"{report.megabytes(after)} ({report.megabytes(after - before)})",
            bar=report.bar(f"< {limit} bytes", state / many < limit) if rows else "no rows",
            wrong=rows != (many * charges if amount < 2 else 0),
        )


def measure_partitions(partitions: int, amount: float, charges: int) -> tuple[int, int, int, int]:
    """Return the rows and bytes kept of many cards, and the memory of the process around it."""
    kernels.use("compiled")
    engine = cep.Engine()
    engine.execute(f"CREATE STREAM charges {CARDS}")
    engine.execute(f"START fraud AS {FRAUD}")
    _charge(engine, 0, 1_000, amount)  # compiles
    engine.execute("STOP fraud CANCEL")
    engine.execute(f"START fraud AS {FRAUD}")
    before = resident()
    for _ in range(charges):
        _charge(engine, 0, partitions, amount)
    (query,) = (q for q in engine.execute("SHOW QUERIES").fetchall() if q.state == "running")
    return query.state_rows, query.state_bytes, before, resident()


_clock = [1_767_225_600_000_000]


def _charge(engine: cep.Engine, first: int, count: int, amount: float) -> None:
    for begin in range(first, first + count, 1 << 16):
        cards = np.arange(begin, min(begin + (1 << 16), first + count))
        times = _clock[0] + np.arange(len(cards)) * 10
        _clock[0] = int(times[-1]) + 10
        engine.insert(
            "charges",
            pa.record_batch(
                [
                    pa.array(cards),
                    pa.array(np.full(len(cards), amount)),
                    pa.array(times).view(pa.timestamp("us")),
                ],
                names=["card", "amount", "ts"],
            ),
        )
