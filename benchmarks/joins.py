"""Joins of two streams beside DuckDB: near in time, in the same window, and with a small table.

Offers are joined with the auctions they are for, of which there is one for twenty of them: those
within 10 s of its opening, in the order of the auctions too and with those that had none; those in
the same window of 10 s; and bids with the fee of their auction, a file of 10,000 rows. All is
delivered as Arrow. Then what an interval join keeps, which its interval bounds, over twenty million
offers that the program inserts.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path

import pyarrow as pa

import cep
from benchmarks import contest, data, memory, ours, process, report, rival
from benchmarks.contest import Contender
from benchmarks.options import Options
from cep.runtime.kernels import compile as kernels

PER_SECOND = 10_000
"""Offers in a second of event time."""

STATE_ROWS = (2_000_000, 20_000_000)
"""Offers of a short stream and of a long one: what is kept must be the same."""

MORE = 32_000_000
"""Bytes by which the memory of the process may differ between them."""

_BATCH = 1 << 16

_WATERMARK = "WATERMARK FOR ts AS ts - INTERVAL '1' SECOND"
_AUCTIONS = f"(id BIGINT, seller VARCHAR, least DOUBLE, ts TIMESTAMP(6), {_WATERMARK})"
_OFFERS = f"(auction BIGINT, price DOUBLE, ts TIMESTAMP(6), {_WATERMARK})"
_FEES = "(k BIGINT, fee DOUBLE, seller VARCHAR)"


@dataclass(frozen=True)
class Kind:
    """A kind of join: our query over the streams, and DuckDB's over the files of these names."""

    name: str
    query: str
    theirs: str


@dataclass(frozen=True)
class Kept:
    """What a join keeps: rows and bytes at most, rows at the end; the peak of the process."""

    rows: int
    bytes: int
    left: int
    peak: int
    grown: int


_NEAR = "auction = id AND o.ts BETWEEN a.ts AND a.ts + INTERVAL '10' SECOND"

INTERVAL = Kind(
    "interval",
    f"SELECT id, price, o.ts, least, seller FROM offers o JOIN auctions a ON {_NEAR}",
    f"SELECT id, price, o.ts, least, seller FROM '{{offers}}' o JOIN '{{auctions}}' a ON {_NEAR}",
)

OUTER = Kind(
    "outer interval",
    f"SELECT id, least, price FROM auctions a LEFT JOIN offers o ON {_NEAR}",
    f"SELECT id, least, price FROM '{{auctions}}' a LEFT JOIN '{{offers}}' o ON {_NEAR}",
)


def _windows(stream: str) -> str:
    return f"TUMBLE(TABLE {stream}, DESCRIPTOR(ts), INTERVAL '10' SECOND)"


def _buckets(name: str) -> str:
    return f"(SELECT *, time_bucket(INTERVAL '10 seconds', ts) AS window_start FROM '{{{name}}}')"


WINDOW = Kind(
    "window",
    f"SELECT id, price, least, o.window_start FROM {_windows('offers')} o "
    f"JOIN {_windows('auctions')} a ON auction = id AND o.window_start = a.window_start "
    "AND o.window_end = a.window_end",
    f"SELECT id, price, least, o.window_start FROM {_buckets('offers')} o "
    f"JOIN {_buckets('auctions')} a ON auction = id AND o.window_start = a.window_start",
)

ENRICHMENT = Kind(
    "enrichment from 10,000 rows",
    "SELECT b.k, v, fee FROM bids b JOIN fees f ON b.k = f.k",
    "SELECT b.k, v, fee FROM '{bids}' b JOIN '{fees}' f ON b.k = f.k",
)

KINDS = (INTERVAL, OUTER, WINDOW, ENRICHMENT)


