"""Joins that find a row by its time, beside DuckDB.

Two million bids, each with the terms of its auction as they were then (FOR SYSTEM_TIME AS OF), as
they are known when it comes, and with the last row of another stream before it (ASOF JOIN): of
10,000 auctions whose terms never change, and of 10,000 that change all the time.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pyarrow as pa

import cep
from benchmarks import contest, data, ours, report, rival
from benchmarks.contest import Contender
from benchmarks.options import Options
from cep.runtime.kernels import compile as kernels

PER_SECOND = 10_000
"""Bids in a second of event time."""

CHANGES = 200_000
"""Versions of the terms that change all the time."""

_TERMS = "k BIGINT, fee DOUBLE, seller VARCHAR, ts TIMESTAMP(6)"
_KEY = "PRIMARY KEY (k)"
_MARK = "WATERMARK FOR ts AS ts - INTERVAL '1' SECOND"
_SELECT = "SELECT b.k, b.v, b.ts, t.fee, t.seller FROM bids b"

_THEIRS = """
    SELECT b.k, b.v, b.ts, t.fee, t.seller
    FROM '{bids}' b ASOF JOIN '{terms}' t ON b.k = t.k AND b.ts >= t.ts
"""

_LATEST = """
    SELECT b.k, b.v, b.ts, t.fee, t.seller
    FROM '{bids}' b JOIN '{terms}' t ON b.k = t.k
"""


@dataclass(frozen=True)
class Kind:
    """A join: how the terms are declared, our query, DuckDB's, and how many versions there are."""

    name: str
    declare: str
    query: str
    theirs: str
    versions: int


KINDS = (
    Kind(
        "as of, 10k-row table",
        f"TABLE terms ({_TERMS}, {_KEY}, {_MARK})",
        f"{_SELECT} JOIN terms FOR SYSTEM_TIME AS OF b.ts AS t ON b.k = t.k",
        _THEIRS,
        data.KEYS,
    ),
    Kind(
        "as of, 10k rows that change 200k times",
        f"TABLE terms ({_TERMS}, {_KEY}, {_MARK})",
        f"{_SELECT} JOIN terms FOR SYSTEM_TIME AS OF b.ts AS t ON b.k = t.k",
        _THEIRS,
        CHANGES,
    ),
    Kind(
        "asof join with a stream of 200k rows",
        f"STREAM terms ({_TERMS}, {_MARK})",
        f"{_SELECT} ASOF JOIN terms t MATCH_CONDITION (b.ts >= t.ts) ON b.k = t.k",
        _THEIRS,
        CHANGES,
    ),
    Kind(
        "as of now, 10k-row table",
        f"TABLE terms ({_TERMS}, {_KEY})",
        f"{_SELECT} JOIN terms FOR SYSTEM_TIME AS OF PROCTIME() AS t ON b.k = t.k",
        _LATEST,
        data.KEYS,
    ),
)


def run(options: Options) -> Iterator[report.Line]:
    """Measure every join; the answers must be equal."""
    bids = data.bids(options.folder, options.rows, PER_SECOND)
    for kind in KINDS:
        terms = data.terms(options.folder, kind.versions, max(options.rows // PER_SECOND, 1))
        yield _line(options, kind, bids, terms)


def batches(bids: str, terms: str, query: str) -> Iterator[pa.RecordBatch]:
    """Yield the answer of a new engine."""
    kernels.use("compiled")
    engine = cep.Engine()
    engine.execute(bids)
    engine.execute(terms)
    yield from engine.execute(query).batches()


def _line(options: Options, kind: Kind, bids: Path, terms: Path) -> report.Line:
    declare = {
        "bids": f"CREATE STREAM bids {ours.BIDS} WITH (connector = 'file', path = '{bids}')",
        "terms": f"CREATE {kind.declare} WITH (connector = 'file', path = '{terms}')",
        "query": kind.query,
    }
    contenders = {
        "ours": Contender(f"{__name__}:batches", declare),
        "duckdb": rival.contender(kind.theirs.format(bids=bids, terms=terms)),
    }
    outcomes = contest.race(
        contenders, rounds=options.rounds, runs=options.runs, folder=options.folder
    )
    mine, other = (outcomes[n] for n in contenders)
    ratio = other.seconds / mine.seconds
    wrong = contest.unlike([mine, other])
    return report.Line(
        "temporal",
        kind.name,
        ours=report.rate(mine.rate(options.rows)),
        duckdb=report.rate(other.rate(options.rows)),
        ratio=report.ratio(ratio),
        bar=report.bar("≥ 0.5", ratio >= 0.5),
        answer=wrong or "equal",
        wrong=wrong is not None,
    )