def run(options: Options) -> Iterator[report.Line]:
    """Measure joins of all kinds; the answers must be equal, and the state must not grow."""
    rows, folder = options.rows, options.folder
    paths = {
        "offers": data.offers(folder, rows, PER_SECOND),
        "auctions": data.auctions(folder, rows, PER_SECOND),
        "bids": data.bids(folder, rows, PER_SECOND),
        "fees": data.terms(folder, data.KEYS, 1),
    }
    for kind in KINDS:
        yield _line(options, kind, paths)
    yield from _kept(STATE_ROWS[:1] if options.smoke else STATE_ROWS, options)


def _kept(lengths: Sequence[int], options: Options) -> Iterator[report.Line]:
    """Measure what the interval join keeps of short and of long streams."""
    first: Kept | None = None
    for length in lengths:
        rows = min(length, options.rows) if options.smoke else length
        kept = Kept(**process.call("benchmarks.joins:state", rows=rows))
        first = first or kept
        flat = kept.rows < 1.2 * first.rows and kept.grown < first.grown + MORE
        yield report.Line(
            "joins",
            f"kept by the interval join of {rows:,} offers",
            ours=f"{kept.rows:,} rows, {report.megabytes(kept.bytes)}",
            memory=f"{report.megabytes(kept.peak)} ({report.megabytes(kept.grown)})",
            bar=report.bar("flat", flat),
            answer="right" if not kept.left else f"{kept.left:,} rows are left",
            wrong=kept.left != 0,
        )


def _line(options: Options, kind: Kind, paths: dict[str, Path]) -> report.Line:
    contenders = {
        "ours": Contender(
            "benchmarks.joins:batches", {"script": _script(paths), "query": kind.query}
        ),
        "duckdb": rival.contender(kind.theirs.format(**paths)),
    }
    outcomes = contest.race(
        contenders, rounds=options.rounds, runs=options.runs, folder=options.folder
    )
    mine, other = (outcomes[n] for n in contenders)
    ratio = other.seconds / mine.seconds
    wrong = contest.unlike([mine, other])
    return report.Line(
        "joins",
        kind.name,
        ours=report.rate(mine.rate(options.rows)),
        duckdb=report.rate(other.rate(options.rows)),
        ratio=report.ratio(ratio),
        bar=report.bar("≥ 0.5", ratio >= 0.5),
        answer=wrong or "equal",
        wrong=wrong is not None,
    )


def _script(paths: dict[str, Path]) -> str:
    columns = {"offers": _OFFERS, "auctions": _AUCTIONS, "bids": ours.BIDS, "fees": _FEES}
    return "".join(
        f"CREATE STREAM {name} {columns[name]} WITH (connector = 'file', path = '{path}');"
        for name, path in paths.items()
    )


def batches(script: str, query: str) -> Iterator[pa.RecordBatch]:
    """Yield the answer of a new engine that has streams over files."""
    kernels.use("compiled")
    engine = cep.Engine()
    for _ in engine.script(script):
        pass
    yield from engine.execute(query).batches()


def state(rows: int) -> dict[str, int]:
    """Return what the interval join keeps of a stream, as fields of Kept."""
    kernels.use("compiled")
    _interval_join(min(rows, 200_000))  # compiles, and lets allocators take what they always keep
    before = memory.resident()
    memory.reset_peak()
    most, nbytes, left = _interval_join(rows)
    peak = memory.peak()
    return asdict(Kept(most, nbytes, left, peak, peak - before))


def _interval_join(rows: int) -> tuple[int, int, int]:
    """Return the rows and bytes that are kept at most, and the rows at the end."""
    engine = cep.Engine()
    engine.execute(f"CREATE STREAM auctions {_AUCTIONS}")
    engine.execute(f"CREATE STREAM offers {_OFFERS}")
    result = engine.query(INTERVAL.query)
    (running,) = engine.queries.values()
    most = nbytes = 0
    for auctions, offers in data.auctioned(rows, PER_SECOND, _BATCH):
        engine.insert("offers", offers)
        engine.insert("auctions", auctions)
        for said in result.batches():
            del said
        size = running.graph.size()
        most, nbytes = max(most, size.rows), max(nbytes, size.bytes)
    engine.finish()
    left = running.graph.size().rows
    engine.close()
    return most, nbytes, left
